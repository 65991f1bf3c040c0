"""Live modules as nodes: the arguments that a module was built with, found in its attributes.

Only what is a layer of the catalogue counts: a class of ``torch.nn``, or a subclass of one that changes
nothing about what it computes. Containers and modules with a ``forward`` of their own are for the tracer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Given
from graph.reading.vocabulary import Reading, Unreadable, arguments_of, by_class, checked, read_module
from graph.tensors import Tensor
from graph.values import shown

if TYPE_CHECKING:
    from torch import nn

_ABSENT: Any = object()


def class_of(module: nn.Module) -> str | None:
    """The class whose layer a module is, as the catalogue writes it (``nn.Conv2d``), or ``None``."""
    from torch import nn

    if module._forward_hooks or module._forward_pre_hooks:
        return None  # what a hook does is no part of the layer
    for kind in type(module).__mro__:
        if kind is nn.Module:
            return None
        if type(module).forward is not getattr(kind, "forward", None):
            return None
        name = _written(kind)
        if name is not None:
            return name
    return None


def _written(kind: type) -> str | None:
    if kind.__module__.startswith("torch.nn.modules."):
        name = f"nn.{kind.__name__}"
        return name if name in by_class() or name in _INSTANCES else None
    home = kind.__module__.partition(".")[0]
    name = f"{home}.{kind.__name__}"
    return name if name in _INSTANCES else None


def read_instance(module: nn.Module) -> Reading:
    """The layer a module is. :class:`Unreadable` when it is none."""
    name = class_of(module)
    if name is None:
        raise Unreadable(f"{type(module).__name__} is no layer of the catalogue.")
    special = _INSTANCES.get(name)
    if special is not None:
        return special(module)
    arguments = {}
    layer = by_class()[name]
    kinds = {param.name: param.kind for param in layer.params}
    for key in arguments_of(name):
        value = getattr(module, key, _ABSENT)
        if kinds.get(key) == "bool" and not isinstance(value, bool):
            value = value is not None and value is not _ABSENT
        if value is _ABSENT or key not in kinds:
            continue
        arguments[key] = _plain(name, key, value)
    return read_module(name, (), arguments)


def _plain(name: str, key: str, value: Any) -> Any:
    """Attributes as numbers and tuples; ``torch.Size`` and one-element tuples included."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, (tuple, list)):
        return tuple(_plain(name, key, item) for item in value)
    raise Unreadable(f"{name} has {key} = {shown(value)}, which a node cannot hold.")


def without_inferred(reading: Reading, tensors: Mapping[str, tuple[Tensor, ...]]) -> Reading:
    """The reading with every size left to follow from the input that does so anyway."""
    layer = reading.layer
    values = layer.settled(reading.params)
    kept = dict(reading.params)
    for param in layer.params:
        if param.inferred is None or param.name not in kept:
            continue
        try:
            found = param.inferred(Given({**values, param.name: None}, tensors))
        except (KeyError, IndexError, TypeError):
            continue
        if found is not None and _as_tuple(found) == _as_tuple(kept[param.name]):
            del kept[param.name]
    return replace(reading, params=kept)


def _as_tuple(value: Any) -> Any:
    return tuple(value) if isinstance(value, (tuple, list)) else (value,)


# -- classes whose attributes are not their arguments -----------------------------------------------


def _convolution(n: int) -> Callable[[Any], Reading]:
    def read(module: Any) -> Reading:
        padding = module.padding
        if padding == "valid":
            padding = 0
        elif padding == "same":
            ends = module._reversed_padding_repeated_twice  # both ends of each axis, last axis first
            pairs = [(ends[2 * axis], ends[2 * axis + 1]) for axis in range(n)][::-1]
            if any(before != behind for before, behind in pairs):
                raise Unreadable(f"Conv{n}d pads one end more than the other, which its node does not.")
            padding = tuple(before for before, _ in pairs)
        return read_module(
            f"nn.Conv{n}d",
            (module.in_channels, module.out_channels, module.kernel_size),
            {
                "stride": module.stride,
                "padding": padding,
                "dilation": module.dilation,
                "groups": module.groups,
                "bias": module.bias is not None,
                "padding_mode": module.padding_mode,
            },
        )

    return read


def _attention(module: Any) -> Reading:
    return read_module(
        "nn.MultiheadAttention",
        (module.embed_dim, module.num_heads),
        {
            "dropout": module.dropout,
            "bias": module.in_proj_bias is not None,
            "add_bias_kv": module.bias_k is not None,
            "add_zero_attn": module.add_zero_attn,
            "kdim": module.kdim,
            "vdim": module.vdim,
            "batch_first": module.batch_first,
        },
    )


