"""The text of a CSV file: its encoding, its separator, its header, its rows."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Literal

from runtime.data.columns import is_missing
from runtime.data.known import known_names
from runtime.data.numerals import to_number
from runtime.data.schema import DataError
from runtime.data.source import Loading

Header = Literal["auto", "yes", "no"]

PIECE = 2**20
"""Bytes that are read between two looks at whether the person gave up."""
HEAD = 65536
CONTROLS = tuple(bytes([code]) for code in (1, 2, 3, 4, 5, 6, 7, 8))
"""Bytes no text has."""
DELIMITERS = ",;\t|"
SENTENCE_ENDS = (".", "!", "?", "…", "。")
NAME = r"[^\W\d]\w{0,30}([ _-]\w{1,20}){0,2}"
"""What may be the name of a column."""


@dataclass(frozen=True, slots=True)
class Script:
    """How a file is written: whether there are quotation marks, whether all its line ends are ordinary, and
    how many lines there are."""

    encoding: str
    quotes: bool
    ordinary: bool
    lines: int


def script_of(path: Path, loading: Loading) -> Script:
    """Read the whole file once to learn its encoding: UTF-8, UTF-16, Korean (cp949), else Western (cp1252,
    latin-1). Raises :class:`DataError` for what is no text, empty or damaged."""
    candidates = _candidates(_head(path), path)
    size = max(1, path.stat().st_size)
    for encoding in candidates:
        decoder = codecs.getincrementaldecoder(encoding)()
        quotes, ordinary, blank, lines, done = False, True, True, 1, 0
        try:
            with path.open("rb") as file:
                while raw := file.read(PIECE):
                    done += len(raw)
                    loading.step(0.0, f"Looking at {path.name}: {done / size:.0%}")
                    text = decoder.decode(raw)
                    lines += text.count("\n")
                    blank = blank and not text.strip()
                    quotes = quotes or '"' in text
                    ordinary = ordinary and ("\r" not in text or _ordinary(text))
                blank = blank and not decoder.decode(b"", final=True).strip()
        except UnicodeDecodeError:
            continue
        if blank:
            raise DataError(f"{path.name} is empty.")
        return Script(encoding, quotes, ordinary, lines)
    raise DataError(f"{path.name} is damaged: it is not valid {candidates[-1].upper()} text.")


def first_text(path: Path) -> tuple[str, str]:
    """(text, encoding) of the first lines."""
    raw = _head(path)
    whole = len(raw) < HEAD
    for encoding in _candidates(raw, path):
        try:
            text = codecs.getincrementaldecoder(encoding)().decode(raw, final=whole)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise DataError(f"{path.name} is empty.")
        return (text if whole or "\n" not in text else text[: text.rindex("\n") + 1]), encoding
    raise DataError(f"{path.name} is damaged: its text cannot be read.")


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(HEAD)
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error


def _candidates(raw: bytes, path: Path) -> tuple[str, ...]:
    """Encodings worth trying, in order; the last one takes anything unless the file says what it is."""
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return ("utf-16",)
    if b"\0" in raw or any(byte in raw for byte in CONTROLS):
        # UTF-16 without its mark: every other byte of Western text is zero.
        even, odd = raw[0::2].count(0), raw[1::2].count(0)
        strange = any(byte in raw for byte in CONTROLS)
        if not strange and max(even, odd) > 0.4 * len(raw) / 2 and min(even, odd) < 0.05 * len(raw) / 2:
            return ("utf-16-le",) if odd > even else ("utf-16-be",)
        raise DataError(f"{path.name} is not a text file: there are bytes in it that no text has.")
    return ("utf-8-sig", "cp949", "cp1252", "latin-1")


def _ordinary(text: str) -> bool:
    """Whether every carriage return stands before a line feed (or at the end, where the line feed may follow)."""
    return text.count("\r") == text.count("\r\n") + text.endswith("\r")


def rows_of(
    path: Path, script: Script, delimiter: str, literal: bool = False
) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every row that is not blank; a cell in quotation marks may hold anything, unless
    these are ``literal``."""
    quoting: Literal[0, 3] = csv.QUOTE_NONE if literal else csv.QUOTE_MINIMAL
    with path.open("rb") as raw, _text(raw, script.encoding) as file:
        reader = csv.reader(file, delimiter=delimiter, skipinitialspace=True, quoting=quoting)
        try:
            for cells in reader:
                if cells and (cells[0].strip() or any(cell.strip() for cell in cells)):
                    yield reader.line_num, cells
        except csv.Error as error:
            raise DataError(
                f"{path.name} cannot be read beyond line {reader.line_num}: {error}. "
                "Look for a quotation mark that is never closed."
            ) from error


