"""How weights start out, each way declared once. Biases start at 0, except under torch's own rule."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph.building import literal
from graph.catalogue.spec import Param
from graph.code.layout import parse, statement
from runtime.choice import Choice, resolve, table

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class Initialisation(Choice):
    """``made_by`` is the function of ``nn.init``, ``fixed`` its arguments; ``warning`` a caution to show."""

    fixed: tuple[tuple[str, Any], ...] = ()
    warning: str = ""

    def call_arguments(self, values: Mapping[str, Any]) -> dict[str, Any]:
        named = dict(self.fixed)
        if "init_std" in values:
            named["std"] = values["init_std"]
        return named


LAYERS = Param(
    "init_layers",
    "choice",
    "all",
    "Which layers start this way; the others keep torch's own start.",
    choices=("all", "linear", "convolution", "embedding"),
)
_LINEAR = ("nn.Linear", "nn.Bilinear")
_CONVOLUTIONS = tuple(f"nn.Conv{kind}{rank}d" for kind in ("", "Transpose") for rank in (1, 2, 3))
_RECURRENT = ("nn.RNNBase",)
KINDS: dict[str, tuple[str, ...]] = {
    "all": _LINEAR + _CONVOLUTIONS + _RECURRENT,
    "linear": _LINEAR,
    "convolution": _CONVOLUTIONS,
    "embedding": ("nn.Embedding",),
}

INITIALISATIONS = table(
    (
        Initialisation(
            "default",
            "torch's own",
            "What each layer does by itself: uniform within ±1/√fan_in for linear and convolution layers.",
        ),
        Initialisation(
            "xavier_uniform",
            "Xavier, uniform",
            "Uniform within ±√(6 / (fan_in + fan_out)) (Glorot and Bengio, 2010). For tanh and sigmoid.",
            "nn.init.xavier_uniform_",
            (LAYERS,),
        ),
        Initialisation(
            "xavier_normal",
            "Xavier, normal",
            "Normal with variance 2 / (fan_in + fan_out) (Glorot and Bengio, 2010).",
            "nn.init.xavier_normal_",
            (LAYERS,),
        ),
        Initialisation(
            "he_uniform",
            "He, uniform",
            "Uniform within ±√(6 / fan_in) (He et al., 2015). For ReLU.",
            "nn.init.kaiming_uniform_",
            (LAYERS,),
            fixed=(("nonlinearity", "relu"),),
        ),
        Initialisation(
            "he_normal",
            "He, normal",
            "Normal with variance 2 / fan_in (He et al., 2015). For ReLU.",
            "nn.init.kaiming_normal_",
            (LAYERS,),
            fixed=(("nonlinearity", "relu"),),
        ),
        Initialisation(
            "he_normal_fan_out",
            "He, normal, fan out",
            "Normal with variance 2 / fan_out, which keeps gradients level; usual for VGG and ResNet.",
            "nn.init.kaiming_normal_",
            (LAYERS,),
            fixed=(("mode", "fan_out"), ("nonlinearity", "relu")),
        ),
        Initialisation(
            "normal",
            "Normal",
            "Normal with mean 0 and the chosen standard deviation.",
            "nn.init.normal_",
            (Param("init_std", "float", 0.01, "Standard deviation.", minimum=0.0, maximum=1e3), LAYERS),
        ),
        Initialisation(
            "orthogonal",
            "Orthogonal",
            "Rows at right angles to each other (Saxe et al., 2014). For recurrent layers.",
            "nn.init.orthogonal_",
            (LAYERS,),
        ),
        Initialisation(
            "zeros",
            "Zeros",
            "All weights 0.",
            "nn.init.zeros_",
            (LAYERS,),
            warning="All weights start at 0: the units of a layer then stay equal for ever, and behind a "
            "hidden layer nothing is learnt at all. Choose another start unless you want to see just that.",
        ),
    )
)
"""Every initialisation by name."""


def initialise(model: nn.Module, choice: Initialisation, values: Mapping[str, Any]) -> None:
    """Start the weights of linear, convolution and recurrent layers; biases become 0. In module order."""
    if not choice.made_by:
        return
    from torch import nn

    fill, arguments = resolve(choice.made_by), choice.call_arguments(values)
    kinds = tuple(resolve(name) for name in KINDS[values["init_layers"]])
    for module in model.modules():
        if isinstance(module, kinds):
            for name, parameter in module.named_parameters(recurse=False):
                if name.startswith("weight"):
                    fill(parameter, **arguments)
                else:
                    nn.init.zeros_(parameter)


def initialise_text(choice: Initialisation, values: Mapping[str, Any]) -> str:
    """:func:`initialise` as a function of the exported script; "" for the default."""
    if not choice.made_by:
        return ""
    arguments = "".join(f", {name}={literal(value)}" for name, value in choice.call_arguments(values).items())
    listed = KINDS[values["init_layers"]]
    kinds = statement("kinds = ", parse(f"({', '.join(listed)})"), 4)
    return (
        "def initialise(model: nn.Module) -> None:\n"
        f'    """{choice.title}; biases start at 0."""\n'
        + "\n".join(kinds)
        + "\n    for module in model.modules():\n"
        "        if isinstance(module, kinds):\n"
        "            for name, parameter in module.named_parameters(recurse=False):\n"
        '                if name.startswith("weight"):\n'
        f"                    {choice.made_by}(parameter{arguments})\n"
        "                else:\n"
        "                    nn.init.zeros_(parameter)\n"
    )