def _prelu(module: Any) -> Reading:
    return read_module("nn.PReLU", (module.num_parameters,), {})


def _layer_norm(module: Any) -> Reading:
    given = {"eps": module.eps, "elementwise_affine": module.elementwise_affine}
    if module.elementwise_affine:
        given["bias"] = module.bias is not None
    return read_module("nn.LayerNorm", (tuple(module.normalized_shape),), given)


def _distance(module: Any) -> Reading:
    return read_module("nn.PairwiseDistance", (module.norm, module.eps, module.keepdim), {})


def _upsample(module: Any) -> Reading:
    size, factor = module.size, module.scale_factor
    if isinstance(factor, (tuple, list)):
        if len(set(factor)) != 1:
            raise Unreadable("Upsample has a factor for each axis, which its node does not.")
        factor = factor[0]
    given = {
        "size": size,
        "scale_factor": factor,
        "mode": module.mode,
        "align_corners": bool(module.align_corners),
    }
    return Reading(
        "Upsample", checked(CATALOGUE["Upsample"], {k: v for k, v in given.items() if v is not None})
    )


def _encoder_layer(name: str) -> Callable[[Any], Reading]:
    def read(module: Any) -> Reading:
        from torch.nn import functional

        activations = {functional.relu: "relu", functional.gelu: "gelu"}
        activation = activations.get(module.activation)
        if activation is None:
            raise Unreadable(f"{name} has an activation of its own, which its node does not.")
        return read_module(
            name,
            (module.self_attn.embed_dim, module.self_attn.num_heads),
            {
                "dim_feedforward": module.linear1.out_features,
                "dropout": module.dropout.p,
                "activation": activation,
                "layer_norm_eps": module.norm1.eps,
                "batch_first": module.self_attn.batch_first,
                "norm_first": module.norm_first,
                "bias": module.linear1.bias is not None,
            },
        )

    return read


def _depth(module: Any) -> Reading:
    """torchvision's and timm's stochastic depth: whole branches are left out while training."""
    share = getattr(module, "p", None)
    share = getattr(module, "drop_prob", 0.0) if share is None else share
    mode = getattr(module, "mode", "row")
    layer = CATALOGUE.get("StochasticDepth")
    if layer is None:
        raise Unreadable("There is no layer type StochasticDepth.")
    return Reading("StochasticDepth", checked(layer, {"p": float(share or 0.0), "mode": mode}))


def _told(kind: str, *names: str) -> Callable[[Any], Reading]:
    """A layer of ours that torchvision has too, by the attributes that say how it was built."""

    def read(module: Any) -> Reading:
        return Reading(kind, checked(CATALOGUE[kind], {name: getattr(module, name) for name in names}))

    return read


def _channels_norm(module: Any) -> Reading:
    if len(module.normalized_shape) != 1 or not module.elementwise_affine or module.bias is None:
        raise Unreadable("This LayerNorm2d learns something else than its node does.")
    params = {"normalized_shape": module.normalized_shape[0], "eps": module.eps}
    return Reading("LayerNorm2d", checked(CATALOGUE["LayerNorm2d"], params))


def _deformable(module: Any) -> Reading:
    names = ("out_channels", "kernel_size", "stride", "padding", "dilation", "groups")
    params = {name: getattr(module, name) for name in names}
    pairs = {
        name: value[0] for name, value in params.items() if isinstance(value, tuple) and len(set(value)) == 1
    }
    return Reading(
        "DeformConv2d",
        checked(CATALOGUE["DeformConv2d"], {**params, **pairs, "bias": module.bias is not None}),
    )


_INSTANCES: dict[str, Callable[[Any], Reading]] = {
    **{f"nn.Conv{n}d": _convolution(n) for n in (1, 2, 3)},
    "nn.MultiheadAttention": _attention,
    "nn.PReLU": _prelu,
    "nn.LayerNorm": _layer_norm,
    "nn.PairwiseDistance": _distance,
    "nn.Upsample": _upsample,
    "nn.UpsamplingNearest2d": _upsample,
    "nn.UpsamplingBilinear2d": _upsample,
    "nn.TransformerEncoderLayer": _encoder_layer("nn.TransformerEncoderLayer"),
    "nn.TransformerDecoderLayer": _encoder_layer("nn.TransformerDecoderLayer"),
    "torchvision.StochasticDepth": _depth,
    "timm.DropPath": _depth,
    "torchvision.DropBlock2d": _told("DropBlock2d", "p", "block_size"),
    "torchvision.DeformConv2d": _deformable,
    "torchvision.FrozenBatchNorm2d": _told("FrozenBatchNorm2d", "eps"),
    "torchvision.LayerNorm2d": _channels_norm,
}
