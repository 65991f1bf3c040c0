"""Scenes of several coloured shapes on a textured background, drawn all at once from random numbers."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, NamedTuple

from runtime.data.sources.pictures import SHAPES, Distance

if TYPE_CHECKING:
    import torch

    from runtime.data.source import Loading

COPIES = 2
"""At most this many shapes of a kind are in a picture."""
AT_ONCE = 256
"""Pictures drawn together, so that a person can cancel between."""
TRIES = 48
"""Places that are tried for every shape; it takes the one farthest from the others."""
SMALLEST, LARGEST = 0.12, 0.2
"""Radius of a shape, as a share of the picture's side."""
NONE, ONE = 0.5, 0.9
"""A kind is absent below the first of these chances, there once below the second, else twice."""


class Plan(NamedTuple):
    """Where the shapes of N scenes are; K slots each, in shares of the picture's side.

    ``x``, ``y``, ``radius``, ``turn`` (radians) and ``there`` are (N, K); slot k holds a shape of kind
    k // :data:`COPIES`.
    """

    x: torch.Tensor
    y: torch.Tensor
    radius: torch.Tensor
    turn: torch.Tensor
    there: torch.Tensor


def plan(samples: int, kinds: int, generator: torch.Generator, bare: bool = True) -> Plan:
    """Choose which shapes there are and where. They keep clear of each other; one for which no room was found
    is left out. Which kinds are there is drawn for each kind by itself, so that knowing one says nothing about
    another. Without ``bare`` every scene has a shape. Nothing depends on the size of the pictures."""
    import torch

    slots = kinds * COPIES
    chance = torch.rand(samples, kinds, generator=generator)
    if not bare:
        lonely = (chance < NONE).all(dim=1)
        chance[lonely, chance[lonely].argmax(dim=1)] = NONE
    there = torch.stack([chance >= NONE, chance >= ONE], dim=2).reshape(samples, slots)
    radius = SMALLEST + (LARGEST - SMALLEST) * torch.rand(samples, slots, generator=generator)
    turn = 2 * math.pi * torch.rand(samples, slots, generator=generator)
    tried = torch.rand(samples, slots, TRIES, 2, generator=generator)
    places = radius[..., None, None] + (1 - 2 * radius[..., None, None]) * tried
    middle = torch.zeros(samples, slots, 2)
    rows = torch.arange(samples)
    for slot in range(slots):
        reach = radius[:, slot, None] + radius[:, :slot]
        apart = (places[:, slot, :, None] - middle[:, None, :slot]).norm(dim=-1) - reach[:, None]
        apart = apart.masked_fill(~there[:, None, :slot], math.inf)
        clear = apart.amin(dim=2) if slot else torch.full((samples, TRIES), math.inf)
        best = clear.argmax(dim=1)
        middle[:, slot] = places[rows, slot, best]
        there[:, slot] &= clear[rows, best] > 0
    return Plan(middle[..., 0], middle[..., 1], radius, turn, there)


def covers(scene: Plan, slot: int, rows: torch.Tensor, size: int, shape: Distance) -> torch.Tensor:
    """How far every pixel's middle is outside the shape of a slot, in pixels: (len(rows), size, size)."""
    import torch

    axis = (torch.arange(size) + 0.5) / size
    radius = scene.radius[rows, slot].view(-1, 1, 1)
    turn = scene.turn[rows, slot].view(-1, 1, 1)
    x = (axis.view(1, 1, -1) - scene.x[rows, slot].view(-1, 1, 1)) / radius
    y = (axis.view(1, -1, 1) - scene.y[rows, slot].view(-1, 1, 1)) / radius
    outside = shape(x * turn.cos() + y * turn.sin(), y * turn.cos() - x * turn.sin())
    return outside * radius * size


class Scenes(NamedTuple):
    """Pictures (N, 3, S, S) in 0…1 and what is in them: ``masks`` (N, S, S) int64 with 0 for the background and
    kind + 1 for a shape, ``boxes`` (N, K, 5) float32 of class, centre x, centre y, width and height in shares of
    the side, where rows of class −1 fill up at the end."""

    pictures: torch.Tensor
    masks: torch.Tensor
    boxes: torch.Tensor


