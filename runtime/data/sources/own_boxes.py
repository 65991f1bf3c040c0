"""A person's own pictures with boxes around things, as COCO, YOLO or Pascal VOC write them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.options import SCALING
from runtime.data.own.scans import Facts, Survey, facts, own_source, path_option, place_of
from runtime.data.own.squares import COLOUR, EDGE, WHOLE
from runtime.data.own.wording import counted
from runtime.data.schema import Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

MOST = Param(
    "boxes", "int", None, "Boxes of a picture at most; empty takes as many as the fullest picture has.",
    minimum=1, maximum=500, optional=True,
)  # fmt: skip


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    from runtime.data.own.box_files import read_boxes

    found = read_boxes(path, loading)
    counts = Counter(box[0] for scene in found.scenes for box in scene.boxes)
    return {
        "classes": found.classes,
        "counts": [counts[number] for number in range(len(found.classes))],
        "most": max(len(scene.boxes) for scene in found.scenes),
        "size": len(found.scenes),
        "test": sum(scene.part == "test" for scene in found.scenes),
        "notes": found.notes,
    }


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    edge = options["image_size"]
    names = ("red", "green", "blue") if options["colour"] == "rgb" else ("grey",)
    return Schema(
        input_shape=(len(names), edge, edge),
        task="detection",
        kind="image",
        classes=tuple(facts["classes"]),
        target_shape=(options["boxes"] or facts["most"], 5),
        target_dtype="float32",
        size=facts["size"],
        test_size=facts["test"] or None,
        features=names,
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    from runtime.data.divided import pictured
    from runtime.data.own.box_files import fitted, read_boxes
    from runtime.data.pixels import Wanted, decoded_pictures

    path = place_of(options)
    made = schema(facts("own-boxes", options, loading), options)
    boxes = read_boxes(path, loading)
    wanted = Wanted(options["image_size"], options["fit"], options["colour"], options["scaling"])
    found = decoded_pictures(boxes.root, [scene.image for scene in boxes.scenes], wanted, loading)
    notes = [*boxes.notes, *found.skipped]
    scenes = [boxes.scenes[number] for number in found.kept]
    most = made.target_shape[0]
    targets = torch.zeros(len(scenes), most, 5)
    targets[..., 0] = -1
    crowded = 0
    for row, scene in enumerate(scenes):
        if row % 500 == 0:
            loading.step(row / len(scenes), f"Placing the boxes of {row:,} of {len(scenes):,} pictures")
        rows = fitted(scene.boxes, scene.image, options["fit"])
        crowded += len(rows) > most
        # Where there are too many, the largest stay.
        rows = sorted(rows, key=lambda box: -box[3] * box[4])[:most] if len(rows) > most else rows
        if rows:
            targets[row, : len(rows)] = torch.tensor(rows)
    if crowded:
        notes.append(
            counted(
                crowded,
                f"picture has more than {most} boxes; the smallest are left out.",
                f"pictures have more than {most} boxes; the smallest are left out.",
            )
        )
    parts = [scene.part for scene in scenes]
    return pictured(found.pixels, targets, made, parts, options["scaling"], notes)


SOURCES = (
    own_source(
        id="own-boxes",
        title="Pictures with boxes",
        help=(
            "COCO: a JSON file with images, annotations and categories, and the pictures. YOLO: folders images "
            "and labels with a text for each picture, and the classes in data.yaml or classes.txt. Pascal VOC: an XML "
            "file for each picture. What is wrong in them is told and left out."
        ),
        survey=Survey(look, schema, needs=("PIL.Image",)),
        read=read,
        options=(
            path_option("A folder in COCO, YOLO or Pascal VOC layout, or a COCO file.", "either", (".json",)), EDGE,
            COLOUR, WHOLE, SCALING, MOST,
        ),
        words=("detection", "coco", "yolo", "bounding boxes", "objects", "roboflow", "voc", "labelimg"),
    ),
)  # fmt: skip
