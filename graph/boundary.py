"""What only a network as a whole can get wrong: its ends, the batch axis, and what data and loss ask."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Patch
from graph.facts import Asks, DataFacts, Want
from graph.model import INPUT, Graph, Node
from graph.problems import Problem
from graph.tables import embeddings, positions
from graph.tensors import Tensor

MISSING, SPARE = "missing", "spare"
"""``param`` of a problem that says that there are too few, or too many, Inputs or Outputs."""


def check_boundary(
    network: Graph,
    leaving: Mapping[str, Tensor],
    facts: DataFacts | None,
    asks: Asks | None = None,
    blocks: Mapping[str, Graph] | None = None,
) -> list[Problem]:
    """At most one problem of a network that has no other. ``leaving``: what arrives at each Output node; ``asks``:
    what ``facts`` ask of this network."""
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
    if facts is None or asks is None:
        return []
    problem = (
        _count_of_inputs(network, facts, asks)
        or _takes_data(network, facts, asks)
        or _has_room(network, facts, asks, blocks or {})
        or _count_of_outputs(network, facts, asks)
        or _gives_targets(network, leaving, facts, asks)
    )
    return [problem] if problem is not None else []


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


def _count_of_inputs(network: Graph, facts: DataFacts, asks: Asks) -> Problem | None:
    """As many Inputs as there is something to feed. (What stands in a network that is not trained is not judged.)"""
    have, count = network.inputs, len(asks.feeds)
    if len(have) == count:
        return None
    what = _listed([feed.what for feed in asks.feeds])
    if len(have) > count:
        names = " and ".join(f"“{node.name}”" for node in have[count:])
        only = f"one Input, “{have[0].name}”" if count == 1 else f"{count} Inputs{what}"
        why = f": {asks.note}" if asks.note else ""
        text = f"{facts.name} feeds {only}, so nothing arrives at {names}{why}."
        return _problem(network, have[count].id, text, "data", expected=f"{count} Inputs", got=str(len(have)))
    names = ", ".join(node.name for node in have)
    text = (
        f"The recipe “{facts.recipe}” feeds {count} Inputs of “{network.name}”{what}, "
        f"but it has {len(have)} ({names})."
    )
    return _problem(
        network, have[-1].id, text, "data", expected=f"{count} Inputs", got=str(len(have)), param=MISSING
    )


def _count_of_outputs(network: Graph, facts: DataFacts, asks: Asks) -> Problem | None:
    have, count = network.outputs, len(asks.wants)
    if len(have) == count or (len(have) > count and not asks.exact):
        return None
    what = _listed([want.what for want in asks.wants])
    number = "one Output" if count == 1 else f"{count} Outputs"
    names = ", ".join(node.name for node in have)
    text = f"The recipe “{facts.recipe}” needs {number} of “{network.name}”{what}, but it has {len(have)} ({names})."
    node, param = (have[-1], MISSING) if len(have) < count else (have[count], SPARE)
    return _problem(network, node.id, text, "data", expected=number, got=str(len(have)), param=param)


def _listed(words: list[str]) -> str:
    """What is meant, in brackets, where it has names."""
    return f" ({', '.join(words)})" if len(words) > 1 and all(words) else ""


def agrees(mine: tuple[int, ...], theirs: tuple[int, ...]) -> bool:
    """Whether an Input of one shape takes samples of the other; -1 takes any length."""
    return len(mine) == len(theirs) and all(
        -1 in (one, other) or one == other for one, other in zip(mine, theirs, strict=True)
    )


def _takes_data(network: Graph, facts: DataFacts, asks: Asks) -> Problem | None:
    """The first Input that expects other samples than it is fed."""
    for entry, feed in zip(network.inputs, asks.feeds, strict=True):
        if feed.shape is None:
            continue
        values = CATALOGUE[INPUT].settled(entry.params)
        shape = tuple(values["shape"])
        if agrees(shape, feed.shape) and values["dtype"] == feed.dtype:
            continue
        mine = f"{sample_text(shape)} {values['dtype']}"
        theirs = f"{sample_text(feed.shape)} {feed.dtype}"
        label = f"Set the shape to {sample_text(feed.shape)}"
        giver, which = f"the recipe “{facts.recipe}”", f" ({feed.what})"
        if not feed.made:
            giver, label = facts.name, f"{label}, as the data has it"
            which = which if feed.what and len(asks.feeds) > 1 else ""
        return _problem(
            network,
            entry.id,
            f"Input {_who(network, entry, facts)} expects samples of {mine}, but {giver} gives {theirs}{which}.",
            "data",
            expected=mine,
            got=theirs,
            param="shape",
            patches=(Patch(label, {"shape": feed.shape, "dtype": feed.dtype}),),
        )
    return None


def fed_shapes(network: Graph, asks: Asks) -> dict[str, tuple[int, ...]]:
    """What Inputs of a changing length are really fed, by node, where they are fed different lengths; else nothing.

    Every changing length is the same T in the drawing, so that nothing there tells two of them apart."""
    found: dict[str, tuple[int, ...]] = {}
    lengths: set[int] = set()
    for node, feed in zip(network.inputs, asks.feeds, strict=False):
        mine = CATALOGUE[INPUT].settled(node.params)["shape"]
        if feed.shape is None or len(mine) != len(feed.shape) or -1 not in mine:
            continue
        pairs = list(zip(mine, feed.shape, strict=True))
        lengths.update(fed for size, fed in pairs if size == -1 and fed > 0)
        found[node.id] = tuple(fed if size == -1 else size for size, fed in pairs)
    return found if len(lengths) > 1 else {}


def _has_room(network: Graph, facts: DataFacts, asks: Asks, blocks: Mapping[str, Graph]) -> Problem | None:
    """The first table that is too short for the numbers that come; a longer one does no harm."""
    for entry, feed in zip(network.inputs, asks.feeds, strict=True):
        if not feed.count:
            continue
        length = feed.shape[0] if feed.shape else -1
        rooms = [(table, feed.count, feed.units) for table in embeddings(blocks, network, entry)]
        rooms += [(table, length, "positions") for table in positions(network, entry)]
        for table, size, units in rooms:
            if table.size >= size:
                continue
            value = table.written(size)
            label = f"Set {table.param} of {table.node.name} to {value}"
            return Problem(
                table.place,
                table.graph.id,
                table.node.id,
                f"“{table.node.name}” has room for {table.size:,} {units}, but {facts.name} has {size:,}.",
                kind="data",
                expected=str(size),
                got=str(table.size),
                param=table.param,
                patches=(Patch(label, {table.param: value}),) if value is not None else (),
            )
    return None


def _who(network: Graph, node: Node, facts: DataFacts) -> str:
    """An Input or Output in a sentence; with its network where the recipe trains several."""
    return f"“{node.name}” of “{network.name}”" if len(facts.networks) > 1 else f"“{node.name}”"


def _gives_targets(
    network: Graph, leaving: Mapping[str, Tensor], facts: DataFacts, asks: Asks
) -> Problem | None:
    """The first Output that gives something else than is wanted, errors before hints."""
    spare = None
    for node, want in zip(network.outputs, asks.wants, strict=False):
        tensor = leaving[node.id]
        if want.like is not None:
            problem = _alike(network, node, tensor, network.outputs[want.like], leaving)
        elif want.shape is not None:
            problem = _gives(network, node, _who(network, node, facts), tensor, want.shape, want)
        else:
            problem = None
        if problem is not None and problem.severity == "error":
            return problem
        spare = spare or problem
    return spare


def _alike(
    network: Graph, node: Node, tensor: Tensor, other: Node, leaving: Mapping[str, Tensor]
) -> Problem | None:
    theirs = leaving[other.id]
    if theirs.shapes == tensor.shapes:
        return None
    text = (
        f"Output “{node.name}” should be as large as “{other.name}”, {theirs.text}, but receives {tensor.text} "
        f"from “{_source(network, node).name}”."
    )
    return _problem(
        network, node.id, text, "data", expected=theirs.text, got=tensor.text, port="input",
        source=_source(network, node).id,
    )  # fmt: skip


def _gives(
    network: Graph, node: Node, who: str, tensor: Tensor, shape: tuple[int | str, ...], want: Want
) -> Problem | None:
    counted = want.axis % len(shape) if shape else 0
    same = [
        tensor.rank == len(shape) + 1
        and (wanted == -1 or isinstance(wanted, str) or tensor.size(axis + 1) in (wanted, None))
        for axis, wanted in enumerate(shape)
    ]
    if all(same) and tensor.rank == len(shape) + 1:
        return None
    wanted = "(" + ", ".join(["B", *("T" if size == -1 else str(size) for size in shape)]) + ")"
    source = _source(network, node)
    width, least = tensor.size(counted + 1), shape[counted] if shape else 0
    rest = [fits for axis, fits in enumerate(same) if axis != counted]
    if want.wider and tensor.rank == len(shape) + 1 and all(rest) and width and width > int(least):
        spare = width - int(least)
        text = (
            f"Output {who} gives {width} scores {want.reason}: "
            f"it trains, but {spare} of them stay without use."
        )
        return _problem(
            network, node.id, text, "data", severity="hint", expected=wanted, got=tensor.text, port="input"
        )
    text = f"Output {who} should be {wanted}, {want.reason}, but receives {tensor.text} from “{source.name}”."
    return _problem(
        network, node.id, text, "data", expected=wanted, got=tensor.text, port="input", source=source.id
    )


def sample_text(shape: tuple[int, ...]) -> str:
    """``3 × 224 × 224``; a changing length is T."""
    return " × ".join("T" if size == -1 else str(size) for size in shape) or "one number"
