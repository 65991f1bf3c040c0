"""Where the view stands and what it draws: pan, zoom, fit, level of detail."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QNativeGestureEvent, QPainter, QPaintEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from gui.canvas import backdrop, frames
from gui.canvas.scene import CanvasScene
from gui.canvas.wire_pictures import Lens
from gui.theme import theme
from gui.workspace import Workspace

LEAST, MOST = 0.04, 4.0
EVERYWHERE = QRectF(-2e7, -2e7, 4e7, 4e7)


class Camera(QGraphicsView):
    """Shows the workspace's place; ``canvas`` is the scene. What is done with the mouse is elsewhere."""

    scale_changed = Signal(float)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.canvas = CanvasScene(workspace, self)
        self.setScene(self.canvas)
        self.ground = backdrop.Ground()
        self._fit_first = True
        self._fitted = False
        self._was_far = False
        self._views: dict[str, tuple[float, QPointF]] = {}
        self._shown = workspace.graph_id
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.BoundingRectViewportUpdate)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        # the ground covers everything, so nothing need be filled before it
        self.viewport().setAutoFillBackground(False)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSceneRect(EVERYWHERE)
        self.hint = backdrop.Hint(self)
        self.canvas.rebuilt.connect(self._rebuilt)
        self.canvas.drawn.connect(self._drawn)
        theme().changed.connect(self._recoloured)
        self._recoloured()
        self._drawn()

    def paint_over(self, painter: QPainter) -> None:
        """Draw previews over the scene, in scene coordinates."""

    @property
    def busy(self) -> bool:
        """Whether a gesture runs, so that the view must not move by itself."""
        return False

    def forget_places(self) -> None:
        """Another project: where the view stood in the old one's graphs means nothing."""
        self._views.clear()

    def pinch(self, event: QNativeGestureEvent) -> None:
        """Two fingers on a trackpad zoom."""
        if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self.zoom_to(self.canvas.scale * (1 + event.value()), event.position().toPoint())

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

    def look_at(self, place: QPointF) -> None:
        """Bring a place of the scene into the middle."""
        self._fitted = False
        self.centerOn(place)

    def show_node(self, node_id: str) -> None:
        """Scroll to a node if it is out of view."""
        body = self.canvas.nodes[node_id].body
        if not self.mapToScene(self.viewport().rect()).boundingRect().contains(body):
            self._fitted = False
            self.centerOn(body.center())

    def scroll_by(self, step: QPoint) -> None:
        """Move the view by screen pixels."""
        self._fitted = False
        across, down = self.horizontalScrollBar(), self.verticalScrollBar()
        across.setValue(across.value() + step.x())
        down.setValue(down.value() + step.y())

    def repaint_scene(self, area: QRectF) -> None:
        """Repaint a rectangle of the scene, with room for a pen."""
        self.viewport().update(self.mapFromScene(area).boundingRect().adjusted(-4, -4, 4, 4))

    @property
    def far_away(self) -> bool:
        """Whether everything is drawn at once."""
        return self.canvas.far_away

    def _set_scale(self, scale: float) -> None:
        if abs(scale - self.transform().m11()) > 1e-9:
            self._fitted = False
            self.resetTransform()
            self.scale(scale, scale)
            self.canvas.set_scale(scale)
            self.scale_changed.emit(scale)

    def _rebuilt(self) -> None:
        """Everything is new, and nothing of the old graph may stay on the screen."""
        self._find_place()
        self.viewport().update()

    def _find_place(self) -> None:
        """Where the view stood in this graph before, or all of it."""
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
        if self.far_away or self._was_far:
            self.viewport().update()
        self._was_far = self.far_away

    def _recoloured(self) -> None:
        self.setBackgroundBrush(theme().canvas)
        self.ground.forget()
        self.hint.recolour()
        self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF | object) -> None:
        assert isinstance(rect, QRectF)
        ratio = painter.device().devicePixelRatioF()
        self.canvas.wire_pictures.lens = Lens(painter.worldTransform(), rect, ratio)
        self.ground.paint(painter, rect, self.canvas.scale)
        frames.paint_frames(painter, rect, self.canvas, self.canvas.scale)

    def drawForeground(self, painter: QPainter, rect: QRectF | object) -> None:
        self.paint_over(painter)

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
        if self._fitted and not self.busy:
            if self.workspace.graph.nodes:  # all deleted: should they come back, it is to where they were
                self.fit()
        elif old.isValid():
            step = event.size() - old
            self.scroll_by(QPoint(-step.width() // 2, -step.height() // 2))
        self.hint.place()

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
