"""Which classes a network needs, and what each writes with: numbers, or arguments of its constructor.

All uses of a block that can share a class do. A number that is the same in all of them is printed; one
that follows from an exposed parameter is printed as the person wrote it (``planes * 4``); one that differs
in another way (``in_channels``) becomes an argument, shared by all numbers that are always equal to it.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.building import call_text, constructor_text
from graph.code.layout import flat, names_of, parse, quoted, substitute
from graph.code.structure import CodeError, Step, Structure, Structures, safe_name
from graph.model import Exposed, Node
from graph.names import IN_THE_CODE
from graph.shapes import GraphShapes
from graph.values import Expr, Value, expressions

SIZES = frozenset(
    {
        "out_channels",
        "out_features",
        "num_features",
        "num_channels",
        "hidden_size",
        "embedding_dim",
        "embed_dim",
        "d_model",
        "normalized_shape",
    }
)
"""Parameters that say how wide a layer's result is: what lies behind may be printed in their words."""

MAX_MODULES = 200_000


class _Any:
    def __repr__(self) -> str:
        return "ANY"


ANY: Any = _Any()
"""Stands in a column where a use does not reach: the tail of a row that was repeated only once."""


@dataclass(slots=True, eq=False)
class Instance:
    """A definition at a place, with its numbers. Places where everything is equal share one."""

    structure: Structure
    shapes: GraphShapes
    bindings: dict[str, Any]
    place: tuple[str, ...]
    inner: dict[str, list[Instance]] = field(default_factory=dict)
    variant: Variant | None = None
    arguments: dict[str, Any] = field(default_factory=dict)
    modules: int = 0
    parameters: int = 0

    def values(self, node_id: str) -> dict[str, Any]:
        return self.shapes.nodes[node_id].values


@dataclass(frozen=True, slots=True)
class Text:
    """How a number is written in a class: the expression, its value in every instance, and the constructor
    arguments it reads (none for a literal)."""

    tree: ast.expr
    column: tuple[Any, ...]
    names: frozenset[str] = frozenset()


@dataclass(slots=True)
class Argument:
    """An argument of a class's constructor. ``exposed`` is the block's parameter it stands for, if any."""

    name: str
    column: tuple[Any, ...]
    exposed: Exposed | None = None
    optional: bool = False


@dataclass(slots=True)
class LayerPlan:
    """A layer in a class: its constructor, and the parameters its call reads."""

    step: Step
    constructor: ast.expr | None
    values: dict[str, Any]
    soft: dict[str, Text]
    pattern: str | None


@dataclass(slots=True)
class Run:
    """``count`` equal uses of a class in a row; no count means exactly one."""

    tree: ast.expr
    count: ast.expr | None = None


@dataclass(slots=True)
class UsePlan:
    """Uses of a class: one, or a row of repetitions."""

    step: Step
    runs: list[Run]


@dataclass(slots=True)
class PlacePlan:
    """A chain that is written in place."""

    step: Step
    scope: Scope


Plan = LayerPlan | UsePlan | PlacePlan


@dataclass(slots=True)
class Scope:
    """A graph as it is written inside one class."""

    structure: Structure
    instances: list[Instance]
    plans: dict[str, Plan] = field(default_factory=dict)
    sizes: dict[str, tuple[Text, ...]] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Variant:
    """One class of the module."""

    name: str
    structure: Structure
    instances: list[Instance]
    place: tuple[str, ...]
    arguments: list[Argument] = field(default_factory=list)
    stored: dict[str, str] = field(default_factory=dict)
    """Constructor argument -> attribute, for those that ``forward`` reads."""
    scope: Scope = None  # type: ignore[assignment]
    out_sizes: tuple[Text, ...] = ()


