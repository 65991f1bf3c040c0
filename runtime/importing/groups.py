"""Modules as block definitions: equal structures become one, what differs among them becomes a parameter."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from torch import nn

from graph.catalogue import CATALOGUE
from graph.model import BLOCK
from graph.names import MAX_NAME, fresh_among, is_usable, unique_name
from graph.values import Expr
from runtime.importing.plans import Group, Out, Plan

Slot = tuple[int, str, int]
"""A number in a body: item, parameter, and its place in a tuple (-1 for a single number)."""

MOST_EXPOSED = 8
"""Definitions that would have more parameters than this are kept apart."""
LARGEST_FACTOR = 16


@dataclass(eq=False, slots=True)
class Item:
    """A node of a definition. ``parts`` are the plans or groups it stands for: several in a row of repetitions."""

    name: str
    type: str
    params: dict[str, Any]
    sources: dict[str, list[tuple[int, str]]]
    """By port: positions of items (-1 - k is input k) and their output ports."""
    ports: tuple[str, ...]
    block: Definition | None = None
    shares: int | None = None
    """Position of the item whose weights it uses."""


@dataclass(eq=False, slots=True)
class Definition:
    """A network or block: its items, and the parameters it exposes with the first use's values."""

    name: str
    inputs: tuple[str, ...]
    outputs: list[tuple[str, tuple[int, str]]]
    items: list[Item]
    parameters: list[tuple[str, Any]] = field(default_factory=list)
    code: str = ""
    help: str = ""


@dataclass(eq=False, slots=True)
class Use:
    """One group as it is drawn: its definition, its values, and what each item stands for."""

    group: Group
    definition: Definition
    values: dict[str, Any]
    rows: list[list[Plan | Group]]


@dataclass(eq=False, slots=True)
class _Body:
    """A group before it is known which others are its equals."""

    group: Group
    items: list[Item]
    rows: list[list[Plan | Group]]
    outputs: list[tuple[str, tuple[int, str]]]
    skeleton: Any = None
    values: dict[Slot, Any] = field(default_factory=dict)


