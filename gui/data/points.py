"""Samples with two features as points in the plane. Import late: pyqtgraph is slow."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg

from gui.data.grid import SERIES
from gui.data.samples import Page
from gui.theme import theme

SYMBOLS = ("o", "s", "t", "d", "p")
"""Classes differ by shape too, for those who cannot tell the colours."""


class PointsPlot(pg.PlotWidget):
    """One colour and shape for each class; a regression's values shade one colour."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.page: Page | None = None
        self.getPlotItem().hideButtons()
        self.legend = self.getPlotItem().addLegend(offset=(-8, 8), labelTextSize="8pt")
        theme().changed.connect(self.draw)

    def show_page(self, page: Page) -> None:
        """Samples with inputs (K, 2)."""
        self.page = page
        self.draw()

    def draw(self) -> None:
        """Draw in the colours of the theme."""
        page, item = self.page, self.getPlotItem()
        self.setBackground(theme().panel)
        if page is None:
            return
        item.clear()
        names = page.schema.features or ("", "")
        for side, name in (("bottom", names[0]), ("left", names[1])):
            axis = item.getAxis(side)
            axis.setPen(theme().border)
            axis.setTextPen(theme().muted)
            axis.setLabel(name, color=theme().muted.name())
            axis.enableAutoSIPrefix(False)
        self.legend.setLabelTextColor(theme().text)
        classes = np.array(page.classes if page.classes is not None else [0] * len(page.inputs))
        for number in np.unique(classes):
            place = int(number) % len(SERIES)
            points = page.inputs[classes == number]
            many = len(page.inputs) > 50
            item.addItem(
                pg.ScatterPlotItem(
                    points[:, 0], points[:, 1], size=6 if many else 12, symbol=SYMBOLS[place],
                    brush=theme().series(SERIES[place]), pen=pg.mkPen(theme().panel, width=0.5),
                    name=page.schema.classes[int(number)] if page.schema.classes else None,
                )
            )  # fmt: skip
