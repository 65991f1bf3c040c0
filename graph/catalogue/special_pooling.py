"""Pooling at random places, after a blur, between mean and maximum, and to grids of several sizes."""

from __future__ import annotations

from graph.catalogue.rules import LAYOUTS, SPATIAL, Outputs, Rule, by, first, pair, rank_at_least, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.catalogue.windows import ints
from graph.tensors import Tensor

_SIZES = {2: (9, 8), 3: (6, 7, 8)}


def _one_of_two(given: Given) -> Complaint | None:
    size, ratio = given["output_size"], given["output_ratio"]
    if (size is None) != (ratio is None):
        return None
    have = "neither a size nor a ratio" if size is None else "both a size and a ratio"
    return Complaint(
        f"has {have}, but needs one of them, for {given.one().text}", expected="output_size or output_ratio",
        param="output_ratio", patches=(Patch("Use a ratio of 0.5", {"output_ratio": 0.5, "output_size": None}),),
    )  # fmt: skip


def _wanted(given: Given, shape: tuple[int, ...], n: int) -> tuple[int, ...]:
    if given["output_size"] is not None:
        return pair(given["output_size"], n)
    return tuple(int(size * given["output_ratio"]) for size in shape[2:])


def _fraction_fits(n: int) -> Rule:
    spare = 1 if n == 3 else 0  # torch wants one cell more in volumes (FractionalMaxPool3d.cpp)

    def check(given: Given) -> Complaint | None:
        tensor, kernel = given.one(), pair(given["kernel_size"], n)
        for shape in tensor.shapes:
            wanted = _wanted(given, shape, n)
            if all(
                w >= 1 and w + k - 1 + spare <= size
                for w, k, size in zip(wanted, kernel, shape[2:], strict=True)
            ):
                continue
            return Complaint(
                f"places {by(wanted)} windows of {by(kernel)}, which do not fit on {tensor.text}",
                expected=f"at least {by(w + k - 1 + spare for w, k in zip(wanted, kernel, strict=True))}",
                got=by(tensor.dims[2:]), port="input", param="output_size",
            )  # fmt: skip
        return None

    return check


def _fractional(n: int) -> LayerType:
    def outputs(given: Given) -> dict[str, Tensor]:
        tensor = given.one()
        shapes = tuple((*shape[:2], *_wanted(given, shape, n)) for shape in tensor.shapes)
        found = {"output": Tensor(shapes, tensor.dtype)}
        return {**found, "indices": Tensor(shapes, "int64")} if given["return_indices"] else found

    def worked(given: Given, outputs: Outputs) -> str:
        before, after = given.one().dims, outputs["output"].dims
        return "\n".join(
            f"{name}: {before[axis + 2]} → {after[axis + 2]}" for axis, name in enumerate(SPATIAL[n])
        )

    return LayerType(
        name=f"FractionalMaxPool{n}d", category="Pooling",
        summary="Max pooling to any size, with windows at random places.",
        help=(
            "Ordinary pooling can only halve, or divide by three. This shrinks by any factor, such as 0.7, with "
            "windows whose places are drawn anew each time, also in evaluation; that works against overfitting. Set "
            "a size or a ratio."
        ),
        formula="out = output_size, or ⌊in · output_ratio⌋",
        words=("fractional", "max pooling", "random pooling", "downsample", "shrink"),
        params=(
            ints("kernel_size", n, 2, "Size of the window.", 1, required=True),
            ints("output_size", n, None, "Wanted size; empty to use output_ratio.", 1, optional=True),
            Param("output_ratio", "float", None, "Wanted part of the size; empty to use output_size.", minimum=0.01,
                  maximum=0.99, optional=True),
            Param("return_indices", "bool", False, "Also give where each maximum was."),
        ),
        outputs=lambda values: (
            Port("output"),
            *((Port("indices", "int",
                    help="Where each maximum was, for MaxUnpool."),) if values["return_indices"] else ()),
        ),
        module=f"nn.FractionalMaxPool{n}d",
        unpack=lambda values: "{output}, {indices}" if values["return_indices"] else None,
        check=first(rank_is(n + 2, what=LAYOUTS[n]), _one_of_two, _fraction_fits(n)), shapes=outputs, worked=worked,
        headline=("output_ratio", "output_size"), initial={"output_ratio": 0.5},
        examples=(
            Example({"output_ratio": 0.6}, {"input": (2, 3, *_SIZES[n])}),
            Example({"kernel_size": 3, "output_size": (3, 4, 2)[:n], "return_indices": True},
                    {"input": (2, 3, *_SIZES[n])}),
        ),
    )  # fmt: skip


