"""Generated points in the plane: moons, circles and spirals, for watching a decision boundary move."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SEED, STANDARDISE, count
from runtime.data.schema import Schema, classification
from runtime.data.source import Loading, Source

if TYPE_CHECKING:
    import torch

Points = Callable[["torch.Tensor", "torch.Tensor", Mapping[str, Any]], "torch.Tensor"]
"""From positions along the curve (N,) in 0…1 and classes (N,) to points (N, 2)."""


def _noise(default: float) -> Param:
    return Param(
        "noise", "float", default, "Standard deviation of the noise on both axes.", minimum=0, maximum=5
    )


def describe(options: Mapping[str, Any]) -> Schema:
    classes = tuple(str(number) for number in range(options.get("arms", 2)))
    return classification((2,), classes, "table", size=options["n"], features=("x", "y"))


def _moons(along: torch.Tensor, classes: torch.Tensor, options: Mapping[str, Any]) -> torch.Tensor:
    """Two interleaving half circles, as in scikit-learn's make_moons."""
    import torch

    angle = along * torch.pi
    upper = torch.stack((angle.cos(), angle.sin()), 1)
    lower = torch.stack((1 - angle.cos(), 0.5 - angle.sin()), 1)
    return torch.where((classes == 0).unsqueeze(1), upper, lower)


def _circles(along: torch.Tensor, classes: torch.Tensor, options: Mapping[str, Any]) -> torch.Tensor:
    """A circle within a circle, as in scikit-learn's make_circles."""
    import torch

    angle = along * 2 * torch.pi
    radius = torch.where(classes == 0, 1.0, options["factor"])
    return torch.stack((angle.cos(), angle.sin()), 1) * radius.unsqueeze(1)


def _spirals(along: torch.Tensor, classes: torch.Tensor, options: Mapping[str, Any]) -> torch.Tensor:
    """Arms of an Archimedean spiral that wind around each other; the radius grows from 0.1 to 1."""
    import torch

    angle = along * 2 * torch.pi * options["turns"] + classes * 2 * torch.pi / options["arms"]
    radius = 0.1 + 0.9 * along
    return torch.stack((angle.cos(), angle.sin()), 1) * radius.unsqueeze(1)


def _reader(points: Points) -> Callable[[Mapping[str, Any], Loading], Dataset]:
    def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
        import torch

        schema = describe(options)
        generator = torch.Generator().manual_seed(options["seed"])
        classes = torch.arange(options["n"]) % schema.class_count
        along = torch.rand(options["n"], generator=generator)
        inputs = points(along, classes, options)
        inputs = inputs + options["noise"] * torch.randn(inputs.shape, generator=generator)
        order = torch.randperm(len(inputs), generator=generator)
        targets = classes[order]
        return Dataset(
            inputs[order],
            targets if schema.task == "classification" else targets.float().unsqueeze(1),
            schema,
            scaling="standardise" if options["standardise"] else "none",
        )

    return read


SOURCES = (
    Source(
        id="moons",
        title="Two moons",
        category="Toy",
        help="Two half circles that reach into each other; no straight line separates them.",
        words=("2-D", "half circles", "sklearn"),
        options=(count(400), _noise(0.15), STANDARDISE, SEED),
        describe=describe,
        read=_reader(_moons),
    ),
    Source(
        id="circles",
        title="Two circles",
        category="Toy",
        help="A circle inside another. No straight line separates them.",
        words=("2-D", "rings", "sklearn"),
        options=(
            count(400),
            _noise(0.08),
            Param(
                "factor",
                "float",
                0.5,
                "Radius of the inner circle; the outer one's is 1.",
                minimum=0.0,
                maximum=0.99,
            ),
            STANDARDISE,
            SEED,
        ),
        describe=describe,
        read=_reader(_circles),
    ),
    Source(
        id="spirals",
        title="Spirals",
        category="Toy",
        help="Arms that wind around each other: a small network has to work for these.",
        words=("2-D", "swirl"),
        options=(
            count(600),
            _noise(0.02),
            Param("arms", "int", 2, "Number of arms; each is a class.", minimum=2, maximum=8),
            Param(
                "turns", "float", 1.25, "How often an arm winds around the centre.", minimum=0.1, maximum=5
            ),
            STANDARDISE,
            SEED,
        ),
        describe=describe,
        read=_reader(_spirals),
    ),
)
