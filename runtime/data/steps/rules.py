"""What declarations of steps share: what moves along with pictures, and what samples are like afterwards."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.schema import DataError, Schema

COLOURS = ("red", "green", "blue")
PICTURES_TOO = ("image-to-image",)
"""Tasks whose target is a picture that belongs to the input pixel by pixel."""
SINGLE = ("classification", "binary", "multi-label", "regression")
"""Tasks whose target may be blended with another one."""

FILL = Param(
    "fill", "float", 0.0, "What stands where nothing was: 0 is black for pictures of 0 to 1.",
    minimum=-1000, maximum=1000,
)  # fmt: skip


def pair(value: Any) -> tuple[int, int]:
    """Height and width of one number or two."""
    return (value, value) if isinstance(value, int) else (value[0], value[1])


def moved(schema: Schema, boxes: bool = True) -> dict[str, tuple[str, ...]]:
    """Which entries of a batch move with the pictures, as keyword arguments; what is as usual is left out."""
    pictures, masks, frames = ["input"], [], []
    if schema.task in PICTURES_TOO:
        pictures.append("target")
    elif schema.task == "segmentation":
        masks.append("target")
    elif schema.task == "detection":
        frames.append("target")
    size = schema.input_shape[-2:]
    for entry in schema.fields:
        if entry.kind == "image" and entry.shape[-2:] == size:
            (pictures if len(entry.shape) == 3 else masks).append(entry.name)
    found = {"pictures": tuple(pictures)} if len(pictures) > 1 else {}
    found |= {"masks": tuple(masks)} if masks else {}
    return found | ({"boxes": tuple(frames)} if frames and boxes else {})


def moving(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """The options themselves, and what moves along."""
    return {**values, **moved(schema)}


def resized(schema: Schema, height: int, width: int) -> Schema:
    """The same data with pictures of another size, and what belongs to them pixel by pixel."""
    before = schema.input_shape[-2:]

    def fitted(shape: tuple[int, ...]) -> tuple[int, ...]:
        return (*shape[:-2], height, width)

    together = (*PICTURES_TOO, "segmentation")
    return replace(
        schema,
        input_shape=fitted(schema.input_shape),
        target_shape=fitted(schema.target_shape) if schema.task in together else schema.target_shape,
        fields=tuple(
            replace(entry, shape=fitted(entry.shape))
            if entry.kind == "image" and entry.shape[-2:] == before
            else entry
            for entry in schema.fields
        ),
    )


def numeric(schema: Schema, values: Mapping[str, Any]) -> Schema:
    """Nothing changes, but the inputs must be measurements, not numbers of words."""
    if schema.input_dtype != "float32":
        raise DataError("it is for measurements, but the inputs are whole numbers that stand for words")
    return schema


def blended(schema: Schema, values: Mapping[str, Any]) -> Schema:
    """Nothing changes, but samples of this task can be mixed."""
    numeric(schema, values)
    if schema.task not in SINGLE:
        raise DataError(f"the targets of the task “{schema.task}” cannot be mixed")
    return schema


def class_count(schema: Schema, values: Mapping[str, Any]) -> dict[str, Any]:
    """The options themselves, and how many classes a mixed target has."""
    if schema.task in ("classification", "binary"):
        return {**values, "classes": schema.class_count}
    return dict(values)


def chosen_columns(schema: Schema, values: Mapping[str, Any]) -> tuple[int, ...]:
    """The columns an option names (empty: all), checked."""
    width = schema.input_shape[-1]
    columns = tuple(sorted(set(values["columns"]))) or tuple(range(width))
    if columns[-1] >= width or columns[0] < 0:
        raise DataError(f"there is no column {columns[-1]}: there are {width}, counted from 0")
    return columns


def names_of(schema: Schema) -> tuple[str, ...]:
    """The features' names, or their numbers where they have none."""
    width = schema.input_shape[-1]
    return schema.features if len(schema.features) == width else tuple(map(str, range(width)))
