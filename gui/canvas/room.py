"""Room for what is pasted or duplicated: beside what is there, never over it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF

from graph.edits import AddNodes, Edit, SetFrames
from graph.geometry import Flow, flow_of, form_of, node_size
from graph.model import Node, Project
from graph.ports import in_ports, out_ports
from gui.canvas.frames import area_of
from gui.canvas.geometry import around

GAP = 32.0
"""Between what is there and what comes beside it."""
AHEAD, BACK = (1.0, 0.0), (-1.0, 0.0)
DOWN, UP = (0.0, 1.0), (0.0, -1.0)


def bounds(project: Project, graph_id: str, edits: Sequence[Edit]) -> QRectF:
    """The rectangle around the nodes and frames that edits add to a graph."""
    flow = flow_of(project, graph_id)
    found = []
    for edit in edits:
        if isinstance(edit, AddNodes) and edit.graph == graph_id:
            found += [QRectF(node.x, node.y, *_size(project, node, flow)) for node in edit.nodes]
        elif isinstance(edit, SetFrames) and edit.graph == graph_id:
            found += [area_of(frame) for frame in edit.frames.values() if frame is not None]
    return around(found)


def _size(project: Project, node: Node, flow: Flow) -> tuple[float, float]:
    if (
        node.block is not None and node.block not in project.blocks
    ):  # it comes along: one port a side is likely
        return node_size(1, 1, form_of(node), flow)
    return node_size(len(in_ports(project, node)), len(out_ports(project, node)), form_of(node), flow)


def moved(edits: Sequence[Edit], graph_id: str, step: QPointF) -> list[Edit]:
    """The same edits, with what they add to a graph standing elsewhere."""
    found: list[Edit] = []
    for edit in edits:
        if isinstance(edit, AddNodes) and edit.graph == graph_id:
            nodes = [replace(node, x=node.x + step.x(), y=node.y + step.y()) for node in edit.nodes]
            edit = replace(edit, nodes=nodes)
        elif isinstance(edit, SetFrames) and edit.graph == graph_id:
            frames = {
                key: replace(frame, x=frame.x + step.x(), y=frame.y + step.y()) if frame is not None else None
                for key, frame in edit.frames.items()
            }
            edit = replace(edit, frames=frames)
        found.append(edit)
    return found


def free_step(area: QRectF, taken: Iterable[QRectF], flow: Flow, anywhere: bool) -> QPointF:
    """How far an area must move to cover nothing that is taken.

    It gives way across the wires, so that copies stand level with their originals; ``anywhere`` lets it take
    the shortest of all ways, for a place that was pointed at.
    """
    boxes = list(taken)
    across = DOWN if flow == "right" else AHEAD
    ways = (DOWN, UP, AHEAD, BACK) if anywhere else (across,)
    steps = [_step(area, boxes, way) for way in ways]
    return min(steps, key=lambda step: abs(step.x()) + abs(step.y()))


def _step(area: QRectF, boxes: list[QRectF], way: tuple[float, float]) -> QPointF:
    here = QRectF(area)
    while over := [
        box for box in boxes if box.adjusted(-GAP + 1, -GAP + 1, GAP - 1, GAP - 1).intersects(here)
    ]:
        if way == DOWN:
            here.moveTop(max(box.bottom() for box in over) + GAP)
        elif way == UP:
            here.moveBottom(min(box.top() for box in over) - GAP)
        elif way == AHEAD:
            here.moveLeft(max(box.right() for box in over) + GAP)
        else:
            here.moveRight(min(box.left() for box in over) - GAP)
    return here.topLeft() - area.topLeft()
