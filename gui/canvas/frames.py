"""Frames: titled, coloured rectangles behind nodes, which carry what lies on them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from graph.edits import Edit, Move, SetFrames
from graph.model import Frame, Graph
from gui.canvas.geometry import GRID
from gui.canvas.lettering import font
from gui.canvas.words import tr
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene
    from gui.canvas.view import CanvasView

Side = Literal["", "l", "r", "t", "b", "lt", "rt", "lb", "rb"]

TITLE = 36.0
"""Height of the strip with the title, by which a frame is dragged."""
LEAST = 80.0
MARGIN = 32.0
EMPTY = (384.0, 224.0)
"""Size of a frame that is made around nothing: a place for a comment."""

COLOURS = ("grey", "blue", "green", "yellow", "orange", "purple")
_TINTS = {
    "blue": "Linear",
    "green": "Pooling",
    "yellow": "Activation",
    "orange": "Convolution",
    "purple": "Combine",
}


def area_of(frame: Frame) -> QRectF:
    return QRectF(frame.x, frame.y, frame.width, frame.height)


def tint(name: str) -> QColor:
    """The colour of a frame in the theme that is shown; a foreign ``#rrggbb`` as it is."""
    if name in _TINTS:
        return theme().category(_TINTS[name])
    return QColor(name) if name.startswith("#") else QColor(theme().muted)


def title_of(area: QRectF) -> QRectF:
    """The strip that shows the title."""
    return QRectF(area.x(), area.y(), area.width(), min(TITLE, area.height()))


def frame_at(graph: Graph, position: QPointF, pixel: float) -> tuple[str, Side]:
    """The frame whose title or rim is at a place, and which of its sides is; smaller frames first.

    ``pixel`` is the size of a screen pixel in the scene.
    """
    reach = min(7.0 * pixel, 20.0)
    for frame in sorted(graph.frames.values(), key=lambda item: item.width * item.height):
        area = area_of(frame)
        if not area.adjusted(-reach, -reach, reach, reach).contains(position):
            continue
        across = _near(position.x(), area.left(), area.right(), reach, "l", "r")
        down = _near(position.y(), area.top(), area.bottom(), reach, "t", "b")
        if across or down:
            return frame.id, across + down  # type: ignore[return-value]
        if title_of(area).contains(position):
            return frame.id, ""
    return "", ""


def _near(value: float, low: float, high: float, reach: float, first: str, last: str) -> str:
    if abs(value - low) <= reach:
        return first
    return last if abs(value - high) <= reach else ""


def carried(scene: CanvasScene, frame_id: str) -> tuple[set[str], set[str]]:
    """The nodes that lie on a frame as a whole, and the frames (itself included)."""
    graph = scene.graph
    area = area_of(graph.frames[frame_id]).adjusted(-1, -1, 1, 1)
    nodes = {key for key, item in scene.nodes.items() if area.contains(item.body)}
    frames = {key for key, frame in graph.frames.items() if area.contains(area_of(frame))}
    return nodes, frames


def moved(graph: Graph, nodes: Iterable[str], frames: Iterable[str], dx: float, dy: float) -> list[Edit]:
    """Edits that shift nodes and frames."""
    places = {key: (graph.nodes[key].x + dx, graph.nodes[key].y + dy) for key in nodes}
    shifted: dict[str, Frame | None] = {
        key: replace(graph.frames[key], x=graph.frames[key].x + dx, y=graph.frames[key].y + dy)
        for key in frames
    }
    edits: list[Edit] = [Move(graph.id, places)] if places else []
    return edits + ([SetFrames(graph.id, shifted)] if shifted else [])


def frame_around(view: CanvasView, at: QPointF | None = None) -> Frame:
    """A frame around the selected nodes and frames, or an empty one at a place."""
    scene, graph = view.canvas, view.canvas.graph
    chosen = [key for key in view.workspace.selection if key in graph.nodes]
    areas = [scene.nodes[key].body for key in chosen]
    areas += [area_of(graph.frames[key]) for key in view.workspace.selection if key in graph.frames]
    key = graph.fresh_ids("f")[0]
    if not areas:
        place = at or view.mapToScene(view.viewport().rect().center())
        x, y = (round(value / GRID) * GRID for value in (place.x() - EMPTY[0] / 2, place.y() - EMPTY[1] / 2))
        return Frame(key, tr("Comment"), x, y, *EMPTY)
    area = QRectF(areas[0])
    for other in areas[1:]:
        area = area.united(other)
    area.adjust(-MARGIN, -MARGIN - TITLE, MARGIN, MARGIN)
    title = graph.nodes[chosen[0]].name if len(chosen) == 1 else tr("Group")
    return Frame(key, title, area.x(), area.y(), area.width(), area.height(), "blue")


def paint_frames(painter: QPainter, rect: QRectF, scene: CanvasScene, scale: float) -> None:
    """All frames, the larger ones behind the smaller."""
    graph = scene.graph
    if not graph.frames:
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)
    shown = [(scene.framed.get(key) or area_of(frame), frame) for key, frame in graph.frames.items()]
    for area, frame in sorted(shown, key=lambda item: -item[0].width() * item[0].height()):
        if area.adjusted(-4, -4, 4, 4).intersects(rect):
            _paint(painter, area, frame, frame.id in scene.chosen, scale)


def _paint(painter: QPainter, area: QRectF, frame: Frame, chosen: bool, scale: float) -> None:
    color = tint(frame.color)
    fill, head = QColor(color), QColor(color)
    fill.setAlpha(26)
    head.setAlpha(64)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(fill)
    painter.drawRoundedRect(area, 12, 12)
    strip = title_of(area)
    painter.save()
    painter.setClipRect(strip, Qt.ClipOperation.IntersectClip)
    painter.setBrush(head)
    painter.drawRoundedRect(QRectF(area.x(), area.y(), area.width(), area.height() + 24), 12, 12)
    painter.restore()
    rim = QPen(theme().accent if chosen else color, 2.0 if chosen else 1.0)
    rim.setCosmetic(True)
    painter.setPen(rim)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(area, 12, 12)
    # from far away the title stays readable, as long as it fits
    size = min(max(15.0, 11.0 / scale), area.width() / max(6, len(frame.title)) * 1.5, 96.0)
    painter.setPen(theme().text)
    painter.setFont(font(round(size), True))
    if size <= 22:
        inside = strip.adjusted(14, 0, -14, 0)
        shown = painter.fontMetrics().elidedText(
            frame.title, Qt.TextElideMode.ElideRight, int(inside.width())
        )
        painter.drawText(inside, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, shown)
    else:
        painter.drawText(QPointF(area.x() + 4, area.y() - 0.25 * size), frame.title)
