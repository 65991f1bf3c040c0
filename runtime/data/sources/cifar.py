"""CIFAR-10 and CIFAR-100 in their binary version.

torchvision reads the Python version, which is a pickle, and a pickle can run code when it is opened. Nothing
that TorchLoom loads may do that, so torchvision only downloads and unpacks here (its own address with
"python" replaced by "binary", and the checksums the authors publish), and the records are read with numpy:
one class byte (CIFAR-100: a coarse and a fine one), then 3,072 bytes of red, green and blue, row by row.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.data.dataset import Dataset
from runtime.data.download import downloading
from runtime.data.options import (
    IMAGE_SIZE,
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

PIXELS = 3 * 32 * 32
CLASSES_10 = ("airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck")
CLASSES_100 = (
    "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle", "bottle", "bowl",
    "boy", "bridge", "bus", "butterfly", "camel", "can", "castle", "caterpillar", "cattle", "chair",
    "chimpanzee", "clock", "cloud", "cockroach", "couch", "crab", "crocodile", "cup", "dinosaur", "dolphin",
    "elephant", "flatfish", "forest", "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp",
    "lawn_mower", "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
    "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear", "pickup_truck",
    "pine_tree", "plain", "plate", "poppy", "porcupine", "possum", "rabbit", "raccoon", "ray", "road",
    "rocket", "rose", "sea", "seal", "shark", "shrew", "skunk", "skyscraper", "snail", "snake", "spider",
    "squirrel", "streetcar", "sunflower", "sweet_pepper", "table", "tank", "telephone", "television",
    "tiger", "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree", "wolf",
    "woman", "worm",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edition:
    """Where one of the two sets is kept and how its records begin."""

    torchvision_name: str
    title: str
    folder: str
    train: tuple[str, ...]
    test: str
    label_bytes: int
    md5: str
    classes: tuple[str, ...]


CIFAR10 = Edition(
    "CIFAR10", "CIFAR-10", "cifar-10-batches-bin",
    tuple(f"data_batch_{number}.bin" for number in range(1, 6)), "test_batch.bin",
    1, "c32a1d4ab5d03f1284b67883e8d87530", CLASSES_10,
)  # fmt: skip
CIFAR100 = Edition(
    "CIFAR100", "CIFAR-100", "cifar-100-binary", ("train.bin",), "test.bin",
    2, "03b5dce01913d631647c71ecec9e9cb8", CLASSES_100,
)  # fmt: skip


def records(path: Path, edition: Edition) -> tuple[torch.Tensor, torch.Tensor]:
    """(pixels (N, 3, 32, 32) of uint8, class numbers (N,)) of one file."""
    import numpy
    import torch

    raw = numpy.fromfile(path, dtype=numpy.uint8)
    width = edition.label_bytes + PIXELS
    rows = raw.reshape(-1, width) if len(raw) % width == 0 else raw[:0].reshape(0, width)
    labels = torch.from_numpy(rows[:, edition.label_bytes - 1].copy()).long()
    if len(rows) == 0 or int(labels.max()) >= len(edition.classes):
        raise DataError(
            f"The {edition.title} file {path} is damaged. Delete the folder {path.parent} and it is "
            "downloaded again."
        )
    pixels = torch.from_numpy(rows[:, edition.label_bytes :].copy())
    return pixels.view(-1, 3, 32, 32), labels


def fetch(edition: Edition, loading: Loading) -> Path:
    """The folder that holds the edition's files, downloaded if any of them is missing."""
    folder = loading.root / edition.folder
    if all((folder / name).is_file() for name in (*edition.train, edition.test)):
        return folder
    import torchvision
    from torchvision.datasets.utils import download_and_extract_archive

    known = getattr(torchvision.datasets, edition.torchvision_name)
    with downloading(edition.title, loading):
        download_and_extract_archive(
            known.url.replace("-python.", "-binary."), str(loading.root),
            filename=known.filename.replace("-python.", "-binary."), md5=edition.md5, remove_finished=True,
        )  # fmt: skip
    return folder


def _describer(edition: Edition) -> Callable[[Mapping[str, Any]], Schema]:
    def describe(options: Mapping[str, Any]) -> Schema:
        train, test = limited(50_000, options["train_samples"]), limited(10_000, options["test_samples"])
        return classification(
            image_shape(3, 32, options), edition.classes, "image", size=train + test, test_size=test,
            needs_download=True, features=("red", "green", "blue"),
        )  # fmt: skip

    return describe


def _reader(edition: Edition) -> Callable[[Mapping[str, Any], Loading], Dataset]:
    describe = _describer(edition)

    def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
        import torch

        loading.step(0.0, f"Looking for {edition.title}")
        folder = fetch(edition, loading)
        loading.step(0.8, f"Unpacking {edition.title}")
        parts = [records(folder / name, edition) for name in edition.train]
        train, train_labels = (
            torch.cat(part)[: options["train_samples"]] for part in zip(*parts, strict=True)
        )
        test, test_labels = (
            part[: options["test_samples"]] for part in records(folder / edition.test, edition)
        )
        pixels = torch.cat((train, test)).float().div_(255)
        return Dataset(
            shaped_pictures(pixels, options),
            torch.cat((train_labels, test_labels)),
            describe(options),
            test=torch.arange(len(train), len(pixels)),
            scaling=image_scaling(options),
        )

    return read


def _source(id: str, edition: Edition) -> Source:
    return Source(
        id=id,
        title=edition.title,
        category="Images",
        help=(
            f"60,000 colour pictures of 32 × 32 pixels in {len(edition.classes)} classes, 10,000 of them for "
            "testing. About 160 MB are downloaded once; without a connection choose Coloured shapes or "
            "Handwritten digits."
        ),
        words=("download", "photographs", "rgb", "32"),
        options=(TRAIN_SAMPLES, TEST_SAMPLES, IMAGE_SIZE, SCALING),
        describe=_describer(edition),
        read=_reader(edition),
    )


SOURCES = (_source("cifar10", CIFAR10), _source("cifar100", CIFAR100))
