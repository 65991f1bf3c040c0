"""A card that says what is wrong with a run or its data, with buttons that help."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QToolButton, QVBoxLayout, QWidget

from gui.flow import FlowLayout
from gui.icons import SEVERITY_ICONS, icon, pixmap
from gui.theme import theme
from gui.widgets import ElidingButton, WrappedLabel, clear, mark, picture_label


class Banner(QFrame):
    """Hidden until :meth:`tell` is called."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.severity = "error"
        self.picture = picture_label(pixmap("alert-circle"))
        self.sentence = WrappedLabel()
        self.hint = WrappedLabel(muted=True)
        self.buttons = QWidget()
        self._flow = FlowLayout(self.buttons, gap=6)
        self.dismiss = QToolButton()
        self.dismiss.setToolTip(self.tr("Hide this"))
        self.dismiss.clicked.connect(self.hide)
        column = QVBoxLayout()
        column.setSpacing(4)
        for widget in (self.sentence, self.hint):
            column.addWidget(widget)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.picture)
        row.addLayout(column, 1)
        row.addWidget(self.dismiss, 0, Qt.AlignmentFlag.AlignTop)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(9, 7, 5, 8)
        whole.setSpacing(6)
        whole.addLayout(row)
        whole.addWidget(self.buttons)  # under the picture, too: in a narrow column their texts need the room
        theme().changed.connect(self._icons)
        self.hide()

    def tell(
        self,
        severity: str,
        sentence: str,
        hint: str = "",
        buttons: list[tuple[str, Callable[[], object]]] | None = None,
    ) -> None:
        """Show a sentence. ``buttons`` are (text, what it does); the first is the one to press."""
        self.severity = severity
        mark(self, "card", severity)
        self.sentence.setText(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))
        clear(self._flow)
        for text, do in buttons or []:
            button = ElidingButton(QIcon(), text)
            # pressed, it often goes away: had it the focus, the next press of a key would go to a stranger
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.setProperty("fix", True)
            button.clicked.connect(lambda _=False, do=do: do())
            self._flow.addWidget(button)
        self.buttons.setVisible(bool(buttons))
        self._icons()
        self.show()

    def press(self, number: int = 0) -> QPushButton:
        """The button with this number, for the keyboard and for tests."""
        found = [self._flow.itemAt(place) for place in range(self._flow.count())]
        widgets = [item.widget() for item in found if item is not None]
        return [widget for widget in widgets if isinstance(widget, QPushButton)][number]

    def _icons(self) -> None:
        color = theme().severity(self.severity)
        self.picture.setPixmap(pixmap(SEVERITY_ICONS[self.severity], color, 18))
        self.dismiss.setIcon(icon("close", theme().muted))
