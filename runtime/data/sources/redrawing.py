"""Pictures whose target is the picture itself: data for autoencoders, also for those that remove noise."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import IMAGE_SIZE, SEED, image_shape, shaped_pictures
from runtime.data.schema import Schema
from runtime.data.source import Loading, Source


def describe(options: Mapping[str, Any]) -> Schema:
    shape = image_shape(1, 8, options)
    return Schema(
        input_shape=shape,
        task="regression",
        kind="image",
        target_shape=shape,
        target_dtype="float32",
        size=1797,
        features=("grey",),
        target_names=("the picture itself",),
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch
    from sklearn.datasets import load_digits

    loading.step(0.1, "Reading the digits")
    pixels = torch.from_numpy(load_digits().images).float().unsqueeze(1) / 16
    pictures = shaped_pictures(pixels, {**options, "scaling": "0 to 1"})
    generator = torch.Generator().manual_seed(options["seed"])
    noise = options["noise"] * torch.randn(pictures.shape, generator=generator)
    inputs = (pictures + noise).clamp_(0, 1) if options["noise"] else pictures.clone()
    return Dataset(inputs, pictures, describe(options))


SOURCES = (
    Source(
        id="digits-again",
        title="Digits to draw again",
        category="Images",
        help=(
            "The handwritten digits of scikit-learn, 1,797 grey pictures in 0…1, each with itself as the target: "
            "what an autoencoder learns from. With noise the network sees a spoilt picture and has to draw the "
            "clean one."
        ),
        words=("autoencoder", "denoising", "reconstruction", "unsupervised", "optdigits"),
        options=(
            IMAGE_SIZE,
            Param(
                "noise",
                "float",
                0.0,
                "Standard deviation of the noise on the inputs; the targets stay clean.",
                minimum=0,
                maximum=2,
            ),
            SEED,
        ),
        describe=describe,
        read=read,
    ),
)
