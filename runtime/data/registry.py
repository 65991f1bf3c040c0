"""The table of all data sources. It finds the declarations by itself: a new file is a new source."""

from __future__ import annotations

import importlib
import pkgutil

from runtime.data import sources as package
from runtime.data.schema import DataError
from runtime.data.source import Source

_ORDER = ("Own data", "Toy", "Tables", "Images", "Sequences")


def _found() -> dict[str, Source]:
    found: list[Source] = []
    for info in pkgutil.iter_modules(package.__path__):
        module = importlib.import_module(f"{package.__name__}.{info.name}")
        found.extend(getattr(module, "SOURCES", ()))
    found.sort(key=lambda source: _ORDER.index(source.category))
    table: dict[str, Source] = {}
    for source in found:
        if source.id in table:
            raise RuntimeError(f"Two data sources are called {source.id}.")
        table[source.id] = source
    return table


SOURCES: dict[str, Source] = _found()
"""Every data source by its id, grouped by category."""


def get_source(source_id: str) -> Source:
    """The source with this id; :class:`DataError` when there is none."""
    if source_id not in SOURCES:
        raise DataError(
            f"There is no data source called “{source_id}”. Choose one on the data page."
            if source_id
            else "No data is chosen. Choose a source on the data page."
        )
    return SOURCES[source_id]
