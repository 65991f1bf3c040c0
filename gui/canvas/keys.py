"""The keys of the canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from gui.canvas.words import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

Key = Qt.Key
_ARROWS = {Key.Key_Left: (-1, 0), Key.Key_Right: (1, 0), Key.Key_Up: (0, -1), Key.Key_Down: (0, 1)}

_INTO = (Key.Key_Down, Key.Key_Return, Key.Key_Enter)
_BLOCKS = {Key.Key_G: "ungroup", Key.Key_D: "duplicate_shared"}
"""With Ctrl and Shift."""


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
    if held == Qt.KeyboardModifier.ControlModifier:
        return _with_ctrl(view, key)
    if held == Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier and key == Key.Key_V:
        view.commands.paste(keep_inputs=True)
        return True
    if held == Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier and key == Key.Key_X:
        view.commands.extract()
        return True
    if held == Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier and key in _BLOCKS:
        getattr(view.blocks, _BLOCKS[key])()
        return True
    if held == Qt.KeyboardModifier.AltModifier and key == Key.Key_C:
        view.commands.toggle("collapsed")
        return True
    if held == Qt.KeyboardModifier.AltModifier and key in _ARROWS:
        view.commands.step(*_ARROWS[key])
        return True
    if held in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        return _alone(view, key, event)
    return False


def release(view: CanvasView, event: QKeyEvent) -> None:
    if event.key() == Key.Key_Space and not event.isAutoRepeat():
        tapped = view.space_held and view.space_tapped
        view.hold_space(False)
        if tapped:
            view.add_at_cursor()
    if event.key() == Key.Key_Y and not event.isAutoRepeat():
        view.hold_cutting(False)


def _with_ctrl(view: CanvasView, key: Qt.Key) -> bool:
    commands = view.commands
    chosen = view.workspace.selected_nodes
    if key in (Key.Key_Delete, Key.Key_Backspace):
        commands.delete_and_heal()
    elif key == Key.Key_C:
        commands.copy()
    elif key == Key.Key_X:
        commands.cut()
    elif key == Key.Key_V:
        commands.paste()
    elif key == Key.Key_D:
        commands.duplicate()
    elif key == Key.Key_A:
        commands.select_all()
    elif key == Key.Key_B:
        commands.toggle_off("bypass")
    elif key == Key.Key_M:
        commands.toggle_off("mute")
    elif key == Key.Key_L:
        commands.arrange()
    elif key == Key.Key_G:
        view.blocks.group()
    elif key == Key.Key_Up:
        view.workspace.leave()
    elif key in _INTO and len(chosen) == 1 and view.workspace.graph.nodes[chosen[0]].block:
        view.workspace.enter(chosen[0])
    elif key in (Key.Key_Plus, Key.Key_Equal):
        view.zoom_to(view.canvas.scale * 1.25)
    elif key == Key.Key_Minus:
        view.zoom_to(view.canvas.scale / 1.25)
    elif key == Key.Key_0:
        view.zoom_to(1.0)
    else:
        return False
    return True


def _alone(view: CanvasView, key: Qt.Key, event: QKeyEvent) -> bool:
    chosen = view.workspace.selected_nodes
    shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
    if shift and key in (Key.Key_U, Key.Key_D):
        view.commands.select_flow(key == Key.Key_U)
    elif key in _ARROWS:
        if chosen:
            view.commands.nudge(*_ARROWS[key])
        else:
            view.commands.step(*_ARROWS[key])
    elif key in (Key.Key_Delete, Key.Key_Backspace):
        view.commands.delete_selection()
    elif key == Key.Key_Backtab:
        view.add_after()
    elif key == Key.Key_W:
        view.connecting.connect()
    elif key == Key.Key_R:
        view.connecting.replace()
    elif key == Key.Key_Tab:
        view.add_at_cursor()
    elif key == Key.Key_Space:
        if not event.isAutoRepeat():
            view.hold_space(True)
    elif key == Key.Key_Y:
        view.hold_cutting(True)
    elif key == Key.Key_F:
        view.fit_selection()
    elif key == Key.Key_Home:
        view.fit()
    elif key == Key.Key_L:
        view.commands.arrange()
    elif key == Key.Key_C:
        view.frame_selection()
    elif key in (Key.Key_Return, Key.Key_Enter) and len(chosen) == 1:
        view.activate(chosen[0])
    elif key == Key.Key_F2 and len(chosen) == 1:
        view.rename_requested.emit(chosen[0])
    elif key == Key.Key_F2 and view.chosen_frame():
        view.edit_title(view.chosen_frame())
    elif key == Key.Key_F2:
        view.workspace.message.emit("info", tr("Select one node to rename it."))
    else:
        return False
    return True
