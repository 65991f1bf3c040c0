"""All kinds of steps: every file of this folder that declares ``STEPS`` is found by itself. No torch."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from runtime.data import steps as package
from runtime.data.schema import Kind
from runtime.data.steps.spec import StepType

_OTHERS = frozenset(("registry", "spec", "rules", "plan", "apply", "text", "lazy", "code"))
GROUPS = ("Size", "Movement", "Colour", "Disturbance", "Mixing", "Scale", "Columns", "Text")


def _found() -> dict[str, StepType]:
    found: dict[str, StepType] = {}
    for module in pkgutil.iter_modules(package.__path__):
        if module.name in _OTHERS:
            continue
        for kind in getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "STEPS", ()):
            if kind.id in found:
                raise ValueError(f"Two steps are called {kind.id!r}.")
            found[kind.id] = kind
    return dict(sorted(found.items(), key=lambda item: GROUPS.index(item[1].group)))


STEPS = _found()
"""Every kind of step by its id, group by group."""


def steps_for(kind: Kind) -> Iterator[StepType]:
    """The kinds of steps for such samples, group by group."""
    return (step for step in STEPS.values() if kind in step.kinds)