class Blocks:
    """All definitions of a model, by the groups that use them. ``shapes`` are those of outputs, where known."""

    def __init__(self, root: Group, shapes: dict[Out, Any], title: str) -> None:
        self.root = root
        self.shapes = shapes
        self.uses: dict[int, Use] = {}
        self.codes: dict[str, Definition] = {}
        self.names: set[str] = set()
        self.inside: dict[str, list[str]] = {}
        """What the first block of each class holds."""
        _inline(root)
        levels: dict[int, list[Group]] = {}
        _levels(root, levels)
        self.names.add(_class_name(root, title))
        for level in sorted(levels):
            if level < max(levels):
                self._define(levels[level])
        body = self._body(root)
        definition = Definition(_class_name(root, title), (), body.outputs, body.items)
        self.uses[id(root)] = Use(root, definition, {}, body.rows)

    def definitions(self) -> Iterator[Definition]:
        """Every definition, those that are used before those that use them; the network itself last."""
        seen: dict[int, Definition] = {}

        def visit(definition: Definition) -> None:
            for item in definition.items:
                if item.block is not None and id(item.block) not in seen:
                    visit(item.block)
            seen.setdefault(id(definition), definition)

        visit(self.uses[id(self.root)].definition)
        yield from seen.values()

    # -- one level of nesting --------------------------------------------------------------------

    def _define(self, groups: list[Group]) -> None:
        alike: dict[Any, list[_Body]] = {}
        for group in groups:
            body = self._body(group)
            self._split(body)
            alike.setdefault(body.skeleton, []).append(body)
        for bodies in alike.values():
            columns = _columns(bodies)
            if len(_exposed(columns, bodies[0].items).columns) > MOST_EXPOSED:
                exact: dict[Any, list[_Body]] = {}
                for body in bodies:
                    exact.setdefault(tuple(body.values.values()), []).append(body)
                for same in exact.values():
                    self._make(same)
            else:
                self._make(bodies)

    def _make(self, bodies: list[_Body]) -> None:
        """One definition for bodies that differ in some values at most."""
        first = bodies[0]
        columns = _columns(bodies)
        chosen = _exposed(columns, first.items)
        name = self._name(_common_name([body.group for body in bodies]), first.items)
        self.names.add(name)
        items = [replace(item, params=dict(item.params)) for item in first.items]
        for (at, key, place), value in first.values.items():
            text = chosen.expressions.get((at, key, place))
            found = value if text is None else Expr(text)
            if place >= 0:
                before = items[at].params[key]
                found = (*before[:place], found, *before[place + 1 :])
            items[at].params[key] = found
        for item in items:
            item.params = _without_defaults(item)
        definition = Definition(name, tuple(port for port, _ in first.group.inputs), first.outputs, items)
        definition.parameters = [(param, column[0]) for param, column in chosen.columns.items()]
        module = first.group.scope.module
        definition.help = _help(module)
        for number, body in enumerate(bodies):
            values = {param: column[number] for param, column in chosen.columns.items()}
            self.uses[id(body.group)] = Use(body.group, definition, values, body.rows)

    def _name(self, wanted: str, items: list[Item]) -> str:
        """A free name. A block that has one thing more than another of its class is called after that."""
        names = [item.name for item in items]
        if wanted in self.inside:
            more = set(names) - set(self.inside[wanted])
            if len(more) == 1 and set(self.inside[wanted]) < set(names):
                longer = wanted + "".join(part.capitalize() for part in more.pop().split("_"))
                if is_usable(longer) and longer not in self.names:
                    return longer
        else:
            self.inside[wanted] = names
        return unique_name(wanted, self.names)

    def _body(self, group: Group) -> _Body:
        """The items of a group; runs of equal blocks in a chain are one item."""
        rows = self._rows(group)
        position: dict[int, int] = {}
        for at, row in enumerate(rows):
            for part in row:
                position[id(part)] = at
        inputs = {out: number for number, (_, out) in enumerate(group.inputs)}
        owner = {id(plan): at for at, row in enumerate(rows) for part in row for plan in _plans(part)}

        def ref(out: Out) -> tuple[int, str]:
            if id(out.plan) not in owner:
                return (-1 - inputs[out], "output")
            at = owner[id(out.plan)]
            last = rows[at][-1]
            if isinstance(last, Group):
                use = self.uses[id(last)]
                number = [found for _, found in last.outputs].index(out)
                return (at, use.definition.outputs[number][0])
            return (at, out.port)

        taken: set[str] = {name for name, _ in group.inputs} | {name for name, _ in group.outputs}
        items: list[Item] = []
        first_of: dict[str, int] = {}
        for at, row in enumerate(rows):
            item = self._item(row, group, taken, ref)
            taken.add(item.name)
            state = _state(row[0]) if len(row) == 1 else ""
            if state:
                earlier = first_of.setdefault(state, at)
                if earlier != at and _twins(items[earlier], item):
                    item.shares = earlier
            items.append(item)
        outputs = [(name, ref(out)) for name, out in group.outputs]
        return _Body(group, items, rows, outputs)

    def _item(self, row: list[Plan | Group], group: Group, taken: set[str], ref: Any) -> Item:
        part = row[0]
        name = _item_name(part, group, taken)
        if isinstance(part, Group):
            use = self.uses[id(part)]
            sources = {
                port: [ref(out)] for port, (_, out) in zip(use.definition.inputs, part.inputs, strict=True)
            }
            params: dict[str, Any] = dict(use.values)
            if len(row) > 1:
                params["repeat"] = len(row)
            ports = tuple(port for port, _ in use.definition.outputs)
            return Item(name, BLOCK, params, sources, ports, use.definition)
        sources = {port: [ref(out) for out in outs] for port, outs in part.inputs.items()}
        block = self._code(part) if part.code else None
        return Item(name, part.type, dict(part.params), sources, part.ports, block)

    def _code(self, plan: Plan) -> Definition:
        """Pieces of Python with the same text are one block."""
        found = self.codes.get(plan.code)
        if found is None:
            from graph.custom import read

            reading = read(plan.code)
            name = unique_name(reading.name, self.names)
            self.names.add(name)
            found = Definition(name, reading.inputs, [], [], code=plan.code, help=reading.help)
            self.codes[plan.code] = found
        return found

    def _rows(self, group: Group) -> list[list[Plan | Group]]:
        readers: dict[Out, int] = {}
        for part in group.parts:
            for out in _read(part):
                readers[out] = readers.get(out, 0) + 1
        for _, out in group.outputs:
            readers[out] = readers.get(out, 0) + 1
        rows: list[list[Plan | Group]] = []
        for part in group.parts:
            before = rows[-1][-1] if rows else None
            if isinstance(part, Group) and isinstance(before, Group) and self._follows(before, part, readers):
                rows[-1].append(part)
            else:
                rows.append([part])
        return rows

    def _follows(self, before: Group, after: Group, readers: dict[Out, int]) -> bool:
        """Whether two uses of a block are the same thing twice in a row."""
        if not len(before.inputs) == len(before.outputs) == len(after.inputs) == len(after.outputs) == 1:
            return False
        one, other = self.uses[id(before)], self.uses[id(after)]
        out = before.outputs[0][1]
        if one.definition is not other.definition or one.values != other.values or after.inputs[0][1] != out:
            return False
        if readers.get(out) != 1 or before.path == after.path:
            return False
        sizes = [self.shapes.get(item) for item in (before.inputs[0][1], out, after.outputs[0][1])]
        return sizes[0] is not None and sizes[0] == sizes[1] == sizes[2]

    def _split(self, body: _Body) -> None:
        """What must be equal for one definition, and the values that may differ."""
        parts = []
        for at, item in enumerate(body.items):
            fixed = []
            for key, value in _all_params(item):
                if _may_differ(item, key, value):
                    item.params[key] = value
                    if isinstance(value, tuple):
                        body.values |= {(at, key, place): number for place, number in enumerate(value)}
                        fixed.append((key, f"{len(value)} numbers"))
                    else:
                        body.values[at, key, -1] = value
                        fixed.append((key, "…"))
                else:
                    fixed.append((key, repr(value)))
            block = id(item.block) if item.block is not None else 0
            sources = tuple((port, tuple(refs)) for port, refs in item.sources.items())
            parts.append((item.name, item.type, block, tuple(fixed), sources, item.shares))
        kind = type(body.group.scope.module)
        ports = tuple(name for name, _ in body.group.inputs)
        body.skeleton = (kind, ports, tuple(parts), tuple(body.outputs))


