"""Repairs are tried before they are offered, and leave the project as it was."""

from __future__ import annotations

from graph.build import GraphBuilder, project
from graph.document import apply_edits
from graph.edits import Disconnect, SetParams
from graph.facts import DataFacts, plain_facts
from graph.fixes import fixes_for
from graph.model import Project
from graph.shapes import Inference

INFERENCE = Inference()


def classifier(size: int = 96, pinned: int | None = None) -> Project:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(3, size, size))
    x = g.add("Conv2d", x, name="conv", out_channels=8, kernel_size=3, stride=2, padding=1)
    x = g.add("Flatten", g.add("MaxPool2d", x, name="pool", kernel_size=2), name="flatten")
    more = {} if pinned is None else {"in_features": pinned}
    g.output(g.add("Linear", x, name="fc", out_features=10, **more), name="y")
    return project("P", g)


def only_error(made: Project, facts: DataFacts | None = None):  # type: ignore[no-untyped-def]
    (problem,) = INFERENCE.run(made, facts).errors
    return problem


def labels(made: Project, facts: DataFacts | None = None) -> dict[str, str]:
    fixes = fixes_for(INFERENCE, made, only_error(made, facts), facts)
    return {fix.label: fix.repairs for fix in fixes}


def test_a_pinned_size_offers_to_follow_the_input_and_another_picture_size() -> None:
    made = classifier(96, pinned=8 * 56 * 56)
    found = labels(made)
    assert found["Let in_features follow the input"] == "graph"
    assert found["Set the input image to 224×224"] == "graph"


def test_every_fix_cures_what_it_says_and_the_project_stays_as_it_was() -> None:
    made = classifier(96, pinned=8 * 56 * 56)
    before = made.copy()
    fixes = fixes_for(INFERENCE, made, only_error(made))
    assert made == before
    for fix in fixes:
        mended = made.copy()
        apply_edits(mended, fix.edits)
        assert (INFERENCE.run(mended).errors == []) == (fix.repairs == "graph")
    assert fixes


def test_an_add_of_different_widths_is_mended_at_either_side() -> None:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(3, 8, 8))
    a = g.add("Conv2d", x, name="left", out_channels=8, kernel_size=3, padding=1)
    b = g.add("Conv2d", x, name="right", out_channels=16, kernel_size=1)
    g.output(g.add("Add", a, b, name="add"), name="y")
    found = labels(project("P", g))
    assert found["Set out_channels of left to 16"] == "graph"
    assert found["Set out_channels of right to 8"] == "graph"


def test_the_wrong_number_of_classes_is_mended_at_the_last_layer() -> None:
    made = classifier(28)
    facts = plain_facts("Flowers", (3, 28, 28), output=(3,), output_reason="for three classes")
    assert labels(made, facts)["Set out_features of fc to 3"] == "graph"


def test_a_forgotten_flatten_is_inserted() -> None:
    g = GraphBuilder("Net")
    x = g.add("Conv2d", g.input("x", shape=(1, 8, 8)), out_channels=4, kernel_size=3)
    g.output(g.add("Linear", x, name="fc", out_features=10), name="y")
    made = project("P", g)
    facts = plain_facts("Digits", (1, 8, 8), output=(10,), output_reason="for ten classes")
    fixes = fixes_for(INFERENCE, made, only_error(made, facts), facts)
    best = fixes[0]
    assert (best.label, best.repairs) == ("Insert a Flatten before fc", "graph")
    apply_edits(made, best.edits)
    flat = next(node for node in made.main.nodes.values() if node.type == "Flatten")
    assert [made.main.nodes[edge.target].name for edge in made.main.edges_from(flat.id)] == ["fc"]


def test_data_of_another_shape_sets_the_input() -> None:
    made = classifier(96)
    facts = plain_facts("Digits", (1, 8, 8), output=(10,), output_reason="for ten classes")
    found = labels(made, facts)
    assert found["Set the shape to 1 × 8 × 8, as the data has it"] == "graph"


def test_a_missing_wire_is_drawn_from_the_loose_end() -> None:
    made = classifier(28)
    graph = made.main
    flatten = next(node.id for node in graph.nodes.values() if node.name == "flatten")
    apply_edits(made, [Disconnect(graph.id, [graph.edges_from(flatten)[0].id])])
    assert labels(made)["Wire flatten to fc"] == "graph"


def test_a_kernel_larger_than_the_picture_has_a_way_out() -> None:
    made = classifier(28)
    conv = next(node.id for node in made.main.nodes.values() if node.name == "conv")
    apply_edits(made, [SetParams(made.main.id, conv, {"kernel_size": 64, "padding": 0})])
    assert "graph" in labels(made).values()
