"""How single layers begin: what a node says of it, and the modules of the generated code it is about. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from graph.building import literal
from graph.catalogue import CATALOGUE
from graph.model import BLOCK, Graph, Project
from runtime.choice import ChoiceError, resolve

if TYPE_CHECKING:
    from torch import nn

    from graph.code import Source

RELU = {"nonlinearity": "relu"}
STARTS: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "xavier_uniform": ("Xavier, uniform", "nn.init.xavier_uniform_", {}, ""),
    "xavier_normal": ("Xavier, normal", "nn.init.xavier_normal_", {}, ""),
    "he_uniform": ("He, uniform", "nn.init.kaiming_uniform_", RELU, ""),
    "he_normal": ("He, normal", "nn.init.kaiming_normal_", RELU, ""),
    "he_normal_fan_out": ("He, normal, fan out", "nn.init.kaiming_normal_", {"mode": "fan_out", **RELU}, ""),
    "orthogonal": ("Orthogonal", "nn.init.orthogonal_", {}, ""),
    "normal": ("Normal", "nn.init.normal_", {}, "std"),
    "uniform": ("Uniform", "nn.init.uniform_", {}, "b"),
    "constant": ("Constant", "nn.init.constant_", {}, "val"),
    "zeros": ("Zeros", "nn.init.zeros_", {}, ""),
    "ones": ("Ones", "nn.init.ones_", {}, ""),
}
"""Name -> title, function, its fixed arguments, and the argument a number stands for ("uniform 0.1" is ±0.1)."""
ANY_SHAPE = ("normal", "uniform", "constant", "zeros", "ones")
THIN = frozenset({"Normalisation", "Activation"})
"""Categories of layers whose weights have one axis and a beginning that means something (a factor of 1): what a
block says of its inside does not reach them."""


def parsed(text: str) -> tuple[str, dict[str, Any]]:
    """The function of ``nn.init`` and its arguments that a node's ``start`` means; :class:`ChoiceError` when it means
    nothing."""
    name, _, number = text.partition(" ")
    if name not in STARTS:
        raise ChoiceError(f"Weights cannot start as “{name}”. Choose one of {', '.join(STARTS)}.")
    title, function, fixed, takes = STARTS[name]
    if bool(number) != bool(takes):
        need = "needs a number, for instance 0.1" if takes else "takes no number"
        raise ChoiceError(f"The start “{title}” {need}.")
    if not takes:
        return function, dict(fixed)
    try:
        value = float(number)
    except ValueError:
        raise ChoiceError(f"The start “{title}” needs a number, for instance 0.1, not “{number}”.") from None
    return function, {"a": -value, "b": value} if name == "uniform" else {**fixed, takes: value}


def start_plan(project: Project, source: Source) -> dict[str, str]:
    """Sub-module -> how it starts, where the node or a block around it says so (the innermost counts)."""
    plan: dict[str, str] = {}
    for place, path in sorted(source.modules.items(), key=lambda pair: len(pair[0])):
        graph: Graph = project.graph(source.network)
        text = ""
        for step in place:
            node = graph.nodes[step.partition("[")[0]]
            layer = CATALOGUE.get(node.type)
            inherited = "" if layer is not None and layer.category in THIN else text
            text = node.start or inherited
            shares = node.shares
            if node.type == BLOCK and node.block:
                graph = project.blocks[node.block]
        if text and not shares and node.type != BLOCK:
            plan[path] = text
    return plan


def start_layers(model: nn.Module, plan: Mapping[str, str]) -> None:
    """Begin the layers of a plan. Raises :class:`ChoiceError` where a way needs weights of two axes."""
    from runtime.training.starting import start

    for path, text in plan.items():
        function, arguments = parsed(text)
        layer = model.get_submodule(path)
        thin = [name for name, value in layer.named_parameters() if "weight" in name and value.dim() < 2]
        if thin and text.partition(" ")[0] not in ANY_SHAPE:
            raise ChoiceError(
                f"The weights of “{path}” have one axis only, so they cannot start as “{STARTS[text][0]}”. Choose "
                "normal, uniform, constant, zeros or ones."
            )
        start(layer, resolve(function), **arguments)


def start_lines(plan: Mapping[str, str], model: str) -> list[str]:
    """The same as lines of a script, without indent."""
    lines = []
    for path, text in plan.items():
        function, arguments = parsed(text)
        named = "".join(f", {name}={literal(value)}" for name, value in arguments.items())
        lines.append(f'start({model}.get_submodule("{path}"), {function}{named})')
    return lines
