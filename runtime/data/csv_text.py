"""The text of a CSV file: its encoding, its separator, its header, its cells."""

from __future__ import annotations

import csv
import io
import math
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Literal

from runtime.data.columns import to_number
from runtime.data.schema import DataError

Header = Literal["auto", "yes", "no"]


def decoded(path: Path) -> tuple[str, str]:
    """(text, encoding): UTF-8, UTF-16 with a mark, Korean (cp949), else Western (cp1252, latin-1)."""
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DataError(f"There is no file {path}.") from None
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror or error}.") from error
    if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encodings: tuple[str, ...] = ("utf-16",)
    elif b"\0" in raw[:65536]:
        raise DataError(f"{path.name} is not a text table. Choose a CSV file.")
    else:
        encodings = ("utf-8-sig", "cp949", "cp1252", "latin-1")
    for encoding in encodings:
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        if not text.strip():
            raise DataError(f"{path.name} is empty.")
        return text, encoding
    raise DataError(f"{path.name} is damaged: it is not valid UTF-16 text.")


def cells_of(text: str, delimiter: str, path: Path) -> Iterator[tuple[int, list[str]]]:
    """(line number, cells) of every row that is not blank."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True)
    try:
        for cells in reader:
            if cells and any(cell.strip() for cell in cells):
                yield reader.line_num, cells
    except csv.Error as error:
        raise DataError(
            f"{path.name} cannot be read beyond line {reader.line_num}: {error}. "
            "Look for a quotation mark that is never closed."
        ) from error


def delimiter_of(text: str) -> str:
    """The separator that cuts the first lines into equally many cells, the more the better."""
    lines = io.StringIO(text[:65536], newline="")
    sample = [line for line in islice(lines, 50) if line.strip()]
    best, best_score = ",", 0.0
    for delimiter in ",;\t|":
        widths = Counter(
            len(cells) for cells in csv.reader(sample, delimiter=delimiter, skipinitialspace=True)
        )
        width, votes = max(widths.items(), key=lambda item: (item[1], item[0]))
        score = votes / sum(widths.values()) * (1 - 1 / width)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def width_of(text: str, delimiter: str, path: Path) -> int:
    """How many cells most of the first rows have."""
    widths = Counter(len(cells) for _, cells in islice(cells_of(text, delimiter, path), 200))
    width = max(widths.items(), key=lambda item: (item[1], item[0]))[0]
    if width < 2:
        raise DataError(
            f"{path.name} has only one column. A table needs one to predict and at least one to learn from."
        )
    return width


def names_of(text: str, delimiter: str, width: int, header: Header, path: Path) -> tuple[list[str], bool]:
    """(column names, whether the first row holds them). Unnamed and repeated names are numbered."""
    rows = (cells for _, cells in cells_of(text, delimiter, path) if len(cells) == width)
    sample = list(islice(rows, 1000))
    first, rest = sample[0], sample[1:]
    has_header = header == "yes" or (header == "auto" and _looks_like_header(first, rest))
    wanted = [cell.strip() for cell in first] if has_header else [""] * width
    names: list[str] = []
    for number, name in enumerate(wanted, 1):
        name = name or f"column_{number}"
        unique, copies = name, 1
        while unique in names:
            copies += 1
            unique = f"{name}_{copies}"
        names.append(unique)
    return names, has_header


def _looks_like_header(first: Sequence[str], rest: Sequence[Sequence[str]]) -> bool:
    """No number in the first row, but numbers below it, or else words that do not come again below."""
    if any(_is_number(cell) for cell in first):
        return False
    if any(_is_number(cell) for cells in rest for cell in cells):
        return True
    return not any(cell in column for cell, column in zip(first, zip(*rest, strict=True), strict=False))


def _is_number(cell: str) -> bool:
    return not math.isnan(to_number(cell))
