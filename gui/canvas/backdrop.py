"""What lies behind the graph: the grid, and a hint while there is nothing."""

from __future__ import annotations

from math import ceil, floor

from PySide6.QtCore import QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPixmap, QTransform
from PySide6.QtWidgets import QLabel, QWidget

from gui.canvas.geometry import GRID
from gui.canvas.words import tr
from gui.theme import theme


class Ground:
    """The grid: fine lines while they are far enough apart, and a stronger one every eighth.

    Drawn line by line it costs more than all nodes in view. So at a scale that lasts it is drawn once, somewhat
    larger than the view, and copied from then on.
    """

    def __init__(self) -> None:
        self._scale: tuple[float, ...] = ()
        self._picture: QPixmap | None = None
        self._box = QRect()
        """What the picture holds, in device pixels from where the scene's origin is."""
        self.drawn = 0
        """How often lines were drawn, for tests that count."""

    def forget(self) -> None:
        """The colours are others."""
        self._picture = None

    def paint(self, painter: QPainter, rect: QRectF, scale: float) -> None:
        """Fill a rectangle of the scene."""
        ratio = painter.device().devicePixelRatioF()
        world = painter.worldTransform()
        area = world.mapRect(rect)
        box = QRectF(area.topLeft() * ratio, area.size() * ratio).toAlignedRect()
        origin = QPoint(floor(world.dx() * ratio + 1e-6), floor(world.dy() * ratio + 1e-6))
        rest = (world.dx() * ratio - origin.x(), world.dy() * ratio - origin.y())
        painter.setWorldTransform(QTransform.fromScale(1 / ratio, 1 / ratio))
        key, lasting = (scale, ratio, *(round(part, 4) for part in rest)), False
        if key != self._scale:
            self._scale, self._picture = key, None
        else:
            lasting = True
        wanted = box.translated(-origin)
        if lasting and (self._picture is None or not self._box.contains(wanted)):
            self._draw_picture(wanted, scale * ratio)
        if self._picture is not None and self._box.contains(wanted):
            painter.drawPixmap(box.topLeft(), self._picture, wanted.translated(-self._box.topLeft()))
        else:
            painter.translate(origin)
            self._draw(painter, wanted, scale * ratio)
        painter.setWorldTransform(world)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, True)

    def _draw_picture(self, wanted: QRect, scale: float) -> None:
        across, down = wanted.width() // 4, wanted.height() // 4
        self._box = wanted.adjusted(-across, -down, across, down)
        self._picture = QPixmap(self._box.size())
        painter = QPainter(self._picture)
        painter.translate(-self._box.topLeft())
        self._draw(painter, self._box, scale)
        painter.end()

    def _draw(self, painter: QPainter, box: QRect, scale: float) -> None:
        """``scale``: device pixels for a scene unit. The painter's origin is the scene's."""
        self.drawn += 1
        colors = theme()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.fillRect(box, colors.canvas)
        coarse = GRID * 8
        while coarse * scale < 40:
            coarse *= 4
        for step, color in ((GRID * 2, colors.grid), (coarse, colors.grid_strong)):
            if step * scale < 20:
                continue
            boxes = [
                QRect(x, box.top(), 1, box.height()) for x in _pixels(step * scale, box.left(), box.right())
            ]
            boxes += [
                QRect(box.left(), y, box.width(), 1) for y in _pixels(step * scale, box.top(), box.bottom())
            ]
            painter.setBrush(color)
            painter.drawRects(boxes)


def _pixels(step: float, first: int, last: int) -> list[int]:
    """The pixels within a range at which lines lie that are ``step`` apart, one of them at 0."""
    low, high = floor(first / step), ceil((last + 1) / step)
    found = (floor(number * step + 1e-6) for number in range(low, high + 1))
    return [pixel for pixel in found if first <= pixel <= last]


class Hint(QLabel):
    """Says how to begin, in the middle of an empty canvas; the mouse passes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.recolour()

    def recolour(self) -> None:
        """Write the text in the theme's colours."""
        colors = theme()
        head = tr("Start with a layer")
        body = tr("Press <b>Tab</b>, double-click, or drag a layer from the left.")
        self.setText(
            f'<p style="font-size:17px; font-weight:600; color:{colors.text.name()}">{head}</p>'
            f'<p style="font-size:13px; color:{colors.muted.name()}">{body}</p>'
        )
        self.setStyleSheet("background: transparent;")
        self.place()

    def place(self) -> None:
        """Into the middle of the parent."""
        self.adjustSize()
        parent = self._over
        self.move((parent.width() - self.width()) // 2, (parent.height() - self.height()) // 2)
