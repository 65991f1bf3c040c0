"""A small picture of the whole graph in the corner: it shows where the view is, and a drag moves it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.canvas.frames import area_of, tint
from gui.canvas.words import tr
from gui.settings import settings
from gui.theme import theme

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

LARGEST = QSize(230, 150)
GAP = 12
PAUSE = 60
"""Milliseconds between a change and the new picture: a drag changes something with every move."""
KEY = "canvas/minimap"


class Minimap(QWidget):
    """Sits in the lower right corner of the view. Hidden while everything is in sight anyway.

    It lies in the viewport: over the view, it would make Qt paint everything anew for every step of a pan.
    """

    def __init__(self, view: CanvasView) -> None:
        super().__init__(view.viewport())
        self._over = view
        self._picture = QPixmap()
        self._area = QRectF()
        self.wanted = settings().value(KEY, True, type=bool)
        self.setAccessibleName(tr("Map of the network"))
        self.setToolTip(tr("Drag to move the view. M hides the map."))
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.hide()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(PAUSE)
        self._timer.timeout.connect(self.redraw)
        view.canvas.drawn.connect(self._later)
        view.canvas.rebuilt.connect(self._later)
        view.scale_changed.connect(self._later)
        view.horizontalScrollBar().valueChanged.connect(self._scrolled)
        view.verticalScrollBar().valueChanged.connect(self._scrolled)
        view.installEventFilter(self)
        theme().changed.connect(self._later)

    def toggle(self) -> None:
        """Show or hide it, and remember that."""
        self.wanted = not self.wanted
        settings().setValue(KEY, self.wanted)
        self.redraw()

    def _later(self, *_: object) -> None:
        if self.wanted and not self._timer.isActive():
            self._timer.start()

    def _scrolled(self, *_: object) -> None:
        if self.isVisible():
            self.update()
        else:
            self._later()

    @property
    def seen(self) -> QRectF:
        """What the view shows of the scene."""
        return self._over.mapToScene(self._over.viewport().rect()).boundingRect()

    def redraw(self) -> None:
        """Paint the graph anew; hide when there is nothing to find with it."""
        scene = self._over.canvas
        area = scene.bounds()
        if not self.wanted or area.isEmpty() or self.seen.contains(area):
            self.hide()
            return
        self._area = area.adjusted(-60, -60, 60, 60)
        scale = min(LARGEST.width() / self._area.width(), LARGEST.height() / self._area.height(), 0.2)
        size = QSize(max(60, round(self._area.width() * scale)), max(28, round(self._area.height() * scale)))
        ratio = self.devicePixelRatioF()
        picture = QPixmap(size * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        back = QColor(theme().panel)
        back.setAlpha(225)
        painter.setBrush(back)
        painter.setPen(QPen(theme().border, 1))
        painter.drawRoundedRect(QRectF(QPointF(), QSizeF(size)).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.scale(size.width() / self._area.width(), size.height() / self._area.height())
        painter.translate(-self._area.topLeft())
        for frame in scene.graph.frames.values():
            color = QColor(tint(frame.color))
            color.setAlpha(70)
            painter.fillRect(area_of(frame), color)
        scene.overview.paint(painter, scale)
        painter.end()
        self._picture = picture
        self.resize(size)
        self.place()
        self.show()
        self.raise_()
        self.update()

    def place(self) -> None:
        """Into the corner."""
        room = self._over.viewport().rect()
        self.move(room.right() - self.width() - GAP, room.bottom() - self.height() - GAP)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.place()
            self._later()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._area.isEmpty():
            return  # shown before there was anything to draw
        painter = QPainter(self)
        painter.drawPixmap(0, 0, self._picture)
        x, y = self.width() / self._area.width(), self.height() / self._area.height()
        seen = self.seen.translated(-self._area.topLeft())
        box = QRectF(seen.x() * x, seen.y() * y, seen.width() * x, seen.height() * y).toRect()
        box &= self.rect().adjusted(1, 1, -2, -2)
        fill = QColor(theme().accent)
        painter.setPen(QPen(fill, 1))
        fill.setAlpha(36)
        painter.fillRect(box, fill)
        painter.drawRect(box)

    def _go(self, at: QPointF) -> None:
        x = self._area.x() + at.x() / self.width() * self._area.width()
        y = self._area.y() + at.y() / self.height() * self._area.height()
        self._over.look_at(QPointF(x, y))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._go(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._go(event.position())
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        self._over.zoom_to(self._over.canvas.scale * 1.0015**turn)
        event.accept()
