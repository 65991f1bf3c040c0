"""From classes to text: constructors, ``nn.Sequential``, ``forward``, imports, and the table of lines."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from graph.code.classes import Classes
from graph.code.forward import Forward
from graph.code.layout import definition, flat, item_lines, parse, statement, width, with_comment
from graph.code.plans import Argument, LayerPlan, PlacePlan, Scope, UsePlan, Variant, printed
from graph.code.structure import CodeError, Ref
from graph.custom import Reading, pasted
from graph.problems import Place

Key = tuple[str, ...]
"""Node ids from a class's graph inwards, through chains written in place."""


@dataclass(slots=True)
class Item:
    """One item of an ``nn.Sequential``, or the value of an attribute."""

    value: ast.expr | list[Item]
    keys: list[Key]
    comment: str = ""
    use: bool = False
    """A use of a class, or a run of ``count`` equal ones."""
    count: int | None = None
    """For uses: how many, if that is a number."""
    container: str = "nn.Sequential"
    """What holds the items of a list."""


@dataclass(slots=True)
class Written:
    """The text of all classes, with the lines of every node."""

    lines: list[str] = field(default_factory=list)
    owners: list[tuple[Variant, Key] | None] = field(default_factory=list)
    marks: dict[int, dict[Key, set[int]]] = field(default_factory=dict)
    """id of a variant -> node -> line numbers (0-based)."""
    pasted: list[tuple[str, int, tuple[int, ...]]] = field(default_factory=list)
    """Blocks of code: the first line (0-based) of their text, and where each of its lines stands in the code."""


