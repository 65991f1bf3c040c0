"""A person's own arrays: .npy, .npz or .safetensors, with or without targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from graph.catalogue.spec import Param
from runtime.data.own.scans import Facts, Survey, facts, own_source, path_option, place_of
from runtime.data.schema import DataError, Kind, Schema, classification, regression
from runtime.data.source import Loading

if TYPE_CHECKING:
    import torch

    from runtime.data.dataset import Dataset
    from runtime.data.own.arrays import Listed

KINDS = ("guess", "table", "image", "series", "tokens")
SIBLINGS = {"x": "y", "images": "labels", "inputs": "targets", "data": "labels", "features": "targets"}
PEEKED = 20_000
"""Rows of whole numbers that tell whether they stand for words."""
FEWEST_WORDS = 10


def _sibling(path: Path) -> Path | None:
    """The file with the targets of a single array: y.npy beside x.npy, train_labels.npy beside train_images.npy."""
    for one, other in SIBLINGS.items():
        if one in path.stem.lower().split("_"):
            words = [other if word.lower() == one else word for word in path.stem.split("_")]
            place = path.with_name("_".join(words) + path.suffix)
            if place.exists() and place != path:
                return place
    return None


def look(path: Path, options: Mapping[str, Any], loading: Loading) -> Facts:
    import numpy

    from runtime.data.own.answers import looked_at, whole_of
    from runtime.data.own.arrays import OBJECT, array, listed, roles

    loading.step(0.0, f"Looking at {path.name}")
    found = listed(path)
    by_name = {item.name: item for item in found}
    which = roles(path, found, options["inputs"], options["targets"])
    shapes = [by_name[name].shape for name in which.inputs]
    for name, shape in zip(which.inputs, shapes, strict=True):
        if len(shape) < 1 or shape[0] == 0:
            raise DataError(f"“{name}” in {path.name} has no rows.")
        if shape[1:] != shapes[0][1:]:
            raise DataError(
                f"“{name}” in {path.name} has samples of another shape than “{which.inputs[0]}”: {shape[1:]} instead "
                f"of {shapes[0][1:]}."
            )
    beside = _sibling(path) if path.suffix.lower() == ".npy" else None
    goals = [(path, name) for name in which.targets] or ([(beside, "array")] if beside else [])
    told: dict[str, Any] = {}
    sizes = [shape[0] for shape in shapes]
    notes = [
        f"“{item.name}” is passed over: it holds Python objects, which could run code and are never opened."
        for item in found
        if item.dtype == OBJECT
    ]
    if goals:
        values = []
        for (place, name), shape in zip(goals, shapes, strict=True):
            loading.step(0.3, f"Reading “{name}”")
            part = array(place, name)
            if part.ndim < 1 or len(part) != shape[0]:
                count = len(part) if part.ndim else 1
                raise DataError(f"{path.name} has {shape[0]:,} samples but {count:,} targets.")
            values.append(numpy.asarray(part))
        whole = whole_of(values)
        if whole.dtype.kind not in "biufUS":
            raise DataError(f"The targets of {path.name} are neither numbers nor words.")
        answers = looked_at(whole)
        told = answers.facts
        gone = int((~answers.known).sum())
        if gone == len(whole):
            raise DataError(f"Not one target of {path.name} is a finite number.")
        if gone:
            ends = numpy.cumsum([0, *sizes])
            sizes = [int(answers.known[low:high].sum()) for low, high in pairwise(ends.tolist())]
            notes.append(
                f"Left out, for their targets are missing or infinite: {gone:,} of {len(whole):,} samples."
            )
    spare = [
        item.name
        for item in found
        if item.dtype != OBJECT and item.name not in (*which.inputs, *which.targets)
    ]
    if spare:
        notes.append(f"Not used of {path.name}: {', '.join(f'“{name}”' for name in spare[:8])}.")
    return {
        "arrays": [[item.name, list(item.shape), item.dtype] for item in found],
        "inputs": list(which.inputs),
        "targets": [[str(place), name] for place, name in goals],
        "parts": list(which.parts),
        "shape": list(shapes[0][1:]),
        "sizes": sizes,
        "dtype": by_name[which.inputs[0]].dtype,
        "words": _are_words(path, by_name[which.inputs[0]]),
        "answers": told,
        "notes": notes,
    }


def _are_words(path: Path, about: Listed) -> bool:
    """Whether rows of whole numbers are texts: none is below zero, and every place has about the same range. Columns
    of a table have ranges of their own, and pictures laid out in rows end at 255."""
    from runtime.data.own.arrays import array

    dtype = about.dtype.lower()
    if len(about.shape) != 2 or about.shape[1] < 2 or not dtype.startswith(("int", "uint", "i", "u")):
        return False
    if dtype in ("uint8", "u8"):
        return False
    values = array(path, about.name)[:PEEKED]
    highest = values.max(axis=0)
    top = int(highest.max())
    if int(values.min()) < 0 or top < FEWEST_WORDS or (top == 255 and about.shape[1] >= 64):
        return False
    return bool((highest * 2 >= top).mean() >= 0.5)


def _layout(facts: Facts, options: Mapping[str, Any]) -> tuple[Kind, tuple[int, ...], bool]:
    """(kind, shape of a sample, whether the channels stood last)."""
    shape, dtype, kind = tuple(facts["shape"]), facts["dtype"].lower(), options["kind"]
    if kind == "guess":
        if len(shape) == 3 or (
            len(shape) == 2 and (dtype in ("uint8", "u8") or (min(shape) >= 16 and shape[0] == shape[1]))
        ):
            kind = "image"
        elif len(shape) == 2:
            kind = "series"
        else:
            # without targets nothing could be learnt of words
            kind = "tokens" if facts["words"] and facts["answers"] else "table"
    if kind == "image" and len(shape) == 2:
        return "image", (1, *shape), False
    if kind == "image" and len(shape) == 3 and shape[2] in (1, 3, 4) and shape[0] not in (1, 3, 4):
        return "image", (shape[2], *shape[:2]), True
    needed = {"image": 3, "series": 2, "tokens": 1}.get(kind)
    if needed is not None and len(shape) != needed:
        raise DataError(f"The inputs have the shape {shape}, which is no {kind}. Choose another kind.")
    return cast(Kind, kind), shape or (1,), False


def schema(facts: Facts, options: Mapping[str, Any]) -> Schema:
    kind, shape, _ = _layout(facts, options)
    size, told = sum(facts["sizes"]), facts["answers"]
    test = dict(zip(facts["parts"], facts["sizes"], strict=True)).get("test")
    if kind == "image":
        names: tuple[str, ...] = {1: ("grey",), 3: ("red", "green", "blue")}.get(shape[0], ())
    else:
        names = () if kind == "tokens" else tuple(f"x{number}" for number in range(1, shape[-1] + 1))
    dtype = "int64" if kind == "tokens" else "float32"
    if not told:
        return Schema(
            shape, "unlabelled", kind, dtype, target_shape=(0,), target_dtype="float32", size=size,
            test_size=test, features=names,
        )  # fmt: skip
    classes, answer = told.get("classes"), tuple(told["shape"])
    if kind == "image" and answer == shape[1:] and classes and told["values"]:
        names_of = tuple(
            f"class {number}" for number in range(int(max(v for v in told["values"] if v != 255)) + 1)
        )
        return Schema(
            shape, "segmentation", kind, classes=names_of, target_shape=answer, size=size, test_size=test,
            features=names,
        )  # fmt: skip
    wanted = options["predict"]
    if told.get("columns") and wanted != "number":
        columns = [f"class {number}" for number in range(answer[0])]
        if told["columns"] == "one-hot":
            made = classification(shape, columns, kind, size=size, test_size=test, features=names)
            return replace(made, input_dtype=dtype)
        return Schema(
            shape, "multi-label", kind, dtype, tuple(columns), answer, "float32", size, test, features=names
        )
    if not answer and classes and (wanted == "classes" or (wanted == "guess" and told["counted"])):
        if len(classes) < 2:
            raise DataError(f"Every target is {classes[0]}. There is nothing to learn.")
        made = classification(shape, classes, kind, size=size, test_size=test, features=names)
        return replace(made, input_dtype=dtype)
    if told["kind"] in "US":
        raise DataError("The targets are too many different words for classes.")
    made = regression(shape, kind, size=size, features=names)
    return replace(
        made, input_dtype=dtype, test_size=test, target_shape=answer or (1,),
        target_names=tuple(f"y{number}" for number in range(1, (answer or (1,))[-1] + 1)),
    )  # fmt: skip


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import numpy
    import torch

    from runtime.data.dataset import Dataset
    from runtime.data.own.answers import known_rows, whole_of
    from runtime.data.own.arrays import array
    from runtime.data.own.numbers import as_floats, as_pixels

    path = place_of(options)
    about = facts("own-arrays", options, loading)
    made = schema(about, options)
    last = _layout(about, options)[2]
    loading.step(0.2, f"Reading {path.name}")
    parts = [array(path, name) for name in about["inputs"]]
    place = [part for part, values in zip(about["parts"], parts, strict=True) for _ in range(len(values))]
    values = parts[0] if len(parts) == 1 else numpy.concatenate(parts)
    if values.dtype.kind not in "biuf":
        raise DataError(f"The inputs of {path.name} are no numbers ({values.dtype}).")
    goals = (
        whole_of([array(Path(file), name) for file, name in about["targets"]])
        if made.task != "unlabelled"
        else None
    )
    if goals is not None and not (known := known_rows(goals)).all():
        values, goals = values[known], goals[known]
        place = [part for part, kept in zip(place, known.tolist(), strict=True) if kept]
    if last:
        values = numpy.moveaxis(values, -1, 1)
    values = values.reshape(len(values), *made.input_shape)
    notes = list(about["notes"])
    inputs: torch.Tensor | None = None
    if made.kind == "image":
        inputs = as_pixels(values, loading, notes)
    if inputs is None and made.kind == "tokens":
        inputs = torch.from_numpy(values.astype(numpy.int64))
    if inputs is None:
        inputs = as_floats(values, path.name, loading, notes)
    return Dataset(
        inputs, torch.empty(len(values), 0) if goals is None else _targets(goals, about["answers"], made), made,
        test=_rows(place, "test"), validation=_rows(place, "validation"),
        scaling="standardise" if options["standardise"] and made.kind != "tokens" else "none",
        target_scaling="standardise" if made.task == "regression" and len(made.target_shape) == 1 else "none",
        skipped=tuple(notes),
    )  # fmt: skip


def _rows(place: list[str], part: str) -> torch.Tensor | None:
    import torch

    rows = [row for row, name in enumerate(place) if name == part]
    return torch.tensor(rows) if rows else None


def _targets(whole: Any, told: Mapping[str, Any], made: Schema) -> torch.Tensor:
    import numpy
    import torch

    if made.task in ("classification", "binary"):
        if told.get("columns") == "one-hot":
            numbers = torch.from_numpy(numpy.asarray(whole).argmax(axis=1))
        else:
            numbers = torch.from_numpy(numpy.unique(whole.reshape(-1), return_inverse=True)[1])
        return numbers.long() if made.task == "classification" else numbers.float().unsqueeze(1)
    if made.task == "segmentation":
        return torch.from_numpy(whole.astype(numpy.int64))
    return torch.from_numpy(whole.astype(numpy.float32)).reshape(len(whole), *made.target_shape)


SOURCES = (
    own_source(
        id="own-arrays",
        title="Arrays (NumPy, safetensors)",
        help=(
            "A .npy, .npz or .safetensors file, or a folder of .npy files. Arrays called x and y, images and labels, "
            "x_train, y_train, x_val, x_test, y_test and the like are found by themselves; without targets the samples "
            "are unlabelled. Files with Python objects are refused."
        ),
        survey=Survey(look, schema, ("inputs", "targets")),
        read=read,
        options=(
            # A folder is taken too, but only where one was recognised: it is offered for no other.
            path_option(
                "A .npy, .npz or .safetensors file, or a folder of .npy files.", "file",
                (".npy", ".npz", ".safetensors"),
            ),
            Param("inputs", "text", None, "Name of the array with the samples; empty finds it.", optional=True),
            Param("targets", "text", None, "Name of the array with the targets; empty finds it.", optional=True),
            Param("kind", "choice", "guess", "What a sample is, if its shape leaves a doubt.", choices=KINDS),
            Param("predict", "choice", "guess", "Whether the targets are classes or numbers. Guess: whole numbers are "
                  "classes, and so are columns of 0 and 1.", choices=("guess", "classes", "number")),
            Param("standardise", "bool", False, "Give every feature or channel mean 0 and deviation 1, measured on the "
                  "training split only."),
        ),
        words=("numpy", "npz", "npy", "safetensors", "arrays", "tensor", "mnist.npz"),
    ),
)  # fmt: skip
