"""Hands for the tests of the window: keys and clicks as a person gives them, answers to dialogs."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QMessageBox, QWidget

from graph.build import GraphBuilder, project
from graph.model import Node, Project
from gui.workspace import Workspace
from tests.gui.training_hand import until, workspace_of

LEFT = Qt.MouseButton.LeftButton


def small_project() -> Project:
    """image (1, 8, 8) -> conv1 (4 filters) -> relu1 -> flatten1 -> fc1 (10) -> scores."""
    g = GraphBuilder("Small")
    x = g.input("image", shape=(1, 8, 8))
    x = g.add("Conv2d", x, out_channels=4, kernel_size=3, padding=1, name="conv1")
    x = g.add("ReLU", x, name="relu1")
    x = g.add("Flatten", x, name="flatten1")
    x = g.add("Linear", x, out_features=10, name="fc1")
    g.output(x, "scores")
    return project("Small one", g)


def block_project() -> Project:
    """A network that uses one block twice, the second time three in a row."""
    block = GraphBuilder("Unit", help="A layer and its activation.")
    width = block.parameter("width", 8, "How many outputs.")
    x = block.input("x")
    x = block.add("Linear", x, out_features=width, name="fc")
    block.output(block.add("ReLU", x, name="act"), "y")
    g = GraphBuilder("Net")
    x = g.input("data", shape=(4,))
    x = g.use(block, x, name="first")
    x = g.use(block, x, name="rest", repeat=3)
    g.output(g.add("Linear", x, out_features=2, name="head"), "scores")
    return project("Blocks", g)


def named(workspace: Workspace, name: str) -> Node:
    """The node of this name in the graph that is shown."""
    return next(node for node in workspace.graph.nodes.values() if node.name == name)


def click(widget: QWidget, at: QPoint | None = None) -> None:
    QTest.mouseClick(widget, LEFT, Qt.KeyboardModifier.NoModifier, at or widget.rect().center())


def show(widget: QWidget, width: int, height: int) -> None:
    """Show a window and wait until it has the keyboard."""
    widget.resize(width, height)
    widget.show()
    widget.activateWindow()
    until(widget.isActiveWindow, "the window is active")


def settle() -> None:
    """Let what was put off until Qt has time happen, and what that puts off in its turn. What comes a while
    later (a timer of more than some milliseconds, an answer of a thread) is waited for with :func:`until`."""
    QTest.qWait(10)
    for _ in range(10):  # on a busy machine the wait may be over after one round
        QApplication.processEvents()


def write(widget: QWidget, text: str) -> None:
    """Replace the text of a field by typing."""
    widget.setFocus()
    QTest.keyClick(widget, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClicks(widget, text)


class Answers:
    """Clicks a button of every modal dialog that comes up, and remembers what they said."""

    def __init__(self, *buttons: QMessageBox.StandardButton | str) -> None:
        self.buttons = list(buttons)
        self.texts: list[str] = []
        self._timer = QTimer()
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._look)

    def __enter__(self) -> Answers:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.stop()
        assert not self.buttons, "A dialog that was expected did not come."

    def _look(self) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QMessageBox) and self.buttons:
            self.texts.append(dialog.text())
            wanted = self.buttons.pop(0)
            if isinstance(wanted, str):
                click(next(button for button in dialog.buttons() if button.text() == wanted))
            else:
                click(dialog.button(wanted))
        elif isinstance(dialog, QDialog):
            dialog.reject()


__all__ = [
    "Answers", "block_project", "click", "named", "settle", "show", "small_project", "until", "workspace_of", "write",
]  # fmt: skip
