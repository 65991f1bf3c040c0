"""A person's own pictures that become others: pairs of the same names in two folders, or two heaps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.own.scans import Facts, Survey, own_source, path_option, place_of
from runtime.data.own.squares import COLOUR, EDGE, FIT
from runtime.data.schema import DataError, Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset
    from runtime.data.own.two_folders import Two


def _two(path: Path, options: Mapping[str, Any], loading: Loading) -> Two:
    from runtime.data.own.two_folders import read_two

    return read_two(path, options["first"], options["second"], options["paired"], loading)


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    found = _two(path, options, loading)
    return {
        "paired": found.paired, "size": len(found.first), "test": found.test, "names": list(found.names),
        "notes": found.notes,
    }  # fmt: skip


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    edge = options["image_size"]
    names = ("red", "green", "blue") if options["colour"] == "rgb" else ("grey",)
    shape = (len(names), edge, edge)
    wanted = (
        f"the picture in {facts['names'][1]}" if facts["paired"] else f"any picture in {facts['names'][1]}"
    )
    return Schema(
        input_shape=shape,
        task="image-to-image" if facts["paired"] else "unpaired-images",
        kind="image",
        target_shape=shape,
        target_dtype="float32",
        size=facts["size"],
        test_size=facts["test"] or None,
        features=names,
        target_names=(wanted,),
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    from runtime.data.dataset import Dataset
    from runtime.data.own.scans import facts
    from runtime.data.pixels import Wanted, decoded_pictures

    path = place_of(options)
    made = schema(facts("own-picture-pairs", options, loading), options)
    two = _two(path, options, loading)
    wanted = Wanted(options["image_size"], options["fit"], options["colour"], options["scaling"])
    one = decoded_pictures(path, two.first, wanted, loading)
    other = decoded_pictures(path, two.second, wanted, loading)
    # A row stays when both of its pictures could be read.
    there = {row: place for place, row in enumerate(other.kept)}
    rows = [(place, there[row], row) for place, row in enumerate(one.kept) if row in there]
    if not rows:
        raise DataError(
            f"No pair of pictures in {path.name} can be read. {(*one.skipped, *other.skipped)[0]}"
        )
    whole = len(rows) == len(one.kept) == len(other.kept)
    inputs = one.pixels if whole else one.pixels[torch.tensor([place for place, _, _ in rows])]
    targets = other.pixels if whole else other.pixels[torch.tensor([place for _, place, _ in rows])]
    held = [number for number, (_, _, row) in enumerate(rows) if row >= len(two.first) - two.test]
    return Dataset(
        inputs, targets, replace(made, size=len(rows), test_size=len(held) or None),
        test=torch.tensor(held) if held else None, skipped=(*two.notes, *one.skipped, *other.skipped),
    )  # fmt: skip


SOURCES = (
    own_source(
        id="own-picture-pairs",
        title="Pictures into pictures",
        help=(
            "Two folders of pictures. Of the same names they are pairs, the second what the first is to become; "
            "otherwise two heaps, for networks that turn one kind into the other without pairs (also trainA, trainB, "
            "testA and testB)."
        ),
        survey=Survey(look, schema, ("first", "second", "paired")),
        read=read,
        options=(
            path_option("The folder that holds the two folders.", "folder"),
            Param("first", "text", None, "Folder of the pictures to start from; empty finds it.", optional=True),
            Param("second", "text", None, "Folder of the pictures to come to; empty finds it.", optional=True),
            Param("paired", "choice", "guess", "Guess: pairs, if most pictures have a partner of the same name.",
                  choices=("guess", "pairs", "heaps")),
            EDGE,
            COLOUR,
            FIT,
            Param("scaling", "choice", "-1 to 1", "Range of the pixels.", choices=("-1 to 1", "0 to 1")),
        ),
        words=("pix2pix", "cyclegan", "image to image", "style", "pairs", "domains"),
    ),
)  # fmt: skip
