"""Weights that two nodes share, by hand: what sharing takes over, keeps and refuses."""

from __future__ import annotations

from typing import Any

import pytest

from graph.blocks import (
    GroupError,
    can_share,
    duplicate_shared,
    group,
    partners,
    share,
    stop_sharing,
    ungroup,
)
from graph.build import GraphBuilder, project
from graph.document import apply_edits
from graph.edits import EditError, SetParams, SetShares
from graph.model import Graph, Project
from graph.operations import delete
from tests.graph.blocks_hand import (
    do,
    ids,
    named,
    shapes_of,
    stages,
)


def linear() -> Project:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    for name in ("a", "b", "c"):
        x = g.add("Linear", x, name=name, out_features=4, bias=name != "b")
    g.output(x, name="y")
    return project("Linear", g)


def shared(graph: Graph) -> dict[str, str]:
    return {node.name: graph.nodes[node.shares].name for node in graph.nodes.values() if node.shares}


def test_sharing_takes_over_the_parameters() -> None:
    made = linear()
    main = made.main
    a, b, c = ids(main, "a b c")
    assert [node.name for node in can_share(main, b)] == ["a", "c"]
    assert can_share(main, named(main, "x")) == []
    do(made, share(main, b, a))
    assert shared(main) == {"b": "a"} and main.nodes[b].params == main.nodes[a].params
    assert shapes_of(made).networks["g1"].parameters == 40
    do(made, share(main, a, c))
    assert shared(main) == {"a": "c", "b": "c"}
    assert [node.name for node in partners(main, b)] == ["c", "a"]
    do(made, stop_sharing(main, c))
    assert shared(main) == {"b": "a"}
    with pytest.raises(EditError, match="shares its weights with no other node"):
        stop_sharing(main, c)
    do(made, stop_sharing(main, b))
    assert shared(main) == {}
    with pytest.raises(EditError, match="different kinds"):
        share(main, a, named(main, "x"))
    with pytest.raises(EditError, match="itself"):
        apply_edits(made, [SetShares("g1", a, a)])


def test_sharing_goes_along_into_a_block_whole_or_not_at_all() -> None:
    made = linear()
    main = made.main
    apply_edits(made, share(main, named(main, "b"), named(main, "a")))
    with pytest.raises(GroupError, match="“a” shares its weights with “b”, which is not selected") as error:
        group(made, main, ids(main, "a"))
    assert error.value.missing == (named(main, "b"),)
    before = shapes_of(made).networks["g1"].parameters
    found = group(made, main, ids(main, "a b"))
    do(made, found.edits)
    assert shared(made.blocks[found.block.id]) == {"b": "a"}
    assert shapes_of(made).networks["g1"].parameters == before
    do(made, ungroup(made, main, found.use.id))
    assert shared(main) == {"b": "a"}


def test_weights_stay_with_those_that_stay() -> None:
    made = linear()
    main = made.main
    a, b, c = ids(main, "a b c")
    apply_edits(made, [*share(main, b, a)])
    apply_edits(made, [*share(main, c, a)])
    do(made, delete(made, main, [a]))
    assert shared(main) == {"c": "b"}


def test_duplicates_with_the_same_weights() -> None:
    made = linear()
    main = made.main
    edits, new = duplicate_shared(main, ids(main, "a b x"))
    do(made, edits)
    assert [main.nodes[key].name for key in new] == ["a2", "b2"]
    assert shared(main) == {"a2": "a", "b2": "b"}
    assert {(main.nodes[e.source].name, main.nodes[e.target].name) for e in main.edges_of(new)} == {
        ("a2", "b2")
    }
    with pytest.raises(EditError, match="has weights"):
        duplicate_shared(main, ids(main, "x"))


def test_sharing_that_cannot_work_is_a_problem() -> None:
    g = GraphBuilder("Net")
    x: Any = g.add("Linear", g.input("x", shape=(4,)), name="a", out_features=8)
    g.output(g.add("Linear", x, name="b", out_features=8), name="y")
    made = project("Sizes", g)
    apply_edits(made, share(made.main, named(made.main, "b"), named(made.main, "a")))
    (problem,) = shapes_of(made).errors
    assert problem.node == named(made.main, "b")
    assert problem.text == (
        "Linear “b” shares the weights of “a”, which has in_features = 4, but needs in_features = 8 for its "
        "own input. Give both the same size, or stop sharing."
    )
    apply_edits(made, [SetParams("g1", named(made.main, "a"), {"out_features": 4})])
    assert not shapes_of(made).problems


def test_shared_blocks_are_compared_through_and_through() -> None:
    made = stages(2)
    u1, u2 = ids(made.main, "u1 u2")
    apply_edits(made, share(made.main, u2, u1))
    (problem,) = shapes_of(made).errors
    assert "which has fc.in_features = 4, but needs fc.in_features = 8" in problem.text
    apply_edits(made, [SetParams("g1", u1, {"width": 4})])
    assert not shapes_of(made).problems