class Emitter:
    """Writes the classes of one network."""

    def __init__(self, classes: Classes) -> None:
        self.classes = classes
        self.out = Written()
        self.variant = classes.variants[-1]
        self.top = False

    def write(self) -> Written:
        for number, variant in enumerate(self.classes.variants):
            self.variant = variant
            self.top = variant.structure is self.classes.structures.network
            self.out.marks[id(variant)] = {}
            if number:
                self._line("", None)
                self._line("", None)
            if variant.structure.reading is not None:
                self._pasted(variant, variant.structure.reading)
            else:
                self._class()
        return self.out

    def _pasted(self, variant: Variant, reading: Reading) -> None:
        """The text of a person's own class or function."""
        lines = pasted(reading, variant.name)
        first = len(self.out.lines)
        self._lines([line for _, line in lines], ())
        numbers = tuple(number for number, _ in lines)
        self.out.pasted.append((variant.structure.graph.id, first, numbers))

    def _line(self, text: str, owner: Key | None, keys: tuple[Key, ...] = ()) -> None:
        at = len(self.out.lines)
        self.out.lines.append(text)
        self.out.owners.append(None if owner is None else (self.variant, owner))
        marks = self.out.marks[id(self.variant)]
        for key in {*keys, *((owner,) if owner else ())}:
            for depth in range(1, len(key) + 1):
                marks.setdefault(key[:depth], set()).add(at)

    def _lines(self, lines: list[str], owner: Key, keys: tuple[Key, ...] = ()) -> None:
        for line in lines:
            self._line(line, owner, keys)

    def _class(self) -> None:
        variant, structure = self.variant, self.variant.structure
        sequential = structure.chain and structure.block
        self._line(f"class {variant.name}({'nn.Sequential' if sequential else 'nn.Module'}):", ())
        body = len(self.out.lines)
        if self.top:
            self._line(f'    """{self._summary()}"""', ())
        items = self._items(variant.scope, ()) if structure.chain else []
        attributes = [] if structure.chain else self._attributes()
        if structure.chain or attributes or variant.stored:
            self._gap(body)
            arguments = ["self", *(_signature(argument) for argument in variant.arguments)]
            self._lines(definition("__init__", arguments, 4), ())
            if sequential:
                self._value("super().__init__", Item(items, []), 8, "", ())
                return
            self._line("        super().__init__()", ())
            for argument, attribute in variant.stored.items():
                self._line(f"        self.{attribute} = {argument}", ())
            if structure.chain:
                self._value("self.layers = nn.Sequential", Item(items, []), 8, "", ())
            for name, item in attributes:
                self._value(f"self.{name} = ", item, 8, "", item.keys[0])
        self._gap(body)
        self._forward()

    def _gap(self, body: int) -> None:
        if len(self.out.lines) > body:
            self._line("", None)

    def _summary(self) -> str:
        """``Input (B, 1, 8, 8), output (B, 10); 5,130 parameters.``"""
        shapes = self.classes.root.shapes
        structure = self.variant.structure
        enters = [shapes.nodes[node.id].outputs["output"].text for node in structure.inputs]
        leaves = [shapes.nodes[node].outputs[port].text for _, (node, port) in structure.outputs]
        parts = [
            f"{word}{'s' if len(texts) > 1 else ''} {' and '.join(texts)}"
            for word, texts in (("input", enters), ("output", leaves))
            if texts
        ]
        count = f"; {self.classes.root.parameters:,} parameters."
        text = ", ".join(parts)
        if len(text) + len(count) + 10 > width():
            numbers = (("input", len(enters)), ("output", len(leaves)))
            text = ", ".join(f"{number} {word}{'s' if number != 1 else ''}" for word, number in numbers)
        return text[:1].upper() + text[1:] + count

    # what attributes and items are

    def _attributes(self) -> list[tuple[str, Item]]:
        """The sub-modules by name. Nodes that share weights have one, which must fit them all."""
        structure, scope = self.variant.structure, self.variant.scope
        found: dict[str, Item] = {}
        for step in structure.steps:
            if not step.module:
                continue
            name = structure.attributes[step.id]
            item = self._item(scope, step.id, ())
            if name in found:
                if _shape_of(found[name]) != _shape_of(item):
                    raise CodeError(
                        f"“{step.node.name}” shares the weights of “{name}”, but needs others: its input "
                        "or its parameters differ."
                    )
                found[name].keys.append((step.id,))
            else:
                found[name] = item
        return list(found.items())

    def _item(self, scope: Scope, node_id: str, path: Key) -> Item:
        plan = scope.plans[node_id]
        key = (*path, node_id)
        if isinstance(plan, LayerPlan):
            assert plan.constructor is not None
            return Item(plan.constructor, [key], "")
        if isinstance(plan, PlacePlan):
            return Item(self._items(plan.scope, key), [key])
        if plan.step.wrapped:
            container = "Repeated" if plan.step.fans else "nn.Sequential"
            return Item(self._runs(plan, key), [key], container=container)
        return Item(plan.runs[0].tree, [key], use=True, count=1)

    def _items(self, scope: Scope, path: Key) -> list[Item]:
        """The items of a chain: rows of repetitions become part of it, equal neighbours one comprehension."""
        items: list[Item] = []
        for step in scope.structure.steps:
            plan = scope.plans[step.id]
            key = (*path, step.id)
            found = self._runs(plan, key) if isinstance(plan, UsePlan) else [self._item(scope, step.id, path)]
            if isinstance(plan, LayerPlan) and self.top:
                port = step.layer.out_ports(plan.values)[0].name if step.layer else "output"
                found[0].comment = self._shape(scope, (step.id, port))
            for item in found:
                before = items[-1] if items else None
                if before and before.count and item.count and _one_of(before) == _one_of(item):
                    count = before.count + item.count
                    items[-1] = Item(
                        _row(_call_of(item), count), [*before.keys, *item.keys], use=True, count=count
                    )
                else:
                    items.append(item)
        return items

    def _runs(self, plan: UsePlan, key: Key) -> list[Item]:
        items = []
        for run in plan.runs:
            if run.count is None:
                items.append(Item(run.tree, [key], use=True, count=1))
            else:
                equal = isinstance(run.count, ast.Constant) and run.variable == "_"
                count = run.count.value if equal and isinstance(run.count, ast.Constant) else None
                row = _comprehension(run.tree, run.count, run.variable)
                items.append(Item(row, [key], use=True, count=count if isinstance(count, int) else None))
        return items

    def _shape(self, scope: Scope, ref: Ref) -> str:
        tensor = scope.instances[0].shapes.nodes[ref[0]].outputs.get(ref[1])
        return tensor.text if tensor else ""

    # how they are written

    def _value(self, prefix: str, item: Item, indent: int, suffix: str, owner: Key) -> None:
        """``prefix`` and the item, over as many lines as it takes; the comment behind or above it."""
        pad = " " * indent
        keys = tuple(item.keys)
        if isinstance(item.value, list):
            opening = prefix if prefix.endswith(("__init__", "Sequential")) else prefix + item.container
            if all(inner.use and not inner.comment for inner in item.value):
                inside = tuple(key for inner in item.value for key in inner.keys)
                head, _, call = opening.rpartition(" = ")
                tree = ast.Call(
                    func=parse(call), args=[_value_of(inner) for inner in item.value], keywords=[]
                )
                lines = statement(f"{head} = " if head else "", tree, indent)
                self._lines(_ended(lines, suffix), owner, (*keys, *inside))
                return
            head, _, call = opening.rpartition(" = ")
            wrap = bool(head) and len(f"{pad}{opening}(") > width()
            if wrap:
                self._line(f"{pad}{head} = (", owner, keys)
                indent, opening = indent + 4, call
            self._line(" " * indent + opening + "(", owner, keys)
            for inner in item.value:
                self._value("", inner, indent + 4, ",", inner.keys[0])
            self._line(" " * indent + ")" + ("" if wrap else suffix), owner, keys)
            if wrap:
                self._line(f"{pad}){suffix}", owner, keys)
            return
        lines = statement(prefix, item.value, indent) if prefix else item_lines(item.value, indent, suffix)
        self._lines(with_comment(lines, item.comment), owner, keys)

    def _forward(self) -> None:
        structure = self.variant.structure
        inputs = tuple((node.id,) for node in structure.inputs)
        outputs = tuple((node.id,) for node, _ in structure.outputs)
        if structure.chain:
            self._lines(definition("forward", ["self", "x"], 4), inputs[0], inputs)
            self._line("        return self.layers(x)", outputs[0], outputs)
            return

        def comment(ref: Ref) -> str:
            return self._shape(self.variant.scope, ref) if self.top else ""

        forward = Forward(self.variant, comment, self.top)
        self._lines(
            definition("forward", ["self", *forward.arguments()], 4), inputs[0] if inputs else (), inputs
        )
        lines = forward.lines()
        for at, line in enumerate(lines):
            keys: tuple[Key, ...] = tuple((node,) for node in line.nodes)
            owner = keys[-1] if keys else outputs[0]
            if at == len(lines) - 1:
                keys = (*keys, *outputs)
            self._lines(with_comment(line.text, line.comment), owner, keys)


