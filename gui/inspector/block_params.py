"""A block's exposed parameters as typed parameters, so that they get the same editors as a layer's."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Param
from graph.edits import UNSET
from graph.model import OUTPUT, Exposed, Graph, Node
from graph.overtime import OVER
from graph.shapes import MAX_REPEAT
from graph.values import BadValue, Expr

REPEAT = Param("repeat", "int", 1, "So many copies one behind the other, each with its own weights.",
               minimum=1, maximum=MAX_REPEAT)  # fmt: skip


RUNS = {"once": UNSET, "over time": OVER[0], "backwards over time": OVER[1]}
"""How a block's use is run, as it is chosen and as the document holds it."""
RUN = Param(
    "over", "choice", "once", "Once, or once for every step of its sequences (B, T, …), from the first to the last or "
    "backwards. An Output of the block may carry its value to an Input for the next step: a state.",
    choices=tuple(RUNS),
)  # fmt: skip
NO_STATE = "—"
OF_THE_DRAWING = frozenset({RUN.name, "carries"})
"""Choices that are part of the drawing: they cannot follow a parameter of the block."""


def block_params(block: Graph) -> list[Param]:
    """One parameter for each exposed one, typed like what follows it inside. Then how the block is run."""
    found = [exposed_param(block, item) for item in block.parameters]
    if len(block.inputs) == 1 and len(block.outputs) == 1:
        found.append(REPEAT)
    if block.inputs and not block.code:
        found.append(RUN)
    return found


def end_params(node: Node, graph: Graph, block: bool) -> list[Param]:
    """The parameters of an Input or Output: which Input an Output carries on to is chosen among those there
    are, and only in a block."""
    found = list(CATALOGUE[node.type].params)
    if node.type != OUTPUT:
        return found
    carries = CATALOGUE[OUTPUT].param("carries")
    present = node.params.get("carries")
    names = dict.fromkeys(
        [NO_STATE, *(entry.name for entry in graph.inputs), *([present] if present else [])]
    )
    choice = Param("carries", "choice", NO_STATE, carries.help, choices=tuple(str(name) for name in names))
    return [choice if param is carries else param for param in found if block or param is not carries]


def stored(name: str, value: Any) -> Any:
    """What the document holds for what is chosen."""
    if name == RUN.name:
        return RUNS[value]
    return UNSET if (name, value) == ("carries", NO_STATE) else value


def chosen(name: str, value: Any) -> Any:
    """What is chosen when the document holds this."""
    return next((text for text, kept in RUNS.items() if kept == value), value) if name == RUN.name else value


def exposed_param(block: Graph, item: Exposed) -> Param:
    """An exposed parameter, typed like the layer's parameter that follows it; else by its default."""
    for node in block.nodes.values():
        layer = CATALOGUE.get(node.type)
        names = [name for name, value in node.params.items() if value == Expr(item.name)] if layer else []
        for name in names:
            param = layer.param(name)  # type: ignore[union-attr]
            optional = param.optional or param.inferred is not None
            typed = replace(
                param, name=item.name, default=item.default, help=item.help or param.help,
                inferred=None, required=False, optional=optional and item.default is None,
            )  # fmt: skip
            with suppress(BadValue):
                param.check(item.default)
                return typed
    return _by_default(item)


def _by_default(item: Exposed) -> Param:
    default = item.default
    if isinstance(default, bool):
        return Param(item.name, "bool", default, item.help)
    if isinstance(default, float):
        return Param(item.name, "float", default, item.help)
    if isinstance(default, tuple):
        return Param(item.name, "shape", default, item.help)
    if isinstance(default, (int, Expr)) or default is None:
        return Param(item.name, "int", default, item.help, optional=default is None)
    return Param(item.name, "text", default, item.help)
