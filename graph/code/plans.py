"""What classes are made of while they are written: instances with their numbers, and words for these."""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.building import call_text, constructor_text
from graph.code.layout import parse, quoted
from graph.code.structure import CodeError, Step, Structure
from graph.model import Exposed
from graph.shapes import GraphShapes
from graph.values import expressions


class _Any:
    def __repr__(self) -> str:
        return "ANY"


ANY: Any = _Any()
"""Stands in a column where a use does not reach: the tail of a row that was repeated only once."""


@dataclass(slots=True, eq=False)
class Instance:
    """A definition at a place, with its numbers. Places where everything is equal share one."""

    structure: Structure
    shapes: GraphShapes
    bindings: dict[str, Any]
    place: tuple[str, ...]
    inner: dict[str, list[Instance]] = field(default_factory=dict)
    variant: Variant | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    modules: int = 0
    parameters: int = 0

    def values(self, node_id: str) -> dict[str, Any]:
        return self.shapes.nodes[node_id].values


@dataclass(frozen=True, slots=True)
class Text:
    """How a number is written in a class: the expression, its value in every instance, and the constructor
    arguments it reads (none for a literal)."""

    tree: ast.expr
    column: tuple[Any, ...]
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Argument:
    """An argument of a class's constructor. ``exposed`` is the block's parameter it stands for, if any."""

    name: str
    column: tuple[Any, ...]
    exposed: Exposed | None = None
    optional: bool = False


@dataclass(slots=True)
class LayerPlan:
    """A layer in a class: its constructor, and the parameters its call reads."""

    step: Step
    constructor: ast.expr | None
    values: dict[str, Any]
    soft: dict[str, Text]
    pattern: str | None


@dataclass(slots=True)
class Run:
    """``count`` uses of a class in a row; no count means exactly one. ``variable`` counts them from 0."""

    tree: ast.expr
    count: ast.expr | None = None
    variable: str = "_"


@dataclass(slots=True)
class UsePlan:
    """Uses of a class: one, or a row of repetitions."""

    step: Step
    runs: list[Run]


@dataclass(slots=True)
class PlacePlan:
    """A chain that is written in place."""

    step: Step
    scope: Scope


Plan = LayerPlan | UsePlan | PlacePlan


@dataclass(slots=True)
class Scope:
    """A graph as it is written inside one class."""

    structure: Structure
    instances: list[Instance]
    plans: dict[str, Plan] = field(default_factory=dict)
    sizes: dict[str, tuple[Text, ...]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Variant:
    """One class of the module."""

    name: str
    structure: Structure
    instances: list[Instance]
    place: tuple[str, ...]
    arguments: list[Argument] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)
    """Constructor argument -> attribute, for those that ``forward`` reads."""
    scope: Scope = None  # type: ignore[assignment]
    out_sizes: tuple[Text, ...] = ()


def printed(value: Any) -> str:
    """A checked value as Python text; :class:`CodeError` for anything but numbers, strings and tuples."""
    if isinstance(value, tuple):
        inside = ", ".join(printed(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if value is None or type(value) in (bool, int, float):
        return repr(value)
    if type(value) is str and len(value) <= 200:
        return quoted(value)
    raise CodeError(f"A parameter has the value {str(value)[:60]!r}, which cannot stand in code.")


def same(one: Any, other: Any) -> bool:
    """Equal, and printed alike (1, 1.0 and True differ)."""
    return one is other or (one == other and repr(one) == repr(other))


def agree(one: Sequence[Any], other: Sequence[Any]) -> bool:
    """Whether two columns are equal wherever both are known."""
    return all(a is ANY or b is ANY or same(a, b) for a, b in zip(one, other, strict=True))


def constant(column: Sequence[Any]) -> bool:
    """Whether a column holds one value throughout."""
    known = [value for value in column if value is not ANY]
    return all(same(value, known[0]) for value in known)


def literal(column: tuple[Any, ...]) -> Text:
    """The value of a constant column, printed."""
    value = next(value for value in column if value is not ANY)
    return Text(parse(printed(value)), column)


def soft_params(step: Step, values: list[dict[str, Any]]) -> list[str]:
    """Parameters that may be printed as something else than a number."""
    assert step.layer is not None
    found = []
    for param in step.layer.params:
        written = step.node.params.get(param.name)
        if expressions(written) or not constant([value[param.name] for value in values]):
            found.append(param.name)
    return found


def stand_in(name: str) -> str:
    """A name in place of a parameter, until it is known how the parameter is written."""
    return f"PARAMETER_{name}"


def rendered(
    step: Step, values: dict[str, Any], soft: Sequence[str], same: Mapping[str, str] | None = None
) -> tuple[str, str]:
    """Constructor and call, with names in place of the soft parameters.

    ``same`` names, for a parameter that is written like another one, that other one.
    """
    assert step.layer is not None
    layer = step.layer
    texts = {name: stand_in((same or {}).get(name, name)) for name in soft}
    made = constructor_text(layer, values, texts) if layer.module is not None else ""
    return made, call_text(layer, values, stand_in_arguments(step), "MODULE", texts) if layer.call else ""


def stand_in_arguments(step: Step) -> dict[str, list[str]]:
    """A name for every tensor that arrives, by port."""
    names: dict[str, list[str]] = {}
    number = 0
    for port, refs in step.sources.items():
        names[port] = [f"ARGUMENT_{number + at}" for at in range(len(refs))]
        number += len(refs)
    return names


def equal_uses(one: Instance, other: Instance) -> bool:
    """Whether two uses of a class read alike."""
    return one is other or (one.variant is other.variant and repr(one.arguments) == repr(other.arguments))
