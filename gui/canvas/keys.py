"""The keys of the canvas.

In the window the actions of :mod:`gui.actions` have their keys themselves. The canvas does the same with the keys that
are theirs now, so that it can be worked with alone, and has a few of its own that stay as they are.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QKeyCombination, Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from gui.actions import action_at
from gui.canvas.words import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

Key = Qt.Key
PLAIN = Qt.KeyboardModifier.NoModifier
_ARROWS = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, -1), Key.Key_Down: (0, 1)}
OWN = ("Space", "Y", "Esc", "Return", "Enter", "Left", "Right", "Up", "Down")
"""Keys that cannot be given to an action."""


def _enter(view: CanvasView) -> None:
    chosen = view.workspace.selected_nodes
    if len(chosen) == 1 and view.workspace.graph.nodes[chosen[0]].block:
        view.workspace.enter(chosen[0])


def _rename(view: CanvasView) -> None:
    chosen = view.workspace.selected_nodes
    if len(chosen) == 1:
        view.rename_requested.emit(chosen[0])
    elif view.chosen_frame():
        view.edit_title(view.chosen_frame())
    else:
        view.workspace.message.emit("info", tr("Select one node to rename it."))


DOES: dict[str, Callable[[CanvasView], object]] = {
    "cut": lambda view: view.commands.cut(),
    "copy": lambda view: view.commands.copy(),
    "paste": lambda view: view.commands.paste(),
    "paste_inputs": lambda view: view.commands.paste(keep_inputs=True),
    "duplicate": lambda view: view.commands.duplicate(),
    "duplicate_shared": lambda view: view.blocks.duplicate_shared(),
    "delete": lambda view: view.commands.delete_selection(),
    "delete_heal": lambda view: view.commands.delete_and_heal(),
    "extract": lambda view: view.commands.extract(),
    "select_all": lambda view: view.commands.select_all(),
    "select_upstream": lambda view: view.commands.select_flow(True),
    "select_downstream": lambda view: view.commands.select_flow(False),
    "step_left": lambda view: view.commands.step(-1, 0),
    "step_right": lambda view: view.commands.step(1, 0),
    "step_up": lambda view: view.commands.step(0, -1),
    "step_down": lambda view: view.commands.step(0, 1),
    "carry_on": lambda view: view.commands.carry(True),
    "carry_back": lambda view: view.commands.carry(False),
    "rename": _rename,
    "bypass": lambda view: view.commands.toggle_off("bypass"),
    "mute": lambda view: view.commands.toggle_off("mute"),
    "collapse": lambda view: view.commands.toggle("collapsed"),
    "arrange": lambda view: view.commands.arrange(),
    "group": lambda view: view.blocks.group(),
    "ungroup": lambda view: view.blocks.ungroup(),
    "leave_block": lambda view: view.workspace.leave(),
    "enter_block": _enter,
    "go_canvas": _enter,
    "zoom_in": lambda view: view.zoom_to(view.canvas.scale * 1.25),
    "zoom_out": lambda view: view.zoom_to(view.canvas.scale / 1.25),
    "zoom_reset": lambda view: view.zoom_to(1.0),
    "fit": lambda view: view.fit(),
    "fit_selection": lambda view: view.fit_selection(),
    "add_layer": lambda view: view.add_at_cursor(),
    "add_after": lambda view: view.add_after(),
    "connect": lambda view: view.connecting.connect(),
    "replace": lambda view: view.connecting.replace(),
    "frame": lambda view: view.frame_selection(),
}
"""What the window's actions do here."""


def press(view: CanvasView, event: QKeyEvent) -> bool:
    """Do what a key means; whether it meant anything. While a gesture runs, only Esc does."""
    key = Key(event.key())
    if key == Key.Key_Escape:
        if view.bubble is not None:
            view.close_bubble()
        elif not view.cancel_interaction():
            if view.workspace.selection:
                view.workspace.select(())
            else:
                view.workspace.leave()
        return True
    if view.interaction is not None:
        return True
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if held in (PLAIN, Qt.KeyboardModifier.ShiftModifier) and _own(view, key, event):
        return True
    plain = Key.Key_Tab if key == Key.Key_Backtab else key
    does = DOES.get(action_at(QKeySequence(QKeyCombination(held, plain))))
    if does is not None:
        does(view)
    return does is not None


def release(view: CanvasView, event: QKeyEvent) -> None:
    if event.key() == Key.Key_Space and not event.isAutoRepeat():
        tapped = view.space_held and view.space_tapped
        view.hold_space(False)
        if tapped:
            view.add_at_cursor()
    if event.key() == Key.Key_Y and not event.isAutoRepeat():
        view.hold_cutting(False)


def _own(view: CanvasView, key: Qt.Key, event: QKeyEvent) -> bool:
    """The keys that stay as they are."""
    chosen = view.workspace.selected_nodes
    if key in _ARROWS:
        if chosen:
            view.commands.nudge(*_ARROWS[key])
        else:
            view.commands.step(*_ARROWS[key])
    elif key == Key.Key_Space:
        if not event.isAutoRepeat():
            view.hold_space(True)
    elif key == Key.Key_Y:
        view.hold_cutting(True)
    elif key in (Key.Key_Return, Key.Key_Enter) and len(chosen) == 1:
        view.activate(chosen[0])
    else:
        return False
    return True
