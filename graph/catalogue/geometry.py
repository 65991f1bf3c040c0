"""Images and places: sampling along a grid, the size of another tensor, coordinates, windows."""

from __future__ import annotations

from math import isqrt

from graph.catalogue.resize import RANKS
from graph.catalogue.rules import LAYOUTS, Outputs, Rule, by, first, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.tensors import Tensor

_IMAGES = rank_is(4, what=LAYOUTS[2])
_LAST = "a batch of images with the channels last (B, H, W, C)"
_CORNERS = Param(
    "align_corners", "bool", False, "−1 and 1 are the middles of the corner pixels, not their edges."
)


def _affine_fits(given: Given) -> Complaint | None:
    tensor, theta = given.one(), given.one("theta")
    if tensor.rank not in (4, 5):
        return Complaint(
            f"needs images (B, C, H, W) or volumes (B, C, D, H, W) for their size but receives {tensor.text}",
            expected="a batch of images", got=tensor.text, port="input",
        )  # fmt: skip
    wanted = tuple((shape[0], 2, 3) if tensor.rank == 4 else (shape[0], 3, 4) for shape in tensor.shapes)
    if theta.shapes == wanted:
        return None
    shape = "2 × 3" if tensor.rank == 4 else "3 × 4"
    return Complaint(
        f"needs a matrix of {shape} for each sample of {tensor.text}, {Tensor(wanted).text}, but theta is {theta.text}",
        expected=Tensor(wanted).text, got=theta.text, port="theta",
    )  # fmt: skip


def _grid_fits(given: Given) -> Complaint | None:
    tensor, grid = given.one(), given.one("grid")
    n = tensor.rank - 2
    if (
        n in (2, 3)
        and grid.rank == tensor.rank
        and grid.size(-1) == n
        and all(a[0] == b[0] for a, b in zip(tensor.shapes, grid.shapes, strict=True))
    ):
        return None
    return Complaint(
        f"samples images (B, C, H, W) at a grid of places (B, rows, columns, 2), but receives {tensor.text} and "
        f"{grid.text}",
        expected="(B, rows, columns, 2)", got=grid.text, port="grid",
    )  # fmt: skip


def _like_fits(given: Given) -> Complaint | None:
    tensor, other, mode = given.one(), given.one("reference"), given["mode"]
    if tensor.rank != other.rank or tensor.rank not in (3, 4, 5):
        return Complaint(
            f"needs two batches with channels (B, C, …) of as many axes but receives {tensor.text} and {other.text}",
            expected=tensor.text, got=other.text, port="reference",
        )  # fmt: skip
    if tensor.rank not in RANKS[mode]:
        wanted = " or ".join(str(rank) for rank in RANKS[mode])
        return Complaint(
            f"has mode = {mode}, which works on {wanted} axes, not on the {tensor.rank} of {tensor.text}",
            expected=f"{wanted} axes", got=str(tensor.rank), param="mode", port="input",
            patches=(Patch("Set mode to nearest", {"mode": "nearest"}),),
        )  # fmt: skip
    if given["align_corners"] and mode in ("nearest", "area"):
        return Complaint(
            f"has align_corners, which only the smooth modes know, for {tensor.text}",
            expected="a smooth mode", got=mode, param="align_corners",
            patches=(Patch("Switch align_corners off", {"align_corners": False}),),
        )  # fmt: skip
    return None


def _like_call(c: Call) -> str:
    keywords = [f"{key}={c[key]}" for key, usual in (("mode", "nearest"), ("align_corners", False))
                if c.changed(usual, key)]  # fmt: skip
    size = f"size={c.one('reference')}.shape[2:]"
    return f"F.interpolate({', '.join([c.one(), size, *keywords])})"


def _crop_fits(given: Given) -> Complaint | None:
    tensor, other = given.one(), given.one("reference")
    if (
        tensor.rank >= 3
        and other.rank >= 2
        and all(
            small <= size
            for a, b in zip(tensor.shapes, other.shapes, strict=True)
            for size, small in zip(a[-2:], b[-2:], strict=True)
        )
    ):
        return None
    return Complaint(
        f"cuts the middle out, so its input must be at least as large as {other.text}, but is {tensor.text}",
        expected=f"at least {by(other.dims[-2:])}", got=by(tensor.dims[-2:]), port="input",
    )  # fmt: skip


def _windows_fit(given: Given) -> Complaint | None:
    tensor, size = given.one(), given["size"]
    if all(axis % size == 0 for shape in tensor.shapes for axis in shape[1:3]):
        return None
    return Complaint(
        f"cuts windows of {size} × {size}, which leave a rest of {tensor.text}",
        expected=f"multiples of {size}", got=by(tensor.dims[1:3]), port="input", param="size",
        patches=tuple(Patch(f"Set size to {n}", {"size": n}) for n in range(size - 1, 1, -1)
                      if all(axis % n == 0 for shape in tensor.shapes for axis in shape[1:3]))[:1],
    )  # fmt: skip


