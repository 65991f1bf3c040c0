"""Where the sub-module of every node at every place is found: ``layer3.0.conv1``."""

from __future__ import annotations

from collections.abc import Iterator

from graph.code.plans import Instance
from graph.code.structure import Step
from graph.problems import Place


def module_paths(root: Instance) -> dict[Place, str]:
    """Dotted paths by node ids from the network inwards. See :class:`graph.code.source.Source`."""
    found: dict[Place, str] = {}
    _inside(root, (), "layers." if root.structure.chain else "", found)
    return found


def item_paths(instance: Instance, prefix: str) -> Iterator[tuple[Step, str, list[str]]]:
    """Every module of a graph: the step, its own path and the paths of its repetitions.

    ``prefix`` ends with a dot or is empty. A step that is no row has one repetition, itself.
    """
    position = 0
    for step in instance.structure.steps:
        if not step.module:
            continue
        rounds = len(instance.inner[step.id]) if step.block is not None else 1
        if instance.structure.chain:
            items = [f"{prefix}{position + number}" for number in range(rounds)]
            position += rounds
            yield step, items[-1], [_inner(step, item) for item in items]
        else:
            own = prefix + instance.structure.attributes[step.id]
            items = [f"{own}.{number}" for number in range(rounds)] if step.wrapped else [own]
            yield step, own, [_inner(step, item) for item in items]


def _inner(step: Step, path: str) -> str:
    """Where the parts of a block's use are: beside it, or in the cell that is run over time."""
    return f"{path}.cell" if step.over else path


def _inside(instance: Instance, place: Place, prefix: str, found: dict[Place, str]) -> None:
    for step, own, items in item_paths(instance, prefix):
        found[*place, step.id] = own
        for number, path in enumerate(items if step.block is not None else []):
            inner = instance.inner[step.id][number]
            if number == 0:
                _inside(inner, (*place, step.id), path + ".", found)
            if step.wrapped:
                numbered = (*place, f"{step.id}[{number}]")
                found[numbered] = path
                _inside(inner, numbered, path + ".", found)
