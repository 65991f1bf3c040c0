"""The decision boundary: what the network says all over the plane of two features."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyqtgraph as pg
from numpy.typing import NDArray
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QShowEvent
from PySide6.QtWidgets import QLabel, QStackedLayout, QWidget

from gui.theme import theme
from gui.training.arrays import unpack
from gui.training.session import TrainingSession
from gui.workspace import Workspace

CLASSES = ("training", "validation", "third", "fourth", "fifth")


def class_color(number: int) -> QColor:
    """The colour of a class in this picture; they repeat after five."""
    return theme().series(CLASSES[number % len(CLASSES)])


def blended(planes: NDArray[np.float32], ground: QColor) -> NDArray[np.uint8]:
    """Probabilities (C, H, W) as colours (H, W, 3): pale where the network cannot decide.

    One plane is the probability of class 1.
    """
    shares = np.concatenate([1 - planes, planes]) if len(planes) == 1 else planes
    shares = np.clip(np.nan_to_num(shares), 0, 1)
    base = np.array(ground.getRgb()[:3], dtype=np.float32)
    winner = shares.argmax(0)
    chance = 1 / len(shares)
    certainty = np.clip((shares.max(0) - chance) / (1 - chance), 0, 1)[..., None] * 0.75
    colors = np.array([class_color(number).getRgb()[:3] for number in range(len(shares))], dtype=np.float32)
    return (base * (1 - certainty) + colors[winner] * certainty).astype(np.uint8)


class BoundaryPanel(QWidget):
    """Shown for data with two features; says so otherwise."""

    def __init__(self, workspace: Workspace, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.session = session
        self.last: dict[str, Any] | None = None
        self.plot = pg.PlotWidget()
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        for side in ("left", "bottom"):
            self.plot.getAxis(side).enableAutoSIPrefix(False)
        self.image = pg.ImageItem(axisOrder="row-major")
        self.points = pg.ScatterPlotItem(size=8, pxMode=True)
        self.plot.addItem(self.image)
        self.plot.addItem(self.points)
        self.plot.setAccessibleName(self.tr("Decision boundary"))
        self._drawn: object = None
        self.hint = QLabel()
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(16, 8, 16, 8)
        self.stack = QStackedLayout(self)
        self.stack.addWidget(self.hint)
        self.stack.addWidget(self.plot)
        session.message.connect(self._message)
        workspace.changed.connect(lambda _changes: self._say())
        theme().changed.connect(self._theme)
        self._theme()
        self._say()

    def _say(self) -> None:
        facts = self.workspace.facts
        if facts is not None and facts.input_shape != (2,):
            text = self.tr(
                "A boundary can be drawn for data with two features, such as moons, circles, spirals or XOR."
            )
        else:
            text = self.tr("Press Train to see the boundary move.")
        self.hint.setText(text)
        if self.last is None:
            self.stack.setCurrentWidget(self.hint)

    def _theme(self) -> None:
        self.plot.setBackground(theme().panel)
        for side in ("left", "bottom"):
            self.plot.getAxis(side).setPen(theme().border)
            self.plot.getAxis(side).setTextPen(theme().muted)
        self._draw()

    def _message(self, message: dict[str, Any]) -> None:
        if message["event"] == "started":
            self.last = None
            self._say()
            self.session.send({"do": "boundary", "on": message.get("features") == 2})
        elif message["event"] == "boundary":
            self.last = message
            self.stack.setCurrentWidget(self.plot)
            self._draw()

    def _new_points(self) -> bool:
        """Whether the points or their colours differ from those drawn: they cost ten times the boundary."""
        assert self.last is not None
        drawn = (self.last["points"]["data"], list(self.last["labels"]), theme().panel)
        new, self._drawn = drawn != self._drawn, drawn
        return new

    def showEvent(self, event: QShowEvent) -> None:
        self._draw()
        super().showEvent(event)

    def _draw(self) -> None:
        if self.last is None or not self.isVisible():
            return
        low, high = self.last["x"][0], self.last["x"][1]
        bottom, top = self.last["y"][0], self.last["y"][1]
        self.image.setImage(blended(unpack(self.last["probabilities"]), theme().panel), autoLevels=False)
        self.image.setRect(QRectF(low, bottom, high - low, top - bottom))
        if "points" in self.last and self._new_points():
            spots = unpack(self.last["points"])
            brushes = [class_color(int(label)) for label in self.last["labels"]]
            self.points.setData(
                x=spots[:, 0], y=spots[:, 1], brush=brushes, pen=pg.mkPen(theme().panel, width=1)
            )
        self.plot.setRange(QRectF(low, bottom, high - low, top - bottom), padding=0.02)
