"""Random configurations of the layers for sequences of different lengths, patches, windows and tied tables."""

from __future__ import annotations

from random import Random
from typing import Any

from graph.catalogue.spec import LayerType
from tests.graph.cases import MAKERS, Case, near, parameters, wobble
from tests.graph.truth import Shape, Wires


def _lengths(random: Random, layer: LayerType) -> Case:
    """Sequences that are long enough for any length, and a length for each."""
    shape: Shape = (2, random.randint(3, 6), random.randint(1, 4))
    if layer.name == "LengthMask" and random.random() < 0.4:
        shape = shape[:2]
    shapes = {"input": [shape]}
    if layer.name != "LastStep" or random.random() < 0.7:
        shapes["lengths"] = [wobble(random, (2,), 0.3)]
    dtypes = {"lengths": "float32" if random.random() < 0.1 else "int64"}
    return Case(parameters(random, layer), Wires(shapes, dtypes))


def _packed(random: Random, layer: LayerType) -> Case:
    params = parameters(random, layer) | {
        "hidden_size": random.randint(1, 4),
        "num_layers": random.randint(1, 2),
    }
    params.pop("batch_first", None)
    params.pop("proj_size", None)
    shapes = {
        "input": [(2, random.randint(3, 5), random.randint(1, 4))],
        "lengths": [wobble(random, (2,), 0.3)],
    }
    return Case(params, Wires(shapes, {"lengths": "int64"}))


def _masked(random: Random, layer: LayerType) -> Case:
    shape: Shape = (2, random.randint(1, 5), random.randint(1, 4))
    shapes = {"input": [wobble(random, shape)], "padding_mask": [wobble(random, shape[:2])]}
    return Case({}, Wires(shapes, {"padding_mask": "bool" if random.random() < 0.9 else "float32"}))


def _bias(random: Random, layer: LayerType) -> Case:
    """Scores over a window, square or of a size that is set."""
    rows, columns = random.randint(1, 3), random.randint(1, 3)
    params: dict[str, Any] = {}
    if random.random() < 0.5:
        columns = rows
    else:
        params["window_size"] = (rows, columns)
    places, heads = rows * columns, random.randint(1, 3)
    front: Shape = (2,) if random.random() < 0.7 else (2, 3)
    return Case(params, Wires({"input": [wobble(random, (*front, heads, places, places))]}, {}))


def _patches(random: Random, layer: LayerType) -> Case:
    size = random.randint(1, 3)
    params = parameters(random, layer) | {"patch_size": size, "embed_dim": random.randint(1, 4)}
    shape: Shape = (2, random.randint(1, 3), size * random.randint(1, 3), size * random.randint(1, 3))
    return Case(params, Wires({"input": [wobble(random, shape[: near(random, 4)])]}, {}))


def _tied(random: Random, layer: LayerType) -> Case:
    width, count = random.randint(1, 4), random.randint(3, 6)
    front: Shape = (2,) if random.random() < 0.5 else (2, random.randint(1, 4))
    shapes = {"input": [wobble(random, (*front, width))], "weight": [wobble(random, (count, width))]}
    if random.random() < 0.4:
        shapes["bias"] = [(count,) if random.random() < 0.8 else (count + 1,)]
    return Case({}, Wires(shapes, {}))


def _sometimes(special: Any, usual: Any, chance: float) -> Any:
    return lambda random, layer: (special if random.random() < chance else usual)(random, layer)


MAKERS.update(
    dict.fromkeys(("LengthMask", "LastStep"), _lengths)
    | {"MaskedMean": _masked, "RelativePositionBias": _bias, "PatchEmbedding": _patches, "TiedLinear": _tied}
    | {kind: _sometimes(_packed, MAKERS[kind], 0.2) for kind in ("RNN", "LSTM", "GRU")}
)
