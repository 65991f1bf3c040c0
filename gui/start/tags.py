"""The tags that presets carry most often, as buttons that narrow a list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QWidget

from gui.flow import FlowLayout
from presets import Preset

MOST = 16


def common_tags(presets: Iterable[Preset], most: int = MOST) -> list[str]:
    """The tags that occur most often, the most frequent first; equally frequent ones by name."""
    counts = Counter(tag for preset in presets for tag in preset.tags)
    return sorted(counts, key=lambda tag: (-counts[tag], tag.lower()))[:most]


class TagRow(QWidget):
    """Buttons that can be down together: what is shown has all of their tags."""

    changed = Signal()

    def __init__(self, tags: Iterable[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[str, QPushButton] = {}
        flow = FlowLayout(self, gap=6)
        for tag in tags:
            button = QPushButton(tag)
            button.setCheckable(True)
            button.setProperty("tag", True)
            button.setAccessibleName(self.tr("Only networks with the tag {0}").format(tag))
            button.toggled.connect(self.changed)
            self.buttons[tag] = button
            flow.addWidget(button)

    @property
    def chosen(self) -> set[str]:
        """The tags whose buttons are down."""
        return {tag for tag, button in self.buttons.items() if button.isChecked()}

    def clear(self) -> None:
        """Lift all buttons."""
        for button in self.buttons.values():
            button.setChecked(False)
