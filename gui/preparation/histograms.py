"""How the numbers of each column lie before and after: two small histograms for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from gui.preparation.look import Looked
from gui.theme import theme
from runtime.data import Schema

if TYPE_CHECKING:
    import numpy as np

BINS, MOST = 24, 40
HEAD, ROW, NAME, GAP = 24, 64, 110, 14


@dataclass(frozen=True, slots=True)
class Bars:
    """A histogram: heights 0…1 and the range they cover."""

    heights: tuple[float, ...]
    low: float
    high: float
    mean: float
    deviation: float


class Histograms(QWidget):
    """One row for each column of a table or series. Put it into a scroll area."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Columns before and after the preparation"))
        self.rows: list[tuple[str, Bars | None, Bars | None]] = []
        self.random = False
        theme().changed.connect(self.update)

    def show_looked(self, looked: Looked) -> None:
        """Take over samples (K, …, F). What is drawn anew in training is shown as it was drawn once."""
        after = looked.draws[0] if looked.draws else looked.after
        self.random = bool(looked.draws)
        left = dict(zip(_names(looked.schema), _columns(looked.before), strict=True))
        right = dict(zip(_names(looked.prepared), _columns(after), strict=True))
        names: dict[str, None] = {}
        for name in right:  # what became several columns stands in front of these
            base = name.rpartition(" = ")[0]
            names |= {base: None, name: None} if base in left else {name: None}
        names |= dict.fromkeys(left)
        self.rows = [
            (name, _bars(left[name]) if name in left else None, _bars(right[name]) if name in right else None)
            for name in list(names)[:MOST]
        ]
        self.setMinimumHeight(HEAD + len(self.rows) * ROW + GAP)
        self.setMinimumWidth(NAME + 2 * 120 + 3 * GAP)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        longest = max((self.fontMetrics().horizontalAdvance(name) for name, *_ in self.rows), default=0)
        label = max(NAME, min(longest + 2 * GAP, self.width() - 2 * 240 - 3 * GAP))
        width = min(320, (self.width() - label - 3 * GAP) // 2)
        starts = (label + GAP, label + 2 * GAP + width)
        titles = (
            self.tr("Before"),
            self.tr("After, as it is trained on") if self.random else self.tr("After"),
        )
        painter.setPen(theme().text)
        for start, title in zip(starts, titles, strict=True):
            painter.drawText(QRect(start, 3, width, 18), Qt.AlignmentFlag.AlignLeft, title)
        for number, (name, *both) in enumerate(self.rows):
            top = HEAD + number * ROW
            if not QRect(0, top, self.width(), ROW).intersects(event.rect()):
                continue
            painter.setPen(theme().text)
            fit = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, label - GAP)
            painter.drawText(QRect(GAP, top, label - GAP, ROW - 22), Qt.AlignmentFlag.AlignVCenter, fit)
            for start, bars, color in zip(starts, both, ("muted", "training"), strict=True):
                tint = theme().muted if color == "muted" else theme().series(color)
                if bars is not None:
                    _draw(painter, QRect(start, top, width, ROW - 10), bars, tint)


def _draw(painter: QPainter, rect: QRect, bars: Bars, color: QColor) -> None:
    room = QRectF(rect.left(), rect.top(), rect.width(), rect.height() - 18)
    painter.fillRect(room, theme().field)
    step = room.width() / len(bars.heights)
    for number, height in enumerate(bars.heights):
        if height:
            tall = max(1.0, height * (room.height() - 2))
            painter.fillRect(QRectF(room.left() + number * step, room.bottom() - tall, step - 1, tall), color)
    painter.setPen(theme().muted)
    under = QRect(rect.left(), rect.bottom() - 16, rect.width(), 16)
    painter.drawText(under, Qt.AlignmentFlag.AlignLeft, f"{bars.low:.3g}")
    painter.drawText(under, Qt.AlignmentFlag.AlignRight, f"{bars.high:.3g}")
    if rect.width() >= 170:
        painter.drawText(
            under,
            Qt.AlignmentFlag.AlignHCenter,
            f"{_near(bars.mean, bars.deviation):.3g} ± {bars.deviation:.3g}",
        )


def _near(mean: float, deviation: float) -> float:
    """A mean that is 0 but for rounding is 0."""
    return 0.0 if abs(mean) < 1e-5 * deviation else mean


def _names(schema: Schema) -> list[str]:
    width = schema.input_shape[-1] if schema.input_shape else 1
    return (
        list(schema.features) if len(schema.features) == width else [str(number) for number in range(width)]
    )


def empty_one_hot(looked: Looked) -> list[str]:
    """Columns that were replaced by one for each number (“size = 0”, “size = 1”, …) of which all are empty: what they
    held were no such numbers."""
    known, found = _names(looked.schema), {}
    for name, values in zip(_names(looked.prepared), _columns(looked.after), strict=True):
        base, sign, number = name.rpartition(" = ")
        if sign and number.isdecimal() and base in known:
            found[base] = found.get(base, True) and float(values.min()) == float(values.max())
    return [name for name, empty in found.items() if empty]


def _columns(values: np.ndarray) -> list[np.ndarray]:
    flat = values.reshape(-1, values.shape[-1]) if values.ndim > 1 else values.reshape(-1, 1)
    return [flat[:, number] for number in range(flat.shape[1])]


def _bars(values: np.ndarray) -> Bars | None:
    """The histogram of the numbers that are there."""
    import numpy as np

    known = values[np.isfinite(values)]
    if not len(known):
        return None
    counts, edges = np.histogram(known, bins=BINS)
    return Bars(
        tuple((counts / counts.max()).tolist()), float(edges[0]), float(edges[-1]),
        float(known.mean()), float(known.std()),
    )  # fmt: skip
