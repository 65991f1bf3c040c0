"""ROC and precision-recall curves of a finished run, a line per class. Import late: pyqtgraph is slow."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.shows.legend import ClassLegend
from gui.shows.palette import class_color
from gui.theme import theme

FEW = 4
"""So many classes are named with their areas; of more the areas stand in the tool tip."""


class TradeCurves(QWidget):
    """One of the two lists that :mod:`runtime.curves` makes: a dict per class with ``class``, ``x``, ``y`` (lists from
    0 to 1) and ``area``. For "roc" x is the share of false alarms and y that of hits, for "pr" they are recall and
    precision."""

    def __init__(self, kind: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.kind = kind
        self.curves: list[dict[str, Any]] = []
        self.legend = ClassLegend()
        self.plot = pg.PlotWidget(enableMenu=False)
        self.plot.setMinimumSize(120, 90)
        self.plot.getPlotItem().hideButtons()
        self.plot.getPlotItem().setRange(xRange=(0, 1), yRange=(0, 1.02), padding=0.01)
        self.plot.getPlotItem().showGrid(x=True, y=True, alpha=0.12)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        theme().changed.connect(self._draw)

    def show_curves(self, curves: list[dict[str, Any]]) -> None:
        """Draw them."""
        self.curves = curves
        self._draw()

    def _draw(self) -> None:
        item = self.plot.getPlotItem()
        item.clear()
        self.plot.setBackground(theme().panel)
        words = (
            (self.tr("false alarms"), self.tr("hits"))
            if self.kind == "roc"
            else (self.tr("recall"), self.tr("precision"))
        )
        for side, text in zip(("bottom", "left"), words, strict=True):
            axis = item.getAxis(side)
            axis.setPen(theme().border)
            axis.setTextPen(theme().muted)
            axis.setLabel(text, color=theme().muted.name())
        if self.kind == "roc":
            chance = pg.mkPen(theme().muted, width=1, style=Qt.PenStyle.DashLine)
            item.plot([0, 1], [0, 1], pen=chance)
        for number, curve in enumerate(self.curves):
            pen = pg.mkPen(class_color(number), width=1.7)
            item.plot(np.asarray(curve["x"], float), np.asarray(curve["y"], float), pen=pen)
        few = len(self.curves) <= FEW
        self.legend.show_classes(
            [
                (
                    number,
                    self.tr("{0} (area {1:.3f})").format(curve["class"], curve["area"])
                    if few
                    else str(curve["class"]),
                )
                for number, curve in enumerate(self.curves)
            ]
        )
        self.legend.setToolTip(
            "\n".join(
                self.tr("{0}: area {1:.3f}").format(curve["class"], curve["area"]) for curve in self.curves
            )
        )
