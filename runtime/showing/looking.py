"""Who looks at whom: the attention weights of a network, for recipes about sequences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import torch
from torch import nn

from runtime.protocol import Message
from runtime.showing import floats_of


@contextmanager
def attention_of(model: nn.Module, across: bool) -> Iterator[dict[str, torch.Tensor]]:
    """While it lasts, every nn.MultiheadAttention of a model leaves its weights (B, T, S), the mean over its heads,
    in the dict, by the layer's name. ``across``: only where one sequence looks at another; else only where one looks
    at itself. Layers that are asked for no weights (which is faster) are asked for them meanwhile."""
    found: dict[str, torch.Tensor] = {}
    handles = []

    def watched(name: str, module: nn.MultiheadAttention) -> None:
        def ask(
            _module: nn.Module, inputs: tuple[Any, ...], options: dict[str, Any]
        ) -> tuple[Any, dict[str, Any]]:
            return inputs, {**options, "need_weights": True, "average_attn_weights": True}

        def keep(_module: nn.Module, inputs: tuple[Any, ...], outputs: tuple[Any, ...]) -> None:
            if (inputs[0] is not inputs[1]) == across and outputs[1] is not None:
                weights = outputs[1]
                found[name] = weights if weights.dim() == 3 else weights.unsqueeze(0)

        handles.append(module.register_forward_pre_hook(ask, with_kwargs=True))
        handles.append(module.register_forward_hook(keep))

    for name, module in model.named_modules():
        if isinstance(module, nn.MultiheadAttention):
            watched(name, module)
    try:
        yield found
    finally:
        for handle in handles:
            handle.remove()


def title_of(name: str) -> str:
    """What a layer's attention is called: that of ``decoder.0.cross_attention`` is "Attention, decoder 1"."""
    *places, own = name.split(".")
    if "att" not in own.lower():
        places.append(own)
    where = " ".join(str(int(part) + 1) if part.isdigit() else part.replace("_", " ") for part in places)
    return f"Attention, {where}" if where else "Attention"


def attention_show(
    name: str,
    title: str,
    sources: Sequence[Sequence[str]],
    targets: Sequence[Sequence[str]],
    weights: torch.Tensor,
) -> Message:
    """A show of one layer: for each pair of sentences (S words, T words) the corner (T, S) of its weights."""
    rows = [
        {
            "source": list(source),
            "target": list(target),
            "weights": floats_of(weights[number, : len(target), : len(source)]),
        }
        for number, (source, target) in enumerate(zip(sources, targets, strict=True))
    ]
    return {"kind": "attention", "name": name, "title": title, "rows": rows}
