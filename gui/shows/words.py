"""What a network wrote: a table of what it was given, what it made of it and what was wanted."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from gui.shows.contents import Row, Text
from gui.shows.view import SCALE, View
from gui.theme import theme


class TextView(View):
    """Text that can be selected and copied; right answers and wrong ones are marked."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.browser = QTextBrowser()
        self.browser.setOpenLinks(False)
        self.browser.setAccessibleName(self.tr("What the network wrote"))
        self.browser.setFrameShape(QTextBrowser.Shape.NoFrame)
        self.browser.setMinimumSize(90, 60)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.browser)
        theme().changed.connect(self._write)

    def take(self, content: Text) -> None:  # type: ignore[override]
        super().take(content)
        self._write()

    def _write(self) -> None:
        if self.content is None:
            return
        bar = self.browser.verticalScrollBar()
        keep = bar.value()
        self.browser.setHtml(self._html(self.content.rows))
        bar.setValue(keep)

    def _html(self, rows: tuple[Row, ...]) -> str:
        given = any(row.given for row in rows)
        wanted = any(row.wanted for row in rows)
        marked = any(row.right is not None for row in rows)
        muted = theme().muted.name()
        titles = [
            self.tr("given") if given else None,
            self.tr("network"),
            self.tr("wanted") if wanted else None,
        ]
        shown = [title for title in titles if title is not None]
        head = "".join(f'<td style="color:{muted}">{title}</td>' for title in shown)
        lines = [f"<tr>{'<td></td>' if marked else ''}{head}</tr>"] if given or wanted else []
        for row in rows:
            color = {True: theme().ok, False: theme().error, None: theme().text}[row.right].name()
            cells = [f"<td>{_safe(row.given)}</td>"] if given else []
            cells.append(f'<td><span style="color:{color}">{_safe(row.output)}</span></td>')
            if wanted:
                cells.append(f'<td style="color:{muted}">{_safe(row.wanted)}</td>')
            if marked:
                sign = {True: "✓", False: "✗", None: ""}[row.right]
                cells.insert(0, f'<td style="color:{color}">{sign}</td>')
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return f'<table cellpadding="4" cellspacing="0">{"".join(lines)}</table>'

    def picture(self) -> QImage:
        """All rows, also those that are scrolled away."""
        document = QTextDocument()
        document.setDefaultFont(self.browser.font())
        document.setHtml(f'<div style="color:{theme().text.name()}">{self.browser.toHtml()}</div>')
        document.setTextWidth(max(240, self.browser.viewport().width()))
        size = QSizeF(document.textWidth(), document.size().height())
        image = QImage((size * SCALE).toSize(), QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(SCALE)
        image.fill(theme().panel)
        painter = QPainter(image)
        document.drawContents(painter)
        painter.end()
        return image


def _safe(text: str) -> str:
    """Text as HTML; line ends and runs of spaces stay."""
    return escape(text).replace("\n", "<br>").replace("  ", " &nbsp;")
