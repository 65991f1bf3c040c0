"""All presets as cards by group, narrowed by words and tags."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from graph.closest import corrected, words_of
from gui.flow import FlowLayout
from gui.icons import icon
from gui.start.card import PresetCard
from gui.start.tags import TagRow, common_tags
from gui.theme import theme
from gui.widgets import Column, Heading, WrappedLabel
from gui.workspace import Workspace
from presets import all_presets


class SearchLine(QLineEdit):
    """A search whose arrow down leads to what was found."""

    left_below = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Down:
            self.left_below.emit()
        else:
            super().keyPressEvent(event)


class Gallery(QWidget):
    """The cards are made when the gallery is first seen; pictures and numbers of those that are in view."""

    preset_chosen = Signal(str)

    def __init__(self, workspace: Workspace, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.cards: list[PresetCard] = []
        self.tags: TagRow | None = None
        self._groups: list[tuple[QWidget, QWidget, list[PresetCard]]] = []
        self._timer = QTimer(self)
        self._timer.setInterval(5)
        self._timer.timeout.connect(self._prepare_one)
        self.search = SearchLine()
        self.search.setAccessibleName(self.tr("Search networks"))
        self.search.setPlaceholderText(self.tr("Search networks"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaximumWidth(320)
        self.search.textChanged.connect(self._filter)
        self.search.returnPressed.connect(self._open_first)
        self.search.left_below.connect(self._focus_first)
        self._lens = self.search.addAction(icon("magnify"), QLineEdit.ActionPosition.LeadingPosition)
        self.count = QLabel()
        self.count.setProperty("muted", True)
        title = QLabel(self.tr("Start from a ready-made network"))
        title.setProperty("title", True)
        row = QHBoxLayout()
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(10)
        row.addWidget(title)
        row.addWidget(self.count, 1, Qt.AlignmentFlag.AlignBottom)
        row.addWidget(self.search, 1)
        self._meant = ""
        self.column = Column(gap=6)
        self.column.setAccessibleName(self.tr("Ready-made networks"))
        self.column.verticalScrollBar().valueChanged.connect(self._start)
        self.layout_ = QVBoxLayout(self)
        self.layout_.setContentsMargins(6, 18, 6, 0)
        self.layout_.setSpacing(8)
        self.layout_.addLayout(row)
        self.layout_.addWidget(self.column, 1)
        self.nothing = WrappedLabel(muted=True)
        self.nothing.hide()
        workspace.torch_loaded.connect(self._start)
        theme().changed.connect(self._recolor)

    def fill(self) -> None:
        """Make the cards, once."""
        if self.cards:
            return
        groups: dict[str, list[PresetCard]] = {}
        for preset in all_presets():
            card = PresetCard(preset)
            card.chosen.connect(self.preset_chosen)
            card.stepped.connect(self._step)
            self.cards.append(card)
            groups.setdefault(preset.group, []).append(card)
        for name, cards in groups.items():
            heading = Heading(name)
            box = QWidget()
            flow = FlowLayout(box, gap=12, column=228)
            for card in cards:
                flow.addWidget(card)
            self.column.layout_.addWidget(heading)
            self.column.layout_.addWidget(box)
            self._groups.append((heading, box, cards))
        self.column.layout_.addWidget(self.nothing)
        self.column.layout_.addStretch(1)
        self.tags = TagRow(common_tags(all_presets()))
        self.tags.layout().setContentsMargins(12, 0, 12, 0)
        self.tags.changed.connect(self._filter)
        self.layout_.insertWidget(1, self.tags)
        before: QWidget = self.search
        for button in self.tags.buttons.values():  # made last, but they stand before the cards
            QWidget.setTabOrder(before, button)
            before = button
        self._filter()

    # -- pictures and numbers, one card at a time -------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()

    def _start(self) -> None:
        if self.isVisible():
            self._timer.start()

    def _prepare_one(self) -> None:
        """Draw the next picture in view; when all are drawn and torch is there, count the next parameters."""
        seen = [card for card in self.cards if not card.visibleRegion().isEmpty()]
        for card in seen:
            if not card.drawn:
                card.draw()
                return
        if self.workspace.ready:
            for card in seen:
                if not card.counted:
                    shapes = self.workspace.inference.run(card.preset.build())
                    card.show_parameters(sum(network.parameters for network in shapes.networks.values()))
                    return
        self._timer.stop()

    # -- searching --------------------------------------------------------------------------------------

    def _found(self) -> list[PresetCard]:
        tags = self.tags.chosen if self.tags else set()
        query = self._meant or self.search.text()
        return [card for card in self.cards if card.matches(query, tags)]

    def _guess(self) -> str:
        """What was probably meant, where no network is called what was typed."""
        query = self.search.text()
        if any(card.matches(query) for card in self.cards):
            return ""
        return corrected(query, words_of(*(card.text for card in self.cards)))

    def _filter(self) -> None:
        self._meant = self._guess()
        found = set(map(id, self._found()))
        for heading, box, cards in self._groups:
            for card in cards:
                card.setVisible(id(card) in found)
            shown = any(id(card) in found for card in cards)
            heading.setVisible(shown)
            box.setVisible(shown)
        whole = len(self.cards)
        self.count.setText(
            self.tr("{0} networks").format(whole)
            if len(found) == whole
            else self.tr("{0} of {1} networks for “{2}”").format(len(found), whole, self._meant)
            if self._meant
            else self.tr("{0} of {1} networks").format(len(found), whole)
        )
        self.nothing.setText(self._nothing_text())
        self.nothing.setVisible(bool(self.cards) and not found)
        self.column.verticalScrollBar().setValue(0)
        self._start()

    def _nothing_text(self) -> str:
        words, tags = self.search.text(), self.tags.chosen if self.tags else set()
        tagged = ", ".join(sorted(tags))
        if not words:
            return self.tr("No network has all of the tags {0}. Click one to take it away.").format(tagged)
        if not tags:
            return self.tr(
                "No network matches “{0}”. Try another word, or bring a model of torchvision or your own with "
                "File ▸ Import model."
            ).format(words)
        return self.tr("No network with the tags {0} matches “{1}”. Take a tag or a word away.").format(
            tagged, words
        )

    def _open_first(self) -> None:
        found = self._found()
        if found:
            self.preset_chosen.emit(found[0].preset.id)

    # -- moving with the keyboard -------------------------------------------------------------------------

    def _focus_first(self) -> None:
        found = self._found()
        if found:
            self._focus(found[0])

    def _focus(self, card: PresetCard) -> None:
        card.setFocus(Qt.FocusReason.TabFocusReason)
        self.column.ensureWidgetVisible(card)

    def _step(self, across: int, down: int) -> None:
        """From the card with the keyboard to its neighbour; up from the first row to the search."""
        here = self.focusWidget()
        cards = self._found()
        if here not in cards:
            return
        place = cards.index(here)
        if across:
            self._focus(cards[min(max(place + across, 0), len(cards) - 1)])
            return
        middle = self._middle(here)
        beyond = [card for card in cards if (self._middle(card).y() - middle.y()) * down > 0]
        if not beyond:
            if down < 0:
                self.search.setFocus()
            return
        row = min(beyond, key=lambda card: abs(self._middle(card).y() - middle.y()))
        level = self._middle(row).y()
        near = [card for card in beyond if abs(self._middle(card).y() - level) < card.height() / 2]
        self._focus(min(near, key=lambda card: abs(self._middle(card).x() - middle.x())))

    def _middle(self, card: QWidget) -> QPoint:
        return card.mapTo(self.column.inside, card.rect().center())

    def _recolor(self) -> None:
        self._lens.setIcon(icon("magnify", theme().muted))
