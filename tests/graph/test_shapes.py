"""Live shapes: what every wire carries, and exactly one problem when something is wrong."""

from __future__ import annotations

import pytest

from graph.build import GraphBuilder, project
from graph.document import apply_edits
from graph.edits import UNSET, AddNodes, Connect, Disconnect, SetParams
from graph.facts import plain_facts
from graph.fixes import fixes_for
from graph.model import Edge, Node, Project
from graph.shapes import Inference
from graph.tensors import Tensor

INFERENCE = Inference()


def small() -> Project:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(1, 28, 28))
    x = g.chain(
        x,
        ("Conv2d", {"out_channels": 32, "kernel_size": 3, "padding": 1}),
        "ReLU",
        ("MaxPool2d", {"kernel_size": 2}),
        "Flatten",
    )
    g.output(g.add("Linear", x, name="fc", out_features=10), name="y")
    return project("Small", g)


def node(made: Project, name: str) -> str:
    return next(node.id for node in made.main.nodes.values() if node.name == name)


def test_symbolic_shapes_parameters_and_costs() -> None:
    made = small()
    shapes = INFERENCE.run(made)
    here = shapes.networks[made.main.id]
    assert shapes.problems == []
    assert here.nodes[node(made, "conv1")].outputs["output"].text == "(B, 32, 28, 28)"
    assert here.nodes[node(made, "flatten1")].outputs["output"].text == "(B, 6272)"
    assert here.nodes[node(made, "fc")].values["in_features"] == 6272
    assert here.parameters == (9 * 32 + 32) + (6272 * 10 + 10)
    assert here.macs == 9 * 32 * 28 * 28 + 6272 * 10
    # a 3 × 3 window, then 2 × 2 windows one pixel apart
    assert here.nodes[node(made, "pool1")].receptive == (4, 2)


@pytest.mark.parametrize(
    ("sizes", "text"),
    [
        (((83, 4), (89, 4)), "(B, 4)"),
        (((332,), (356,)), "(4B,)"),
        (((84, 1), (90, 1)), "(B+1, 1)"),
        (((5,), (5,)), "(5,)"),
        (((83 * 61,), (89 * 61,), (83 * 67,), (89 * 67,)), "(B·T,)"),
        (((83, 30), (89, 30), (83, 33), (89, 33)), "(B, ⌊(T-1)/2⌋)"),
    ],
)
def test_axes_read_as_formulas(sizes: tuple[tuple[int, ...], ...], text: str) -> None:
    assert Tensor(sizes).text == text


def test_a_problem_names_who_expected_got_and_from_where() -> None:
    made = small()
    apply_edits(made, [SetParams(made.main.id, node(made, "fc"), {"in_features": 9216})])
    (problem,) = INFERENCE.run(made).problems
    assert (
        problem.text == "Linear “fc” expects 9216 features but receives 6272 in (B, 6272), from “flatten1”."
    )
    assert (problem.expected, problem.got, problem.source) == ("9216", "6272", node(made, "flatten1"))


def test_what_lies_behind_a_problem_is_unknown_and_not_a_second_problem() -> None:
    made = small()
    apply_edits(made, [SetParams(made.main.id, node(made, "conv1"), {"in_channels": 3})])
    shapes = INFERENCE.run(made)
    assert len(shapes.problems) == 1
    assert shapes.networks[made.main.id].nodes[node(made, "fc")].state == "unknown"


def test_a_value_worked_out_in_a_block_is_checked_and_named() -> None:
    made = residual_stage()
    apply_edits(made, [SetParams(made.main.id, node(made, "stage"), {"planes": 0})])
    (problem,) = INFERENCE.run(made).problems
    assert problem.param == "out_channels"
    assert "out_channels must be a whole number from 1 to" in problem.text


def test_a_batch_baked_into_a_reshape_is_caught() -> None:
    g = GraphBuilder("Net")
    x = g.add("Reshape", g.input("x", shape=(4,)), shape=(83, 4))
    g.output(x, name="y")
    (problem,) = INFERENCE.run(project("P", g)).problems
    assert problem.severity == "error"


