"""Padding: add cells around the data."""

from __future__ import annotations

from typing import Any

from graph.catalogue.rules import LAYOUTS, SPATIAL, Outputs, first, rank_is, smallest
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port

_MODES: dict[str, tuple[str, str, str]] = {
    "Zero": ("zeros", "constant", "Adds a frame of zeros"),
    "Constant": ("a constant", "constant", "Adds a frame of one fixed value"),
    "Reflection": (
        "the mirrored border",
        "reflect",
        "Continues the data like a mirror, without repeating the border",
    ),
    "Replication": ("the repeated border", "replicate", "Repeats the outermost values"),
    "Circular": ("the opposite border", "circular", "Continues with what stands at the opposite end"),
}
_SIDES = {1: "left, right", 2: "left, right, top, bottom", 3: "left, right, top, bottom, front, back"}


def room(mode: str, padding: tuple[int, ...], given: Given, param: str) -> Complaint | None:
    """Mirrored cells must exist: fewer than there are, or as many when they wrap around."""
    tensor = given.one()
    for number, amount in enumerate(padding):
        axis = tensor.rank - 1 - number // 2
        size = smallest(tensor, axis)
        if (mode == "reflect" and amount >= size) or (mode == "circular" and amount > size):
            most = size - 1 if mode == "reflect" else size
            return Complaint(
                f"takes {amount} cells from an axis of {tensor.dims[axis]}, where {mode} padding can take at "
                f"most {most}, in {tensor.text}",
                expected=f"at most {most}", got=str(amount), port="input", param=param,
                patches=(Patch(f"Set {param} to {most}", {param: most}),) if isinstance(given[param], int) else (),
            )  # fmt: skip
    return None


def _layer(kind: str, n: int) -> LayerType:
    what, mode, does = _MODES[kind]

    def fits(given: Given) -> Complaint | None:
        padding = given["padding"]
        return room(
            mode, (padding,) * (2 * n) if isinstance(padding, int) else tuple(padding), given, "padding"
        )

    def worked(given: Given, outputs: Outputs) -> str:
        padding = given["padding"]
        sides = (padding,) * (2 * n) if isinstance(padding, int) else tuple(padding)
        before, after = given.one().dims, outputs["output"].dims
        lines = []
        for axis, name in enumerate(SPATIAL[n]):
            one, two = sides[2 * (n - 1 - axis)], sides[2 * (n - 1 - axis) + 1]
            lines.append(f"{name} = {one} + {before[axis + 2]} + {two} = {after[axis + 2]}")
        return "\n".join(lines)

    thing = {1: "a sequence", 2: "an image", 3: "a volume"}[n]
    value: tuple[Param, ...] = ()
    if kind == "Constant":
        value = (
            Param(
                "value",
                "float",
                0.0,
                "What the added cells hold.",
                minimum=-1e12,
                maximum=1e12,
                required=True,
            ),
        )
    shape = {1: (2, 3, 7), 2: (2, 3, 5, 6), 3: (2, 3, 4, 5, 6)}[n]
    more: dict[str, Any] = {"value": 0.5} if value else {}
    return LayerType(
        name=f"{kind}Pad{n}d",
        category="Padding and resizing",
        summary=f"Surround {thing} with {what}.",
        help=(
            f"{does} around {thing}, at each side as many cells as padding says. It keeps the size when a "
            "convolution without padding of its own follows, and lets the two sides differ."
        ),
        formula=f"{SPATIAL[n][-1]} = left + in + right" + ", and so on" * (n > 1),
        words=("pad", "border", "frame", "margin", kind.lower(), mode),
        params=(
            Param("padding", "ints", 1, f"One number, or {2 * n} of them: {_SIDES[n]}.", minimum=0, maximum=4096,
                  length=2 * n, required=True),
            *value,
        ),
        module=f"nn.{kind}Pad{n}d",
        check=first(rank_is(n + 2, what=LAYOUTS[n]), fits),
        worked=worked,
        headline=("padding",),
        examples=(
            Example({}, {"input": shape}),
            Example({"padding": (1, 2, 0, 1, 2, 1)[: 2 * n], **more}, {"input": shape}),
        ),
    )  # fmt: skip


