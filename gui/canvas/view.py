"""The canvas for the window: hands every gesture to its object and offers what menus do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from time import monotonic

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QSize, Qt, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QContextMenuEvent,
    QCursor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QResizeEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from graph.changes import ChangeSet
from graph.edits import Edit, SetFrames
from graph.problems import Problem
from gui.blocks.commands import BlockCommands
from gui.canvas import keys, menus, tips, touch
from gui.canvas.adding import Adding
from gui.canvas.bubble import Bubble
from gui.canvas.camera import Camera
from gui.canvas.commands import Commands
from gui.canvas.connecting import Connecting
from gui.canvas.drops import Drops
from gui.canvas.edge_scroll import EdgeScroll
from gui.canvas.find import FindBar
from gui.canvas.frames import area_of, frame_around, title_of
from gui.canvas.glide import Glide
from gui.canvas.hits import Hit, hit
from gui.canvas.interactions import STARTERS, Interaction, Pointer, Press
from gui.canvas.minimap import Minimap
from gui.canvas.title_edit import TitleEdit
from gui.canvas.words import tr
from gui.settings import settings
from gui.workspace import Workspace

TAP = 0.22
"""Seconds within which a press of Space is a tap, which opens the search, and no wish to pan."""
SNAPPING = "canvas/snapping"
_CURSOR = Qt.CursorShape
RIM_CURSORS = {
    "l": _CURSOR.SizeHorCursor, "r": _CURSOR.SizeHorCursor, "t": _CURSOR.SizeVerCursor, "b": _CURSOR.SizeVerCursor,
    "lt": _CURSOR.SizeFDiagCursor, "rb": _CURSOR.SizeFDiagCursor,
    "rt": _CURSOR.SizeBDiagCursor, "lb": _CURSOR.SizeBDiagCursor,
}  # fmt: skip


class CanvasView(Camera):
    """The canvas as the window uses it. ``commands`` is what the menus do, ``adding`` makes new nodes."""

    node_activated = Signal(str)
    """A node was double-clicked, or Enter was pressed on it (a block is entered besides)."""
    rename_requested = Signal(str)
    hovered = Signal(str)
    """The node under the mouse, or an empty text."""

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        self.interaction: Interaction | None = None
        self.bubble: Bubble | None = None
        self.minimap: Minimap | None = None
        self.over = Hit()
        self.space_held = False
        self.cutting_held = False
        self._space_since = 0.0
        self.snapping = settings().value(SNAPPING, True, type=bool)
        super().__init__(workspace, parent)
        self.commands = Commands(self)
        self.blocks = BlockCommands(self)
        self.adding = Adding(self)
        self.connecting = Connecting(self)
        self.drops = Drops(self)
        self.glider = Glide(self.canvas)
        self.rim = EdgeScroll(self)
        self.minimap = Minimap(self)
        self.touch = touch.Touch(self)
        self.find_bar = FindBar(self)
        self.setAccessibleName(tr("Network canvas"))
        self.viewport().setAccessibleName(tr("Network canvas"))
        self.setAccessibleDescription(tr("The layers and wires of the network. Press Tab to add a layer."))
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        workspace.changed.connect(self._document_changed)
        self.canvas.rebuilt.connect(self._scene_rebuilt)
        self.scale_changed.connect(self.close_bubble)

    # -- what the window calls -----------------------------------------------------------------------

    def reveal(self, node_id: str) -> None:
        """Bring a node into view, in the middle if it was not, and let it light up for a moment."""
        item = self.canvas.nodes.get(node_id)
        if item is not None:
            if self.canvas.scale < 0.55:
                self._set_scale(0.85)
                self.centerOn(item.body.center())
            self.show_node(node_id)
            self.glider.flash(item)

    def add_at_cursor(self) -> None:
        """Open the search at the mouse (or in the middle, when the mouse is elsewhere)."""
        self.adding.open_for_next(self._mouse_pixel() or self.viewport().rect().center())

    def add_after(self) -> None:
        """Open the search; the choice goes behind the selected node, into the wire that leaves it."""
        self.adding.open_behind(self.viewport().rect().center())

    def arrange(self) -> None:
        self.commands.arrange()

    def select_all(self) -> None:
        self.commands.select_all()

    def copy(self) -> None:
        self.commands.copy()

    def cut(self) -> None:
        self.commands.cut()

    def paste(self) -> None:
        self.commands.paste()

    def duplicate(self) -> None:
        self.commands.duplicate()

    def delete_selection(self) -> None:
        self.commands.delete_selection()

    def delete_and_heal(self) -> None:
        self.commands.delete_and_heal()

    def frame_selection(self) -> None:
        """Put a frame around the selection (or an empty one at the mouse) and ask for its title."""
        frame = frame_around(self, self.cursor_place())
        if self.workspace.perform(tr("Add a frame"), [SetFrames(self.workspace.graph_id, {frame.id: frame})]):
            self.workspace.select([frame.id])
            self.edit_title(frame.id, fresh=self.workspace.undo.index())

    def chosen_frame(self) -> str:
        """The frame that alone is selected, or an empty text."""
        chosen = [key for key in self.workspace.selection if key in self.workspace.graph.frames]
        return chosen[0] if len(chosen) == 1 == len(self.workspace.selection) else ""

    def edit_title(self, frame_id: str, fresh: int = 0) -> None:
        """Type a frame's title where it stands. ``fresh``: the undo step that added it, which the title joins."""
        frame = self.workspace.graph.frames[frame_id]
        strip = title_of(area_of(frame))
        shown = self.mapFromScene(strip).boundingRect()
        area = QRect(
            shown.x() + 4, shown.y() + 2, max(140, min(shown.width() - 8, 420)), max(26, shown.height() - 4)
        )
        graph_id = self.workspace.graph_id

        def done(text: str) -> None:
            if fresh and self.workspace.undo.index() == fresh:
                self.workspace.undo.undo()
                titled = {frame_id: replace(frame, title=text)}
                self.workspace.perform(tr("Add a frame"), [SetFrames(graph_id, titled)])
                self.workspace.select([frame_id])
                return
            self.commands.change_frame(graph_id, frame_id, tr("Rename a frame"), title=text)

        TitleEdit(self.viewport(), area, frame.title, done)

    def toggle_snapping(self) -> None:
        """Whether dragged nodes snap to others; remembered."""
        self.snapping = not self.snapping
        settings().setValue(SNAPPING, self.snapping)

    def activate(self, node_id: str) -> None:
        """What a double click does: look inside a block; tell the window for any node."""
        if self.workspace.graph.nodes[node_id].block is not None:
            self.workspace.enter(node_id)
        else:
            self.node_activated.emit(node_id)

    # -- for gestures --------------------------------------------------------------------------------

    def perform_and_select(self, name: str, edits: Sequence[Edit]) -> bool:
        return self.commands.perform_and_select(name, edits)

    def pointer(self, pixel: QPoint, modifiers: Qt.KeyboardModifier) -> Pointer:
        return Pointer(pixel, self.mapToScene(pixel), modifiers)

    def hit_at(self, pixel: QPoint) -> Hit:
        return hit(self.canvas, self.mapToScene(pixel), ports=not self.far_away)

    def _mouse_pixel(self) -> QPoint | None:
        pixel = self.viewport().mapFromGlobal(QCursor.pos())
        return pixel if self.viewport().rect().contains(pixel) and self.isVisible() else None

    def cursor_place(self) -> QPointF | None:
        """Where the mouse is in the scene, if it is over the canvas."""
        pixel = self._mouse_pixel()
        return self.mapToScene(pixel) if pixel is not None and self.underMouse() else None

    def light_wire(self, edge_id: str, on: bool) -> None:
        """Show a wire as if the mouse were on it."""
        if edge_id in self.canvas.wires:
            self.canvas.wires[edge_id].dress(hovered=on)

    def glide(self, old: Mapping[str, tuple[float, float]], new: Mapping[str, tuple[float, float]],
              show: bool) -> None:  # fmt: skip
        """Let nodes move visibly to where the document has them already."""
        if show:
            self.fit()
        self.glider.run(old, new)

    def explain_node(self, node_id: str) -> None:
        """Open the bubble with a node's problems and repairs."""
        problems = self.workspace.problems_here().get(node_id)
        item = self.canvas.nodes.get(node_id)
        if problems and item is not None:
            self.open_bubble(problems, self.mapFromScene(item.body).boundingRect())

    def explain_wire(self, edge_id: str, pixel: QPoint) -> None:
        """The same for a red wire."""
        if edge_id in self.canvas.wires and self.canvas.wires[edge_id].tone == "error":
            target = self.workspace.graph.edges[edge_id].target
            problems = self.workspace.problems_here().get(target)
            if problems:
                self.open_bubble(problems, QRect(pixel, QSize(1, 1)))

    def open_bubble(self, problems: list[Problem], beside: QRect) -> None:
        """Say problems next to a rectangle of the viewport."""
        self.close_bubble()
        self.bubble = Bubble(self, problems, beside)

    def close_bubble(self) -> None:
        if self.bubble is not None:
            self.bubble.hide()
            self.bubble.deleteLater()
            self.bubble = None

    # -- events: each goes to the gesture that runs, or may begin one -----------------------------------

    def _document_changed(self, changes: ChangeSet) -> None:
        """A gesture or bubble that is still open was about the document as it was."""
        if changes.everything:
            self.forget_places()
        self.cancel_interaction()
        self.glider.finish()
        self.close_bubble()

    def _scene_rebuilt(self) -> None:
        """Another graph is shown: nothing of the old one is under the mouse."""
        self.cancel_interaction()
        self.close_bubble()
        self.over = Hit()

    @property
    def busy(self) -> bool:
        return self.interaction is not None

    def paint_over(self, painter: QPainter) -> None:
        if self.interaction is not None:
            self.interaction.paint(painter)
        self.drops.paint(painter)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.close_bubble()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self.minimap is not None:
            self.minimap.place()  # what lies in the viewport moves along with it

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.close_bubble()
        self.setFocus(Qt.FocusReason.MouseFocusReason)
        pixel = event.position().toPoint()
        if self.interaction is None:
            self.glider.finish()
            press = Press(self.pointer(pixel, event.modifiers()), event.button(), self.hit_at(pixel))
            for kind in STARTERS:
                if kind.starts(self, press):
                    self.interaction = kind(self, press)
                    if kind.cursor is not None:
                        self.viewport().setCursor(kind.cursor)
                    break
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pixel = event.position().toPoint()
        if self.interaction is not None:
            self.interaction.move(self.pointer(pixel, event.modifiers()))
            if self.interaction.follows:
                self.rim.follow(pixel, event.modifiers())
        else:
            self._hover(self.hit_at(pixel))
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        running = self.interaction
        if running is not None and event.button() == running.press.button:
            self.interaction = None
            self.rim.stop()
            running.release(self.pointer(event.position().toPoint(), event.modifiers()))
            self._show_cursor()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        pixel = event.position().toPoint()
        found = self.hit_at(pixel)
        if event.button() != Qt.MouseButton.LeftButton or self.space_held:
            self.mousePressEvent(event)
        elif found.kind == "node":
            self.activate(found.node)
        elif found.kind == "frame":
            self.edit_title(found.frame)
        elif found.kind == "void":
            self.adding.open(pixel)
        else:
            self.mousePressEvent(event)
        event.accept()

    def cancel_interaction(self) -> bool:
        """Stop the gesture that runs; whether there was one."""
        running, self.interaction = self.interaction, None
        self.rim.stop()
        if running is not None:
            running.cancel()
            self._show_cursor()
            self.viewport().update()
        return running is not None

    def _show_cursor(self) -> None:
        self.viewport().setCursor(
            Qt.CursorShape.OpenHandCursor if self.space_held
            else Qt.CursorShape.CrossCursor if self.cutting_held
            else Qt.CursorShape.CrossCursor if self.over.kind in ("input", "output")
            else Qt.CursorShape.PointingHandCursor if self.over.kind == "mark"
            else RIM_CURSORS[self.over.side] if self.over.kind == "rim"
            else Qt.CursorShape.SizeAllCursor if self.over.kind == "frame"
            else Qt.CursorShape.ArrowCursor
        )  # fmt: skip

    def _hover(self, found: Hit) -> None:
        old, self.over = self.over, found
        if old == found:
            return
        if old.wire != found.wire:
            self.light_wire(old.wire, False)
            self.light_wire(found.wire, True)
        if old.node != found.node:
            for node_id in (old.node, found.node):
                item = self.canvas.nodes.get(node_id)
                if item is not None:
                    item.hovered = node_id == found.node
                    item.update()
            self.hovered.emit(found.node)
        self._show_cursor()

    def hold_space(self, held: bool) -> None:
        self.space_held = held
        self._space_since = monotonic()
        self._show_cursor()

    @property
    def space_tapped(self) -> bool:
        """Whether Space was only tapped: held shortly, and nothing was dragged."""
        return self.interaction is None and monotonic() - self._space_since < TAP

    def hold_cutting(self, held: bool) -> None:
        """While Y is held, the left button cuts wires."""
        self.cutting_held = held
        self._show_cursor()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(Hit())
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.space_held = self.cutting_held = False
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.cancel_interaction()
        super().focusOutEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tips.text(self, self.hit_at(event.pos())), self.viewport())
            return True
        if event.type() in touch.KINDS and self.touch.event(event):  # type: ignore[arg-type]
            return True
        if isinstance(event, QNativeGestureEvent):
            self.pinch(event)
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        crossing = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        mouse = event.reason() == QContextMenuEvent.Reason.Mouse
        if not (mouse and event.modifiers() & crossing):  # that draws a line across wires
            menus.open_menu(self, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not keys.press(self, event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        keys.release(self, event)

    def focusNextPrevChild(self, forward: bool) -> bool:
        """Tab opens the search instead of leaving the canvas."""
        return False

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self.drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self.drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self.drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drops.drop(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        self.cancel_interaction()
        super().closeEvent(event)
