"""What flows through a block that runs over time: a step of each sequence in, results stacked again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from graph.catalogue.spec import Complaint, Patch
from graph.model import Graph, Node
from graph.overtime import carried, states, wrong_carries, zeros_shape
from graph.tensors import Tensor
from graph.values import BadValue, Value


def enter(
    block: Graph, inputs: Mapping[str, tuple[Tensor, ...]], bindings: Mapping[str, Value]
) -> tuple[dict[str, Tensor], Tensor] | Complaint:
    """What each Input of the cell (by node id) gets at the first step, and one of the sequences.

    ``inputs`` is what arrives at the use, by port. The complaint completes ‘LSTMCell “lstm” …’.
    """
    if block.code:
        text = "runs over time, which only a block that is drawn can: put its code into one"
        return Complaint(text, param="over")
    for node, wrong in wrong_carries(block):
        return Complaint(f"cannot run over time: its Output “{node.name}” {wrong}", param="over")
    carry = states(block)
    names = [node.name for node in block.inputs if node.name not in carry]
    if not names:
        return Complaint("has no sequence to run over: every Input of the block is a state", param="over")
    for name in names:
        tensor = inputs[name][0]
        if tensor.rank < 2:
            return Complaint(
                f"runs over time, so it expects sequences (B, T, …) at {name} but receives {tensor.text}",
                expected="(B, T, …)", got=tensor.text, port=name,
            )  # fmt: skip
    first = inputs[names[0]][0]
    for name in names[1:]:
        tensor = inputs[name][0]
        if [sizes[:2] for sizes in tensor.shapes] != [sizes[:2] for sizes in first.shapes]:
            return Complaint(
                f"runs over time, so {names[0]} and {name} must have as many steps, but they are "
                f"{first.text} and {tensor.text}",
                expected=first.text, got=tensor.text, port=name,
            )  # fmt: skip
    entering: dict[str, Tensor] = {}
    for node in block.inputs:
        if node.name not in carry:
            sequence = inputs[node.name][0]
            steps = tuple((*sizes[:1], *sizes[2:]) for sizes in sequence.shapes)
            entering[node.id] = Tensor(steps, sequence.dtype)
        elif inputs.get(node.name):
            entering[node.id] = inputs[node.name][0]
        else:
            try:
                shape = zeros_shape(node, bindings)
            except BadValue as error:
                return Complaint(
                    f"starts its state “{node.name}” from zeros, because nothing is wired to it, but inside "
                    f"the Input “{node.name}” {error}",
                    expected="the shape of one sample", port=node.name,
                )  # fmt: skip
            entering[node.id] = Tensor(tuple((sizes[0], *shape) for sizes in first.shapes))
    return entering, first


def changed_states(
    block: Graph, entering: Mapping[str, Tensor], outputs: Mapping[str, Tensor]
) -> Iterator[tuple[Node, str, Tensor, Tensor]]:
    """States that would be another tensor after a step: the Input, the Output's name, before and after."""
    inputs = {node.name: node for node in block.inputs}
    for output, name in carried(block).items():
        before, after = entering[inputs[name].id], outputs.get(output)
        if after is not None and before != after:
            yield inputs[name], output, before, after


def mend(after: Tensor) -> tuple[Patch, ...]:
    """Declare of a state what comes back to it."""
    shape = tuple(after.size(axis) for axis in range(1, after.rank))
    if after.dtype != "float32" or any(size is None for size in shape):
        return ()
    return (Patch(f"Set the shape to {' × '.join(map(str, shape)) or 'one number'}", {"shape": shape}),)


def leave(block: Graph, outputs: Mapping[str, Tensor], sequence: Tensor) -> dict[str, Tensor]:
    """What the use gives: states as they are, everything else stacked over the steps of the sequence."""
    last = carried(block)
    found: dict[str, Tensor] = {}
    for name, tensor in outputs.items():
        pairs = zip(tensor.shapes, sequence.shapes, strict=True)
        stacked = tuple((*one[:1], all_[1], *one[1:]) for one, all_ in pairs)
        found[name] = tensor if name in last else Tensor(stacked, tensor.dtype)
    return found
