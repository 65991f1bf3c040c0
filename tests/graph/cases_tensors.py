"""Random configurations of losses, of the operations on tensors, and of the layers torch has no class for."""

from __future__ import annotations

from math import prod
from random import Random

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType
from tests.graph.cases import MAKERS, Case, axes, images, near, parameters, wobble
from tests.graph.truth import Shape, Wires


def _loss(random: Random, layer: LayerType) -> Case:
    """Predictions and targets that mostly fit: one shape, or class numbers for scores."""
    params = parameters(random, layer)
    params.pop("full", None) if random.random() < 0.5 else None
    shape = axes(random, random.choice((1, 2, 2, 3, 4)), most=5)
    names = [port.name for port in layer.inputs]
    shapes: dict[str, list[Shape]] = {
        name: [shape if name == names[0] else wobble(random, shape)] for name in names
    }
    dtypes = {port.name: "int64" for port in layer.inputs if port.accepts == "int"}
    if layer.name in ("CrossEntropyLoss", "NLLLoss", "MultiMarginLoss", "LinearCrossEntropyLoss"):
        if layer.name in ("CrossEntropyLoss", "NLLLoss"):
            shape = axes(random, near(random, random.choice((2, 2, 3, 4))), most=5)
        else:
            shape = axes(random, near(random, 2), most=5)
        places = wobble(random, (shape[0], *shape[2:]))
        shapes, dtypes = {"input": [shape], "target": [places]}, {"target": "int64"}
        if layer.name == "CrossEntropyLoss" and random.random() < 0.3:
            shapes, dtypes = {"input": [shape], "target": [wobble(random, shape)]}, {}
        params.pop("ignore_index", None)
    elif layer.name.startswith("MultiLabel"):
        shape = axes(random, near(random, 2), most=5)
        shapes = {"input": [shape], "target": [wobble(random, shape)]}
    elif layer.name == "CosineEmbeddingLoss":
        shape = axes(random, near(random, 2), most=5)
        shapes = {"input1": [shape], "input2": [wobble(random, shape)], "target": [wobble(random, shape[:1])]}
    elif layer.name == "GaussianNLLLoss" and random.random() < 0.5:
        shapes["var"] = [random.choice((shape[:-1], (*shape[:-1], 1)))]
    elif layer.name == "AdaptiveLogSoftmaxWithLoss":
        params["n_classes"], params["cutoffs"] = random.randint(4, 9), (random.randint(1, 3),)
        params["div_value"] = random.choice((1.0, 2.0))
        shapes = {"input": [axes(random, near(random, 2), most=6)], "target": [wobble(random, (2,))]}
    elif layer.name == "ContrastiveLoss":
        shape = axes(random, near(random, 2), most=5)
        shapes = {"first": [shape], "second": [wobble(random, shape)]}
    elif layer.name == "CTCLoss":
        labels = random.randint(1, 3)
        shapes = {
            "log_probs": [wobble(random, (2, labels + random.randint(0, 4), random.randint(2, 5)))],
            "targets": [wobble(random, (2, labels), 0.05)],
            "input_lengths": [wobble(random, (2,), 0.05)],
            "target_lengths": [wobble(random, (2,), 0.05)],
        }
    return Case(params, Wires(shapes, dtypes))


def _indexed(random: Random, layer: LayerType) -> Case:
    """Gather and ScatterAdd: an index that is mostly no longer than the input off dim."""
    shape = axes(random, random.choice((1, 2, 2, 3)), most=4)
    params = parameters(random, layer)
    axis = params.get("dim", 1) % len(shape)
    index = (2, *(random.randint(1, size) for size in shape[1:]))
    if axis:
        index = tuple(random.randint(1, 6) if place == axis else size for place, size in enumerate(index))
    index = wobble(random, index)
    shapes, dtypes = {"input": [shape], "index": [index]}, {"index": "int64"}
    if layer.name == "ScatterAdd":
        shapes["source"] = [wobble(random, (2, *(size + random.randint(0, 1) for size in index[1:])))]
        if random.random() < 0.1:
            dtypes["source"] = "int64"
    return Case(params, Wires(shapes, dtypes))


def _picked(random: Random, layer: LayerType) -> Case:
    """IndexSelect and Unbind: steps that mostly are there."""
    shape = axes(random, random.choice((1, 2, 2, 3, 4)), most=5)
    params = parameters(random, layer)
    axis = random.randrange(-len(shape), len(shape)) if random.random() < 0.7 else params.get("dim", 1)
    params["dim"] = axis
    size = shape[axis] if -len(shape) <= axis < len(shape) else 3
    if layer.name == "Unbind" and random.random() < 0.7:
        params["count"] = size
    elif layer.name == "IndexSelect" and random.random() < 0.8:
        params["indices"] = tuple(random.randrange(-size, size) for _ in range(random.randint(1, 3)))
    return Case(params, Wires({"input": [shape]}, {}))


