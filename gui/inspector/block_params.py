"""A block's exposed parameters as typed parameters, so that they get the same editors as a layer's."""

from __future__ import annotations

from graph.catalogue.spec import Param
from graph.model import Exposed, Graph
from graph.shapes import MAX_REPEAT
from graph.values import Expr

REPEAT = Param("repeat", "int", 1, "So many copies one behind the other, each with its own weights.",
               minimum=1, maximum=MAX_REPEAT)  # fmt: skip


def block_params(block: Graph) -> list[Param]:
    """One parameter for each exposed one; its kind is told by its default."""
    found = [_param(item) for item in block.parameters]
    if len(block.inputs) == 1 and len(block.outputs) == 1:
        found.append(REPEAT)
    return found


def _param(item: Exposed) -> Param:
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
