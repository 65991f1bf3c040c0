"""Options that several sources share, and what they do to pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Scaling

if TYPE_CHECKING:
    import torch

SEED = Param("seed", "int", 0, "The same seed generates the same samples.", minimum=0, maximum=2**31 - 1)
STANDARDISE = Param(
    "standardise",
    "bool",
    True,
    "Give every feature mean 0 and standard deviation 1, measured on the training split only.",
)
IMAGE_SIZE = Param(
    "image_size", "int", None, "Resize pictures to this many pixels each way; empty keeps their own size.",
    minimum=4, maximum=512, optional=True,
)  # fmt: skip
SCALING = Param(
    "scaling",
    "choice",
    "0 to 1",
    "Range of the pixels. Standardised: mean 0, deviation 1 per channel, measured on the training split.",
    choices=("0 to 1", "-1 to 1", "standardised"),
)
TRAIN_SAMPLES = Param(
    "train_samples", "int", None, "Use only so many of the training samples; empty uses all.",
    minimum=10, optional=True,
)  # fmt: skip
TEST_SAMPLES = Param(
    "test_samples", "int", None, "Use only so many of the test samples; empty uses all.",
    minimum=10, optional=True,
)  # fmt: skip
RGB = Param("rgb", "bool", False, "Repeat the grey channel three times, for networks that expect colour.")


def count(default: int, help: str = "How many samples to generate.", minimum: int = 4) -> Param:
    """The ``n`` of a generated set."""
    return Param("n", "int", default, help, minimum=minimum, maximum=1_000_000)


def limited(size: int, limit: int | None) -> int:
    """How many of ``size`` samples are left under an optional limit."""
    return size if limit is None else min(size, limit)


def image_shape(channels: int, size: int, options: Mapping[str, Any]) -> tuple[int, int, int]:
    """The shape of one picture under the options that resize and colour it."""
    edge = options.get("image_size") or size
    return (3 if options.get("rgb") else channels, edge, edge)


def image_scaling(options: Mapping[str, Any]) -> Scaling:
    """What is left for the dataset to do once the training split is known."""
    return "standardise" if options["scaling"] == "standardised" else "none"


def shaped_pictures(pixels: torch.Tensor, options: Mapping[str, Any]) -> torch.Tensor:
    """Pictures (N, C, H, W) in 0…1 resized, coloured and ranged as the options say; may work in place.

    Resizing is bilinear, with antialiasing when it shrinks (as PIL and torchvision do).
    """
    import torch

    size = options.get("image_size")
    if size and tuple(pixels.shape[-2:]) != (size, size):
        parts = [
            torch.nn.functional.interpolate(part, size=(size, size), mode="bilinear", antialias=True)
            for part in pixels.split(4096)
        ]
        pixels = torch.cat(parts).clamp_(0, 1)
    if options.get("rgb") and pixels.shape[1] == 1:
        pixels = pixels.repeat(1, 3, 1, 1)
    if options["scaling"] == "-1 to 1":
        pixels = pixels.mul_(2).sub_(1)
    return pixels
