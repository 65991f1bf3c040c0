"""Every layer type of the catalogue in generated code: alone, and inside a block that is used twice."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.building import build_call, build_module, take_apart
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Example, LayerType
from graph.code import Source, generate, load_module
from graph.model import Project
from graph.shapes import Inference

CASES = [
    (layer, number)
    for layer in CATALOGUE.values()
    for number in range(len(layer.examples))
    if layer.name not in ("Input", "Output")
]
_inference = Inference()


def ports_of(example: Example) -> list[tuple[str, str, tuple[int, ...], str]]:
    """(port, name of the network's input, shape with the batch, dtype) of every tensor that arrives."""
    found = []
    for port, shapes in example.inputs.items():
        several = shapes if isinstance(shapes, list) else [shapes]
        for number, shape in enumerate(several):
            dtype = example.dtypes.get(port, "float32")
            found.append((port, f"{port}_in{number}", tuple(shape), dtype))
    return found


def wire(g: GraphBuilder, layer: LayerType, example: Example, exposed: bool = False) -> None:
    """The layer behind inputs of its own, each of its outputs at an output of the graph.

    ``exposed`` makes every parameter of the example an exposed parameter of the block.
    """
    sources: dict[str, Any] = {}
    for port, name, shape, dtype in ports_of(example):
        source = g.input(name, shape=shape[1:], dtype=dtype)
        variadic = next(known.variadic for known in layer.inputs if known.name == port)
        if variadic:
            sources.setdefault(port, []).append(source)
        else:
            sources[port] = source
    params = dict(example.params)
    if exposed:
        params = {key: g.parameter(f"{key}_value", value) for key, value in params.items()}
    made = g.add(layer.name, name="layer", **sources, **params)
    for number, port in enumerate(made):
        g.output(port, name=f"out{number}")


def drawings(layer: LayerType, example: Example) -> tuple[Project, Project]:
    """The layer in a network, and in a block that the network uses twice, its parameters exposed."""
    alone = GraphBuilder("Net")
    wire(alone, layer, example)
    block = GraphBuilder("Inner")
    wire(block, layer, example, exposed=not callable(layer.outputs))
    outer = GraphBuilder("Net")
    entering = [
        outer.input(name, shape=shape[1:], dtype=dtype) for _, name, shape, dtype in ports_of(example)
    ]
    for number in range(2):
        for at, port in enumerate(outer.use(block, *entering, name=f"use{number}")):
            outer.output(port, name=f"out{number}_{at}")
    return project("alone", alone), project("twice", outer)


def batched(example: Example) -> bool:
    """Networks give every tensor a batch axis; a few examples have inputs without one (masks)."""
    sizes = {shape[0] for _, _, shape, _ in ports_of(example)}
    return len(sizes) == 1


def sources_of(layer: LayerType, number: int) -> list[tuple[Project, Source]]:
    found = []
    for drawn in drawings(layer, layer.examples[number]):
        shapes = _inference.run(drawn)
        if not shapes.errors:
            found.append((drawn, generate(drawn, shapes, drawn.main.id)))
    return found


@pytest.mark.filterwarnings("ignore:The PyTorch API of nested tensors")
@pytest.mark.parametrize("layer", CATALOGUE.values(), ids=lambda layer: layer.name)
def test_layer_in_code_computes_what_the_layer_does(layer: LayerType, tmp_path: Path) -> None:
    for number, example in enumerate(layer.examples):
        if layer.name in ("Input", "Output") or not batched(example):
            continue
        if layer.name.startswith("FractionalMaxPool"):
            continue  # draws its places anew each time
        torch.manual_seed(number)
        tensors = []
        for _, _, shape, dtype in ports_of(example):
            whole = {"int64": torch.int64, "bool": torch.bool}.get(dtype)
            tensors.append(torch.rand(shape) if whole is None else torch.zeros(shape, dtype=whole))
        for drawn, source in sources_of(layer, number):
            path = tmp_path / "model.py"
            path.write_text(source.text, encoding="utf-8")
            model = load_module(path, source.class_name)().eval()
            with torch.no_grad():
                results = model(*tensors)
                results = list(results) if isinstance(results, tuple) else [results]
                shapes = _inference.run(drawn)
                uses = [("use0", "layer"), ("use1", "layer")] if drawn.blocks else [("layer",)]
                wanted: list[Any] = []
                for place in uses:
                    wanted += _by_hand(layer, example, drawn, shapes, model, place, tensors)
            assert len(results) == len(wanted)
            for got, value in zip(results, wanted, strict=True):
                torch.testing.assert_close(got, value, rtol=0, atol=0, equal_nan=True)


def _by_hand(
    layer: LayerType,
    example: Example,
    drawn: Project,
    shapes: Any,
    model: Any,
    place: tuple[str, ...],
    tensors: Any,
) -> list[torch.Tensor]:
    here = shapes.networks[drawn.main.id]
    graph = drawn.main
    for name in place[:-1]:
        node = next(node for node in graph.nodes.values() if node.name == name)
        here, graph = here.nodes[node.id].inner[0], drawn.blocks[node.block or ""]
    node = next(node for node in graph.nodes.values() if node.name == "layer")
    values = here.nodes[node.id].values
    module = build_module(layer, values)
    if isinstance(module, torch.nn.Module):
        module.load_state_dict(_part(model, place).state_dict(), strict=True)
        module.eval()
    elif module is not None:  # a Parameter or a Buffer
        module = _part(model, place)
    counts = {port: len(shape) if isinstance(shape, list) else 1 for port, shape in example.inputs.items()}
    arranged = {port: [] for port in example.inputs}  # type: dict[str, list[torch.Tensor]]
    for (port, _, _, _), tensor in zip(ports_of(example), tensors, strict=True):
        arranged[port].append(tensor)
    flat = [tensor for port in layer.inputs for tensor in arranged.get(port.name, ())]
    found = take_apart(layer, values, build_call(layer, values, counts)(module, *flat))
    return [found[port.name] for port in layer.out_ports(values)]


def _part(model: Any, place: tuple[str, ...]) -> Any:
    """The layer's module: by name, or the only item of a chain."""
    for name in place:
        model = getattr(model, name) if hasattr(model, name) else model[0]
    return model


def test_ruff_has_nothing_to_do_with_any_layer(tmp_path: Path) -> None:
    count = 0
    for layer, number in CASES:
        for at, (_, source) in enumerate(sources_of(layer, number)):
            (tmp_path / f"{layer.name}_{number}_{at}.py").write_text(source.text, encoding="utf-8")
            count += 1
    assert count > len(CASES)
    for command in (["format", "--diff"], ["check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
