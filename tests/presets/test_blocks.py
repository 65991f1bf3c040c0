"""Every shipped block opens readable, builds, and computes what a module written by hand does."""

from __future__ import annotations

import pytest

from graph.blocks.library import definition_of, insert
from graph.build import GraphBuilder, project
from graph.document import apply_edits
from graph.files.write import graph_data
from graph.model import Project
from graph.shapes import Inference
from presets.blocks import ShippedBlock, UnknownBlock, all_blocks, find
from tests.presets.clear import overlaps, run_through

INFERENCE = Inference()
SHAPES = {
    "conv-norm": "(B, 64, 32, 32)",
    "vgg-stage": "(B, 64, 16, 16)",
    "vgg-stage-bn": "(B, 64, 16, 16)",
    "depthwise-separable": "(B, 128, 32, 32)",
    "basic-residual": "(B, 64, 32, 32)",
    "basic-residual-down": "(B, 64, 16, 16)",
    "bottleneck-residual": "(B, 256, 16, 16)",
    "bottleneck-residual-down": "(B, 256, 16, 16)",
    "residual-stage": "(B, 64, 16, 16)",
    "convnext": "(B, 96, 14, 14)",
    "inception": "(B, 256, 28, 28)",
    "fire": "(B, 128, 32, 32)",
    "dense-layer": "(B, 96, 32, 32)",
    "dense-block": "(B, 256, 32, 32)",
    "dense-transition": "(B, 128, 8, 8)",
    "squeeze-excitation": "(B, 64, 32, 32)",
    "channel-attention": "(B, 64, 32, 32)",
    "inverted-residual": "(B, 32, 32, 32)",
    "inverted-bottleneck": "(B, 32, 16, 16)",
    "mbconv": "(B, 32, 32, 32)",
    "mbconv-down": "(B, 32, 16, 16)",
    "unet-down": "(B, 64, 64, 64) (B, 64, 32, 32)",
    "unet-up": "(B, 64, 32, 32)",
    "aspp": "(B, 256, 32, 32)",
    "attention-head": "(B, 10, 64)",
    "multi-head-attention": "(B, 10, 64)",
    "mlp": "(B, 10, 64)",
    "encoder-layer": "(B, 10, 64)",
    "encoder-layer-pre": "(B, 10, 64)",
    "decoder-layer": "(B, 10, 64)",
    "decoder-layer-pre": "(B, 10, 64)",
    "gpt-layer": "(B, 10, 64)",
    "patch-embedding": "(B, 49, 64)",
    "lstm-step": "(B, 64) (B, 64) (B, 64)",
    "gru-step": "(B, 64) (B, 64)",
}
"""What comes out of each block, as it is, for the inputs it names."""


def placed(block_id: str) -> Project:
    """A project with the block alone between its inputs and outputs."""
    block = find(block_id)
    made = block.make()
    g = GraphBuilder("Net")
    inputs = [
        g.input(node.name, shape=shape) for node, shape in zip(made.graph.inputs, block.shapes, strict=True)
    ]
    for wire in g.use(made, *inputs, name="block"):
        g.output(wire, name=f"out_{wire.port}")
    return project(block.title, g)


def test_the_table_names_every_block() -> None:
    assert {block.id for block in all_blocks()} == SHAPES.keys()


@pytest.mark.parametrize("block", all_blocks(), ids=lambda block: block.id)
def test_opens_readable_and_fits(block: ShippedBlock) -> None:
    made = placed(block.id)
    shapes = INFERENCE.run(made)
    assert [problem.text for problem in shapes.problems] == []
    outputs = shapes.networks[made.main.id].outputs.values()
    assert " ".join(tensor.text for tensor in outputs) == SHAPES[block.id]
    for graph in made.graphs():
        assert overlaps(made, graph) == []
        assert run_through(made, graph) == []
        assert graph in made.networks.values() or (graph.help and len(graph.nodes) <= 20)


@pytest.mark.parametrize("block", all_blocks(), ids=lambda block: block.id)
def test_says_what_it_is(block: ShippedBlock) -> None:
    for text in (block.title, block.summary, block.help, block.group):
        assert text.strip() == text and text
    assert block.summary.endswith(".") and block.help.endswith(".")
    assert len(block.tags) >= 3
    assert all(exposed.help for exposed in block.make().graph.parameters)


def test_all_of_them_share_their_stones_in_one_project() -> None:
    """Brought into a network one after the other, no definition is there twice, whatever number it got."""
    g = GraphBuilder("Net")
    g.output(g.input("x", shape=(3, 8, 8)))
    made = project("All", g)
    for block in all_blocks():
        other = placed(block.id)
        root = next(node.block for node in other.main.nodes.values() if node.block)
        apply_edits(made, insert(made, definition_of(other, root), made.main.id)[0])
    assert {block.make().graph.name for block in all_blocks()} <= {
        block.name for block in made.blocks.values()
    }
    contents = []
    for block in made.blocks.values():
        data = graph_data(block)
        data["name"] = block.name.rstrip("0123456789")
        contents.append(repr({key: data[key] for key in sorted(data) if key not in ("id", "layout")}))
    assert len(set(contents)) == len(contents)


def test_an_unknown_block_is_named_with_the_closest() -> None:
    with pytest.raises(UnknownBlock, match="Did you mean basic-residual"):
        find("basic-residua")
