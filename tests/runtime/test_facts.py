"""What data and loss ask of a network."""

from __future__ import annotations

import pytest

from graph.build import GraphBuilder, project
from graph.facts import Feed, Want
from graph.model import DataChoice, Project, Training
from graph.shapes import Inference
from runtime.data import SOURCES, DataError
from runtime.facts import facts_for
from runtime.recipes import RECIPES, SUPERVISED, recipe_problem


def test_classes_ask_for_one_output_each() -> None:
    facts = facts_for(Project(data=DataChoice("digits"), training=Training(loss="cross_entropy")))
    assert facts is not None
    (asks,) = facts.networks
    assert asks is not None and (facts.name, facts.recipe) == ("Handwritten digits", "Supervised")
    assert asks.feeds == (Feed((1, 8, 8), "float32"),)
    assert asks.wants == (Want((10,), reason="for Cross-entropy with 10 classes", wider=True),)


def test_two_classes_ask_for_one_or_two_outputs_depending_on_the_loss() -> None:
    def output(loss: str) -> object:
        facts = facts_for(Project(data=DataChoice("moons"), training=Training(loss=loss)))
        assert facts is not None and facts.networks[0] is not None
        return facts.networks[0].wants[0].shape

    assert output("bce_with_logits") == (1,)
    assert output("cross_entropy") == (2,)


def test_no_data_asks_for_nothing() -> None:
    assert facts_for(Project()) is None


def test_a_choice_that_cannot_be_used_is_a_sentence() -> None:
    with pytest.raises(DataError, match="moon-dust"):
        facts_for(Project(data=DataChoice("moon-dust")))
    with pytest.raises(DataError, match="sparkle"):
        facts_for(Project(data=DataChoice("digits", {"sparkle": 3})))
    with pytest.raises(DataError, match="numbers to predict"):
        facts_for(Project(data=DataChoice("diabetes"), training=Training(loss="cross_entropy")))


FED = sorted(
    source.id
    for source in SOURCES.values()
    if source.category != "Own data" and RECIPES[SUPERVISED].refusal(source.schema()) is None
)
USUAL = {"regression": "mse", "multi-label": "bce_with_logits"}


@pytest.mark.parametrize("source", FED)
def test_every_source_has_facts_without_loading(source: str) -> None:
    schema = SOURCES[source].schema()
    loss = USUAL.get(schema.task, "cross_entropy")
    facts = facts_for(Project(data=DataChoice(source), training=Training(loss=loss)))
    assert facts is not None
    assert facts.input_shape == SOURCES[source].schema().input_shape


def test_recipes_that_nobody_knows_are_named_and_the_known_ones_listed() -> None:
    assert recipe_problem("supervised") is None
    assert "“alchemy”. Choose one of supervised" in (recipe_problem("alchemy") or "")


def test_inputs_that_are_fed_different_lengths_cannot_be_added() -> None:
    """In the drawing both are T long; ten words and seven signs come."""
    net = GraphBuilder("Sum")
    ends = (("source", 32), ("target", 13))
    read = [
        net.add(
            "Embedding", net.input(name, shape=(-1,), dtype="int64"), num_embeddings=count, embedding_dim=8
        )
        for name, count in ends
    ]
    both = net.add("Add", *read, name="both")
    net.output(net.add("Linear", both, out_features=13), name="scores")
    training = Training(recipe="sequence_to_sequence", loss="cross_entropy")
    made = project("Sum", net, data=DataChoice("number-words"), training=training)
    inference = Inference()
    assert not inference.run(made).problems
    (problem,) = inference.run(made, facts_for(made)).problems
    assert made.main.nodes[problem.node].name == "both"
    assert problem.text.endswith("The steps that Number words feeds: “source” 10 and “target” 7.")
