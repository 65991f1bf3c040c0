"""What would go wrong if what is being dragged were let go here, said at the mouse beforehand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QTimer

from graph.edits import Edit, EditError
from gui.canvas.cursor_label import CursorLabel
from gui.canvas.trial import foreseen

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

PAUSE = 90
"""Milliseconds that it must rest over the same thing before the edits are tried."""


class Forecast:
    """Tries the edits of a drop without making them. Lives as long as the drag."""

    def __init__(self, view: CanvasView) -> None:
        self.workspace = view.workspace
        self.label = CursorLabel(view)
        self.reason = ""
        """Why it does not fit, once that is known."""
        self._target = ""
        self._pixel = QPoint()
        self._make: Callable[[], Sequence[Edit]] = tuple
        self._timer = QTimer(self.label)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self._ask)

    def over(self, target: str, pixel: QPoint, hint: str, make: Callable[[], Sequence[Edit]]) -> None:
        """What is dragged is over a ``target`` (nothing when empty), whose edits ``make`` works out. The ``hint``
        is shown as long as nothing is wrong."""
        self._pixel, self._make = pixel, make
        if target != self._target:
            self._target, self.reason = target, ""
            if target:
                self._timer.start()
            else:
                self._timer.stop()
        if self.reason:
            self.label.say(self.reason, "error", pixel)
        else:
            self.label.say(hint, "info", pixel)

    def _ask(self) -> None:
        try:
            self.reason = foreseen(self.workspace, self._make()).reason
        except EditError as error:
            self.reason = str(error)
        if self.reason:
            self.label.say(self.reason, "error", self._pixel)

    def end(self) -> None:
        """The drag is over."""
        self._timer.stop()
        self.label.hide()
        self.label.deleteLater()
