"""Random configurations of every layer type, small and half of them wrong on purpose, for the fuzz test."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from random import Random
from typing import Any

from graph.catalogue.spec import LayerType, Param
from tests.graph.truth import Shape, Wires


@dataclass(frozen=True)
class Case:
    """Parameters and what is wired; a first axis of 2 is the batch."""

    params: dict[str, Any]
    wires: Wires

    def __str__(self) -> str:
        shapes = {port: found[0] if len(found) == 1 else found for port, found in self.wires.shapes.items()}
        return f"{self.params} with {shapes}"


LARGEST = {"num_embeddings": 12, "dim_feedforward": 6, "num_layers": 3, "num_encoder_layers": 2,
           "num_decoder_layers": 2, "repeats": 3, "stride": 4, "kernel_size": 5, "dilation": 3}  # fmt: skip


def number(random: Random, param: Param) -> int:
    low = max(param.minimum if param.minimum is not None else -4, -4)
    high = min(param.maximum if param.maximum is not None else 6, LARGEST.get(param.name, 6))
    return random.randint(int(low), int(high))


def value(random: Random, param: Param) -> Any:
    """A value the parameter accepts by itself; whether it fits the rest is another matter."""
    if param.optional and random.random() < 0.4:
        return None
    if param.kind == "bool":
        return random.random() < 0.5
    if param.kind == "choice":
        return random.choice(param.choices)
    if param.kind == "text":
        return param.default
    if param.kind == "int":
        return number(random, param)
    if param.kind == "float":
        low = max(param.minimum if param.minimum is not None else -2.0, -2.0)
        high = min(param.maximum if param.maximum is not None else 3.0, 3.0)
        return max(round(random.uniform(low, high), 2), low)
    if param.kind == "ints" and random.random() < 0.5:
        return number(random, param)
    length = param.length if param.kind == "ints" else random.randint(1, 4)
    return tuple(number(random, param) for _ in range(length))


def parameters(random: Random, layer: LayerType) -> dict[str, Any]:
    """Some of a layer's parameters set; sizes that can be inferred are pinned now and then."""
    chance = random.choice((0.2, 0.5, 0.9))
    found = {}
    for param in layer.params:
        if random.random() < (0.08 if param.inferred is not None else chance):
            found[param.name] = value(random, param)
    return found


def axes(random: Random, rank: int, least: int = 1, most: int = 7) -> Shape:
    """The batch and ``rank - 1`` more axes."""
    return (2, *(random.randint(least, most) for _ in range(rank - 1)))[:rank]


def near(random: Random, rank: int) -> int:
    """Mostly this rank, sometimes one next to it."""
    return max(1, rank + random.choice((0,) * 12 + (-1, 1)))


def wobble(random: Random, shape: Shape, chance: float = 0.12) -> Shape:
    """Now and then an axis off by one, or of size 1, or one axis too many or too few."""
    if random.random() > chance:
        return shape
    choice = random.random()
    if choice < 0.2 and len(shape) > 1:
        return shape[:-1]
    if choice < 0.3:
        return (*shape, random.randint(1, 4))
    axis = random.randrange(1, len(shape)) if len(shape) > 1 else 0
    changed = 1 if random.random() < 0.5 else max(1, shape[axis] + random.choice((-1, 1)))
    return tuple(changed if place == axis else size for place, size in enumerate(shape))


Maker = Callable[[Random, LayerType], Case]


def _plain(random: Random, layer: LayerType) -> Case:
    """Any rank, any sizes at every port."""
    shape = axes(random, random.choice((1, 2, 2, 3, 3, 4, 4, 5)), most=6)
    shapes, dtypes = {}, {}
    for port in layer.inputs:
        count = random.randint(1, 3) if port.variadic else 1
        shapes[port.name] = [shape if number == 0 else wobble(random, shape, 0.3) for number in range(count)]
        if port.name != layer.inputs[0].name:
            shapes[port.name] = [wobble(random, shape, 0.3)]
        if port.accepts == "bool":
            dtypes[port.name] = "bool"
        elif port.accepts == "int" or (port.accepts in ("number", "any") and random.random() < 0.15):
            dtypes[port.name] = "int64"
    return Case(parameters(random, layer), Wires(shapes, dtypes))