def draw(samples: int, kinds: int, size: int, noise: float, seed: int, loading: Loading) -> Scenes:
    """Scenes of the first ``kinds`` of :data:`runtime.data.sources.pictures.SHAPES`.

    A pixel belongs to a shape when its middle does, and a box is the smallest that holds these pixels.
    """
    import torch

    generator = torch.Generator().manual_seed(seed)
    scene = plan(samples, kinds, generator)
    slots = kinds * COPIES
    back = _background(samples, size, generator)
    colours = _colours(samples, slots, back.mean(dim=(2, 3)), generator)
    pictures = back
    masks = torch.zeros(samples, size, size, dtype=torch.int64)
    boxes = torch.full((samples, slots, 5), -1.0)
    shapes = tuple(SHAPES.values())
    for slot in range(slots):
        loading.step(slot / slots, "Drawing the scenes")
        kind = slot // COPIES
        for rows in scene.there[:, slot].nonzero().flatten().split(AT_ONCE):
            outside = covers(scene, slot, rows, size, shapes[kind])
            cover = (0.5 - outside).clamp_(0, 1).unsqueeze(1)
            colour = colours[rows, slot, :, None, None]
            pictures[rows] = torch.lerp(pictures[rows], colour.expand(-1, -1, size, size), cover)
            inside = outside < 0
            masks[rows] = torch.where(inside, kind + 1, masks[rows])
            boxes[rows, slot] = boxes_of(inside, kind)
    for part in pictures.split(AT_ONCE):
        part.add_(torch.randn(part.shape, generator=generator), alpha=noise).clamp_(0, 1)
    order = (boxes[..., 0] < 0).to(torch.int8).argsort(dim=1, stable=True)
    return Scenes(pictures, masks, boxes.gather(1, order.unsqueeze(2).expand(-1, -1, 5)))


def boxes_of(inside: torch.Tensor, kind: int) -> torch.Tensor:
    """Rows of class, centre and size (n, 5), in shares of the side, around the true pixels of (n, S, S);
    class −1 where there are none."""
    import torch

    size = inside.shape[-1]
    found = []
    for axis in (1, 2):
        line = inside.any(dim=axis)
        low = line.to(torch.int8).argmax(dim=1)
        high = size - line.flip(1).to(torch.int8).argmax(dim=1)
        found += [(low + high) / (2 * size), (high - low) / size]
    across, width, down, height = found
    rows = torch.stack([torch.full_like(across, float(kind)), across, down, width, height], dim=1)
    return torch.where(inside.flatten(1).any(dim=1, keepdim=True), rows, torch.full_like(rows, -1.0))


def _background(samples: int, size: int, generator: torch.Generator) -> torch.Tensor:
    """Cloudy colours: few random values, enlarged smoothly, with finer and fainter ones on top (N, 3, S, S)."""
    import torch
    from torch.nn.functional import interpolate

    ground = 0.15 + 0.7 * torch.rand(samples, 3, 1, 1, generator=generator)
    picture = ground.expand(-1, -1, size, size).clone()
    for cells, strength in ((3, 0.3), (9, 0.12)):
        coarse = (torch.rand(samples, 3, cells, cells, generator=generator) - 0.5) * strength
        picture += interpolate(coarse, size=(size, size), mode="bilinear", align_corners=False)
    return picture.clamp_(0, 1)


def _colours(samples: int, slots: int, ground: torch.Tensor, generator: torch.Generator) -> torch.Tensor:
    """A colour for every slot (N, K, 3): of four, the one that differs most from the ground (N, 3)."""
    import torch

    offered = torch.rand(samples, slots, 4, 3, generator=generator)
    best = (offered - ground[:, None, None]).norm(dim=-1).argmax(dim=-1)
    return offered.gather(2, best[..., None, None].expand(-1, -1, 1, 3)).squeeze(2)
