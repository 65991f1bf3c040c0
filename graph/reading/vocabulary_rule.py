"""A line of the table of calls, which reads a call argument by argument.

A rule names the layer type and torch's signature. Names of the signature that are ports take tensors, names that
are parameters take values; ``a>b`` renames torch's ``a`` to the layer's ``b``. Anything else must have its default,
or is ignored when marked ``~``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graph.catalogue import CATALOGUE
from graph.reading.vocabulary import (
    Args,
    Kwargs,
    Reading,
    Unreadable,
    Varying,
    bind,
    defaults,
    ignored,
    is_plain,
    node,
)
from graph.values import shown


@dataclass(frozen=True, slots=True)
class Rule:
    """One line of the table."""

    type: str
    signature: str
    fixed: Mapping[str, Any] = field(default_factory=dict)

    def __call__(self, target: str, args: Args, kwargs: Kwargs) -> Reading:
        layer = CATALOGUE.get(self.type)
        if layer is None:
            raise Unreadable(f"There is no layer type {self.type} for {target}.")
        renames = dict(
            reversed(part.strip(" *~").partition("=")[0].partition(">")[::2])
            for part in self.signature.split(",") if ">" in part
        )  # fmt: skip
        text = ", ".join(_without_rename(part) for part in self.signature.split(","))
        given = bind(text, target, args, kwargs)
        unset, loose = defaults(text), ignored(text)
        ports = {port.name: port.variadic for port in layer.inputs}
        known = {param.name for param in layer.params}
        to_layer = {theirs: ours for ours, theirs in renames.items()}
        inputs: dict[str, Any] = {}
        params: dict[str, Any] = dict(self.fixed)
        for key, value in given.items():
            name = to_layer.get(key, key)
            if name in ports:
                inputs[name] = value
            elif name in known and key not in loose:
                params.update(_param(target, name, value))
            elif key not in loose and value != unset[key]:
                raise Unreadable(f"{target} is called with {key}={shown(value)}, which a node cannot hold.")
        return node(self.type, inputs, params)


def _without_rename(part: str) -> str:
    name, equals, default = part.strip().partition("=")
    return name.partition(">")[0] + equals + default


def _param(target: str, name: str, value: Any) -> dict[str, Any]:
    if not is_plain(value):
        raise Unreadable(f"{target} takes a tensor as {name}, which a node cannot hold.")
    if isinstance(value, Varying) or (
        isinstance(value, (tuple, list)) and any(isinstance(item, Varying) for item in value)
    ):
        raise Unreadable(f"{target} takes a size of the batch as {name}, which a node cannot hold.")
    return {} if value is None else {name: value}