def _signature(argument: Argument) -> str:
    if argument.optional and argument.exposed is not None:
        return f"{argument.name}={printed(argument.exposed.default)}"
    return argument.name


def _comprehension(call: ast.expr, count: ast.expr, variable: str = "_") -> ast.expr:
    clause = ast.comprehension(
        target=parse(variable),
        iter=ast.Call(func=parse("range"), args=[count], keywords=[]),
        ifs=[],
        is_async=0,
    )
    return ast.Starred(value=ast.ListComp(elt=call, generators=[clause]), ctx=ast.Load())


def _row(call: ast.expr, count: int) -> ast.expr:
    return _comprehension(call, parse(str(count)))


def _call_of(item: Item) -> ast.expr:
    tree = _value_of(item)
    if isinstance(tree, ast.Starred) and isinstance(tree.value, ast.ListComp):
        return tree.value.elt
    return tree


def _one_of(item: Item) -> str:
    return flat(_call_of(item))


def _value_of(item: Item) -> ast.expr:
    assert not isinstance(item.value, list)
    return item.value


def _shape_of(item: Item) -> object:
    """What an item is, for comparing."""
    if isinstance(item.value, list):
        return [_shape_of(inner) for inner in item.value]
    return flat(item.value)


def _ended(lines: list[str], suffix: str) -> list[str]:
    return [*lines[:-1], lines[-1] + suffix]


def places(
    classes: Classes, written: Written, offset: int
) -> tuple[dict[Place, tuple[int, ...]], list[Place | None]]:
    """Line numbers by place and the owner of every line. ``offset`` lines stand above the classes."""
    found: dict[Place, set[int]] = {}
    seen: set[tuple[Place, int]] = set()

    def walk(place: Place, variant: Variant) -> None:
        if (place, id(variant)) in seen:
            return
        seen.add((place, id(variant)))
        for key, numbers in written.marks[id(variant)].items():
            found.setdefault((*place, *key), set()).update(number + offset + 1 for number in numbers)
        inside(place, variant.scope)

    def inside(place: Place, scope: Scope) -> None:
        for node_id, plan in scope.plans.items():
            if isinstance(plan, PlacePlan):
                inside((*place, node_id), plan.scope)
            elif isinstance(plan, UsePlan):
                for instance in scope.instances:
                    for inner in instance.inner[node_id]:
                        assert inner.variant is not None
                        walk((*place, node_id), inner.variant)

    root = classes.root
    assert root.variant is not None
    walk(root.place, root.variant)
    owners: list[Place | None] = [None] * offset
    for owner in written.owners:
        whole = None if owner is None else (*owner[0].place, *owner[1])
        owners.append(whole if whole and len(whole) > 1 else None)
    return {place: tuple(sorted(numbers)) for place, numbers in found.items()}, owners
