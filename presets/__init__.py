"""Ready-made projects. Each file here declares ``PRESETS``; adding a preset touches one file.

Importing this package imports no torch, so the window can list the presets before torch is there.
"""

from __future__ import annotations

import difflib
import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from graph.model import Project


@dataclass(frozen=True, slots=True)
class Preset:
    """One project a person can start from.

    ``id`` is short and lower-case (``digits-cnn``), used on the command line. ``group`` is the heading on
    the start page, ``tags`` are words to search by. ``build`` makes a fresh project, complete with its
    data and training choices, and needs no torch. ``order`` sorts the presets, lowest first.
    """

    id: str
    title: str
    summary: str
    group: str
    tags: tuple[str, ...]
    build: Callable[[], Project]
    order: int = 100


class UnknownPreset(LookupError):
    """No preset has this id; the text is a sentence that names the closest ones."""


@cache
def all_presets() -> tuple[Preset, ...]:
    """Every preset, in the order of the start page."""
    found: list[Preset] = []
    for module in pkgutil.iter_modules(__path__):
        found += getattr(importlib.import_module(f"{__name__}.{module.name}"), "PRESETS", ())
    twice = {preset.id for preset in found if sum(preset.id == other.id for other in found) > 1}
    if twice:
        raise ValueError(f"Two presets share the id {', '.join(sorted(twice))}.")
    return tuple(sorted(found, key=lambda preset: (preset.order, preset.id)))


def find(preset_id: str) -> Preset:
    """The preset with this id, or :class:`UnknownPreset`."""
    presets = {preset.id: preset for preset in all_presets()}
    if preset_id in presets:
        return presets[preset_id]
    close = difflib.get_close_matches(preset_id, presets, n=3)
    hint = f" Did you mean {' or '.join(close)}?" if close else " `main.py presets` lists them."
    raise UnknownPreset(f"There is no preset “{preset_id}”.{hint}")
