"""The page that stands where samples will be: what is being done, what went wrong, and buttons that help."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from gui.theme import theme


class Notice(QWidget):
    """Says a sentence; ``load``, ``cancel`` and ``offline`` are buttons shown when they can be pressed."""

    load_asked = Signal()
    cancel_asked = Signal()
    offline_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 8, 20, 8)
        self.text = QLabel()
        self.text.setWordWrap(True)
        self.text.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(8)
        self.bar.setMaximumWidth(320)
        self.load = QPushButton(self.tr("Show samples"))
        self.load.clicked.connect(self.load_asked)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.cancel_asked)
        self.offline = QPushButton(self.tr("Use the digits that ship with TorchLoom"))
        self.offline.clicked.connect(self.offline_asked)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        for button in (self.load, self.cancel, self.offline):
            buttons.addWidget(button)
        buttons.addStretch(1)
        bar = QHBoxLayout()
        bar.addStretch(1)
        bar.addWidget(self.bar, 2)
        bar.addStretch(1)
        column.addStretch(1)
        column.addWidget(self.text)
        column.addLayout(bar)
        column.addLayout(buttons)
        column.addStretch(1)
        self.tell("")

    def tell(
        self, text: str, load: bool = False, busy: bool = False, offline: bool = False, wrong: bool = False
    ) -> None:
        """Show a sentence, ``wrong`` in the colour of errors, with the buttons that make sense now."""
        self.text.setStyleSheet(f"color: {theme().error.name()}" if wrong else "")
        self.text.setText(text)
        self.bar.setRange(0, 0)
        for widget, seen in (
            (self.load, load), (self.cancel, busy), (self.bar, busy), (self.offline, offline),
        ):  # fmt: skip
            widget.setVisible(seen)

    def progress(self, fraction: float, text: str) -> None:
        """How far the work is, 0…1."""
        self.text.setText(text)
        self.bar.setRange(0, 1000)
        self.bar.setValue(int(1000 * fraction))
