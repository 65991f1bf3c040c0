"""What all viewers of shows have in common: they take a content, draw it, and give it away as a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QHelpEvent, QImage, QPainter, QPaintEvent, QRegion, QWheelEvent
from PySide6.QtWidgets import QFrame, QScrollArea, QSizePolicy, QToolTip, QVBoxLayout, QWidget

from gui.shows.contents import Content
from gui.theme import theme

SCALE = 2.0
"""Pixels of a saved picture for each pixel of the screen."""
HEIGHT = 190
ZOOM, LEAST_ZOOM, MOST_ZOOM = 1.15, 1.0, 12.0


class View(QWidget):
    """Shows one show of one epoch. A subclass draws ``content``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.content: Any = None

    def take(self, content: Content) -> None:
        """Show another epoch of the same show."""
        self.content = content

    def wanted_height(self, width: int) -> int:
        """Pixels in which all of the content can be seen at that width, where nothing else says how high it is."""
        return HEIGHT

    def picture(self) -> QImage:
        """What is shown, with :data:`SCALE` times its pixels."""
        return rendered(self)


def rendered(widget: QWidget) -> QImage:
    """A widget with all it holds as a picture on the theme's panel."""
    image = QImage(widget.size() * SCALE, QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(SCALE)
    image.fill(theme().panel)
    widget.render(image, QPoint(), QRegion(), QWidget.RenderFlag.DrawChildren)
    return image


class Sheet(QWidget):
    """A drawing as large as its place, or larger when that would make it too small; then it scrolls.

    A subclass says with :meth:`least` what it needs at least and draws into any size with :meth:`draw`."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.zoom = 1.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMouseTracking(True)
        theme().changed.connect(self.update)

    def arrange(self, width: float, height: float) -> None:
        """The place has that size now."""

    def least(self, width: float) -> QSize:
        """The smallest size at which everything can be made out, in a place of that width."""
        return QSize(120, 80)

    def draw(self, painter: QPainter, area: QRectF) -> None:
        """Draw everything into the area."""
        raise NotImplementedError

    def words(self, place: QPointF) -> str:
        """What the tool tip says at a place; "" for nothing."""
        return ""

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.draw(painter, QRectF(self.rect()))

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = self.words(QPointF(event.pos()))
            if text:
                QToolTip.showText(event.globalPos(), text, self)
            else:
                QToolTip.hideText()
            return True
        return super().event(event)


class SheetArea(QScrollArea):
    """A sheet in its place. Ctrl and the wheel make it larger than the place."""

    def __init__(self, sheet: Sheet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = sheet
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidget(sheet)
        self.setMinimumSize(90, 60)

    def fit(self) -> None:
        """Give the sheet the size that suits it now."""
        place = self.maximumViewportSize()
        self.sheet.arrange(place.width(), place.height())
        least = self.sheet.least(place.width())
        if least.width() > place.width():
            place.setHeight(place.height() - self.horizontalScrollBar().sizeHint().height())
        if least.height() > place.height():
            place.setWidth(place.width() - self.verticalScrollBar().sizeHint().width())
            least = self.sheet.least(place.width())
        size = least.expandedTo(place)
        zoom = self.sheet.zoom
        self.sheet.resize(round(size.width() * zoom), round(size.height() * zoom))
        self.sheet.update()

    def resizeEvent(self, event: Any) -> None:
        super().resizeEvent(event)
        self.fit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        if not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
            return
        before = self.sheet.zoom
        step = ZOOM ** (event.angleDelta().y() / 120)
        self.sheet.zoom = min(MOST_ZOOM, max(LEAST_ZOOM, before * step))
        at = QPointF(self.sheet.mapFrom(self, event.position().toPoint()))
        self.fit()
        moved = at * (self.sheet.zoom / before) - at
        for scroll, distance in (
            (self.horizontalScrollBar(), moved.x()),
            (self.verticalScrollBar(), moved.y()),
        ):
            scroll.setValue(scroll.value() + round(distance))
        event.accept()


class SheetView(View):
    """A view that is one sheet, with a row of controls above it where it has any."""

    def __init__(self, sheet: Sheet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sheet = sheet
        self.area = SheetArea(sheet)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(2)
        self.column.addWidget(self.area, 1)

    def take(self, content: Content) -> None:
        super().take(content)
        self.area.fit()

    def picture(self) -> QImage:
        return rendered(self.sheet)


def image_of(values: NDArray[np.uint8]) -> QImage:
    """A picture (C, H, W) of 0…255 with one channel or three."""
    height, width = values.shape[1:]
    if len(values) == 1:
        flat = np.ascontiguousarray(values[0])
        return QImage(flat.data, width, height, width, QImage.Format.Format_Grayscale8).copy()
    flat = np.ascontiguousarray(values.transpose(1, 2, 0))
    return QImage(flat.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def place_image(painter: QPainter, area: QRectF, image: QImage) -> None:
    """Pixels stay sharp when they are enlarged, and are blended when there are too many."""
    shrinks = image.width() > area.width() * painter.device().devicePixelRatio()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, shrinks)
    painter.drawImage(area, image)


def small(font: QFont) -> QFont:
    """A font for labels under pictures."""
    result = QFont(font)
    result.setPointSizeF(max(7.0, font.pointSizeF() - 1.0))
    return result
