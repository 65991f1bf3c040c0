"""Steps that give pictures another size or move what is in them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.schema import DataError, Schema
from runtime.data.steps.rules import FILL, moved, moving, pair, resized
from runtime.data.steps.spec import StepType

CHANCE = Param("chance", "float", 0.5, "How likely it is for each sample.", minimum=0, maximum=1)
SIZE = Param(
    "size",
    "ints",
    32,
    "Height and width in pixels; one number for a square.",
    length=2,
    minimum=1,
    maximum=2048,
)


def _size(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    return {**moving(schema, values), "size": pair(values["size"])}


def _resize(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"size": pair(values["size"]), **moved(schema, boxes=False)}


def _to_size(schema: Schema, values: Mapping[str, Any]) -> Schema:
    return resized(schema, *pair(values["size"]))


def _cropped(schema: Schema, values: Mapping[str, Any]) -> Schema:
    height, width = pair(values["size"])
    room = 2 * values.get("padding", 0)
    has = tuple(edge + room for edge in schema.input_shape[-2:])
    if height > has[0] or width > has[1]:
        raise DataError(
            f"a window of {height} × {width} pixels does not fit into pictures of {has[0]} × {has[1]}. "
            "Choose a smaller one, or pad or resize the pictures first"
        )
    return resized(schema, height, width)


def _centre(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    return {"size": pair(values["size"]), **moved(schema)}


def _padded(schema: Schema, values: Mapping[str, Any]) -> Schema:
    height, width = schema.input_shape[-2:]
    rows, columns = pair(values["padding"])
    if values["mode"] == "reflect" and (rows >= height or columns >= width):
        raise DataError(f"a margin that mirrors must be smaller than the picture of {height} × {width}")
    if values["mode"] != "constant" and schema.task == "detection":
        raise DataError("with boxes only a constant margin is possible: what is mirrored would have no box")
    return resized(schema, height + 2 * rows, width + 2 * columns)


def _pad(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    rows, columns = pair(values["padding"])
    return {"rows": rows, "columns": columns, "mode": values["mode"], "fill": values["fill"], **moved(schema)}


def _flip(upside_down: bool) -> Any:
    def arguments(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
        return {**moving(schema, values), **({"upside_down": True} if upside_down else {})}

    return arguments


STEPS = (
    StepType(
        id="resize",
        title="Resize",
        help="Stretches every picture to this size: bilinear, smoothed first where it shrinks, as PIL does.",
        group="Size",
        kinds=("image",),
        code=("resize", "Resize"),
        params=(SIZE,),
        arguments=_resize,
        after=_to_size,
        words=("scale", "interpolate", "shape"),
    ),
    StepType(
        id="centre_crop",
        title="Centre crop",
        help="Keeps the middle of every picture.",
        group="Size",
        kinds=("image",),
        code=("framing", "CentreCrop"),
        params=(SIZE,),
        arguments=_centre,
        after=_cropped,
        words=("center", "cut"),
    ),
    StepType(
        id="random_crop",
        title="Random crop",
        help="Keeps a window of every picture, at another place each time. What is not trained on keeps its middle.",
        group="Size",
        kinds=("image",),
        code=("framing", "RandomCrop"),
        params=(
            SIZE,
            Param(
                "padding", "int", 0, "So many pixels beyond the edge may be seen.", minimum=0, maximum=512
            ),
            FILL,
        ),
        random=True,
        arguments=_size,
        after=_cropped,
        elsewhere=("framing", "CentreCrop"),
        elsewhere_arguments=lambda schema, values: {**_centre(schema, values), "fill": values["fill"]},
        words=("cut", "augment"),
    ),
    StepType(
        id="pad",
        title="Pad",
        help="Adds a margin around every picture: above and below, left and right.",
        group="Size",
        kinds=("image",),
        code=("pad", "Pad"),
        params=(
            Param(
                "padding", "ints", 4, "Rows at the top and the bottom, columns at the left and the right.",
                length=2, minimum=0, maximum=512,
            ),
            Param(
                "mode", "choice", "constant", "What the margin shows.",
                choices=("constant", "reflect", "replicate"),
            ),
            FILL,
        ),
        arguments=_pad,
        after=_padded,
        words=("margin", "border"),
    ),
    StepType(
        id="flip_sideways",
        title="Flip left and right",
        help="Mirrors pictures with a chance. Not for letters or digits, which mean something else mirrored.",
        group="Movement",
        kinds=("image",),
        code=("flip", "Flip"),
        params=(CHANCE,),
        random=True,
        arguments=_flip(False),
        words=("horizontal", "mirror", "augment"),
    ),
    StepType(
        id="flip_upside_down",
        title="Flip upside down",
        help="Mirrors pictures with a chance so that top and bottom change places.",
        group="Movement",
        kinds=("image",),
        code=("flip", "Flip"),
        params=(CHANCE,),
        random=True,
        arguments=_flip(True),
        words=("vertical", "mirror", "augment"),
    ),
    StepType(
        id="rotate",
        title="Rotate",
        help="Turns each picture about its middle by an angle of its own.",
        group="Movement",
        kinds=("image",),
        code=("rotate", "Rotate"),
        params=(
            Param("degrees", "float", 10.0, "The largest angle, either way.", minimum=0, maximum=180),
            FILL,
        ),
        random=True,
        arguments=moving,
        words=("rotation", "turn", "angle", "augment"),
    ),
    StepType(
        id="shift",
        title="Shift",
        help="Moves each picture by whole pixels, another way each time.",
        group="Movement",
        kinds=("image",),
        code=("shift", "Shift"),
        params=(
            Param(
                "share", "float", 0.1, "The longest way, as a share of the width and of the height.",
                minimum=0, maximum=1,
            ),
            FILL,
        ),
        random=True,
        arguments=moving,
        words=("translate", "move", "augment"),
    ),
)  # fmt: skip
