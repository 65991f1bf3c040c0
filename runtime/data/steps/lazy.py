"""Sets larger than the memory: their steps are done with the rows that are asked for, each time they are."""

from __future__ import annotations

from typing import Any

import torch

from runtime.data.stored import CHUNK, Stored


class Prepared(Stored):
    """Pictures kept as bytes that behave as if ``changes`` had been done with them; see :class:`Stored`."""

    changes: tuple[Any, ...]

    @staticmethod
    def __new__(cls, stored: Stored, changes: tuple[Any, ...]) -> Prepared:
        shape = (len(stored.pixels), *_through(stored.floats(stored.pixels[:1]), changes).shape[1:])
        made = torch.Tensor._make_wrapper_subclass(
            cls, shape, dtype=torch.float32, device=stored.pixels.device
        )
        made.pixels, made.scaler, made.changes = stored.pixels, stored.scaler, changes
        return made

    def floats(self, pixels: torch.Tensor) -> torch.Tensor:
        """Bytes (…, C, H, W) as they are after the steps."""
        values = Stored.floats(self, pixels)
        several = values.dim() == 4
        found = _through(values if several else values.unsqueeze(0), self.changes)
        return found if several else found.squeeze(0)

    def moved(self, pixels: torch.Tensor) -> Prepared:
        """The same with its bytes elsewhere."""
        return Prepared(Stored(pixels, self.scaler), self.changes)


def _through(values: torch.Tensor, changes: tuple[Any, ...]) -> torch.Tensor:
    for change in changes:
        values = change({"input": values})["input"]
    return values


def then(stored: Stored, change: Any) -> Prepared:
    """The same pictures after one more step."""
    before = stored.changes if isinstance(stored, Prepared) else ()
    return Prepared(Stored(stored.pixels, stored.scaler), (*before, change))


def measured(stored: Stored, rows: torch.Tensor, scaling: str) -> dict[str, Any]:
    """Arguments of ``Normalise`` from some rows, read a few at a time."""
    count = 0
    total: Any = 0.0
    square: Any = 0.0
    low: Any = float("inf")
    high: Any = -float("inf")
    for part in rows.sort().values.split(CHUNK):
        values = stored[part].double().movedim(1, 0).flatten(1)
        count += values.shape[1]
        total = total + values.sum(dim=1)
        square = square + values.square().sum(dim=1)
        low = torch.minimum(values.amin(dim=1), torch.as_tensor(low))
        high = torch.maximum(values.amax(dim=1), torch.as_tensor(high))
    mean = total / count
    if scaling == "standardise":
        shift, scale = mean, (square / count - mean.square()).clamp_min(0).sqrt()
    else:
        shift, scale = low, high - low
    scale = torch.where(scale <= 1e-12, torch.ones_like(scale), scale)
    return {"shift": tuple(shift.float().tolist()), "scale": tuple(scale.float().tolist()), "pictures": True}
