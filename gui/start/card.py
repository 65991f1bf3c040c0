"""One preset on the start page."""

from __future__ import annotations

from collections.abc import Collection

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from gui.start.thumbnail import Thumbnail
from gui.widgets import WrappedLabel
from gui.words import count_text
from presets import Preset

ARROWS = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}


class PresetCard(QFrame):
    """Title, sentence, tags, a small picture and the number of parameters. A click opens it."""

    chosen = Signal(str)
    stepped = Signal(int, int)
    """An arrow key: columns and rows to go."""

    def __init__(self, preset: Preset) -> None:
        super().__init__()
        self.preset = preset
        self.drawn = self.counted = False
        self.setObjectName(preset.id)
        self.setProperty("card", "preset")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(f"{preset.title}. {preset.summary}")
        self.picture = Thumbnail()
        title = QLabel(preset.title)
        font = title.font()
        font.setBold(True)
        title.setFont(font)
        summary = WrappedLabel(preset.summary, muted=True)
        summary.setTextInteractionFlags(Qt.TextInteractionFlag.NoTextInteraction)
        summary.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.tags = QLabel(_tags(preset.tags))
        self.tags.setProperty("muted", True)
        self.size_label = QLabel()
        self.size_label.setProperty("muted", True)
        foot = QHBoxLayout()
        foot.addWidget(self.tags, 1)
        foot.addWidget(self.size_label)
        column = QVBoxLayout(self)
        column.setContentsMargins(9, 9, 9, 9)
        column.setSpacing(5)
        column.addWidget(self.picture)
        column.addWidget(title)
        column.addWidget(summary, 1)
        column.addLayout(foot)

    def sizeHint(self) -> QSize:
        return QSize(230, max(214, self.heightForWidth(230)))

    def matches(self, query: str, tags: Collection[str] = ()) -> bool:
        """Whether every word of a search occurs somewhere, and the preset has all of the tags."""
        preset = self.preset
        if not set(tags) <= set(preset.tags):
            return False
        return all(word in self.text for word in query.lower().split())

    @property
    def text(self) -> str:
        """All that is searched."""
        preset = self.preset
        return " ".join((preset.id, preset.title, preset.summary, preset.group, *preset.tags)).lower()

    def draw(self) -> None:
        """Build the preset and show its picture."""
        self.picture.show_graphs(list(self.preset.build().networks.values()))
        self.drawn = True

    def show_parameters(self, count: int) -> None:
        self.counted = True
        self.size_label.setText(count_text(count))
        self.size_label.setToolTip(self.tr("{0} parameters").format(f"{count:,}"))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.chosen.emit(self.preset.id)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.chosen.emit(self.preset.id)
        elif event.key() in ARROWS:
            self.stepped.emit(*ARROWS[event.key()])
        else:
            super().keyPressEvent(event)


def _tags(tags: tuple[str, ...], room: int = 30) -> str:
    """As many tags as fit a card's last line."""
    text = ""
    for tag in tags:
        longer = f"{text} · {tag}" if text else tag
        if len(longer) > room:
            break
        text = longer
    return text
