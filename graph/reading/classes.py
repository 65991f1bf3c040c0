"""Classes: what a constructor makes, and chains written as ``nn.Sequential``."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from graph.overtime import OVER
from graph.reading.constants import NOTHING, constant, dotted
from graph.reading.definitions import Definition, LayerDef, ListDef, UseDef, kept, numbered
from graph.reading.drawing import Drawing, Ref
from graph.reading.forward import Forward
from graph.reading.layers import is_layer, read_constructor
from graph.reading.sketch import SELF, CannotRead, Sketch, Written
from graph.reading.source import undrawable
from graph.values import Expr, expressions

if TYPE_CHECKING:
    from graph.reading.reader import Reader

MAX_ROW = 1_000
OVER_TIME = "OverTime"
REPEATED = "Repeated"
"""The support class for a row of blocks with several inputs."""


class ClassReader:
    """Reads one class."""

    def __init__(self, reader: Reader, tree: ast.ClassDef) -> None:
        self.reader = reader
        self.tree = tree
        self.arguments: dict[str, Any] = {}
        self.required: set[str] = set()
        self.local: dict[str, Any] = {}
        self.stored: dict[str, Any] = {}
        self.defined: dict[str, Definition] = {}
        self.network = tree.name == list(reader.module.classes)[-1]

    def read(self) -> Sketch:
        bases = [dotted(base) for base in self.tree.bases]
        if bases not in (["nn.Module"], ["nn.Sequential"]) or self.tree.keywords:
            raise CannotRead(f"the class “{self.tree.name}” must be an nn.Module.", self.tree)
        if self.tree.decorator_list:
            raise CannotRead("decorators cannot be drawn.", self.tree.decorator_list[0])
        methods = self._methods()
        init, forward = methods.get("__init__"), methods.get("forward")
        if init is not None:
            self._arguments(init)
        if bases == ["nn.Sequential"]:
            if init is None or forward is not None:
                raise CannotRead(
                    "an nn.Sequential gets its layers in __init__ and has no forward.", self.tree
                )
            return self._sequential(init)
        if forward is None:
            raise CannotRead(f"the class “{self.tree.name}” has no forward.", self.tree)
        if init is not None:
            self._init(init)
        drawing = Drawing(self.tree.name, self.tree.name, self.tree.lineno, list(self.defined))
        self._expose(drawing)
        if self.network and self._is_chain(forward):
            self.reader.draft.flat = True
            chain = self.defined["layers"]
            assert isinstance(chain, ListDef)
            here = drawing.input("x", forward.lineno)
            here = self.chain(drawing, chain.items, here)
            drawing.output(here, "", forward.lineno)
            return drawing.finish(self.reader.draft.sketches)
        laid = self._laid_flat(forward) if self.network and self.reader.flat else set()
        for name, found in list(self.defined.items()):
            if isinstance(found, ListDef) and found.sequential and name not in laid:
                self.defined[name] = self.in_place(found.items, name, found.tree)
        Forward(self, forward, drawing).read()
        return drawing.finish(self.reader.draft.sketches)

    def _methods(self) -> dict[str, ast.FunctionDef]:
        found: dict[str, ast.FunctionDef] = {}
        for statement in self.tree.body:
            if isinstance(statement, ast.FunctionDef):
                if statement.name not in ("__init__", "forward") or statement.decorator_list:
                    raise CannotRead(
                        f"the method “{statement.name}” cannot be drawn: a class has __init__ and forward.",
                        statement,
                    )
                found[statement.name] = statement
            elif self._constant(statement):
                continue
            elif not (isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)) \
                    and not isinstance(statement, ast.Pass):  # fmt: skip
                raise undrawable(statement)
        return found

    def _constant(self, statement: ast.stmt) -> bool:
        """``expansion = 4`` in a class: a number under a name of its own."""
        if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
            return False
        value, target = constant(statement.value, lambda name: NOTHING), statement.targets[0]
        if value is NOTHING or not isinstance(target, ast.Name):
            return False
        self.stored[target.id] = value
        return True

    def _arguments(self, init: ast.FunctionDef) -> None:
        given = init.args
        if given.vararg or given.kwarg or given.posonlyargs or not given.args:
            raise CannotRead("__init__ takes self and named arguments.", init)
        defaults: list[ast.expr | None] = [None] * (len(given.args) - len(given.defaults))
        pairs = list(zip(given.args, [*defaults, *given.defaults], strict=True))[1:]
        pairs += list(zip(given.kwonlyargs, given.kw_defaults, strict=True))
        for argument, default in pairs:
            value: Any = None
            if default is not None:
                value = constant(default, lambda name: NOTHING)
                if value is NOTHING:
                    raise CannotRead(f"the default of “{argument.arg}” must be a number or a text.", default)
            elif self.network:
                raise CannotRead(f"“{argument.arg}” of the network needs a default.", argument)
            else:
                self.required.add(argument.arg)
            self.arguments[argument.arg] = value

    def _expose(self, drawing: Drawing) -> None:
        if not self.network:
            drawing.arguments(self.arguments, self.required)

    def lookup(self, name: str) -> Any:
        """The value of a name in ``__init__``."""
        if name in self.local:
            return self.local[name]
        if name in self.arguments:
            return self.arguments[name] if self.network else Expr(name)
        if name.startswith(SELF + "."):
            return self.stored.get(name[len(SELF) + 1 :], NOTHING)
        return NOTHING

    # -- __init__ -----------------------------------------------------------------------------------

    def _init(self, init: ast.FunctionDef) -> None:
        for statement in init.body:
            if isinstance(statement, ast.Pass) or _is_super(statement):
                continue
            if isinstance(statement, ast.Expr):
                self._expression(statement.value)
                continue
            if isinstance(statement, ast.AnnAssign) and statement.value is not None:
                self._assign(statement.target, statement.value)
            elif not isinstance(statement, ast.Assign):
                raise undrawable(statement)
            elif len(statement.targets) != 1:
                raise CannotRead("only one name can be given a value at a time.", statement)
            else:
                self._assign(statement.targets[0], statement.value)

    def _expression(self, tree: ast.expr) -> None:
        if isinstance(tree, ast.Constant):
            return
        if isinstance(tree, ast.Call) and dotted(tree.func) == "self.register_buffer" and len(tree.args) == 2:
            name = tree.args[0]
            if isinstance(name, ast.Constant) and isinstance(name.value, str):
                made = ast.parse("nn.Buffer(0)", mode="eval").body
                assert isinstance(made, ast.Call)
                made.args = [tree.args[1]]
                self._define(name.value, ast.copy_location(made, tree), tree)
                return
        raise CannotRead("this call in __init__ cannot be drawn; use a code block for it.", tree)

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            found = constant(value, self.lookup)
            if found is NOTHING:
                raise CannotRead("in __init__ only numbers can be kept under a name of their own.", value)
            self.local[target.id] = found
            return
        name = dotted(target)
        if not name.startswith(SELF + ".") or name.count(".") != 1:
            raise CannotRead("__init__ can only set attributes of self.", target)
        attribute = name[len(SELF) + 1 :]
        found = constant(value, self.lookup)
        if found is not NOTHING:
            self.stored[attribute] = found
            return
        self._define(attribute, value, target)

    def _define(self, name: str, value: ast.expr, where: ast.AST) -> None:
        if name in self.defined:
            raise CannotRead(f"“self.{name}” is set a second time.", where)
        found = self.definitions(value, {})
        if len(found) != 1:
            raise CannotRead(f"“self.{name}” must be one module; put several into an nn.Sequential.", where)
        self.defined[name] = found[0]

    def definitions(self, tree: ast.expr, variables: dict[str, Any]) -> list[Definition]:
        """What an expression of ``__init__`` makes: one module, or a row of them where it is starred."""
        if isinstance(tree, ast.Starred):
            inside = tree.value
            if isinstance(inside, (ast.ListComp, ast.GeneratorExp)):
                return list(self._comprehension(inside))
            if isinstance(inside, (ast.List, ast.Tuple)):
                return [found for item in inside.elts for found in self.definitions(item, variables)]
            raise CannotRead("only a list can be starred here.", tree)
        if not isinstance(tree, ast.Call):
            raise (
                undrawable(tree)
                if type(tree) in (ast.IfExp, ast.Lambda, ast.BoolOp)
                else CannotRead("a module of torch.nn or a class of this text must stand here.", tree)
            )
        name = dotted(tree.func)
        if name == "nn.Sequential":
            items = [found for item in tree.args for found in self.definitions(item, variables)]
            if tree.keywords or any(isinstance(item, ListDef) and not item.sequential for item in items):
                raise CannotRead("the layers of an nn.Sequential stand in it one behind the other.", tree)
            return [self._chain_of(items, tree)]
        if name == REPEATED:
            items = [found for item in tree.args for found in self.definitions(item, variables)]
            merged = self.merged(items, tree)
            if len(merged) != 1 or not isinstance(merged[0], UseDef):
                raise CannotRead(f"{REPEATED} takes uses of one class.", tree)
            return [UseDef(merged[0].block, merged[0].written, tree, row=True)]
        if name == OVER_TIME:
            return [self._over_time(tree, variables)]
        if name == "nn.ModuleList":
            return [ListDef(self._listed(tree), tree)]
        if name in self.reader.module.classes:
            return [UseDef(*self._use(tree, name, variables), tree)]
        if not is_layer(name):
            raise CannotRead(f"“{ast.unparse(tree.func)[:60]}” is neither a layer of torch.nn nor a class of this "
                             "text.", tree)  # fmt: skip
        if variables:
            return [LayerDef(read_constructor(tree, self._with(variables)), tree)]
        return [LayerDef(read_constructor(tree, self.lookup), tree)]

    def _over_time(self, tree: ast.Call, variables: dict[str, Any]) -> UseDef:
        """``OverTime(Cell(8), "x, h -> y, h", h=(8,))``: which result becomes which argument at the next step."""
        given = [constant(part, self._with(variables)) for part in tree.args[1:]]
        cell = self.definitions(tree.args[0], variables)[0] if tree.args else None
        if not isinstance(cell, UseDef) or cell.row or cell.block.code:
            raise CannotRead(f"{OVER_TIME} takes a use of a class of this text.", tree)
        if len(given) not in (1, 2) or not all(isinstance(part, str) for part in given):
            raise CannotRead(f"{OVER_TIME} needs a text such as “x, h -> y, h”.", tree)
        sides = [side.split(", ") for side in given[0].split(" -> ")]
        graph = cell.block.graph
        if len(sides) != 2 or sides[0] != [node.name for node in graph.inputs] \
                or len(sides[1]) != len(graph.outputs):  # fmt: skip
            names = ", ".join(node.name for node in graph.inputs)
            raise CannotRead(f"the text must be “{names} -> …” with {len(graph.outputs)} results.", tree)
        for name, output in zip(sides[1], graph.outputs, strict=True):
            if name in sides[0]:
                output.params["carries"] = name
            else:
                self.reader.name_output(cell.block, output, name)
        for word in tree.keywords:
            shape = constant(word.value, self._with(variables))
            state = next((node for node in graph.inputs if node.name == word.arg), None)
            if state is None or not isinstance(shape, tuple):
                raise CannotRead(f"“{word.arg}” is no state with a shape such as (8,).", word.value)
            words = {
                repr(value): Expr(key)
                for key, value in cell.written[0].arguments.items()
                if key not in cell.block.derivable and not isinstance(value, bool)
            }
            state.params["shape"] = tuple(words.get(repr(size), size) for size in shape)
        over = OVER[1] if given[1:] == ["backwards"] else OVER[0]
        return UseDef(cell.block, cell.written, tree, over=over)

    def _with(self, variables: dict[str, Any]) -> Any:
        return lambda name: variables[name] if name in variables else self.lookup(name)

    def _listed(self, tree: ast.Call) -> list[LayerDef | UseDef]:
        if tree.keywords or len(tree.args) > 1:
            raise CannotRead("an nn.ModuleList takes one list.", tree)
        found: list[Definition] = []
        for inside in tree.args:
            if isinstance(inside, (ast.ListComp, ast.GeneratorExp)):
                found += self._comprehension(inside)
            elif isinstance(inside, (ast.List, ast.Tuple)):
                found += [one for item in inside.elts for one in self.definitions(item, {})]
            else:
                raise CannotRead("an nn.ModuleList takes one list.", tree)
        items: list[LayerDef | UseDef] = []
        for one in found:
            if isinstance(one, ListDef):
                one = self.in_place(one.items, "part", tree)
            items.append(one)
        return items

    def _use(self, tree: ast.Call, name: str, variables: dict[str, Any]) -> tuple[Sketch, list[Written]]:
        block = self.reader.sketch(name, tree)
        names = [item.name for item in block.graph.parameters]
        given: dict[str, Any] = {}
        for at, argument in enumerate(tree.args):
            if isinstance(argument, ast.Starred) or at >= len(names):
                raise CannotRead(f"“{name}” takes {len(names)} arguments.", argument)
            given[names[at]] = self._argument(argument, variables, name)
        for word in tree.keywords:
            if word.arg is None or word.arg not in names or word.arg in given:
                raise CannotRead(f"“{name}” has no argument “{word.arg}”, or it is given twice.", word.value)
            given[word.arg] = self._argument(word.value, variables, name)
        for missing in block.required - given.keys():
            raise CannotRead(f"“{name}” needs “{missing}”.", tree)
        return block, [Written(given)]

    def _argument(self, tree: ast.expr, variables: dict[str, Any], name: str) -> Any:
        value = constant(tree, self._with(variables))
        if value is NOTHING:
            raise CannotRead(f"an argument of “{name}” must be a number or an argument of this class.", tree)
        return value

    def _comprehension(self, tree: ast.ListComp | ast.GeneratorExp) -> list[LayerDef | UseDef]:
        """``[Block(64) for _ in range(3)]``"""
        part = tree.generators[0]
        iterated = part.iter
        if len(tree.generators) != 1 or part.ifs or not isinstance(part.target, ast.Name) \
                or not isinstance(iterated, ast.Call) or dotted(iterated.func) != "range" \
                or len(iterated.args) != 1:  # fmt: skip
            raise CannotRead("a row of modules is written [Module(…) for i in range(n)].", tree)
        count = constant(iterated.args[0], self.lookup)
        if not isinstance(count, (int, Expr)) or isinstance(count, bool):
            raise CannotRead("the number of repetitions must be a whole number.", iterated)
        if isinstance(count, int) and not 0 <= count <= MAX_ROW:
            raise CannotRead(f"a row holds at most {MAX_ROW:,} modules.", iterated)
        variable = part.target.id
        made = self.definitions(tree.elt, {variable: Expr(variable)})
        one = made[0]
        if isinstance(one, UseDef) and not one.row:
            return self._row(one, count, variable)
        if not isinstance(count, int):
            raise CannotRead("only a class of this text can be repeated a number of times that varies.", tree)
        found: list[LayerDef | UseDef] = []
        for number in range(count):
            again = self.definitions(tree.elt, {variable: number})[0]
            if isinstance(again, ListDef):
                again = self.in_place(again.items, "part", tree)
            found.append(again)
        return found

    def _row(self, use: UseDef, count: Any, variable: str) -> list[LayerDef | UseDef]:
        written = use.written[0]
        varying = {name for name, value in written.arguments.items() if variable in expressions(value)}
        if varying <= use.block.derivable:
            one = Written(written.arguments, count, variable if varying else "")
            return [UseDef(use.block, [one], use.tree)] if count != 0 else []
        if not isinstance(count, int):
            raise CannotRead(
                f"“{variable}” can only be counted with a fixed number of repetitions.", use.tree
            )
        return [
            UseDef(use.block, [Written(numbered(written.arguments, variable, number))], use.tree)
            for number in range(count)
        ]

    def _chain_of(self, items: Sequence[Definition], tree: ast.Call) -> Definition:
        merged = self.merged(items, tree)
        one = merged[0] if len(merged) == 1 else None
        if isinstance(one, UseDef) and one.count != 1:
            return UseDef(one.block, one.written, tree, row=True)
        return ListDef(merged, tree, sequential=True)

    def merged(self, items: Sequence[Definition], tree: ast.Call) -> list[LayerDef | UseDef]:
        """Neighbours that are uses of one class and differ in nothing but derived sizes become a row."""
        found: list[LayerDef | UseDef] = []
        for item in items:
            if isinstance(item, ListDef):
                item = self.in_place(item.items, "part", tree)
            elif isinstance(item, UseDef) and item.row:  # a sequence within the sequence stays one
                item = self.in_place([UseDef(item.block, item.written, item.tree)], "part", tree)
            before = found[-1] if found else None
            if (
                isinstance(item, UseDef) and isinstance(before, UseDef) and item.block is before.block
                and not item.block.in_place and kept(item) == kept(before)
            ):  # fmt: skip
                found[-1] = UseDef(item.block, [*before.written, *item.written], before.tree)
            else:
                found.append(item)
        return found

    # -- chains -------------------------------------------------------------------------------------

    def _is_chain(self, forward: ast.FunctionDef) -> bool:
        """Whether the network is one ``nn.Sequential`` of layers called ``layers``."""
        found = self.defined.get("layers")
        if len(self.defined) != 1 or not isinstance(found, ListDef) or not found.sequential:
            return False
        if len(found.items) < (1 if self.reader.flat else 2):
            return False
        blocks = any(isinstance(item, UseDef) for item in found.items)
        if (blocks and not self.reader.flat) or len(forward.args.args) != 2:
            return False
        body = [part for part in forward.body if not _is_text(part)]
        wanted = f"return self.layers({forward.args.args[1].arg})"
        return len(body) == 1 and ast.unparse(body[0]) == wanted

    def _laid_flat(self, forward: ast.FunctionDef) -> set[str]:
        """Chains of a network that was one chain, each called once: their layers are drawn, where they stood."""
        uses = [dotted(part) for part in ast.walk(forward) if isinstance(part, ast.Attribute)]
        calls = {
            dotted(part.func)
            for part in ast.walk(forward)
            if isinstance(part, ast.Call) and len(part.args) == 1 and not part.keywords
        }
        loops = any(isinstance(part, ast.For) for part in ast.walk(forward))
        return {
            name
            for name, found in self.defined.items()
            if isinstance(found, ListDef) and found.sequential and found.items and not loops
            and f"{SELF}.{name}" in calls and uses.count(f"{SELF}.{name}") == 1
        }  # fmt: skip

    def _sequential(self, init: ast.FunctionDef) -> Sketch:
        body = [part for part in init.body if not _is_text(part)]
        for statement in body[:-1]:
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                raise undrawable(statement)
            self._assign(statement.targets[0], statement.value)
        last = body[-1]
        if not _is_super(last) or not isinstance(last, ast.Expr) or not isinstance(last.value, ast.Call):
            raise CannotRead("an nn.Sequential gets its layers in super().__init__(…).", last)
        tree = last.value
        items = [found for item in tree.args for found in self.definitions(item, {})]
        drawing = Drawing(self.tree.name, self.tree.name, self.tree.lineno)
        self._expose(drawing)
        here = drawing.input("x", init.lineno)
        here = self.chain(drawing, self.merged(items, tree), here)
        drawing.output(here, "", init.lineno)
        return drawing.finish(self.reader.draft.sketches)

    def chain(self, drawing: Drawing, items: Sequence[LayerDef | UseDef], here: Ref) -> Ref:
        """Layers one behind the other."""
        for item in items:
            line = getattr(item.tree, "lineno", 1)
            if isinstance(item, UseDef):
                if len(item.block.graph.inputs) != 1 or len(item.block.graph.outputs) != 1:
                    raise CannotRead(f"“{item.block.name}” does not fit into a chain: it has several inputs or "
                                     "outputs.", item.tree)  # fmt: skip
                node = drawing.use(
                    item.block,
                    item.written,
                    {item.block.graph.inputs[0].name: here},
                    "",
                    line,
                    item.count,
                    item.over,
                )
                here = (node.id, item.block.graph.outputs[0].name)
                continue
            layer, params = item.choices[0]
            if len([port for port in layer.inputs if not port.optional]) != 1:
                raise CannotRead(f"{layer.name} does not fit into a chain: it has several inputs.", item.tree)
            node = drawing.layer(layer, params, {layer.inputs[0].name: [here]}, "", line)
            here = (node.id, layer.out_ports(params)[0].name)
        return here

    def in_place(self, items: Sequence[LayerDef | UseDef], name: str, tree: ast.AST) -> UseDef:
        """A chain written where it is used: a block of its own, which takes what it needs of this class."""
        if not items:
            raise CannotRead("an empty nn.Sequential cannot be drawn.", tree)
        title = self.reader.fresh_class("".join(part.capitalize() for part in name.split("_")) or "Part")
        drawing = Drawing(f"{self.tree.name}.{name}", title, getattr(tree, "lineno", 1))
        number = 2
        while drawing.graph.id in self.reader.draft.sketches:
            drawing.graph.id, number = f"{self.tree.name}.{name}.{number}", number + 1
        drawing.sketch.in_place = True
        names = {
            found
            for item in items
            for values in (
                [params for _, params in item.choices]
                if isinstance(item, LayerDef)
                else [{**one.arguments, "repeat": one.count} for one in item.written]
            )
            for value in values.values()
            for found in expressions(value)
            if found in self.arguments
        }
        inner = {argument: value for argument, value in self.arguments.items() if argument in names}
        drawing.arguments({key: 1 if value is None else value for key, value in inner.items()}, set(inner))
        here = self.chain(drawing, items, drawing.input("x", drawing.sketch.line))
        drawing.output(here, "", drawing.sketch.line)
        self.reader.add(drawing.finish(self.reader.draft.sketches))
        written = Written({key: Expr(key) for key in inner})
        return UseDef(drawing.sketch, [written], tree)


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _is_super(statement: ast.stmt) -> bool:
    if not isinstance(statement, ast.Expr) or not isinstance(statement.value, ast.Call):
        return False
    called = statement.value.func
    return (
        isinstance(called, ast.Attribute)
        and called.attr == "__init__"
        and isinstance(called.value, ast.Call)
        and dotted(called.value.func) == "super"
    )
