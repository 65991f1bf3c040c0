"""Which widget draws which kind of view. Import late: numpy and pyqtgraph are slow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gui.results.others import MatrixView, ShowView, TradeView
from gui.results.plots import BarsView, HistogramView, LinesView, ScatterView
from gui.results.tables import TableView
from gui.results.threshold import ThresholdView
from gui.results.timeline import TimelineView
from gui.results.view import ResultView

VIEWS: dict[str, Callable[[], ResultView]] = {
    "table": TableView,
    "scatter": ScatterView,
    "histogram": HistogramView,
    "bars": BarsView,
    "lines": LinesView,
    "timeline": TimelineView,
    "confusion": MatrixView,
    "trade": TradeView,
    "threshold": ThresholdView,
}
"""Kinds of :mod:`runtime.judging.views`; all others are shows."""


def view_for(view: dict[str, Any]) -> ResultView:
    """A new widget for a view. It takes the view when it stands in its window: plots ask that for their size."""
    return VIEWS.get(str(view["kind"]), ShowView)()