def _spatial(random: Random, layer: LayerType) -> Case:
    """Conv, pooling, padding, normalisation and dropout of 1 to 3 dimensions."""
    n = int(layer.name[-2])
    rank = near(random, n + 2)
    if layer.name == "BatchNorm1d" and random.random() < 0.3:
        rank = 2
    shape = axes(random, rank, most={1: 12, 2: 9, 3: 6}[n])
    params = parameters(random, layer)
    if "groups" in params and random.random() < 0.8:
        params["groups"] = random.choice((1, 2, 3, shape[1] if rank > 1 else 1))
        params["out_channels"] = params["groups"] * random.randint(1, 3)
        shape = (shape[0], params["groups"] * random.randint(1, 2), *shape[2:])[:rank]
    params.pop("eps", None)
    shapes, dtypes = {layer.inputs[0].name: [shape]}, {}
    if "indices" in {port.name for port in layer.inputs}:
        shapes["indices"], dtypes["indices"] = [wobble(random, shape)], "int64"
    return Case(params, Wires(shapes, dtypes))


def _features(random: Random, layer: LayerType) -> Case:
    """Linear and the norms over the last axes or over groups."""
    shape = axes(random, random.choice((1, 2, 2, 3, 4)))
    params = parameters(random, layer)
    params.pop("eps", None)
    if "normalized_shape" in params and len(shape) > 1 and random.random() < 0.8:
        params["normalized_shape"] = wobble(random, shape[random.randint(1, len(shape) - 1) :])
    if layer.name == "GroupNorm" and len(shape) > 1 and random.random() < 0.7:
        params["num_groups"] = random.randint(1, 4)
        shape = (shape[0], params["num_groups"] * random.randint(1, 2), *shape[2:])
    return Case(params, Wires({"input": [shape]}, {}))


def _bilinear(random: Random, layer: LayerType) -> Case:
    front = axes(random, random.choice((1, 1, 2, 3)))
    one = (*front, random.randint(1, 5))
    two = wobble(random, (*front, random.randint(1, 5)))
    return Case(parameters(random, layer), Wires({"input1": [one], "input2": [two]}, {}))


def _recurrent(random: Random, layer: LayerType) -> Case:
    cell = layer.name.endswith("Cell")
    params = parameters(random, layer)
    shape = wobble(random, axes(random, 2 if cell else 3, most=5))
    hidden = params.setdefault("hidden_size", random.randint(1, 5))
    shapes = {"input": [shape]}
    for port in layer.inputs[1:]:
        if port.name != "lengths" and random.random() < 0.5:
            size = hidden
            if port.name == "h_0" and params.get("proj_size"):
                size = params["proj_size"]
            count = params.get("num_layers", 1) * (2 if params.get("bidirectional") else 1)
            state = (2, size) if cell else (count, 2, size)
            shapes[port.name] = [wobble(random, state)]
    if not params.get("batch_first", True) and not cell and random.random() < 0.5:
        params.pop("batch_first")
    if not cell and random.random() < 0.8:
        # a state's batch is axis 1, which the notation of these cases cannot say
        shapes = {"input": [shape]}
    return Case(params, Wires(shapes, {}))


