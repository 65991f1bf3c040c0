"""Where a picture to try comes in: dropped, pasted, opened from a file, or drawn with the mouse."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDropEvent,
    QImage,
    QImageReader,
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QSizePolicy, QWidget

from gui.shows.view import place_image
from gui.theme import theme

SIDE = 280
"""Pixels of the edge of a drawing."""
BRUSH = 22
LARGEST = 1024
"""A larger picture is made smaller before it travels."""


class PicturePad(QWidget):
    """``changed`` tells of every new picture and of every finished stroke."""

    changed = Signal()
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image = QImage()
        self.drawn = False
        """Whether the picture is a drawing (white on black) and not somebody's file."""
        self._last: QPointF | None = None
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Picture to try"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumSize(110, 110)
        theme().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return QSize(190, 190)

    def heightForWidth(self, width: int) -> int:
        return min(width, 210)

    # -- pictures ----------------------------------------------------------------------------------------

    def take(self, image: QImage) -> None:
        """Somebody's picture."""
        if image.isNull():
            return
        if max(image.width(), image.height()) > LARGEST:
            image = image.scaled(
                LARGEST,
                LARGEST,
                Qt.AspectRatioMode.KeepAspectRatio,
                Qt.TransformationMode.SmoothTransformation,
            )
        ground = QImage(image.size(), QImage.Format.Format_RGB888)
        ground.fill(QColor("white"))  # what is transparent is seen as if on paper
        painter = QPainter(ground)
        painter.drawImage(0, 0, image)
        painter.end()
        self.image, self.drawn = ground, False
        self.update()
        self.changed.emit()

    def open(self, path: Path) -> bool:
        """The picture in a file; a sentence when there is none."""
        reader = QImageReader(str(path))
        reader.setAutoTransform(True)
        image = reader.read()
        if image.isNull():
            self.refused.emit(
                self.tr("{0} cannot be read as a picture: {1}.").format(path.name, reader.errorString())
            )
            return False
        self.take(image)
        return True

    def paste(self) -> bool:
        """The picture in the clipboard."""
        image = QApplication.clipboard().image()
        if image.isNull():
            self.refused.emit(self.tr("There is no picture in the clipboard."))
            return False
        self.take(image)
        return True

    def clear(self) -> None:
        """Nothing to try."""
        self.image, self.drawn = QImage(), False
        self.update()
        self.changed.emit()

    # -- mouse, keys, drops --------------------------------------------------------------------------------

    def _area(self) -> QRectF:
        """Where the picture is painted: as large as it fits, in the middle."""
        inside = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        wide, high = (self.image.width(), self.image.height()) if not self.image.isNull() else (1, 1)
        scale = min(inside.width() / wide, inside.height() / high)
        area = QRectF(0, 0, wide * scale, high * scale)
        area.moveCenter(inside.center())
        return area

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        self.setFocus()
        if not self.drawn:
            self.image = QImage(SIDE, SIDE, QImage.Format.Format_RGB888)
            self.image.fill(QColor("black"))
            self.drawn = True
        self._last = None
        self._stroke(event.position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton and self.drawn:
            self._stroke(event.position())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._last is not None:
            self._last = None
            self.changed.emit()

    def _stroke(self, place: QPointF) -> None:
        area = self._area()
        at = (
            QPointF((place.x() - area.left()) / area.width(), (place.y() - area.top()) / area.height()) * SIDE
        )
        painter = QPainter(self.image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor("white"), BRUSH, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        if self._last is None:
            painter.drawPoint(at)
        else:
            painter.drawLine(self._last, at)
        painter.end()
        self._last = at
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Paste):
            self.paste()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.clear()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        data = event.mimeData()
        if data.hasImage() or any(url.isLocalFile() for url in data.urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
        event.acceptProposedAction()
        if files:
            self.open(Path(files[0]))
        elif data.hasImage():
            self.take(QImage(data.imageData()))

    # -- painting ----------------------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(theme().accent if self.hasFocus() else theme().border, 1))
        painter.setBrush(theme().field)
        painter.drawRoundedRect(frame, 6, 6)
        if self.image.isNull():
            painter.setPen(theme().muted)
            text = self.tr("Drop a picture here, paste one,\nor draw with the mouse")
            painter.drawText(frame.adjusted(8, 8, -8, -8), int(Qt.AlignmentFlag.AlignCenter), text)
        else:
            place_image(painter, self._area(), self.image)
