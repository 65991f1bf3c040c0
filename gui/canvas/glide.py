"""Movements that only please the eye: nodes gliding to a new layout, and a node that lights up."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QEasingCurve, QVariantAnimation
from shiboken6 import isValid

from gui.canvas.node_item import NodeItem
from gui.canvas.scene import CanvasScene

MANY = 400
"""Above so many nodes a layout appears at once."""


class Glide:
    """Runs at most one layout animation and one flash at a time."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self._move: QVariantAnimation | None = None
        self._flash: QVariantAnimation | None = None

    def run(self, old: Mapping[str, tuple[float, float]], new: Mapping[str, tuple[float, float]]) -> None:
        """From old places to new ones, which the document has already."""
        self.finish()
        if len(new) > MANY:
            return
        animation = QVariantAnimation(self._scene)
        animation.setDuration(260)
        animation.setStartValue(0.0)
        animation.setEndValue(1.0)
        animation.setEasingCurve(QEasingCurve.Type.InOutCubic)

        def step(value: object) -> None:
            assert isinstance(value, float)
            if value >= 1.0:
                self._scene.settle(new)
                return
            self._scene.preview(
                {
                    key: (old[key][0] + (x - old[key][0]) * value, old[key][1] + (y - old[key][1]) * value)
                    for key, (x, y) in new.items()
                    if key in self._scene.nodes
                }
            )

        animation.valueChanged.connect(step)
        animation.finished.connect(self._done)
        self._move = animation
        step(0.0)
        animation.start()

    def _done(self) -> None:
        self._move = None

    def finish(self) -> None:
        """Jump to the end of a running animation."""
        if self._move is not None:
            running, self._move = self._move, None
            running.stop()
            self._scene.settle(list(self._scene.nodes))
            running.deleteLater()

    def flash(self, item: NodeItem) -> None:
        """Let a node blink twice."""
        if self._flash is not None:
            self._flash.stop()
            self._flash.deleteLater()
        animation = QVariantAnimation(self._scene)
        animation.setDuration(900)
        animation.setStartValue(0.0)
        animation.setEndValue(4.0)

        def step(value: object) -> None:
            assert isinstance(value, float)
            if isValid(item) and item.scene() is not None:
                item.flashing = int(value) % 2 == 0 and value < 4.0
                item.update()

        animation.valueChanged.connect(step)
        self._flash = animation
        animation.start()
