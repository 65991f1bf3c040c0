"""Pictures kept as bytes, in memory or in a file that is read as it is needed, that index like a float tensor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from runtime.data.dataset import Scaler, Scaling

CHUNK = 1024
"""Pictures looked at together when something is measured over all of them."""


class Stored(torch.Tensor):
    """``pixels`` (N, C, H, W) of uint8 that behave as float32, ``pixels / 255`` after ``scaler``.

    ``stored[rows]`` gives an ordinary tensor, whatever selects the rows, and costs only those rows: the file behind
    ``pixels`` may be larger than the memory. ``to(device)`` moves the bytes, a quarter of the floats. Anything
    else that torch can do with a tensor works too, but makes all the floats at once. ``nbytes`` is what the bytes
    take.
    """

    pixels: torch.Tensor
    scaler: Scaler | None

    @staticmethod
    def __new__(cls, pixels: torch.Tensor, scaler: Scaler | None = None) -> Stored:
        made = torch.Tensor._make_wrapper_subclass(
            cls, pixels.shape, dtype=torch.float32, device=pixels.device
        )
        made.pixels, made.scaler = pixels, scaler
        return made

    @classmethod
    def mapped(cls, path: Path, shape: Sequence[int]) -> Stored:
        """The bytes of a file; they are read when they are asked for."""
        size = 1
        for axis in shape:
            size *= axis
        return cls(torch.from_file(str(path), shared=False, size=size, dtype=torch.uint8).view(*shape))

    @property
    def nbytes(self) -> int:  # type: ignore[override]
        return self.pixels.nbytes

    def floats(self, pixels: torch.Tensor) -> torch.Tensor:
        """Bytes (…, C, H, W) as the floats they stand for."""
        values = pixels.float().div_(255)
        return values if self.scaler is None else self.scaler.apply(values)

    def scaled(self, scaler: Scaler) -> Stored:
        """The same pictures with one more scaling."""
        if self.scaler is None:
            return Stored(self.pixels, scaler)
        # (x - a) / b, then (y - c) / d, is (x - (a + b c)) / (b d).
        first = self.scaler
        return Stored(
            self.pixels, Scaler(first.shift + first.scale * scaler.shift, first.scale * scaler.scale)
        )

    def moved(self, pixels: torch.Tensor) -> Stored:
        """The same pictures with their bytes elsewhere."""
        return Stored(pixels, self.scaler)

    def measure(self, rows: torch.Tensor, scaling: Scaling) -> Scaler | None:
        """The scaler of some rows with one pair of numbers per channel, as :func:`runtime.data.dataset.measure`
        gives it, from how often each byte occurs."""
        if scaling == "none":
            return None
        low, high, mean, deviation = self.channels(rows).unbind(0)
        shift, scale = (mean, deviation) if scaling == "standardise" else (low, high - low)
        scale = torch.where(scale <= 1e-12, torch.ones_like(scale), scale)
        return Scaler(shift.view(-1, 1, 1), scale.view(-1, 1, 1))

    def channels(self, rows: torch.Tensor | None = None) -> torch.Tensor:
        """(4, C): least, greatest, mean and standard deviation of each channel (of some rows)."""
        count = self.pixels.shape[1]
        histogram = torch.zeros(count, 256, dtype=torch.float64, device=self.pixels.device)
        order = torch.arange(len(self.pixels)) if rows is None else rows.sort().values
        for part in order.to(self.pixels.device).split(CHUNK):
            pixels = self.pixels[part]
            for channel in range(count):
                histogram[channel] += torch.bincount(pixels[:, channel].reshape(-1), minlength=256)
        value = torch.arange(256, device=self.pixels.device, dtype=torch.float64).expand(count, 256)
        present = histogram > 0
        low = value.masked_fill(~present, 256).amin(dim=1) / 255
        high = value.masked_fill(~present, -1).amax(dim=1) / 255
        share = histogram / histogram.sum(dim=1, keepdim=True)
        mean = (share * value).sum(dim=1)
        deviation = (share * (value - mean[:, None]).square()).sum(dim=1).sqrt() / 255
        found = torch.stack((low, high, mean / 255, deviation)).float()
        if self.scaler is not None:
            shift, scale = self.scaler.shift.view(-1), self.scaler.scale.view(-1)
            found[:3] = (found[:3] - shift) / scale
            found[3] /= scale
        return found

    def __deepcopy__(self, memo: Any) -> Stored:
        return self

    @classmethod
    def __torch_function__(
        cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        kwargs = kwargs or {}
        if func is torch.Tensor.__getitem__:
            return _chosen(args[0], args[1])
        if func in (torch.Tensor.to, torch.Tensor.cpu, torch.Tensor.cuda):
            moved = _moved(func, args, kwargs)
            if moved is not None:
                return moved
        with torch._C.DisableTorchFunctionSubclass():
            if func in _ABOUT:
                return func(*args, **kwargs)
            return func(
                *(_plain(item) for item in args), **{name: _plain(item) for name, item in kwargs.items()}
            )

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]
        cls, func: Any, types: Any, args: Sequence[Any] = (), kwargs: Mapping[str, Any] | None = None
    ) -> Any:
        """Where torch asks past the function above: with all the floats."""
        made = {name: _plain(item) for name, item in (kwargs or {}).items()}
        return func(*(_plain(item) for item in args), **made)


def _chosen(stored: Any, key: Any) -> torch.Tensor:
    if not isinstance(stored, Stored):
        return stored[_plain(key)]
    first, *others = key if isinstance(key, tuple) else (key,)
    rows = (first,) if isinstance(first, (int, slice, torch.Tensor)) else None
    if rows is None:
        return _plain(stored)[key]
    found = stored.floats(stored.pixels[rows])
    if not others:
        return found
    keeps = not isinstance(first, int) and not (isinstance(first, torch.Tensor) and first.dim() == 0)
    if any(isinstance(other, torch.Tensor) for other in others):
        return _plain(stored)[key]
    return found[(slice(None), *others) if keeps else tuple(others)]


def _moved(func: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Stored | None:
    """The bytes on another device; ``None`` when another type is wanted."""
    stored = args[0]
    wanted = [*args[1:], *kwargs.values()]
    if not isinstance(stored, Stored) or any(
        isinstance(item, (torch.dtype, torch.Tensor)) for item in wanted
    ):
        return None
    return stored.moved(func(stored.pixels, *args[1:], **kwargs))


def _plain(item: Any) -> Any:
    if isinstance(item, Stored):
        return item.floats(item.pixels)
    if isinstance(item, (tuple, list)):
        return type(item)(_plain(part) for part in item)
    return item


_ABOUT = {
    torch.Tensor.dim, torch.Tensor.size, torch.Tensor.numel, torch.Tensor.nelement, torch.Tensor.ndimension,
    torch.Tensor.__len__, torch.Tensor.is_floating_point, torch.is_floating_point, torch.Tensor.element_size,
    torch.Tensor.get_device, torch.is_tensor, torch.numel, torch.Tensor.is_complex, torch.is_complex,
    *(
        getattr(torch.Tensor, name).__get__
        for name in ("shape", "dtype", "device", "ndim", "is_cuda", "is_mps", "is_cpu", "layout", "requires_grad",
                     "grad", "grad_fn", "is_leaf", "itemsize", "is_sparse", "is_quantized", "is_meta", "is_nested")
    ),
}  # fmt: skip
"""What is asked about a tensor without looking at its numbers."""
