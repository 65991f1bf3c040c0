"""A person's own pictures: a folder per class, train and test folders of such, or a folder without classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.options import SCALING
from runtime.data.own.scans import Facts, Survey, own_source, path_option, place_of
from runtime.data.own.squares import COLOUR, EDGE, FIT
from runtime.data.schema import Schema
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset
    from runtime.data.folder import Folder


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    found = _found(path, options, loading)
    counts = Counter((picture.part or "", picture.label) for picture in found.pictures)
    return {
        "classes": list(found.classes),
        "counts": [[part, label, count] for (part, label), count in sorted(counts.items())],
        "size": len(found.pictures),
        "test": sum(count for (part, _), count in counts.items() if part == "test"),
    }


def _found(path: Path, options: Mapping[str, Any], loading: Loading) -> Folder:
    """The pictures and their classes, with what was left out said in notes."""
    from runtime.data.own.picture_classes import ignored_note, pictures_of

    found = pictures_of(path, options["classes"], options["table"], options["label"], loading)
    return replace(found, notes=(*found.notes, *ignored_note(found.ignored)))


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    from runtime.data.folder import schema_of

    return schema_of(facts["classes"], facts["size"], facts["test"], options["image_size"], options["colour"])


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    from runtime.data.folder import read_pictures

    found = _found(place_of(options), options, loading)
    return read_pictures(
        found, options["image_size"], options["fit"], options["colour"], options["scaling"], loading
    )


CLASSES = Param(
    "classes", "choice", "folders",
    "Where the class of a picture stands: in the name of its folder, at the beginning of its own name (cat.12.jpg), "
    "or in a table beside the pictures.",
    choices=("folders", "file names", "table"),
)  # fmt: skip
TABLE = Param(
    "table", "text", None, "With “table”: its name, such as labels.csv. It has a row for each picture; empty finds it.",
    optional=True,
)  # fmt: skip
LABEL = Param(
    "label", "text", None, "With “table”: the column with the classes; empty finds it.", optional=True
)


SOURCES = (
    own_source(
        id="own-images",
        title="Pictures in folders",
        help=(
            "A folder with a folder of pictures for each class; or train, val and test folders of such, which "
            "are then the splits. The classes may also stand in the names of the pictures (cat.12.jpg) or in a table "
            "beside them (labels.csv). Pictures without classes are unlabelled. Any size and kind of picture is "
            "brought to the same size; what cannot be read is skipped and listed."
        ),
        survey=Survey(look, schema, ("classes", "table", "label")),
        read=read,
        options=(
            path_option("The folder that holds the pictures.", "folder"), EDGE, COLOUR, FIT, SCALING, CLASSES, TABLE,
            LABEL,
        ),
        words=("imagefolder", "photos", "images", "png", "jpg", "classification"),
    ),
)  # fmt: skip
