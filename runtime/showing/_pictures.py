"""Shows made of pictures and points, as the generative recipes need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import nn

from runtime.protocol import Message
from runtime.showing import Look, bytes_of, floats_of

MOST_POINTS = 500


def shows_pictures(look: Look) -> bool:
    """Whether the samples are pictures one can show: grey or in colour."""
    schema = look.session.dataset.schema
    return schema.kind == "image" and len(schema.input_shape) == 3 and schema.input_shape[0] in (1, 3)


def pictures(look: Look, name: str, title: str, images: torch.Tensor, columns: int, **more: Any) -> Message:
    """A show of pictures (N, C, H, W) in the range of the data. ``more``: labels, column_titles, row_titles."""
    low, high, images = seen(look, images)
    return {
        "kind": "pictures", "name": name, "title": title, "images": bytes_of(images, low, high), "columns": columns,
        **more,
    }  # fmt: skip


def seen(look: Look, images: torch.Tensor) -> tuple[float, float, torch.Tensor]:
    """The darkest and the brightest value of the data, and pictures as they were before they were standardised."""
    scaler = look.session.dataset.input_scaler
    images = images.detach().float()
    if scaler is not None:
        images = scaler.invert(images)
    return *_range(look), images


def _range(look: Look) -> tuple[float, float]:
    """The range of the data's pixels, before they were standardised."""
    if "range" not in look.memory:
        some = look.batch(256, "train")["input"].float()
        scaler = look.session.dataset.input_scaler
        look.memory["range"] = usual_range(scaler.invert(some) if scaler is not None else some)
    found: tuple[float, float] = look.memory["range"]
    return found


def usual_range(values: torch.Tensor) -> tuple[float, float]:
    """0…1 or −1…1 where all values lie in there, else from the lowest to the highest."""
    low, high = (bound.item() for bound in values.float().aminmax())
    if low >= -1 and high <= 1:
        return (-1.0 if low < 0 else 0.0), 1.0
    return low, high


def side_by_side(*columns: torch.Tensor) -> torch.Tensor:
    """Pictures of several kinds, one row for each sample: (N · K, C, H, W)."""
    return torch.stack(columns, dim=1).flatten(0, 1)


def one_below(*rows: torch.Tensor) -> torch.Tensor:
    """Pictures of several kinds, one row for each kind: (K · N, C, H, W)."""
    return torch.cat(rows)


def class_names(look: Look, batch: dict[str, torch.Tensor]) -> tuple[list[int], list[str]]:
    """Class numbers of a batch and the names of the classes; one class for all where the data has none."""
    schema = look.session.dataset.schema
    if schema.task in ("classification", "binary") and schema.classes:
        return batch["target"].long().flatten().tolist(), list(schema.classes)
    return [0] * len(batch["input"]), ["samples"]


def points(
    name: str, title: str, places: torch.Tensor, labels: Sequence[int], classes: Sequence[str]
) -> Message:
    """A show of points (N, 2)."""
    return {
        "kind": "points", "name": name, "title": title, "points": floats_of(places), "labels": list(labels),
        "classes": list(classes),
    }  # fmt: skip


def in_two_dimensions(codes: torch.Tensor) -> torch.Tensor:
    """Codes (N, D) along the two directions in which they differ most (PCA), turned so that it stays the same from
    epoch to epoch as far as possible: the largest part of each direction is positive."""
    codes = codes.detach().float().flatten(1).cpu()
    if codes.shape[1] == 1:
        codes = torch.cat([codes, torch.zeros_like(codes)], dim=1)
    if codes.shape[1] == 2:
        return codes
    centred = codes - codes.mean(dim=0)
    _, _, directions = torch.linalg.svd(centred, full_matrices=False)
    first = directions[:2]
    signs = first.gather(1, first.abs().argmax(dim=1, keepdim=True)).sign()
    return centred @ (first * signs).T


def narrowest(network: nn.Module, x: torch.Tensor) -> torch.Tensor | None:
    """What the layer with the fewest numbers per sample gives on the way: the code of an autoencoder."""
    found: list[torch.Tensor] = []

    def keep(module: nn.Module, given: Any, output: Any) -> None:
        if torch.is_tensor(output) and len(output) == len(x) and output.dim() > 1:
            found.append(output)

    leaves = [module for module in network.modules() if not any(True for _ in module.children())]
    handles = [leaf.register_forward_hook(keep) for leaf in leaves]
    try:
        network(x)
    finally:
        for handle in handles:
            handle.remove()
    return min(found, key=lambda output: output[0].numel(), default=None)
