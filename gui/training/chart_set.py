"""The four charts of a run side by side, with one crosshair. Import late: pyqtgraph is slow."""

from __future__ import annotations

from math import isnan

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from gui.training.chart import Chart
from gui.training.history import History
from gui.training.smooth import Smoother


class ChartSet(QSplitter):
    """``charts`` by name: ``loss``, ``accuracy``, ``rate`` and ``pace``. x is counted in epochs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._loss, self._accuracy = Smoother(), Smoother()

        def number(value: float) -> str:
            return f"{value:.4g}"

        self.charts = {
            "loss": Chart(self.tr("Loss"), number),
            "accuracy": Chart(self.tr("Accuracy"), lambda value: f"{value:.1f} %", top=101.5),
            "rate": Chart(self.tr("Learning rate"), number, from_zero=True),
            "pace": Chart(self.tr("Samples/s"), lambda value: f"{value:,.0f}", from_zero=True),
        }
        for name in ("loss", "accuracy"):
            chart = self.charts[name]
            chart.add("raw", "", "training", "faint")
            chart.add("training", self.tr("training"), "training", "line")
            chart.add("validation", self.tr("validation"), "validation", "points")
            chart.add("best", "", "third", "points")
        for name in ("rate", "pace"):
            self.charts[name].add("value", " ", "fourth" if name == "rate" else "third", "line")
        side = QSplitter(Qt.Orientation.Vertical)
        side.addWidget(self.charts["rate"])
        side.addWidget(self.charts["pace"])
        for widget, share in ((self.charts["loss"], 5), (self.charts["accuracy"], 5), (side, 3)):
            self.addWidget(widget)
            self.setStretchFactor(self.count() - 1, share)
        self.setSizes([500, 500, 300])
        for chart in self.charts.values():
            chart.hovered.connect(self.hover)

    def smooth(self, weight: float) -> None:
        """Begin the averages anew; the next drawing goes through all values."""
        self._loss.restart(weight)
        self._accuracy.restart(weight)

    def draw(self, name: str, history: History, exact: bool = True) -> None:
        """Show in one chart all that the history holds for it; ``exact`` leaves no room for more."""
        chart = self.charts[name]
        scale = 1.0 / history.steps_per_epoch
        if name in ("rate", "pace"):
            chart.set("value", np.array(history.told) * scale, np.array(getattr(history, name)))
            chart.show_lines(exact)
            return
        accuracy = name == "accuracy"
        chart.setVisible(history.has_accuracy or not accuracy)
        values, smoother = (history.accuracy, self._accuracy) if accuracy else (history.loss, self._loss)
        smoother.extend(values[len(smoother.values) :])
        factor = 100.0 if accuracy else 1.0
        x = np.array(history.steps[: len(values)]) * scale
        chart.set("raw", x, np.array(values) * factor)
        chart.set("training", x, np.array(smoother.values) * factor)
        key = "val_accuracy" if accuracy else "val_loss"
        told = [epoch for epoch in history.epochs if epoch[key] is not None]
        best = [epoch for epoch in told if epoch is history.best]
        for line, epochs in (("validation", told), ("best", best)):
            chart.set(
                line, [epoch["step"] * scale for epoch in epochs], [epoch[key] * factor for epoch in epochs]
            )
        chart.show_lines(exact)

    def hover(self, x: float) -> None:
        """Let all charts tell their values at ``x`` (epochs); NaN shows the last ones again."""
        for chart in self.charts.values():
            chart.read(None if isnan(x) else x)
