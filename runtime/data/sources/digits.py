"""scikit-learn's handwritten digits: 1,797 grey pictures of 8 × 8 that need no download."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runtime.data.dataset import Dataset
from runtime.data.options import IMAGE_SIZE, RGB, SCALING, image_scaling, image_shape, shaped_pictures
from runtime.data.schema import Schema, classification
from runtime.data.source import Loading, Source

CLASSES = tuple(str(digit) for digit in range(10))


def describe(options: Mapping[str, Any]) -> Schema:
    shape = image_shape(1, 8, options)
    features = ("grey",) if shape[0] == 1 else ("red", "green", "blue")
    return classification(shape, CLASSES, "image", size=1797, features=features)


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch
    from sklearn.datasets import load_digits

    loading.step(0.1, "Reading the digits")
    found = load_digits()
    pixels = torch.from_numpy(found.images).float().unsqueeze(1) / 16
    return Dataset(
        shaped_pictures(pixels, options),
        torch.from_numpy(found.target).long(),
        describe(options),
        scaling=image_scaling(options),
    )


SOURCES = (
    Source(
        id="digits",
        title="Handwritten digits",
        category="Images",
        help=(
            "1,797 grey pictures of 8 × 8 pixels, the digits 0 to 9 as 43 people wrote them. They come with "
            "scikit-learn (UCI Optical Recognition of Handwritten Digits) and need no download."
        ),
        words=("optdigits", "sklearn", "mnist", "offline"),
        options=(IMAGE_SIZE, SCALING, RGB),
        describe=describe,
        read=read,
    ),
)
