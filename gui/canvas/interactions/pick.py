"""Clicks that need no dragging: a wire is selected, a problem's mark opens its bubble."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.canvas.interactions.base import Interaction, Pointer, Press

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class PickWire(Interaction):
    """Selects the wire; a red one also says what is wrong."""

    follows = False

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.hit.kind == "wire"

    def release(self, pointer: Pointer) -> None:
        wire, chosen = self.press.hit.wire, self.workspace.selection
        if pointer.ctrl:
            self.workspace.select(chosen ^ {wire})
        elif pointer.shift:
            self.workspace.select(chosen | {wire})
        else:
            self.workspace.select([wire])
            self.view.explain_wire(wire, pointer.pixel)


class AddDot(Interaction):
    """Alt and a click on a wire lead it over a dot; the dot is where the button is released."""

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.pointer.alt and press.hit.kind == "wire"

    def release(self, pointer: Pointer) -> None:
        self.view.commands.add_dot(self.press.hit.wire, pointer.position)


class PickMark(Interaction):
    """Selects the node and opens the bubble with its problem and repairs."""

    follows = False

    @classmethod
    def starts(cls, view: CanvasView, press: Press) -> bool:
        return press.left and press.hit.kind == "mark"

    def release(self, pointer: Pointer) -> None:
        self.workspace.select([self.press.hit.node])
        self.view.explain_node(self.press.hit.node)
