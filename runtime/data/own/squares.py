"""Options of everything that brings pictures to squares of one size."""

from __future__ import annotations

from graph.catalogue.spec import Param

EDGE = Param(
    "image_size", "int", 64, "Pixels each way that every picture is brought to.", minimum=4, maximum=1024
)
COLOUR = Param("colour", "choice", "rgb", "Three channels, or one.", choices=("rgb", "grey"))
FIT = Param(
    "fit", "choice", "crop",
    "How a picture becomes a square: crop keeps the middle, pad adds black, stretch squeezes.",
    choices=("crop", "pad", "stretch"),
)  # fmt: skip
WHOLE = Param(
    "fit", "choice", "pad",
    "How a picture becomes a square: pad adds black, stretch squeezes. Boxes keep to what they show.",
    choices=("pad", "stretch"),
)  # fmt: skip
