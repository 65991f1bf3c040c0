"""Small rules that many declarations share: inferring sizes, checking rank, axes and channels.

Every complaint's text ends with the tensor that came, because the sentence goes on with where it came from.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.catalogue.spec import Complaint, Given, Param, Patch
from graph.tensors import Tensor

Rule = Callable[[Given], Complaint | None]
Outputs = Mapping[str, Tensor]

SPATIAL = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
"""What the axes after the channels are called."""
LAYOUTS = {
    1: "a batch of sequences (B, C, L)",
    2: "a batch of images (B, C, H, W)",
    3: "a batch of volumes (B, C, D, H, W)",
}
THING = {1: "a sequence", 2: "an image", 3: "a volume"}


def axis_size(axis: int, port: str = "input") -> Callable[[Given], int | None]:
    """Infer a parameter from one axis of an input."""

    def infer(given: Given) -> int | None:
        return given.one(port).size(axis) if given.has(port) else None

    return infer


def pair(value: Any, length: int = 2) -> tuple[int, ...]:
    """One int as a tuple of ``length`` equal ints."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * length


def by(sizes: Any) -> str:
    """``7 × 7`` of ``(7, 7)``."""
    return " × ".join(str(size) for size in sizes)


def plural(count: int, noun: str) -> str:
    """``1 axis``, ``3 axes``, ``2 channels``."""
    if count == 1:
        return f"1 {noun}"
    return f"{count} axes" if noun == "axis" else f"{count} {noun}s"


def first(*rules: Rule) -> Rule:
    """A check made of several; the first complaint counts."""

    def check(given: Given) -> Complaint | None:
        for rule in rules:
            complaint = rule(given)
            if complaint is not None:
                return complaint
        return None

    return check


def rank_is(*ranks: int, what: str, port: str = "input") -> Rule:
    """The input must have one of these numbers of axes (batch included). ``what`` names the layout."""

    def check(given: Given) -> Complaint | None:
        if not given.has(port):
            return None
        tensor = given.one(port)
        if tensor.rank in ranks:
            return None
        return Complaint(
            f"expects {what} but receives {plural(tensor.rank, 'axis')}, {tensor.text}",
            expected=what, got=tensor.text, port=port,
        )  # fmt: skip

    return check


def rank_at_least(rank: int, what: str, port: str = "input") -> Rule:
    """The input must have this many axes or more."""

    def check(given: Given) -> Complaint | None:
        tensor = given.one(port)
        if tensor.rank >= rank:
            return None
        return Complaint(
            f"expects {what} but receives {plural(tensor.rank, 'axis')}, {tensor.text}",
            expected=what, got=tensor.text, port=port,
        )  # fmt: skip

    return check


def channels_match(param: str, axis: int = 1, noun: str = "channels", port: str = "input") -> Rule:
    """A pinned size must equal the input's axis."""

    def check(given: Given) -> Complaint | None:
        if not given.has(port):
            return None
        tensor, wanted = given.one(port), given[param]
        got = tensor.size(axis)
        shown = tensor.dims[axis] if -tensor.rank <= axis < tensor.rank else "nothing"
        if wanted is None:
            if got is not None:
                return None
            return Complaint(
                f"needs a fixed number of {noun} but receives {shown} in {tensor.text}",
                expected=f"a fixed number of {noun}", got=shown, port=port,
            )  # fmt: skip
        if got == wanted:
            return None
        return Complaint(
            f"expects {plural(wanted, noun.removesuffix('s'))} but receives {shown} in {tensor.text}",
            expected=str(wanted),
            got=shown,
            port=port,
            param=param,
            patches=(Patch(f"Let {param} follow the input", {param: None}),) if got is not None else (),
        )

    return check


def divides(param: str, size: str, noun: str, port: str | None = "input") -> Rule:
    """A parameter must divide another one: groups and channels, heads and features."""

    def check(given: Given) -> Complaint | None:
        number, total = given[param], given[size]
        if number is None or total is None or total % number == 0:
            return None
        came = f" of {given.one(port).text}" if port is not None and given.has(port) else ""
        fits = [n for n in range(1, total + 1) if total % n == 0]
        below = max((n for n in fits if n < number), default=1)
        above = min((n for n in fits if n > number), default=total)
        choices = [below, above] if number - below <= above - number else [above, below]
        return Complaint(
            f"has {param} = {number}, which does not divide the {total} {noun}{came}",
            expected=f"a divisor of {total}", got=str(number), port=port, param=param,
            patches=tuple(Patch(f"Set {param} to {n}", {param: n}) for n in dict.fromkeys(choices)),
        )  # fmt: skip

    return check


def axis_exists(param: str = "dim", port: str = "input", extra: int = 0) -> Rule:
    """An axis number must point at an axis. ``extra`` axes are about to be added (Unsqueeze, Stack)."""

    def check(given: Given) -> Complaint | None:
        tensor, axis = given.inputs[port][0], given[param]
        rank = tensor.rank + extra
        if axis is None or -rank <= axis < rank:
            return None
        return Complaint(
            f"has {param} = {axis}, but the axes go from {-rank} to {rank - 1} in {tensor.text}",
            expected=f"{param} from {-rank} to {rank - 1}", got=str(axis), port=port, param=param,
            patches=(Patch(f"Set {param} to {rank - 1}", {param: rank - 1}),) if rank else (),
        )  # fmt: skip

    return check


def dim_param(default: int, help: str, name: str = "dim", **more: Any) -> Param:
    """An axis number as every function of torch takes it."""
    return Param(name, "int", default, f"{help} Negative numbers count from the last axis.", minimum=-16,
                 maximum=15, **more)  # fmt: skip


def smallest(tensor: Tensor, axis: int) -> int:
    """The size of an axis; the smallest probe's when it is symbolic."""
    return min(shape[axis] for shape in tensor.shapes)
