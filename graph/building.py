"""From a declaration to something that runs. The only file of ``graph`` that evaluates generated text.

What is evaluated is printed from a catalogue entry and from checked numbers, booleans, tuples and
choices; a document's strings never become code.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from graph.catalogue.spec import Call, LayerType, Param, literal
from graph.support import load

__all__ = ["argument", "build_call", "build_module", "call_text", "constructor_text", "literal", "take_apart"]


def constructor_text(
    layer: LayerType, values: Mapping[str, Any], texts: Mapping[str, str] | None = None
) -> str:
    """``nn.Conv2d(1, 32, 3, padding=1)``. ``texts`` overrides how single parameters are printed."""
    assert layer.module is not None
    texts = texts or {}
    if layer.construct is not None:
        shown = {
            param.name: texts.get(param.name) or argument(param, values[param.name]) for param in layer.params
        }
        return layer.construct(Call(shown, values, {}))
    parts = []
    for keyword, name in layer.constructor(values, texts):
        text = texts.get(name) or argument(layer.param(name), values[name])
        parts.append(text if keyword is None else f"{keyword}={text}")
    return f"{layer.module}({', '.join(parts)})"


def argument(param: Param, value: Any) -> str:
    """A parameter's value as it stands in a constructor."""
    if param.bare and isinstance(value, tuple) and len(value) == 1:
        value = value[0]
    return literal(value)


def call_text(
    layer: LayerType,
    values: Mapping[str, Any],
    arguments: Mapping[str, Sequence[str]],
    module: str = "",
    texts: Mapping[str, str] | None = None,
) -> str:
    """The expression that applies the layer: ``self.conv(x)``, ``torch.cat([a, b], dim=1)``."""
    shown = {name: literal(value) for name, value in values.items()}
    shown.update(texts or {})
    if layer.call is not None:
        return layer.call(Call(shown, values, arguments, module))
    plain: list[str] = []
    skipped = False
    for port in layer.inputs:
        given = arguments.get(port.name, ())
        if not given:
            skipped = True
        elif skipped:
            plain.append(f"{port.name}={given[0]}")
        else:
            plain.extend(given)
    return f"{module}({', '.join(plain)})"


@lru_cache(maxsize=8192)
def _evaluated(text: str, support: tuple[str, ...] = ()) -> Any:
    import importlib

    import torch
    from torch import nn
    from torch.nn import functional

    # torch's own code asks the calling frame for __import__; nothing printed from a catalogue entry can.
    # Not the builtin of that name: PySide6 replaces it by one that aborts the process outside real builtins.
    builtins = {"slice": slice, "__import__": importlib.__import__}
    scope = {"torch": torch, "nn": nn, "F": functional, "__builtins__": builtins, **load(support)}
    return eval(compile(text, "<layer>", "eval"), scope)


def build_module(layer: LayerType, values: Mapping[str, Any]) -> Any:
    """The layer's ``nn.Module`` (or ``nn.Parameter``, ``nn.Buffer``) on the current default device; ``None``
    for a function."""
    if layer.module is None:
        return None
    return _evaluated("lambda: " + constructor_text(layer, values), layer.support)()


def build_call(layer: LayerType, values: Mapping[str, Any], counts: Mapping[str, int]) -> Callable[..., Any]:
    """A function of (module, *tensors in port order); ``counts`` is how many tensors each port gets."""
    names: dict[str, list[str]] = {}
    number = 0
    for port in layer.inputs:
        names[port.name] = [f"a{number + offset}" for offset in range(counts.get(port.name, 0))]
        number += counts.get(port.name, 0)
    flat = ", ".join(["module", *(name for port in layer.inputs for name in names[port.name])])
    return _evaluated(f"lambda {flat}: " + call_text(layer, values, names, "module"), layer.brings(names))


def take_apart(layer: LayerType, values: Mapping[str, Any], result: Any) -> dict[str, Any]:
    """The result by output port, following the layer's ``unpack`` pattern."""
    pattern = layer.pattern(values)
    ports = layer.out_ports(values)
    if pattern is None:
        return {ports[0].name: result}
    found: dict[str, Any] = {}

    def walk(part: ast.expr, value: Any) -> None:
        if isinstance(part, ast.Name):
            if part.id != "_":
                found[part.id] = value
        elif isinstance(part, ast.Tuple):
            for item, inner in zip(part.elts, value, strict=True):
                walk(item, inner)

    walk(ast.parse(pattern.replace("{", "").replace("}", ""), mode="eval").body, result)
    return found
