"""What recipes ask of networks, and how a network is made to give it: every recipe with networks of every kind."""

from __future__ import annotations

import io
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import torch

from graph.document import apply_edits
from graph.model import DataChoice, Project
from graph.shapes import Inference
from gui.recipes.fitting import choose_recipe
from gui.training.fields import choose_data
from gui.training.fit import fit_pictures
from gui.training.fit_presets import ready_presets
from gui.training.fit_recipes import fit_everything
from presets import find
from runtime.choice import ChoiceError
from runtime.commands.check import check
from runtime.commands.output import Output
from runtime.data import DataError
from runtime.facts import facts_for
from runtime.recipes import RECIPES
from runtime.training.errors import RunError
from runtime.training.preparing import prepare

INFERENCE = Inference()
SHAPES = {"n": 12, "image_size": 16}
PAIRS = {"n": 12, "image_size": 32}
DATA = {
    "supervised": DataChoice("digits"),
    "several": DataChoice("digits"),
    "adversarial": DataChoice("digits", {"image_size": 14}),
    "autoencoding": DataChoice("digits"),
    "variational": DataChoice("digits", {"image_size": 28}),
    "contrastive_divergence": DataChoice("digits", {"image_size": 28}),
    "diffusion": DataChoice("digits", {"image_size": 16}),
    "cycle": DataChoice("unpaired-pictures", PAIRS),
    "detection": DataChoice("shape-boxes", SHAPES),
    "image_to_image": DataChoice("paired-pictures", {**PAIRS, "image_size": 64}),
    "multi_task": DataChoice("shape-questions", SHAPES),
    "segmentation": DataChoice("shape-masks", SHAPES),
    "language_model": DataChoice("char-ship", {"encoding": "tokens"}),
    "masked_language_model": DataChoice("sentence-pairs", {"n": 20}),
    "sequence_labelling": DataChoice("word-kinds", {"n": 20}),
    "sequence_to_sequence": DataChoice("number-words", {"n": 20}),
}
"""For each recipe little data of the kind it is for."""
KINDS = (
    "digits-cnn", "iris-mlp", "lstm", "char-rnn", "variable-length", "word-kinds", "seq2seq", "char-gpt", "bert",
    "autoencoder", "vae", "gan", "dcgan-14", "pix2pix", "cyclegan", "ddpm-classes", "rbm", "unet", "detector",
    "multi-task",
)  # fmt: skip
"""Presets with networks of every build."""


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@cache
def preset(name: str) -> Project:
    """Built once: each test takes a copy."""
    return find(name).build()


def said(made: Project) -> str:
    """The sentence a person meets before training; "" where there is none."""
    try:
        facts = facts_for(made)
    except DataError as error:
        return str(error)
    playing = list(made.networks)[: len(RECIPES[made.training.recipe].roles)]
    errors = [one for one in INFERENCE.run(made, facts).errors if one.place[0] in playing]
    return errors[0].text if errors else ""


def one_step(made: Project, folder: Path) -> None:
    """The trial before a run and the first step of it; raises what a run would end with."""
    made.training.batch_size, made.training.device, made.training.threads = 4, "cpu", 1
    session = prepare(made, folder, trusted=None)
    session.model.train()
    rows = session.splits.train[:4]
    if session.loop is None:
        batch = session.training_batch(rows)
        session.steps.update(session.steps.compute(batch["input"], batch["target"])[1])
        return
    if hasattr(session.loop, "begin_epoch"):
        session.loop.begin_epoch(1, 1)
    session.loop.step(session.batch_of(rows))


@pytest.mark.parametrize("recipe", sorted(RECIPES.keys() - {"own"}))
def test_each_recipe_starts_with_a_network_or_says_what_is_wrong(recipe: str, tmp_path: Path) -> None:
    clean = []
    for number, name in enumerate(KINDS):
        made = preset(name).copy()
        apply_edits(made, choose_recipe(made, recipe))
        made.data = DataChoice(DATA[recipe].source, dict(DATA[recipe].options))
        if said(made):
            edits = fit_everything(INFERENCE, made)
            if edits is None:
                continue
            apply_edits(made, edits)
            assert not said(made), "fitted, and yet not right"
            if name not in RECIPES[recipe].presets:
                continue  # that sizes agree is enough for the others here
        try:
            one_step(made, tmp_path / str(number))
        except (RunError, DataError, ChoiceError) as error:
            # what only numbers tell: probabilities, lengths that go together
            assert str(error)[-1] in ".”" and "Error" not in str(error), f"{name}: {error}"
            continue
        clean.append(name)
    assert clean, "no preset can be trained with it"


def test_presets_named_by_a_recipe_are_made_for_it() -> None:
    for recipe in RECIPES.values():
        assert recipe.presets or not recipe.tasks, recipe.id
        for name in recipe.presets:
            made = find(name).build()
            apply_edits(made, choose_recipe(made, recipe.id))
            assert (made.training.recipe == recipe.id and not said(made)) or recipe.id in (
                "supervised",
                "several",
            )


def fitted(name: str, source: str, **options: object) -> Project:
    made = find(name).build()
    made.data = DataChoice(source, options)
    made.data.steps = []
    assert said(made), "fits as it is"
    edits = fit_everything(INFERENCE, made)
    assert edits is not None, said(made)
    apply_edits(made, edits)
    assert not said(made)
    return made


