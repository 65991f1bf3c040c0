"""One chart: a heading that is legend and readout too, above its plot. Import late: pyqtgraph is slow."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.theme import theme
from gui.training.axis import QuickAxis
from gui.training.legend import Entry, FigureLegend
from gui.training.readout import Readout, Word
from gui.training.thin import bounds, means, peaks, visible

LEAST = 1e-12
"""What a logarithmic axis shows for 0."""
GROW, SHRINK = 1.2, 0.75
"""A chart that follows its lines makes room ahead, and gives it back when so much of it is enough."""
CROWD = 6
"""Points nearer to each other than so many pixels are drawn as a line alone."""
OUTSIDE = 0.01
"""Share of the faint points that may lie above or below what is shown, so that a few do not flatten it."""

Style = Literal["faint", "line", "points"]


@dataclass(slots=True)
class Line:
    """A line of a chart. ``name`` is empty for one that the legend leaves out."""

    name: str
    series: str
    style: Style
    item: pg.PlotDataItem
    x: np.ndarray
    y: np.ndarray
    figure: str = ""
    """The figure that it is a line of, where the chart has several."""
    dashed: bool = False


class Plot(pg.PlotWidget):
    """pyqtgraph's plot with what it costs to paint, and no menu of its own."""

    doubled = Signal()
    hovered = Signal(float)

    def __init__(self) -> None:
        axes = {side: QuickAxis(side) for side in ("left", "bottom")}
        super().__init__(enableMenu=False, axisItems=axes)
        self.cost = 0.0
        self.setMouseTracking(True)

    def paintEvent(self, event: QPaintEvent) -> None:
        since = time.perf_counter()
        super().paintEvent(event)
        self.cost = time.perf_counter() - since

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        place = self.mapToScene(event.position().toPoint())
        self.hovered.emit(self.getPlotItem().getViewBox().mapSceneToView(place).x())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.hovered.emit(float("nan"))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.doubled.emit()
        event.accept()


