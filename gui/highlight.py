"""Python text in the theme's colours, by Pygments."""

from __future__ import annotations

from pygments.lexers import PythonLexer
from pygments.token import Comment, Keyword, Literal, Name, Number, String
from PySide6.QtGui import QSyntaxHighlighter, QTextCharFormat, QTextDocument

from gui.theme import theme

_KINDS = (
    (Comment, "code_comment"),
    (Keyword, "code_keyword"),
    (Name.Class, "code_name"),
    (Name.Function, "code_name"),
    (Name.Builtin.Pseudo, "code_keyword"),
    (Number, "code_number"),
    (Literal.String.Doc, "code_comment"),
    (String, "code_string"),
)

Span = tuple[int, int, str]
"""Start, length, name of the colour."""


def spans(text: str) -> list[list[Span]]:
    """For each line of a Python text, the coloured pieces."""
    lines: list[list[Span]] = [[]]
    column = 0
    for kind, piece in PythonLexer(stripnl=False).get_tokens(text):
        color = _color(kind)
        for number, part in enumerate(piece.split("\n")):
            if number:
                lines.append([])
                column = 0
            if part and color:
                lines[-1].append((column, len(part), color))
            column += len(part)
    return lines


def _color(kind: object) -> str:
    for known, color in _KINDS:
        if kind in known:
            return color
    return ""


class PythonHighlighter(QSyntaxHighlighter):
    """Colours a document whose whole text was given to :meth:`set_text` before."""

    def __init__(self, document: QTextDocument) -> None:
        super().__init__(document)
        self._spans: list[list[Span]] = []
        self.faded = False
        """Everything in the colour of comments: the text is out of date."""

    def set_text(self, text: str) -> None:
        """Say what the document is about to hold."""
        self._spans = spans(text)

    def follow(self, text: str) -> None:
        """The document holds another text now: colour anew only the lines that look different."""
        before, self._spans = self._spans, spans(text)
        shorter = min(len(before), len(self._spans))
        first = next((at for at in range(shorter) if before[at] != self._spans[at]), shorter)
        same = next(
            (at for at in range(shorter - first) if before[-1 - at] != self._spans[-1 - at]), shorter - first
        )
        for number in range(max(0, first - 1), len(self._spans) - same):
            self.rehighlightBlock(self.document().findBlockByNumber(number))

    def highlightBlock(self, text: str) -> None:
        if self.faded:
            self.setFormat(0, len(text), _format("code_comment"))
            return
        number = self.currentBlock().blockNumber()
        if number < len(self._spans):
            for start, length, color in self._spans[number]:
                self.setFormat(start, length, _format(color))


def _format(color: str) -> QTextCharFormat:
    result = QTextCharFormat()
    result.setForeground(getattr(theme(), color))
    return result
