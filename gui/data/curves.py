"""One series, large: its features over time, and what is to be predicted. Import late: pyqtgraph is slow."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt

from gui.data.grid import SERIES
from gui.data.samples import Page
from gui.theme import theme

MOST = len(SERIES)
"""Features drawn at most."""


class SeriesPlot(pg.PlotWidget):
    """Curves of one sample (T, F); numbers to be predicted are dots behind its end."""

    def __init__(self) -> None:
        super().__init__(enableMenu=False)
        self.page: Page | None = None
        self.place = 0
        self.getPlotItem().hideButtons()
        self.legend = self.getPlotItem().addLegend(offset=(8, 8), labelTextSize="8pt")
        theme().changed.connect(self.draw)

    def show_sample(self, page: Page, place: int) -> None:
        """The sample at this place of a page."""
        self.page, self.place = page, place
        self.draw()

    def draw(self) -> None:
        """Draw in the colours of the theme."""
        self.setBackground(theme().panel)
        page, item = self.page, self.getPlotItem()
        item.clear()
        if page is None or self.place >= len(page):
            return
        for side in ("bottom", "left"):
            axis = item.getAxis(side)
            axis.setPen(theme().border)
            axis.setTextPen(theme().muted)
            axis.enableAutoSIPrefix(False)
        self.legend.setLabelTextColor(theme().text)
        values = page.inputs[self.place]
        values = values.reshape(len(values), -1)
        names = page.schema.features
        for feature in range(min(values.shape[1], MOST)):
            name = names[feature] if feature < len(names) else str(feature)
            item.plot(values[:, feature], pen=pg.mkPen(theme().series(SERIES[feature]), width=1.8), name=name)
        self._draw_target(page, names, len(values))
        item.autoRange()

    def _draw_target(self, page: Page, names: tuple[str, ...], length: int) -> None:
        schema = page.schema
        if schema.task != "regression":
            return
        target = np.asarray(page.targets[self.place], float).reshape(-1)
        known = schema.target_names
        if len(target) > 1 and len(known) == len(target) and set(known) <= set(names):
            places, colors = [length] * len(target), [SERIES[names.index(name) % MOST] for name in known]
        else:
            places = list(range(length, length + len(target)))
            feature = names.index(known[0]) if known and known[0] in names else 1
            colors = [SERIES[feature % MOST]] * len(target)
        dashed = pg.mkPen(theme().muted, style=Qt.PenStyle.DashLine)
        self.getPlotItem().addItem(pg.InfiniteLine(length - 0.5, pen=dashed))
        self.getPlotItem().addItem(
            pg.ScatterPlotItem(
                places, target, size=9, symbol="d", pen=pg.mkPen(theme().text, width=0.8),
                brush=[pg.mkBrush(theme().series(color)) for color in colors],
                name=self.tr("to predict"),
            )
        )  # fmt: skip