class Chart(QWidget):
    """``text`` turns a value into words for the readout; ``top`` is the highest value there can be,
    ``from_zero`` lets the axis begin at 0. Points of a line must rise in x."""

    hovered = Signal(float)
    """The x under the mouse; NaN when it has left."""

    def __init__(
        self,
        title: str,
        text: Callable[[float], str],
        top: float | None = None,
        from_zero: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.top = top
        self.from_zero = from_zero
        self.following = True
        self._room: tuple[float, float, float] | None = None
        self.title = title
        self.text = text
        self.lines: dict[str, Line] = {}
        self.log = False
        self._at: float | None = None
        self.figures: dict[str, str] = {}
        """Key and name of the figures, where there are several; each has lines of its own and can be hidden."""
        self.helps: dict[str, str] = {}
        self.hidden: set[str] = set()
        self.heading = Readout()
        self.legend = FigureLegend()
        self.legend.toggled.connect(self.toggle)
        self.legend.hide()
        self.plot = Plot()
        self.plot.setMinimumSize(90, 50)
        self.plot.hovered.connect(self.hovered)
        self.plot.doubled.connect(self.fit)
        self.plot.setToolTip(self.tr("Wheel and drag to zoom, double-click to see everything"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.heading)
        column.addWidget(self.legend)
        column.addWidget(self.plot, 1)
        item = self.plot.getPlotItem()
        item.hideButtons()
        item.disableAutoRange()
        item.showGrid(x=True, y=True, alpha=0.12)
        item.getAxis("left").enableAutoSIPrefix(False)
        item.getAxis("bottom").enableAutoSIPrefix(False)
        item.getAxis("left").setWidth(46)
        item.getViewBox().sigRangeChangedManually.connect(self._zoomed)
        self.cross = pg.InfiniteLine(angle=90, movable=False)
        self.cross.hide()
        item.addItem(self.cross, ignoreBounds=True)
        theme().changed.connect(self.paint_colors)
        self.paint_colors()

    # -- lines -----------------------------------------------------------------------------------------

    def clear(self) -> None:
        """Take all lines out."""
        for line in self.lines.values():
            self.plot.getPlotItem().removeItem(line.item)
        self.lines, self.figures, self.helps = {}, {}, {}
        self._room = None

    def name_figures(self, figures: dict[str, str], helps: dict[str, str] | None = None) -> None:
        """Key and name of the figures whose lines are added next; more than one get a legend that hides them."""
        self.figures, self.helps = figures, helps or {}
        self.hidden &= set(figures)
        self.legend.setVisible(len(figures) > 1)

    def toggle(self, figure: str) -> None:
        """Hide the lines of a figure, or show them again. One always stays."""
        if figure in self.hidden:
            self.hidden.discard(figure)
        elif len(self.hidden) + 1 < len(self.figures):
            self.hidden.add(figure)
        for line in self.lines.values():
            line.item.setVisible(line.figure not in self.hidden)
        self.fit()

    def add(
        self, key: str, name: str, series: str, style: Style, figure: str = "", dashed: bool = False
    ) -> None:
        """A line in the colour of a series; ``faint`` ones lie behind and are not in the legend."""
        item = pg.PlotDataItem(connect="finite", antialias=style != "faint")
        item.setZValue(-1 if style == "faint" else 0)
        self.plot.getPlotItem().addItem(item)
        empty = np.empty(0)
        self.lines[key] = Line(name, series, style, item, empty, empty, figure, dashed)
        item.setVisible(figure not in self.hidden)
        self._color(self.lines[key])

    def set(self, key: str, x: Sequence[float] | np.ndarray, y: Sequence[float] | np.ndarray) -> None:
        """All points of a line; :meth:`show_lines` draws them."""
        line = self.lines[key]
        line.x, line.y = np.asarray(x, float), np.asarray(y, float)

    def show_lines(self, exact: bool = False) -> None:
        """Draw all lines as far as they can be seen, with no more points than there are pixels."""
        if self.following:
            self._follow(exact)
        (low, high), _ = self.plot.getPlotItem().viewRange()
        columns = max(100, self.plot.width() - 50)
        for line in self.lines.values():
            part = visible(line.x, low, high)
            x, y = line.x[part], line.y[part]
            if line.style == "faint":
                x, y = peaks(x, y, columns // 2)
            elif line.style == "line":
                x, y = means(x, y, columns // 2)
            elif line.name:
                crowded = len(x) > columns // CROWD
                line.item.setSymbol(None if crowded else "o")
                x, y = peaks(x, y, columns // 2)
            line.item.setData(x, self._scaled(y))
        # now, or the first paint would change the view and ask for a second one
        self.plot.scene().prepareForPaint()
        self.write()

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        return np.log10(np.maximum(values, LEAST)) if self.log else values

    def _follow(self, exact: bool) -> None:
        """Make room for everything; no more than needed when ``exact``."""
        lines = [line for line in self.lines.values() if not line.figure or line.figure not in self.hidden]
        end = max((float(line.x[-1]) for line in lines if len(line.x)), default=1.0)
        clear = bounds([self._scaled(line.y) for line in lines if line.style != "faint"])
        faint = bounds([self._scaled(line.y) for line in lines if line.style == "faint"], OUTSIDE)
        found = [pair for pair in (clear, faint) if pair is not None]
        if not found:
            return
        low, high = min(pair[0] for pair in found), max(pair[1] for pair in found)
        if self.from_zero:
            low = 0.0
        gap = 0.05 * (high - low) or 0.05 * abs(high) or 0.5
        low = low if self.from_zero else low - gap
        high = high + gap if self.top is None else min(high + gap, self.top)
        if not exact and self._has_room(end, low + gap / 2, high - gap / 2):
            return
        end *= 1.015 if exact else GROW
        self._room = (end, low, high)
        view = self.plot.getPlotItem().getViewBox()
        view.setRange(xRange=(0.0, end), yRange=(low, high), padding=0)

    def _has_room(self, end: float, low: float, high: float) -> bool:
        """Whether what is shown still suits the lines. A range that stays lets the axes stay as drawn."""
        if self._room is None:
            return False
        shown_end, shown_low, shown_high = self._room
        inside = end <= shown_end and low >= shown_low and high <= shown_high
        return inside and end >= SHRINK * shown_end and high - low >= SHRINK * (shown_high - shown_low)

    def _zoomed(self) -> None:
        self.following = False
        self.show_lines()

    def set_log(self, on: bool) -> None:
        """A logarithmic y axis, or a linear one."""
        self.log = on
        self.plot.getPlotItem().getAxis("left").setLogMode(x=False, y=on)
        self.fit()

    def fit(self) -> None:
        """Show everything, and go on doing so."""
        self.following = True
        self.show_lines(exact=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.show_lines()

    # -- colours -----------------------------------------------------------------------------------------

    def paint_colors(self) -> None:
        """Take the colours of the theme."""
        self.plot.setBackground(theme().panel)
        font = self.font()
        font.setPointSizeF(max(7.0, font.pointSizeF() - 1.5))
        for name in ("left", "bottom"):
            axis = self.plot.getPlotItem().getAxis(name)
            axis.setPen(theme().border)
            axis.setTextPen(theme().muted)
            axis.setTickFont(font)
        self.cross.setPen(pg.mkPen(theme().muted, width=1, style=Qt.PenStyle.DashLine))
        for line in self.lines.values():
            self._color(line)
        self.write()

    def _color(self, line: Line) -> None:
        color = QColor(theme().series(line.series))
        if line.style == "faint":
            color.setAlpha(60)
            line.item.setPen(pg.mkPen(color, width=1))
            return
        style = Qt.PenStyle.DashLine if line.dashed else Qt.PenStyle.SolidLine
        line.item.setPen(pg.mkPen(color, width=1.6, style=style) if line.name else None)
        if line.style == "points":
            line.item.setSymbol("o" if line.name else "star")
            line.item.setSymbolSize(5 if line.name else 13)
            line.item.setSymbolBrush(color)
            line.item.setSymbolPen(pg.mkPen(theme().panel, width=1))

    # -- the heading -------------------------------------------------------------------------------------

    def read(self, x: float | None) -> None:
        """Show the values at ``x`` instead of the last ones, and the crosshair there."""
        self._at = x
        self.cross.setVisible(x is not None)
        if x is not None:
            self.cross.setPos(x)
        self.write()

    def value(self, key: str) -> float | None:
        """The value of a line at the crosshair, or its last one."""
        line = self.lines[key]
        if not len(line.x):
            return None
        if self._at is None:
            return float(line.y[-1])
        place = int(np.searchsorted(line.x, self._at))
        near = [number for number in (place - 1, place) if 0 <= number < len(line.x)]
        return float(line.y[min(near, key=lambda number: abs(line.x[number] - (self._at or 0.0)))])

    def write(self) -> None:
        """Title, legend and values in one line; without names and then without the best where there is no
        room for them."""
        if len(self.figures) > 1:
            self.heading.say([(self.title, "", True)])
            self.legend.say([self._entry(key) for key in self.figures])
            return
        words: list[Word] = []
        for named, best in ((True, True), (False, True), (False, False)):
            words = [(self.title, "", True)]
            for key, line in self.lines.items():
                value = self.value(key)
                if line.style == "faint" or value is None or not (line.name or best):
                    continue
                mark = "★" if not line.name else "●" if line.style == "points" else "━"
                name = f"{line.name} " if named and line.name.strip() else ""
                words.append((f"{mark} {name}{self.text(value)}", line.series, False))
            if self.heading.fits(words):
                break
        self.heading.say(words)

    def _entry(self, figure: str) -> Entry:
        """A figure in the legend, with its values in training and validation."""
        parts, series = [], "training"
        for key, line in self.lines.items():
            value = self.value(key)
            if line.figure == figure and line.name and line.style != "faint":
                series = line.series
                if value is not None:
                    parts.append(f"{'●' if line.style == 'points' else '━'} {self.text(value)}")
        hidden = figure in self.hidden
        return Entry(figure, self.figures[figure], tuple(parts), series, hidden, self.helps.get(figure, ""))
