"""MNIST and FashionMNIST, downloaded and read by torchvision."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from runtime.data.dataset import Dataset
from runtime.data.download import downloading
from runtime.data.options import (
    IMAGE_SIZE,
    RGB,
    SCALING,
    TEST_SAMPLES,
    TRAIN_SAMPLES,
    image_scaling,
    image_shape,
    limited,
    shaped_pictures,
)
from runtime.data.schema import DataError, Schema, classification
from runtime.data.source import Loading, Source

if TYPE_CHECKING:
    import torch

DIGITS = tuple(str(digit) for digit in range(10))
CLOTHES = (
    "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
)  # fmt: skip

Describe = Callable[[Mapping[str, Any]], Schema]


def _describer(classes: tuple[str, ...]) -> Describe:
    def describe(options: Mapping[str, Any]) -> Schema:
        shape = image_shape(1, 28, options)
        train, test = limited(60_000, options["train_samples"]), limited(10_000, options["test_samples"])
        return classification(
            shape, classes, "image", size=train + test, test_size=test, needs_download=True,
            features=("grey",) if shape[0] == 1 else ("red", "green", "blue"),
        )  # fmt: skip

    return describe


def _reader(name: str, describe: Describe) -> Callable[[Mapping[str, Any], Loading], Dataset]:
    def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
        import torch

        loading.step(0.0, f"Looking for {name}")
        parts = _files(name, loading)
        (train, train_labels), (test, test_labels) = (
            (pixels[:limit], labels[:limit])
            for (pixels, labels), limit in zip(
                parts, (options["train_samples"], options["test_samples"]), strict=True
            )
        )
        loading.step(0.9, f"Unpacking {name}")
        pixels = torch.cat((train, test)).unsqueeze(1).float().div_(255)
        return Dataset(
            shaped_pictures(pixels, options),
            torch.cat((train_labels, test_labels)),
            describe(options),
            test=torch.arange(len(train), len(pixels)),
            scaling=image_scaling(options),
        )

    return read


def _files(name: str, loading: Loading) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """(pixels (N, 28, 28) of uint8, class numbers (N,)) of the training and the test files."""
    import torchvision

    kind = getattr(torchvision.datasets, name)
    raw = loading.root / name / "raw"
    if not all((raw / file.removesuffix(".gz")).is_file() for file, _ in kind.resources):
        with downloading(name, loading):
            kind(str(loading.root), download=True)
    try:
        found = [kind(str(loading.root), train=train) for train in (True, False)]
        parts = [(part.data, part.targets) for part in found]
        for pixels, labels in parts:
            if len(pixels) != len(labels) or tuple(pixels.shape[1:]) != (28, 28):
                raise ValueError(f"{tuple(pixels.shape)} pictures for {len(labels)} labels")
    except (RuntimeError, ValueError, TypeError, KeyError, IndexError, AssertionError) as error:
        folder = loading.root / name
        raise DataError(
            f"The {name} files in {folder} are damaged. Delete that folder and they are downloaded again."
        ) from error
    return parts


def _source(name: str, id: str, title: str, help: str, classes: tuple[str, ...]) -> Source:
    describe = _describer(classes)
    return Source(
        id=id,
        title=title,
        category="Images",
        help=f"{help} They are downloaded once; without a connection choose Handwritten digits.",
        words=("download", "grey", "28"),
        options=(TRAIN_SAMPLES, TEST_SAMPLES, IMAGE_SIZE, SCALING, RGB),
        describe=describe,
        read=_reader(name, describe),
    )


SOURCES = (
    _source(
        "MNIST", "mnist", "MNIST",
        "70,000 grey pictures of handwritten digits, 28 × 28 pixels, 10,000 of them for testing.", DIGITS,
    ),
    _source(
        "FashionMNIST", "fashion-mnist", "FashionMNIST",
        "70,000 grey pictures of clothes, 28 × 28 pixels, 10,000 of them for testing.", CLOTHES,
    ),
)  # fmt: skip
