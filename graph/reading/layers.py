"""Constructors of layers: ``nn.Conv2d(3, 8, 3, padding=1)`` as a type and its parameters."""

from __future__ import annotations

import ast
from typing import Any

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType
from graph.reading.constants import NOTHING, Lookup, constant, dotted
from graph.reading.sketch import CannotRead
from graph.reading.templates import constructed, modules
from graph.reading.vocabulary import Unreadable, read_module
from graph.values import BadValue, Expr

Params = dict[str, Any]

_WITHOUT_EFFECT = {"inplace", "device", "dtype"}
"""Arguments that change nothing a graph shows."""


def is_layer(name: str) -> bool:
    """Whether a constructor's name may be that of a layer."""
    return name in modules() or name.startswith(("nn.", "torchvision."))


def read_constructor(tree: ast.Call, lookup: Lookup) -> list[tuple[LayerType, Params]]:
    """What a constructor may be: usually one layer, several where they are built alike and used differently
    (``nn.Conv2d`` for a Conv2d and for a PatchEmbedding)."""
    name = dotted(tree.func)
    found: list[tuple[LayerType, Params]] = []
    first: CannotRead | None = None
    for layer in modules().get(name, ()):
        try:
            params = _by_form(layer, tree, lookup) if layer.construct else _by_signature(layer, tree, lookup)
        except CannotRead as error:
            first = first or error
            continue
        if params is not None:
            found.append((layer, params))
    if not found:
        found = _by_vocabulary(tree, name, lookup, first)
    return found


def _by_form(layer: LayerType, tree: ast.Call, lookup: Lookup) -> Params | None:
    trees = constructed(layer, tree, lambda part: constant(part, lookup) is NOTHING)
    if trees is None:
        return None
    return {
        key: value
        for key, value in decoded(layer, trees, lookup).items()
        if layer.param(key).inferred or value != layer.param(key).default
    }


def _by_signature(layer: LayerType, tree: ast.Call, lookup: Lookup) -> Params | None:
    trees: dict[str, ast.expr] = {}
    names = _positions(layer, len(tree.args))
    for at, argument in enumerate(tree.args):
        if isinstance(argument, ast.Starred) or at >= len(names):
            return None
        trees[names[at]] = argument
    for word in tree.keywords:
        if word.arg is None or word.arg in trees:
            return None
        trees[word.arg] = word.value
    for name in _WITHOUT_EFFECT - {param.name for param in layer.params}:
        trees.pop(name, None)
    known = {param.name for param in layer.params if param.code}
    for name in trees:
        if name not in known:
            raise CannotRead(f"{layer.module} has no argument “{name}” that can be drawn.", trees[name])
    params = decoded(layer, trees, lookup)
    for param in layer.params:
        if not param.code:
            continue
        if param.name not in params and param.required and param.inferred is None:
            raise CannotRead(f"{layer.module} needs “{param.name}”.", tree)
        if param.name not in params and param.torch_default != param.default and param.inferred is None:
            params[param.name] = param.torch_default
        elif param.inferred is None and params.get(param.name) == param.default and param.name in params:
            del params[param.name]
    return params


def _positions(layer: LayerType, count: int) -> list[str]:
    """The parameters in the order of the constructor, as far as ``count`` of them need it."""
    names = [param.name for param in layer.params if param.code and param.required]
    if count <= len(names) or layer.module is None or not layer.module.startswith("nn."):
        return [param.name for param in layer.params if param.code] if count > len(names) else names
    import inspect

    from torch import nn

    made = getattr(nn, layer.module[3:], None)
    return list(inspect.signature(made).parameters) if made is not None else names


def _by_vocabulary(
    tree: ast.Call, name: str, lookup: Lookup, first: CannotRead | None
) -> list[tuple[LayerType, Params]]:
    """As people write it: everything torch takes, where the catalogue prints it otherwise."""
    values, words = [], {}
    for argument in tree.args:
        values.append(_value(argument, lookup, name))
    for word in tree.keywords:
        if word.arg is None:
            raise CannotRead("arguments with ** cannot be drawn.", tree)
        words[word.arg] = _value(word.value, lookup, name)
    try:
        reading = read_module(name, tuple(values), words)
    except Unreadable as error:
        raise first or CannotRead(str(error), tree) from None
    except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
        raise first or CannotRead(f"{name} cannot be made with these arguments.", tree) from None
    if not reading.type or reading.inputs or reading.weights:
        raise first or CannotRead(f"{name} cannot be drawn as it stands here.", tree)
    return [(CATALOGUE[reading.type], dict(reading.params))]


def _value(tree: ast.expr, lookup: Lookup, name: str) -> Any:
    value = constant(tree, lookup)
    if value is NOTHING:
        raise CannotRead(f"an argument of {name} must be a number or an argument of the class.", tree)
    return value


def decoded(layer: LayerType, trees: dict[str, Any], lookup: Lookup) -> Params:
    """Trees as checked parameters."""
    params = {}
    for name, tree in trees.items():
        value = constant(tree, lookup)
        if value is NOTHING:
            what = layer.module or layer.name
            raise CannotRead(f"“{name}” of {what} must be a number or an argument of the class.", tree)
        params[name] = normal(layer, name, value, tree)
    return params


def normal(layer: LayerType, name: str, value: Any, where: ast.AST) -> Any:
    """A parameter in the form a document holds."""
    param = layer.param(name)
    if param.kind == "shape" and not isinstance(value, tuple):
        value = (value,)
    if isinstance(value, Expr) or (
        isinstance(value, tuple) and any(isinstance(part, Expr) for part in value)
    ):
        return value
    if value is None and param.inferred is not None:
        return None
    if param.kind == "bool" and value is None:
        value = param.default
    try:
        return param.check(value)
    except BadValue as error:
        raise CannotRead(f"{layer.name}: {error}", where) from None
