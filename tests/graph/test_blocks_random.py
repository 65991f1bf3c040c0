"""Random networks: a group computes what its layers did, and ungrouped it is the graph it was."""

from __future__ import annotations

import random
from collections import Counter
from pathlib import Path

import pytest

from graph.blocks import detach, ungroup, uses_of
from graph.checks import check_project
from graph.document import Document
from graph.edits import EditError
from graph.files import dumps, loads
from graph.model import Project
from graph.problems import Place
from tests.graph.blocks_hand import (
    built,
    closed,
    equal,
    numbers,
    outline,
    same_weights,
    shapes_of,
    undone,
)
from tests.graph.code_graphs import random_project

SEEDS = range(40)


def _places(project: Project) -> list[Place]:
    """Where block definitions stand in the network, and the network itself."""
    found: list[Place] = [(project.main.id,)]
    for place in found:
        graph = project.main
        for step in place[1:]:
            graph = project.blocks[graph.nodes[step].block or ""]
        found += [(*place, node.id) for node in graph.nodes.values() if node.block]
    return found


@pytest.mark.parametrize("seed", SEEDS)
def test_a_group_computes_the_same_and_ungroups_to_the_same(seed: int, tmp_path: Path) -> None:
    dice = random.Random(seed)
    project = random_project(seed)
    before = built(project, tmp_path)
    expected = numbers(*before)
    totals = shapes_of(project).networks[project.main.id].parameters
    graph = dice.choice([project.main, project.main, *project.blocks.values()])
    chosen = [key for key in graph.nodes if dice.random() < dice.choice((0.15, 0.5, 0.9))]
    made = closed(project, graph, chosen)
    if made is None:
        pytest.skip("nothing can be grouped here")
    assert undone(project, made.edits)
    names, wires = outline(graph)
    Document(project).apply("Group", made.edits)
    check_project(loads(dumps(project)))
    after = built(project, tmp_path)
    use, inside = made.use.id, set(made.block.nodes)

    def at(place: Place) -> Place | None:
        """The step through the new use was not there before."""
        place = (project.main.id, *place)
        here, found = project.main.id, []
        for step in place[1:]:
            if here == graph.id and step == use:
                here = made.block.id
                continue
            block = project.graph(here).nodes[step.partition("[")[0]].block
            found.append(step)
            here = block or here
        return tuple(found)

    assert same_weights(before, after, at) or not before[0].modules
    assert equal(numbers(*after), expected)
    if all(name in project.graph(graph.id).names() | made.block.names() for name in names):
        edits = ungroup(project, graph, use)
        assert undone(project, edits)
        Document(project).apply("Ungroup", edits)
        check_project(loads(dumps(project)))
        assert outline(graph) == (names, wires)
        assert shapes_of(project).networks[project.main.id].parameters == totals
        assert inside
        again = built(project, tmp_path)
        assert again[0].text == before[0].text


@pytest.mark.parametrize("seed", SEEDS)
def test_every_use_can_be_ungrouped_or_detached(seed: int, tmp_path: Path) -> None:
    project = random_project(seed)
    before = built(project, tmp_path)
    expected = shapes_of(project).networks[project.main.id]
    dice = random.Random(seed)
    for _ in range(3):
        uses = [use for block in project.blocks for use in uses_of(project, block)]
        if not uses:
            break
        use = dice.choice(uses)
        try:
            if dice.random() < 0.4:
                edits, _ = detach(project, use.graph, use.node.id)
            else:
                edits = ungroup(project, use.graph, use.node.id)
        except EditError as error:
            text = str(error)
            assert any(why in text for why in ("only use", "times in a row", "over the time axis")), text
            continue
        assert undone(project, edits)
        Document(project).apply("Change", edits)
        check_project(loads(dumps(project)))
    found = shapes_of(project).networks[project.main.id]
    assert not [problem for problem in found.problems if problem.severity == "error"]
    # an output that nobody takes no longer keeps what is behind it in the network
    assert found.parameters <= expected.parameters and found.macs <= expected.macs
    assert [tensor.text for tensor in found.outputs.values()] == [
        tensor.text for tensor in expected.outputs.values()
    ]
    after = built(project, tmp_path)
    old, new = [Counter(tuple(w.shape) for w in module.parameters()) for _, module in (before, after)]
    assert new <= old
    if found.parameters == expected.parameters:
        assert new == old
