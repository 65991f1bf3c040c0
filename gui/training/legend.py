"""The legend of a chart with several figures: a row of names with their values; a click hides a line."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from gui.theme import theme

GAP = 12.0
ROOMS = ("━ 0.00000 ● 0.00000", "━ 0.00000", "━")
"""What values may take, so that the names do not move while they change; the first that needs few rows is taken."""
MOST_ROWS = 2


@dataclass(frozen=True, slots=True)
class Entry:
    """A figure: its name, its values as text, the colour, and whether its lines are hidden."""

    key: str
    name: str
    values: tuple[str, ...]
    series: str
    hidden: bool = False
    help: str = ""


class FigureLegend(QWidget):
    """Painted by hand, as a readout is: labels would have the window laid out anew with each value."""

    toggled = Signal(str)
    """The key of the figure to hide or to show again."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entries: list[Entry] = []
        self.at = -1
        """The entry that the keyboard is at."""
        self.detail = 0
        """How little is said of each figure, a place in :data:`ROOMS`."""
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(self.tr("Legend"))
        theme().changed.connect(self.update)

    def say(self, entries: list[Entry]) -> None:
        """Show these figures."""
        if entries != self.entries:
            self.entries = entries
            self._settle()
            self.update()

    def _settle(self) -> None:
        for self.detail in range(len(ROOMS)):
            rows = 1 + max((row for _, row in self._boxes()), default=0)
            if rows <= MOST_ROWS:
                break
        height = round(rows * (self.fontMetrics().height() + 1)) + 1
        if height != self.height():
            self.setFixedHeight(height)

    def sizeHint(self) -> QSize:
        return QSize(100, self.height())

    def minimumSizeHint(self) -> QSize:
        return QSize(20, self.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._settle()

    def _boxes(self) -> list[tuple[QRectF, int]]:
        """The place of each entry, and its row."""
        metrics = QFontMetricsF(self.font())
        line = metrics.height() + 1
        x, row, found = 6.0, 0, []
        for entry in self.entries:
            wide = metrics.horizontalAdvance(f"{entry.name} {ROOMS[self.detail]}")
            if x > 6.0 and x + wide > self.width():
                x, row = 6.0, row + 1
            found.append((QRectF(x, row * line, wide, line), row))
            x += wide + GAP
        return found

    def entry_at(self, place: QPointF) -> int:
        """The entry under a point, or -1."""
        for number, (box, _) in enumerate(self._boxes()):
            if box.contains(place):
                return number
        return -1

    def box(self, key: str) -> QRectF:
        """Where a figure is named."""
        numbers = [number for number, entry in enumerate(self.entries) if entry.key == key]
        return self._boxes()[numbers[0]][0]

    def said(self, entry: Entry) -> str:
        """As much of the values as there is room for."""
        return "━" if self.detail == 2 else " ".join(entry.values[: 2 - self.detail])

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        number = self.entry_at(event.position())
        if event.button() == Qt.MouseButton.LeftButton and number >= 0:
            self.toggled.emit(self.entries[number].key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Right: 1, Qt.Key.Key_Left: -1}
        if event.key() in steps and self.entries:
            self.at = max(0, min(len(self.entries) - 1, self.at + steps[event.key()]))  # type: ignore[index]
            self.update()
        elif event.key() == Qt.Key.Key_Space and 0 <= self.at < len(self.entries):
            self.toggled.emit(self.entries[self.at].key)
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            number = self.entry_at(QPointF(event.pos()))
            if number >= 0:
                entry = self.entries[number]
                way = self.tr("Click to show it again") if entry.hidden else self.tr("Click to hide it")
                text = "\n".join(
                    part for part in (" ".join((entry.name, *entry.values)), entry.help, way) if part
                )
                QToolTip.showText(event.globalPos(), text, self)
            return True
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        metrics = QFontMetricsF(self.font())
        for number, ((box, _), entry) in enumerate(zip(self._boxes(), self.entries, strict=True)):
            color = theme().disabled if entry.hidden else theme().series(entry.series)
            font = self.font()
            font.setStrikeOut(entry.hidden)
            painter.setFont(font)
            painter.setPen(theme().disabled if entry.hidden else theme().text)
            room = min(box.width(), self.width() - box.left() - 4)
            name = metrics.elidedText(entry.name, Qt.TextElideMode.ElideRight, room)
            painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, name)
            painter.setPen(color)
            font.setStrikeOut(False)
            painter.setFont(font)
            after = box.adjusted(metrics.horizontalAdvance(f"{name} "), 0, 0, 0)
            painter.drawText(after, Qt.AlignmentFlag.AlignVCenter, "" if entry.hidden else self.said(entry))
            if self.hasFocus() and number == self.at:
                painter.setPen(theme().accent)
                painter.drawRect(box.adjusted(-3, 0, -1, -1))
