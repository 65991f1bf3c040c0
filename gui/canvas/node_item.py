"""A node in the scene. It has no flags, no children and no ``itemChange``: the scene moves and selects it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from graph.geometry import Point, fanned, input_place, output_place
from graph.model import Node
from gui.canvas import painting
from gui.canvas.geometry import MARGIN, node_size
from gui.canvas.look import Look

if TYPE_CHECKING:
    from gui.canvas.scene import CanvasScene


class NodeItem(QGraphicsRectItem):
    """Draws one node. Its origin is the node's top-left corner; ``body`` is the box without ports."""

    painted = 0
    """How often any node was painted, for tests that count."""

    def __init__(self, node_id: str, look: Look) -> None:
        super().__init__()
        self.node_id = node_id
        self.look = look
        self.node: Node | None = None
        """What it shows, as long as the document holds that very object."""
        self.selected = False
        self.hovered = False
        self.flashing = False
        self.partner = False
        """Whether it shares its weights with a selected node."""
        self.picture: tuple[object, tuple[bool, ...], QPixmap] | None = None
        """How it was drawn last, see :class:`gui.canvas.pictures.Pictures`."""
        self.setPen(Qt.PenStyle.NoPen)
        self._fit()

    def _fit(self) -> None:
        self.width, self.height = node_size(*self.look.outline)
        self.setRect(-MARGIN, -MARGIN, self.width + 2 * MARGIN, self.height + 2 * MARGIN)

    def show_look(self, look: Look) -> bool:
        """Take over another look; whether anything differs."""
        if look == self.look:
            return False
        before, self.look, self.picture = self.look, look, None
        if before.outline != look.outline:
            self._fit()
        self.update()
        return True

    @property
    def in_small_graph(self) -> bool:
        """Whether there are so few nodes that more of them can be drawn from afar."""
        scene: CanvasScene = self.scene()  # type: ignore[assignment]
        return scene.small

    @property
    def body(self) -> QRectF:
        """The box in scene units."""
        return QRectF(self.x(), self.y(), self.width, self.height)

    def input_at(self, number: int) -> Point:
        """Where an input is, from the node's corner."""
        return input_place(number, *self.look.outline)

    def output_at(self, number: int) -> Point:
        """Where an output is, from the node's corner."""
        return output_place(number, *self.look.outline)

    def input_point(self, port: str, index: int = 0, count: int = 1) -> QPointF:
        """Where a wire ends at an input; wires of a variadic port are spread by ``index`` of ``count``."""
        for number, look in enumerate(self.look.inputs):
            if look.name == port:
                place = self.input_at(number)
                if look.variadic:
                    place = fanned(place, index, count, self.look.flow)
                return QPointF(self.x() + place[0], self.y() + place[1])
        return self.pos() + QPointF(*self.input_at(0))

    def output_point(self, port: str) -> QPointF:
        """Where a wire starts at an output."""
        for number, look in enumerate(self.look.outputs):
            if look.name == port:
                return self.pos() + QPointF(*self.output_at(number))
        return self.pos() + QPointF(*self.output_at(0))

    def mark_rect(self, scale: float) -> QRectF:
        """Where the mark of a problem is, in scene units; it grows as the view moves away."""
        radius = painting.mark_radius(scale)
        centre = QPointF(self.x() + self.width - 4, self.y() + 4)
        return QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)

    def paint(
        self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None
    ) -> None:
        NodeItem.painted += 1
        scene: CanvasScene = self.scene()  # type: ignore[assignment]
        if widget is None:
            painting.paint_node(painter, self, scene.scale)
        else:
            scene.pictures.draw(painter, self, scene.scale, widget.devicePixelRatioF())
