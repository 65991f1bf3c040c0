"""Small rules that many declarations share: inferring sizes, checking rank and channels, worked formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.catalogue.spec import Complaint, Given, Patch
from graph.tensors import Tensor


def axis_size(axis: int, port: str = "input") -> Callable[[Given], int | None]:
    """Infer a parameter from one axis of an input."""

    def infer(given: Given) -> int | None:
        return given.one(port).size(axis)

    return infer


def pair(value: Any, length: int = 2) -> tuple[int, ...]:
    """One int as a tuple of ``length`` equal ints."""
    return tuple(value) if isinstance(value, (tuple, list)) else (value,) * length


def first(*rules: Callable[[Given], Complaint | None]) -> Callable[[Given], Complaint | None]:
    """A check made of several; the first complaint counts."""

    def check(given: Given) -> Complaint | None:
        for rule in rules:
            complaint = rule(given)
            if complaint is not None:
                return complaint
        return None

    return check


def rank_is(*ranks: int, what: str, port: str = "input") -> Callable[[Given], Complaint | None]:
    """The input must have one of these numbers of axes (batch included). ``what`` names the layout."""

    def check(given: Given) -> Complaint | None:
        tensor = given.one(port)
        if tensor.rank in ranks:
            return None
        return Complaint(
            f"expects {what} but receives {tensor.text}, which has {tensor.rank} axes",
            expected=what,
            got=tensor.text,
            port=port,
        )

    return check


def channels_match(param: str, axis: int = 1, noun: str = "channels", port: str = "input") -> Callable[[Given], Complaint | None]:
    """A pinned size must equal the input's axis."""

    def check(given: Given) -> Complaint | None:
        tensor, wanted = given.one(port), given[param]
        got = tensor.size(axis)
        if wanted is None or got == wanted:
            return None
        shown = tensor.dims[axis] if -tensor.rank <= axis < tensor.rank else "nothing"
        return Complaint(
            f"expects {wanted} {noun} but receives {shown} in {tensor.text}",
            expected=str(wanted),
            got=shown,
            port=port,
            param=param,
            patches=(Patch(f"Let {param} follow the input", {param: None}),),
        )

    return check


def out_size(size: int, kernel: int, stride: int, padding: int, dilation: int) -> int:
    """⌊(in + 2p − d(k − 1) − 1) / s⌋ + 1, torch.nn.Conv2d's formula."""
    return (size + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1


Outputs = Mapping[str, Tensor]
