"""Pictures with what a network says of each: right or wrong is seen by the frame and by a sign."""

from __future__ import annotations

from math import ceil, floor

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen
from PySide6.QtWidgets import QLabel, QWidget

from gui.shows.contents import Answers, Said
from gui.shows.grid import GAP, Frame, GridSheet
from gui.shows.legend import control_row
from gui.shows.view import SheetView, image_of, place_image, small
from gui.theme import theme

LEAST_SIDE = 34.0
"""Pixels of a picture's height below which the sheet scrolls."""
SCROLLS = 16.0
"""Pixels that a scroll bar may take."""
BESIDE = 3
"""So many lines stand beside their picture instead of below it."""
SIGNS = {True: "✓ ", False: "✗ ", None: ""}


def verdict(said: tuple[Said, ...]) -> bool | None:
    """Whether all that is said of a picture is right; ``None`` where nothing says so."""
    known = [one.right for one in said if one.right is not None]
    return all(known) if known else None


class AnswerSheet(GridSheet):
    """A picture per cell and its lines below or, where they are many, beside it; all of them have room."""

    def __init__(self) -> None:
        super().__init__()
        self.content: Answers | None = None
        self._images: list[QImage] = []
        self.setAccessibleName(self.tr("Pictures with answers"))

    def show_answers(self, content: Answers) -> None:
        self.content = content
        self._images = [image_of(values) for values in content.images]
        self.count = len(self._images)
        self.ratio = content.images.shape[2] / content.images.shape[3]

    def _texts(self) -> list[list[str]]:
        rows = self.content.rows if self.content is not None else ()
        return [[SIGNS[one.right] + one.text for one in said] for said in rows]

    def _words(self) -> float:
        """Width of the longest line."""
        metrics = QFontMetricsF(small(self.font()))
        return (
            max((metrics.horizontalAdvance(text) for said in self._texts() for text in said), default=0.0) + 6
        )

    def _lines(self) -> int:
        return max((len(said) for said in self._texts()), default=0)

    @property
    def beside(self) -> bool:
        return self._lines() >= BESIDE

    def _room(self) -> tuple[float, float]:
        """What the lines take beside a picture, and below it."""
        if self.beside:
            return self._words() + GAP, 0.0
        return 0.0, self._lines() * self._line() + 4

    def _least_side(self) -> float:
        """The least height of a picture: that of the lines beside it."""
        return max(LEAST_SIDE, self._lines() * self._line()) if self.beside else LEAST_SIDE

    def _narrow(self) -> float:
        """The least width of a cell."""
        beside, _ = self._room()
        return self._least_side() / self.ratio + beside if beside else self._words()

    def _margins(self) -> tuple[float, float, float]:
        return 0.0, 0.0, self._room()[1]

    def arrange(self, width: float, height: float) -> None:
        """The columns with which the pictures become largest and every line has room."""
        (beside, below), least = self._room(), self._least_side()
        most = max(1, min(self.count, floor((width - SCROLLS - GAP) / (self._narrow() + GAP))))

        def size(columns: int) -> float:
            rows = max(1, ceil(self.count / columns))
            high = (height - GAP) / rows - GAP - below
            return min((width - GAP) / columns - GAP - beside, max(high, least) / self.ratio)

        self.columns = max(range(1, most + 1), key=lambda columns: (size(columns), columns))

    def least(self, width: float) -> QSize:
        high = self.rows * (self._least_side() + self._room()[1] + GAP) + GAP
        return QSize(ceil(self.columns * (self._narrow() + GAP) + GAP), ceil(high))

    def frame(self, area: QRectF) -> Frame:
        beside, below = self._room()
        column = (area.width() - GAP) / self.columns
        high = (area.height() - GAP) / self.rows - GAP - below
        width = max(4.0, min(column - GAP - beside, high / self.ratio))
        step = min(column, max(width + beside, self._words()) + 2 * GAP)
        left, top = area.left() + GAP, area.top() + GAP
        return Frame(left, top, width, width * self.ratio, step, width * self.ratio + below + GAP)

    def cell(self, painter: QPainter, area: QRectF, number: int) -> None:
        assert self.content is not None
        said = self.content.rows[number]
        colors = {True: theme().ok, False: theme().error, None: theme().muted}
        place_image(painter, area, self._images[number])
        painter.setBrush(Qt.BrushStyle.NoBrush)
        right = verdict(said)
        if right is not None:
            painter.setPen(QPen(QColor(colors[right]), 2.0))
            painter.drawRect(area.adjusted(-1, -1, 1, 1))
        metrics, line = QFontMetricsF(painter.font()), self._line()
        wide, texts = self._words(), self._texts()[number]
        top = area.center().y() - len(texts) * line / 2 if self.beside else area.bottom() + 3
        left = area.right() + GAP if self.beside else area.left() - 1
        for place, (one, text) in enumerate(zip(said, texts, strict=True)):
            box = QRectF(left, top + place * line, wide, line)
            painter.setPen(colors[one.right] if one.right is not True else theme().text)
            shown = metrics.elidedText(text, Qt.TextElideMode.ElideRight, box.width())
            painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)

    def words(self, place: QPointF) -> str:
        number = self.cell_at(place)
        return "\n".join(self._texts()[number]) if number >= 0 else ""


class AnswerView(SheetView):
    """Pictures with answers, and how many are right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(AnswerSheet(), parent)
        self.tally = QLabel()
        self.tally.setProperty("muted", True)
        self.column.insertWidget(0, control_row(self.tally))

    def take(self, content: Answers) -> None:  # type: ignore[override]
        self.sheet.show_answers(content)  # type: ignore[attr-defined]
        known = [one.right for said in content.rows for one in said if one.right is not None]
        if content.rows and max(len(said) for said in content.rows) > 1:
            text = self.tr("{0} of {1} answers are right").format(sum(known), len(known))
        else:
            text = self.tr("{0} of {1} are right").format(sum(known), len(known))
        self.tally.setText(text)
        self.tally.setVisible(bool(known))
        super().take(content)
