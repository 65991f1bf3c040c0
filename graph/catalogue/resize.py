"""Another size: enlarge and shrink images and sequences."""

from __future__ import annotations

from collections.abc import Callable

from graph.catalogue.rules import Outputs, first, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch

RANKS = {"nearest": (3, 4, 5), "nearest-exact": (3, 4, 5), "area": (3, 4, 5), "linear": (3,), "bilinear": (4,),
          "bicubic": (4,), "trilinear": (5,)}  # fmt: skip
_FOR_RANK = {3: "linear", 4: "bilinear", 5: "trilinear"}
_SMOOTH = ("linear", "bilinear", "bicubic", "trilinear")


def _size_or_factor(given: Given) -> Complaint | None:
    size, factor = given["size"], given["scale_factor"]
    if (size is None) != (factor is None):
        return None
    if size is None:
        return Complaint(
            f"needs a size or a scale_factor for {given.one().text}", expected="size or scale_factor",
            param="scale_factor", patches=(Patch("Double the size", {"scale_factor": 2.0}),),
        )  # fmt: skip
    return Complaint(
        f"has both a size and a scale_factor, but only one of them can count, for {given.one().text}",
        expected="one of them", got="both", param="size",
        patches=(Patch("Use scale_factor alone", {"size": None}), Patch("Use size alone", {"scale_factor": None})),
    )  # fmt: skip


def _size_length(given: Given) -> Complaint | None:
    size, axes = given["size"], given.one().rank - 2
    if size is None or len(size) == axes:
        return None
    shown = f"({', '.join(map(str, size))})"
    fitting = (size[0] if size else 1,) * axes
    return Complaint(
        f"has size = {shown}, where it needs {axes} number{'s' if axes > 1 else ''}, for {given.one().text}",
        expected=str(axes), got=str(len(size)), param="size", port="input",
        patches=(Patch(f"Set size to {', '.join(map(str, fitting))}", {"size": fitting}),),
    )  # fmt: skip


def _mode_rank(given: Given) -> Complaint | None:
    tensor, mode = given.one(), given["mode"]
    if tensor.rank not in RANKS[mode]:
        fitting = _FOR_RANK[tensor.rank]
        wanted = " or ".join(str(rank) for rank in RANKS[mode])
        return Complaint(
            f"has mode = {mode}, which works on {wanted} axes, not on the {tensor.rank} of {tensor.text}",
            expected=f"{wanted} axes", got=str(tensor.rank), param="mode", port="input",
            patches=(Patch(f"Set mode to {fitting}", {"mode": fitting}),
                     Patch("Set mode to nearest", {"mode": "nearest"})),
        )  # fmt: skip
    if given["align_corners"] and mode not in _SMOOTH:
        return Complaint(
            f"has align_corners, which only {', '.join(_SMOOTH[:-1])} and trilinear know, for {tensor.text}",
            expected="a linear or cubic mode", got=mode, param="align_corners",
            patches=(Patch("Switch align_corners off", {"align_corners": False}),),
        )  # fmt: skip
    return None


def _something(given: Given) -> Complaint | None:
    tensor, factor = given.one(), given["scale_factor"]
    if factor is None:
        return None
    if all(int(size * factor) >= 1 for shape in tensor.shapes for size in shape[2:]):
        return None
    return Complaint(
        f"shrinks by {factor:g} to nothing, for {tensor.text}",
        expected="a size of at least 1", got="0", param="scale_factor", port="input",
        patches=(Patch("Set scale_factor to 1", {"scale_factor": 1.0}),),
    )  # fmt: skip


def _worked(given: Given, outputs: Outputs) -> str:
    before, after = given.one().dims[2:], outputs["output"].dims[2:]
    factor = given["scale_factor"]
    if factor is None:
        return "\n".join(f"{a} → {b}" for a, b in zip(before, after, strict=True))
    return "\n".join(f"⌊{a} · {factor:g}⌋ = {b}" for a, b in zip(before, after, strict=True))


def _function(c: Call) -> str:
    parts = [c.one()]
    if c.values["size"] is not None:
        parts.append(f"size={c['size']}")
    if c.values["scale_factor"] is not None:
        parts.append(f"scale_factor={c['scale_factor']}")
    if c.changed("nearest", "mode"):
        parts.append(f"mode={c['mode']}")
    if c.changed(False, "align_corners"):
        parts.append(f"align_corners={c['align_corners']}")
    return f"F.interpolate({', '.join(parts)})"


def _layer(name: str, module: str | None, modes: tuple[str, ...], help: str, call: Callable[[Call], str] | None,
           words: tuple[str, ...]) -> LayerType:  # fmt: skip
    return LayerType(
        name=name,
        category="Padding and resizing",
        summary="Enlarge or shrink an image or a sequence.",
        help=help,
        formula="size = ⌊in · scale_factor⌋",
        words=("resize", "upscale", "downscale", "enlarge", "zoom", *words),
        params=(
            Param("size", "shape", None, "Wanted size of the axes behind the channels; empty to use scale_factor.",
                  minimum=1, maximum=65_536, optional=True),
            Param("scale_factor", "float", None, "2 doubles every size; empty to use size.", minimum=0.001,
                  maximum=1000, optional=True),
            Param("mode", "choice", "nearest", "nearest copies values; the linear modes and bicubic are smooth.",
                  choices=modes),
            Param("align_corners", "bool", False, "The corners of input and output are the same points."),
        ),
        module=module,
        call=call,
        check=first(
            rank_is(3, 4, 5, what="a batch with channels (B, C, …)"), _size_or_factor, _size_length, _mode_rank,
            _something,
        ),
        worked=_worked,
        headline=("scale_factor", "mode"),
        initial={"scale_factor": 2.0},
        examples=(
            Example({"scale_factor": 2.0}, {"input": (2, 3, 4, 5)}),
            Example({"size": (7,), "mode": "linear", "align_corners": True}, {"input": (2, 3, 4)}),
            Example({"size": (7, 3), "mode": "bilinear"}, {"input": (2, 3, 4, 5)}),
            Example({"scale_factor": 1.5, "mode": "trilinear"}, {"input": (2, 3, 4, 5, 6)}),
        ),
    )  # fmt: skip


_UP = ("nearest", "linear", "bilinear", "bicubic", "trilinear")

LAYERS = (
    _layer(
        "Upsample", "nn.Upsample", _UP,
        "Makes the data larger by a factor or to a size, without learning anything: each value is copied, "
        "or values are mixed smoothly. Followed by a convolution it replaces a transposed one and leaves no "
        "checkerboard.",
        None, ("decoder", "generator", "bilinear"),
    ),
    _layer(
        "Interpolate", None, (*_UP, "area", "nearest-exact"),
        "Brings the data to another size by copying or mixing values. area averages and is best for making "
        "things smaller. It is Upsample written as a function, with two more modes.",
        _function, ("upsample", "bilinear", "bicubic", "area"),
    ),
)  # fmt: skip
