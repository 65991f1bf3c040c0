"""What the trainer noticed about a run: a calm card for each thing, with what to try; kept until it is dismissed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gui.training.banner import Banner
from gui.training.session import TrainingSession

SHOWN = 2
"""So many cards are open at once; earlier ones wait behind a link."""


@dataclass(slots=True)
class Item:
    """One piece of advice, and whether the person has put it away."""

    epoch: int
    text: str
    hint: str
    dismissed: bool = False


class AdviceList(QWidget):
    """The newest advice stands on top. A new run begins an empty list; one that is continued keeps it."""

    def __init__(self, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.items: list[Item] = []
        self.cards: list[Banner] = []
        self._all = False
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        self.more = QPushButton()
        self.more.setProperty("link", True)
        self.more.clicked.connect(self._toggle)
        self._column.addWidget(self.more, 0, Qt.AlignmentFlag.AlignLeft)
        session.message.connect(self._message)
        session.cleared.connect(self._clear)
        self.refresh()

    def _message(self, message: dict[str, Any]) -> None:
        if message["event"] == "advice":
            item = Item(int(message.get("epoch") or 0), str(message["text"]), str(message.get("hint") or ""))
            self.items = [other for other in self.items if other.text != item.text]
            self.items.append(item)
            self.refresh()
        elif message["event"] == "started" and not message.get("step"):
            self._clear()

    def _clear(self) -> None:
        self.items, self._all = [], False
        self.refresh()

    def _toggle(self) -> None:
        self._all = not self._all
        self.refresh()

    def refresh(self) -> None:
        """Cards for what is to be seen now."""
        for card in self.cards:
            self._column.removeWidget(card)
            card.hide()
            card.deleteLater()
        self.cards = []
        newest = list(reversed(self.items))
        fresh = [item for item in newest if not item.dismissed][:SHOWN]
        for item in newest if self._all else fresh:
            self._card(item)
        hidden = len(newest) - len(fresh)
        self.more.setText(
            self.tr("Hide earlier advice") if self._all else self.tr("Earlier advice ({0})").format(hidden)
        )
        self.more.setVisible(hidden > 0 or self._all)
        self.setVisible(bool(newest))

    def _card(self, item: Item) -> None:
        card = Banner(self)
        text = self.tr("Epoch {0}: {1}").format(item.epoch, item.text) if item.epoch else item.text
        card.tell("hint", text, item.hint)
        card.dismiss.setVisible(not item.dismissed)
        card.dismiss.setToolTip(self.tr("Put this away; it stays in the list"))
        card.dismiss.clicked.connect(lambda _=False: self.dismiss(item))
        self.cards.append(card)
        self._column.insertWidget(self._column.count() - 1, card)

    def dismiss(self, item: Item) -> None:
        """Put one away."""
        item.dismissed = True
        self.refresh()