def printed(value: Any) -> str:
    """A checked value as Python text; :class:`CodeError` for anything but numbers, strings and tuples."""
    if isinstance(value, tuple):
        inside = ", ".join(printed(item) for item in value)
        return f"({inside},)" if len(value) == 1 else f"({inside})"
    if value is None or type(value) in (bool, int, float):
        return repr(value)
    if type(value) is str and len(value) <= 200:
        return quoted(value)
    raise CodeError(f"A parameter has the value {str(value)[:60]!r}, which cannot stand in code.")


def same(one: Any, other: Any) -> bool:
    """Equal, and printed alike (1, 1.0 and True differ)."""
    return one is other or (one == other and repr(one) == repr(other))


def _agree(one: Sequence[Any], other: Sequence[Any]) -> bool:
    return all(a is ANY or b is ANY or same(a, b) for a, b in zip(one, other, strict=True))


def _constant(column: Sequence[Any]) -> bool:
    known = [value for value in column if value is not ANY]
    return all(same(value, known[0]) for value in known)


def _literal(column: tuple[Any, ...]) -> Text:
    value = next(value for value in column if value is not ANY)
    return Text(parse(printed(value)), column)


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
        for step in structure.steps:
            here = shapes.nodes.get(step.id)
            if here is None or here.state != "ok":
                raise CodeError(f"“{step.node.name}” in “{structure.graph.name}” is not complete yet.")
            made.modules += step.module
            counted = structure.attributes.get(step.id)
            first = counted not in owners
            owners.add(counted)
            if step.block is None:
                made.parameters += here.parameters if first else 0
                continue
            values = {name: value for name, value in here.values.items() if name != "repeat"}
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
            number = 2
            while any(variant.name == name for variant in self.variants) or (
                number > 2 and name in self._taken
            ):
                name, number = f"{safe_name(structure.graph.name)}{number}", number + 1
            variant = Variant(name, structure, members, members[0].place)
            for instance in members:
                instance.variant = variant
            _Writer(self, variant).write()
            for at, instance in enumerate(members):
                instance.arguments = {argument.name: argument.column[at] for argument in variant.arguments}
            self.variants.append(variant)

    def optional(self, structure: Structure, item: Exposed) -> bool:
        return (structure.graph.id, item.name) in self._optional


def _signatures(structure: Structure, instances: list[Instance]) -> list[Any]:
    """For each instance what its class would look like apart from numbers; equal ones can share a class."""
    if len(instances) == 1:
        return [()]
    parts: list[list[Any]] = [[] for _ in instances]
    for step in structure.steps:
        if step.block is None:
            soft = _soft(step, [instance.values(step.id) for instance in instances])
            known: dict[str, Any] = {}
            for part, instance in zip(parts, instances, strict=True):
                values = instance.values(step.id)
                key = repr(values)
                if key not in known:
                    known[key] = (*_rendered(step, values, soft), step.layer and step.layer.pattern(values))
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
    if all(_equal_uses(item, last) for item in row[1:]):
        return (id(first.variant), id(last.variant))
    return tuple(id(item.variant) for item in row)


def _equal_uses(one: Instance, other: Instance) -> bool:
    return one is other or (one.variant is other.variant and repr(one.arguments) == repr(other.arguments))


def _soft(step: Step, values: list[dict[str, Any]]) -> list[str]:
    """Parameters that may be printed as something else than a number."""
    assert step.layer is not None
    found = []
    for param in step.layer.params:
        written = step.node.params.get(param.name)
        if expressions(written) or not _constant([value[param.name] for value in values]):
            found.append(param.name)
    return found


def _stand_in(name: str) -> str:
    return f"PARAMETER_{name}"


def _rendered(step: Step, values: dict[str, Any], soft: Sequence[str]) -> tuple[str, str]:
    """Constructor and call, with names in place of the soft parameters."""
    assert step.layer is not None
    layer = step.layer
    texts = {name: _stand_in(name) for name in soft}
    made = constructor_text(layer, values, texts) if layer.module is not None else ""
    return made, call_text(layer, values, stand_in_arguments(step), "MODULE", texts) if layer.call else ""


