"""Plots of shows: a series with what the network says about it, and points coloured by class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.shows.contents import Against, Points, Series
from gui.shows.legend import ClassLegend
from gui.shows.palette import class_color, class_name
from gui.shows.view import View
from gui.theme import theme

SYMBOLS = ("o", "s", "t", "d", "p", "h", "star", "t1", "+", "x")
"""Classes differ by shape too, for those who cannot tell the colours."""


class Plot(pg.PlotWidget):
    """A plot in the theme's colours, without a menu of its own."""

    def __init__(self, name: str) -> None:
        super().__init__(enableMenu=False)
        self.setAccessibleName(name)
        self.getPlotItem().hideButtons()
        self.setMinimumSize(90, 60)
        self.getPlotItem().showGrid(x=True, y=True, alpha=0.12)

    def paint_colors(self) -> None:
        self.setBackground(theme().panel)
        for side in ("left", "bottom"):
            axis = self.getPlotItem().getAxis(side)
            axis.setPen(theme().border)
            axis.setTextPen(theme().muted)
            axis.enableAutoSIPrefix(False)


class PlotView(View):
    """A view that is one plot; a subclass fills it in :meth:`plot_content`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = ClassLegend()
        self.legend.setContentsMargins(8, 2, 8, 0)
        self.legend.hide()
        self.plot = Plot(name)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        theme().changed.connect(self._again)

    def take(self, content: Any) -> None:
        super().take(content)
        self._again()

    def _again(self) -> None:
        self.plot.paint_colors()
        self.plot.getPlotItem().clear()
        if self.content is not None:
            self.plot_content()

    def plot_content(self) -> None:
        """Fill the empty plot."""
        raise NotImplementedError


class SeriesView(PlotView):
    """The truth and what was predicted for the same steps; a line stands where the steps held out begin."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Series with prediction"), parent)

    def plot_content(self) -> None:
        content: Series = self.content
        item = self.plot.getPlotItem()
        for number, values in enumerate((content.truth, content.predicted)):
            pen = pg.mkPen(class_color(number), width=1.6)
            item.plot(np.arange(len(values)), values, pen=pen, connect="finite")
        if content.start > 0:
            border = pg.InfiniteLine(
                content.start,
                pen=pg.mkPen(theme().muted, style=pg.QtCore.Qt.PenStyle.DashLine),
                label=self.tr("not trained on →"),
                labelOpts={"position": 0.94, "color": theme().muted, "anchors": [(0, 0.5), (0, 0.5)]},
            )
            item.addItem(border)
        named = [(0, self.tr("truth")), (1, self.tr("network"))]
        self.legend.show_classes(named if len(content.predicted) else [])


class AgainstView(PlotView):
    """Predicted numbers over the true ones, and the diagonal on which they would lie if all were right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Predicted and true numbers"), parent)
        item = self.plot.getPlotItem()
        item.setLabel("bottom", self.tr("true"))
        item.setLabel("left", self.tr("predicted"))

    def plot_content(self) -> None:
        content: Against = self.content
        item = self.plot.getPlotItem()
        pairs = np.stack([content.truth, content.predicted], axis=1)
        pairs = pairs[np.isfinite(pairs).all(axis=1)]
        if not len(pairs):
            return
        ends = [float(pairs[:, 0].min()), float(pairs[:, 0].max())]
        item.plot(ends, ends, pen=pg.mkPen(theme().muted, width=1.2, style=pg.QtCore.Qt.PenStyle.DashLine))
        size = 5 if len(pairs) > 200 else 7
        brush, pen = class_color(1), pg.mkPen(theme().panel, width=0.5)
        item.addItem(pg.ScatterPlotItem(pairs[:, 0], pairs[:, 1], size=size, brush=brush, pen=pen))


class PointsView(PlotView):
    """Points in the plane, a colour and a shape for each class."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(self.tr("Points by class"), parent)

    def plot_content(self) -> None:
        content: Points = self.content
        item = self.plot.getPlotItem()
        found = [int(number) for number in np.unique(content.labels)]
        size = 5 if len(content.points) > 300 else 8
        for number in found:
            points = content.points[content.labels == number]
            finite = points[np.isfinite(points).all(axis=1)]
            item.addItem(
                pg.ScatterPlotItem(
                    finite[:, 0],
                    finite[:, 1],
                    size=size,
                    symbol=SYMBOLS[number % len(SYMBOLS)],
                    brush=class_color(number),
                    pen=pg.mkPen(theme().panel, width=0.5),
                )
            )
        named = [(number, class_name(content.classes, number)) for number in found]
        self.legend.show_classes(named if len(named) > 1 or content.classes else [])
