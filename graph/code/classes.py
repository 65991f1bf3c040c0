"""Which classes a network needs, and what each writes with: numbers, or arguments of its constructor.

All uses of a block that can share a class do. A number that is the same in all of them is printed; one
that follows from an exposed parameter is printed as the person wrote it (``planes * 4``); one that differs
in another way (``in_channels``) becomes an argument, shared by all numbers that are always equal to it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from graph.checks import RESERVED
from graph.code.naming import local_name
from graph.code.plans import Instance, Variant, equal_uses, rendered, same, soft_params
from graph.code.structure import CodeError, Structure, Structures, safe_name
from graph.code.words import write_words
from graph.shapes import GraphShapes
from graph.values import Expr

MAX_MODULES = 200_000


class Classes:
    """All classes of a network, those that others use first."""

    def __init__(self, structures: Structures, shapes: GraphShapes) -> None:
        self.structures = structures
        self._instances: dict[str, list[Instance]] = {}
        self._known: dict[tuple[int, str], Instance] = {}
        self.variants: list[Variant] = []
        graphs = [structure.graph for structure in structures.all.values()]
        self.class_names = {safe_name(graph.name) for graph in graphs}
        self._taken = self.class_names | {
            safe_name(item.name) for graph in graphs for item in graph.parameters
        }
        self._values = {"x", "out"} | {
            local_name(name) for structure in structures.all.values() for name in _value_names(structure)
        }
        """What values of any ``forward`` may be called: a function of the module must be called otherwise."""
        self._optional = self._left_out()
        network = structures.network
        self.root = self._collect(network, shapes, {}, (network.graph.id,))
        for structure in structures.all.values():
            if not structure.in_place and structure.graph.id in self._instances:
                self._group(structure, self._instances[structure.graph.id])

    def _left_out(self) -> set[tuple[str, str]]:
        """(block, parameter) pairs that some use does not set: these get a default in the code. A use in a
        chain written in place does not set what that chain was not given itself."""
        left: set[tuple[str, str]] = set()
        for structure in reversed(self.structures.all.values()):
            defaults = {item.name: item.default for item in structure.graph.parameters}
            for step in structure.steps:
                for item in step.block.graph.parameters if step.block else ():
                    written = step.node.params.get(item.name, item.default)
                    if isinstance(written, Expr) and structure.in_place and written.text in defaults:
                        passed = (structure.graph.id, written.text) in left and same(
                            defaults[written.text], item.default
                        )
                    else:
                        passed = item.name not in step.node.params and not isinstance(item.default, Expr)
                    if passed and step.block:
                        left.add((step.block.graph.id, item.name))
        return left

    def _collect(
        self, structure: Structure, shapes: GraphShapes, bindings: dict[str, Any], place: tuple[str, ...]
    ) -> Instance:
        key = (id(shapes), repr(sorted(bindings.items())))
        if key in self._known:
            return self._known[key]
        made = self._known[key] = Instance(structure, shapes, bindings, place)
        owners: set[str | None] = set()
        if structure.reading is not None:
            made.parameters = shapes.parameters
        for step in structure.steps:
            here = shapes.nodes.get(step.id)
            if here is None or here.state != "ok":
                why = here.waits if here is not None and here.waits else "is not complete yet"
                raise CodeError(f"“{step.node.name}” in “{structure.graph.name}” {why}.")
            made.modules += step.module
            counted = structure.attributes.get(step.id)
            first = counted not in owners
            owners.add(counted)
            if step.block is None:
                made.parameters += here.parameters if first else 0
                continue
            values = {name: value for name, value in here.values.items() if name not in RESERVED}
            inner = [self._collect(step.block, one, values, (*place, step.id)) for one in here.inner]
            made.inner[step.id] = inner
            made.modules += sum(instance.modules for instance in inner)
            made.parameters += sum(instance.parameters for instance in inner) if first else 0
            if made.modules > MAX_MODULES:
                raise CodeError(f"“{structure.graph.name}” has more than {MAX_MODULES:,} layers.")
        self._instances.setdefault(structure.graph.id, []).append(made)
        return made

    def _group(self, structure: Structure, instances: list[Instance]) -> None:
        """Share instances out among as few classes as can be."""
        groups: dict[Any, list[Instance]] = {}
        for signature, instance in zip(_signatures(structure, instances), instances, strict=True):
            groups.setdefault(signature, []).append(instance)
        for members in groups.values():
            name = safe_name(structure.graph.name)
            while structure.function and name in self._values:
                name += "_"
            number = 2
            while any(variant.name == name for variant in self.variants) or (
                number > 2 and name in self._taken
            ):
                name, number = f"{safe_name(structure.graph.name)}{number}", number + 1
            variant = Variant(name, structure, members, members[0].place)
            for instance in members:
                instance.variant = variant
            write_words(variant, self.class_names, self._optional)
            for at, instance in enumerate(members):
                instance.arguments = {argument.name: argument.column[at] for argument in variant.arguments}
            self.variants.append(variant)


def _value_names(structure: Structure) -> Iterator[str]:
    for node in structure.graph.nodes.values():
        yield node.name
    for step in structure.steps:
        if step.layer is not None:
            yield from (port.name for port in step.layer.out_ports(step.node.params))


def _signatures(structure: Structure, instances: list[Instance]) -> list[Any]:
    """For each instance what its class would look like apart from numbers; equal ones can share a class."""
    if len(instances) == 1:
        return [()]
    parts: list[list[Any]] = [[] for _ in instances]
    for step in structure.steps:
        if step.block is None:
            varying = soft_params(step, [instance.values(step.id) for instance in instances])
            known: dict[str, Any] = {}
            for part, instance in zip(parts, instances, strict=True):
                values = instance.values(step.id)
                key = repr(values)
                if key not in known:
                    known[key] = (*rendered(step, values, varying), step.layer and step.layer.pattern(values))
                part.append(known[key])
        elif step.block.in_place:
            inner = [instance.inner[step.id][0] for instance in instances]
            for part, signature in zip(parts, _signatures(step.block, inner), strict=True):
                part.append(signature)
        else:
            for part, instance in zip(parts, instances, strict=True):
                part.append(_row_signature(instance.inner[step.id]))
    return [tuple(part) for part in parts]


def _row_signature(row: list[Instance]) -> Any:
    first, last = row[0], row[-1]
    if all(equal_uses(item, last) for item in row[1:]):
        return (id(first.variant), id(last.variant))
    return tuple(id(item.variant) for item in row)
