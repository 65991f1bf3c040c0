"""Pooling to a wanted size, and undoing max pooling."""

from __future__ import annotations

from graph.catalogue.pooling import SIZES
from graph.catalogue.rules import LAYOUTS, SPATIAL, Outputs, Rule, by, first, pair, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Port
from graph.catalogue.windows import ints


def _adaptive(kind: str, n: int) -> LayerType:
    word = "mean" if kind == "Avg" else "largest value"

    def worked(given: Given, outputs: Outputs) -> str:
        dims = given.one().dims
        wanted = pair(given["output_size"], n)
        lines = [f"{name}: {dims[axis + 2]} → {wanted[axis]}" for axis, name in enumerate(SPATIAL[n])]
        return "\n".join([*lines, "parameters = 0"])

    return LayerType(
        name=f"Adaptive{kind}Pool{n}d",
        category="Pooling",
        summary=f"Pool to exactly this size, whatever comes: the {word} of each part.",
        help=(
            f"Divides every channel into output_size equal parts and gives the {word} of each. Whatever size "
            "comes in, the same size goes out, so the layers behind it need not know how large the input "
            "is. Size 1 is global pooling: one number per channel."
        ),
        formula="out = output_size;  part i covers cells ⌊i·in/out⌋ to ⌈(i + 1)·in/out⌉ − 1",
        words=("global pooling", "global average pooling", "gap", "adaptive", "squeeze",
               "average" if kind == "Avg" else "maximum"),
        params=(ints("output_size", n, 1, "Wanted size.", 1, required=True),),
        module=f"nn.Adaptive{kind}Pool{n}d",
        check=rank_is(n + 2, what=LAYOUTS[n]),
        worked=worked,
        headline=("output_size",),
        examples=(
            Example({}, {"input": (2, 3, *SIZES[n])}),
            Example({"output_size": 4 if n == 1 else (2, 3, 4)[:n]}, {"input": (2, 3, *SIZES[n])}),
            Example({"output_size": 11}, {"input": (2, 3, *SIZES[n])}),
        ),
    )  # fmt: skip


def _same_shape(port: str) -> Rule:
    def check(given: Given) -> Complaint | None:
        tensor, other = given.one(), given.one(port)
        if tensor.shapes == other.shapes:
            return None
        return Complaint(
            f"expects {port} of the input's shape {tensor.text} but receives {other.text}",
            expected=tensor.text, got=other.text, port=port,
        )  # fmt: skip

    return check


def _large_enough(n: int) -> Rule:
    """Without output_size the result must have at least one cell."""

    def check(given: Given) -> Complaint | None:
        tensor = given.one()
        kernel, padding = pair(given["kernel_size"], n), pair(given["padding"], n)
        stride = pair(given["stride"], n) if given["stride"] is not None else kernel
        for shape in tensor.shapes:
            sizes = [
                (size - 1) * s - 2 * p + k
                for size, k, s, p in zip(shape[2:], kernel, stride, padding, strict=True)
            ]
            if min(sizes) < 1:
                return Complaint(
                    f"would give {by(sizes)}, because padding {by(padding)} takes more away than there is, "
                    f"for {tensor.text}",
                    expected="a size of at least 1", got=by(sizes), param="padding", port="input",
                )  # fmt: skip
        return None

    return check


def _unpool(n: int) -> LayerType:
    def call(c: Call) -> str:
        return f"{c.module}({c.one()}, {c.one('indices')})"

    def worked(given: Given, outputs: Outputs) -> str:
        kernel, padding = pair(given["kernel_size"], n), pair(given["padding"], n)
        stride = pair(given["stride"], n) if given["stride"] is not None else kernel
        before, after = given.one().dims, outputs["output"].dims
        return "\n".join(
            f"{name} = ({before[axis + 2]} − 1)·{stride[axis]} − 2·{padding[axis]} + {kernel[axis]} = "
            f"{after[axis + 2]}"
            for axis, name in enumerate(SPATIAL[n])
        )

    pooled = tuple(size // 2 for size in SIZES[n])
    return LayerType(
        name=f"MaxUnpool{n}d",
        category="Pooling",
        summary=f"Put the maxima of MaxPool{n}d back where they were.",
        help=(
            f"Undoes a MaxPool{n}d as far as possible: every value goes back to the place it came from, all "
            "other cells become zero. Wire the indices of a MaxPool with return_indices switched on, and "
            "use the same kernel, stride and padding. Used by decoders of segmentation networks such as "
            "SegNet."
        ),
        formula="out = (in − 1)·stride − 2·padding + kernel",
        words=("unpool", "unpooling", "inverse pooling", "segnet", "upsample"),
        params=(
            ints("kernel_size", n, 2, "Size of the pooling window.", 1, required=True),
            ints("stride", n, None, "Step of the window; the kernel's size when it is not set.", 1, optional=True),
            ints("padding", n, 0, "Padding of the pooling.", 0),
        ),
        inputs=(Port("input"), Port("indices", "int", help="Where each value came from.")),
        module=f"nn.MaxUnpool{n}d",
        call=call,
        check=first(rank_is(n + 2, what=LAYOUTS[n]), _same_shape("indices"), _large_enough(n)),
        worked=worked,
        headline=("kernel_size", "stride"),
        examples=(
            Example({}, {"input": (2, 3, *pooled), "indices": (2, 3, *pooled)}, {"indices": "int64"}),
            Example({"kernel_size": 3, "stride": 2, "padding": 1},
                    {"input": (2, 3, *pooled), "indices": (2, 3, *pooled)},
                    {"indices": "int64"}),
        ),
    )  # fmt: skip


LAYERS = (
    *(_adaptive(kind, n) for kind in ("Avg", "Max") for n in (1, 2, 3)),
    *(_unpool(n) for n in (1, 2, 3)),
)
