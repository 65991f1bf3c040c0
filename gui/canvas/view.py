"""The view of the graph: it pans, zooms, draws grid and previews, and hands every gesture to its object."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt, QTimer, Signal
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
    QPaintEvent,
    QResizeEvent,
    QShowEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QGraphicsView, QToolTip, QWidget

from graph.changes import ChangeSet
from graph.edits import Edit
from graph.problems import Problem
from gui.canvas import backdrop, keys, menus, tips
from gui.canvas.adding import Adding
from gui.canvas.bubble import Bubble
from gui.canvas.commands import Commands
from gui.canvas.drops import Drops
from gui.canvas.edge_scroll import EdgeScroll
from gui.canvas.glide import Glide
from gui.canvas.hits import Hit, hit
from gui.canvas.interactions import STARTERS, Interaction, Pointer, Press
from gui.canvas.painting import OVERVIEW
from gui.canvas.scene import CanvasScene
from gui.canvas.words import tr
from gui.theme import theme
from gui.workspace import Workspace

LEAST, MOST = 0.04, 4.0
SMALL_GRAPH = 250
"""Graphs of up to so many nodes are drawn node by node at any scale."""
EVERYWHERE = QRectF(-2e7, -2e7, 4e7, 4e7)


class CanvasView(QGraphicsView):
    """Shows the workspace's place. ``canvas`` is the scene, ``commands`` what the menus do."""

    node_activated = Signal(str)
    """A node was double-clicked, or Enter was pressed on it (a block is entered besides)."""
    rename_requested = Signal(str)
    hovered = Signal(str)
    """The node under the mouse, or an empty text."""
    scale_changed = Signal(float)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.canvas = CanvasScene(workspace, self)
        self.setScene(self.canvas)
        self.commands = Commands(self)
        self.adding = Adding(self)
        self.drops = Drops(self)
        self.glider = Glide(self.canvas)
        self.rim = EdgeScroll(self)
        self.bubble: Bubble | None = None
        self.interaction: Interaction | None = None
        self.space_held = False
        self.over = Hit()
        self._lit = ""
        self._fit_first = True
        self._views: dict[str, tuple[float, QPointF]] = {}
        self._shown = workspace.graph_id
        self.setAccessibleName(tr("Network canvas"))
        self.setAccessibleDescription(tr("The layers and wires of the network. Press Tab to add a layer."))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSceneRect(EVERYWHERE)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.hint = backdrop.Hint(self)
        self._fitted = False
        workspace.changed.connect(self._document_changed)
        self.canvas.rebuilt.connect(self._rebuilt)
        self.canvas.drawn.connect(self._drawn)
        theme().changed.connect(self._recoloured)
        self._recoloured()
        self._drawn()

    # -- what the window calls -----------------------------------------------------------------------

    def fit(self, ids: Iterable[str] | None = None) -> None:
        """Show some nodes, or everything, at no more than the actual size."""
        area = self.canvas.bounds(ids)
        if area.isNull():
            self.zoom_to(1.0)
            self.centerOn(0, 0)
            return
        area.adjust(-40, -40, 40, 40)
        room = self.viewport().size()
        scale = min(room.width() / area.width(), room.height() / area.height(), 1.0)
        self._set_scale(max(LEAST, scale))
        self.centerOn(area.center())
        self._fitted = ids is None

    def fit_selection(self) -> None:
        """Show the selected nodes, or everything when none is selected."""
        self.fit(self.workspace.selected_nodes or None)

    def zoom_to(self, scale: float, at: QPoint | None = None) -> None:
        """Set the scale (1 is the actual size), keeping the place under ``at`` (or the middle) where it is."""
        pixel = at or self.viewport().rect().center()
        before = self.mapToScene(pixel)
        self._set_scale(max(LEAST, min(MOST, scale)))
        self.scroll_by(self.mapFromScene(before) - pixel)

    def reveal(self, node_id: str) -> None:
        """Bring a node into view, in the middle if it was not, and let it light up for a moment."""
        item = self.canvas.nodes.get(node_id)
        if item is not None:
            if self.canvas.scale < 0.55:
                self._set_scale(0.85)
                self.centerOn(item.body.center())
            self.show_node(node_id)
            self.glider.flash(item)

    def show_node(self, node_id: str) -> None:
        """Scroll to a node if it is out of view."""
        body = self.canvas.nodes[node_id].body
        if not self.mapToScene(self.viewport().rect()).boundingRect().contains(body):
            self._fitted = False
            self.centerOn(body.center())

    def add_at_cursor(self) -> None:
        """Open the search at the mouse (or in the middle, when the mouse is elsewhere)."""
        self.adding.open_for_next(self._mouse_pixel() or self.viewport().rect().center())

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

    def scroll_by(self, step: QPoint) -> None:
        """Move the view by screen pixels."""
        self._fitted = False
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + step.x())
        down.setValue(down.value() + step.y())

    def repaint_scene(self, area: QRectF) -> None:
        """Repaint a rectangle of the scene, with room for a pen."""
        self.viewport().update(self.mapFromScene(area).boundingRect().adjusted(-4, -4, 4, 4))

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

    # -- scale and picture ---------------------------------------------------------------------------

    @property
    def far_away(self) -> bool:
        """Whether everything is drawn at once."""
        if len(self.canvas.nodes) <= SMALL_GRAPH:
            return self.canvas.scale < 0.1
        return self.canvas.scale < OVERVIEW

    def _set_scale(self, scale: float) -> None:
        if abs(scale - self.transform().m11()) > 1e-9:
            self.close_bubble()
            self._fitted = False
            self.resetTransform()
            self.scale(scale, scale)
            self.canvas.set_scale(scale)
            self.scale_changed.emit(scale)

    def _document_changed(self, changes: ChangeSet) -> None:
        """A gesture or bubble that is still open was about the document as it was."""
        if changes.everything:
            self._views.clear()
        self.cancel_interaction()
        self.glider.finish()
        self.close_bubble()

    def _rebuilt(self) -> None:
        self.cancel_interaction()
        self.close_bubble()
        self.over = Hit()
        shown = self.workspace.graph_id
        if shown != self._shown:
            self._views[self._shown] = (
                self.transform().m11(), self.mapToScene(self.viewport().rect().center())
            )  # fmt: skip
            self._shown = shown
            if shown in self._views:
                scale, centre = self._views[shown]
                self._set_scale(scale)
                self.centerOn(centre)
                return
        self._fit_soon()

    def _fit_soon(self) -> None:
        if self.isVisible():
            self.fit()
        else:
            self._fit_first = True

    def _drawn(self) -> None:
        self.hint.setVisible(not self.workspace.graph.nodes)
        if self.far_away:
            self.viewport().update()

    def _recoloured(self) -> None:
        self.setBackgroundBrush(theme().canvas)
        self.hint.recolour()
        self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        assert isinstance(rect, QRectF)
        painter.fillRect(rect, theme().canvas)
        backdrop.paint_grid(painter, rect, self.canvas.scale)
        backdrop.paint_frames(painter, rect, self.workspace.graph, self.workspace.selection)

    def drawForeground(self, painter: QPainter, rect: QRectF | object) -> None:
        if self.interaction is not None:
            self.interaction.paint(painter)
        self.drops.paint(painter)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.far_away:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.setClipRegion(event.region())
        painter.setTransform(self.viewportTransform())
        area = self.mapToScene(event.rect().adjusted(-1, -1, 1, 1)).boundingRect()
        self.drawBackground(painter, area)
        self.canvas.overview.paint(painter, self.canvas.scale)
        self.drawForeground(painter, area)
        painter.end()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._fit_first:
            self._fit_first = False
            QTimer.singleShot(0, self, self.fit)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep everything in view if it was, else keep the middle where it is."""
        old = event.oldSize()
        super().resizeEvent(event)
        if self._fitted and self.interaction is None:
            self.fit()
        elif old.isValid():
            step = event.size() - old
            self.scroll_by(QPoint(-step.width() // 2, -step.height() // 2))
        self.hint.place()
        self.close_bubble()

    # -- events: each goes to the gesture that runs, or may begin one -----------------------------------

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
            else Qt.CursorShape.CrossCursor if self.over.kind in ("input", "output")
            else Qt.CursorShape.PointingHandCursor if self.over.kind == "mark"
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
        self._show_cursor()

    def leaveEvent(self, event: QEvent) -> None:
        self._hover(Hit())
        super().leaveEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self.space_held = False
        if event.reason() == Qt.FocusReason.ActiveWindowFocusReason:
            self.cancel_interaction()
        super().focusOutEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel zooms at the mouse; a trackpad pans, and zooms with Ctrl held."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        zooming = pixels.isNull() or bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        if zooming:
            turn = angle.y() or angle.x()
            self.zoom_to(self.canvas.scale * 1.0015**turn, event.position().toPoint())
        else:
            self.scroll_by(-pixels)
        event.accept()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            QToolTip.showText(event.globalPos(), tips.text(self, self.hit_at(event.pos())), self.viewport())
            return True
        if isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                scale = self.canvas.scale * (1 + event.value())
                self.zoom_to(scale, event.position().toPoint())
            return True
        return super().viewportEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
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
