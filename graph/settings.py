"""The project's own settings (title, data choice, training), and what each may be.

Choices such as ``loss`` are names that :mod:`runtime` knows; here only their form is checked, so that
a project from a newer program or with a data source that is missing still opens.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from graph.checks import MAX_TITLE, check_options, check_text, check_value, is_number
from graph.model import Project, Step
from graph.values import BadValue, shown

Check = Callable[[str, Any], None]
CHOICE = re.compile(r"[A-Za-z][A-Za-z0-9_.:-]{0,59}")


def _choice(key: str, value: Any) -> None:
    if not isinstance(value, str) or not CHOICE.fullmatch(value):
        raise BadValue(f"{key} must be the name of a choice, not {shown(value)}.")


def _source(key: str, value: Any) -> None:
    if value != "":
        _choice(key, value)


def _whole(low: int, high: int) -> Check:
    def check(key: str, value: Any) -> None:
        if type(value) is not int or not low <= value <= high:
            raise BadValue(f"{key} must be a whole number from {low:,} to {high:,}, not {shown(value)}.")

    return check


def _number(low: float, high: float) -> Check:
    def check(key: str, value: Any) -> None:
        if not is_number(value) or not low <= value <= high:
            raise BadValue(f"{key} must be a number from {low:g} to {high:g}, not {shown(value)}.")

    return check


def _options(key: str, value: Any) -> None:
    check_options(value, key)


def _title(key: str, value: Any) -> None:
    check_text(value, key, MAX_TITLE, lines=False)


def _notes(key: str, value: Any) -> None:
    check_text(value, key)


def _code(key: str, value: Any) -> None:
    check_text(value, "The code of the recipe")


def _view(key: str, value: Any) -> None:
    if not isinstance(value, Mapping) or len(value) > 2_000:
        raise BadValue("view must be a table of values.")
    for name, item in value.items():
        check_text(name, "A name in view", MAX_TITLE, lines=False)
        check_value(item, f"view: {name}")


WEIGHTS = re.compile(r"[^\W.][^/\\:*?\"<>|]{0,150}\.safetensors")
"""A file's bare name: it is looked for in known folders only, so a project cannot point anywhere else."""


def _weights(key: str, value: Any) -> None:
    check_text(value, key, MAX_TITLE, lines=False)
    if value and not WEIGHTS.fullmatch(value):
        raise BadValue(
            f"weights must be the name of a .safetensors file, without a folder, not {shown(value)}."
        )


SETTINGS: dict[str, dict[str, Check]] = {
    "project": {"title": _title, "notes": _notes, "view": _view, "weights": _weights},
    "data": {"source": _source, "options": _options},
    "training": {
        "recipe": _choice,
        "loss": _choice,
        "optimizer": _choice,
        "learning_rate": _number(0, 1e6),
        "momentum": _number(0, 1),
        "weight_decay": _number(0, 1e6),
        "schedule": _choice,
        "schedule_options": _options,
        "epochs": _whole(1, 1_000_000),
        "batch_size": _whole(1, 10_000_000),
        "seed": _whole(0, 2**32 - 1),
        "validation_fraction": _number(0, 0.95),
        "test_fraction": _number(0, 0.95),
        "initialisation": _choice,
        "device": _choice,
        "threads": _whole(0, 1024),
        "options": _options,
        "code": _code,
    },
}
"""For each part of the project, its settings and their checks."""


def normal_setting(part: str, key: str, value: Any) -> Any:
    """A setting's value with tuples for lists; :class:`BadValue` when it is unknown or out of range."""
    if part not in SETTINGS or key not in SETTINGS[part]:
        raise BadValue(f"There is no setting {shown(key)} in {part}.")
    value = _plain(value)
    SETTINGS[part][key](key, value)
    return value


MAX_STEPS = 100
WHERE = ("all", "train")


def check_steps(steps: Sequence[Step]) -> None:
    """The steps of a preparation; :class:`BadValue` names the one that cannot be."""
    if len(steps) > MAX_STEPS:
        raise BadValue(f"A preparation has at most {MAX_STEPS} steps, not {len(steps)}.")
    for number, step in enumerate(steps, 1):
        what = f"Step {number} of the preparation"
        _choice(what, step.kind)
        check_options(step.options, what)
        if step.where not in WHERE:
            raise BadValue(f"{what} must be done for “all” or “train”, not for {shown(step.where)}.")
        if type(step.off) is not bool:
            raise BadValue(f"{what}: off must be true or false, not {shown(step.off)}.")


def normal_steps(steps: Sequence[Step]) -> list[Step]:
    """Copies of checked steps, with tuples for lists in their options."""
    made = [Step(step.kind, _plain(step.options), step.where, step.off) for step in steps]
    check_steps(made)
    return made


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    return tuple(_plain(item) for item in value) if isinstance(value, (list, tuple)) else value


def check_settings(project: Project) -> None:
    """All settings of a project."""
    for part, known in SETTINGS.items():
        target = project if part == "project" else getattr(project, part)
        for key, check in known.items():
            check(key, getattr(target, key))
    check_steps(project.data.steps)
