"""Windows that slide over an input: the arithmetic and the rules of convolutions and pooling."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graph.catalogue.rules import SPATIAL, THING, Outputs, Rule, by, pair, smallest
from graph.catalogue.spec import Complaint, Given, Param, Patch

PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


def ints(name: str, n: int, default: Any, help: str, minimum: int, maximum: int = 4096, **more: Any) -> Param:
    """A size per spatial axis: a plain number in one dimension, one number or ``n`` of them in more."""
    if n == 1:
        return Param(name, "int", default, help, minimum=minimum, maximum=maximum, **more)
    axes = ", ".join(SPATIAL[n])
    return Param(name, "ints", default, f"{help} One number, or one each for {axes}.", minimum=minimum,
                 maximum=maximum, length=n, **more)  # fmt: skip


def geometry(given: Given, n: int) -> tuple[tuple[int, int, int, int], ...]:
    """(kernel, stride, padding, dilation) of every spatial axis."""
    params = given.params
    kernel = pair(params["kernel_size"], n)
    # without a step of its own a pooling window steps by its size; a layer that knows no step takes every place
    step = params.get("stride", 1)
    stride = kernel if step is None else pair(step, n)
    padding = pair(params.get("padding", 0), n)
    dilation = pair(params.get("dilation", 1), n)
    return tuple(zip(kernel, stride, padding, dilation, strict=True))


def window_of(n: int) -> Callable[[Given], tuple[int, int, int]]:
    """(kernel, stride, dilation) along the axis that sees most, for receptive fields."""

    def window(given: Given) -> tuple[int, int, int]:
        k, s, _, d = max(geometry(given, n), key=lambda item: item[0] * item[3])
        return (k, s, d)

    return window


def window_fits(n: int) -> Rule:
    """The padded input must be at least as large as the (dilated) kernel along every spatial axis."""

    def check(given: Given) -> Complaint | None:
        tensor = given.one()
        axes = geometry(given, n)
        sizes = [smallest(tensor, axis + 2) for axis in range(n)]
        up = bool(given.params.get("ceil_mode", False))
        if all(_places(size, *axis, up) >= 1 for size, axis in zip(sizes, axes, strict=True)):
            return None
        least = by(_smallest_input(axis, up) for axis in axes)
        kernel = by(k for k, *_ in axes) if len({k for k, *_ in axes}) > 1 else str(axes[0][0])
        dilated = f" and dilation {axes[0][3]}" if any(d > 1 for *_, d in axes) else ""
        return Complaint(
            f"needs {THING[n]} of at least {least} for a kernel of {kernel}{dilated} but receives "
            f"{tensor.text}",
            expected=f"at least {least}", got=by(tensor.dims[2:]), port="input", param="kernel_size",
            patches=tuple(_patches(given, n, axes, sizes)),
        )  # fmt: skip

    return check


def _places(size: int, k: int, s: int, p: int, d: int, up: bool) -> int:
    """How many places a window has; with ``up`` a last one may hang over, if it starts on the data
    (``pooling_output_shape`` in ATen/native/Pool.h)."""
    room = size + 2 * p - d * (k - 1) - 1
    if not up:
        return room // s + 1
    count = -(-room // s) + 1
    return count - 1 if (count - 1) * s >= size + p else count


def _smallest_input(axis: tuple[int, int, int, int], up: bool) -> int:
    """The smallest size a window fits on."""
    k, _, _, d = axis
    return next(size for size in range(1, d * (k - 1) + 2) if _places(size, *axis, up) >= 1)


def _patches(given: Given, n: int, axes: Any, sizes: list[int]) -> list[Patch]:
    found = []
    padding = [
        max(p, -(-(d * (k - 1) + 1 - size) // 2)) for (k, _, p, d), size in zip(axes, sizes, strict=True)
    ]
    if "padding" in given.params:
        found.append(_set("padding", padding, n))
    kernel = [min(k, (size + 2 * p - 1) // d + 1) for (k, _, p, d), size in zip(axes, sizes, strict=True)]
    if min(kernel) >= 1:
        found.append(_set("kernel_size", kernel, n))
    return found


def _set(name: str, numbers: list[int], n: int) -> Patch:
    value = numbers[0] if len(set(numbers)) == 1 else tuple(numbers)
    return Patch(f"Set {name} to {by(numbers) if isinstance(value, tuple) else value}", {name: value})


def half_padding(n: int) -> Rule:
    """torch pads a pooling window by at most half of it, so that no window sees padding only."""

    def check(given: Given) -> Complaint | None:
        axes = geometry(given, n)
        if all(p <= (d * (k - 1) + 1) // 2 for k, _, p, d in axes):
            return None
        limit = [(d * (k - 1) + 1) // 2 for k, _, _, d in axes]
        padding, kernel = by(sorted({p for _, _, p, _ in axes})), by(sorted({k for k, *_ in axes}))
        return Complaint(
            f"has padding {padding}, which is more than half of its kernel of {kernel}, for "
            f"{given.one().text}",
            expected=f"padding of at most {by(limit)}", got=padding, param="padding",
            patches=(_set("padding", [min(p, most) for (_, _, p, _), most in zip(axes, limit, strict=True)], n),),
        )  # fmt: skip

    return check


def mode_fits(n: int) -> Rule:
    """Reflecting needs more pixels than padding, wrapping around at least as many."""

    def check(given: Given) -> Complaint | None:
        mode, tensor = given["padding_mode"], given.one()
        if mode not in ("reflect", "circular"):
            return None
        padding = pair(given["padding"], n)
        least = [p + 1 if mode == "reflect" else p for p in padding]
        sizes = [smallest(tensor, axis + 2) for axis in range(n)]
        if all(size >= need for size, need in zip(sizes, least, strict=True)):
            return None
        return Complaint(
            f"needs {THING[n]} of at least {by(least)} for {mode} padding of {by(padding)} "
            f"but receives {tensor.text}",
            expected=f"at least {by(least)}", got=by(tensor.dims[2:]), port="input", param="padding_mode",
            patches=(Patch("Set padding_mode to zeros", {"padding_mode": "zeros"}),),
        )  # fmt: skip

    return check


def worked_sizes(given: Given, outputs: Outputs, n: int) -> list[str]:
    """``height = ⌊(28 + 2·1 − 1·(3 − 1) − 1)/1⌋ + 1 = 28`` for every spatial axis."""
    tensor, result = given.one(), outputs["output"]
    lines = []
    up = given.params.get("ceil_mode", False)
    left, right = ("⌈", "⌉") if up else ("⌊", "⌋")
    for axis, (name, (k, s, p, d)) in enumerate(zip(SPATIAL[n], geometry(given, n), strict=True)):
        lines.append(f"{name} = {left}({tensor.dims[axis + 2]} + 2·{p} − {d}·({k} − 1) − 1)/{s}{right} + 1 "
                     f"= {result.dims[axis + 2]}")  # fmt: skip
    return lines