# -- what differs becomes a parameter --------------------------------------------------------------


def _columns(bodies: list[_Body]) -> dict[Slot, list[Any]]:
    """The values that differ among the bodies, by item and parameter."""
    found = {key: [body.values[key] for body in bodies] for key in bodies[0].values}
    return {key: column for key, column in found.items() if any(value != column[0] for value in column)}


@dataclass(slots=True)
class _Chosen:
    columns: dict[str, list[Any]] = field(default_factory=dict)
    expressions: dict[Slot, str] = field(default_factory=dict)


def _exposed(columns: dict[Slot, list[Any]], items: list[Item]) -> _Chosen:
    """Names for the columns; equal ones are one parameter, and multiples of one are written as such."""
    chosen = _Chosen()
    distinct: dict[tuple[Any, ...], list[Slot]] = {}
    for slot in sorted(columns, key=lambda slot: (slot[2] >= 0, columns[slot][0] if slot[2] >= 0 else 0)):
        distinct.setdefault(tuple(columns[slot]), []).append(slot)
    bases: list[tuple[Any, ...]] = []
    factors: dict[tuple[Any, ...], tuple[tuple[Any, ...], str]] = {}
    for column in distinct:
        found = _multiple(column, bases)
        if found is None:
            bases.append(column)
        factors[column] = found or (column, "")
    stems = [distinct[base][0][1] for base in bases]
    names = {}
    for base in bases:
        at, param, _ = distinct[base][0]
        plain = param if stems.count(param) == 1 else f"{items[at].name}_{param}"[:MAX_NAME]
        plain = "blocks" if plain == "repeat" else "size" if plain == "shape" else plain
        names[base] = unique_name(plain, chosen.columns)
        chosen.columns[names[base]] = list(base)
    for column, slots in distinct.items():
        base, factor = factors[column]
        for slot in slots:
            chosen.expressions[slot] = names[base] + factor
    return chosen


def _multiple(column: tuple[Any, ...], bases: list[tuple[Any, ...]]) -> tuple[tuple[Any, ...], str] | None:
    """Of which other column one is a multiple or a part, and how that is written."""
    if not all(type(value) is int and value > 0 for value in column) or len(set(column)) == 1:
        return None
    for base in bases:
        if not all(type(value) is int and value > 0 for value in base):
            continue
        for factor in range(2, LARGEST_FACTOR + 1):
            if all(value == factor * other for value, other in zip(column, base, strict=True)):
                return base, f" * {factor}"
            if all(value * factor == other for value, other in zip(column, base, strict=True)):
                return base, f" // {factor}"
    return None


def _all_params(item: Item) -> list[tuple[str, Any]]:
    if item.type == BLOCK:
        return sorted(item.params.items())
    return sorted(CATALOGUE[item.type].settled(item.params).items())


def _may_differ(item: Item, key: str, value: Any) -> bool:
    if value is None or isinstance(value, (bool, str)):
        return False
    if item.type == BLOCK:
        return True
    layer = CATALOGUE[item.type]
    if callable(layer.outputs):
        return False
    return layer.param(key).kind in ("int", "float", "ints", "shape")


