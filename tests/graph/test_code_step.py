"""One step of training, equal to the bit: the generated class against the same graph run node by node."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from graph.code import Source, generate, load_module, walk
from graph.model import Project
from graph.shapes import Inference, ProjectShapes
from presets import all_presets
from tests.graph.code_graphs import GOLDEN, random_project
from tests.graph.test_code import ByHand, example, listed

MACS = 25_000_000
PARAMETERS = 3_000_000
_inference = Inference()


def made(drawn: Project, network: str, folder: Path) -> tuple[Source, ProjectShapes, nn.Module]:
    shapes = _inference.run(drawn)
    source = generate(drawn, shapes, network)
    path = folder / f"{source.class_name}.py"
    path.write_text(source.text, encoding="utf-8")
    torch.manual_seed(0)
    model: nn.Module = load_module(path, source.class_name)()
    return source, shapes, model


def step(model: nn.Module, results: list[Any], parameters: list[nn.Parameter]) -> None:
    """A loss that every result has a part in, its gradients, and one step of plain SGD."""
    flowing = [result for result in results if result.is_floating_point() and result.requires_grad]
    weights = [torch.linspace(0.5, 1.5, result.numel()).view(result.shape) for result in flowing]
    loss = sum(
        ((result * weight).sum() for result, weight in zip(flowing, weights, strict=True)), torch.zeros(())
    )
    optimizer = torch.optim.SGD(parameters, lr=0.01)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


def check_step(drawn: Project, network: str, folder: Path) -> None:
    source, shapes, model = made(drawn, network, folder)
    if not any(weight.requires_grad for weight in model.parameters()):
        return
    twin = type(model)()
    twin.load_state_dict(model.state_dict(), strict=True)
    inputs = [example(entry) for entry in source.inputs]
    before = {name: weight.clone() for name, weight in model.named_parameters()}
    for one in (model, twin):
        one.train()
    torch.manual_seed(5)
    step(model, listed(model(*inputs)), list(model.parameters()))
    torch.manual_seed(5)
    places = [(node.id,) for node in drawn.networks[network].outputs]
    walked = walk(drawn, shapes, network, twin, inputs, places)
    step(twin, [walked[place] for place in places], list(twin.parameters()))
    for (name, one), other in zip(model.state_dict().items(), twin.state_dict().values(), strict=True):
        assert torch.equal(one, other), f"{name} differs after one step"
    assert any(not torch.equal(weight, before[name]) for name, weight in model.named_parameters())


def small(drawn: Project, network: str) -> bool:
    shapes = _inference.run(drawn).networks[network]
    return shapes.macs <= MACS and shapes.parameters <= PARAMETERS


@pytest.mark.parametrize("preset", all_presets(), ids=lambda preset: preset.id)
def test_a_step_of_every_small_preset(preset: Any, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    drawn = preset.build()
    for network in drawn.networks:
        if small(drawn, network):
            check_step(drawn, network, tmp_path)


def test_a_step_of_random_graphs(tmp_path: Path) -> None:
    torch.set_num_threads(1)
    for seed in range(40):
        check_step(random_project(seed), "g1", tmp_path)


@pytest.mark.parametrize("name", GOLDEN)
def test_a_step_against_modules_of_our_own(name: str, tmp_path: Path) -> None:
    """Not even the sub-modules are the generated ones. Evaluation mode: the order of the two differs, so that
    random layers would draw other numbers."""
    torch.set_num_threads(1)
    drawn = GOLDEN[name]()
    source, shapes, model = made(drawn, drawn.main.id, tmp_path)
    inputs = [example(entry) for entry in source.inputs]
    by_hand = ByHand(drawn, shapes, source)
    by_hand.copy_from(model)
    by_hand.train(False)
    model.eval()
    step(model, listed(model(*inputs)), list(model.parameters()))
    own = [weight for module in by_hand.modules.values() for weight in module.parameters()]
    step(model, by_hand(*inputs), own)
    state = model.state_dict()
    for place, module in by_hand.modules.items():
        for key, value in module.state_dict().items():
            assert torch.equal(value, state[f"{source.modules[place]}.{key}"]), (place, key)
