"""Samples with two features as points in the plane. Import late: pyqtgraph is slow."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from gui.data.grid import SERIES
from gui.data.loader import Loaded
from gui.theme import theme

SYMBOLS = ("o", "s", "t", "d", "p")
"""Classes differ by shape too, for those who cannot tell the colours."""


class PointsPlot(pg.PlotWidget):
    """One colour and shape for each class; a regression's values shade one colour."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.found: Loaded | None = None
        self.getPlotItem().hideButtons()
        self.legend = self.getPlotItem().addLegend(offset=(-8, 8), labelTextSize="8pt")
        theme().changed.connect(self.draw)

    def show_points(self, found: Loaded) -> None:
        """The samples of a preview with inputs (K, 2)."""
        self.found = found
        self.draw()

    def draw(self) -> None:
        """Draw in the colours of the theme."""
        found, item = self.found, self.getPlotItem()
        self.setBackground(theme().panel)
        if found is None:
            return
        item.clear()
        names = found.schema.features or ("", "")
        for side, name in (("bottom", names[0]), ("left", names[1])):
            axis = item.getAxis(side)
            axis.setPen(theme().border)
            axis.setTextPen(theme().muted)
            axis.setLabel(name, color=theme().muted.name())
            axis.enableAutoSIPrefix(False)
        self.legend.setLabelTextColor(theme().text)
        classes = np.array(found.classes if found.classes is not None else [0] * len(found.inputs))
        for number in np.unique(classes):
            place = int(number) % len(SERIES)
            points = found.inputs[classes == number]
            many = len(found.inputs) > 50
            item.addItem(
                pg.ScatterPlotItem(
                    points[:, 0], points[:, 1], size=6 if many else 12, symbol=SYMBOLS[place],
                    brush=theme().series(SERIES[place]), pen=pg.mkPen(theme().panel, width=0.5),
                    name=found.schema.classes[int(number)] if found.schema.classes else None,
                )
            )  # fmt: skip
