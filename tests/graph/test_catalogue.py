"""Every layer type, by its examples: it builds, torch agrees, its code runs alone, wrong values are named."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn import functional

from graph import support
from graph.asking import Answer
from graph.building import call_text, constructor_text
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Example, Given, LayerType, Param
from graph.shapes import Inference
from graph.tensors import Tensor
from graph.values import BadValue
from tests.graph.truth import Wires, predicted, run

ENDS = ("Input", "Output")
LAYERS = [layer for layer in CATALOGUE.values() if layer.name not in ENDS]
EVERY = pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
INFERENCE = Inference()

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:The PyTorch API of nested tensors:UserWarning"
    ),  # nn.Transformer's own
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning"),
]


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def ask(layer: LayerType, params: dict[str, Any], wires: Wires) -> Answer:
    return INFERENCE.ask(layer, params, wires.symbolic())


def weights_of(module: Any) -> list[Any]:
    """What is learned: a module's parameters, or a Parameter itself."""
    if isinstance(module, nn.Module):
        return list(module.parameters())
    return [module] if isinstance(module, nn.Parameter) else []


# --- every declaration -----------------------------------------------------------------------------------


def test_there_are_enough() -> None:
    assert len(CATALOGUE) >= 120
    torch_classes = {layer.module for layer in LAYERS if layer.module and not layer.support}
    assert all(hasattr(nn, name.removeprefix("nn.")) for name in torch_classes)


@EVERY
def test_is_explained(layer: LayerType) -> None:
    assert layer.summary.endswith(".") and 15 <= len(layer.summary) <= 80, layer.summary
    assert layer.help.endswith(".") and len(layer.help) >= 50, layer.help
    assert layer.formula
    assert layer.words and all(word == word.strip() for word in layer.words)
    assert layer.examples
    for param in layer.params:
        assert param.help.endswith("."), f"{param.name}: {param.help}"
        assert param.kind in ("bool", "choice", "text") or (param.minimum is not None), param.name
    known = {param.name for param in layer.params}
    assert set(layer.headline) <= known and len(layer.headline) <= 2
    layer.validated(layer.initial)
    assert (layer.module is None) == (layer.call is not None and "module" not in layer.call.__code__.co_names)


@EVERY
def test_defaults_are_torchs(layer: LayerType) -> None:
    """What is left out of the code must really be the default of the class."""
    if layer.module is None or layer.construct is not None:
        return
    import inspect

    known = {**support.load(layer.support), **vars(nn)}
    names = inspect.signature(known[layer.module.removeprefix("nn.")]).parameters
    if "kwargs" in names and layer.category == "Recurrent":
        names = inspect.signature(nn.RNNBase).parameters  # type: ignore[assignment]
    order = [name for name in names if any(param.name == name and param.required for param in layer.params)]
    assert [param.name for param in layer.params if param.required] == order or layer.category == "Recurrent"
    for param in layer.params:
        if not param.code or param.required or param.name in ("nonlinearity", "proj_size", "activation"):
            continue
        assert param.name in names, f"{layer.module} has no {param.name}"
        default = names[param.name].default
        assert default == param.torch_default or (default is None and param.torch_default is False), (
            param.name
        )


# --- every example against torch ---------------------------------------------------------------------------


@EVERY
def test_inferred_is_what_torch_gives(layer: LayerType) -> None:
    for example in layer.examples:
        _inferred_is_what_torch_gives(layer, example)


def _inferred_is_what_torch_gives(layer: LayerType, example: Example) -> None:
    wires = Wires.of(example)
    answer = ask(layer, dict(example.params), wires)
    assert answer.complaint is None, answer.complaint
    assert [port.name for port in layer.out_ports(answer.values)] == list(answer.outputs)
    for batch in (2, 3):
        module, _, outputs = run(layer, answer.values, wires, batch)
        assert predicted(answer, batch) == {port: tuple(value.shape) for port, value in outputs.items()}
        assert {port: f"torch.{tensor.dtype}" for port, tensor in answer.outputs.items()} == {
            port: str(value.dtype) for port, value in outputs.items()
        }
    assert answer.parameters == sum(weight.numel() for weight in weights_of(module))


