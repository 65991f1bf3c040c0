"""What crosses the border of a module: the inputs and outputs of its block, and what they are called."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from torch import nn

from graph.names import is_usable, unique_name
from runtime.importing.plans import Group, Out, Plan, Source
from runtime.importing.recorder import Scope, Value, values_in

if TYPE_CHECKING:
    from runtime.importing.reading import Reader


class Ports:
    """Inputs and outputs of groups: the values that cross their borders."""

    def __init__(self, reader: Reader, root: Group) -> None:
        self.reader = reader
        self.root = root
        self.owner: dict[int, Group] = {}
        self.parent: dict[int, Group] = {}

    def settle(self) -> None:
        self._own(self.root)
        wanted = [Out(*self._place(value)) for _, value in results_of(self.root.scope.result)]
        for plan in list(self.root.plans()):
            here = self.owner[id(plan)]
            for port, sources in plan.inputs.items():
                plan.inputs[port] = [self._plain(source) for source in sources]
                for source in plan.inputs[port]:
                    self._carry(source, here)  # type: ignore[arg-type]
        for name, out in zip([name for name, _ in results_of(self.root.scope.result)], wanted, strict=True):
            self._carry(out, self.root)
            number = sum(part.type == "Output" for part in self.root.parts if isinstance(part, Plan))
            params = {"index": number} if number else {}
            self.root.parts.append(Plan("Output", params, {"input": [out]}, (), name))

    def _own(self, group: Group) -> None:
        for part in group.parts:
            if isinstance(part, Group):
                self.parent[id(part)] = group
                self._own(part)
            else:
                self.owner[id(part)] = group

    def _plain(self, source: Source) -> Out:
        return self.reader.source(source) if isinstance(source, Value) else source

    def _place(self, value: Value) -> tuple[Plan, str]:
        out = self.reader.source(value)
        return out.plan, out.port

    def _around(self, group: Group) -> list[Group]:
        chain = [group]
        while id(chain[-1]) in self.parent:
            chain.append(self.parent[id(chain[-1])])
        return chain

    def _carry(self, out: Out, to: Group) -> None:
        """Give the groups between an output and its reader the ports it needs."""
        made = self._around(self.owner[id(out.plan)])
        read = self._around(to)
        for group in made:
            if group in read:
                break
            if all(found != out for _, found in group.outputs):
                group.outputs.append(("", out))
        for group in read:
            if group in made:
                break
            if all(found != out for _, found in group.inputs):
                group.inputs.append(("", out))


def name_ports(group: Group, reader: Reader) -> None:
    """Ports are called like the arguments of ``forward``, in their order; several outputs are numbered."""
    for part in group.parts:
        if isinstance(part, Group):
            name_ports(part, reader)
    given = _arguments(group.scope)
    order: dict[Out, tuple[int, str]] = {}
    for number, (name, value) in enumerate(given):
        if value in reader.home or value.call.kind in ("state", "constant"):
            try:
                order.setdefault(reader.source(value), (number, name))
            except KeyError:
                continue
    taken: set[str] = set()
    named = []
    for _, out in sorted(group.inputs, key=lambda item: order.get(item[1], (len(given), ""))[0]):
        wanted = order.get(out, (0, "x"))[1]
        name = unique_name(wanted if is_usable(wanted) else "x", taken)
        taken.add(name)
        named.append((name, out))
    group.inputs = named
    results: dict[Out, int] = {}
    for number, (_, value) in enumerate(results_of(group.scope.result)):
        if isinstance(value, Value) and value in reader.home:
            results.setdefault(reader.source(value), number)
    ordered = sorted(group.outputs, key=lambda item: results.get(item[1], len(results)))
    several = len(ordered) > 1
    group.outputs = [
        (unique_name(f"output{number}" if several else "output", taken), out)
        for number, (_, out) in enumerate(ordered, 1)
    ]


def _arguments(scope: Scope) -> list[tuple[str, Value]]:
    """The values a module was called with, by the names of its arguments."""
    try:
        bound = inspect.signature(scope.module.forward).bind(*scope.args, **scope.kwargs).arguments
    except (TypeError, ValueError):
        bound = {f"x{number}": item for number, item in enumerate(scope.args)}
    found = []
    for name, item in bound.items():
        values = list(values_in(item))
        found += [
            (name if len(values) == 1 else f"{name}{number}", value) for number, value in enumerate(values, 1)
        ]
    return [(_port_name(name), value) for name, value in found]


def _port_name(name: str) -> str:
    return "x" if name in ("input", "inputs", "self") else name


def argument_name(model: nn.Module, number: int) -> str:
    """What a model calls one of its inputs."""
    names = [name for name in inspect.signature(model.forward).parameters if name not in ("args", "kwargs")]
    return names[number] if number < len(names) else "x"


def results_of(result: Any, name: str = "") -> list[tuple[str, Any]]:
    """Everything a module gave, one by one, with the keys where it gave a dict."""
    if isinstance(result, Mapping):
        return [pair for key, item in result.items() for pair in results_of(item, str(key))]
    if isinstance(result, (tuple, list)):
        return [pair for item in result for pair in results_of(item, name)]
    return [] if result is None else [(name, result)]
