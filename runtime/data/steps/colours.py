"""Steps that change the colours of pictures, disturb them, or several things at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.schema import DataError, Schema
from runtime.data.steps.rules import COLOURS, FILL, blended, class_count, moving, numeric
from runtime.data.steps.spec import StepType


def _spread(name: str, default: float, help: str, maximum: float = 10.0) -> Param:
    return Param(name, "float", default, help, minimum=0, maximum=maximum)


def _channels(schema: Schema, count: int, features: tuple[str, ...]) -> Schema:
    return replace(schema, input_shape=(count, *schema.input_shape[1:]), features=features)


def _to_colour(schema: Schema, values: Mapping[str, Any]) -> Schema:
    if schema.input_shape[0] != 1:
        raise DataError(f"it is for grey pictures, but these have {schema.input_shape[0]} channels already")
    return _channels(schema, 3, COLOURS)


def _to_grey(schema: Schema, values: Mapping[str, Any]) -> Schema:
    if schema.input_shape[0] != 3:
        raise DataError(
            f"it needs red, green and blue, but these pictures have {schema.input_shape[0]} channel(s)"
        )
    return _channels(schema, 1, ("grey",))


def _few_channels(schema: Schema, values: Mapping[str, Any]) -> Schema:
    if schema.input_shape[0] not in (1, 3):
        raise DataError(f"it is for pictures with 1 or 3 channels, but these have {schema.input_shape[0]}")
    return schema


STEPS = (
    StepType(
        id="grey_to_colour",
        title="Grey to 3 channels",
        help="Repeats the grey channel three times, for networks that expect colour.",
        group="Colour",
        kinds=("image",),
        code=("channels", "GreyToColour"),
        after=_to_colour,
        words=("rgb", "gray"),
    ),
    StepType(
        id="colour_to_grey",
        title="To grey",
        help="One channel from red, green and blue, weighted as an eye sees them.",
        group="Colour",
        kinds=("image",),
        code=("channels", "ColourToGrey"),
        after=_to_grey,
        words=("gray", "luminance"),
    ),
    StepType(
        id="colour_jitter",
        title="Colour jitter",
        help=(
            "Makes each picture a little brighter or darker, with more or less contrast and colour. Factors are "
            "drawn between 1 − value and 1 + value. For pictures of 0 to 1, so before they are normalised."
        ),
        group="Colour",
        kinds=("image",),
        code=("colour_jitter", "ColourJitter"),
        params=(
            _spread("brightness", 0.2, "How far the brightness may change."),
            _spread("contrast", 0.2, "How far the contrast may change."),
            _spread("saturation", 0.0, "How far the strength of colours may change."),
            _spread("hue", 0.0, "How far colours may move around the colour circle; 0.5 is everywhere.", 0.5),
        ),
        random=True,
        after=_few_channels,
        unit_range=True,
        words=("brightness", "contrast", "saturation", "hue", "augment"),
    ),
    StepType(
        id="noise",
        title="Noise",
        help="Adds normal noise, other noise each time.",
        group="Disturbance",
        kinds=("image", "table", "series"),
        code=("noise", "Noise"),
        params=(
            Param("deviation", "float", 0.05, "Its standard deviation.", minimum=0, maximum=1000),
        ),
        random=True,
        after=numeric,
        words=("gaussian", "augment"),
    ),
    StepType(
        id="cutout",
        title="Cutout",
        help="Blanks a square of each picture, so that no single spot decides.",
        group="Disturbance",
        kinds=("image",),
        code=("cutout", "Cutout"),
        params=(
            Param(
                "share", "float", 0.25, "Edge of the square as a share of the shorter edge of the picture.",
                minimum=0.01, maximum=1,
            ),
            Param("chance", "float", 1.0, "How likely it is for each picture.", minimum=0, maximum=1),
            FILL,
        ),
        random=True,
        words=("random erasing", "hole", "augment"),
    ),
    StepType(
        id="rand_augment",
        title="RandAugment",
        help=(
            "Changes each picture a few times, in ways drawn from 14: brightness, contrast, turning, shearing, "
            "shifting, … For pictures of 0 to 1, so before they are normalised."
        ),
        group="Disturbance",
        kinds=("image",),
        code=("rand_augment", "RandAugment"),
        params=(
            Param("count", "int", 2, "Changes of each picture.", minimum=1, maximum=8),
            Param("magnitude", "int", 9, "How strong they are, of 30.", minimum=0, maximum=30),
            FILL,
        ),
        random=True,
        arguments=moving,
        after=_few_channels,
        unit_range=True,
        words=("autoaugment", "augment"),
    ),
    StepType(
        id="mixup",
        title="Mixup",
        help=(
            "Blends each sample with another one of its batch, and their targets likewise. The accuracy in training "
            "counts the class with the larger share."
        ),
        group="Mixing",
        kinds=("image", "table", "series"),
        code=("mixing", "Mixup"),
        params=(
            Param(
                "alpha", "float", 0.2, "Small: mostly one of the two. 1: any blend is as likely.",
                minimum=0.01, maximum=100,
            ),
        ),
        random=True,
        arguments=class_count,
        after=blended,
        mixes=True,
        words=("blend", "soft labels", "augment"),
    ),
    StepType(
        id="cutmix",
        title="CutMix",
        help=(
            "Puts a piece of another picture of the batch into each picture; the target is mixed by area. The "
            "accuracy in training counts the class with the larger share."
        ),
        group="Mixing",
        kinds=("image",),
        code=("mixing", "Cutmix"),
        params=(
            Param(
                "alpha", "float", 1.0, "1: pieces of any size are as likely.", minimum=0.01, maximum=100
            ),
        ),
        random=True,
        arguments=class_count,
        after=blended,
        mixes=True,
        words=("soft labels", "augment"),
    ),
)  # fmt: skip
