"""What is known of a project's shapes, costs and problems: by network, by block use, by node."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

from graph.asking import Answer
from graph.coded import Waiting
from graph.problems import Place, Problem
from graph.tensors import Tensor

Field: TypeAlias = tuple[int, int]
"""(receptive field, jump): how many input cells along each spatial axis one output cell sees, and how many
lie between the fields of two neighbours (Araujo et al., "Computing receptive fields", 2019)."""


def seen_through(outer: Field | None, inner: Field | None) -> Field | None:
    """The field of something inside a block, counted from where the block's own input counts."""
    if outer is None or inner is None:
        return None
    return outer[0] + (inner[0] - 1) * outer[1], outer[1] * inner[1]


@dataclass(slots=True)
class NodeShapes:
    """All that is known of one node at one place. ``values`` are its parameters, inferred ones included."""

    state: Literal["ok", "problem", "unknown", "off"] = "unknown"
    inputs: dict[str, tuple[Tensor, ...]] = field(default_factory=dict)
    outputs: dict[str, Tensor] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    parameters: int = 0
    macs: int = 0
    activations: int = 0
    receptive: Field | None = None
    """Receptive field counted from the Inputs of this graph; :meth:`ProjectShapes.receptive` counts from
    the network's."""
    entries: tuple[Field | None, ...] = ()
    """For a block's use: the receptive field of what enters each repetition."""
    inner: tuple[GraphShapes, ...] = ()
    """For a block's use: one entry per repetition."""
    waits: str = ""
    """Why nothing is known though nothing is wrong: its code is not trusted yet, or is being asked."""


@dataclass(slots=True)
class GraphShapes:
    """A graph at one place. Numbers are totals; MACs and activations are for one sample."""

    graph: str
    nodes: dict[str, NodeShapes] = field(default_factory=dict)
    outputs: dict[str, Tensor] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    parameters: int = 0
    macs: int = 0
    activations: int = 0
    stuck: Answer | Waiting | None = None
    """For a block of code: what keeps its outputs from being known."""


@dataclass(slots=True)
class ProjectShapes:
    """The whole project, network by network."""

    networks: dict[str, GraphShapes] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    @property
    def errors(self) -> list[Problem]:
        return [problem for problem in self.problems if problem.severity == "error"]

    @property
    def waiting(self) -> int:
        """How many nodes of the networks wait for what code of a person gives: nothing is known behind them."""
        return sum(bool(node.waits) for network in self.networks.values() for node in network.nodes.values())

    def receptive(self, place: Place, node: str) -> Field | None:
        """The receptive field of a node at a place, in cells of the network's input."""
        field: Field | None = (1, 1)
        for depth in range(1, len(place)):
            here = self.at(place[:depth])
            step, _, number = place[depth].partition("[")
            entries = here.nodes[step].entries if here and step in here.nodes else ()
            index = int(number[:-1]) if number else 0
            field = seen_through(field, entries[index] if index < len(entries) else None)
        here = self.at(place)
        return seen_through(field, here.nodes[node].receptive) if here and node in here.nodes else None

    def at(self, place: Place) -> GraphShapes | None:
        """The graph at an instance path, or ``None`` when it was not reached."""
        if not place or place[0] not in self.networks:
            return None
        here = self.networks[place[0]]
        for step in place[1:]:
            node, _, number = step.partition("[")
            found = here.nodes.get(node)
            index = int(number[:-1]) if number else 0
            if found is None or index >= len(found.inner):
                return None
            here = found.inner[index]
        return here
