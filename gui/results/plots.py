"""Plots of results: points, histograms, bars and lines. A click shows the samples behind. Import late: pyqtgraph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.results.view import Cell, ResultView
from gui.shows.contents import numbers
from gui.shows.curves import Plot
from gui.shows.legend import ClassLegend
from gui.shows.palette import class_color
from gui.theme import theme

NAMED = 16
"""Bars that are named below; of more every second, third … is."""
LETTERS = 12
ROOMY = 130
"""Pixels of height below which the axes have no titles."""


class PlotView(ResultView):
    """A view that is one plot; a subclass draws it in :meth:`draw` and answers a click in :meth:`pressed`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.plot = Plot("")
        self.plot.setMinimumSize(120, 80)
        self.column.addWidget(self.plot, 1)
        self.plot.scene().sigMouseClicked.connect(self._clicked)
        theme().changed.connect(self._again)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._titles()

    def _titles(self) -> None:
        """Titles of the axes, where there is room for them."""
        metrics = self.fontMetrics()
        for side, room in (("bottom", self.plot.width() - 60), ("left", self.plot.height() - 40)):
            axis = self.item.getAxis(side)
            fits = metrics.horizontalAdvance(axis.labelText) < room and self.height() >= ROOMY
            axis.showLabel(bool(axis.labelText) and fits)

    @property
    def item(self) -> Any:
        return self.plot.getPlotItem()

    def take(self, view: dict[str, Any]) -> None:
        super().take(view)
        self.plot.setAccessibleName(str(view.get("title") or self.tr("Plot")))
        self._again()

    def _again(self) -> None:
        self.plot.paint_colors()
        if not self.view:
            return
        self.item.clear()
        for side, key in (("bottom", "x_title"), ("left", "y_title")):
            axis = self.item.getAxis(side)
            axis.showLabel(
                False
            )  # with a label that is seen pyqtgraph would count in thousandths all the same
            axis.enableAutoSIPrefix(False)
            axis.setLabel(str(self.view.get(key, "")), color=theme().muted.name())
        self.draw()
        self._titles()

    def draw(self) -> None:
        """Draw ``view`` into the empty plot."""
        raise NotImplementedError

    def pressed(self, place: QPointF) -> None:
        """The person clicked at a place, in the plot's units."""

    def _clicked(self, event: Any) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.view:
            self.pressed(self.item.vb.mapSceneToView(event.scenePos()))


