"""What data and loss ask of a network."""

from __future__ import annotations

import pytest

from graph.facts import Feed, Want
from graph.model import DataChoice, Project, Training
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
