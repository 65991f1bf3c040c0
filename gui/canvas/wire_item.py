"""Wires in the scene: path items that Qt paints, bent ones from pictures, and the shape written on those with room."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsPathItem, QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from gui.canvas.geometry import Flow, wire_path, wire_points
from gui.canvas.lettering import text_width, write
from gui.canvas.wire_parts import Part, Stroke
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene

LABEL = 10.5
WIRES_Z, LABELS_Z = -1.0, -0.5


@lru_cache(maxsize=64)
def wire_pen(tone: str, selected: bool, hovered: bool) -> QPen:
    """``tone`` is ``error``, ``unknown``, ``preview`` or the kind of numbers that flow."""
    colors = theme()
    if selected:
        color = colors.accent
    elif tone == "error":
        color = colors.error
    elif tone == "unknown":
        color = colors.wire_unknown
    elif tone == "float":
        color = colors.wire
    else:
        color = colors.dtype(tone)
    width = 3.4 if selected or hovered else 2.4 if tone == "error" else 2.0
    pen = QPen(QColor(color), width)
    pen.setCapStyle(Qt.PenCapStyle.FlatCap)  # the ends lie under ports; round ones would cost more
    if tone == "unknown" and not selected:
        pen.setStyle(Qt.PenStyle.DashLine)
    return pen


class WireItem(QGraphicsPathItem):
    """One wire. The scene sets its ends and its tone."""

    def __init__(self, edge_id: str) -> None:
        super().__init__()
        self.edge_id = edge_id
        self.start = QPointF()
        self.end = QPointF()
        self.flow: Flow = "right"
        self.tone = ""
        self.selected = False
        self.hovered = False
        self.text = ""
        self.label: LabelItem | None = None
        self.look = ("", False, False)
        """Tone, selected, hovered."""
        self.stroke = Stroke(QPainterPath(), self.start, ())
        self.parts: list[Part] | None = None
        """Its straight and bent parts, once they are wanted."""
        self.drawn: tuple[object, ...] = ()
        """How it was drawn last, see :class:`gui.canvas.wire_pictures.WirePictures`."""
        self.setZValue(WIRES_Z)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        if self.stroke.course and widget is not None:
            scene: CanvasScene = self.scene()  # type: ignore[assignment]
            if scene.wire_pictures.draw(painter, self):
                return
        super().paint(painter, option, widget)

    def route(self, start: QPointF, end: QPointF, flow: Flow) -> None:
        """Put the ends somewhere else."""
        self.start, self.end, self.flow = start, end, flow
        ahead = end - start
        straight = (ahead.x() if flow == "down" else ahead.y()) == 0
        path = wire_path(start, end, flow)
        self.stroke = Stroke(
            path, start, () if straight else (round(ahead.x(), 3), round(ahead.y(), 3), flow)
        )
        self.parts = None
        self.setPath(path)
        self.place_label()

    def dress(self, tone: str | None = None, selected: bool | None = None, hovered: bool | None = None,
              again: bool = False) -> None:  # fmt: skip
        """Change how it looks; what is not given stays."""
        before = (self.tone, self.selected, self.hovered)
        self.tone = self.tone if tone is None else tone
        self.selected = self.selected if selected is None else selected
        self.hovered = self.hovered if hovered is None else hovered
        if again or before != (self.tone, self.selected, self.hovered):
            self.look = (self.tone, self.selected, self.hovered)
            self.stroke.held = self.parts = None
            self.setPen(wire_pen(*self.look))

    def caption(self, text: str) -> None:
        """The shape that flows here; shown when the wire is long enough."""
        if text != self.text:
            self.text = text
            self.place_label()

    def place_label(self) -> None:
        """Write the shape in the middle where there is room; a wire outside of a scene waits for it."""
        wide = self._room_for_label()
        if not wide:
            if self.label is not None:
                self.label.setVisible(False)
            return
        if self.label is None:
            scene: CanvasScene = self.scene()  # type: ignore[assignment]
            if scene is None:
                return
            self.label = LabelItem()
            scene.addItem(self.label)
        middle = wire_points(self.start, self.end, self.flow, 2)[1]
        scene = self.scene()  # type: ignore[assignment]
        self.label.show_text(self.text, wide, *middle, self.flow == "down")
        self.label.setVisible(scene is not None and scene.labels_shown)

    @property
    def wants_label(self) -> bool:
        """Whether the label may be seen when labels are."""
        return bool(self._room_for_label())

    def _room_for_label(self) -> float:
        """The width of the label; 0 when there is none, or no room for it."""
        if not self.text:
            return 0.0
        wide = text_width(self.text, LABEL) + 12
        ahead = self.end - self.start
        return wide if (ahead.y() if self.flow == "down" else ahead.x()) - 28 >= wide else 0.0


class LabelItem(QGraphicsRectItem):
    """The shape on a wire, behind the nodes; written along the wire, so that wires side by side have room."""

    def __init__(self) -> None:
        super().__init__()
        self.text = ""
        self.upright = False
        self.setZValue(LABELS_Z)
        self.setPen(Qt.PenStyle.NoPen)

    def show_text(self, text: str, wide: float, x: float, y: float, upright: bool) -> None:
        self.text, self.upright = text, upright
        width, height = (18.0, wide) if upright else (wide, 18.0)
        self.setRect(QRectF(x - width / 2, y - height / 2, width, height))
        self.update()

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        colors, rect = theme(), self.rect()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colors.canvas)
        painter.drawRoundedRect(rect, 6, 6)
        painter.save()
        if self.upright:
            painter.translate(rect.bottomLeft())
            painter.rotate(-90)
            rect = QRectF(0, 0, rect.height(), rect.width())
        write(painter, QPointF(rect.x() + 6, rect.y() + 1.5), self.text, LABEL, colors.wire_label,
              rect.width())  # fmt: skip
        painter.restore()