class ScatterView(PlotView):
    """Points over a line where all of them would lie if nothing were wrong."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.points = pg.ScatterPlotItem(hoverable=True, tip=None)
        self.ring = pg.ScatterPlotItem()
        self.points.sigClicked.connect(self._point)
        self.chosen: int | None = None

    def take(self, view: dict[str, Any]) -> None:
        self.chosen = None
        super().take(view)
        shown, total = len(view["samples"]), int(view["total"])
        if shown < total:
            self.heading.setText(self.tr("{0} ({1:,} of {2:,} points)").format(view["title"], shown, total))

    def draw(self) -> None:
        x, y = numbers(self.view["x"], 1), numbers(self.view["y"], 1)
        known = np.isfinite(x) & np.isfinite(y)
        samples = np.array(self.view["samples"])[known]
        x, y = x[known], y[known]
        dashed = pg.mkPen(theme().muted, width=1.2, style=Qt.PenStyle.DashLine)
        if self.view["line"] == "identity" and len(x):
            low, high = float(min(x.min(), y.min())), float(max(x.max(), y.max()))
            room = (high - low) * 0.04 or 1.0
            ends = [low - room, high + room]
            self.item.addItem(pg.PlotDataItem(ends, ends, pen=dashed))
            self.item.setRange(xRange=ends, yRange=ends, padding=0)
        else:
            self.item.addItem(pg.InfiniteLine(0, angle=0, pen=dashed))
            self.item.enableAutoRange()
        color = QColor(class_color(0))
        color.setAlpha(150 if len(x) < 600 else 90)
        self.points.setData(
            x=x, y=y, data=samples, size=7 if len(x) < 600 else 5, brush=color, pen=None,
            hoverBrush=theme().accent, hoverSize=11,
        )  # fmt: skip
        self.item.addItem(self.points)
        self.item.addItem(self.ring)
        self._mark()

    def _point(self, _item: Any, points: Sequence[Any]) -> None:
        if len(points):
            self.chosen = int(points[0].data())
            self._mark()
            self.ask(self.chosen)

    def _mark(self) -> None:
        """A ring around the point that was clicked."""
        places = [n for n, sample in enumerate(self.view["samples"]) if sample == self.chosen][:1]
        x, y = numbers(self.view["x"], 1)[places], numbers(self.view["y"], 1)[places]
        self.ring.setData(x=x, y=y, size=14, brush=None, pen=pg.mkPen(theme().text, width=2))

    def table(self) -> list[Sequence[Cell]]:
        x, y = numbers(self.view["x"], 1).tolist(), numbers(self.view["y"], 1).tolist()
        return [(self.view["x_title"], self.view["y_title"]), *zip(x, y, strict=True)]


class HistogramView(PlotView):
    """How often values fall where."""

    def draw(self) -> None:
        edges, counts = self.view["edges"], self.view["counts"]
        self.item.getAxis("left").setLabel(self.tr("samples"), color=theme().muted.name())
        bars = pg.BarGraphItem(
            x0=edges[:-1],
            x1=edges[1:],
            height=counts,
            brush=class_color(0),
            pen=pg.mkPen(theme().panel, width=1),
        )
        self.item.addItem(bars)
        for number, (value, text) in enumerate(self.view["marks"]):
            line = pg.InfiniteLine(
                value, pen=pg.mkPen(theme().text, width=1, style=Qt.PenStyle.DashLine), label=text,
                labelOpts={"position": 0.94 - 0.12 * number, "color": theme().text, "anchors": [(1, 0.5), (0, 0.5)]},
            )  # fmt: skip
            self.item.addItem(line)
        self.item.setLimits(yMin=0)
        self.item.setRange(
            yRange=(0, max(counts, default=1) * 1.08 or 1), xRange=(edges[0], edges[-1]), padding=0.02
        )

    def pressed(self, place: QPointF) -> None:
        edges = self.view["edges"]
        number = int(np.searchsorted(edges, place.x(), side="right")) - 1
        if 0 <= number < len(self.view["counts"]) and place.y() >= 0:
            self.ask(self.view["samples"][number])

    def table(self) -> list[Sequence[Cell]]:
        edges = self.view["edges"]
        rows = zip(edges, edges[1:], self.view["counts"], strict=False)
        return [(self.tr("from"), self.tr("to"), self.tr("samples")), *rows]


class BarsView(PlotView):
    """A bar for each class, length, place …"""

    def draw(self) -> None:
        values, labels = self.view["values"], self.view["labels"]
        every = -(-len(labels) // NAMED) if labels else 1
        ticks = [
            (number, label if len(label) <= LETTERS else label[: LETTERS - 1] + "…")
            for number, label in enumerate(labels)
            if number % every == 0
        ]
        self.item.getAxis("bottom").setTicks([ticks])
        self.item.addItem(
            pg.BarGraphItem(
                x=list(range(len(values))), height=values, width=0.75, brush=class_color(0),
                pen=pg.mkPen(theme().panel, width=1),
            )
        )  # fmt: skip
        top = 1.0 if self.view["share"] else max([*values, 1e-9])
        self.item.setLimits(yMin=0)
        self.item.setRange(xRange=(-0.6, len(values) - 0.4), yRange=(0, top * 1.04), padding=0)
        counts = self.view.get("counts")
        self.plot.setToolTip(
            "\n".join(
                f"{label}: {value:.1%}" + (self.tr(" of {0:,}").format(count) if count is not None else "")
                for label, value, count in zip(labels, values, counts or [None] * len(labels), strict=True)
            )
            if self.view["share"] and len(labels) <= 40
            else ""
        )

    def pressed(self, place: QPointF) -> None:
        number = round(place.x())
        samples = self.view.get("samples")
        if samples and 0 <= number < len(samples):
            self.ask(samples[number])

    def table(self) -> list[Sequence[Cell]]:
        counts = self.view.get("counts")
        if counts:
            rows = zip(self.view["labels"], self.view["values"], counts, strict=True)
            return [(self.view["x_title"], self.view["y_title"], self.tr("of")), *rows]
        return [
            (self.view["x_title"], self.view["y_title"]),
            *zip(self.view["labels"], self.view["values"], strict=True),
        ]


class LinesView(PlotView):
    """Lines over a common axis. A dashed line has the colour of the one before it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.legend = ClassLegend()
        self.legend.setContentsMargins(8, 0, 8, 0)
        self.column.insertWidget(1, self.legend)

    def draw(self) -> None:
        number, named = -1, []
        for line in self.view["lines"]:
            number += 0 if line["dashed"] and number >= 0 else 1
            style = Qt.PenStyle.DashLine if line["dashed"] else Qt.PenStyle.SolidLine
            pen = pg.mkPen(class_color(number), width=2, style=style)
            few = len(line["x"]) <= 40
            dots = {"symbol": "o", "symbolSize": 4, "symbolBrush": class_color(number), "symbolPen": None}
            self.item.addItem(pg.PlotDataItem(line["x"], line["y"], pen=pen, **(dots if few else {})))
            named.append(
                (number, self.tr("{0} (dashed)").format(line["name"]) if line["dashed"] else line["name"])
            )
        self.legend.show_classes(named if len(named) > 1 else [])
        self.item.enableAutoRange()

    def table(self) -> list[Sequence[Cell]]:
        rows: list[Sequence[Cell]] = [("", self.view["x_title"], self.view["y_title"])]
        for line in self.view["lines"]:
            rows += [(line["name"], x, y) for x, y in zip(line["x"], line["y"], strict=True)]
        return rows
