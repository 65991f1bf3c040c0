"""Pictures to be turned into other pictures: outlines with what fills them, and two heaps without pairs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SEED, count
from runtime.data.schema import Schema
from runtime.data.source import Loading, Source
from runtime.data.sources.pictures import SHAPES
from runtime.data.sources.shapes_scenes import AT_ONCE, COPIES, covers, plan

if TYPE_CHECKING:
    import torch

KINDS = 4
PAINT = ((0.86, 0.2, 0.18), (0.16, 0.38, 0.82), (0.15, 0.62, 0.3), (0.95, 0.75, 0.12))
"""The colour that each kind of shape has where it is filled: circles red, squares blue, triangles green, stars
yellow. So a network that turns outlines into pictures has to see what kind of shape it is."""
LINE = 1 / 40
"""Width of an outline, as a share of the picture's side."""
SIZE = Param("image_size", "int", 64, "Pixels each way.", minimum=16, maximum=512)
DOMAINS = ("day and night", "plain and striped")


def _schema(options: Mapping[str, Any], unpaired: bool, names: tuple[str, ...]) -> Schema:
    shape = (3, options["image_size"], options["image_size"])
    return Schema(
        input_shape=shape,
        task="unpaired-images" if unpaired else "image-to-image",
        kind="image",
        target_shape=shape,
        target_dtype="float32",
        size=options["n"],
        features=("red", "green", "blue"),
        target_names=names,
    )


def describe_pairs(options: Mapping[str, Any]) -> Schema:
    return _schema(options, False, ("the filled picture",))


def describe_heaps(options: Mapping[str, Any]) -> Schema:
    return _schema(options, True, (f"a picture of the other kind ({options['domains']})",))


def read_pairs(options: Mapping[str, Any], loading: Loading) -> Dataset:
    """Inputs are dark lines on white, targets the same shapes filled, lit from the upper left, on pale paper."""
    import torch

    samples, size = options["n"], options["image_size"]
    generator = torch.Generator().manual_seed(options["seed"])
    scene = plan(samples, KINDS, generator, bare=False)
    sketches = torch.ones(samples, 3, size, size)
    pictures = torch.tensor((0.93, 0.91, 0.86)).view(1, 3, 1, 1).repeat(samples, 1, size, size)
    axis = torch.linspace(0, 1, size)
    light = 1.15 - 0.3 * (axis.view(-1, 1) + axis.view(1, -1))
    shapes = tuple(SHAPES.values())
    for slot in range(KINDS * COPIES):
        loading.step(slot / (KINDS * COPIES), "Drawing the pairs")
        kind = slot // COPIES
        paint = (torch.tensor(PAINT[kind]).view(3, 1, 1) * light).clamp(0, 1)
        for rows in scene.there[:, slot].nonzero().flatten().split(AT_ONCE):
            outside = covers(scene, slot, rows, size, shapes[kind]).unsqueeze(1)
            line = ((outside.abs() - LINE * size / 2).neg() + 0.5).clamp(0, 1)
            sketches[rows] *= 1 - 0.9 * line
            fill = (0.5 - outside).clamp(0, 1)
            pictures[rows] = torch.lerp(pictures[rows], paint.expand(len(rows), -1, -1, -1), fill)
    return Dataset(sketches.mul_(2).sub_(1), pictures.mul_(2).sub_(1), describe_pairs(options))


def read_heaps(options: Mapping[str, Any], loading: Loading) -> Dataset:
    """Inputs are of the first kind, targets of the second; no scene is in both."""
    make = _by_day_or_night if options["domains"] == DOMAINS[0] else _plain_or_striped
    samples, size = options["n"], options["image_size"]
    heaps = []
    for number in (0, 1):
        loading.step(number / 2, "Drawing the pictures")
        heaps.append(make(samples, size, 2 * options["seed"] + number, number == 1).mul_(2).sub_(1))
    return Dataset(heaps[0], heaps[1], describe_heaps(options))