@EVERY
def test_code_runs_alone(layer: LayerType) -> None:
    """Constructor and call as they are printed, in a namespace that holds torch and nothing else."""
    for example in layer.examples:
        _code_runs_alone(layer, example)


def _code_runs_alone(layer: LayerType, example: Example) -> None:
    wires = Wires.of(example)
    answer = ask(layer, dict(example.params), wires)
    module, tensors, outputs = run(layer, answer.values, wires, 3)
    names = iter("abcdefgh")
    arguments = {port.name: [next(names) for _ in wires.shapes.get(port.name, [])] for port in layer.inputs}
    scope: dict[str, Any] = {
        "torch": torch,
        "nn": nn,
        "F": functional,
        **support.load(layer.brings(wires.shapes)),
    }
    if layer.module is not None:
        scope["layer"] = eval(constructor_text(layer, answer.values), dict(scope))
        assert module is not None and type(scope["layer"]) is type(module)
        if isinstance(module, nn.Module):
            scope["layer"].load_state_dict(module.state_dict(), strict=True)
            scope["layer"].eval()
        else:
            scope["layer"] = module
    scope.update(zip("abcdefgh", tensors, strict=False))
    text = call_text(layer, answer.values, arguments, "layer")
    pattern = layer.pattern(answer.values)
    torch.manual_seed(0)
    with torch.no_grad():
        if pattern is None:
            exec(f"{next(iter(outputs))} = {text}", scope)
        else:
            exec(f"{pattern.replace('{', '').replace('}', '')} = {text}", scope)
    for port, expected in outputs.items():
        assert torch.equal(scope[port], expected) or torch.isnan(expected).any(), f"{port} of {text}"


@EVERY
def test_formula_with_numbers(layer: LayerType) -> None:
    """The worked formula shows the true number of parameters, and the true sizes."""
    for example in layer.examples:
        _formula_with_numbers(layer, example)


def _formula_with_numbers(layer: LayerType, example: Example) -> None:
    if layer.worked is None:
        return
    wires = Wires.of(example)
    answer = ask(layer, dict(example.params), wires)
    text = layer.worked(Given(answer.values, wires.symbolic()), answer.outputs)
    assert text.strip() and "None" not in text
    for line in text.splitlines():
        if line.startswith("parameters ="):
            assert int(line.split("=")[-1].replace(",", "")) == answer.parameters, line
        elif line.startswith(("height =", "width =", "length =", "depth =")):
            assert _calculate(line.split("=")[1]) == int(line.split("=")[2]), line


def _calculate(text: str) -> int:
    for sign, plain in (
        ("·", "*"),
        ("−", "-"),
        ("⌊", "math.floor("),
        ("⌋", ")"),
        ("⌈", "math.ceil("),
        ("⌉", ")"),
    ):
        text = text.replace(sign, plain)
    import math

    return int(eval(text.strip(), {"math": math}))


@EVERY
def test_gradients_flow(layer: LayerType) -> None:
    """In training mode a backward pass reaches every parameter that the output depends on."""
    for example in layer.examples:
        _gradients_flow(layer, example)


def _gradients_flow(layer: LayerType, example: Example) -> None:
    answer = ask(layer, dict(example.params), Wires.of(example))
    module, tensors, _ = run(layer, answer.values, Wires.of(example), 3)
    weights = weights_of(module)
    if layer.name == "AdaptiveLogSoftmaxWithLoss":
        weights = weights[:1]  # of the rarer classes only those learn that a target falls into
    if not weights:
        return
    if isinstance(module, nn.Module):
        module.train()
    from graph.building import build_call, take_apart

    counts = {port: len(found) for port, found in Wires.of(example).shapes.items()}
    outputs = take_apart(layer, answer.values, build_call(layer, answer.values, counts)(module, *tensors))
    sum(value.sum() for value in outputs.values()).backward()  # type: ignore[union-attr]
    assert all(weight.grad is not None for weight in weights)


