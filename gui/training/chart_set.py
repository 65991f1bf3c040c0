"""The four charts of a run side by side, with one crosshair. Import late: pyqtgraph is slow."""

from __future__ import annotations

from array import array
from math import isnan
from typing import Any

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from gui.training.chart import Chart
from gui.training.history import History
from gui.training.smooth import Smoother

SERIES = ("training", "validation", "third", "fourth", "fifth")
"""The colours of figures; beyond them the lines are dashed."""
LARGE = 2.0
"""A score beyond this is no share; beside shares it gets a chart of its own."""
APART = ("small", "large")
"""Charts for what would spoil the others."""
FLAT = 10.0
"""A loss that never comes to this part of the largest one would be a flat line beside it: it has a chart of its own."""


class ChartSet(QSplitter):
    """``charts`` by name: ``loss``, ``small``, ``accuracy``, ``large``, ``rate`` and ``pace``. x is counted in epochs.
    With a recipe that has figures of its own, ``loss`` and ``accuracy`` hold its losses and its scores; losses that the
    others would press flat (a divergence beside a reconstruction) have a chart of their own, ``small``, and so have
    scores that are much larger than shares (a Fréchet distance beside an accuracy), ``large``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._weight = 0.0
        self._smoothers: dict[str, Smoother] = {}
        self._figures: list[dict[str, Any]] | None = None
        self._apart: frozenset[str] = frozenset()

        def number(value: float) -> str:
            return f"{value:.4g}"

        self.charts = {
            "loss": Chart(self.tr("Loss"), number),
            "small": Chart(self.tr("Small losses"), number),
            "accuracy": Chart(self.tr("Accuracy"), lambda value: f"{value:.1f} %", top=101.5),
            "large": Chart(self.tr("Scores"), number),
            "rate": Chart(self.tr("Learning rate"), number, from_zero=True),
            "pace": Chart(self.tr("Samples/s"), lambda value: f"{value:,.0f}", from_zero=True),
        }
        for name in ("rate", "pace"):
            self.charts[name].add("value", " ", "fourth" if name == "rate" else "third", "line")
        side = QSplitter(Qt.Orientation.Vertical)
        side.addWidget(self.charts["rate"])
        side.addWidget(self.charts["pace"])
        shares = (
            (self.charts["loss"], 5),
            (self.charts["small"], 5),
            (self.charts["accuracy"], 5),
            (self.charts["large"], 4),
            (side, 3),
        )
        for widget, share in shares:
            self.addWidget(widget)
            self.setStretchFactor(self.count() - 1, share)
        self.setSizes([500, 500, 500, 400, 300])
        for name in APART:
            self.charts[name].hide()
        for chart in self.charts.values():
            chart.hovered.connect(self.hover)
        self._take_figures([])

    def _take_figures(self, figures: list[dict[str, Any]], apart: frozenset[str] = frozenset()) -> None:
        """Lines for what the run measures: loss and accuracy, or the figures of its recipe."""
        if figures == self._figures and apart == self._apart:
            return
        self._apart = apart
        self._figures = figures
        self._smoothers = {}
        loss, accuracy = self.charts["loss"], self.charts["accuracy"]
        for chart in (loss, accuracy, *(self.charts[name] for name in APART)):
            chart.clear()
        self.charts["small"].title = self.tr("Small losses")
        accuracy.title = self.tr("Scores") if figures else self.tr("Accuracy")
        accuracy.text = loss.text if figures else lambda value: f"{value:.1f} %"
        accuracy.top = None if figures else 101.5
        loss.title = self.tr("Losses") if len(self._of_chart("loss")) > 1 else self.tr("Loss")
        if not figures:
            for chart in (loss, accuracy):
                chart.name_figures({})
                chart.add("raw", "", "training", "faint")
                chart.add("training", self.tr("training"), "training", "line")
                chart.add("validation", self.tr("validation"), "validation", "points")
                chart.add("best", "", "third", "points")
        for name in ("loss", "accuracy", *APART):
            self._add_figures(self.charts[name], self._of_chart(name))
            self.charts[name].paint_colors()
        for name in APART:
            self.charts[name].setVisible(bool(self._of_chart(name)))

    def _of_chart(self, name: str) -> list[dict[str, Any]]:
        """The figures that a chart holds."""
        found = _of_kind(self._figures or [], "loss" if name in ("loss", "small") else "score")
        return [item for item in found if (item["name"] in self._apart) == (name in APART)]

    def _add_figures(self, chart: Chart, figures: list[dict[str, Any]]) -> None:
        """For each figure its noisy values, their average, the validation, and a star where it was best. A figure
        that is alone has the colours of training and validation, else each has one colour of its own."""
        if not figures:
            return
        alone = len(figures) == 1
        chart.name_figures(
            {figure["name"]: str(figure["title"]) for figure in figures},
            {figure["name"]: self._help(figure) for figure in figures},
        )
        for number, figure in enumerate(figures):
            name, series = figure["name"], SERIES[number % len(SERIES)]
            more = {"figure": name, "dashed": number >= len(SERIES)}
            chart.add(f"{name}/raw", "", series, "faint", **more)
            chart.add(f"{name}/training", self.tr("training"), series, "line", **more)
            other = "validation" if alone else series
            chart.add(f"{name}/validation", self.tr("validation"), other, "points", **more)
            chart.add(f"{name}/best", "", "third" if alone else series, "points", **more)
        if alone:
            chart.title = str(figures[0]["title"])

    def _help(self, figure: dict[str, Any]) -> str:
        return {"low": self.tr("Lower is better."), "high": self.tr("Higher is better.")}.get(
            str(figure.get("better")), self.tr("Neither high nor low is good by itself.")
        )

    def _smoothed(self, name: str, values: array[float]) -> np.ndarray:
        """The running averages of a line so far."""
        smoother = self._smoothers.setdefault(name, Smoother(self._weight))
        smoother.extend(values[len(smoother.values) :])
        return np.array(smoother.values)

    def smooth(self, weight: float) -> None:
        """Begin the averages anew; the next drawing goes through all values."""
        self._weight = weight
        self._smoothers = {}

    def draw(self, name: str, history: History, exact: bool = True) -> None:
        """Show in one chart all that the history holds for it; ``exact`` leaves no room for more."""
        self._take_figures(history.figures, _large(history) | _small(history))
        chart = self.charts[name]
        scale = 1.0 / history.steps_per_epoch
        if name in ("rate", "pace"):
            chart.set("value", np.array(history.told) * scale, np.array(getattr(history, name)))
            chart.show_lines(exact)
            return
        if history.figures:
            self._draw_figures(name, history, exact)
            return
        if name in APART:
            return
        accuracy = name == "accuracy"
        chart.setVisible(history.has_accuracy or not accuracy)
        values = history.accuracy if accuracy else history.loss
        factor = 100.0 if accuracy else 1.0
        x = np.array(history.steps[: len(values)]) * scale
        chart.set("raw", x, np.array(values) * factor)
        chart.set("training", x, self._smoothed(name, values) * factor)
        key = "val_accuracy" if accuracy else "val_loss"
        told = [epoch for epoch in history.epochs if epoch[key] is not None]
        best = [epoch for epoch in told if epoch is history.best]
        for line, epochs in (("validation", told), ("best", best)):
            chart.set(
                line, [epoch["step"] * scale for epoch in epochs], [epoch[key] * factor for epoch in epochs]
            )
        chart.show_lines(exact)

    def _draw_figures(self, name: str, history: History, exact: bool) -> None:
        chart, scale = self.charts[name], 1.0 / history.steps_per_epoch
        figures = self._of_chart(name)
        chart.setVisible(bool(figures))
        best = history.best
        for figure in figures:
            key = figure["name"]
            values = history.values[key]
            x = np.array(history.steps[: len(values)]) * scale
            measured = np.isfinite(np.array(values)) if len(values) else np.zeros(0, bool)
            chart.set(f"{key}/raw", x[measured], np.array(values)[measured])
            smooth = self._smoothed(key, values)
            chart.set(f"{key}/training", x[measured], smooth[measured])
            told = history.of_epochs(key, "validation") or history.of_epochs(key, "train")
            chart.set(f"{key}/validation", [step * scale for step, _ in told], [value for _, value in told])
            star = [
                pair for pair in told if best is not None and key == history.watch and pair[0] == best["step"]
            ]
            chart.set(f"{key}/best", [step * scale for step, _ in star], [value for _, value in star])
        chart.show_lines(exact)

    def hover(self, x: float) -> None:
        """Let all charts tell their values at ``x`` (epochs); NaN shows the last ones again."""
        for chart in self.charts.values():
            chart.read(None if isnan(x) else x)


def _of_kind(figures: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [figure for figure in figures if (figure.get("kind") == "score") == (kind == "score")]


def _large(history: History) -> frozenset[str]:
    """The scores that would press the others flat, where there are others."""
    scores = [figure["name"] for figure in _of_kind(history.figures, "score")]
    large = frozenset(name for name in scores if history.peaks.get(name, 0.0) > LARGE)
    small = any(name in history.peaks and name not in large for name in scores)
    return large if small else frozenset()


def _small(history: History) -> frozenset[str]:
    """The losses that the largest would press flat."""
    losses = {
        figure["name"]: history.peaks.get(figure["name"]) for figure in _of_kind(history.figures, "loss")
    }
    known = {name: peak for name, peak in losses.items() if peak is not None}
    most = max(known.values(), default=0.0)
    return frozenset(name for name, peak in known.items() if peak * FLAT < most)
