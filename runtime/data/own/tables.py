"""What is known of a table's columns without its rows, as JSON values and back."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runtime.data.columns import ColumnKind
from runtime.data.own.parted import files_of
from runtime.data.own.scans import Facts, stamp_of
from runtime.data.schema import DataError
from runtime.data.source import Loading
from runtime.data.table import Table, open_table

ROLES: dict[str, ColumnKind] = {
    "as_number": "number",
    "as_category": "category",
    "as_date": "date",
    "as_text": "text",
}
"""Option that names columns -> what they are then taken for."""
KEPT_BYTES = 2**28


def roles_of(options: Mapping[str, Any]) -> dict[str, ColumnKind]:
    """What the person decided some columns to be."""
    return {name: kind for option, kind in ROLES.items() for name in options.get(option) or ()}


_last: tuple[Any, Table] | None = None


def opened(path: Path, options: Mapping[str, Any], loading: Loading) -> Table:
    """The table as the options say. The last one is kept: who looked at a table soon loads it."""
    global _last
    roles = roles_of(options)
    key = (str(path), stamp_of(path, options), options.get("header", "auto"), tuple(sorted(roles.items())))
    last = _last
    if last is None or last[0] != key:
        _last = None
        last = (
            key,
            open_table(path, options.get("header", "auto"), loading, roles, files=files_of(path, options)),
        )
        if sum(column.values.nbytes for column in last[1].columns) <= KEPT_BYTES:
            _last = last
    return last[1]


def facts_of(table: Table) -> Facts:
    """``columns`` (name, kind, summary, missing, …), ``rows``, ``preview`` (the first rows as they stand), ``parts``,
    ``encoding``, ``delimiter``, ``has_header``, ``notes``, and ``target``, the column that is predicted unless the
    person chooses another."""
    try:
        target = table.target().name
    except DataError:
        target = table.columns[-1].name  # nothing can be predicted; the schema tells why
    return {
        "target": target,
        "rows": table.rows,
        "encoding": table.encoding,
        "delimiter": table.delimiter,
        "has_header": table.has_header,
        "notes": list(table.skipped),
        "parts": [list(part) for part in table.parts],
        "preview": [list(row) for row in table.preview],
        "columns": [
            {
                "name": column.name,
                "kind": column.kind,
                "summary": column.summary,
                "categories": list(column.categories),
                "missing": column.missing,
                "strays": column.strays,
                "distinct": None if column.distinct is None else list(column.distinct),
                "low": column.low,
                "high": column.high,
                "clock": column.clock,
                "nested": column.nested,
            }
            for column in table.columns
        ],
    }


def columns_of(table: Table, **parts: str) -> Facts:
    """What the data page shows of a table of texts: its columns and first rows, and which columns take which part
    unless the person chooses others."""
    found = facts_of(table)
    for column in found["columns"]:
        if column["name"] in table.texts:
            column["summary"] = "texts to write" if column["name"] == parts.get("second") else "texts to read"
    return {**found, **parts}


def table_of(facts: Facts, path: Path) -> Table:
    """The table without its values: enough for a schema."""
    import numpy

    from runtime.data.columns import Column

    columns = tuple(
        Column(
            item["name"], item["kind"], numpy.empty(0), tuple(item["categories"]), item["missing"], item["strays"],
            None if item["distinct"] is None else tuple(item["distinct"]), item["low"], item["high"],
            item["clock"], nested=item["nested"],
        )
        for item in facts["columns"]
    )  # fmt: skip
    return Table(
        path, columns, facts["rows"], facts["encoding"], facts["delimiter"], facts["has_header"],
        tuple(facts["notes"]), parts=tuple((part, rows) for part, rows in facts["parts"]),
    )  # fmt: skip