def test_a_batch_axis_pooled_away_is_caught() -> None:
    g = GraphBuilder("Net")
    x = g.add("Mean", g.input("x", shape=(4, 4)), dim=(0,))
    g.output(x, name="y")
    errors = INFERENCE.run(project("P", g)).errors
    assert len(errors) == 1
    assert "batch" in errors[0].text


def test_a_changing_length_is_called_t() -> None:
    g = GraphBuilder("Net")
    x = g.add("LSTM", g.input("x", shape=(-1, 4)), hidden_size=8)
    g.output(x, name="y")
    made = project("P", g)
    assert INFERENCE.run(made).networks[made.main.id].outputs["y"].text == "(B, T, 8)"


def test_dtypes_are_checked_at_the_port() -> None:
    g = GraphBuilder("Net")
    g.output(g.add("Embedding", g.input("x", shape=(5,)), num_embeddings=10, embedding_dim=4), name="y")
    (problem,) = INFERENCE.run(project("P", g)).problems
    assert "whole numbers" in problem.text
    assert "decimal numbers" in problem.text


def test_a_missing_wire_and_an_unused_branch() -> None:
    made = small()
    graph = made.main
    wire = graph.edges_into(node(made, "fc"))[0]
    apply_edits(made, [Disconnect(graph.id, [wire.id])])
    problems = INFERENCE.run(made).problems
    assert [(p.severity, p.kind) for p in problems] == [("error", "missing"), ("hint", "unused")]
    assert problems[0].text == "Linear “fc” has nothing wired to its input."


def test_data_and_loss_have_a_say() -> None:
    made = small()
    facts = plain_facts("Digits", (1, 8, 8), output=(10,), output_reason="for ten classes")
    (problem,) = INFERENCE.run(made, facts).problems
    assert problem.text == (
        "Input “x” expects samples of 1 × 28 × 28 float32, but Digits gives 1 × 8 × 8 float32."
    )
    facts = plain_facts("Digits", (1, 28, 28), output=(7,), output_reason="for seven classes")
    (problem,) = INFERENCE.run(made, facts).problems
    assert problem.expected == "(B, 7)"


def residual_stage() -> Project:
    unit = GraphBuilder("Unit")
    planes = unit.parameter("planes", 8)
    entry = unit.input("x")
    x = unit.add("Conv2d", entry, name="conv", out_channels=planes, kernel_size=3, padding=1)
    unit.output(unit.add("Add", x, entry), name="y")
    g = GraphBuilder("Net")
    x = g.input("x", shape=(8, 6, 6))
    x = g.use(unit, x, name="stage", planes=8, repeat=3)
    g.output(x, name="y")
    return project("P", g)


def test_blocks_repeat_and_count() -> None:
    made = residual_stage()
    shapes = INFERENCE.run(made)
    assert shapes.problems == []
    here = shapes.networks[made.main.id]
    assert here.parameters == 3 * (8 * 8 * 9 + 8)
    stage = here.nodes[node(made, "stage")]
    assert len(stage.inner) == 3
    inside = shapes.at((made.main.id, f"{node(made, 'stage')}[2]"))
    assert inside is stage.inner[2]


def test_a_problem_inside_a_block_is_one_problem_with_its_place() -> None:
    made = residual_stage()
    stage = node(made, "stage")
    apply_edits(made, [SetParams(made.main.id, stage, {"planes": 4})])
    problems = [problem for problem in INFERENCE.run(made).problems if problem.severity == "error"]
    assert len(problems) == 1
    assert problems[0].place == (made.main.id, stage)
    assert problems[0].graph in made.blocks
    apply_edits(made, [SetParams(made.main.id, stage, {"planes": UNSET})])
    assert INFERENCE.run(made).problems == []


def test_several_networks_are_judged_one_by_one() -> None:
    first, second = GraphBuilder("A"), GraphBuilder("Bee")
    first.output(first.add("Linear", first.input("x", shape=(4,)), out_features=2), name="y")
    second.output(second.input("x", shape=(4,)), name="y")
    made = project("P", first, second)
    shapes = INFERENCE.run(made)
    assert shapes.problems == []
    assert [network.parameters for network in shapes.networks.values()] == [10, 0]


