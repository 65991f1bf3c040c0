"""Blocks by hand: what grouping, ungrouping and exposing make of small networks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from graph.blocks import (
    GroupError,
    add_parameter,
    add_port,
    change_parameter,
    detach,
    expose,
    group,
    move_parameter,
    move_port,
    others_than_default,
    remove_block,
    remove_port,
    share,
    stop_exposing,
    stop_following,
    ungroup,
    uses_of,
)
from graph.blocks.substitution import substituted
from graph.build import GraphBuilder, project
from graph.document import Document, apply_edits
from graph.edits import AddNodes, EditError, SetBlock, SetParams
from graph.model import BLOCK, INPUT, OUTPUT, Exposed, Frame, Node, Project
from graph.operations import delete, rename
from graph.values import BadValue, Expr
from tests.graph.blocks_hand import (
    built,
    do,
    equal,
    ids,
    named,
    numbers,
    outline,
    same_weights,
    shapes_of,
    stages,
)


def residual() -> Project:
    """x -> stem -> conv1 -> relu1 -> conv2 -> add (+ stem) -> head, in one row."""
    g = GraphBuilder("Net")
    x: Any = g.add("Conv2d", g.input("x", shape=(3, 8, 8)), name="stem", out_channels=4, kernel_size=1)
    y = g.add("Conv2d", x, name="conv1", out_channels=4, kernel_size=3, padding=1)
    y = g.add("Conv2d", g.add("ReLU", y, name="relu1"), name="conv2", out_channels=4, kernel_size=1)
    y = g.add("Add", y, x, name="add")
    g.output(g.add("Conv2d", y, name="head", out_channels=2, kernel_size=1), name="y")
    made = project("Residual", g)
    for number, node in enumerate(made.main.nodes.values()):
        node.x, node.y = number * 256.0, 0.0
    return made


# group


def test_a_group_has_a_port_for_each_source_and_each_result() -> None:
    made = residual()
    found = group(made, made.main, ids(made.main, "conv1 relu1 conv2 add"))
    do(made, found.edits)
    block = made.blocks[found.block.id]
    assert [node.name for node in block.inputs] == ["x"]
    assert [node.name for node in block.outputs] == ["y"]
    assert block.name == "Residual"
    use = made.main.nodes[found.use.id]
    assert (use.type, use.block, use.name) == (BLOCK, block.id, "residual1")
    wires = {(e.source, e.source_port, e.target, e.target_port) for e in made.main.edges_of([use.id])}
    assert wires == {
        (named(made.main, "stem"), "output", use.id, "x"),
        (use.id, "y", named(made.main, "head"), "input"),
    }
    assert not shapes_of(made).problems


def test_a_group_between_two_sources_names_its_ports() -> None:
    made = residual()
    found = group(made, made.main, ids(made.main, "conv2 add"))
    assert [node.name for node in found.block.inputs] == ["x", "skip"]
    g = GraphBuilder("Net")
    tokens = g.input("tokens", shape=(5, 8))
    memory = g.add("Linear", g.input("memory", shape=(5, 8)), name="fc", out_features=8)
    out, weights = g.add("MultiheadAttention", tokens, memory, memory, name="look", num_heads=2)
    g.output(g.add("Add", out, tokens, name="add"), name="y")
    g.output(weights, name="w")
    other = project("Two", g)
    found = group(other, other.main, ids(other.main, "look add"))
    assert [node.name for node in found.block.inputs] == ["tokens", "fc"]
    assert [node.name for node in found.block.outputs] == ["weights", "add_out"]


def test_concat_keeps_its_order_inside_and_outside() -> None:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    parts = [
        g.add("Linear", x, name=name, out_features=size) for name, size in (("a", 1), ("b", 2), ("c", 3))
    ]
    g.output(g.add("Concat", [parts[2], parts[0], x, parts[1], parts[0]], dim=1, name="join"), name="y")
    made = project("Join", g)
    for chosen in ("a c", "join", "a b c join", "a join", "b"):
        copy = made.copy()
        before = outline(copy.main)
        found = group(copy, copy.main, ids(copy.main, chosen))
        do(copy, found.edits)
        assert not shapes_of(copy).problems
        do(copy, ungroup(copy, copy.main, found.use.id))
        assert outline(copy.main) == before


def test_what_cannot_be_a_block_is_said_in_a_sentence() -> None:
    made = residual()
    with pytest.raises(
        GroupError, match="would make a loop: what leaves it comes back through “relu1”"
    ) as error:
        group(made, made.main, ids(made.main, "conv1 conv2"))
    assert error.value.missing == (named(made.main, "relu1"),)
    with pytest.raises(GroupError, match="“x” is an Input: it says where data enters and stays outside"):
        group(made, made.main, ids(made.main, "x stem"))
    with pytest.raises(GroupError, match="“y” is an Output"):
        group(made, made.main, ids(made.main, "head y"))
    with pytest.raises(GroupError, match="Select the layers"):
        group(made, made.main, [])
    with pytest.raises(EditError, match="Another node is called “head” already"):
        group(made, made.main, ids(made.main, "conv1 relu1"), use_name="head")
    with pytest.raises(EditError, match="cannot be a class name"):
        group(made, made.main, ids(made.main, "conv1 relu1"), name="2 x")
    taken = group(made, made.main, ids(made.main, "conv1 relu1"), name="Net")
    with pytest.raises(EditError, match="Another network or block is called “Net” already"):
        Document(made).check(taken.edits)


def test_a_use_may_be_called_like_a_layer_that_goes_into_it() -> None:
    made = residual()
    do(made, group(made, made.main, ids(made.main, "conv1 relu1"), use_name="conv1").edits)
    assert made.main.nodes[named(made.main, "conv1")].type == BLOCK


def test_a_group_inside_a_block_that_is_used_three_times() -> None:
    made = stages(3)
    block = made.blocks["b1"]
    before = shapes_of(made).networks["g1"].parameters
    found = group(made, block, ids(block, "fc"), name="Inner")
    do(made, found.edits)
    inner = made.blocks[found.block.id]
    assert inner.parameters == [Exposed("width", 8, "How many outputs.")]
    assert block.nodes[found.use.id].params == {"width": Expr("width")}
    shapes = shapes_of(made)
    assert not shapes.problems and shapes.networks["g1"].parameters == before
    do(made, ungroup(made, block, found.use.id))
    assert block.nodes[named(block, "fc")].params == {"out_features": Expr("width")}


def test_frames_go_along_and_give_the_name() -> None:
    made = residual()
    made.main.frames["f1"] = Frame("f1", "down path", 200.0, -50.0, 900.0, 200.0)
    chosen = [*ids(made.main, "conv1 relu1"), "f1"]
    found = group(made, made.main, chosen)
    do(made, found.edits)
    assert found.block.name == "DownPath" and not made.main.frames
    assert [frame.title for frame in made.blocks[found.block.id].frames.values()] == ["down path"]
    do(made, ungroup(made, made.main, found.use.id))
    assert [frame.title for frame in made.main.frames.values()] == ["down path"]


def test_the_row_closes_and_opens_again() -> None:
    made = residual()
    places = {node.name: (node.x, node.y) for node in made.main.nodes.values()}
    found = group(made, made.main, ids(made.main, "conv1 relu1 conv2"))
    do(made, found.edits)
    use, following = made.main.nodes[found.use.id], made.main.nodes[named(made.main, "add")]
    assert (use.x, use.y) == places["conv1"]
    assert following.x == use.x + 256.0
    do(made, ungroup(made, made.main, use.id))
    assert {node.name: (node.x, node.y) for node in made.main.nodes.values()} == places


def test_loose_ends_become_ports() -> None:
    made = residual()
    main = made.main
    apply_edits(made, delete(made, main, [edge.id for edge in main.edges.values()]))
    found = group(made, main, ids(main, "conv1 relu1"))
    do(made, found.edits)
    assert [node.name for node in found.block.inputs] == ["input", "input2"]
    assert [node.name for node in found.block.outputs] == ["conv1_out", "relu1_out"]


# ungroup


def test_ungrouping_puts_in_the_values_of_the_use() -> None:
    made = stages(2)
    do(made, ungroup(made, made.main, named(made.main, "u2")))
    assert made.main.nodes[named(made.main, "fc")].params == {"out_features": 9}
    do(made, ungroup(made, made.main, named(made.main, "u1")))
    assert made.main.nodes[named(made.main, "fc2")].params == {"out_features": 8}
    assert [node.name for node in made.main.nodes.values() if node.type == "Linear"] == ["fc", "fc2"]
    assert not shapes_of(made).problems and "b1" in made.blocks


def test_what_held_a_block_holds_its_nodes_once_it_is_ungrouped() -> None:
    made = stages(2)
    use = made.main.nodes[named(made.main, "u1")]
    use.frozen, use.rate = True, 0.1
    do(made, ungroup(made, made.main, use.id))
    fc = made.main.nodes[named(made.main, "fc")]
    assert fc.frozen and fc.rate == 0.1


def test_a_row_is_written_out(tmp_path: Path) -> None:
    made = stages(1, repeat=3)
    before = built(made, tmp_path)
    use = named(made.main, "u1")
    do(made, ungroup(made, made.main, use))
    linear = [node.id for node in made.main.nodes.values() if node.type == "Linear"]
    assert [made.main.nodes[key].name for key in linear] == ["fc", "fc2", "fc3"]
    after = built(made, tmp_path)
    fc = named(made.blocks["b1"], "fc")
    old = {key: (use if not number else f"{use}[{number}]", fc) for number, key in enumerate(linear)}
    assert same_weights(before, after, lambda place: old.get(place[0])) == 3
    assert equal(numbers(*before), numbers(*after))


def test_expressions_follow_to_the_outside() -> None:
    inner = GraphBuilder("Inner")
    planes = inner.parameter("planes", 4)
    x: Any = inner.add("Linear", inner.input("x"), name="fc", out_features=planes * 4)
    inner.output(x, name="y")
    outer = GraphBuilder("Outer")
    width = outer.parameter("width", 2)
    x = outer.use(inner, outer.input("x"), name="a", planes=width + 1)
    outer.output(outer.use(inner, x, name="b", planes=3), name="y")
    g = GraphBuilder("Net")
    g.output(g.use(outer, g.input("x", shape=(4,)), name="o", width=5), name="y")
    made = project("Nested", g)
    block = next(block for block in made.blocks.values() if block.name == "Outer")
    do(made, ungroup(made, block, named(block, "a")))
    do(made, ungroup(made, block, named(block, "b")))
    assert block.nodes[named(block, "fc")].params == {"out_features": Expr("(width + 1) * 4")}
    assert block.nodes[named(block, "fc2")].params == {"out_features": 12}
    assert not shapes_of(made).problems


def test_what_cannot_be_ungrouped_is_said_in_a_sentence() -> None:
    made = stages(2)
    main = made.main
    with pytest.raises(EditError, match="“data” is no use of a block"):
        ungroup(made, main, named(main, "data"))
    outer = GraphBuilder("Outer")
    count = outer.parameter("count", 2)
    unit = GraphBuilder("Unit")
    unit.output(unit.add("ReLU", unit.input("x")), name="y")
    outer.output(outer.use(unit, outer.input("x"), name="row", repeat=count), name="y")
    g = GraphBuilder("Net")
    g.output(g.use(outer, g.input("x", shape=(4,)), name="o"), name="y")
    other = project("Rows", g)
    block = next(block for block in other.blocks.values() if block.name == "Outer")
    with pytest.raises(EditError, match="“row” stands “count” times in a row"):
        ungroup(other, block, named(block, "row"))
    apply_edits(made, share(main, named(main, "u2"), named(main, "u1")))
    for name in ("u1", "u2"):
        with pytest.raises(EditError, match="shares its weights with"):
            ungroup(made, main, named(main, name))


def test_a_wire_through_an_empty_block_joins() -> None:
    empty = GraphBuilder("Empty")
    empty.output(empty.input("x"), name="y")
    g = GraphBuilder("Net")
    x = g.use(empty, g.input("x", shape=(4,)), name="e")
    g.output(g.add("ReLU", x, name="relu"), name="y")
    made = project("Empty", g)
    do(made, ungroup(made, made.main, named(made.main, "e")))
    edge = made.main.edges_into(named(made.main, "relu"))[0]
    assert edge.source == named(made.main, "x")


def test_substituting() -> None:
    assert substituted(Expr("planes * 4"), {"planes": 3}) == 12
    assert substituted(Expr("planes"), {"planes": (3, 1)}) == (3, 1)
    assert substituted(Expr("planes * 4"), {"planes": Expr("w - 1")}) == Expr("(w - 1) * 4")
    assert substituted(Expr("a - b"), {"a": 2, "b": Expr("c")}) == Expr("2 - c")
    assert substituted(Expr("2 - a"), {"a": Expr("b - c")}) == Expr("2 - (b - c)")
    assert substituted(Expr("a % b"), {"a": -3, "b": Expr("c")}) == Expr("-3 % c")
    assert substituted((1, Expr("a")), {"a": 2}) == (1, 2)
    assert substituted(Expr("other"), {"a": 2}) == Expr("other")
    with pytest.raises(BadValue, match="is not a number"):
        substituted(Expr("a + b"), {"a": "same", "b": Expr("c")})
    with pytest.raises(BadValue, match="longer than"):
        substituted(Expr("a * a"), {"a": Expr(" + ".join(["long_name"] * 15))})


# uses


def test_a_detached_use_has_a_definition_of_its_own(tmp_path: Path) -> None:
    made = stages(3)
    before = built(made, tmp_path)
    edits, copy = detach(made, made.main, named(made.main, "u2"))
    do(made, edits)
    after = built(made, tmp_path)
    assert same_weights(before, after, lambda place: place) == 6  # three Linears, three ReLUs
    assert equal(numbers(*before), numbers(*after))
    assert [use.node.name for use in uses_of(made, copy)] == ["u2"]
    assert made.blocks[copy].name == "Unit2"
    apply_edits(made, [SetParams(copy, named(made.blocks[copy], "fc"), {"out_features": 3})])
    assert made.blocks["b1"].nodes[named(made.blocks["b1"], "fc")].params == {"out_features": Expr("width")}
    assert not shapes_of(made).errors
    with pytest.raises(EditError, match="“u2” is the only use of “Unit2” already"):
        detach(made, made.main, named(made.main, "u2"))


def test_uses_that_share_are_detached_together() -> None:
    made = stages(3)
    main = made.main
    apply_edits(made, [SetParams("g1", named(main, key), {"width": 4}) for key in ("u1", "u2", "u3")])
    apply_edits(made, share(main, named(main, "u3"), named(main, "u2")))
    edits, copy = detach(made, main, named(main, "u3"))
    do(made, edits)
    assert [use.node.name for use in uses_of(made, copy)] == ["u2", "u3"]
    with pytest.raises(EditError, match="the two differ"):
        Document(made).check([SetBlock("g1", {named(main, "u3"): "b1"})])


def test_a_definition_in_use_stays() -> None:
    made = stages(2)
    with pytest.raises(EditError, match="“Unit” is used by “u1” in “Net” and 1 more"):
        remove_block(made, "b1")
    apply_edits(made, delete(made, made.main, ids(made.main, "u1 u2")))
    do(made, remove_block(made, "b1"))
    assert not made.blocks


def test_a_block_inside_itself_is_refused() -> None:
    made = stages(1)
    with pytest.raises(EditError, match="would put the block into itself"):
        apply_edits(made, [AddNodes("b1", [Node("n9", BLOCK, "again", block="b1")])])


# parameters


def test_exposing_changes_nothing_until_a_use_says_so() -> None:
    made = stages(2)
    block = made.blocks["b1"]
    before = shapes_of(made).networks["g1"].parameters
    do(made, expose(made, block, named(block, "fc"), "bias"))
    assert block.parameters[-1].name == "bias" and block.parameters[-1].default is True
    assert block.nodes[named(block, "fc")].params["bias"] == Expr("bias")
    shapes = shapes_of(made)
    assert not shapes.problems and shapes.networks["g1"].parameters == before
    apply_edits(made, [SetParams("g1", named(made.main, "u2"), {"bias": False})])
    assert shapes_of(made).networks["g1"].parameters == before - 9
    with pytest.raises(EditError, match="follows a parameter of the block already"):
        expose(made, block, named(block, "fc"), "out_features")
    with pytest.raises(EditError, match="follows from what arrives, so there is nothing to expose"):
        expose(made, block, named(block, "fc"), "in_features")
    with pytest.raises(EditError, match="is a network: only a block has parameters"):
        expose(made, made.main, named(made.main, "u1"), "width")
    with pytest.raises(EditError, match="“repeat” cannot be a parameter's name"):
        expose(made, block, named(block, "act"), "inplace", name="repeat")


def test_a_number_of_repetitions_is_exposed_from_nested_blocks() -> None:
    made = stages(2)
    found = group(made, made.main, ids(made.main, "u2"), name="Stage", use_name="stage")
    do(made, found.edits)
    block = made.blocks[found.block.id]
    row = named(block, "u2")
    do(made, expose(made, block, row, "repeat"))
    do(made, expose(made, block, row, "width"))
    assert [(item.name, item.default) for item in block.parameters] == [("blocks", 1), ("width", 9)]
    assert block.parameters[1].help == "How many outputs."
    apply_edits(made, [SetParams("g1", named(made.main, "stage"), {"blocks": 3})])
    assert not shapes_of(made).problems
    assert shapes_of(made).networks["g1"].parameters == 4 * 8 + 8 + (8 * 9 + 9) + 2 * (9 * 9 + 9)
    do(made, ungroup(made, made.main, named(made.main, "stage")))
    assert made.main.nodes[named(made.main, "u2")].params == {"width": 9, "repeat": 3}


def test_stop_exposing_gives_every_use_the_default() -> None:
    made = stages(3)
    block = made.blocks["b1"]
    assert [use.node.name for use in others_than_default(made, block, "width")] == ["u2", "u3"]
    do(made, stop_exposing(made, block, "width"))
    assert block.parameters == [] and block.nodes[named(block, "fc")].params == {"out_features": 8}
    assert all("width" not in node.params for node in made.main.nodes.values())
    assert not shapes_of(made).problems


def test_what_no_node_follows_any_more_goes() -> None:
    made = stages(2)
    block = made.blocks["b1"]
    do(made, stop_following(made, block, named(block, "fc"), "out_features"))
    assert block.parameters == [] and block.nodes[named(block, "fc")].params == {"out_features": 8}
    assert not shapes_of(made).problems
    other = stages(2)
    block = other.blocks["b1"]
    apply_edits(other, [SetParams("b1", named(block, "fc"), {"in_features": Expr("width")})])
    do(other, stop_following(other, block, named(block, "fc"), "in_features"))
    assert [item.name for item in block.parameters] == ["width"]


def test_a_parameter_is_renamed_everywhere() -> None:
    made = stages(3)
    block = made.blocks["b1"]
    apply_edits(made, [SetParams("b1", named(block, "fc"), {"out_features": Expr("width * 2 + width")})])
    do(made, change_parameter(made, block, "width", new_name="planes", default=5, help="Planes."))
    assert block.parameters == [Exposed("planes", 5, "Planes.")]
    assert block.nodes[named(block, "fc")].params == {"out_features": Expr("planes * 2 + planes")}
    assert [node.params for node in made.main.nodes.values() if node.block] == [
        {},
        {"planes": 9},
        {"planes": 10},
    ]
    assert not shapes_of(made).errors
    with pytest.raises(EditError, match="cannot be a parameter's name"):
        apply_edits(made, change_parameter(made, block, "planes", new_name="for"))
    apply_edits(made, add_parameter(block, "spare", 1))
    with pytest.raises(EditError, match="has a parameter “spare” already"):
        change_parameter(made, block, "planes", new_name="spare")
    do(made, move_parameter(block, "spare", 0))
    assert [item.name for item in block.parameters] == ["spare", "planes"]


# ports


def test_ports_come_go_and_change_places() -> None:
    made = stages(2)
    block = made.blocks["b1"]
    edits, port = add_port(block, INPUT, "extra")
    do(made, edits)
    assert [node.name for node in block.inputs] == ["x", "extra"]
    do(made, move_port(block, port, 0))
    assert [node.name for node in block.inputs] == ["extra", "x"]
    wires = len(made.main.edges)
    do(made, rename(made, block, named(block, "x"), "entry"))
    assert len(made.main.edges) == wires
    assert {edge.target_port for edge in made.main.edges.values()} == {"entry", "input"}
    do(made, remove_port(made, block, port))
    assert [node.name for node in block.inputs] == ["entry"] and len(made.main.edges) == wires
    do(made, remove_port(made, block, block.outputs[0].id))
    assert block.outputs == [] and len(made.main.edges) == 1
    edits, _ = add_port(block, OUTPUT)
    do(made, edits)
    assert [node.name for node in block.outputs] == ["output"]


def test_what_is_switched_off_stays_a_block() -> None:
    made = stages(2)
    made.main.nodes[named(made.main, "u1")].off = "bypass"
    with pytest.raises(EditError, match="“u1” is switched off"):
        ungroup(made, made.main, named(made.main, "u1"))


def test_exposed_choices_and_sizes_are_arguments_of_the_class(tmp_path: Path) -> None:
    unit = GraphBuilder("Unit")
    y = unit.add("Conv2d", unit.input("x"), name="conv", out_channels=8, kernel_size=3, padding=1)
    unit.output(y, name="y")
    g = GraphBuilder("Net")
    g.output(g.use(unit, g.use(unit, g.input("x", shape=(8, 6, 6)), name="a"), name="b"), name="y")
    made = project("Choices", g)
    before = built(made, tmp_path)
    block = made.blocks["b1"]
    for param in ("padding_mode", "bias", "kernel_size"):
        do(made, expose(made, block, named(block, "conv"), param))
    after = built(made, tmp_path)
    assert same_weights(before, after, lambda place: place) == 2
    assert equal(numbers(*before), numbers(*after))
    values = {"padding_mode": "reflect", "bias": False, "kernel_size": (3, 3)}
    apply_edits(made, [SetParams("g1", named(made.main, "b"), values)])
    source, module = built(made, tmp_path)
    assert 'Unit(padding_mode="reflect", bias=False, kernel_size=(3, 3))' in source.text
    expected = numbers(source, module)
    use = named(made.main, "b")
    do(made, ungroup(made, made.main, use))
    again = built(made, tmp_path)
    conv = named(block, "conv")
    moved = same_weights(
        (source, module),
        again,
        lambda place: (use, conv) if len(place) == 1 and place != (named(made.main, "a"),) else place,
    )
    assert moved == 2 and equal(numbers(*again), expected)
