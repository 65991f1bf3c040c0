"""From a list of steps to what happens: each step checked against the samples as they are when it comes. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from graph.model import DataChoice, Step
from runtime.data.schema import DataError, Schema
from runtime.data.steps.registry import STEPS
from runtime.data.steps.spec import StepType

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Planned:
    """A step that is done: its place in the list (counted from 0), its checked options, and what the samples
    are like before and after it."""

    number: int
    step: Step
    type: StepType
    values: Mapping[str, Any]
    before: Schema
    after: Schema

    @property
    def training_only(self) -> bool:
        return self.step.where == "train"


def step_type(kind: str) -> StepType:
    """The kind of that name; :class:`DataError` when there is none."""
    if kind not in STEPS:
        raise DataError(f"There is no step called “{kind}”. Remove it from the preparation.")
    return STEPS[kind]


def plan(schema: Schema, steps: Sequence[Step]) -> list[Planned]:
    """The steps that are not off, in order. :class:`DataError` names the first that cannot be done."""
    planned = []
    for number, step in enumerate(steps):
        if step.off:
            continue
        kind = step_type(step.kind)
        try:
            values = kind.settled(step.options)
            after = _after(schema, kind, step, values)
        except DataError as problem:
            text = str(problem).rstrip(".")
            raise DataError(f"Step {number + 1} of the preparation, {kind.title}: {text}.") from None
        planned.append(Planned(number, step, kind, values, schema, after))
        schema = after
    return planned


def faults(schema: Schema, steps: Sequence[Step]) -> tuple[list[Planned], dict[int, str]]:
    """What can be done of the steps, and of every other one why it cannot, by its place in the list."""
    planned: list[Planned] = []
    found: dict[int, str] = {}
    for number, step in enumerate(steps):
        try:
            (done,) = plan(schema, [step]) or (None,)
        except DataError as problem:
            text = str(problem).removeprefix("Step 1 of the preparation, ")
            found[number] = text[0].upper() + text[1:]
            continue
        if done is not None:
            planned.append(replace(done, number=number))
            schema = done.after
    return planned, found


def _after(schema: Schema, kind: StepType, step: Step, values: Mapping[str, Any]) -> Schema:
    if schema.kind not in kind.kinds:
        raise DataError(f"it is for {_named(kind.kinds)}, but these samples are {_named((schema.kind,))}")
    if kind.random and step.where != "train":
        raise DataError("it is random, so it can be done in training only")
    after = kind.after(schema, values)
    if step.where == "train" and kind.elsewhere is None and after != schema:
        raise DataError(
            "it changes the shape of the samples, so it must be done for all of them and not in training only"
        )
    return after


def _named(kinds: Sequence[str]) -> str:
    words = {"image": "pictures", "table": "tables", "series": "series", "tokens": "texts"}
    found = [words[kind] for kind in kinds]
    return found[0] if len(found) == 1 else f"{', '.join(found[:-1])} and {found[-1]}"


def schema_after(schema: Schema, steps: Sequence[Step]) -> Schema:
    """What the samples are like when all steps are done."""
    planned = plan(schema, steps)
    return planned[-1].after if planned else schema


def prepared_schema(choice: DataChoice) -> Schema:
    """What the samples of a project are like once they are prepared; answers at once. :class:`DataError` when the
    source, an option or a step cannot be used."""
    from runtime.data.registry import get_source

    return schema_after(get_source(choice.source).schema(choice.options), choice.steps)


def fits(schema: Schema, steps: Sequence[Step]) -> bool:
    """Whether all steps can be done with such samples."""
    try:
        plan(schema, steps)
    except DataError:
        return False
    return True


def loss_problem(steps: Sequence[Step], loss: str) -> str | None:
    """Why a step does not go with a loss, as a sentence; ``None`` when all do."""
    return mixing_problem(
        [STEPS[step.kind].code[1] for step in steps if step.kind in STEPS and not step.off], loss
    )


def mixing_problem(classes: Sequence[str], loss: str) -> str | None:
    """The same for the classes that do the steps. Mixed targets are probabilities of classes, which cross-entropy
    takes; every loss of values takes them as they are."""
    from runtime.data.targets import form_of

    for kind in STEPS.values():
        if kind.mixes and kind.code[1] in classes and loss != "cross_entropy" and form_of(loss) == "index":
            return (
                f"{kind.title} makes targets between two classes, which this loss cannot compare with. "
                "Choose cross-entropy, or remove the step from the preparation."
            )
    return None


def warnings(planned: Sequence[Planned], low: float, high: float) -> dict[int, str]:
    """What a person should know about some steps, by their place in the list. ``low`` and ``high`` are the range
    of the pictures before the first step."""
    found: dict[int, str] = {}
    unit = low >= -0.01 and high <= 1.01
    for item in planned:
        if item.type.unit_range and not unit:
            found[item.number] = "It expects pictures of 0 to 1: move it before the step that scales them."
        if item.type.group == "Scale" and item.type.id not in ("clip", "min_max"):
            unit = item.type.id == "scale" and (item.values["to_low"], item.values["to_high"]) == (0, 1)
        elif item.type.id == "min_max":
            unit = True
    return found
