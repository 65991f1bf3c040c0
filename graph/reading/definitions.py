"""What a constructor makes: a layer, uses of a class, a list of modules."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import Any

from graph.catalogue.spec import LayerType
from graph.reading.constants import plus, substituted
from graph.reading.layers import Params
from graph.reading.sketch import CannotRead, Sketch, Written


@dataclass(slots=True)
class LayerDef:
    """A layer that a constructor makes: what it may be, until its call tells."""

    choices: list[tuple[LayerType, Params]]
    tree: ast.Call


@dataclass(slots=True)
class UseDef:
    """One or several uses of a class in a row."""

    block: Sketch
    written: list[Written]
    tree: ast.AST
    row: bool = False
    """Whether it is an ``nn.Sequential`` of uses."""
    over: str = ""
    """How it runs over the time axis, if it does."""

    @property
    def states(self) -> set[str]:
        """Inputs that need no wire."""
        outputs = self.block.graph.outputs if self.over else []
        return {str(node.params["carries"]) for node in outputs if "carries" in node.params}

    @property
    def count(self) -> Any:
        total: Any = 0
        for written in self.written:
            total = plus(total, written.count)
        return total

    def apart(self, where: ast.AST) -> list[UseDef]:
        """Each of the uses by itself."""
        found: list[UseDef] = []
        for written in self.written:
            if not isinstance(written.count, int):
                raise CannotRead("a row of varying length can only be gone through as x = layer(x).", where)
            for number in range(written.count):
                arguments = numbered(written.arguments, written.variable, number)
                found.append(UseDef(self.block, [Written(arguments)], self.tree))
        return found


@dataclass(slots=True)
class ListDef:
    """An ``nn.ModuleList``, or the items of an ``nn.Sequential``."""

    items: list[LayerDef | UseDef]
    tree: ast.AST
    sequential: bool = False


Definition = LayerDef | UseDef | ListDef


def numbered(arguments: dict[str, Any], variable: str, number: int) -> dict[str, Any]:
    """The arguments of one use in a row."""
    return {key: substituted(value, {variable: number}) for key, value in arguments.items()}


def kept(use: UseDef) -> dict[str, Any]:
    """The arguments that are not derived, with the defaults of the class."""
    kept = {item.name: item.default for item in use.block.graph.parameters}
    kept |= use.written[0].arguments
    return {key: value for key, value in kept.items() if key not in use.block.derivable}
