"""A row of blocks with several inputs: each takes the result of the one before, all take the same others."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from graph.blocks.ungrouping import ungroup
from graph.build import GraphBuilder, project
from graph.code import generate, load_module, walk
from graph.document import apply_edits
from graph.model import Project
from graph.shapes import Inference


def row(repeat: int, outputs: int = 1) -> Project:
    """Linear layers with the same second tensor added behind each."""
    block = GraphBuilder("Layer")
    width = block.parameter("width", 8)
    x, other = block.input("x"), block.input("other")
    x = block.add("Add", block.add("Linear", x, name="fc", out_features=width), other, name="add")
    for number in range(outputs):
        block.output(x, name=f"y{number}")
    g = GraphBuilder("Net")
    x, other = g.input("x", shape=(8,)), g.input("other", shape=(8,))
    g.output(g.use(block, x, other, name="layers", width=8, repeat=repeat))
    return project("Row", g)


def test_a_row_equals_the_loop_written_by_hand(tmp_path: Path) -> None:
    made = row(3)
    shapes = Inference().run(made)
    assert shapes.problems == [] and shapes.networks["g1"].parameters == 3 * (64 + 8)
    source = generate(made, shapes, "g1")
    path = tmp_path / "model.py"
    path.write_text(source.text, encoding="utf-8")
    net = load_module(path, source.class_name)()
    x, other = torch.rand(2, 8), torch.rand(2, 8)
    steps = [x]
    for number in range(3):
        weight, bias = (
            net.state_dict()[f"layers.{number}.fc.weight"],
            net.state_dict()[f"layers.{number}.fc.bias"],
        )
        steps.append(torch.nn.functional.linear(steps[-1], weight, bias) + other)
    assert torch.equal(net(x, other), steps[3])
    wanted = [("n3", "n3"), ("n3[1]", "n4"), ("n3[2]",), ("n3",)]
    seen = walk(made, shapes, "g1", net, [x, other], wanted)
    assert torch.equal(seen["n3[1]", "n4"], steps[2])
    assert torch.equal(seen["n3[2]",], steps[3]) and torch.equal(seen["n3",], steps[3])


def test_what_cannot_be_a_row_says_so() -> None:
    (problem,) = Inference().run(row(2, outputs=2)).problems
    assert "can be repeated only with one output" in problem.text
    assert Inference().run(row(1, outputs=2)).problems == []


@pytest.mark.parametrize("repeat", [1, 2])
def test_the_class_for_rows_comes_along_only_when_it_is_needed(repeat: int) -> None:
    made = row(repeat)
    text = generate(made, Inference().run(made), "g1").text
    assert ("class Repeated(nn.Sequential):" in text) == (repeat > 1)


def test_ungrouped_it_is_the_same_written_out(tmp_path: Path) -> None:
    drawn, plain = row(3), row(3)
    apply_edits(plain, ungroup(plain, plain.main, "n3"))
    assert [node.type for node in plain.main.nodes.values()].count("Linear") == 3
    results = []
    x, other = torch.rand(2, 8), torch.rand(2, 8)
    for number, made in enumerate((drawn, plain)):
        source = generate(made, Inference().run(made), "g1")
        path = tmp_path / f"model{number}.py"
        path.write_text(source.text, encoding="utf-8")
        torch.manual_seed(0)  # the layers are made in the same order, so they start alike
        results.append(load_module(path, source.class_name)()(x, other))
    assert torch.equal(*results)
