"""Generated sequences of measurements with a yes-or-no label that needs the whole sequence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SEED, count
from runtime.data.schema import Schema, classification
from runtime.data.source import Loading, Source

RULES = ("sum", "order")


def describe(options: Mapping[str, Any]) -> Schema:
    classes = ("falls", "rises") if options["rule"] == "sum" else ("a first", "b first")
    names = tuple(f"x{number}" for number in range(1, options["features"] + 1))
    shape = (options["length"], options["features"])
    return classification(shape, classes, "series", size=options["n"], features=names)


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    samples, length, features = options["n"], options["length"], options["features"]
    generator = torch.Generator().manual_seed(options["seed"])
    inputs = options["noise"] * torch.randn(samples, length, features, generator=generator)
    labels = (torch.arange(samples) % 2)[torch.randperm(samples, generator=generator)]
    if options["rule"] == "sum":
        # The steps of the first feature drift up or down; their running sum ends above or below zero.
        drift = 0.3 + 0.2 * torch.rand(samples, generator=generator)
        inputs[:, :, 0] += (drift * (labels * 2 - 1)).unsqueeze(1)
    else:
        # One pulse early and one late, on the first two features; the label is which of them came first.
        rows = torch.arange(samples)
        early = torch.randint(0, length // 2, (samples,), generator=generator)
        late = torch.randint(length // 2, length, (samples,), generator=generator)
        inputs[rows, early, labels] += 3
        inputs[rows, late, 1 - labels] += 3
    return Dataset(inputs, labels.float().unsqueeze(1), describe(options))


SOURCES = (
    Source(
        id="sequences",
        title="Labelled sequences",
        category="Sequences",
        help=(
            "Generated sequences of 30 steps with 4 numbers each. By the rule “sum” the label says whether "
            "the first number's running sum rises or falls; by “order”, which of two pulses came first, "
            "which only a network with a memory can tell."
        ),
        words=("lstm", "gru", "rnn", "generated", "binary", "time"),
        options=(
            count(600),
            Param("rule", "choice", "sum", "What the label depends on.", choices=RULES),
            Param("noise", "float", 0.5, "Standard deviation of the noise.", minimum=0, maximum=10),
            Param("length", "int", 30, "Steps in a sequence.", minimum=2, maximum=1000),
            Param("features", "int", 4, "Numbers in each step.", minimum=2, maximum=64),
            SEED,
        ),
        describe=describe,
        read=read,
    ),
)
