"""A person's own arrays: .npy, .npz or .safetensors, with or without targets."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from graph.catalogue.spec import Param
from runtime.data.own.scans import Facts, Survey, facts, own_source, path_option, place_of
from runtime.data.schema import DataError, Kind, Schema, classification, regression
from runtime.data.source import Loading

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

MOST_CLASSES = 1000
KINDS = ("guess", "table", "image", "series", "tokens")
SIBLINGS = {"x": "y", "images": "labels", "inputs": "targets", "data": "labels", "features": "targets"}


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

    from runtime.data.own.arrays import OBJECT, array, listed, roles

    loading.step(0.0, f"Looking at {path.name}")
    found = listed(path)
    by_name = {item.name: item for item in found}
    which = roles(path, found, options["inputs"], options["targets"])
    shapes = [by_name[name].shape for name in which.inputs]
    if any(len(shape) < 1 or shape[0] == 0 for shape in shapes) or any(
        s[1:] != shapes[0][1:] for s in shapes
    ):
        raise DataError(
            f"“{which.inputs[0]}” in {path.name} has no rows, or another shape than its test part."
        )
    beside = _sibling(path) if path.suffix.lower() == ".npy" else None
    goals = [(path, name) for name in which.targets] or ([(beside, "array")] if beside else [])
    told: dict[str, Any] = {}
    if goals:
        values = []
        for (place, name), shape in zip(goals, shapes, strict=True):
            loading.step(0.3, f"Reading “{name}”")
            part = array(place, name)
            if len(part) != shape[0]:
                raise DataError(f"{path.name} has {shape[0]:,} samples but {len(part):,} targets.")
            values.append(numpy.asarray(part))
        whole = numpy.concatenate(values)
        if len(whole.shape) == 2 and whole.shape[1] == 1:
            whole = whole[:, 0]
        if whole.dtype.kind not in "biufUS":
            raise DataError(f"The targets of {path.name} are neither numbers nor words.")
        told = {"shape": list(whole.shape[1:]), "kind": whole.dtype.kind}
        if whole.dtype.kind != "f" or (whole.ndim == 1 and not (whole % 1).any()):
            different = numpy.unique(whole)
            few = len(different) <= MOST_CLASSES
            told["classes"] = [str(item) for item in different.tolist()] if few else None
            told["values"] = different.tolist() if few and whole.dtype.kind in "biuf" else None
    return {
        "arrays": [[item.name, list(item.shape), item.dtype] for item in found],
        "inputs": list(which.inputs),
        "targets": [[str(place), name] for place, name in goals],
        "shape": list(shapes[0][1:]),
        "sizes": [shape[0] for shape in shapes],
        "dtype": by_name[which.inputs[0]].dtype,
        "answers": told,
        "notes": [
            f"“{item.name}” is passed over: it holds Python objects, which could run code and are never opened."
            for item in found
            if item.dtype == OBJECT
        ],
    }


def _layout(facts: Facts, options: Mapping[str, Any]) -> tuple[Kind, tuple[int, ...], bool]:
    """(kind, shape of a sample, whether the channels stood last)."""
    shape, dtype, kind = tuple(facts["shape"]), facts["dtype"].lower(), options["kind"]
    whole = dtype.startswith(("int", "uint", "i", "u")) and dtype not in ("uint8", "u8")
    if kind == "guess":
        if len(shape) == 3 or (
            len(shape) == 2 and (dtype in ("uint8", "u8") or (min(shape) >= 16 and shape[0] == shape[1]))
        ):
            kind = "image"
        elif len(shape) == 2:
            kind = "series"
        else:
            kind = "tokens" if whole and len(shape) == 1 and shape[0] > 1 else "table"
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
    test = facts["sizes"][1] if len(facts["sizes"]) > 1 else None
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
    if not answer and classes and (wanted == "classes" or (wanted == "guess" and told["kind"] != "f")):
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
    from runtime.data.own.arrays import array
    from runtime.data.stored import Stored

    path = place_of(options)
    about = facts("own-arrays", options, loading)
    made = schema(about, options)
    last = _layout(about, options)[2]
    loading.step(0.2, f"Reading {path.name}")
    parts = [array(path, name) for name in about["inputs"]]
    values = parts[0] if len(parts) == 1 else numpy.concatenate(parts)
    if last:
        values = numpy.moveaxis(values, -1, 1)
    values = values.reshape(len(values), *made.input_shape)
    if values.dtype.kind not in "biuf":
        raise DataError(f"The inputs of {path.name} are no numbers ({values.dtype}).")
    if values.dtype.byteorder not in "=|" and values.dtype.itemsize > 1:
        values = values.astype(values.dtype.newbyteorder("="))
    inputs: torch.Tensor
    if made.kind == "image" and values.dtype == numpy.uint8 and values.flags.c_contiguous:
        inputs = Stored(torch.from_numpy(values))  # bytes stay bytes, on the disk where they are
    elif made.kind == "image" and values.dtype == numpy.uint8:
        inputs = torch.from_numpy(values.astype(numpy.float32)) / 255
    else:
        inputs = torch.from_numpy(numpy.ascontiguousarray(values)).to(getattr(torch, made.input_dtype))
    loading.step(0.8, f"Reading {path.name}")
    return Dataset(
        inputs, _targets(about, made), made,
        test=torch.arange(about["sizes"][0], len(values)) if len(parts) > 1 else None,
        scaling="standardise" if options["standardise"] and made.kind != "tokens" else "none",
        target_scaling="standardise" if made.task == "regression" and len(made.target_shape) == 1 else "none",
        skipped=tuple(about["notes"]),
    )  # fmt: skip


def _targets(about: Facts, made: Schema) -> Any:
    import numpy
    import torch

    from runtime.data.own.arrays import array

    if made.task == "unlabelled":
        return torch.empty(made.size or 0, 0)
    whole = numpy.concatenate([array(Path(place), name) for place, name in about["targets"]])
    if made.task in ("classification", "binary"):
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
            "A .npy, .npz or .safetensors file. Arrays called x and y, images and labels, x_train, y_train, x_test, "
            "y_test and the like are found by themselves; without targets the samples are unlabelled. Files with "
            "Python objects are refused."
        ),
        survey=Survey(look, schema, ("inputs", "targets")),
        read=read,
        options=(
            path_option("A .npy, .npz or .safetensors file.", "file", (".npy", ".npz", ".safetensors")),
            Param("inputs", "text", None, "Name of the array with the samples; empty finds it.", optional=True),
            Param("targets", "text", None, "Name of the array with the targets; empty finds it.", optional=True),
            Param("kind", "choice", "guess", "What a sample is, if its shape leaves a doubt.", choices=KINDS),
            Param("predict", "choice", "guess", "Whether the targets are classes or numbers. Guess: whole numbers are "
                  "classes.", choices=("guess", "classes", "number")),
            Param("standardise", "bool", False, "Give every feature or channel mean 0 and deviation 1, measured on the "
                  "training split only."),
        ),
        words=("numpy", "npz", "npy", "safetensors", "arrays", "tensor", "mnist.npz"),
    ),
)  # fmt: skip