def _by_day_or_night(samples: int, size: int, seed: int, night: bool) -> torch.Tensor:
    """Shapes that stand on a meadow under the sky, in 0…1: (N, 3, size, size)."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    scene = plan(samples, KINDS, generator, bare=False)
    height = torch.linspace(0, 1, size).view(1, 1, -1, 1)
    horizon = 0.55 + 0.2 * torch.rand(samples, 1, 1, 1, generator=generator)
    upper, lower = ((0.35, 0.62, 0.95), (0.36, 0.68, 0.28))
    if night:
        upper, lower = ((0.05, 0.06, 0.2), (0.04, 0.12, 0.1))
    sky = _rgb(upper) * (0.75 + 0.35 * height / horizon) + (0.0 if night else 0.08)
    sky = sky.repeat(1, 1, 1, size)
    ground = ((height - horizon) * size + 0.5).clamp(0, 1)
    picture = torch.lerp(sky, _rgb(lower).expand(sky.shape), ground.expand(sky.shape))
    if night:
        stars = torch.rand(samples, 1, size, size, generator=generator) < 0.012
        picture = torch.where(stars & (ground < 0.5), _rgb((0.95, 0.95, 0.8)), picture)
    dim = _rgb((0.45, 0.45, 0.65)) if night else _rgb((1.0, 1.0, 1.0))
    return _with_shapes(picture, scene, dim, None)


def _plain_or_striped(samples: int, size: int, seed: int, striped: bool) -> torch.Tensor:
    """Shapes on pale paper, filled with one colour or with dark stripes across it: (N, 3, size, size)."""
    import torch

    generator = torch.Generator().manual_seed(seed)
    scene = plan(samples, KINDS, generator, bare=False)
    paper = 0.8 + 0.15 * torch.rand(samples, 3, 1, 1, generator=generator)
    picture = paper.repeat(1, 1, size, size)
    axis = torch.arange(size) / size
    waves = ((axis.view(-1, 1) + axis.view(1, -1)) * 40).sin()
    return _with_shapes(picture, scene, _rgb((1.0, 1.0, 1.0)), waves * 0.5 + 0.5 if striped else None)


def _with_shapes(picture: torch.Tensor, scene: Any, dim: Any, stripes: Any) -> torch.Tensor:
    """Paint the scene's shapes; ``dim`` multiplies their colours, ``stripes`` (S, S) darken where they are 0."""
    import torch

    size = picture.shape[-1]
    shapes = tuple(SHAPES.values())
    for slot in range(KINDS * COPIES):
        paint = _rgb(PAINT[slot // COPIES]) * dim
        paint = paint.expand(1, 3, size, size) if stripes is None else paint * (0.25 + 0.75 * stripes)
        for rows in scene.there[:, slot].nonzero().flatten().split(AT_ONCE):
            outside = covers(scene, slot, rows, size, shapes[slot // COPIES]).unsqueeze(1)
            fill = (0.5 - outside).clamp(0, 1)
            picture[rows] = torch.lerp(picture[rows], paint.expand(len(rows), -1, -1, -1), fill)
    return picture.clamp_(0, 1)


def _rgb(colour: tuple[float, float, float]) -> torch.Tensor:
    import torch

    return torch.tensor(colour).view(1, 3, 1, 1)


SOURCES = (
    Source(
        id="paired-pictures",
        title="Outlines and filled shapes",
        category="Images",
        help=(
            "Generated pairs of pictures, both from −1 to 1: the outlines of some shapes, and the same shapes "
            "filled. The kind of a shape decides on its colour: circles are red, squares blue, triangles green "
            "and stars yellow."
        ),
        words=("pix2pix", "pairs", "image to image", "translation", "sketch", "generated"),
        options=(count(600), SIZE, SEED),
        describe=describe_pairs,
        read=read_pairs,
    ),
    Source(
        id="unpaired-pictures",
        title="Two kinds of pictures",
        category="Images",
        help=(
            "Two generated heaps of pictures from −1 to 1 that hold the same sort of shapes but no scene in common: "
            "by day and by night, or plain and striped. Nothing says which picture belongs to which."
        ),
        words=("cyclegan", "unpaired", "domains", "image to image", "style", "generated"),
        options=(
            count(400),
            SIZE,
            Param("domains", "choice", DOMAINS[0], "What tells the two kinds apart.", choices=DOMAINS),
            SEED,
        ),
        describe=describe_heaps,
        read=read_heaps,
    ),
)
