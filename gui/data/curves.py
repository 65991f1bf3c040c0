"""One series, large: its features over time, and what is to be predicted. Import late: pyqtgraph is slow."""

from __future__ import annotations

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QResizeEvent

from gui.data.grid import SERIES
from gui.data.samples import Page
from gui.theme import theme

MOST = len(SERIES)
"""Features drawn at most."""
APART = 12
"""When all features together span so many times what one of them does, each gets a scale of its own."""
LOW = 200
"""A lower plot has no room for a legend."""


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
        values = values.reshape(len(values), -1)[:, :MOST]
        shift, scale = self._scales(page)
        apart = bool((shift + scale).max() - shift.min() > APART * scale.min())
        if not apart:
            shift, scale = np.zeros_like(shift), np.ones_like(scale)
        item.getAxis("left").setStyle(showValues=not apart)
        item.getAxis("left").setLabel(
            self.tr("each on its own scale") if apart else "", color=theme().muted.name()
        )
        item.getAxis("left").showLabel(apart)
        self.legend.setVisible(self.height() >= LOW)
        names = page.schema.features
        for feature in range(values.shape[1]):
            name = names[feature] if feature < len(names) else str(feature)
            curve = (values[:, feature] - shift[feature]) / scale[feature]
            item.plot(curve, pen=pg.mkPen(theme().series(SERIES[feature]), width=1.8), name=name)
        self._draw_target(page, names, len(values), shift, scale)
        item.autoRange()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if getattr(self, "legend", None) is not None:  # pyqtgraph resizes while it is being made
            self.legend.setVisible(self.height() >= LOW)

    def _scales(self, page: Page) -> tuple[np.ndarray, np.ndarray]:
        """Lowest value and span of each feature over the page."""
        values = np.nan_to_num(page.inputs.reshape(len(page), len(page.inputs[0]), -1)[..., :MOST])
        low = values.min(axis=(0, 1)).astype(float)
        span = values.max(axis=(0, 1)) - low
        return low, np.where(span > 0, span, 1.0)

    def _draw_target(
        self, page: Page, names: tuple[str, ...], length: int, shift: np.ndarray, scale: np.ndarray
    ) -> None:
        schema = page.schema
        if schema.task != "regression":
            return
        target = np.asarray(page.targets[self.place], float).reshape(-1)
        known = schema.target_names
        each = len(known) == len(target) and set(known) <= set(names[:MOST])
        if len(target) > 1 and each:
            places, features = [length] * len(target), [names.index(name) for name in known]
        elif known and known[0] in names[:MOST]:
            places, features = (
                list(range(length, length + len(target))),
                [names.index(known[0])] * len(target),
            )
        elif not shift.any() and (scale == 1).all():
            places, features = list(range(length, length + len(target))), [0] * len(target)
        else:
            return  # a number of its own kind has no place among curves that are scaled
        values = (target - shift[features]) / scale[features]
        dashed = pg.mkPen(theme().muted, style=Qt.PenStyle.DashLine)
        self.getPlotItem().addItem(pg.InfiniteLine(length - 0.5, pen=dashed))
        self.getPlotItem().addItem(
            pg.ScatterPlotItem(
                places, values, size=9, symbol="d", pen=pg.mkPen(theme().text, width=0.8),
                brush=[pg.mkBrush(theme().series(SERIES[feature])) for feature in features],
                name=self.tr("to predict"),
            )
        )  # fmt: skip
