"""A series with what was foreseen of it, for the column and the steps ahead that are chosen. Import late: pyqtgraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QComboBox, QScrollBar, QSpinBox, QWidget

from gui.results.plots import PlotView
from gui.results.view import Cell
from gui.shows.contents import numbers
from gui.shows.legend import ClassLegend, control_row
from gui.shows.palette import class_color
from gui.theme import theme

SPANS = (50, 100, 200, 500, 1000)
"""So many moments at once, or all of them."""


class TimelineView(PlotView):
    """Truth and forecast over the windows of the split. What is drawn at a window is the moment so many steps behind
    its end; a click shows the window."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = ClassLegend()
        self.goal = QComboBox()
        self.goal.setAccessibleName(self.tr("Column"))
        self.goal.currentIndexChanged.connect(lambda _number: self._again())
        self.step = QSpinBox()
        self.step.lineEdit().setTextMargins(4, 0, 0, 0)
        self.step.setAccessibleName(self.tr("Steps ahead"))
        self.step.setPrefix(self.tr("steps ahead: "))
        self.step.valueChanged.connect(lambda _number: self._again())
        self.span = QComboBox()
        self.span.setAccessibleName(self.tr("How much is shown at once"))
        self.span.currentIndexChanged.connect(lambda _number: self._range())
        self.bar = QScrollBar(Qt.Orientation.Horizontal)
        self.bar.setAccessibleName(self.tr("Which part of the series"))
        self.bar.valueChanged.connect(lambda _value: self._move())
        row = control_row(self.legend, self.goal, self.step, self.span)
        self.column.insertWidget(1, row)
        self.column.addWidget(self.bar)
        self._truth = self._predicted = np.zeros((0, 0, 0), dtype=np.float32)

    def take(self, view: dict[str, Any]) -> None:
        self._truth, self._predicted = numbers(view["truth"], 3), numbers(view["predicted"], 3)
        for box in (self.goal, self.step, self.span):
            box.blockSignals(True)
        if [self.goal.itemText(n) for n in range(self.goal.count())] != view["goals"]:
            self.goal.clear()
            self.goal.addItems(view["goals"])
        self.step.setRange(1, int(view["steps"]))
        count = self._truth.shape[2]
        self.span.clear()
        for span in (span for span in SPANS if span < count):
            self.span.addItem(self.tr("{0} at once").format(span), span)
        self.span.addItem(self.tr("all {0:,}").format(count), count)
        wanted = self.span.findData(500)
        self.span.setCurrentIndex(wanted if wanted >= 0 else self.span.count() - 1)
        for box in (self.goal, self.step, self.span):
            box.blockSignals(False)
        self.goal.setVisible(len(view["goals"]) > 1)
        self.step.setVisible(int(view["steps"]) > 1)
        self.span.setVisible(self.span.count() > 1)
        super().take(view)
        self._range()

    @property
    def lines(self) -> tuple[np.ndarray, np.ndarray]:
        """Truth and forecast that are drawn."""
        place = max(0, self.goal.currentIndex()), self.step.value() - 1
        return self._truth[place], self._predicted[place]

    def draw(self) -> None:
        truth, predicted = self.lines
        # the moment that a window foresees lies so many steps behind it
        x = np.arange(len(truth)) + self.step.value() - 1
        pens = [
            pg.mkPen(class_color(0), width=2),
            pg.mkPen(class_color(1), width=1.6, style=Qt.PenStyle.DashLine),
        ]
        for y, pen in zip((truth, predicted), pens, strict=True):
            line = pg.PlotDataItem(x, y, pen=pen)
            line.setDownsampling(auto=True, method="peak")
            self.item.addItem(line)
        self.legend.show_classes([(0, self.tr("truth")), (1, self.tr("forecast (dashed)"))])
        away = float(np.abs(predicted - truth).mean()) if len(truth) else 0.0
        self.heading.setText(self.tr("{0}: mean absolute error {1:.4g}").format(self.view["title"], away))
        self.item.getAxis("bottom").setLabel(self.tr("moment of the split"), color=theme().muted.name())
        self.item.getAxis("left").setLabel(self.goal.currentText(), color=theme().muted.name())
        self.item.enableAutoRange(axis="y")

    def _range(self) -> None:
        """Another span: the bar moves through what is not shown."""
        count, span = self._truth.shape[2], int(self.span.currentData() or 1)
        self.bar.setPageStep(span)
        self.bar.setRange(0, max(0, count - span))
        self.bar.setVisible(count > span)
        self._move()

    def _move(self) -> None:
        start, span = self.bar.value(), int(self.span.currentData() or 1)
        self.item.setXRange(start, start + span, padding=0.01)

    def pressed(self, place: QPointF) -> None:
        number = round(place.x()) - self.step.value() + 1
        if 0 <= number < len(self.view["samples"]):
            self.ask(self.view["samples"][number])

    def table(self) -> list[Sequence[Cell]]:
        truth, predicted = self.lines
        rows = zip(self.view["samples"], truth.tolist(), predicted.tolist(), strict=True)
        return [(self.tr("window"), self.tr("true"), self.tr("predicted")), *rows]
