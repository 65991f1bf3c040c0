"""Nodes moved into a block and out of it: the network computes the same, and back again is the same network."""

from __future__ import annotations

import pytest
import torch

from graph.blocks import group
from graph.blocks.crossing import take_in, take_out
from graph.build import GraphBuilder, project
from graph.code import generate
from graph.document import apply_edits
from graph.edits import EditError, SetParams
from graph.model import Project
from graph.shapes import Inference


def net() -> Project:
    """x -> a -> b -> c -> d -> y, with a skip from a to the sum before y; b and c are a block."""
    g = GraphBuilder("Net")
    x = g.input("x", shape=(6,))
    a = g.add("Linear", x, name="a", out_features=5)
    b = g.add("ReLU", a, name="b")
    c = g.add("Linear", b, name="c", out_features=5)
    d = g.add("Tanh", c, name="d")
    g.output(g.add("Add", d, a, name="both"), name="y")
    made = project("Net", g)
    found = group(made, made.main, [node_id(made, "b"), node_id(made, "c")], "Middle", "middle")
    apply_edits(made, found.edits)
    return made


def node_id(made: Project, name: str) -> str:
    return next(node.id for node in made.main.nodes.values() if node.name == name)


def output(made: Project) -> torch.Tensor:
    shapes = Inference().run(made)
    assert not shapes.errors, shapes.errors[0].text
    scope: dict[str, object] = {}
    source = generate(made, shapes, made.main.id)
    exec(compile(source.text, "model.py", "exec"), scope)
    model = scope[source.class_name]()  # type: ignore[operator]
    for weight in model.parameters():  # by shape, as names follow the blocks
        weight.data = torch.linspace(-1, 1, weight.numel()).reshape(weight.shape)
    return model(torch.linspace(-2, 2, 12).reshape(2, 6))  # type: ignore[no-any-return]


@pytest.mark.parametrize("names", [("d",), ("a",), ("d", "both"), ("a", "d", "both")])
def test_moving_in_keeps_what_is_computed(names: tuple[str, ...]) -> None:
    made = net()
    before = output(made)
    inverse = apply_edits(made, take_in(made, made.main.id, node_id(made, "middle"),
                                        [node_id(made, name) for name in names])).inverse  # fmt: skip
    block = made.blocks[made.main.nodes[node_id(made, "middle")].block or ""]
    assert set(names) <= block.names() and not set(names) & made.main.names()
    assert torch.equal(output(made), before)
    apply_edits(made, inverse)
    assert set(names) <= made.main.names() and torch.equal(output(made), before)


def test_in_and_out_again_gives_the_ports_there_were() -> None:
    made = net()
    before = output(made)
    use = node_id(made, "middle")
    apply_edits(made, take_in(made, made.main.id, use, [node_id(made, "d")]))
    block = made.blocks[made.main.nodes[use].block or ""]
    inner = next(node.id for node in block.nodes.values() if node.name == "d")
    apply_edits(made, take_out(made, made.main.id, use, [inner]))
    assert len(block.inputs) == len(block.outputs) == 1 and "d" in made.main.names()
    assert torch.equal(output(made), before)


@pytest.mark.parametrize("name", ["b", "c"])
def test_moving_out_keeps_what_is_computed(name: str) -> None:
    made = net()
    before = output(made)
    use = node_id(made, "middle")
    block = made.blocks[made.main.nodes[use].block or ""]
    inner = next(node.id for node in block.nodes.values() if node.name == name)
    apply_edits(made, take_out(made, made.main.id, use, [inner]))
    assert name in made.main.names() and torch.equal(output(made), before)


def test_what_cannot_be_is_said() -> None:
    made = net()
    use, graph = node_id(made, "middle"), made.main.id
    with pytest.raises(EditError, match="lies between"):
        take_in(made, graph, use, [node_id(made, "both")])
    with pytest.raises(EditError, match="is a port"):
        take_in(made, graph, use, [node_id(made, "x")])
    with pytest.raises(EditError, match="Select the nodes"):
        take_in(made, graph, use, [])
    block = made.blocks[made.main.nodes[use].block or ""]
    inside = [node.id for node in block.nodes.values() if node.name in ("b", "c")]
    with pytest.raises(EditError, match="ungroup"):
        take_out(made, graph, use, inside)
    apply_edits(made, [SetParams(graph, use, {"repeat": 2})])
    with pytest.raises(EditError, match="several times"):
        take_in(made, graph, use, [node_id(made, "d")])


def test_other_uses_stay_as_they_are() -> None:
    made = net()
    first = node_id(made, "middle")
    from graph import operations

    apply_edits(made, operations.duplicate(made, made.main, [first]))
    shared = made.main.nodes[first].block
    before = set(made.blocks[shared or ""].names())
    apply_edits(made, take_in(made, made.main.id, first, [node_id(made, "d")]))
    assert made.main.nodes[first].block != shared
    assert made.blocks[shared or ""].names() == before