def _reverse_fits(given: Given) -> Complaint | None:
    tensor, other, size = given.one(), given.one("reference"), given["size"]
    if (
        tensor.rank == 3
        and other.rank == 4
        and all(
            b[1] % size == 0
            and b[2] % size == 0
            and a[:2] == (b[0] * (b[1] // size) * (b[2] // size), size * size)
            for a, b in zip(tensor.shapes, other.shapes, strict=True)
        )
    ):
        return None
    edge = isqrt(tensor.size(1) or 0) if tensor.rank == 3 else 0
    fits = edge > 1 and edge * edge == tensor.size(1) and edge != size
    return Complaint(
        f"puts windows of {size} × {size} = {size * size} places back into {other.text}, but receives {tensor.text}",
        expected=str(size * size), got=tensor.text, port="input", param="size",
        patches=(Patch(f"Set size to {edge}", {"size": edge}),) if fits else (),
    )  # fmt: skip


def _windows_worked(given: Given, outputs: Outputs) -> str:
    size, dims = given["size"], given.one().dims
    return f"{dims[1]}/{size} · {dims[2]}/{size} windows of {size} · {size} = {size * size} places"


_SIZE = Param("size", "int", 7, "Edge of a window.", minimum=1, maximum=4096)
_WINDOW: Rule = first(rank_is(4, what=_LAST), _windows_fit)

LAYERS = (
    LayerType(
        name="AffineGrid", category="Padding and resizing",
        summary="Where each pixel of a turned or shifted image comes from.",
        help=(
            "Makes a grid of places out of one 2 × 3 matrix for each sample: rotation, scale and shift. GridSample "
            "then looks there. Both together are a spatial transformer, which learns to straighten its input. Of the "
            "input only the size is used."
        ),
        formula="(x, y) = θ · (column, row, 1), all in −1 to 1",
        words=("spatial transformer", "stn", "rotation", "affine", "warp", "transform"),
        params=(_CORNERS,),
        inputs=(Port("theta", help="(B, 2, 3), or (B, 3, 4) for volumes."),
                Port("input", help="The images; only their size is used.")),
        call=lambda c: f"F.affine_grid({c.one('theta')}, {c.one()}.shape, align_corners={c['align_corners']})",
        check=_affine_fits,
        examples=(Example({}, {"theta": (2, 2, 3), "input": (2, 1, 5, 4)}),
                  Example({"align_corners": True}, {"theta": (2, 3, 4), "input": (2, 1, 3, 5, 4)})),
    ),
    LayerType(
        name="GridSample", category="Padding and resizing",
        summary="Look at an image at any places, between pixels too.",
        help=(
            "Takes a grid of places (−1 is the left or upper edge, 1 the right or lower one) and gives what the "
            "image shows there, interpolated. Warping by optical flow, spatial transformers and lookups in feature "
            "planes are made of it. The gradient reaches image and places."
        ),
        formula="y[:, i, j] = input at grid[i, j]",
        words=("grid_sample", "warp", "spatial transformer", "bilinear sampling", "optical flow", "remap"),
        params=(
            Param("mode", "choice", "bilinear", "How to look between pixels.",
                  choices=("bilinear", "nearest", "bicubic")),
            Param("padding_mode", "choice", "zeros", "What lies outside the image.",
                  choices=("zeros", "border", "reflection")),
            _CORNERS,
        ),
        inputs=(Port("input"), Port("grid", help="(B, rows, columns, 2): x, then y.")),
        call=lambda c: (
            f"F.grid_sample({c.one()}, {c.one('grid')}"
            + "".join(f", {key}={c[key]}" for key, usual in (("mode", "bilinear"), ("padding_mode", "zeros"))
                      if c.changed(usual, key))
            + f", align_corners={c['align_corners']})"
        ),
        check=_grid_fits, headline=("mode",),
        examples=(Example({}, {"input": (2, 3, 5, 4), "grid": (2, 6, 7, 2)}),
                  Example({"mode": "nearest", "padding_mode": "border"},
                          {"input": (2, 3, 4, 5, 4), "grid": (2, 2, 3, 3, 3)})),
    ),
    LayerType(
        name="ResizeLike", category="Padding and resizing",
        summary="Enlarge or shrink an image to the size of another.",
        help=(
            "Brings height and width to those of the reference, so that both can be added or joined: feature "
            "pyramids and segmentation heads do it on every level. Nothing needs to be changed when the image size "
            "changes."
        ),
        formula="size = size of reference",
        words=("interpolate", "upsample", "resize", "fpn", "feature pyramid", "same size", "deeplab"),
        params=(
            Param("mode", "choice", "nearest", "nearest copies values; the linear modes and bicubic are smooth.",
                  choices=("nearest", "linear", "bilinear", "bicubic", "trilinear", "area")),
            Param("align_corners", "bool", False, "The corners of input and output are the same points."),
        ),
        inputs=(Port("input"), Port("reference", "any", help="Only its size is used.")), call=_like_call,
        check=_like_fits, headline=("mode",),
        examples=(Example({}, {"input": (2, 3, 4, 5), "reference": (2, 7, 8, 9)}),
                  Example({"mode": "bilinear", "align_corners": True},
                          {"input": (2, 3, 4, 5), "reference": (2, 1, 2, 2)})),
    ),
    LayerType(
        name="CropLike", category="Padding and resizing", summary="Cut the middle out, as large as another image is.",
        help=(
            "Without padding, a U-Net's decoder is a little smaller than its encoder; this cuts the border off the "
            "skip connection so that both can be joined."
        ),
        formula="y = the middle of x, of reference's height and width",
        words=("center crop", "centre crop", "u-net", "skip connection", "cut"),
        inputs=(Port("input", "any"), Port("reference", "any", help="Only its size is used.")),
        support=("crop_like",), call=lambda c: f"crop_like({c.one()}, {c.one('reference')})", check=_crop_fits,
        examples=(Example({}, {"input": (2, 3, 8, 7), "reference": (2, 5, 4, 5)}),),
    ),
    LayerType(
        name="PadToMultiple", category="Padding and resizing",
        summary="Fill up until height and width can be divided.",
        help=(
            "Adds zeros at the right and at the bottom until both sizes are multiples of a number. Windows, patches "
            "and networks that halve five times need it for images of any size."
        ),
        formula="size = ⌈in / multiple⌉ · multiple",
        words=("pad", "divisible", "window", "patch", "any size"),
        params=(Param("multiple", "int", 32, "What the sizes should be multiples of.", minimum=1, maximum=4096),),
        support=("pad_to_multiple",), call=lambda c: f"pad_to_multiple({c.one()}, {c['multiple']})", check=_IMAGES,
        worked=lambda given, outputs: "\n".join(
            f"⌈{before}/{given['multiple']}⌉ · {given['multiple']} = {after}"
            for before, after in zip(given.one().dims[2:], outputs["output"].dims[2:], strict=True)
        ),
        headline=("multiple",),
        examples=(Example({"multiple": 4}, {"input": (2, 3, 8, 7)}), Example({}, {"input": (2, 1, 5, 4)})),
    ),
    LayerType(
        name="AddCoordinates", category="Padding and resizing", summary="Two more channels that say where a pixel is.",
        help=(
            "A convolution does not know where it is. This appends the height and the width of every pixel, from −1 "
            "to 1, as channels, so that the next one can learn about places (CoordConv)."
        ),
        formula="(B, C, H, W) → (B, C + 2, H, W)",
        words=("coordconv", "coordinates", "position", "meshgrid", "location", "xy"),
        support=("add_coordinates",), call=lambda c: f"add_coordinates({c.one()})", check=_IMAGES,
        examples=(Example({}, {"input": (2, 3, 4, 5)}),),
    ),
    LayerType(
        name="WindowPartition", category="Shape", summary="Cut images into windows, each a sequence of its own.",
        help=(
            "Attention over a whole image costs too much; inside windows it does not. Takes (B, H, W, C), channels "
            "last, and gives every window as a sequence: (B · windows, size², C). Swin Transformers are built on it; "
            "WindowMerge undoes it."
        ),
        formula="(B, H, W, C) → (B · H/size · W/size, size², C)",
        words=("swin", "window attention", "local attention", "patches", "split"),
        params=(_SIZE,), inputs=(Port("input", "any"),), support=("partition_windows",),
        call=lambda c: f"partition_windows({c.one()}, {c['size']})", check=_WINDOW, worked=_windows_worked,
        headline=("size",),
        examples=(Example({"size": 2}, {"input": (2, 4, 6, 3)}), Example({"size": 3}, {"input": (2, 3, 6, 1)})),
    ),
    LayerType(
        name="WindowMerge", category="Shape", summary="Put windows back into images.",
        help=(
            "Undoes WindowPartition: (B · windows, size², C) becomes (B, H, W, C) again. Height and width are taken "
            "from the reference, the tensor that was cut."
        ),
        formula="(B · H/size · W/size, size², C) → (B, H, W, C)",
        words=("swin", "window attention", "window reverse", "assemble"),
        params=(_SIZE,), inputs=(Port("input", "any"), Port("reference", "any", help="Only its size is used.")),
        support=("merge_windows",), call=lambda c: f"merge_windows({c.one()}, {c['size']}, {c.one('reference')})",
        check=_reverse_fits, headline=("size",),
        examples=(Example({"size": 2}, {"input": (2, 4, 3), "reference": (2, 2, 2, 5)}),),
    ),
    LayerType(
        name="MergePatches", category="Shape", summary="Join four neighbours into one, with four times the channels.",
        help=(
            "Every 2 × 2 neighbours of (B, H, W, C), channels last, become one place with 4C channels; a Linear to "
            "2C follows. Swin Transformers halve their images this way. An odd edge is filled up with zeros."
        ),
        formula="(B, H, W, C) → (B, ⌈H/2⌉, ⌈W/2⌉, 4C)",
        words=("patch merging", "swin", "downsample", "space to depth"),
        support=("merge_patches",), call=lambda c: f"merge_patches({c.one()})", check=rank_is(4, what=_LAST),
        examples=(Example({}, {"input": (2, 4, 6, 3)}), Example({}, {"input": (2, 3, 5, 1)})),
    ),
)  # fmt: skip