def _without_defaults(item: Item) -> dict[str, Any]:
    if item.type == BLOCK:
        return item.params
    layer = CATALOGUE[item.type]
    return {
        key: value for key, value in item.params.items()
        if isinstance(value, Expr) or value != layer.param(key).default
    }  # fmt: skip


def _twins(one: Item, other: Item) -> bool:
    return (one.type, one.block, one.params, one.shares) == (other.type, other.block, other.params, None)


# -- groups ----------------------------------------------------------------------------------------


def _inline(group: Group) -> None:
    """A group around a single thing says nothing: the thing stands for it, under its name."""
    parts: list[Plan | Group] = []
    for part in group.parts:
        if isinstance(part, Group):
            _inline(part)
            if not part.parts:
                continue
            if len(part.parts) == 1:
                only = part.parts[0]
                only.hint = part.hint or part.path
                parts.append(only)
                continue
        parts.append(part)
    group.parts = parts


def _levels(group: Group, levels: dict[int, list[Group]]) -> int:
    inside = [_levels(part, levels) for part in group.parts if isinstance(part, Group)]
    level = max(inside, default=-1) + 1
    levels.setdefault(level, []).append(group)
    return level


def _plans(part: Plan | Group) -> Iterator[Plan]:
    if isinstance(part, Group):
        yield from part.plans()
    else:
        yield part


def _read(part: Plan | Group) -> list[Out]:
    if isinstance(part, Group):
        return [out for _, out in part.inputs]
    return [out for outs in part.inputs.values() for out in outs]  # type: ignore[misc]


def _state(part: Plan | Group) -> str:
    """Under which name two parts are the same module."""
    if isinstance(part, Plan):
        return f"plan {part.stateful}" if part.weights and part.stateful else ""
    return f"group {part.path}" if any(plan.weights for plan in part.plans()) else ""


# -- names -----------------------------------------------------------------------------------------


def _item_name(part: Plan | Group, group: Group, taken: set[str]) -> str:
    """The attribute's name, where there is one; else one made from what it is."""
    path = part.hint or (part.path if isinstance(part, Group) else "")
    tail = path.removeprefix(group.path).strip(".") if path.startswith(group.path) else path
    words = [word for word in tail.split(".") if word]
    if words and not all(word.isdigit() for word in words):
        return unique_name("_".join(words)[: MAX_NAME - 4], taken)
    kind = _plain_class(part.scope.module) if isinstance(part, Group) else part.type
    if isinstance(part, Plan) and part.type in ("Input", "Output"):
        return unique_name(path if is_usable(path) else part.type.lower(), taken)
    if isinstance(part, Plan) and part.code:
        kind = part.code.partition("(")[0].rpartition(" ")[2]
    if isinstance(part, Group) and isinstance(part.scope.module, nn.Sequential):
        kind = "stage"
    return fresh_among(taken, kind)


def _plain_class(module: nn.Module) -> str:
    return type(module).__name__.lstrip("_") or "Block"


def _class_name(group: Group, fallback: str) -> str:
    name = _plain_class(group.scope.module)
    return name if is_usable(name) else unique_name(re.sub(r"\W", "", fallback) or "Net", ())


def _common_name(groups: list[Group]) -> str:
    """The class, or for a container what its places are called."""
    module = groups[0].scope.module
    if not isinstance(module, (nn.Sequential, nn.ModuleList, nn.ModuleDict)) or type(
        module
    ).__module__ not in ("torch.nn.modules.container",):
        return _plain_class(module)
    titles = {_title(group.hint or group.path) for group in groups}
    if len(titles) == 1:
        return titles.pop()
    stripped = {title.rstrip("0123456789") for title in titles}
    return stripped.pop() if len(stripped) == 1 and "" not in stripped else "Stage"


def _title(path: str) -> str:
    words = path.split(".")
    named = [at for at, word in enumerate(words) if not word.isdigit()]
    start = named[-1] if named else 0
    text = "".join(part[:1].upper() + part[1:] for part in re.split(r"[_\W]+", "_".join(words[start:])))
    return text if text and text[0].isalpha() else "Stage"


def _help(module: nn.Module) -> str:
    if isinstance(module, nn.Sequential):
        return ""
    text = (type(module).__doc__ or "").strip().splitlines()
    first = text[0].strip() if text else ""
    return (
        first
        if first.isprintable() and len(first) < 300 and first != (nn.Module.__doc__ or "")[: len(first)]
        else ""
    )
