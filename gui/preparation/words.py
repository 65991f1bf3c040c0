"""What steps are called and drawn with in the window, in a few words each."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QCoreApplication

from graph.model import Step
from gui.inspector.values import shown
from runtime.data.steps.plan import Planned
from runtime.data.steps.registry import STEPS

ICONS = {
    "Size": "resize",
    "Movement": "rotate-right",
    "Colour": "palette-outline",
    "Disturbance": "grain",
    "Mixing": "vector-combine",
    "Scale": "chart-bell-curve",
    "Columns": "table-column",
    "Text": "format-letter-case",
}


def tr(text: str) -> str:
    return QCoreApplication.translate("Preparation", text)


def title_of(step: Step) -> str:
    """The name of a step's kind; the bare word of one that nobody knows."""
    return STEPS[step.kind].title if step.kind in STEPS else step.kind


def icon_of(step: Step) -> str:
    return ICONS[STEPS[step.kind].group] if step.kind in STEPS else "help-circle-outline"


def headline(step: Step) -> str:
    """What was set, in one line: "degrees 10"; the defaults where nothing was."""
    if step.kind not in STEPS:
        return ""
    parts = []
    for param in STEPS[step.kind].params:
        value = step.options.get(param.name, param.default)
        if param.name == "fill" and value == param.default:
            continue
        if param.name == "columns" and not value:
            continue
        parts.append(f"{param.name.replace('_', ' ')} {_short(value)}")
    return ", ".join(parts)


def _short(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else shown(value)


def shape_text(shape: tuple[int, ...]) -> str:
    """3 × 48 × 48."""
    return " × ".join("T" if axis == -1 else f"{axis}" for axis in shape)


def change_of(planned: Planned) -> str:
    """The new shape where a step changes it."""
    before, after = planned.before.input_shape, planned.after.input_shape
    return f"→ {shape_text(after)}" if before != after else ""
