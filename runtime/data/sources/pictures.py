"""Generated pictures of coloured shapes on noise, at any size: data for networks made for photographs."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SCALING, SEED, count, image_scaling
from runtime.data.schema import Schema, classification
from runtime.data.source import Loading, Source

if TYPE_CHECKING:
    import torch

Distance = Callable[["torch.Tensor", "torch.Tensor"], "torch.Tensor"]
"""How far a point is outside a shape of radius 1; negative inside."""


def _circle(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return (x.square() + y.square()).sqrt() - 1


def _polygon(corners: int) -> Distance:
    def distance(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
        import torch

        angles = [math.pi / corners * (2 * side + 1) for side in range(corners)]
        sides = torch.stack([x * math.cos(angle) + y * math.sin(angle) for angle in angles])
        return sides.amax(0) - math.cos(math.pi / corners)

    return distance


def _star(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    """Five points, inner radius 0.4: every tenth of the turn is folded onto one straight edge."""
    import torch

    tenth = math.pi / 5
    angle = (torch.atan2(y, x).remainder(2 * tenth) - tenth).abs()
    radius = (x.square() + y.square()).sqrt()
    u, v = radius * (tenth - angle).cos(), radius * (tenth - angle).sin()
    inner = (0.4 * math.cos(tenth), 0.4 * math.sin(tenth))
    normal = (inner[1], 1 - inner[0])
    return ((u - 1) * normal[0] + v * normal[1]) / math.hypot(*normal)


def _ring(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    return ((x.square() + y.square()).sqrt() - 0.75).abs() - 0.25


def _cross(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    import torch

    x, y = x.abs(), y.abs()
    return torch.minimum(torch.maximum(x - 1, y - 0.3), torch.maximum(y - 1, x - 0.3))


def _crescent(x: torch.Tensor, y: torch.Tensor) -> torch.Tensor:
    import torch

    bite = 0.75 - ((x - 0.5).square() + y.square()).sqrt()
    return torch.maximum((x.square() + y.square()).sqrt() - 1, bite)


SHAPES: dict[str, Distance] = {
    "circle": _circle,
    "square": _polygon(4),
    "triangle": _polygon(3),
    "star": _star,
    "ring": _ring,
    "cross": _cross,
    "crescent": _crescent,
    "hexagon": _polygon(6),
}


def describe(options: Mapping[str, Any]) -> Schema:
    size = options["image_size"]
    classes = tuple(SHAPES)[: options["classes"]]
    return classification(
        (3, size, size), classes, "image", size=options["n"], features=("red", "green", "blue")
    )


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import torch

    schema = describe(options)
    samples, size = options["n"], options["image_size"]
    generator = torch.Generator().manual_seed(options["seed"])
    labels = torch.arange(samples) % schema.class_count
    # One row per picture: x, y, radius, turn, then the colours of shape and background. They do not depend on
    # the size, so the same seed draws the same scene at 32 and at 224 pixels.
    chance = torch.rand(samples, 10, generator=generator)
    pictures = torch.empty(samples, 3, size, size)
    for start in range(0, samples, 64):
        loading.step(start / samples, "Drawing the pictures")
        rows = slice(start, start + 64)
        pictures[rows] = _draw(
            chance[rows], labels[rows], tuple(SHAPES[name] for name in schema.classes or ()), size
        )
        noise = torch.randn(pictures[rows].shape, generator=generator)
        pictures[rows] = (pictures[rows] + options["noise"] * noise).clamp_(0, 1)
    if options["scaling"] == "-1 to 1":
        pictures.mul_(2).sub_(1)
    targets = labels if schema.task == "classification" else labels.float().unsqueeze(1)
    return Dataset(pictures, targets, schema, scaling=image_scaling(options))


def _draw(
    chance: torch.Tensor, labels: torch.Tensor, shapes: tuple[Distance, ...], size: int
) -> torch.Tensor:
    """Pictures (N, 3, size, size) in 0…1 without noise, edges smoothed over one pixel."""
    import torch

    axis = (torch.arange(size) + 0.5) / size * 2 - 1
    radius = (0.35 + 0.3 * chance[:, 2]).view(-1, 1, 1)
    room = 1 - radius
    x = axis.view(1, 1, -1) - (chance[:, 0].view(-1, 1, 1) * 2 - 1) * room
    y = axis.view(1, -1, 1) - (chance[:, 1].view(-1, 1, 1) * 2 - 1) * room
    turn = (chance[:, 3] * 2 * math.pi).view(-1, 1, 1)
    u = (x * turn.cos() + y * turn.sin()) / radius
    v = (y * turn.cos() - x * turn.sin()) / radius
    outside = torch.empty(len(chance), size, size)
    for number, distance in enumerate(shapes):
        chosen = labels == number
        outside[chosen] = distance(u[chosen], v[chosen])
    cover = (0.5 - outside * radius * size / 2).clamp(0, 1).unsqueeze(1)
    bright = 0.45 + 0.55 * chance[:, 4:7, None, None]
    dark = 0.35 * chance[:, 7:10, None, None]
    return cover * bright + (1 - cover) * dark


SOURCES = (
    Source(
        id="pictures",
        title="Coloured shapes",
        category="Images",
        help=(
            "Generated colour pictures of a shape (circle, square, triangle, star, …) at a random place, "
            "size, turn and colour on noise. 224 pixels suit networks made for ImageNet (VGG, ResNet)."
        ),
        words=("imagenet", "shapes", "generated", "vgg", "resnet", "rgb"),
        options=(
            count(400),
            Param("image_size", "int", 32, "Pixels each way.", minimum=8, maximum=512),
            Param("classes", "int", 4, "How many different shapes.", minimum=2, maximum=len(SHAPES)),
            Param("noise", "float", 0.08, "Standard deviation of the noise.", minimum=0, maximum=1),
            SCALING,
            SEED,
        ),
        describe=describe,
        read=read,
    ),
)
