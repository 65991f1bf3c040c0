"""Which code a person has said may run: fingerprints in a file of the user's settings, never in a project.

This is trust, not a sandbox: code that may run can do whatever the person's account can. It runs in the
worker alone, so that it cannot take the window down with it. No Qt and no torch here: the window and the
terminal read the same file.
"""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Collection, Iterable
from contextlib import suppress
from pathlib import Path

from graph.custom import fingerprint, untrusted
from graph.model import Project
from runtime.training.errors import RunError

MOST = 5_000
"""So many fingerprints are kept, the newest."""
HINT = "Look at the code and say that you trust it (in the window), or give --trust on the terminal."


def trust_file() -> Path:
    """Where the list is kept."""
    from platformdirs import user_config_path

    return user_config_path("TorchLoom", appauthor=False) / "trusted-code.json"


def _read() -> list[str]:
    """The list, oldest first. A damaged file trusts nothing, which is the safe reading: one is asked again."""
    try:
        found = json.loads(trust_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    listed = found.get("sha256") if isinstance(found, dict) else None
    good = re.compile("[0-9a-f]{64}")
    return [
        item
        for item in (listed if isinstance(listed, list) else ())
        if isinstance(item, str) and good.fullmatch(item)
    ]


def trusted() -> frozenset[str]:
    """Fingerprints of all code that may run."""
    return frozenset(_read())


def trust(codes: Iterable[str]) -> None:
    """Remember that these texts may run. Raises ``OSError`` when the list cannot be written."""
    new = [fingerprint(code) for code in codes]
    listed = list(dict.fromkeys([*(item for item in _read() if item not in new), *new]))[-MOST:]
    path = trust_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, spare = tempfile.mkstemp(prefix=".trusted-", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump({"format": 1, "sha256": listed}, file, indent=1)
        os.replace(spare, path)
    except OSError:
        with suppress(OSError):
            os.unlink(spare)
        raise


def refuse_untrusted(project: Project, known: Collection[str] | None, network: str) -> None:
    """:class:`RunError` when a network uses code that is not in ``known`` (``None``: everything may run)."""
    found = {} if known is None else untrusted(project, known, network)
    if not found:
        return
    names = " and ".join(f"“{block.name}”" for block in found.values())
    its = "its code is" if len(found) == 1 else "their code is"
    raise RunError(f"{names} cannot run yet: {its} not trusted.", HINT)
