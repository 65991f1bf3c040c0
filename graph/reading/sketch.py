"""What a text says, before it meets a project: one graph per class, with every parameter as it is written.

A sketch is an ordinary :class:`graph.model.Graph`, so that two of them can be compared like graphs. Unlike a
graph of a project it holds also what follows from the shapes (``in_channels``), because it is written there.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import Any

from graph.model import Graph
from graph.values import Value

SELF = "self"


@dataclass(frozen=True, slots=True)
class Trouble:
    """Why a text cannot be drawn: a sentence, and where (line and column from 1)."""

    line: int
    column: int
    text: str

    def __str__(self) -> str:
        return f"Line {self.line}: {self.text}"


class CannotRead(ValueError):
    """Raised where the reading stops."""

    def __init__(self, text: str, where: ast.AST | tuple[int, int]) -> None:
        super().__init__(text)
        if isinstance(where, ast.AST):
            where = (getattr(where, "lineno", 1), getattr(where, "col_offset", 0) + 1)
        self.trouble = Trouble(where[0], where[1], text)


@dataclass(slots=True)
class Written:
    """Uses of a class in a row, as written: the arguments (derived ones too) and how many.

    ``variable`` counts the uses from 0 in the arguments.
    """

    arguments: dict[str, Value]
    count: Value = 1
    variable: str = ""


@dataclass(slots=True)
class Sketch:
    """One class, or an ``nn.Sequential`` that is written where it is used."""

    graph: Graph
    line: int
    block: bool = True
    in_place: bool = False
    code: bool = False
    """A class of the person's own code: a block whose body is Python."""
    named: set[str] = field(default_factory=set)
    """Nodes whose name is given by the text: an attribute or a variable."""
    lines: dict[str, int] = field(default_factory=dict)
    """Node -> its line."""
    uses: dict[str, list[Written]] = field(default_factory=dict)
    """For uses of classes: all arguments, by repetition."""
    derivable: set[str] = field(default_factory=set)
    """Arguments that only tell sizes which follow from the inputs."""
    required: set[str] = field(default_factory=set)
    """Arguments without a default."""

    @property
    def name(self) -> str:
        return self.graph.name


@dataclass(slots=True)
class Draft:
    """All classes of a text; those that others use come first, the network is the last."""

    sketches: dict[str, Sketch] = field(default_factory=dict)
    network: str = ""
    flat: bool = False
    """The network is one chain: its only module is ``self.layers``, whose items are its nodes."""

    @property
    def main(self) -> Sketch:
        return self.sketches[self.network]

    def of(self, block: Any) -> Sketch:
        return self.sketches[block]
