"""What a network wrote: a table of what it was given, what it made of it and what was wanted."""

from __future__ import annotations

from difflib import SequenceMatcher
from html import escape
from itertools import groupby
from math import ceil

from PySide6.QtCore import QSizeF
from PySide6.QtGui import QImage, QPainter, QTextDocument
from PySide6.QtWidgets import QTextBrowser, QVBoxLayout, QWidget

from gui.shows.contents import Row, Text
from gui.shows.view import SCALE, View
from gui.theme import theme

LONG = 24
"""Characters of a word that is none: a text without spaces is compared by its characters."""
GAP = "_"
FRAME = 16
"""Pixels of border and padding around the text, above and below."""


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
        self.browser.setHtml(self._html(self.content))
        bar.setValue(keep)

    def _html(self, content: Text) -> str:
        rows = content.rows
        given = any(row.given for row in rows)
        wanted = any(row.wanted for row in rows)
        marked = any(row.right is not None for row in rows)
        muted = theme().muted.name()
        named = content.heads or (self.tr("given"), self.tr("network"), self.tr("wanted"))
        shown = [title for title, there in zip(named, (given, True, wanted), strict=True) if there]
        head = "".join(f'<td style="color:{muted}">{escape(title)}</td>' for title in shown)
        lines = [f"<tr>{'<td></td>' if marked else ''}{head}</tr>"] if given or wanted else []
        for row in rows:
            color = {True: theme().ok, False: theme().error, None: theme().text}[row.right].name()
            cells = [f"<td>{_safe(row.given)}</td>"] if given else []
            if content.compare and row.right is False and row.wanted:
                said = _marked(row, color)
            else:
                said = f'<span style="color:{color}">{_safe(row.output)}</span>'
            cells.append(f"<td>{said}</td>")
            if wanted:
                cells.append(f'<td style="color:{muted}">{_safe(row.wanted)}</td>')
            if marked:
                sign = {True: "✓", False: "✗", None: ""}[row.right]
                cells.insert(0, f'<td style="color:{color}">{sign}</td>')
            lines.append(f"<tr>{''.join(cells)}</tr>")
        return f'<table cellpadding="4" cellspacing="0">{"".join(lines)}</table>'

    def wanted_height(self, width: int) -> int:
        document = self.browser.document().clone()
        document.setTextWidth(width - 2 * self.browser.frameWidth() - FRAME)
        return ceil(document.size().height()) + 2 * self.browser.frameWidth() + FRAME

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


def mistakes(output: str, wanted: str) -> tuple[str, list[tuple[str, bool]]]:
    """What was written in pieces (words, or characters where there are no spaces): what stands between two of them,
    and each with whether it is as wanted; a gap stands where something was left out."""
    apart = " " in f"{wanted.strip()}{output.strip()}" and not any(
        len(word) > LONG for word in output.split(" ")
    )
    said, truth = (text.split(" ") if apart else list(text) for text in (output, wanted))
    if len(said) == len(truth):
        found = [(piece, piece == want) for piece, want in zip(said, truth, strict=True)]
    else:
        found = []
        for kind, start, end, *_ in SequenceMatcher(None, said, truth, autojunk=False).get_opcodes():
            found += [(piece, kind == "equal") for piece in said[start:end]] or [(GAP, False)]
    return " " if apart else "", found


def _marked(row: Row, color: str) -> str:
    """The mistakes in what was written, underlined and in a colour."""
    between, found = mistakes(row.output, row.wanted)
    parts = []
    for right, pieces in groupby(found, key=lambda one: one[1]):
        text = _safe(between.join(piece for piece, _ in pieces))
        parts.append(
            text if right else f'<span style="color:{color}; text-decoration:underline">{text}</span>'
        )
    return between.join(parts)


def _safe(text: str) -> str:
    """Text as HTML; line ends and runs of spaces stay."""
    return escape(text).replace("\n", "<br>").replace("  ", " &nbsp;")