def stand_in_arguments(step: Step) -> dict[str, list[str]]:
    """A name for every tensor that arrives, by port."""
    names: dict[str, list[str]] = {}
    number = 0
    for port, refs in step.sources.items():
        names[port] = [f"ARGUMENT_{number + at}" for at in range(len(refs))]
        number += len(refs)
    return names


class _Writer:
    """Finds the words of one class."""

    def __init__(self, classes: Classes, variant: Variant) -> None:
        self.classes = classes
        self.variant = variant
        self.count = len(variant.instances)
        self.taken = {"self", *IN_THE_CODE, *classes.class_names}
        self.exposed: dict[str, Argument] = {}
        self.inferred: list[Argument] = []
        self.used: set[str] = set()

    def write(self) -> None:
        variant = self.variant
        env: dict[str, Text] = {}
        for item in variant.structure.graph.parameters if variant.structure.block else ():
            name = safe_name(item.name)
            while name in self.taken:
                name += "_"
            self.taken.add(name)
            column = tuple(instance.bindings[item.name] for instance in variant.instances)
            optional = self.classes.optional(variant.structure, item)
            self.exposed[name] = Argument(name, column, item, optional)
            env[item.name] = Text(parse(name), column, frozenset({name}))
        variant.scope = self.scope(variant.structure, variant.instances, env, {})
        exposed = [argument for argument in self.exposed.values() if argument.name in self.used]
        variant.arguments = [
            *self.inferred,
            *(argument for argument in exposed if not argument.optional),
            *(argument for argument in exposed if argument.optional),
        ]
        if variant.structure.outputs:
            variant.out_sizes = variant.scope.sizes.get(variant.structure.outputs[0][1][0], ())

    def scope(
        self,
        structure: Structure,
        instances: list[Instance],
        env: Mapping[str, Text],
        arriving: Mapping[str, tuple[Text, ...]],
    ) -> Scope:
        scope = Scope(structure, instances, sizes=dict(arriving))
        for step in structure.steps:
            before = tuple(size for ref in step.refs for size in scope.sizes.get(ref[0], ()))[:6]
            if step.block is None:
                plan: Plan = self._layer(step, instances, env, before, scope)
            elif step.block.in_place:
                plan = self._place(step, instances, env, before, scope)
            else:
                plan = self._use(step, instances, env, before, scope)
            scope.plans[step.id] = plan
        return scope

    def _layer(
        self,
        step: Step,
        instances: list[Instance],
        env: Mapping[str, Text],
        before: tuple[Text, ...],
        scope: Scope,
    ) -> LayerPlan:
        layer = step.layer
        assert layer is not None
        rows = [instance.values(step.id) for instance in instances]
        columns = {param.name: tuple(row[param.name] for row in rows) for param in layer.params}
        soft = [
            name
            for name in _soft(step, rows)
            if (known := self._written(step.node.params.get(name), columns[name], env)) is None or known.names
        ]
        for param in layer.params:
            follows = param.inferred is not None and step.node.params.get(param.name) is None
            if follows and param.name not in soft and _match(before, columns[param.name]) is not None:
                soft.append(param.name)
        made, called = _rendered(step, rows[0], soft)
        shown = set(names_of(parse(made)) if made else ()) | set(names_of(parse(called)) if called else ())
        texts: dict[str, Text] = {}
        for name in soft:
            if _stand_in(name) in shown:
                inferred = layer.param(name).inferred is not None
                texts[name] = self.text(
                    step.node.params.get(name), columns[name], env, before, inferred, name, step.node
                )
        trees = {_stand_in(name): text.tree for name, text in texts.items()}
        constructor = substitute(parse(made), trees) if made else None
        own = tuple(text for name, text in texts.items() if name in SIZES and text.names)
        scope.sizes[step.id] = (*own, *before)[:6]
        if layer.call is not None:
            reads = names_of(parse(called))
            for name, text in texts.items():
                if _stand_in(name) in reads:
                    self._store(text)
        return LayerPlan(step, constructor, rows[0], texts, layer.pattern(rows[0]))

    def _store(self, text: Text) -> None:
        """Keep the arguments that ``forward`` needs as attributes beside the sub-modules."""
        attributes = set(self.variant.structure.attributes.values())
        for name in sorted(text.names):
            if name not in self.variant.stored:
                attribute = safe_name(name)
                while attribute in attributes | set(self.variant.stored.values()):
                    attribute += "_"
                self.variant.stored[name] = attribute

    def _place(
        self,
        step: Step,
        instances: list[Instance],
        env: Mapping[str, Text],
        before: tuple[Text, ...],
        scope: Scope,
    ) -> PlacePlan:
        block = step.block
        assert block is not None
        inner = [instance.inner[step.id][0] for instance in instances]
        bound: dict[str, Text] = {}
        for item in block.graph.parameters:
            column = tuple(instance.bindings[item.name] for instance in inner)
            bound[item.name] = self.text(
                step.node.params.get(item.name), column, env, before, False, item.name, step.node, note=False
            )
        made = self.scope(block, inner, bound, {block.inputs[0].id: before})
        scope.sizes[step.id] = made.sizes.get(block.outputs[0][1][0], before)
        return PlacePlan(step, made)

    def _use(
        self,
        step: Step,
        instances: list[Instance],
        env: Mapping[str, Text],
        before: tuple[Text, ...],
        scope: Scope,
    ) -> UsePlan:
        rows = [instance.inner[step.id] for instance in instances]
        if not step.wrapped:
            tree, sizes = self._call(step, [row[0] for row in rows], env, before)
            scope.sizes[step.id] = (*sizes, *before)[:6]
            return UsePlan(step, [Run(tree)])
        runs: list[Run] = []
        lengths = tuple(len(row) for row in rows)
        count = self.text(
            step.node.params["repeat"], lengths, env, (), False, "repeat", step.node, note=False
        )
        if all(_equal_uses(item, row[-1]) for row in rows for item in row[1:]):
            even = all(_equal_uses(row[0], row[-1]) for row in rows)
            tree, sizes = self._call(step, [row[0] for row in rows], env, before)
            if even:
                self.used |= count.names
                runs.append(Run(tree, count.tree))
            else:
                rest, more = self._call(
                    step, [row[1] if len(row) > 1 else None for row in rows], env, sizes or before
                )
                self.used |= count.names
                runs += [Run(tree), Run(rest, _less(count.tree))]
                sizes = more
        else:
            start = 0
            sizes = before
            for end in range(1, lengths[0] + 1):
                if end == lengths[0] or not all(_equal_uses(row[end], row[start]) for row in rows):
                    tree, sizes = self._call(step, [row[start] for row in rows], env, sizes)
                    runs.append(Run(tree, parse(str(end - start))))
                    start = end
        scope.sizes[step.id] = (*sizes, *before)[:6]
        return UsePlan(step, [_single(run) for run in runs if not _is_number(run.count, 0)])

    def _call(
        self, step: Step, inner: Sequence[Instance | None], env: Mapping[str, Text], before: tuple[Text, ...]
    ) -> tuple[ast.expr, tuple[Text, ...]]:
        """The use of a class, and how wide its result is in words of this class."""
        variant = next(instance.variant for instance in inner if instance is not None)
        assert variant is not None
        call = ast.Call(func=parse(variant.name), args=[], keywords=[])
        words: dict[str, Text] = {}
        for argument in variant.arguments:
            column = tuple(
                ANY if instance is None else instance.arguments[argument.name] for instance in inner
            )
            written = step.node.params.get(argument.exposed.name) if argument.exposed else None
            text = self.text(written, column, env, before, argument.exposed is None, argument.name, step.node)
            words[argument.name] = text
            if not argument.optional:
                call.args.append(text.tree)
            elif text.names or not _agree(
                column, [argument.exposed and argument.exposed.default] * self.count
            ):
                call.keywords.append(ast.keyword(arg=argument.name, value=text.tree))
        trees = {name: text.tree for name, text in words.items()}
        position = {id(instance): at for at, instance in enumerate(variant.instances)}
        sizes = []
        for size in variant.out_sizes:
            names = frozenset().union(*(words[name].names for name in size.names))
            if names:
                column = tuple(ANY if one is None else size.column[position[id(one)]] for one in inner)
                sizes.append(Text(substitute(size.tree, trees), column, names))
        return call, tuple(sizes)

    def text(
        self,
        written: Value,
        column: tuple[Any, ...],
        env: Mapping[str, Text],
        before: Sequence[Text],
        inferred: bool,
        hint: str,
        node: Node,
        note: bool = True,
    ) -> Text:
        """How a value is written. ``written`` is what the person set, ``before`` the sizes that arrive."""
        found = self._written(written, column, env)
        if found is None and inferred:
            found = _match(before, column)
        if found is None and _constant(column):
            found = _literal(column)
        if found is None:
            known = [*self.exposed.values(), *self.inferred]
            equal = next((argument for argument in known if _agree(argument.column, column)), None)
            if equal is None:
                equal = self._argument(column, hint, node)
            found = Text(parse(equal.name), column, frozenset({equal.name}))
        if note:
            self.used |= found.names
        return found

    def _written(self, written: Value, column: tuple[Any, ...], env: Mapping[str, Text]) -> Text | None:
        """An expression of the person in the words of this class."""
        names = expressions(written)
        if not names:
            return None
        for name in names - env.keys():
            raise CodeError(f"An expression uses “{name}”, which is not a parameter of its block.")
        reads = frozenset().union(*(env[name].names for name in names))
        if not reads:
            return _literal(column)
        trees = {name: env[name].tree for name in names}

        def tree(value: Value) -> ast.expr:
            if isinstance(value, Expr):
                return substitute(parse(value.text), trees)
            if isinstance(value, tuple):
                return ast.Tuple(elts=[tree(item) for item in value], ctx=ast.Load())
            return parse(printed(value))

        return Text(tree(written), column, reads)

    def _argument(self, column: tuple[Any, ...], hint: str, node: Node) -> Argument:
        """A new constructor argument, called like the parameter it first stands for."""
        name, number = safe_name(hint), 2
        while name in self.taken:
            name = f"{safe_name(node.name)}_{safe_name(hint)}" + (str(number) if number > 2 else "")
            number += 1
        self.taken.add(name)
        # where a use does not reach, any number will do: take one that is there
        filler = next(value for value in column if value is not ANY)
        argument = Argument(name, tuple(filler if value is ANY else value for value in column))
        self.inferred.append(argument)
        return argument


def _match(before: Sequence[Text], column: tuple[Any, ...]) -> Text | None:
    """The nearest size on the way here that always has this value."""
    return next((text for text in before if text.names and _agree(text.column, column)), None)


def _is_number(tree: ast.expr | None, number: int) -> bool:
    return isinstance(tree, ast.Constant) and tree.value == number


def _single(run: Run) -> Run:
    return Run(run.tree) if _is_number(run.count, 1) else run


def _less(tree: ast.expr) -> ast.expr:
    """The expression minus one: ``blocks - 1``; ``blocks`` for ``blocks + 1``."""
    number = _int(tree)
    if number is not None:
        return parse(str(number - 1))
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Add, ast.Sub)):
        number = _int(tree.right)
        if number is not None:
            number = (number if isinstance(tree.op, ast.Add) else -number) - 1
            left = flat(tree.left)
            return tree.left if number == 0 else parse(f"{left} {'+' if number > 0 else '-'} {abs(number)}")
    return ast.BinOp(left=tree, op=ast.Sub(), right=parse("1"))


def _int(tree: ast.expr) -> int | None:
    return tree.value if isinstance(tree, ast.Constant) and isinstance(tree.value, int) else None