def _like(random: Random, layer: LayerType) -> Case:
    shape = axes(random, random.choice((1, 2, 3, 4)), most=4)
    if layer.name == "ExpandLike":
        small = (2, *(1 if random.random() < 0.5 else size for size in shape[1:]))
    else:
        small = random.choice(((2, prod(shape[1:])), shape, (2, 1, *shape[1:])))
    return Case({}, Wires({"input": [wobble(random, small)], "reference": [wobble(random, shape)]}, {}))


def _conditioned(random: Random, layer: LayerType) -> Case:
    """Modulate and AdaptiveInstanceNorm: a tensor and what is said about its channels."""
    shape = axes(random, random.choice((2, 3, 4)), least=2, most=4)
    params = parameters(random, layer)
    params.pop("eps", None)
    if layer.name == "AdaptiveInstanceNorm":
        style = wobble(random, (*shape[:2], *(random.randint(2, 4) for _ in shape[2:])))
        return Case(params, Wires({"content": [wobble(random, shape)], "style": [style]}, {}))
    axis = params["dim"] = random.randrange(1, len(shape)) if random.random() < 0.8 else params.get("dim", -1)
    wanted = (2, shape[axis] if -len(shape) <= axis < len(shape) else 3)
    return Case(
        params,
        Wires({"input": [shape], "scale": [wobble(random, wanted)], "shift": [wobble(random, wanted)]}, {}),
    )


def _in_groups(random: Random, layer: LayerType) -> Case:
    """A channel axis that can mostly be cut into pieces, or halved."""
    params = parameters(random, layer)
    shape = axes(random, random.choice((2, 3, 4)), most=4)
    count = params.get("pieces", 2)
    axis = params.get("dim", 1 if layer.name == "Maxout" else -1)
    if -len(shape) <= axis < len(shape) and axis % len(shape):
        shape = tuple(
            size * count if place == axis % len(shape) else size for place, size in enumerate(shape)
        )
    return Case(params, Wires({"input": [wobble(random, shape)]}, {}))


