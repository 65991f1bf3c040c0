"""Concatenations move out of the modules that begin with them, and go on from one another.

A layer of a DenseNet is handed a longer list each time and joins it first. Inside, no two layers would have
the same number of inputs; with the joining outside they are one block used many times.
"""

from __future__ import annotations

from runtime.importing.plans import Group, Out, Plan, Source
from runtime.importing.reading import Reader


def hoist(root: Group, reader: Reader) -> None:
    """Move every Concat that reads nothing made in its own group in front of that group."""
    for part in list(root.parts):
        if isinstance(part, Group):
            hoist(part, reader)
            for plan in [plan for plan in part.parts if isinstance(plan, Plan) and plan.type == "Concat"]:
                _move(plan, part, root)


def shorten(group: Group) -> None:
    """A Concat of all that another one has joined, and more, goes on from there."""
    seen: list[Plan] = []
    for part in group.parts:
        if isinstance(part, Group):
            shorten(part)
        elif part.type == "Concat":
            outs = part.inputs["inputs"]
            for known in reversed(seen):
                whole = _whole(known)
                if part.params == known.params and len(outs) > len(whole) and outs[: len(whole)] == whole:
                    part.inputs["inputs"] = [Out(known, "output"), *outs[len(whole) :]]
                    break
            seen.append(part)


def _whole(plan: Plan) -> list[Source]:
    """Everything a Concat has joined, through those it goes on from."""
    first, *rest = plan.inputs["inputs"]
    if isinstance(first, Out) and first.plan.type == "Concat" and first.plan.params == plan.params:
        return [*_whole(first.plan), *rest]
    return [first, *rest]


def _move(plan: Plan, group: Group, parent: Group) -> None:
    inside = {id(inner) for inner in group.plans()}
    sources = [out for outs in plan.inputs.values() for out in outs if isinstance(out, Out)]
    if any(id(out.plan) in inside for out in sources) or len(group.inputs) < 2:
        return
    group.parts.remove(plan)
    parent.parts.insert(parent.parts.index(group), plan)
    made = Out(plan, "output")
    read_inside = {out for inner in group.plans() for outs in inner.inputs.values() for out in outs}
    group.inputs = [(name, out) for name, out in group.inputs if out in read_inside]
    if made in read_inside:
        group.inputs.append(("", made))
    group.outputs = [(name, out) for name, out in group.outputs if out != made]
