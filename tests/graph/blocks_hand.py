"""What the tests of blocks ask of a project: its outline by names, and what it computes."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import torch

from graph.blocks import GroupError, group
from graph.blocks.grouping import Group
from graph.build import GraphBuilder, project
from graph.code import Source, generate, load_module
from graph.document import Document, apply_edits
from graph.model import INPUT, OUTPUT, Graph, Project
from graph.problems import Place
from graph.shapes import Inference, ProjectShapes

INFERENCE = Inference()
_serial = itertools.count()


def named(graph: Graph, name: str) -> str:
    """The id of the node with this name."""
    return next(node.id for node in graph.nodes.values() if node.name == name)


def ids(graph: Graph, names: str) -> list[str]:
    """The ids of several nodes, named in one text."""
    return [named(graph, name) for name in names.split()]


def outline(graph: Graph) -> tuple[Any, Any]:
    """A graph without ids and places: nodes by name, and who feeds whom."""
    names = {node.id: node.name for node in graph.nodes.values()}
    nodes = {
        node.name: (node.type, node.block, node.params, names.get(node.shares or ""), node.note)
        for node in graph.nodes.values()
    }
    wires = sorted(
        (names[e.target], e.target_port, e.order, names[e.source], e.source_port)
        for e in graph.edges.values()
    )
    return nodes, wires


def closed(project: Project, graph: Graph, chosen: Iterable[str]) -> Group | None:
    """The group of some nodes and of all that has to come along; ``None`` where an end would have to."""
    wanted = {key for key in chosen if graph.nodes[key].type not in (INPUT, OUTPUT)}
    while wanted:
        try:
            return group(project, graph, wanted)
        except GroupError as error:
            if not error.missing:
                return None
            wanted |= set(error.missing)
    return None


def shapes_of(project: Project) -> ProjectShapes:
    return INFERENCE.run(project)


def built(project: Project, folder: Path, network: str = "") -> tuple[Source, Any]:
    """The generated code and a module made from it, in eval mode."""
    source = generate(project, shapes_of(project), network or project.main.id)
    path = folder / f"made{next(_serial)}.py"
    path.write_text(source.text, encoding="utf-8")
    torch.manual_seed(0)
    return source, load_module(path, source.class_name)().eval()


def same_weights(
    old: tuple[Source, Any], new: tuple[Source, Any], at: Callable[[Place], Place | None]
) -> int:
    """Give the new module the old one's weights; ``at`` tells where a new place was before. How many moved."""
    moved = 0
    for place, path in new[0].modules.items():
        module = new[1].get_submodule(path)
        before = at(place)
        if any(True for _ in module.children()) or before is None or before not in old[0].modules:
            continue
        module.load_state_dict(old[1].get_submodule(old[0].modules[before]).state_dict())
        moved += 1
    return moved


def numbers(source: Source, module: Any) -> list[torch.Tensor]:
    """What the module gives for the same random samples each time."""
    torch.manual_seed(1)
    arguments = []
    for entry in source.inputs:
        shape = (3, *(5 if size == -1 else size for size in entry.shape))
        whole = entry.dtype == "int64"
        arguments.append(torch.randint(0, 5, shape) if whole else torch.randn(shape))
    with torch.no_grad():
        result = module(*arguments)
    return list(result) if isinstance(result, tuple) else [result]


def equal(first: list[torch.Tensor], second: list[torch.Tensor]) -> bool:
    return len(first) == len(second) and all(map(torch.equal, first, second))


def undone(project: Project, edits: list[Any]) -> bool:
    """Whether applying and taking back leaves a copy of the project as it was, also after a redo."""
    copy = project.copy()
    document = Document(copy)
    inverse = document.apply("Do", edits)
    after = copy.copy()
    again = document.apply("Undo", inverse)
    same = copy == project
    document.apply("Redo", again)
    return same and copy == after


def stages(uses: int = 3, repeat: int = 1) -> Project:
    """A Unit (Linear of ``width`` and ReLU) used several times in a row, with the widths 8, 9, 10, …"""
    unit = GraphBuilder("Unit", "A layer and its activation.")
    width = unit.parameter("width", 8, "How many outputs.")
    x: Any = unit.add("Linear", unit.input("x"), name="fc", out_features=width)
    unit.output(unit.add("ReLU", x, name="act"), name="y")
    g = GraphBuilder("Net")
    x = g.input("data", shape=(4,))
    for number in range(uses):
        params = {"width": 8 + number} if number else {}
        x = g.use(unit, x, name=f"u{number + 1}", repeat=repeat, **params)
    g.output(x, name="out")
    return project("Stages", g)


def do(made: Project, edits: list[Any]) -> None:
    assert undone(made, edits)
    apply_edits(made, edits)
