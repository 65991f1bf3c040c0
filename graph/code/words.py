"""How the numbers of one class are written: as literals, as the person's expressions, or as arguments."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from graph.catalogue.spec import Param
from graph.code.layout import names_of, parse, substitute
from graph.code.plans import (
    ANY,
    Argument,
    Instance,
    LayerPlan,
    PlacePlan,
    Plan,
    Run,
    Scope,
    Text,
    UsePlan,
    Variant,
    agree,
    constant,
    equal_uses,
    literal,
    printed,
    rendered,
    soft_params,
    stand_in,
)
from graph.code.rows import is_number, less, runs_of, single
from graph.code.structure import CodeError, Step, Structure, safe_name
from graph.model import Node
from graph.names import IN_THE_CODE
from graph.overtime import OVER, pattern, states, zeros_shape
from graph.values import Expr, Value, expressions, resolve

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


TELLING = ("in_channels", "in_features", "input_size", "embed_dim", "d_model", "num_channels", "num_features")
"""Where one argument stands for several parameters, it is called like the first of these among them."""


def write_words(variant: Variant, class_names: set[str], left_out: set[tuple[str, str]]) -> None:
    """Fill in the variant's arguments and how everything in it is written."""
    if variant.structure.reading is not None:
        _as_declared(variant)
        return
    words = Words(variant, class_names, left_out, ())
    words.write()
    names = tuple(min(hints, key=_how_telling) for hints in words.hints)
    if names != tuple(hints[0] for hints in words.hints):
        variant.stored.clear()
        Words(variant, class_names, left_out, names).write()


def _as_declared(variant: Variant) -> None:
    """A class or function of a person's own: its arguments are what its code says, all with their defaults."""
    variant.arguments = [
        Argument(item.name, tuple(one.bindings[item.name] for one in variant.instances), item, optional=True)
        for item in variant.structure.graph.parameters
    ]
    variant.scope = Scope(variant.structure, variant.instances)


def _how_telling(name: str) -> int:
    return TELLING.index(name) if name in TELLING else len(TELLING)