def value(made: Project, name: str, param: str) -> object:
    """A parameter of the first node of this name, wherever it stands."""
    return next(
        node.params[param]
        for graph in made.graphs()
        for node in graph.nodes.values()
        if node.name == name and param in node.params
    )


def test_a_detector_takes_another_number_of_classes_worked_out_inside_a_block() -> None:
    made = fitted("detector", "shape-boxes", classes=2, image_size=96)
    assert value(made, "picture", "shape") == (3, 96, 96) and value(made, "head", "classes") == 2


def test_a_diffusion_model_takes_colours_and_classes() -> None:
    made = fitted("ddpm-classes", "pictures")
    assert value(made, "noisy", "shape") == (3, 32, 32)
    assert value(made, "digit", "num_embeddings") == 5, "four classes and no class"
    assert value(made, "conv", "out_channels") == 3


def test_both_networks_of_a_gan_take_other_samples() -> None:
    made = fitted("gan", "iris")
    assert (value(made, "fc2", "out_features"), value(made, "picture", "unflattened_size")) == (4, (4,))
    assert value(made, "image", "shape") == (4,)
    made = fitted("dcgan-28", "pictures")
    assert value(made, "image", "shape") == (3, 32, 32)


@pytest.mark.parametrize(("classes", "edits"), [(3, "RemoveNodes"), (6, "AddNodes")])
def test_questions_get_a_head_each(classes: int, edits: str) -> None:
    made = find("multi-task").build()
    made.data = DataChoice("shape-questions", {"classes": classes})
    found = fit_everything(INFERENCE, made)
    assert found is not None and edits in [type(edit).__name__ for edit in found]
    apply_edits(made, found)
    assert len(made.main.outputs) == classes and not said(made)
    questions = facts_for(made).networks[0].wants  # type: ignore[union-attr]
    assert [node.name for node in made.main.outputs] == [f"has_{want.what}" for want in questions]


def test_machines_take_as_many_numbers_as_a_picture_has() -> None:
    assert value(fitted("rbm", "digits", image_size=14), "machine", "visible") == 196


def test_a_row_of_numbers_is_made_of_a_picture() -> None:
    made = fitted("iris-mlp", "digits")
    first = made.main.inputs[0]
    (wire,) = made.main.edges_from(first.id)
    assert made.main.nodes[wire.target].type == "Flatten" and value(made, "fc2", "out_features") == 10


@pytest.mark.parametrize(
    ("name", "source", "ready"),
    [
        ("lstm", "iris", "iris-mlp"),
        ("digits-cnn", "verdicts", "variable-length"),
        ("lstm", "digits", "digits-cnn"),
    ],
)
def test_where_sizes_do_not_help_a_preset_takes_the_data(name: str, source: str, ready: str) -> None:
    made = find(name).build()
    made.data = DataChoice(source)
    if made.training.loss == "bce":
        made.training.loss = "cross_entropy"
    assert said(made) and fit_everything(INFERENCE, made) is None
    first, *_ = ready_presets(INFERENCE, made)
    assert first.title == find(ready).title and first.project.data.source == source
    assert not said(first.project)


def test_three_classes_behind_two_bring_their_loss(tmp_path: Path) -> None:
    """One table after another in the same window, each fitted to."""
    files = []
    for name, classes in (("two", "no yes"), ("three", "low middle high"), ("number", "")):
        words = classes.split()
        lines = [f"{row},{row % 5},{words[row % len(words)] if words else row * 1.5}" for row in range(30)]
        files.append(tmp_path / f"{name}.csv")
        files[-1].write_text("\n".join(("a,b,y", *lines)))
    made, told = find("iris-mlp").build(), []
    made.training.loss = "mse"
    for file in (files[0], files[1], files[0], files[2], files[1]):
        apply_edits(made, choose_data(made, "own-table", {"path": str(file)}))
        edits = fit_everything(INFERENCE, made)
        assert edits is not None, file
        apply_edits(made, edits)
        assert not said(made), file
        told.append((made.training.loss, value(made, "fc2", "out_features")))
    assert told == [
        ("bce_with_logits", 1), ("cross_entropy", 3), ("cross_entropy", 2), ("mse", 1), ("cross_entropy", 3),
    ]  # fmt: skip


def test_a_network_of_a_wrong_build_is_said_alike_everywhere(tmp_path: Path) -> None:
    made = find("autoencoder").build()
    apply_edits(made, choose_recipe(made, "variational"))
    sentence = said(made)
    assert sentence == (
        "The recipe “Variational autoencoder” needs 3 Outputs of “Autoencoder” (reconstruction, mean, log-variance), "
        "but it has 1 (reconstruction)."
    )
    with pytest.raises(RunError) as refused:
        prepare(made, tmp_path)
    assert refused.value.sentence == sentence
    text = io.StringIO()
    assert check(made, Output(text, as_json=False)) == 1
    assert f"error: {sentence}" in text.getvalue()
    assert fit_pictures(made) is None, "the pictures are as they should be"


def test_data_that_a_recipe_cannot_use_is_said_on_the_terminal_too() -> None:
    made = find("unet").build()
    made.data = DataChoice("iris")
    text = io.StringIO()
    assert check(made, Output(text, as_json=False)) == 1
    assert f"error: {said(made)}" in text.getvalue()
    assert said(made) == ("Segmentation needs data with a mask for each picture; this data has classes.")
