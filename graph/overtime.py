"""Running a block over the time axis: which of its ports are states, and what arrives at a step.

A block's use with ``params["over"]`` set runs once for every step of its sequences. An Output of the block
whose parameter ``carries`` names one of the block's Inputs hands its value to that Input at the next step:
together they are a *state*. Seen from outside,

- an Input that is no state takes a sequence, (B, T, …), and gets its steps, (B, …);
- a state's Input takes the value before the first step; without a wire it starts from zeros of the shape the
  Input declares, (B, *shape);
- a state's Output gives the value after the last step;
- every other Output gives its values at all steps, (B, T, …).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph.model import BLOCK, INPUT, Graph, Node
from graph.values import BadValue, Value, resolve

OVER = ("time", "time backwards")
"""What a use's ``over`` may be: from the first step to the last, or from the last to the first."""


def runs_over_time(node: Node) -> bool:
    """Whether a node is a block's use that runs once for every step."""
    return node.type == BLOCK and node.params.get("over") in OVER


def carried(graph: Graph) -> dict[str, str]:
    """The states: name of the Output -> name of the Input it becomes, without those that cannot be."""
    inputs = {node.name for node in graph.nodes.values() if node.type == INPUT}
    found: dict[str, str] = {}
    for node in graph.outputs:
        name = node.params.get("carries")
        if isinstance(name, str) and name in inputs and name not in found.values():
            found[node.name] = name
    return found


def states(graph: Graph) -> frozenset[str]:
    """The names of the Inputs that are states."""
    return frozenset(carried(graph).values())


def wrong_carries(graph: Graph) -> Iterator[tuple[Node, str]]:
    """Outputs that carry what they cannot, with what is wrong: the end of a sentence about the Output."""
    good = carried(graph)
    for node in graph.outputs:
        name = node.params.get("carries")
        if name and node.name not in good:
            if name in good.values():
                other = next(output for output, state in good.items() if state == name)
                yield node, f"carries “{name}”, which “{other}” carries already"
            else:
                yield node, f"carries “{name}”, but the block has no such Input"


def pattern(graph: Graph) -> str:
    """The cell's arguments and results as ``OverTime`` reads them: ``x, h -> y, h``."""
    names = carried(graph)
    left = ", ".join(node.name for node in graph.inputs)
    right = ", ".join(names.get(node.name, node.name) for node in graph.outputs)
    return f"{left} -> {right}"


def zeros_shape(state: Node, bindings: Mapping[str, Value]) -> tuple[int, ...]:
    """The shape of one sample that a state declares. :class:`BadValue` says of the Input what is wrong."""
    shape = resolve(state.params.get("shape"), bindings)
    if not isinstance(shape, tuple):
        raise BadValue("does not say which shape its zeros have")
    if not all(type(size) is int and size > 0 for size in shape):
        raise BadValue(f"says {shape}, which zeros cannot have as their shape")
    if state.params.get("dtype", "float32") != "float32":
        raise BadValue("is no float32, as its zeros are")
    return tuple(int(size) for size in shape if isinstance(size, int))
