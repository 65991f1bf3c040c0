"""What may ruin the training, each with what to do about it, and what could not be read."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QToolButton, QVBoxLayout, QWidget

from gui.icons import icon
from gui.theme import theme
from gui.training.banner import Banner
from gui.widgets import Column, WrappedLabel, clear

LISTED = 500


class FoldOut(QWidget):
    """A line that opens a list below it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.button = QToolButton()
        self.button.setCheckable(True)
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.button.toggled.connect(self._toggle)
        self.list = WrappedLabel(muted=True)
        self.list.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self.button)
        column.addWidget(self.list)
        theme().changed.connect(self._icon)
        self._icon()

    def show_lines(self, title: str, lines: tuple[str, ...]) -> None:
        """A title, and the lines it hides."""
        self.button.setText(title)
        more = self.tr("\n… and {0:,} more").format(len(lines) - LISTED) if len(lines) > LISTED else ""
        self.list.setText("\n".join(lines[:LISTED]) + more)
        self.button.setChecked(False)
        self.setVisible(bool(lines))

    def _toggle(self, seen: bool) -> None:
        self.list.setVisible(seen)
        self._icon()

    def _icon(self) -> None:
        self.button.setIcon(
            icon("chevron-down" if self.button.isChecked() else "chevron-right", theme().muted)
        )


class ChecksPage(Column):
    """A card for each warning; below them the files and rows that were left out."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, margin=12, gap=8)
        self.warnings: tuple[str, ...] = ()
        self.helps: Callable[[str], list[tuple[str, Callable[[], object]]]] = lambda _sentence: []
        """Gives the buttons that help against what a sentence says."""
        self.good = WrappedLabel(muted=True)
        self.skipped = FoldOut()
        self._inside = QWidget()
        self._cards = QVBoxLayout(self._inside)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(6)
        for widget in (self.good, self._inside, self.skipped):
            self.layout_.addWidget(widget)
        self.layout_.addStretch(1)
        self.show_found((), (), checked=False)

    def show_found(self, warnings: tuple[str, ...], skipped: tuple[str, ...], checked: bool) -> None:
        """Warnings, and what was skipped; ``checked`` says whether anything was looked at."""
        self.warnings = warnings
        clear(self._cards)
        for sentence in warnings:
            card = Banner()
            card.dismiss.hide()
            what, stop, remedy = sentence.partition(". ")
            card.tell("warning", what + stop.strip(), remedy, self.helps(sentence))
            self._cards.addWidget(card)
        self._inside.setVisible(bool(warnings))
        self.good.setText(
            "" if warnings or not checked else self.tr("Nothing was found that would spoil the training.")
        )
        self.good.setVisible(bool(self.good.text()))
        count = len(skipped)
        title = (
            self.tr("1 note: what was left out or changed")
            if count == 1
            else self.tr("{0:,} notes: what was left out or changed").format(count)
        )
        self.skipped.show_lines(title, skipped)
