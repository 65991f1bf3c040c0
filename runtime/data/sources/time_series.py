"""A generated daily weather record, cut into windows: what is the temperature of the next day?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset, Scaling
from runtime.data.options import SEED
from runtime.data.schema import Schema, regression
from runtime.data.source import Loading, Source

if TYPE_CHECKING:
    import torch

FEATURES = ("sunshine", "pressure", "wind", "humidity", "temperature")
SCALINGS: dict[str, Scaling] = {"min-max": "min-max", "standardised": "standardise", "none": "none"}
SMALLEST_SURPLUS = 10
"""Days there must be beyond one window, so that there is something to split."""


def describe(options: Mapping[str, Any]) -> Schema:
    window = min(options["window"], options["days"] - SMALLEST_SURPLUS)
    return regression(
        (window, len(FEATURES)), "series", size=options["days"] - window, features=FEATURES,
        target_names=("temperature",),
    )  # fmt: skip


def weather(days: int, noise: float, generator: torch.Generator) -> torch.Tensor:
    """A made-up record (days, 5) in hours, hPa, m/s, percent and °C: a year's wave, and weather that lingers
    (a first-order autoregression) and moves all five together."""
    import torch

    lingering = torch.zeros(days)
    shocks = torch.randn(days, generator=generator)
    for day in range(1, days):
        lingering[day] = 0.85 * lingering[day - 1] + 0.5 * shocks[day]
    year = torch.sin(2 * math.pi * torch.arange(days) / 365.25 - math.pi / 2)
    own = noise * torch.randn(days, len(FEATURES), generator=generator)
    before = torch.cat((lingering[:1], lingering[:-1]))
    return torch.stack(
        (
            (7 + 4 * year + 2 * lingering + own[:, 0]).clamp(0, 16),
            1013 + 8 * lingering + 3 * own[:, 1],
            (5 - 1.5 * lingering + own[:, 2]).clamp(min=0),
            (65 - 10 * year - 8 * lingering + 3 * own[:, 3]).clamp(5, 100),
            # Warmth follows yesterday's weather, so there is something to be read off the other columns.
            11 + 9 * year + 2.5 * before + own[:, 4],
        ),
        dim=1,
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    schema = describe(options)
    record = weather(options["days"], options["noise"], torch.Generator().manual_seed(options["seed"]))
    window = schema.input_shape[0]
    inputs = record.unfold(0, window, 1).transpose(1, 2)[:-1].contiguous()
    scaling = SCALINGS[options["scaling"]]
    return Dataset(
        inputs,
        record[window:, -1:].clone(),
        schema,
        ordered=True,
        scaling=scaling,
        target_scaling=scaling,
    )


SOURCES = (
    Source(
        id="time-series",
        title="Weather record",
        category="Sequences",
        help=(
            "A generated record of five daily measurements. A sample is a window of some days, its target "
            "the temperature of the day after. Earlier days train, later ones validate and test."
        ),
        words=("forecast", "regression", "window", "generated", "rnn"),
        options=(
            Param("days", "int", 730, "Length of the record in days.", minimum=20, maximum=100_000),
            Param("window", "int", 10, "Days in a sample.", minimum=1, maximum=365),
            Param("noise", "float", 0.5, "Strength of what cannot be foreseen.", minimum=0, maximum=10),
            Param(
                "scaling", "choice", "min-max",
                "Bring every column to 0…1, or to mean 0 and deviation 1, measured on the training days.",
                choices=tuple(SCALINGS),
            ),
            SEED,
        ),
        describe=describe,
        read=read,
    ),
)  # fmt: skip
