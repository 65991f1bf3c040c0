"""The ``.loom`` file: readable JSON, validated on load, migrated forward, written atomically.

Nothing that is loaded runs code. The entry points are :func:`dumps`, :func:`loads`, :func:`save`,
:func:`load`, and :func:`to_data` and :func:`from_data` for JSON that travels inside something else.
"""

from graph.files.errors import FileError
from graph.files.store import SUFFIX, dumps, from_data, load, loads, save, to_data

__all__ = ["SUFFIX", "FileError", "dumps", "from_data", "load", "loads", "save", "to_data"]
