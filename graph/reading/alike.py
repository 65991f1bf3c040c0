"""What of two drafts is the same: classes by name, nodes by name, then by type and place in the order."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from graph.model import BLOCK, INPUT, OUTPUT, Node
from graph.reading.sketch import Draft, Sketch

Pairs = dict[str, str]
"""From the ids of the new to those of the old."""

ALIKE = 0.5


def classes(old: Draft, new: Draft) -> Pairs:
    """Sketches of the new draft with those of the old they come from."""
    found = {new.network: old.network}
    for key in new.sketches:
        if key in old.sketches and key != new.network and key != old.network:
            found[key] = key
    left = [key for key in new.sketches if key not in found]
    spare = [key for key in old.sketches if key not in found.values()]
    for key in left:
        best = max(spare, key=lambda other: _likeness(new.sketches[key], old.sketches[other]), default=None)
        if best is None or old.sketches[best].in_place != new.sketches[key].in_place:
            continue
        if _likeness(new.sketches[key], old.sketches[best]) >= ALIKE:
            found[key] = best
            spare.remove(best)
    return found


def _likeness(one: Sketch, other: Sketch) -> float:
    if one.code != other.code:
        return 0.0
    return SequenceMatcher(None, _signature(one), _signature(other), autojunk=False).ratio()


def _signature(sketch: Sketch) -> list[str]:
    return [f"{node.type} {node.name if node.id in sketch.named else ''}" for node in _inner(sketch)]


def _inner(sketch: Sketch) -> list[Node]:
    return [node for node in sketch.graph.nodes.values() if node.type not in (INPUT, OUTPUT)]


def nodes(old: Sketch, new: Sketch, same_class: Pairs) -> Pairs:
    """Nodes of the new sketch with those of the old. ``same_class`` are pairs of :func:`classes`."""
    found: Pairs = {}
    for one, other in zip(new.graph.outputs, old.graph.outputs, strict=False):
        found[one.id] = other.id
    _inputs(old, new, found)
    by_name = {node.name: node for node in _inner(old) if node.id in old.named}
    for node in _inner(new):
        twin = by_name.get(node.name) if node.id in new.named else None
        if twin is not None and (twin.type == BLOCK) == (node.type == BLOCK):
            found[node.id] = twin.id
    for exact in (True, False):
        mine = [node for node in _inner(new) if node.id not in found]
        theirs = [node for node in _inner(old) if node.id not in found.values()]
        keys = [_key(node, exact, same_class) for node in mine]
        others = [_key(node, exact, {}) for node in theirs]
        for run in SequenceMatcher(None, others, keys, autojunk=False).get_matching_blocks():
            for at in range(run.size):
                found[mine[run.b + at].id] = theirs[run.a + at].id
    _in_their_stead(_inner(old), _inner(new), found)
    return found


def _in_their_stead(theirs: list[Node], mine: list[Node], found: Pairs) -> None:
    """Where as many nodes are new between two known ones as have gone, they stand in for those."""
    runs: dict[tuple[str, str], list[str]] = {}
    for before, run, after in _runs(theirs, set(found.values())):
        runs[before, after] = run
    for before, run, after in list(_runs(mine, set(found))):
        gone = runs.get((found.get(before, ""), found.get(after, "")), [])
        if len(gone) == len(run):
            found.update(zip(run, gone, strict=True))


def _runs(nodes: list[Node], known: set[str]) -> Iterator[tuple[str, list[str], str]]:
    """Unknown nodes in a row, with the known ones around them."""
    before, run = "", []
    for node in nodes:
        if node.id not in known:
            run.append(node.id)
            continue
        if run:
            yield before, run, node.id
        before, run = node.id, []
    if run:
        yield before, run, ""


def _inputs(old: Sketch, new: Sketch, found: Pairs) -> None:
    names = {node.name: node.id for node in old.graph.inputs}
    for node in new.graph.inputs:
        if node.name in names:
            found[node.id] = names[node.name]
    if len(old.graph.inputs) == len(new.graph.inputs):
        for mine, theirs in zip(new.graph.inputs, old.graph.inputs, strict=True):
            if mine.id not in found and theirs.id not in found.values():
                found[mine.id] = theirs.id


def _key(node: Node, exact: bool, same_class: Pairs) -> str:
    kind = f"{node.type} {same_class.get(node.block or '', node.block)}"
    return f"{kind} {sorted(node.params.items(), key=str)}" if exact else kind


def in_order(keys: Sequence[Any], others: Sequence[Any]) -> list[tuple[int, int]]:
    """Places of what is the same in two lists: all, where they are as long, else what lies alike."""
    if len(keys) == len(others):
        return [(at, at) for at in range(len(keys))]
    matching = SequenceMatcher(None, keys, others, autojunk=False).get_matching_blocks()
    return [(block.a + at, block.b + at) for block in matching for at in range(block.size)]