def _blur_fits(given: Given) -> Complaint | None:
    """torch reflects by less than the image's size."""
    tensor, kernel = given.one(), given["kernel_size"]
    if all(size > kernel // 2 for shape in tensor.shapes for size in shape[2:]):
        return None
    least = kernel // 2 + 1
    return Complaint(
        f"needs an image of at least {least} × {least} for a blur of {kernel} but receives {tensor.text}",
        expected=f"at least {least} × {least}", got=by(tensor.dims[2:]), port="input", param="kernel_size",
        patches=(Patch("Set kernel_size to 1", {"kernel_size": 1}),),
    )  # fmt: skip


def _boxes_fit(given: Given) -> Complaint | None:
    tensor, boxes = given.one(), given.one("boxes")
    if (
        boxes.rank == 3
        and boxes.size(-1) == 4
        and all(a[0] == b[0] for a, b in zip(tensor.shapes, boxes.shapes, strict=True))
    ):
        return None
    return Complaint(
        f"needs boxes of x1, y1, x2, y2 for each sample of {tensor.text}, (B, N, 4), but they are {boxes.text}",
        expected="(B, N, 4)", got=boxes.text, port="boxes",
    )  # fmt: skip


def _roi_call(c: Call) -> str:
    keywords = [f"{key}={c[key]}" for key, usual in (("scale", 1.0), ("samples", 2)) if c.changed(usual, key)]
    return f"roi_align({', '.join([c.one(), c.one('boxes'), c['size'], *keywords])})"


def _levels(given: Given) -> Complaint | None:
    if given["levels"]:
        return None
    return Complaint(f"has no level to pool {given.one().text} to", expected="one level or more", param="levels",
                     patches=(Patch("Set levels to 1, 2, 4", {"levels": (1, 2, 4)}),))  # fmt: skip


def _pyramid_call(c: Call) -> str:
    return f"pyramid_pool({c.one()}, {c['levels']})"


LAYERS = (
    _fractional(2),
    _fractional(3),
    LayerType(
        name="BlurPool2d", category="Pooling", summary="Blur an image, then keep every second pixel.",
        help=(
            "Taking every second pixel of a sharp image invents patterns that were not there, and a shift by one "
            "pixel changes everything. A small fixed blur first keeps the network steady. Put it behind a max pool "
            "or a convolution of stride 1. It learns nothing."
        ),
        formula="y = (x ∗ binomial filter)[every stride-th],  out = ⌈in/stride⌉",
        words=("anti-aliasing", "antialiased", "blur", "downsample", "shift invariant", "low-pass"),
        params=(Param("kernel_size", "int", 3, "Size of the blur.", minimum=1, maximum=31),
                Param("stride", "int", 2, "Step between two places.", minimum=1, maximum=4096)),
        support=("blur_pool2d",), module="BlurPool2d", check=first(rank_is(4, what=LAYOUTS[2]), _blur_fits),
        macs=lambda given, outputs: outputs["output"].elements() * given["kernel_size"] ** 2,
        window=lambda given: (given["kernel_size"], given["stride"], 1), headline=("kernel_size", "stride"),
        examples=(Example({}, {"input": (2, 3, 8, 7)}),
                  Example({"kernel_size": 4, "stride": 3}, {"input": (2, 3, 6, 6)})),
    ),
    LayerType(
        name="GeneralizedMeanPool", category="Pooling", summary="One number per channel, between mean and maximum.",
        help=(
            "Global pooling with a learned power p: 1 is the mean, a large one nearly the maximum. Image search uses "
            "it to make one vector of a picture. Values below eps count as eps, so a ReLU usually stands before it."
        ),
        formula="y = (mean(xᵖ))^(1/p), p learned",
        words=("gem", "global pooling", "image retrieval", "power mean", "generalised mean"),
        params=(Param("p", "float", 3.0, "Power to start with.", minimum=1, maximum=100),
                Param("eps", "float", 1e-6, "Smallest value.", minimum=1e-12, maximum=1)),
        support=("generalized_mean_pool",), module="GeneralizedMeanPool",
        check=rank_at_least(3, "a batch with channels and places (B, C, …)"), headline=("p",),
        examples=(Example({}, {"input": (2, 3, 4, 5)}), Example({"p": 2.0}, {"input": (2, 3, 6)})),
    ),
    LayerType(
        name="SpatialPyramidPool", category="Pooling", summary="Pool an image to grids of several sizes, in one row.",
        help=(
            "Pools to 1 × 1, 2 × 2, 4 × 4, … and joins everything into one vector of fixed length, whatever the size "
            "of the image: coarse and fine places in one. Between convolutions and the fully connected layers."
        ),
        formula="length = channels · Σ level²",
        words=("spp", "spp-net", "multi-scale", "global pooling", "any size"),
        params=(Param("levels", "shape", (1, 2, 4), "Edges of the grids.", minimum=1, maximum=64),),
        support=("pyramid_pool",), call=_pyramid_call, check=first(rank_is(4, what=LAYOUTS[2]), _levels),
        worked=lambda given, outputs: (
            f"{given.one().dims[1]} · ({' + '.join(f'{n}²' for n in given['levels'])}) = {outputs['output'].dims[1]}"
        ),
        headline=("levels",),
        examples=(Example({}, {"input": (2, 3, 8, 7)}), Example({"levels": (1, 3)}, {"input": (2, 3, 6, 6)})),
    ),
    LayerType(
        name="RoIAlign", category="Pooling", summary="Cut boxes out of a feature map, all to one size.",
        help=(
            "The second half of a two-stage detector looks at each proposed box by itself. This takes the features "
            "inside every box, interpolated between pixels, and gives all boxes one size. Boxes are in pixels of the "
            "image; scale says how much smaller the feature map is (1/16 = 0.0625)."
        ),
        formula="(B, C, H, W) and (B, N, 4) → (B, N, C, size, size)",
        words=("roi pooling", "region of interest", "faster r-cnn", "mask r-cnn", "detection", "boxes", "crop"),
        params=(Param("size", "int", 7, "Edge of what is cut out.", minimum=1, maximum=512),
                Param("scale", "float", 1.0, "Feature map's size divided by the image's.", minimum=1e-6, maximum=1e3),
                Param("samples", "int", 2, "Places per cell and axis that are averaged.", minimum=1, maximum=64)),
        inputs=(Port("input"), Port("boxes", help="(B, N, 4): x1, y1, x2, y2.")),
        support=("roi_align",), call=_roi_call, check=first(rank_is(4, what=LAYOUTS[2]), _boxes_fit),
        headline=("size", "scale"),
        examples=(Example({"size": 3}, {"input": (2, 4, 8, 7), "boxes": (2, 5, 4)}),
                  Example({"size": 2, "scale": 0.5, "samples": 1}, {"input": (2, 1, 6, 6), "boxes": (2, 1, 4)})),
    ),
    LayerType(
        name="SoftArgmax2d", category="Pooling",
        summary="The mean place of every channel: where on the image it is strong.",
        help=(
            "A softmax over all pixels, then the mean of their coordinates: each channel becomes one point, from −1 "
            "to 1 in x and y. Unlike Argmax it has a gradient, so key points of bodies and grasps of robots are "
            "learned with it."
        ),
        formula="y = Σ softmax(x / temperature) · (column, row)",
        words=("spatial softmax", "keypoint", "pose", "coordinates", "heatmap", "expected position"),
        params=(Param("temperature", "float", 1.0, "The smaller, the nearer to the strongest pixel.", minimum=1e-4,
                      maximum=1e4),),
        support=("soft_argmax2d",),
        call=lambda c: (
            f"soft_argmax2d({c.one()}"
            + (f", temperature={c['temperature']})" if c.changed(1.0, "temperature") else ")")
        ),
        check=rank_is(4, what=LAYOUTS[2]), headline=("temperature",),
        examples=(Example({}, {"input": (2, 3, 8, 7)}), Example({"temperature": 0.1}, {"input": (2, 1, 4, 4)})),
    ),
)  # fmt: skip
