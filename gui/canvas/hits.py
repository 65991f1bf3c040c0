"""What is under the mouse."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.canvas import geometry
from gui.canvas.frames import Side, frame_at
from gui.canvas.node_item import NodeItem
from gui.canvas.scene import CanvasScene
from gui.canvas.wire_item import WireItem

Kind = Literal["void", "node", "mark", "input", "output", "wire", "frame", "rim"]
BOXES = Qt.ItemSelectionMode.IntersectsItemBoundingRect


@dataclass(frozen=True, slots=True)
class Hit:
    """``node`` for a node, its mark or one of its ports (``port``); ``wire`` for a wire; ``frame`` for the
    title of a frame or its rim (``side``)."""

    kind: Kind = "void"
    node: str = ""
    port: str = ""
    wire: str = ""
    frame: str = ""
    side: Side = ""


def hit(scene: CanvasScene, position: QPointF, ports: bool = True) -> Hit:
    """The topmost thing at a place. Ports and wires are met a few screen pixels around them."""
    pixel = 1 / scene.scale
    reach = max(18.0, 8 * pixel)
    area = QRectF(position.x() - reach, position.y() - reach, 2 * reach, 2 * reach)
    near = scene.items(area, BOXES)
    for item in near:
        if isinstance(item, NodeItem):
            if item.look.mark and item.mark_rect(scene.scale).contains(position):
                return Hit("mark", item.node_id)
            found = port_of(item, position, min(11.0, 14.0 * pixel) if pixel > 1 else 9.0) if ports else None
            if found is not None:
                return found
            if item.body.contains(position):
                return Hit("node", item.node_id)
    wire = nearest_wire([item for item in near if isinstance(item, WireItem)], position, 6 * pixel)
    if wire:
        return Hit("wire", wire=wire)
    frame, side = frame_at(scene.graph, position, pixel)
    if frame:
        return Hit("rim" if side else "frame", frame=frame, side=side)
    return Hit()


def port_of(item: NodeItem, position: QPointF, reach: float) -> Hit | None:
    """The port of a node within ``reach`` of a place. Of a dot two opposite rims are the ports."""
    if item.look.form == "dot":
        reach = min(reach, 6.0)
    for look in item.look.inputs:
        at = item.input_point(look.name, 0, 1)
        long = 12.0 if look.variadic else 0.0
        wide, tall = (long, 0.0) if item.look.flow == "down" else (0.0, long)
        if abs(position.x() - at.x()) <= reach + wide and abs(position.y() - at.y()) <= reach + tall:
            return Hit("input", item.node_id, look.name)
    for look in item.look.outputs:
        at = item.output_point(look.name)
        if abs(position.x() - at.x()) <= reach and abs(position.y() - at.y()) <= reach:
            return Hit("output", item.node_id, look.name)
    return None


def nearest_wire(wires: list[WireItem], position: QPointF, reach: float) -> str:
    """The id of the wire closest to a place, or nothing when none is within ``reach``."""
    best, chosen = reach, ""
    for wire in wires:
        away = geometry.distance(position, wire.start, wire.end, wire.flow)
        if away <= best:
            best, chosen = away, wire.edge_id
    return chosen


def wire_near(scene: CanvasScene, position: QPointF, reach: float, without: str = "") -> str:
    """The wire within ``reach`` of a place that does not touch the node ``without``."""
    area = QRectF(position.x() - reach, position.y() - reach, 2 * reach, 2 * reach)
    wires = [item for item in scene.items(area, BOXES) if isinstance(item, WireItem)]
    edges = scene.graph.edges
    free = [
        wire for wire in wires
        if wire.edge_id in edges and without not in (edges[wire.edge_id].source, edges[wire.edge_id].target)
    ]  # fmt: skip
    return nearest_wire(free, position, reach)


def inside(scene: CanvasScene, area: QRectF) -> set[str]:
    """The nodes whose body touches a rectangle, and the wires that lie in it as a whole."""
    found = set()
    for item in scene.items(area, BOXES):
        if isinstance(item, NodeItem) and item.body.intersects(area):
            found.add(item.node_id)
        elif isinstance(item, WireItem) and area.contains(item.start) and area.contains(item.end):
            found.add(item.edge_id)
    return found