def test_an_edit_asks_only_what_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Speed is held by counting: after one edit, only layers under new circumstances are asked again."""
    import graph.shapes as module

    made = small()
    inference = Inference()
    inference.run(made)
    asked: list[str] = []
    plain = module.ask_layer

    def counting(layer, params, inputs):  # type: ignore[no-untyped-def]
        asked.append(layer.name)
        return plain(layer, params, inputs)

    monkeypatch.setattr(module, "ask_layer", counting)
    inference.run(made)
    assert asked == []
    apply_edits(made, [SetParams(made.main.id, node(made, "fc"), {"out_features": 7})])
    inference.run(made)
    assert asked == ["Linear"]


def test_a_wire_to_an_output_that_is_gone() -> None:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(6, 4))
    parts = g.add("Chunk", x, chunks=2, dim=1)
    g.output(parts, name="y")
    made = project("P", g)
    graph = made.main
    leave = graph.outputs[0].id
    old = graph.edges_into(leave)[0]
    apply_edits(
        made,
        [
            Disconnect(graph.id, [old.id]),
            Connect(graph.id, [Edge("e9", parts.id, "output9", leave, "input")]),
        ],
    )
    (problem,) = INFERENCE.run(made).errors
    assert "no such output" in problem.text


def test_receptive_fields_grow_through_blocks_and_repeats() -> None:
    """ResNet-18 up to its last stage sees 435 pixels, 32 apart (Araujo et al., 2019, table 1)."""
    from presets import find

    made = find("resnet18").build()
    shapes = INFERENCE.run(made)
    network = made.main.id
    at = {item.name: shapes.receptive((network,), item.id) for item in made.main.nodes.values()}
    assert [at[name] for name in ("stem", "layer1", "layer2", "layer3", "layer4")] == [
        (11, 4),
        (43, 4),
        (99, 8),
        (211, 16),
        (435, 32),
    ]
    use = node(made, "layer1")
    block = made.blocks[made.main.nodes[use].block or ""]
    row = next(item for item in block.nodes.values() if item.block)
    inside = made.blocks[row.block or ""]
    first = next(item.id for item in inside.nodes.values() if item.name == "conv1")
    assert shapes.receptive((network, use, row.id), first) == (11 + 8, 4)
    assert shapes.receptive((network, use, f"{row.id}[1]"), first) == (11 + 24, 4)


def test_a_mistake_inside_a_block_used_side_by_side_is_one_problem() -> None:
    unit = GraphBuilder("Unit")
    conv = unit.add("Conv2d", unit.input("x"), name="conv", out_channels=4, kernel_size=9)
    unit.output(conv, name="y")
    g = GraphBuilder("Net")
    x = g.input("x", shape=(3, 6, 6))
    wide = g.add("Conv2d", x, out_channels=5, kernel_size=1)
    g.output(g.add("Concat", g.use(unit, x, name="left"), g.use(unit, wide, name="right")), name="y")
    errors = INFERENCE.run(project("P", g)).errors
    assert [error.node for error in errors] == [conv.id]


def test_an_input_that_the_data_does_not_feed_is_named_and_can_be_removed() -> None:
    made = small()
    facts = plain_facts("Digits", (1, 28, 28), output=(10,), output_reason="for ten classes")
    apply_edits(made, [AddNodes(made.main.id, [Node("n90", "Input", "spare", {"index": 1})])])
    (problem,) = INFERENCE.run(made, facts).errors
    assert problem.text == "Digits feeds one Input, “x”, so nothing arrives at “spare”."
    assert "Remove spare" in [fix.label for fix in fixes_for(INFERENCE, made, problem, facts)]


def test_what_leads_nowhere_costs_nothing() -> None:
    made = small()
    before = INFERENCE.run(made).networks[made.main.id].parameters
    extra = Node("n91", "Linear", "spare", {"out_features": 100})
    wire = Edge("e91", node(made, "flatten1"), "output", "n91", "input")
    apply_edits(made, [AddNodes(made.main.id, [extra], [wire])])
    assert INFERENCE.run(made).networks[made.main.id].parameters == before
