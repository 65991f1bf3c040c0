"""Finding layers: what a person types and what should come first; what fits a wire."""

from __future__ import annotations

import pytest

from graph.build import GraphBuilder, project
from graph.catalogue import CATALOGUE
from graph.palette import Entry, entries, fits, score, search
from graph.shapes import Inference
from graph.tensors import Tensor

ALL = entries()


def named(title: str) -> Entry:
    return next(entry for entry in ALL if entry.title == title)


def test_every_layer_is_there_once() -> None:
    assert sorted(entry.type for entry in ALL) == sorted(CATALOGUE)


def test_blocks_of_the_project_are_offered() -> None:
    cell = GraphBuilder("Cell", "A cell.\nMore.")
    cell.output(cell.input("x"), "y")
    g = GraphBuilder("Net")
    g.output(g.use(cell, g.input("x", shape=(3,))))
    last = entries(project("P", g))[-1]
    assert (last.type, last.title, last.summary, last.block) == ("Block", "Cell", "A cell.", "b1")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("conv", "Conv2d"), ("conv1d", "Conv1d"), ("linear", "Linear"), ("fc", "Linear"),
        ("pool", "MaxPool2d"), ("max pool", "MaxPool2d"), ("adaptive", "AdaptiveAvgPool2d"),
        ("batchnorm", "BatchNorm2d"), ("batch norm", "BatchNorm2d"), ("cat", "Concat"), ("RELU", "ReLU"),
        ("drop", "Dropout"), ("lstm", "LSTM"), ("flat", "Flatten"), ("softm", "Softmax"),
        ("sofmax", "Softmax"), ("liner", "Linear"), ("batch nrom", "BatchNorm2d"), ("cnov2d", "Conv2d"),
        ("max polling", "MaxPool2d"), ("relo", "ReLU"),
    ],
)  # fmt: skip
def test_what_comes_first(typed: str, first: str) -> None:
    assert search(typed, ALL)[0].title == first


def test_better_matches_score_higher() -> None:
    relu = named("ReLU")
    exact, beginning, other = score("relu", relu), score("re", relu), score("relu", named("LeakyReLU"))
    assert exact > beginning > 0 and exact > other > 0
    assert score("zzz", relu) == 0
    assert score("", relu) == 1


def test_every_word_must_match() -> None:
    titles = {entry.title for entry in search("transposed 2d", ALL)} | {"ConvTranspose2d"}
    assert "Linear" not in titles
    assert score("conv zzz", named("Conv2d")) == 0
    assert search("conv zzz", ALL) == [] and search("qwxvb", ALL) == []


def test_preferred_entries_stand_before_their_equals() -> None:
    third = named("Conv3d")
    assert [entry.title for entry in search("conv", ALL)][:2] == ["Conv2d", "Conv1d"]
    assert search("conv", ALL, [third])[0].title == "Conv3d"


def test_what_fits_a_picture_and_what_fits_tokens() -> None:
    inference = Inference()
    picture = Tensor(((83, 3, 32, 32), (89, 3, 32, 32)))
    tokens = Tensor(((83, 12), (89, 12)), "int64")
    assert fits(inference, picture, named("Conv2d")) and not fits(inference, picture, named("Conv1d"))
    assert not fits(inference, picture, named("Embedding")) and not fits(inference, picture, named("Input"))
    assert fits(inference, tokens, named("Embedding")) and not fits(inference, tokens, named("Conv2d"))
    assert fits(inference, picture, named("Add")) and fits(inference, picture, named("Concat"))