def _pad_sides(given: Given) -> Complaint | None:
    tensor, pad, mode = given.one(), tuple(given["pad"]), given["mode"]
    shown = f"({', '.join(map(str, pad))})"
    if mode == "constant":
        fits = len(pad) % 2 == 0 and 0 < len(pad) <= 2 * tensor.rank
        wanted = f"two numbers per axis, at most {2 * tensor.rank}"
    elif not 3 <= tensor.rank <= 5:
        return Complaint(
            f"expects a batch with channels and 1 to 3 axes of places for {mode} padding but receives "
            f"{tensor.text}",
            expected="a batch with channels and places", got=tensor.text, port="input", param="mode",
            patches=(Patch("Set mode to constant", {"mode": "constant"}),),
        )  # fmt: skip
    else:
        axes = tensor.rank - 2
        fits = len(pad) == 2 * axes
        wanted = f"{2 * axes} numbers for {mode} padding"
    if fits:
        return None
    fitting = (1, 1) if mode == "constant" else (1, 1) * (tensor.rank - 2)
    return Complaint(
        f"has pad = {shown}, where it needs {wanted}, for {tensor.text}",
        expected=wanted, got=shown, port="input", param="pad",
        patches=(Patch(f"Set pad to {', '.join(map(str, fitting))}", {"pad": fitting}),) if fitting else (),
    )  # fmt: skip


def _pad_room(given: Given) -> Complaint | None:
    return room(given["mode"], tuple(given["pad"]), given, "pad")


def _pad_something(given: Given) -> Complaint | None:
    tensor, pad = given.one(), tuple(given["pad"])
    for number in range(len(pad) // 2):
        axis = tensor.rank - 1 - number
        left = smallest(tensor, axis) + pad[2 * number] + pad[2 * number + 1]
        if left < 1:
            return Complaint(
                f"takes {-pad[2 * number] - pad[2 * number + 1]} cells away from an axis of "
                f"{tensor.dims[axis]}, so nothing is left of {tensor.text}",
                expected="at least 1 cell", got=str(left), port="input", param="pad",
            )  # fmt: skip
    return None


def _pad_batch(given: Given) -> Complaint | None:
    tensor, pad = given.one(), tuple(given["pad"])
    if not tensor.batched or len(pad) < 2 * tensor.rank or not any(pad[2 * tensor.rank - 2 :]):
        return None
    return Complaint(
        f"adds samples to the batch, because pad reaches axis 0 of {tensor.text}",
        expected=f"at most {2 * tensor.rank - 2} numbers", got=str(len(pad)), port="input", param="pad",
    )  # fmt: skip


def _pad_call(c: Call) -> str:
    parts = [c.one(), c["pad"]]
    if c.changed("constant", "mode"):
        parts.append(f"mode={c['mode']}")
    if c.values["mode"] == "constant" and c.changed(0.0, "value"):
        parts.append(f"value={c['value']}")
    return f"F.pad({', '.join(parts)})"


LAYERS = (
    *(_layer(kind, n) for kind in _MODES for n in (1, 2, 3)),
    LayerType(
        name="Pad",
        category="Padding and resizing",
        summary="Add cells at the ends of any axes.",
        help=(
            "Two numbers per axis, counted from the last axis backwards: (1, 2) adds one cell before and "
            "two behind the last axis, (0, 0, 3, 0) three before the one before it. Negative numbers cut "
            "cells away. One-sided padding makes convolutions over time causal."
        ),
        formula="size = before + in + behind, from the last axis on",
        words=("padding", "border", "causal", "constant", "reflect", "replicate", "circular", "crop"),
        params=(
            Param("pad", "shape", (1, 1), "Cells before and behind the last axis, then the same for the one before it.",
                  minimum=-4096, maximum=4096),
            Param("mode", "choice", "constant", "What the added cells hold.",
                  choices=("constant", "reflect", "replicate", "circular")),
            Param("value", "float", 0.0, "The constant.", minimum=-1e12, maximum=1e12),
        ),
        inputs=(Port("input"),),
        call=_pad_call,
        check=first(_pad_sides, _pad_room, _pad_something),
        caution=_pad_batch,
        headline=("pad", "mode"),
        examples=(
            Example({}, {"input": (2, 3, 5)}),
            Example({"pad": (2, 1, 0, 1), "value": 0.5}, {"input": (2, 3, 5)}),
            Example({"pad": (1, 2, 2, 1), "mode": "reflect"}, {"input": (2, 3, 5, 6)}),
            Example({"pad": (-1, 2), "mode": "circular"}, {"input": (2, 3, 5)}),
        ),
    ),
)  # fmt: skip