class Words:
    """Finds the words of one class. ``names`` are better names for its inferred arguments, in order."""

    def __init__(
        self, variant: Variant, class_names: set[str], left_out: set[tuple[str, str]], names: tuple[str, ...]
    ) -> None:
        self.left_out = left_out
        self.names = names
        self.hints: list[list[str]] = []
        self.variant = variant
        self.count = len(variant.instances)
        self.taken = {"self", *IN_THE_CODE, *class_names}
        self.exposed: dict[str, Argument] = {}
        self.inferred: list[Argument] = []
        self.used: set[str] = set()
        self.widths = _widths(variant.structure)

    def write(self) -> None:
        variant = self.variant
        env: dict[str, Text] = {}
        for item in variant.structure.graph.parameters if variant.structure.block else ():
            name = safe_name(item.name)
            while name in self.taken:
                name += "_"
            self.taken.add(name)
            column = tuple(instance.bindings[item.name] for instance in variant.instances)
            optional = (variant.structure.graph.id, item.name) in self.left_out
            self.exposed[name] = Argument(name, column, item, optional)
            env[item.name] = Text(parse(name), column, frozenset({name}))
        arriving = {
            node.id: self._declared(node, env)
            for node in variant.structure.inputs
            if node.name in states(variant.structure.graph)
        }
        variant.scope = self.scope(variant.structure, variant.instances, env, arriving)
        exposed = [argument for argument in self.exposed.values() if argument.name in self.used]
        variant.arguments = [
            *self.inferred,
            *(argument for argument in exposed if not argument.optional),
            *(argument for argument in exposed if argument.optional),
        ]
        if variant.structure.outputs:
            variant.out_sizes = variant.scope.sizes.get(variant.structure.outputs[0][1][0], ())

    def _declared(self, state: Node, env: Mapping[str, Text]) -> tuple[Text, ...]:
        """How wide a state is, in the words in which it is declared."""
        shape = state.params.get("shape")
        found = []
        for size in shape if isinstance(shape, tuple) else ():
            column = tuple(resolve(size, instance.bindings) for instance in self.variant.instances)
            text = self._written(size, column, env)
            found += [text] if text is not None else []
        return tuple(found)

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
        columns = {param.name: tuple(_bare(param, row[param.name]) for row in rows) for param in layer.params}
        person = {param.name: _bare(param, step.node.params.get(param.name)) for param in layer.params}
        soft = [
            name
            for name in soft_params(step, rows)
            if (known := self._written(person[name], columns[name], env)) is None or known.names
        ]
        for param in layer.params:
            follows = param.inferred is not None and person[param.name] is None
            if follows and param.name not in soft and self._size(before, columns[param.name]) is not None:
                soft.append(param.name)
        made, called = rendered(step, rows[0], soft)
        shown = set(names_of(parse(made)) if made else ()) | set(names_of(parse(called)) if called else ())
        texts: dict[str, Text] = {}
        for name in soft:
            if stand_in(name) in shown:
                inferred = layer.param(name).inferred is not None
                texts[name] = self.text(person[name], columns[name], env, before, inferred, name, step.node)
        # what is written twice in the same words may be left out by the layer: kdim beside embed_dim
        first: dict[str, str] = {}
        same = {name: first.setdefault(ast.dump(text.tree), name) for name, text in texts.items()}
        made, called = rendered(step, rows[0], soft, same)
        trees = {stand_in(name): text.tree for name, text in texts.items()}
        constructor = substitute(parse(made), trees) if made else None
        own = tuple(text for name, text in texts.items() if name in SIZES and text.names)
        scope.sizes[step.id] = (*own, *before)[:6]
        if layer.call is not None:
            reads = names_of(parse(called))
            for name, text in texts.items():
                if stand_in(name) in reads:
                    self._store(text.names)
        return LayerPlan(step, constructor, rows[0], texts, layer.pattern(rows[0]))

    def _store(self, names: Iterable[str]) -> None:
        """Keep the arguments that ``forward`` needs as attributes beside the sub-modules."""
        attributes = set(self.variant.structure.attributes.values())
        for name in sorted(names):
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
            if step.over:
                tree = self._over_time(step, tree, [row[0] for row in rows], env, sizes or before)
            if step.block is not None and step.block.function:
                own = self.exposed.keys() | {argument.name for argument in self.inferred}
                self._store(name for name in names_of(tree) if name in own)
            return UsePlan(step, [Run(tree)])
        runs: list[Run] = []
        lengths = tuple(len(row) for row in rows)
        count = self.text(
            step.node.params["repeat"], lengths, env, (), False, "repeat", step.node, note=False
        )
        if all(equal_uses(item, row[-1]) for row in rows for item in row[1:]):
            even = all(equal_uses(row[0], row[-1]) for row in rows)
            tree, sizes = self._call(step, [row[0] for row in rows], env, before)
            if even:
                self.used |= count.names
                runs.append(Run(tree, count.tree))
            else:
                rest, more = self._call(
                    step, [row[1] if len(row) > 1 else None for row in rows], env, sizes or before
                )
                self.used |= count.names
                runs += [Run(tree), Run(rest, less(count.tree))]
                sizes = more
        else:
            sizes = before
            calls = []
            for number in range(lengths[0]):
                call, sizes = self._call(step, [row[number] for row in rows], env, sizes)
                calls.append(call)
            runs = runs_of(calls)
        scope.sizes[step.id] = (*sizes, *before)[:6]
        return UsePlan(step, [single(run) for run in runs if not is_number(run.count, 0)])

    def _over_time(
        self,
        step: Step,
        cell: ast.Call,
        inner: Sequence[Instance],
        env: Mapping[str, Text],
        before: tuple[Text, ...],
    ) -> ast.Call:
        """``OverTime(RNNCell(64), "x, h -> y, h", h=(64,))``: the states that nothing is wired to start
        from zeros, and their sizes are written in words of this class."""
        assert step.block is not None
        graph = step.block.graph
        call = ast.Call(func=parse("OverTime"), args=[cell, ast.Constant(value=pattern(graph))], keywords=[])
        if step.over != OVER[0]:
            call.args.append(ast.Constant(value="backwards"))
        for node in step.block.inputs:
            if node.name not in states(graph) or node.name in step.sources:
                continue
            rows = [zeros_shape(node, instance.bindings) for instance in inner]
            if len({len(row) for row in rows}) > 1:
                raise CodeError(f"The state “{node.name}” of “{graph.name}” has not always as many axes.")
            sizes = [
                self.text(None, column, env, before, True, node.name, step.node).tree
                for column in zip(*rows, strict=True)
            ]
            shape = ast.Tuple(elts=sizes, ctx=ast.Load())
            call.keywords.append(ast.keyword(arg=node.name, value=shape))
        return call

    def _call(
        self, step: Step, inner: Sequence[Instance | None], env: Mapping[str, Text], before: tuple[Text, ...]
    ) -> tuple[ast.Call, tuple[Text, ...]]:
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
            elif text.names or not agree(
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
            found = self._size(before, column)
        if found is None and constant(column):
            found = literal(column)
        if found is None:
            known = [*self.exposed.values(), *self.inferred]
            equal = next((argument for argument in known if agree(argument.column, column)), None)
            if equal is None:
                equal = self._argument(column, hint, node)
            found = Text(parse(equal.name), column, frozenset({equal.name}))
        for argument, hints in zip(self.inferred, self.hints, strict=True):
            if isinstance(found.tree, ast.Name) and found.tree.id == argument.name:
                hints.append(hint)
        if note:
            self.used |= found.names
        return found

    def _size(self, before: Sequence[Text], column: tuple[Any, ...]) -> Text | None:
        """The nearest size on the way here that always has this value, or the only width of this class that has."""
        found = _match(before, column)
        if found is None:
            widths = [
                argument
                for argument in self.exposed.values()
                if argument.exposed
                and argument.exposed.name in self.widths
                and agree(argument.column, column)
            ]
            if len(widths) == 1:
                found = Text(parse(widths[0].name), column, frozenset({widths[0].name}))
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
            return literal(column)
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
        if self.names:
            hint = self.names[len(self.inferred)]
        name, number = safe_name(hint), 2
        while name in self.taken:
            name = f"{safe_name(node.name)}_{safe_name(hint)}" + (str(number) if number > 2 else "")
            number += 1
        self.taken.add(name)
        # where a use does not reach, any number will do: take one that is there
        filler = next(value for value in column if value is not ANY)
        argument = Argument(name, tuple(filler if value is ANY else value for value in column))
        self.inferred.append(argument)
        self.hints.append([])
        return argument


def _bare(param: Param, value: Any) -> Any:
    """``64`` for the ``(64,)`` of a LayerNorm, which is printed so."""
    return value[0] if param.bare and isinstance(value, tuple) and len(value) == 1 else value


def _widths(structure: Structure) -> set[str]:
    """The parameters of a block that say how wide a layer in it is."""
    found: set[str] = set()
    for step in structure.steps:
        sizes: Iterable[str] = SIZES if step.block is None else _widths(step.block)
        values = [step.node.params.get(name) for name in sizes]
        found |= {value.text for value in values if isinstance(value, Expr) and value.text.isidentifier()}
    return found


def _match(before: Sequence[Text], column: tuple[Any, ...]) -> Text | None:
    """The nearest size on the way here that always has this value."""
    return next((text for text in before if text.names and agree(text.column, column)), None)
