"""A person's own pictures: a folder per class, train and test folders of such, or a folder without classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.data.options import SCALING
from runtime.data.own.scans import Facts, Survey, facts, own_source, path_option, place_of
from runtime.data.own.squares import COLOUR, EDGE, FIT
from runtime.data.own.wording import counted
from runtime.data.schema import Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    from runtime.data.folder import scan

    found = scan(path, loading)
    counts = Counter((picture.part or "", picture.label) for picture in found.pictures)
    return {
        "classes": list(found.classes),
        "counts": [[part, label, count] for (part, label), count in sorted(counts.items())],
        "size": len(found.pictures),
        "test": sum(count for (part, _), count in counts.items() if part == "test"),
        "notes": [_ignored(found.ignored)] if found.ignored else [],
    }


def _ignored(count: int) -> str:
    return counted(
        count, "file is no picture and is passed over.", "files are no pictures and are passed over."
    )


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    from runtime.data.folder import schema_of

    return schema_of(facts["classes"], facts["size"], facts["test"], options["image_size"], options["colour"])


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    from runtime.data.folder import read_folder

    found = read_folder(
        place_of(options),
        options["image_size"],
        options["fit"],
        options["colour"],
        options["scaling"],
        loading,
    )
    notes = facts("own-images", options, loading)["notes"]
    return replace(found, skipped=(*found.skipped, *notes))


SOURCES = (
    own_source(
        id="own-images",
        title="Pictures in folders",
        help=(
            "A folder with a folder of pictures for each class; or train, val and test folders of such, which "
            "are then the splits. Pictures without class folders are unlabelled. Any size and kind of picture is "
            "brought to the same size; what cannot be read is skipped and listed."
        ),
        survey=Survey(look, schema),
        read=read,
        options=(path_option("The folder that holds the pictures.", "folder"), EDGE, COLOUR, FIT, SCALING),
        words=("imagefolder", "photos", "images", "png", "jpg", "classification"),
    ),
)