def _deformed(random: Random, layer: LayerType) -> Case:
    """Images with shifts for every cell of the filter at every place of the result."""
    params = parameters(random, layer)
    params.pop("in_channels", None)
    groups = params["groups"] = random.choice((1, 1, 2))
    params["out_channels"] = groups * random.randint(1, 2)
    params["kernel_size"] = kernel = (random.randint(1, 3), random.randint(1, 3))
    shape = (2, groups * random.randint(1, 2) * 2, random.randint(3, 6), random.randint(3, 6))

    def both(name: str, default: int) -> tuple[int, int]:
        found = params.get(name, default)
        return found if isinstance(found, tuple) else (found, found)

    places = tuple(
        max((size + 2 * p - d * (k - 1) - 1) // s + 1, 1)
        for size, k, p, d, s in zip(
            shape[2:], kernel, both("padding", 0), both("dilation", 1), both("stride", 1), strict=True
        )
    )
    cells, parts = prod(kernel), random.choice((1, 1, 2))
    shapes = {"input": [shape], "offset": [wobble(random, (2, 2 * cells * parts, *places))]}
    if random.random() < 0.4:
        shapes["mask"] = [wobble(random, (2, cells * parts, *places))]
    return Case(params, Wires(shapes, {}))


def _fraction(random: Random, layer: LayerType) -> Case:
    params = parameters(random, layer)
    if random.random() < 0.8:
        params.pop(random.choice(("output_size", "output_ratio")), None)
    if "output_size" not in params and random.random() < 0.8:
        params["output_ratio"] = round(random.uniform(0.1, 0.9), 2)
    params["kernel_size"] = random.randint(1, 3)
    n = int(layer.name[-2])
    return Case(params, Wires({"input": [axes(random, near(random, n + 2), least=4, most=8)]}, {}))


def _places(random: Random, layer: LayerType) -> Case:
    """AffineGrid, GridSample and what follows the size of another image."""
    n = random.choice((2, 2, 2, 3))
    image = axes(random, n + 2, most=5)
    params = parameters(random, layer)
    if layer.name == "AffineGrid":
        shapes = {"theta": [wobble(random, (2, n, n + 1))], "input": [wobble(random, image)]}
    elif layer.name == "GridSample":
        shapes = {"input": [image], "grid": [wobble(random, (*axes(random, n + 1, most=4), n))]}
    elif layer.name == "CropLike":
        small = (2, random.randint(1, 3), *(random.randint(1, size) for size in image[2:]))
        shapes = {"input": [image], "reference": [wobble(random, small)]}
    else:
        params["mode"] = random.choice(("nearest", "area", {2: "bilinear", 3: "trilinear"}[n], "bicubic"))
        shapes = {"input": [image], "reference": [wobble(random, axes(random, n + 2, most=5))]}
    return Case(params, Wires(shapes, {}))


def _windows(random: Random, layer: LayerType) -> Case:
    size, rows, columns = (random.randint(1, 3) for _ in range(3))
    image = (2, rows * size, columns * size, random.randint(1, 3))
    params = {"size": size if random.random() < 0.9 else size + 1}
    if layer.name == "WindowPartition":
        return Case(params, Wires({"input": [wobble(random, image)]}, {}))
    if rows * columns > 1 and random.random() < 0.8:
        params, rows, columns = {"size": max(rows * size, columns * size)}, 1, 1
        image = (2, params["size"], params["size"], 1)
    count = params["size"] ** 2
    return Case(
        params, Wires({"input": [wobble(random, (2, count, 3))], "reference": [wobble(random, image)]}, {})
    )


def _sounds(random: Random, layer: LayerType) -> Case:
    params = parameters(random, layer) | {"n_fft": random.randint(2, 8), "hop_length": random.randint(1, 4)}
    return Case(params, Wires({"input": [wobble(random, (2, random.randint(2, 20)))]}, {}))


EQUATIONS = ("bij,bjk->bik", "bi,bi->b", "bi,bj->bij", "bij->bji", "b...->b...", "bii->bi", "bi,bij->bj", "bij,jk",
             "bij->", "b...d, bkd -> b...k", "bi,bi,bi->bi", "ij,jk->ik", "bij->bik", "bi->bii")  # fmt: skip


def _einsum(random: Random, layer: LayerType) -> Case:
    equation = random.choice(EQUATIONS)
    sizes = {letter: random.randint(1, 3) for letter in "ijkd"} | {"b": 2}
    shapes = []
    for term in equation.replace(" ", "").partition("->")[0].split(","):
        dots = tuple(random.choice((3, 3, 1)) for _ in range(random.randint(0, 2)))
        front, _, back = term.partition("...")
        middle = dots if "..." in term else ()
        shape = (*(sizes[letter] for letter in front), *middle, *(sizes[letter] for letter in back))
        shapes.append(wobble(random, shape))
    return Case({"equation": equation}, Wires({"inputs": shapes}, {}))


def _sets(random: Random, layer: LayerType) -> Case:
    """Points with equally many coordinates; three of them for the cross product."""
    size = 3 if layer.name == "Cross" and random.random() < 0.8 else random.randint(1, 4)
    front = axes(random, random.choice((1, 2, 2, 3)), most=3)
    one, two = (*front, size), (*front, size)
    if layer.name == "Cdist":
        one, two = (*front, random.randint(1, 4), size), (*front, random.randint(1, 4), size)
    if layer.name == "Outer":
        two = (*front, random.randint(1, 4))
    names = [port.name for port in layer.inputs]
    return Case(
        parameters(random, layer),
        Wires({names[0]: [wobble(random, one)], names[1]: [wobble(random, two)]}, {}),
    )


def _boxes(random: Random, layer: LayerType) -> Case:
    """RoIAlign and GIoULoss: boxes have four corners, mostly."""
    count = random.randint(1, 3)
    boxes = wobble(random, (2, count, 4))
    if layer.name == "GIoULoss":
        return Case({}, Wires({"input": [boxes], "target": [wobble(random, boxes)]}, {}))
    params = parameters(random, layer) | {"samples": random.randint(1, 2)}
    return Case(params, Wires({"input": [axes(random, near(random, 4))], "boxes": [boxes]}, {}))


def _words(random: Random, layer: LayerType) -> Case:
    """Sequences of tokens."""
    dtype = "float32" if random.random() < 0.1 else "int64"
    return Case(
        parameters(random, layer), Wires({"input": [axes(random, near(random, 2))]}, {"input": dtype})
    )


def _mixed(random: Random, layer: LayerType) -> Case:
    return Case({}, Wires({"input": [axes(random, near(random, 3))]}, {}))


def _steps(random: Random, layer: LayerType) -> Case:
    """Sequences of vectors, long and short."""
    return Case(parameters(random, layer), Wires({"input": [axes(random, near(random, 3), most=5)]}, {}))


MAKERS.update(
    {
        "Einsum": _einsum,
        "Spectrogram": _sounds,
        "FourierMix": _mixed,
        "DeformConv2d": _deformed,
        **dict.fromkeys(("FractionalMaxPool2d", "FractionalMaxPool3d"), _fraction),
        **dict.fromkeys(("AffineGrid", "GridSample", "ResizeLike", "CropLike"), _places),
        **dict.fromkeys(("WindowPartition", "WindowMerge"), _windows),
        **dict.fromkeys(("SpatialPyramidPool", "PadToMultiple", "AddCoordinates", "MergePatches"), images),
        **dict.fromkeys(("Modulate", "AdaptiveInstanceNorm"), _conditioned),
        **dict.fromkeys(("Maxout", "SwiGLU", "GEGLU"), _in_groups),
        **dict.fromkeys(("GlobalResponseNorm", "MinibatchDeviation"), images),
        **dict.fromkeys(("Gather", "ScatterAdd"), _indexed),
        **dict.fromkeys(("IndexSelect", "Unbind"), _picked),
        **dict.fromkeys(("ReshapeLike", "ExpandLike"), _like),
        **dict.fromkeys(("Cdist", "Cross", "Outer"), _sets),
        **dict.fromkeys(("SinusoidalPositions", "LearnedPositions", "ClassToken"), _steps),
        "ShiftTokens": _words,
        **dict.fromkeys((layer.name for layer in CATALOGUE.values() if layer.category == "Losses"), _loss),
        **dict.fromkeys(("RoIAlign", "GIoULoss"), _boxes),
        "SoftArgmax2d": images,
    }
)