def _attention(random: Random, layer: LayerType) -> Case:
    params = parameters(random, layer)
    heads = params.setdefault("num_heads", random.randint(1, 3))
    size = heads * random.randint(1, 3) if random.random() < 0.85 else random.randint(1, 7)
    target, source = random.randint(3, 5), random.randint(3, 5)
    if params.get("causal") and random.random() < 0.8:
        source = target
    query = wobble(random, (2, target, size))
    shapes, dtypes = {"query": [query]}, {}
    here = target
    if random.random() < 0.5:
        here = source
        shapes["key"] = [wobble(random, (2, source, random.choice((size, random.randint(1, 6)))))]
        if random.random() < 0.5:
            shapes["value"] = [wobble(random, (2, source, random.choice((size, random.randint(1, 6)))))]
    for port, shape in (("attn_mask", (target, here)), ("key_padding_mask", (2, here))):
        if random.random() < 0.3:
            shapes[port] = [wobble(random, shape)]
            dtypes[port] = random.choice(("bool", "bool", "float32", "int64"))
    return Case(params, Wires(shapes, dtypes))


def _dot_product(random: Random, layer: LayerType) -> Case:
    front = axes(random, random.choice((1, 2, 2, 3)), most=3)
    target, source, size = random.randint(3, 5), random.randint(3, 5), random.randint(1, 4)
    query = wobble(random, (*front, target, size))
    shapes, dtypes = {"query": [query]}, {}
    if random.random() < 0.7:
        shapes["key"] = [wobble(random, (*front, source, size))]
        if random.random() < 0.6:
            shapes["value"] = [wobble(random, (*front, source, random.randint(1, 4)))]
    else:
        source = target
    if random.random() < 0.3:
        shapes["attn_mask"] = [wobble(random, (target, source))]
        dtypes["attn_mask"] = random.choice(("bool", "float32", "int64"))
    return Case(parameters(random, layer), Wires(shapes, dtypes))


def _transformer(random: Random, layer: LayerType) -> Case:
    params = parameters(random, layer)
    params["dim_feedforward"] = random.randint(1, 5)
    params.pop("layer_norm_eps", None)
    for name in ("num_layers", "num_encoder_layers", "num_decoder_layers"):
        if any(param.name == name for param in layer.params):
            params[name] = random.randint(1, 2)
    heads = params.setdefault("nhead", random.randint(1, 3))
    size = heads * random.randint(1, 3) if random.random() < 0.85 else random.randint(1, 7)
    target, source = random.randint(3, 5), random.randint(3, 5)
    sequences = {"src": (2, source, size), "tgt": (2, target, size), "memory": (2, source, size)}
    shapes: dict[str, list[Shape]] = {}
    dtypes = {}
    for port in layer.inputs:
        if port.name in sequences:
            shapes[port.name] = [wobble(random, sequences[port.name], 0.07)]
        elif random.random() < 0.25:
            of = sequences.get(port.name.split("_")[0], sequences["src" if "src" in sequences else "memory"])
            first = target if port.name == "memory_mask" else of[1]
            shape = (2, of[1]) if "padding" in port.name else (first, of[1])
            shapes[port.name] = [wobble(random, shape)]
            dtypes[port.name] = random.choice(("bool", "bool", "float32", "int64"))
    return Case(params, Wires(shapes, dtypes))


def _tokens(random: Random, layer: LayerType) -> Case:
    rank = near(random, 2) if layer.name == "EmbeddingBag" else random.choice((1, 2, 2, 3))
    params = parameters(random, layer)
    params.setdefault("num_embeddings", random.randint(1, 9))
    params.setdefault("embedding_dim", random.randint(1, 6))
    dtype = "float32" if random.random() < 0.1 else "int64"
    return Case(params, Wires({"input": [axes(random, rank)]}, {"input": dtype}))