def lines_of(path: Path, script: Script) -> Iterator[tuple[int, list[str]]]:
    """(number of the first, lines) in pieces, for files with ordinary line ends: small pieces at first, so that a
    hurried look is over soon, then larger ones."""
    size = HEAD
    with path.open("rb") as raw, _text(raw, script.encoding) as file:
        number, rest = 1, ""
        while piece := file.read(size):
            size = min(2 * size, 4 * PIECE)
            whole, mark, rest = (rest + piece).rpartition("\n")
            if not mark:
                continue
            lines = whole.split("\n")
            yield number, lines
            number += len(lines)
        if rest:
            yield number, [rest]


def _text(raw: BinaryIO, encoding: str) -> io.TextIOWrapper:
    return io.TextIOWrapper(raw, encoding=encoding, newline="")


def delimiter_of(text: str) -> str:
    """The separator that cuts the first lines into equally many cells, the more the better."""
    lines = io.StringIO(text[:HEAD], newline="")
    sample = [line for line in islice(lines, 50) if line.strip()]
    best, best_score = ",", 0.0
    for delimiter in DELIMITERS:
        try:
            rows = list(csv.reader(sample, delimiter=delimiter, skipinitialspace=True))
        except csv.Error:
            continue
        widths = Counter(len(cells) for cells in rows)
        width, votes = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = votes / sum(widths.values()) * (1 - 1 / width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def literal_quotes(text: str, delimiter: str) -> bool:
    """Whether quotation marks mean nothing but themselves, as in many tab-separated texts: some lines have an
    odd number of them."""
    return delimiter == "\t" and any(line.count('"') % 2 for line in text.splitlines())


def width_of_rows(rows: Sequence[Sequence[str]]) -> int:
    """How many cells most rows have."""
    widths = Counter(len(cells) for cells in rows)
    return max(widths.items(), key=lambda item: (item[1], item[0]))[0]


def named(rows: Sequence[Sequence[str]], width: int, header: Header) -> tuple[list[str], bool]:
    """(column names, whether the first row holds them). Unnamed and repeated names are numbered; the columns of a
    known file without a header are named as they are known."""
    first, rest = rows[0], rows[1:]
    has_header = header == "yes" or (header == "auto" and _looks_like_header(first, rest))
    if not has_header:
        wanted = list(known_names(rows) or [""] * width)
    else:
        wanted = [" ".join(cell.split()) for cell in first]
    names: list[str] = []
    taken: set[str] = set()
    for number, name in enumerate(wanted, 1):
        name = name or f"column_{number}"
        unique, copies = name, 1
        while unique in taken:
            copies += 1
            unique = f"{name}_{copies}"
        names.append(unique)
        taken.add(unique)
    return names, has_header


def _looks_like_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """No number and no sentence in the first row, and numbers below it, or else words that do not come again below;
    where nothing ever comes again (sentences), they must look like names."""
    if any(_is_number(cell) or cell.strip().endswith(SENTENCE_ENDS) for cell in first):
        return False
    columns = list(zip(*rest, strict=True))
    if any(
        2 * sum(map(_is_number, column)) > sum(1 for cell in column if not is_missing(cell))
        for column in columns
    ):
        return True
    if any(cell in column for cell, column in zip(first, columns, strict=False)):
        return False
    if all(len(set(column)) == len(column) for column in columns):
        return all(re.fullmatch(NAME, cell.strip()) for cell in first)
    return True


def _is_number(cell: str) -> bool:
    return not math.isnan(to_number(cell))