# --- wrong values -------------------------------------------------------------------------------------------

WITH_ENDS = pytest.mark.parametrize("layer", CATALOGUE.values(), ids=lambda layer: layer.name)


def wrong_values(param: Param) -> list[Any]:
    wrong: list[Any] = ["x; import os", {"a": 1}, object()]
    if not (param.optional or param.inferred):
        wrong.append(None)
    if param.kind in ("int", "float", "ints"):
        wrong += [True, float("nan"), float("inf"), (1,) * 17]
        if param.minimum is not None:
            wrong.append(param.minimum - 1)
        if param.maximum is not None:
            wrong.append(param.maximum + 1)
    if param.kind in ("int", "ints", "shape"):
        wrong += [1.5, 2**60]
    if param.kind == "ints":
        wrong += [(1,) * (param.length + 1), (1, "2")]
    if param.kind == "shape":
        wrong += [(1, True), (2**60,), (1.5,), 3]
    if param.kind == "bool":
        wrong += [0, 1]
    if param.kind == "choice":
        wrong += [param.choices[0] + "x", 0, True]
    return wrong


@WITH_ENDS
def test_wrong_parameters_are_named(layer: LayerType) -> None:
    for param in layer.params:
        for value in wrong_values(param):
            with pytest.raises(BadValue, match=param.name) as caught:
                layer.validated({param.name: value})
            text = str(caught.value)
            assert text.startswith(f"{param.name} must be ") and text.endswith("."), text
    with pytest.raises(BadValue, match="no_such_parameter"):
        layer.validated({"no_such_parameter": 1})


@WITH_ENDS
def test_defaults_and_choices_are_accepted(layer: LayerType) -> None:
    for param in layer.params:
        assert param.check(param.default) == param.default
        for choice in param.choices:
            assert param.check(choice) == choice


@EVERY
def test_inferred_parameters_can_be_pinned(layer: LayerType) -> None:
    """Pinned to what was inferred nothing changes; pinned to something else it is refused, with a way out."""
    example = layer.examples[0]
    wires = Wires.of(example)
    answer = ask(layer, dict(example.params), wires)
    for param in layer.params:
        if param.inferred is None:
            continue
        right = answer.values[param.name]
        pinned = ask(layer, {**example.params, param.name: right}, wires)
        assert pinned.complaint is None and pinned.outputs == answer.outputs
        wrong = right + 1 if isinstance(right, int) else tuple(size + 1 for size in right)
        refused = ask(layer, {**example.params, param.name: wrong}, wires)
        assert refused.complaint is not None
        assert refused.complaint.param == param.name, refused.complaint
        assert any(patch.params == {param.name: None} for patch in refused.complaint.patches), (
            refused.complaint
        )


@EVERY
def test_odd_inputs_never_raise(layer: LayerType) -> None:
    """Whatever is wired, the answer is an answer: a scalar, one axis, six axes, other dtypes, changing sizes."""
    odd = [
        Tensor(((), ())),
        Tensor(((83,), (89,))),
        Tensor(((83, 89), (89, 89))),
        Tensor(((83, 3, 4, 5, 6, 7), (89, 3, 4, 5, 6, 7))),
        Tensor(((83, 61, 4), (89, 61, 4), (83, 67, 4), (89, 67, 4))),
        Tensor(((83, 4, 61), (89, 4, 61), (83, 4, 67), (89, 4, 67))),
        Tensor(((83, 3, 4), (89, 3, 4)), "int64"),
        Tensor(((83, 3), (89, 3)), "bool"),
    ]
    for tensor in odd:
        inputs = {port.name: (tensor,) for port in layer.inputs if not port.optional}
        for params in ({}, dict(layer.initial), dict(layer.examples[-1].params)):
            answer = INFERENCE.ask(layer, params, inputs)
            assert (answer.complaint is None) == bool(answer.outputs)
            if answer.complaint is not None:
                text = answer.complaint.text
                assert text and not text.endswith(".") and "None" not in text, text