def _reshape(random: Random, layer: LayerType) -> Case:
    shape = axes(random, random.choice((1, 2, 3, 4)), most=6)
    params = parameters(random, layer)
    if random.random() < 0.8:
        rest = prod(shape[1:])
        divisor = random.choice([number for number in range(1, rest + 1) if rest % number == 0])
        params["shape"] = wobble(random, (-1, divisor, rest // divisor))
    return Case(params, Wires({"input": [shape]}, {}))


def _unflatten(random: Random, layer: LayerType) -> Case:
    shape = axes(random, random.choice((2, 3)), most=12)
    params = parameters(random, layer)
    if random.random() < 0.8:
        axis = random.randrange(1, len(shape))
        divisor = random.choice([number for number in range(1, shape[axis] + 1) if shape[axis] % number == 0])
        params |= {"dim": axis, "unflattened_size": wobble(random, (divisor, shape[axis] // divisor))}
        if random.random() < 0.3:
            params["unflattened_size"] = (-1, *params["unflattened_size"][1:])
    return Case(params, Wires({"input": [shape]}, {}))


def _order(random: Random, layer: LayerType) -> Case:
    shape = axes(random, random.choice((1, 2, 3, 4, 5)), most=5)
    params = parameters(random, layer)
    if random.random() < 0.8:
        order = list(range(len(shape)))
        random.shuffle(order)
        params["dims"] = tuple(axis - len(shape) if random.random() < 0.2 else axis for axis in order)
        if random.random() < 0.15:
            params["dims"] = wobble(random, params["dims"], 1.0)
    return Case(params, Wires({"input": [shape]}, {}))


def _split(random: Random, layer: LayerType) -> Case:
    shape = axes(random, random.choice((1, 2, 3)), most=9)
    params = parameters(random, layer)
    if random.random() < 0.8 and len(shape) > 1:
        axis = random.randrange(1, len(shape))
        left, parts = shape[axis], []
        while left:
            parts.append(random.randint(1, left))
            left -= parts[-1]
        params |= {"dim": axis, "sizes": wobble(random, tuple(parts))}
    return Case(params, Wires({"input": [shape]}, {}))


def _many(random: Random, layer: LayerType) -> Case:
    """Concat, Stack and the sums: like shapes that differ in an axis."""
    shape = axes(random, random.choice((1, 2, 3, 4)), most=5)
    params = parameters(random, layer)
    shapes = []
    axis = params.get("dim", 1) % len(shape)
    for _ in range(random.randint(1, 4)):
        other = list(shape)
        if layer.name == "Concat" and axis:
            other[axis] = random.randint(1, 5)
        elif layer.name not in ("Concat", "Stack") and len(other) > 1 and random.random() < 0.4:
            other[random.randrange(1, len(other))] = 1
        shapes.append(wobble(random, tuple(other)))
    return Case(params, Wires({"inputs": shapes}, {}))


def _matrices(random: Random, layer: LayerType) -> Case:
    front = axes(random, random.choice((1, 2)), most=4)
    n, k, m = (random.randint(1, 5) for _ in range(3))
    one, two = (*front, n, k), (*front, k, m)
    params = parameters(random, layer)
    if params.get("transpose_other"):
        two = (*front, m, k)
    return Case(params, Wires({"input": [wobble(random, one)], "other": [wobble(random, two)]}, {}))


def _resize(random: Random, layer: LayerType) -> Case:
    rank = near(random, random.choice((3, 4, 5)))
    params = parameters(random, layer)
    chance = random.random()
    if chance < 0.5:
        params["scale_factor"] = round(random.uniform(0.2, 3), 2)
        params.pop("size", None)
    elif chance < 0.9:
        params["size"] = wobble(random, tuple(random.randint(1, 6) for _ in range(max(rank - 2, 1))))
        params.pop("scale_factor", None)
    return Case(params, Wires({"input": [axes(random, rank, most=5)]}, {}))


def _pad(random: Random, layer: LayerType) -> Case:
    rank = random.choice((2, 3, 3, 4, 4, 5))
    params = parameters(random, layer)
    if random.random() < 0.85:
        length = (
            2 * (rank - 2) if params.get("mode", "constant") != "constant" else 2 * random.randint(1, rank)
        )
        params["pad"] = tuple(random.randint(-2, 4) for _ in range(max(length, 1)))
    return Case(params, Wires({"input": [axes(random, rank, most=6)]}, {}))


def _shuffle(random: Random, layer: LayerType) -> Case:
    n = random.randint(1, 3)
    params = {layer.params[0].name: n} if random.random() < 0.9 else {}
    channels = random.randint(1, 2) * n * (n if layer.name == "PixelShuffle" else 1)
    shape = (2, channels, n * random.randint(1, 3), n * random.randint(1, 3))
    return Case(params, Wires({"input": [wobble(random, shape, 0.3)]}, {}))


def _fold(random: Random, layer: LayerType) -> Case:
    params = parameters(random, layer)
    kernel = params.setdefault("kernel_size", random.randint(1, 3))
    sizes = params.setdefault("output_size", random.randint(1, 6))

    def both(name: str, default: int) -> tuple[int, int]:
        found = params.get(name, default)
        return found if isinstance(found, tuple) else (found, found)

    counts = [
        max((size + 2 * p - d * (k - 1) - 1) // s + 1, 1)
        for size, k, p, d, s in zip(
            both("output_size", sizes), both("kernel_size", kernel), both("padding", 0), both("dilation", 1),
            both("stride", 1), strict=True,
        )
    ]  # fmt: skip
    shape = (2, random.randint(1, 2) * prod(both("kernel_size", kernel)), prod(counts))
    return Case(params, Wires({"input": [wobble(random, shape)]}, {}))


def images(random: Random, layer: LayerType) -> Case:
    """A batch of images, mostly."""
    return Case(parameters(random, layer), Wires({"input": [axes(random, near(random, 4), most=8)]}, {}))


def _expand(random: Random, layer: LayerType) -> Case:
    shape = axes(random, random.choice((1, 2, 3)), most=3)
    params = parameters(random, layer)
    if random.random() < 0.8:
        if layer.name == "Expand":
            sizes = (-1, *(random.choice((-1, size, 4 if size == 1 else size)) for size in shape[1:]))
        else:
            sizes = tuple(random.randint(1, 3) for _ in shape)
        params[layer.params[0].name] = wobble(random, sizes, 0.2)
    return Case(params, Wires({"input": [shape]}, {}))


def _channels(random: Random, layer: LayerType) -> Case:
    """Pictures and a number for each of their channels."""
    shape = axes(random, near(random, 4), most=5)
    return Case({}, Wires({"input": [shape], "shift": [wobble(random, shape[:2])]}, {}))


MAKERS: dict[str, Maker] = {
    "ShiftChannels": _channels,
    **dict.fromkeys(("Linear", "LayerNorm", "RMSNorm", "GroupNorm"), _features),
    "Bilinear": _bilinear,
    **dict.fromkeys(("RNN", "LSTM", "GRU", "RNNCell", "LSTMCell", "GRUCell"), _recurrent),
    "MultiheadAttention": _attention,
    "ScaledDotProductAttention": _dot_product,
    **dict.fromkeys(("Embedding", "EmbeddingBag"), _tokens),
    "Reshape": _reshape,
    "Unflatten": _unflatten,
    "Permute": _order,
    "Split": _split,
    **dict.fromkeys(("Concat", "Stack", "Add", "Multiply"), _many),
    "MatMul": _matrices,
    **dict.fromkeys(("Upsample", "Interpolate"), _resize),
    "Pad": _pad,
    **dict.fromkeys(("PixelShuffle", "PixelUnshuffle", "ChannelShuffle"), _shuffle),
    "Fold": _fold,
    "Unfold": images,
    **dict.fromkeys(("Expand", "Repeat"), _expand),
}


def case(random: Random, layer: LayerType) -> Case:
    """One random configuration of a layer."""
    if layer.name in MAKERS:
        return MAKERS[layer.name](random, layer)
    if layer.name.startswith("Transformer"):
        return _transformer(random, layer)
    if layer.name[-2:] in ("1d", "2d", "3d"):
        return _spatial(random, layer)
    return _plain(random, layer)
