"""The gestures of the mouse. Each file holds one; the first that wants a press gets it."""

from __future__ import annotations

from gui.canvas.interactions.band import Band
from gui.canvas.interactions.base import Interaction, Pointer, Press
from gui.canvas.interactions.cut import Cut, Dots
from gui.canvas.interactions.drag_frame import DragFrame, ResizeFrame
from gui.canvas.interactions.drag_nodes import DragNodes
from gui.canvas.interactions.drag_wire import DragWire
from gui.canvas.interactions.pan import Pan
from gui.canvas.interactions.pick import AddDot, PickMark, PickWire
from gui.canvas.interactions.port_wires import DropWires, MoveWires

STARTERS: tuple[type[Interaction], ...] = (
    Pan,
    Cut,
    Dots,
    PickMark,
    DropWires,
    MoveWires,
    DragWire,
    DragNodes,
    AddDot,
    PickWire,
    ResizeFrame,
    DragFrame,
    Band,
)

__all__ = ["STARTERS", "Interaction", "Pointer", "Press"]
