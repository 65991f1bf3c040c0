"""Steps that put numbers on another scale, some with what is measured on the training split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.schema import DataError, Kind, Schema
from runtime.data.steps.rules import numeric
from runtime.data.steps.spec import StepType

if TYPE_CHECKING:
    import torch

NUMBERS: tuple[Kind, ...] = ("image", "table", "series")
NUMBER = r"\s*[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d{1,2})?\s*"
LIST = rf"{NUMBER}(,{NUMBER})*"
WORDING = "a number, or one for each channel or column with commas between them"
LARGEST, SMALLEST = 1e9, 1e-9
"""Beyond these, the inputs that come out are no numbers any more."""


def _text(name: str, default: str, help: str) -> Param:
    return Param(name, "text", default, help, pattern=LIST, wording=WORDING)


def _numbers(schema: Schema, values: Mapping[str, Any], name: str) -> tuple[float, ...]:
    """The numbers of a text, one for each channel or feature, or one for all."""
    found = tuple(float(part) for part in values[name].split(","))
    width = schema.input_shape[0 if schema.kind == "image" else -1]
    if len(found) not in (1, width):
        of = "channels" if schema.kind == "image" else "columns"
        raise DataError(
            f"{name} has {len(found)} numbers, but there are {width} {of}: give one, or one for each"
        )
    if max(map(abs, found)) > LARGEST:
        raise DataError(f"{name} must lie between −1,000,000,000 and 1,000,000,000")
    return found


def _given(schema: Schema, values: Mapping[str, Any]) -> Schema:
    numeric(schema, values)
    mean, deviation = _numbers(schema, values, "mean"), _numbers(schema, values, "deviation")
    if min(deviation) < SMALLEST:
        raise DataError(
            f"a deviation must be larger than 0 (at least {SMALLEST:g}), because it is divided by"
        )
    if len(mean) != len(deviation):
        raise DataError("mean and deviation must have equally many numbers")
    return schema


def _normalise(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    made = {"shift": _numbers(schema, values, "mean"), "scale": _numbers(schema, values, "deviation")}
    return made | _pictures(schema)


def _pictures(schema: Schema) -> dict[str, Any]:
    return {"pictures": True} if schema.kind == "image" else {}


def _measured(scaling: Any) -> Any:
    def measured(inputs: torch.Tensor, schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
        from runtime.data.dataset import measure

        found = measure(inputs, scaling, 1 if schema.kind == "image" else -1)
        assert found is not None
        shift, scale = (tuple(part.reshape(-1).tolist()) for part in (found.shift, found.scale))
        return {"shift": shift, "scale": scale, **_pictures(schema)}

    return measured


def _ordered(schema: Schema, values: Mapping[str, Any]) -> Schema:
    if values["low"] >= values["high"]:
        raise DataError(f"low ({values['low']:g}) must be smaller than high ({values['high']:g})")
    return numeric(schema, values)


def _limit(name: str, default: float, help: str) -> Param:
    return Param(name, "float", default, help, minimum=-1e9, maximum=1e9)


STEPS = (
    StepType(
        id="normalise",
        title="Normalise",
        help="(x − mean) / deviation with given numbers, such as those a trained network was used to.",
        group="Scale",
        kinds=NUMBERS,
        code=("values", "Normalise"),
        params=(
            _text("mean", "0.5", "What becomes 0: a number, or one for each channel or column with commas between."),
            _text("deviation", "0.5", "What becomes 1 away from it: a number, or one for each channel or column."),
        ),
        arguments=_normalise,
        after=_given,
        words=("mean", "std", "normalize", "imagenet"),
    ),
    StepType(
        id="standardise",
        title="Standardise",
        help=(
            "Mean 0 and standard deviation 1 for each channel or feature, with the statistics of the training split."
        ),
        group="Scale",
        kinds=NUMBERS,
        code=("values", "Normalise"),
        after=numeric,
        measured=_measured("standardise"),
        words=("mean", "std", "z-score", "normalise", "measured"),
    ),
    StepType(
        id="min_max",
        title="Min-max",
        help=(
            "The smallest value of each channel or feature becomes 0, the largest 1, as measured on the training split."
        ),
        group="Scale",
        kinds=NUMBERS,
        code=("values", "Normalise"),
        after=numeric,
        measured=_measured("min-max"),
        words=("range", "measured", "0 to 1"),
    ),
    StepType(
        id="scale",
        title="Scale to −1 … 1",
        help="Moves numbers from one range to another in proportion: for a generator that ends with Tanh, say.",
        group="Scale",
        kinds=NUMBERS,
        code=("values", "Scale"),
        params=(
            _limit("low", 0.0, "This becomes the new low."),
            _limit("high", 1.0, "This becomes the new high."),
            _limit("to_low", -1.0, "The new low."),
            _limit("to_high", 1.0, "The new high."),
        ),
        after=_ordered,
        words=("range", "tanh"),
    ),
    StepType(
        id="clip",
        title="Clip",
        help="Cuts numbers off below and above, so that outliers do no harm.",
        group="Scale",
        kinds=NUMBERS,
        code=("values", "Clip"),
        params=(
            _limit("low", -3.0, "Smaller numbers become this."),
            _limit("high", 3.0, "Larger numbers become this."),
        ),
        after=_ordered,
        words=("clamp", "outliers"),
    ),
)  # fmt: skip
