"""A person's own pictures with a mask each: which class every pixel belongs to."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.data.options import SCALING
from runtime.data.own.scans import Facts, Survey, facts, own_source, path_option, place_of
from runtime.data.own.squares import COLOUR, EDGE, FIT
from runtime.data.schema import DataError, Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset


BLURRED = (
    "The masks are black and white with greys between, as JPEG or smooth resizing leaves them: each pixel counts as "
    "the nearer of the two."
)


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    from runtime.data.own.mask_files import class_names, pairs_in, values_in

    notes: list[str] = []
    pairs = pairs_in(path, loading, notes)
    found = values_in(pairs, loading)
    return {
        "values": found.values,
        "blurred": found.blurred,
        "classes": class_names(path, found.values, found.colours),
        "size": len(pairs),
        "test": sum(pair.part == "test" for pair in pairs),
        "notes": notes,
    }


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    edge = options["image_size"]
    names = ("red", "green", "blue") if options["colour"] == "rgb" else ("grey",)
    return Schema(
        input_shape=(len(names), edge, edge),
        task="segmentation",
        kind="image",
        classes=tuple(facts["classes"]),
        target_shape=(edge, edge),
        size=facts["size"],
        test_size=facts["test"] or None,
        features=names,
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    from runtime.data.divided import pictured
    from runtime.data.own.mask_files import mask_numbers, opened_mask, pairs_in
    from runtime.data.pixels import Wanted, decoded_pictures

    path = place_of(options)
    about = facts("own-masks", options, loading)
    made = schema(about, options)
    notes: list[str] = []
    pairs = pairs_in(path, loading, notes)
    edge, fit = options["image_size"], options["fit"]
    wanted = Wanted(edge, fit, options["colour"], options["scaling"])
    found = decoded_pictures(path, [pair.image for pair in pairs], wanted, loading)
    notes += found.skipped
    if about["blurred"]:
        notes.append(BLURRED)
    rows: list[int] = []
    kept = []
    targets = torch.empty(len(found.kept), edge, edge, dtype=torch.int64)
    for row, number in enumerate(found.kept):
        if row % 32 == 0:
            loading.step(row / len(found.kept), f"Reading {row:,} of {len(found.kept):,} masks")
        pair = pairs[number]
        mask = opened_mask(pair.mask)
        if isinstance(mask, str):
            notes.append(f"{pair.image.relative_to(path)} is left out: {mask}.")
            continue
        numbers = mask_numbers(mask, about["values"], edge, fit, about["blurred"])
        targets[len(rows)] = torch.from_numpy(numbers.copy())
        rows.append(row)
        kept.append(pair)
    if not rows:
        raise DataError(f"None of the pictures in {path} has a mask that can be read. {notes[-1]}")
    return pictured(
        found.pixels if len(rows) == len(found.kept) else found.pixels[torch.tensor(rows)],
        targets[: len(rows)],
        made,
        [pair.part for pair in kept],
        options["scaling"],
        notes,
    )


SOURCES = (
    own_source(
        id="own-masks",
        title="Pictures with masks",
        help=(
            "A folder “images” and a folder “masks” with files of the same names (also under train, val and test; or "
            "Pascal VOC's JPEGImages and SegmentationClass); or 7.png and 7_mask.png side by side. The values or "
            "colours of the masks are the classes; 255 does not count where there are others. Names may stand in "
            "classes.txt."
        ),
        survey=Survey(look, schema, needs=("PIL.Image",)),
        read=read,
        options=(
            path_option("The folder that holds images and masks.", "folder"),
            EDGE,
            COLOUR,
            FIT,
            SCALING,
        ),
        words=("segmentation", "masks", "unet", "voc", "semantic", "pixels"),
    ),
)
