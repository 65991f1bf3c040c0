"""The rows of a table's file, piece by piece into columns: CSV in any encoding, or Parquet."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

import numpy

from runtime.data.columns import Column, ColumnKind, Gatherer, measured
from runtime.data.csv_text import (
    Header,
    Script,
    delimiter_of,
    first_text,
    lines_of,
    literal_quotes,
    named,
    rows_of,
    script_of,
    width_of_rows,
)
from runtime.data.dates import days_from
from runtime.data.known import known_names
from runtime.data.own.parted import columns_named, lacking
from runtime.data.schema import DataError
from runtime.data.source import Loading
from runtime.data.table import Table

if TYPE_CHECKING:
    import polars
    from numpy.typing import NDArray

    from runtime.data.own.entries import Files, Part

SMALL, CHUNK = 1000, 50_000
"""Rows taken together: few at first, so that a hurried look is over soon, then more and more."""
PREVIEW = 50
SAMPLE = 1000
"""So many first rows decide the width and the header."""
SHOWN = 20
"""How many skipped rows are listed one by one."""
PARQUET = (".parquet", ".pq")


@dataclass(frozen=True, slots=True)
class _File:
    """How a text table is written. ``census`` labels end with a full stop in their test file."""

    path: Path
    script: Script
    delimiter: str
    literal: bool
    width: int
    names: tuple[str, ...]
    has_header: bool
    preview: tuple[tuple[str, ...], ...]
    census: bool

    def pieces(self, strange: list[int]) -> Iterator[tuple[int, list[polars.Series]]]:
        """(last line, columns) of the rows, one piece after the other; numbers of the lines that are none."""
        how = self.path, self.script, self.delimiter, self.width, strange
        plain = self.script.ordinary and (self.literal or not self.script.quotes)
        pending = self.has_header
        for last, columns in _plain(*how) if plain else _quoted(*how, self.literal):
            if pending and len(columns[0]):
                columns, pending = [column.slice(1) for column in columns], False
            if self.census:
                columns = [*columns[:-1], columns[-1].str.strip_chars_end(" .")]
            yield last, columns


def _file(path: Path, header: Header, loading: Loading) -> _File:
    script = script_of(path, loading)
    begin = first_text(path)[0]
    delimiter = delimiter_of(begin)
    literal = literal_quotes(begin, delimiter)
    sample = [cells for _, cells in islice(rows_of(path, script, delimiter, literal), SAMPLE)]
    width = width_of_rows(sample)
    sample = [cells for cells in sample if len(cells) == width]
    names, has_header = named(sample, width, header)
    shown = sample[has_header : PREVIEW + has_header]
    return _File(
        path, script, delimiter, literal, width, tuple(names), has_header,
        tuple(tuple(cell.strip() for cell in cells) for cells in shown),
        not has_header and known_names(sample) is not None,
    )  # fmt: skip


def read(
    files: Files, header: Header, loading: Loading, roles: Mapping[str, ColumnKind], keep: frozenset[str]
) -> Table:
    """The whole table; see :func:`runtime.data.table.open_table`."""
    path = files["train"][0]
    if path.suffix.lower() in PARQUET:
        return _parquet(files, loading, roles, keep)
    first = _file(path, header, loading)
    taken: list[tuple[Part, _File]] = [("train", first)]
    notes: list[str] = []
    for part, place in ((part, place) for part, places in files.items() for place in places if place != path):
        other = _file(place, "yes" if first.has_header else "no", loading)
        if not first.has_header and other.width == first.width:
            other = replace(other, names=first.names)
        if _belongs(place, other.names, path, first.names, part, notes):
            taken.append((part, other))
    gatherers = [
        Gatherer(name, roles.get(name), first.delimiter == ";", name in keep) for name in first.names
    ]
    counts: dict[Part, int] = {}
    lines, done, rows = sum(file.script.lines for _, file in taken), 0, 0
    for part, file in taken:
        strange: list[int] = []
        before = rows
        for last, columns in file.pieces(strange):
            loading.step(
                min(0.99, (done + last) / lines), f"Reading {file.path.name}: {rows - before:,} rows"
            )
            rows += len(columns[0])
            for gatherer in gatherers:
                gatherer.add(columns[file.names.index(gatherer.name)])
        if rows == before:
            raise DataError(f"{file.path.name} has a header but no rows.")
        done += file.script.lines
        counts[part] = counts.get(part, 0) + rows - before
        notes += _strange_rows(strange, file.width, f" of {file.path.name}" if len(taken) > 1 else "")
    if rows == 1:
        raise DataError(f"{path.name} has only one row. A network needs many to learn from.")
    found = tuple(gatherer.finish() for gatherer in gatherers)
    return Table(
        path,
        found,
        rows,
        first.script.encoding,
        first.delimiter,
        first.has_header,
        (*notes, *_notes(found, roles)),
        {gatherer.name: gatherer.texts for gatherer in gatherers if gatherer.keep},
        first.preview,
        tuple(counts.items()) if len(counts) > 1 else (),
    )


def _belongs(
    path: Path, names: Sequence[str], first: Path, wanted: Sequence[str], part: Part, notes: list[str]
) -> bool:
    """Whether a further file has all the columns of the first; what it lacks, or has beside, is said in a note."""
    said = lacking(path, names, first, wanted, part)
    beside = [name for name in names if name not in wanted]
    if said:
        notes.append(said)
    elif beside:
        notes.append(f"{path.name} has {columns_named(beside)} beside those of {first.name}; not read.")
    return not said


def _plain(
    path: Path, script: Script, delimiter: str, width: int, strange: list[int]
) -> Iterator[tuple[int, list[polars.Series]]]:
    """(last line, columns) of a file in which every line is a row, cut without a loop over cells."""
    import polars as pl

    for first, lines in lines_of(path, script):
        series = pl.Series(lines, dtype=pl.String)
        cells = series.str.count_matches(delimiter, literal=True) + 1
        good = cells == width
        blank = series.str.strip_chars("\r\n\t ").str.len_chars() == 0
        bare = series.str.strip_chars(f"\r {delimiter}").str.len_chars() == 0
        strange += [first + place for place in (~good & ~blank).arg_true().to_list()]
        parts = series.filter(good & ~blank & ~bare).str.split_exact(delimiter, width - 1).struct.unnest()
        yield first + len(lines) - 1, [parts.to_series(place) for place in range(width)]


def _quoted(
    path: Path, script: Script, delimiter: str, width: int, strange: list[int], literal: bool
) -> Iterator[tuple[int, list[polars.Series]]]:
    """The same for files with cells in quotation marks."""
    import polars as pl

    numbered = rows_of(path, script, delimiter, literal)
    size = SMALL
    while chunk := list(islice(numbered, size)):
        size = min(2 * size, CHUNK)
        strange += [line for line, cells in chunk if len(cells) != width]
        good = [cells for _, cells in chunk if len(cells) == width]
        columns = zip(*good, strict=True) if good else [()] * width
        yield chunk[-1][0], [pl.Series(list(column), dtype=pl.String) for column in columns]


def _parquet(files: Files, loading: Loading, roles: Mapping[str, ColumnKind], keep: frozenset[str]) -> Table:
    import polars as pl

    path = files["train"][0]
    notes: list[str] = []
    counts: dict[Part, int] = {}
    scans: list[polars.LazyFrame] = []
    names: list[str] = []
    for part, place in ((part, place) for part, places in files.items() for place in places):
        try:
            scan = pl.scan_parquet(place)
            here = scan.collect_schema().names()
            rows = int(scan.select(pl.len()).collect().item())
        except (pl.exceptions.PolarsError, OSError, ValueError) as error:
            raise DataError(
                f"{place.name} is not a Parquet file that can be read: {_short(error)}."
            ) from error
        if rows == 0 or not here:
            raise DataError(f"{place.name} needs a column and a row; it has {len(here)} and {rows:,}.")
        names = names or here
        if _belongs(place, here, path, names, part, notes):
            scans.append(scan.select(names))
            counts[part] = counts.get(part, 0) + rows
    try:
        frame = pl.concat(scans, how="vertical_relaxed")
        types = frame.collect_schema()
    except pl.exceptions.PolarsError as error:
        raise DataError(
            f"The files beside {path.name} have columns of the same names that hold other things: {_short(error)}."
        ) from error
    total = sum(counts.values())
    worded = [
        name for name, kind in types.items()
        if not kind.is_nested() and kind != pl.Binary
        and (not (kind.is_numeric() or kind.is_temporal()) or roles.get(name) == "category" or name in keep)
    ]  # fmt: skip
    gatherers = {name: Gatherer(name, roles.get(name), keep=name in keep) for name in worded}
    values: dict[str, list[NDArray[numpy.float64]]] = {name: [] for name in types}
    preview: list[tuple[str, ...]] = []
    for start in range(0, total, CHUNK):
        loading.step(start / total, f"Reading {path.name}: {start:,} of {total:,} rows")
        try:
            piece = frame.slice(start, CHUNK).collect()
        except (pl.exceptions.PolarsError, OSError) as error:
            raise DataError(f"{path.name} is damaged after row {start:,}: {_short(error)}.") from error
        for name, kind in types.items():
            if name in gatherers:
                gatherers[name].add(piece[name].cast(pl.String, strict=False))
            elif kind in (pl.Date, pl.Datetime):
                values[name].append(days_from(piece[name]))
            elif kind == pl.Duration:
                seconds = piece[name].dt.total_microseconds().cast(pl.Float64) / 1e6
                values[name].append(seconds.fill_null(numpy.nan).to_numpy())
            elif kind.is_numeric() or kind.is_temporal():
                numbers = piece[name].cast(pl.Float64, strict=False).fill_null(numpy.nan).to_numpy()
                values[name].append(numpy.where(numpy.isinf(numbers), numpy.nan, numbers))
        if not preview:
            preview = [
                tuple("" if cell is None else str(cell) for cell in row) for row in piece.head(PREVIEW).rows()
            ]
    columns = []
    for name, kind in types.items():
        if name in gatherers:
            columns.append(gatherers[name].finish())
        elif not values[name]:
            columns.append(Column(name, "text", numpy.empty(0), nested=True))
        else:
            whole = numpy.concatenate(values[name])
            missing = int(numpy.isnan(whole).sum())
            if missing == total:
                columns.append(Column(name, "empty", numpy.empty(0), missing=missing))
            else:
                what: ColumnKind = "date" if kind in (pl.Date, pl.Datetime) else "number"
                columns.append(measured(name, what, whole, missing))
    return Table(
        path, tuple(columns), total, "parquet", "", True, (*notes, *_notes(columns, roles)),
        {name: gatherer.texts for name, gatherer in gatherers.items() if gatherer.keep}, tuple(preview),
        tuple(counts.items()) if len(counts) > 1 else (),
    )  # fmt: skip


def _short(error: BaseException) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")[:120]


def _strange_rows(lines: Sequence[int], width: int, where: str) -> list[str]:
    listed = [f"Line {line}{where} does not have {width} cells and is left out." for line in lines[:SHOWN]]
    if len(lines) > SHOWN:
        listed.append(f"So are {len(lines) - SHOWN:,} more lines.")
    return listed


def _notes(columns: Sequence[Column], roles: Mapping[str, ColumnKind]) -> list[str]:
    notes = []
    for column in columns:
        if column.kind in ("text", "empty"):
            if roles.get(column.name) not in ("text", "empty"):
                notes.append(f"The column “{column.name}” is left out: it holds {column.summary}.")
        elif column.strays:
            what = "numbers" if column.kind == "number" else "dates"
            notes.append(f"In “{column.name}”, {column.strays:,} cells are no {what} and count as missing.")
    return notes
