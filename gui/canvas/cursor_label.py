"""A few words beside the mouse while a gesture runs."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QLabel, QWidget

from gui.theme import theme

WIDEST = 400


class CursorLabel(QLabel):
    """Lies over the canvas; the mouse passes through it."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self.setObjectName("cursorLabel")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.hide()

    def say(self, text: str, severity: str, pixel: QPoint) -> None:
        """Show a text near a place of the parent; an empty one hides it."""
        if not text:
            self.hide()
            return
        colors = theme()
        edge = colors.severity(severity)
        self.setStyleSheet(
            f"#cursorLabel {{ background: {colors.panel.name()}; color: {colors.text.name()};"
            f" border: 1px solid {edge.name()}; border-radius: 6px; padding: 4px 8px; }}"
        )
        if text != self.text():
            self.setText(text)
            wide = min(WIDEST, self.fontMetrics().horizontalAdvance(text) + 24)
            self.setFixedWidth(wide)
            room = QRect(0, 0, wide - 20, 1000)
            text_box = self.fontMetrics().boundingRect(room, int(Qt.TextFlag.TextWordWrap), text)
            self.setFixedHeight(text_box.height() + 14)
        parent = self._over
        x = max(4, min(pixel.x() + 16, parent.width() - self.width() - 4))
        y = pixel.y() + 20
        if y + self.height() > parent.height() - 4:
            y = pixel.y() - self.height() - 12
        self.move(x, y)
        self.show()
        self.raise_()
