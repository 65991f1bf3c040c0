"""The nodes of a trace, before they are put into graphs: one plan per node, in the module it belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from runtime.importing.recorder import Scope, Value


@dataclass(eq=False, slots=True)
class Weight:
    """Where a weight of the drawn model comes from: a key of the original's, or numbers of its own."""

    key: str = ""
    tensor: Any = None
    flat: bool = False
    """A single number without axes, which is drawn as a tensor of one."""


@dataclass(eq=False, slots=True)
class Plan:
    """A node to be. ``inputs`` are values of the run or outputs of other plans, by port."""

    type: str
    params: dict[str, Any]
    inputs: dict[str, list[Source]]
    ports: tuple[str, ...]
    hint: str = ""
    """The attribute it comes from, the dotted path of its module; empty for functions."""
    weights: dict[str, Weight] = field(default_factory=dict)
    """By key inside the node's own module; "" for a tensor that is the node itself."""
    code: str = ""
    """The Python of a node that no layer stands for."""
    stateful: str = ""
    """The module it is, when the same one may be called again: the two share their weights."""


@dataclass(frozen=True, slots=True)
class Out:
    """An output of a plan."""

    plan: Plan
    port: str


Source = Value | Out


@dataclass(eq=False, slots=True)
class Group:
    """A module that is looked into: plans and groups in the order of the run, and what goes in and out."""

    scope: Scope
    parts: list[Plan | Group] = field(default_factory=list)
    inputs: list[tuple[str, Out]] = field(default_factory=list)
    outputs: list[tuple[str, Out]] = field(default_factory=list)
    hint: str = ""
    """The path it is called by, where that is not its own."""

    @property
    def path(self) -> str:
        return self.scope.path

    def plans(self) -> Iterator[Plan]:
        """All plans inside, through groups."""
        for part in self.parts:
            if isinstance(part, Group):
                yield from part.plans()
            else:
                yield part
