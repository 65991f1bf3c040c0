"""Where a command's answers go: text for people, or one JSON object per line for programs."""

from __future__ import annotations

import json
import math
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TextIO


class Refused(Exception):
    """Something the person gave cannot be used. The text is a sentence; the exit code is 2."""


class Output:
    """With ``as_json``, :meth:`item` writes JSON and :meth:`text` nothing; without it, the other way round.

    :meth:`note` always goes to standard error.
    """

    def __init__(self, stream: TextIO, as_json: bool) -> None:
        self.as_json = as_json
        self._stream = stream

    def item(self, values: Mapping[str, Any]) -> None:
        """One JSON object on a line of its own, written through at once."""
        if self.as_json:
            print(json.dumps(plain(values), allow_nan=False), file=self._stream, flush=True)

    def text(self, line: str = "") -> None:
        """One line for people."""
        if not self.as_json:
            print(line, file=self._stream, flush=True)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Columns wide enough for their content; numbers are right-aligned."""
        if self.as_json or not rows:
            return
        widths = [max(len(row[column]) for row in (header, *rows)) for column in range(len(header))]
        right = [all(_numeric(row[column]) for row in rows) for column in range(len(header))]
        for row in (header, *rows):
            cells = (
                cell.rjust(width) if to_right else cell.ljust(width)
                for cell, width, to_right in zip(row, widths, right, strict=True)
            )
            self.text("  ".join(cells).rstrip())

    def note(self, line: str) -> None:
        """A remark beside the answer: warnings, progress, where a file went."""
        print(line, file=sys.stderr, flush=True)


def _numeric(cell: str) -> bool:
    return cell == "" or cell.replace(",", "").replace(".", "").replace(" ", "").isdigit()


def plain(value: Any) -> Any:
    """The same value with nothing but JSON in it; a number that is not finite becomes null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if value is None or isinstance(value, (bool, int, str)):
        return value
    return str(value)


@contextmanager
def json_only() -> Iterator[TextIO]:
    """Standard output for JSON alone: whatever libraries print there goes to standard error instead.

    The file descriptor itself is turned, so that output of compiled code and of child processes counts too.
    """
    sys.stdout.flush()
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    printed = sys.stdout
    os.dup2(2, 1)
    sys.stdout = sys.stderr
    try:
        yield answers
    finally:
        sys.stdout = printed
        try:
            answers.flush()
        finally:
            os.dup2(answers.fileno(), 1)
            answers.close()
