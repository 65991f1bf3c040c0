"""What only a network as a whole can get wrong: its ends, the batch axis, and what data and loss ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Patch
from graph.facts import DataFacts
from graph.model import INPUT, Graph, Node
from graph.problems import Problem
from graph.tensors import Tensor


def check_boundary(network: Graph, leaving: Mapping[str, Tensor], facts: DataFacts | None) -> list[Problem]:
    """At most one problem of a network that has no other. ``leaving``: what arrives at each Output node."""
    if not network.inputs:
        text = f"{network.name} has no Input. Add one from the palette: it is where the data enters."
        return [_problem(network, "", text)]
    if not network.outputs:
        text = f"{network.name} has no Output. Add one and wire the last layer to it."
        return [_problem(network, "", text)]
    for node in network.outputs:
        problem = _batch_kept(network, node, leaving[node.id])
        if problem is not None:
            return [problem]
    if facts is not None:
        problem = (
            _one_input(network, facts)
            or _takes_data(network, facts)
            or _gives_target(network, leaving, facts)
        )
        if problem is not None:
            return [problem]
    return []


def _problem(network: Graph, node: str, text: str, kind: str = "boundary", **more: Any) -> Problem:
    return Problem((network.id,), network.id, node, text, kind=kind, **more)


def _source(network: Graph, node: Node) -> Node:
    return network.nodes[network.edges_into(node.id)[0].source]


def _batch_kept(network: Graph, node: Node, tensor: Tensor) -> Problem | None:
    if tensor.rank and tensor.dims[0] == "B":
        return None
    if tensor.rank == 0 and _is_a_loss(network, node):
        return None
    source = _source(network, node)
    text = (
        f"Output “{node.name}” expects the batch as its first axis but receives {tensor.text} "
        f"from “{source.name}”: somewhere before it the batch axis was changed."
    )
    return _problem(
        network, node.id, text, expected="(B, …)", got=tensor.text, port="input", source=source.id
    )


def _is_a_loss(network: Graph, node: Node) -> bool:
    """Whether a number for the whole batch is meant: a loss stands before it, or a block that may hold one."""
    seen: set[str] = set()
    waiting = [node.id]
    while waiting:
        for edge in network.edges_into(waiting.pop()):
            source = network.nodes[edge.source]
            if source.id not in seen:
                seen.add(source.id)
                waiting.append(source.id)
            layer = CATALOGUE.get(source.type)
            if layer is None or layer.category == "Losses" or edge.source_port == "loss":
                return True
    return False


def _one_input(network: Graph, facts: DataFacts) -> Problem | None:
    """The data feeds one Input. (What may stand in a network that is not trained is not judged here.)"""
    if len(network.inputs) == 1:
        return None
    first, *more = network.inputs
    names = " and ".join(f"“{node.name}”" for node in more)
    text = f"{facts.name} feeds one Input, “{first.name}”, so nothing arrives at {names}."
    return _problem(network, more[0].id, text, "data", expected="one Input", got=str(1 + len(more)))


def _takes_data(network: Graph, facts: DataFacts) -> Problem | None:
    entry = network.inputs[0]
    values = CATALOGUE[INPUT].settled(entry.params)
    shape = tuple(values["shape"])
    fits = len(shape) == len(facts.input_shape) and all(
        -1 in (mine, theirs) or mine == theirs for mine, theirs in zip(shape, facts.input_shape, strict=True)
    )
    if fits and values["dtype"] == facts.input_dtype:
        return None
    mine = f"{sample_text(shape)} {values['dtype']}"
    theirs = f"{sample_text(facts.input_shape)} {facts.input_dtype}"
    label = f"Set the shape to {sample_text(facts.input_shape)}, as the data has it"
    return _problem(
        network,
        entry.id,
        f"Input “{entry.name}” expects samples of {mine}, but {facts.name} gives {theirs}.",
        "data",
        expected=mine,
        got=theirs,
        param="shape",
        patches=(Patch(label, {"shape": facts.input_shape, "dtype": facts.input_dtype}),),
    )


def _gives_target(network: Graph, leaving: Mapping[str, Tensor], facts: DataFacts) -> Problem | None:
    node = network.outputs[0]
    tensor = leaving[node.id]
    if facts.output is None:
        return None
    same = tensor.rank == len(facts.output) + 1 and all(
        wanted == -1 or tensor.size(axis + 1) in (wanted, None) for axis, wanted in enumerate(facts.output)
    )
    if same:
        return None
    wanted = "(" + ", ".join(["B", *("T" if size == -1 else str(size) for size in facts.output)]) + ")"
    source = _source(network, node)
    width = tensor.size(-1)
    if facts.wider and tensor.rank == len(facts.output) + 1 and width and width > facts.output[-1]:
        spare = width - facts.output[-1]
        text = (
            f"Output “{node.name}” gives {width} scores {facts.output_reason}: "
            f"it trains, but {spare} of them stay without use."
        )
        return _problem(
            network, node.id, text, "data", severity="hint", expected=wanted, got=tensor.text, port="input"
        )
    text = (
        f"Output “{node.name}” should be {wanted}, {facts.output_reason}, "
        f"but receives {tensor.text} from “{source.name}”."
    )
    return _problem(
        network, node.id, text, "data", expected=wanted, got=tensor.text, port="input", source=source.id
    )


def sample_text(shape: tuple[int, ...]) -> str:
    """``3 × 224 × 224``; a changing length is T."""
    return " × ".join("T" if size == -1 else str(size) for size in shape)
