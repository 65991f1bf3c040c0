"""``forward`` as nodes and wires. Straight-line code: every statement is run once, in its order."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType
from graph.model import INPUT, Node
from graph.reading import templates
from graph.reading.constants import NOTHING, constant, dotted
from graph.reading.drawing import Drawing, Ref
from graph.reading.layers import Params, decoded
from graph.reading.sketch import SELF, CannotRead, Sketch, Written
from graph.reading.source import undrawable
from graph.reading.vocabulary import Reading, Unreadable, Varying, read_call
from graph.values import Expr

if TYPE_CHECKING:
    from graph.reading.classes import ClassReader, LayerDef, UseDef

GENERIC = frozenset({"x", "y", "out", "_", "h", "z", "output", "input", "result"})
"""Variables whose names say nothing about the node."""

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
    ast.FloorDiv: "//", ast.Mod: "%", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Invert: "~",
    ast.USub: "neg", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_NOT_TENSORS = {"shape", "dtype", "device", "ndim"}
_SIZE_CALLS = {"size", "dim", "numel"}


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of ``forward``: where it comes from."""

    ref: Ref


@dataclass(frozen=True, slots=True)
class Bundle:
    """Several results together; ``None`` for one that cannot be used."""

    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Size:
    """The length of an axis, ``x.size(0)``: known to torch only."""

    axis: int | None


class Forward:
    """Reads one ``forward``."""

    def __init__(self, owner: ClassReader, tree: ast.FunctionDef, drawing: Drawing) -> None:
        self.owner = owner
        self.tree = tree
        self.drawing = drawing
        self.values: dict[str, Any] = {}
        self.loops: dict[str, tuple[str, LayerDef | UseDef]] = {}
        """Variables of ``for layer in self.layers``: the attribute's name and the module."""
        self.first: dict[int, Node] = {}
        """The node that holds the weights of a definition."""
        self.line = tree.lineno
        self.done = False

    def read(self) -> None:
        given = self.tree.args
        if given.vararg or given.kwarg or given.posonlyargs or given.kwonlyargs or not given.args:
            raise CannotRead("forward takes self and tensors.", self.tree)
        if given.defaults:
            raise CannotRead(
                "a default in forward cannot be drawn: every input has a wire.", given.defaults[0]
            )
        for argument in given.args[1:]:
            ref = self.drawing.input(argument.arg, argument.lineno)
            self.values[argument.arg] = Tensor(ref)
        for statement in self.tree.body:
            self._statement(statement)
        if not self.done:
            raise CannotRead("forward returns nothing.", self.tree)
        for name, found in self.owner.defined.items():
            items = getattr(found, "items", [found])
            if not all(id(item) in self.first for item in items):
                raise CannotRead(
                    f"“self.{name}” is not used in forward: call it, or remove this line.", found.tree
                )

    # -- statements ---------------------------------------------------------------------------------

    def _statement(self, tree: ast.stmt) -> None:
        self.line = tree.lineno
        if isinstance(tree, ast.Pass) or (
            isinstance(tree, ast.Expr) and isinstance(tree.value, ast.Constant)
        ):
            return
        if self.done:
            raise CannotRead("nothing can stand behind the return of forward.", tree)
        if isinstance(tree, ast.Return):
            self._return(tree)
        elif isinstance(tree, ast.Assign):
            value = self.value(tree.value, _only_name(tree.targets))
            for target in tree.targets:
                self._bind(target, value)
        elif isinstance(tree, ast.AnnAssign) and tree.value is not None:
            self._bind(tree.target, self.value(tree.value, _only_name([tree.target])))
        elif isinstance(tree, ast.AugAssign) and isinstance(tree.target, ast.Name):
            left = ast.copy_location(ast.Name(id=tree.target.id, ctx=ast.Load()), tree.target)
            whole = ast.copy_location(ast.BinOp(left=left, op=tree.op, right=tree.value), tree)
            self._bind(tree.target, self.value(whole, tree.target.id))
        elif isinstance(tree, ast.For):
            self._loop(tree)
        else:
            raise undrawable(tree)

    def _bind(self, target: ast.expr, value: Any) -> None:
        if isinstance(target, ast.Name):
            self.values[target.id] = value
            return
        if isinstance(target, (ast.Tuple, ast.List)):
            if isinstance(value, Size) and value.axis is None:  # B, T, C = x.shape
                value = Bundle(tuple(Size(axis) for axis in range(len(target.elts))))
            value = self._as_many(value, len(target.elts))
            if not isinstance(value, Bundle) or len(value.items) != len(target.elts):
                raise CannotRead(f"this gives not {len(target.elts)} values.", target)
            for at, (item, part) in enumerate(zip(target.elts, value.items, strict=True)):
                if at:
                    self._hint(item, part)
                self._bind(item, part)
            return
        raise CannotRead("forward can only give values to variables.", target)

    def _as_many(self, value: Any, count: int) -> Any:
        """Results of a layer that gives as many as are asked for (``unbind``): a parameter says how many."""
        found = value.items[0] if isinstance(value, Bundle) and value.items else value
        if not isinstance(found, Tensor) or (isinstance(value, Bundle) and len(value.items) == count):
            return value
        node = self.drawing.graph.nodes[found.ref[0]]
        if node.block is not None or node.type == INPUT:
            return value
        layer = CATALOGUE[node.type]
        for param in layer.params:
            tried = {**node.params, param.name: count}
            if param.kind == "int" and param.name not in node.params and len(layer.out_ports(tried)) == count:
                node.params[param.name] = count
                return self._results(layer, node)
        return value

    def _hint(self, target: ast.expr, value: Any) -> None:
        """A variable for a later result of a class tells what that output is called."""
        if not isinstance(target, ast.Name) or not isinstance(value, Tensor) or target.id in GENERIC:
            return
        node = self.drawing.graph.nodes[value.ref[0]]
        if node.block is not None:
            block = self.owner.reader.draft.sketches[node.block]
            outputs = {output.name: output for output in block.graph.outputs}
            if value.ref[1] in outputs:
                self.owner.reader.name_output(block, outputs[value.ref[1]], target.id)

    def _return(self, tree: ast.Return) -> None:
        if tree.value is None:
            raise CannotRead("forward must return a tensor.", tree)
        parts = tree.value.elts if isinstance(tree.value, (ast.Tuple, ast.List)) else [tree.value]
        for part in parts:
            value = self.value(part)
            name = part.id if isinstance(part, ast.Name) and len(parts) > 1 else ""
            for item in value.items if isinstance(value, Bundle) else (value,):
                if not isinstance(item, Tensor):
                    raise CannotRead("forward can only return tensors.", part)
                name = name if name not in GENERIC and self.drawing.free(name) else ""
                self.drawing.output(item.ref, name, tree.lineno)
        self.done = True

    def _loop(self, tree: ast.For) -> None:
        """``for layer in self.layers: x = layer(x)``"""
        from graph.reading.classes import ListDef, UseDef

        name = dotted(tree.iter)
        found = self.owner.defined.get(name[len(SELF) + 1 :]) if name.startswith(SELF + ".") else None
        if not isinstance(found, (ListDef, UseDef)) or not isinstance(tree.target, ast.Name) or tree.orelse:
            raise CannotRead(
                "a loop can only go over the modules of an nn.ModuleList: for layer in self.layers.", tree
            )
        attribute = name[len(SELF) + 1 :]
        items = found.items if isinstance(found, ListDef) else [found]
        variable = tree.target.id
        if len(items) == 1 and isinstance(items[0], UseDef) and self._is_row(tree, variable):
            self.loops[variable] = (attribute, items[0])
            self._statement(tree.body[0])
        else:
            for item in self._single(items, tree):
                self.loops[variable] = (attribute, item)
                for statement in tree.body:
                    self._statement(statement)
        self.loops.pop(variable, None)

    def _is_row(self, tree: ast.For, variable: str) -> bool:
        return (
            len(tree.body) == 1
            and isinstance(tree.body[0], ast.Assign)
            and len(tree.body[0].targets) == 1
            and isinstance(tree.body[0].targets[0], ast.Name)
            and ast.unparse(tree.body[0].value) == f"{variable}({tree.body[0].targets[0].id})"
        )

    def _single(self, items: Sequence[LayerDef | UseDef], tree: ast.AST) -> list[LayerDef | UseDef]:
        """Every module of a list by itself."""
        from graph.reading.classes import UseDef

        found: list[LayerDef | UseDef] = []
        for item in items:
            if isinstance(item, UseDef):
                found += item.apart(tree)
                self.first.setdefault(id(item), Node("", "", ""))
            else:
                found.append(item)
        return found

    # -- expressions --------------------------------------------------------------------------------

    def lookup(self, name: str) -> Any:
        if name in self.values:
            value = self.values[name]
            return NOTHING if isinstance(value, (Tensor, Bundle, Size)) else value
        if name.startswith(SELF + "."):
            return self.owner.lookup(name)
        return NOTHING

    def is_tensor(self, tree: ast.AST) -> bool:
        """Whether an expression holds a tensor (and is not merely about the size of one)."""
        if isinstance(tree, ast.Name):
            return isinstance(self.values.get(tree.id), (Tensor, Bundle)) or tree.id in self.loops
        if isinstance(tree, ast.Attribute):
            if tree.attr in _NOT_TENSORS:
                return False
            name = dotted(tree)
            if name.startswith(SELF + ".") and name[len(SELF) + 1 :] in self.owner.defined:
                return True
        if (
            isinstance(tree, ast.Call)
            and isinstance(tree.func, ast.Attribute)
            and tree.func.attr in _SIZE_CALLS
        ):
            return False
        return any(self.is_tensor(part) for part in ast.iter_child_nodes(tree))

    def tensor(self, tree: ast.expr) -> Ref:
        value = self.value(tree)
        if not isinstance(value, Tensor):
            raise CannotRead("a tensor must stand here.", tree)
        return value.ref

    def value(self, tree: ast.expr, name: str = "") -> Any:
        """What an expression gives. ``name`` is the variable it is kept in."""
        if isinstance(tree, ast.Name):
            if tree.id in self.values:
                return self.values[tree.id]
            if constant(tree, self.lookup) is NOTHING:
                raise CannotRead(f"“{tree.id}” has no value here.", tree)
        if not self.is_tensor(tree):
            size = self._size(tree)
            if size is not None:
                return size
            found = constant(tree, self.lookup)
            if found is not NOTHING:
                return found
        if isinstance(tree, (ast.Tuple, ast.List)):
            found = self._layer(tree, name) if self._modules_in(tree) else None
            return found if found is not None else Bundle(tuple(self.value(item) for item in tree.elts))
        if isinstance(tree, ast.Call) and self.module_of(tree.func) is not None:
            called = self._module_call(tree, name)
            if called is not None:
                return called
        if isinstance(tree, ast.Attribute):
            state = self._own_tensor(tree)
            if state is not None:
                return state
        if (
            isinstance(tree, ast.Call)
            and isinstance(tree.func, ast.Name)
            and tree.func.id in self.owner.reader.codes
        ):
            return self._own_function(tree, name)
        found = self._layer(tree, name)
        if found is not None:
            return found
        if isinstance(tree, ast.Subscript):
            part = self._part(tree)
            if part is not None:
                return part
        return self._otherwise(tree, name)

    def _own_tensor(self, tree: ast.Attribute) -> Tensor | None:
        """``self.embedding.weight``, of a layer that can also give its table."""
        found = self.module_of(tree.value)
        node = self.first.get(id(found[1])) if found is not None else None
        if node is None or node.type not in CATALOGUE:
            return None
        layer = CATALOGUE[node.type]
        for param in layer.params:
            tried = {**node.params, param.name: True}
            if param.kind == "bool" and any(port.name == tree.attr for port in layer.out_ports(tried)):
                node.params[param.name] = True
                return Tensor((node.id, tree.attr))
        return None

    def _part(self, tree: ast.Subscript) -> Any:
        """One of several results: ``self.lstm(x)[0]``."""
        if not isinstance(tree.value, (ast.Call, ast.Name, ast.Subscript)):
            return None
        if isinstance(tree.value, ast.Name) and not isinstance(self.values.get(tree.value.id), Bundle):
            return None
        index = constant(tree.slice, self.lookup)
        if type(index) is not int or not self._gives_several(tree.value):
            return None
        value = self.value(tree.value)
        if not isinstance(value, Bundle) or not -len(value.items) <= index < len(value.items):
            raise CannotRead("there is no such result.", tree)
        return value.items[index]

    def _gives_several(self, tree: ast.expr) -> bool:
        if isinstance(tree, ast.Name):
            return isinstance(self.values.get(tree.id), Bundle)
        if isinstance(tree, ast.Subscript):
            return self._gives_several(tree.value)
        if isinstance(tree, ast.Call):
            found = self.module_of(tree.func)
            if found is None:
                return dotted(tree.func) in ("torch.split", "torch.chunk", "torch.topk", "torch.unbind") or (
                    isinstance(tree.func, ast.Attribute)
                    and tree.func.attr in ("split", "chunk", "topk", "unbind")
                )
            block = getattr(found[1], "block", None)
            if block is not None:
                return len(block.graph.outputs) > 1
            return any(_pattern(layer, params) for layer, params in getattr(found[1], "choices", []))
        return False

    def _size(self, tree: ast.expr) -> Size | Bundle | None:
        """``x.size(0)``; ``x.shape`` for all of them."""
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute) and tree.func.attr == "size":
            axis = constant(tree.args[0], self.lookup) if len(tree.args) == 1 else None
            return Size(axis if type(axis) is int else None)
        if isinstance(tree, ast.Attribute) and tree.attr == "shape":
            return Size(None)
        return None

    # -- modules ------------------------------------------------------------------------------------

    def module_of(self, tree: ast.expr) -> tuple[str, Any] | None:
        """The definition behind ``self.conv``, ``layer`` (in a loop) or ``self.layers[2]``, and its name."""
        from graph.reading.classes import ListDef

        if isinstance(tree, ast.Name) and tree.id in self.loops:
            return self.loops[tree.id]
        if isinstance(tree, ast.Subscript):
            found = self.module_of(tree.value)
            index = constant(tree.slice, self.lookup)
            if found is None or not isinstance(found[1], ListDef) or type(index) is not int:
                return None
            items = self._single(found[1].items, tree)
            if not -len(items) <= index < len(items):
                raise CannotRead("the list is shorter.", tree)
            return found[0], items[index]
        name = dotted(tree)
        if name.startswith(SELF + ".") and name[len(SELF) + 1 :] in self.owner.defined:
            return name[len(SELF) + 1 :], self.owner.defined[name[len(SELF) + 1 :]]
        return None

    def _module_call(self, tree: ast.Call, name: str) -> Any:
        from graph.reading.classes import LayerDef, ListDef, UseDef

        found = self.module_of(tree.func)
        assert found is not None
        attribute, definition = found
        if isinstance(definition, ListDef):
            raise CannotRead(f"“self.{attribute}” is a list; call its modules one by one.", tree)
        if isinstance(definition, UseDef):
            return self._use(attribute, definition, tree, name)
        assert isinstance(definition, LayerDef)
        for layer, params in definition.choices:
            for form in templates.calls(layer):
                if templates.head(form.tree) != "()":
                    continue
                plain = ast.copy_location(
                    ast.Call(func=ast.parse(f"self.{attribute}", mode="eval").body, args=tree.args,
                             keywords=tree.keywords), tree)  # fmt: skip
                match = templates.match(form, plain, self.is_tensor)
                if match is not None:
                    return self._matched(match, attribute, definition, params, tree, name)
        if any(templates.head(form.tree) == "()" for layer, _ in definition.choices
               for form in templates.calls(layer)):  # fmt: skip
            return self._by_forward(tree, attribute, definition, name)
        return None

    def _by_forward(self, tree: ast.Call, attribute: str, definition: LayerDef, variable: str) -> Any:
        """A call as people write it, in the words of the vocabulary."""
        from graph.reading.vocabulary import read_forward

        layer, params = definition.choices[0]
        try:
            reading = read_forward(Reading(layer.name, dict(params)), *self._arguments(tree))
        except Unreadable as error:
            raise CannotRead(str(error), tree) from None
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            raise CannotRead("this call has arguments that no node can take.", tree) from None
        known = {port: [self._handle(item) for item in items] for port, items in reading.inputs.items()}
        own = {key: value for key, value in params.items() if key not in reading.params}
        return self._place(layer, {**own, **reading.params}, known, attribute, definition, tree, variable)

    def _use(self, attribute: str, definition: UseDef, tree: ast.Call, variable: str) -> Any:
        block = definition.block
        ports = [node.name for node in block.graph.inputs]
        given: dict[str, ast.expr] = {}
        for at, argument in enumerate(tree.args):
            if isinstance(argument, ast.Starred) or at >= len(ports):
                raise CannotRead(f"“{block.name}” takes {len(ports)} inputs.", argument)
            given[ports[at]] = argument
        for word in tree.keywords:
            if word.arg is None or word.arg not in ports or word.arg in given:
                raise CannotRead(
                    f"“{block.name}” has no input “{word.arg}”, or it is given twice.", word.value
                )
            given[word.arg] = word.value
        missing = [port for port in ports if port not in given and port not in definition.states]
        if missing:
            raise CannotRead(f"“{block.name}” needs “{missing[0]}”: it takes {len(ports)} inputs.", tree)
        refs = {port: self.tensor(part) for port, part in given.items()}
        owner = self.first.get(id(definition))
        own = "" if variable in GENERIC or not self.drawing.free(variable) else variable
        name = own if owner is not None else attribute
        node = self.drawing.use(
            block, definition.written, refs, name, tree.lineno, definition.count, definition.over
        )
        self._share(node, owner, definition)
        results = tuple(Tensor((node.id, output.name)) for output in block.graph.outputs)
        return results[0] if len(results) == 1 else Bundle(results)

    def _own_function(self, tree: ast.Call, variable: str) -> Any:
        """A function of the person's own: ``mix(a, b, share=0.5)``."""
        assert isinstance(tree.func, ast.Name)
        block = self.owner.reader.sketch(tree.func.id, tree)
        ports = [node.name for node in block.graph.inputs]
        names = [*ports, *(item.name for item in block.graph.parameters)]
        given: dict[str, ast.expr] = dict(zip(names, tree.args, strict=False))
        for word in tree.keywords:
            if word.arg is None or word.arg not in names or word.arg in given:
                raise CannotRead(
                    f"“{block.name}” has no argument “{word.arg}”, or it is given twice.", word.value
                )
            given[word.arg] = word.value
        if len(tree.args) > len(names) or any(port not in given for port in ports):
            raise CannotRead(f"“{block.name}” takes {len(ports)} inputs.", tree)
        refs = {port: self.tensor(given.pop(port)) for port in ports}
        arguments = {}
        for key, part in given.items():
            arguments[key] = constant(part, self.lookup)
            if arguments[key] is NOTHING:
                raise CannotRead(
                    f"“{key}” of {block.name} must be a number or an argument of the class.", part
                )
        own = "" if variable in GENERIC or not self.drawing.free(variable) else variable
        node = self.drawing.use(block, [Written(arguments)], refs, own, tree.lineno)
        results = tuple(Tensor((node.id, output.name)) for output in block.graph.outputs)
        return results[0] if len(results) == 1 else Bundle(results)

    def _share(self, node: Node, owner: Node | None, definition: Any) -> None:
        if owner is None:
            self.first[id(definition)] = node
        else:
            node.shares = owner.id

    # -- layers -------------------------------------------------------------------------------------

    def _layer(self, tree: ast.expr, name: str) -> Any:
        """An expression that has the form a layer is printed in."""
        head = templates.head(tree)
        forms: list[tuple[templates.Template, str, LayerDef | None, Params]] = []
        for width in _widths(tree):
            forms += [(form, "", None, {}) for form in templates.functions(head, width)]
        for attribute, definition in self._modules_in(tree):
            for layer, params in definition.choices:
                forms += [
                    (form, attribute, definition, params)
                    for form in templates.calls(layer)
                    if templates.head(form.tree) == head
                ]
        usual = self.owner.reader.usual
        forms.sort(
            key=lambda found: (-found[0].weight, found[0].layer.name not in usual, len(found[0].ports))
        )
        for form, attribute, owner, params in forms:
            match = templates.match(form, tree, self.is_tensor)
            if match is None:
                continue
            if owner is not None and (match.module is None or dotted(match.module) != f"self.{attribute}"):
                continue
            try:
                return self._matched(match, attribute, owner, params, tree, name)
            except _Unfit:
                continue
        return None

    def _modules_in(self, tree: ast.expr) -> list[tuple[str, LayerDef]]:
        from graph.reading.classes import LayerDef

        found: dict[str, LayerDef] = {}
        for part in ast.walk(tree):
            name = dotted(part) if isinstance(part, ast.Attribute) else ""
            definition = (
                self.owner.defined.get(name[len(SELF) + 1 :]) if name.startswith(SELF + ".") else None
            )
            if isinstance(definition, LayerDef):
                found[name[len(SELF) + 1 :]] = definition
        return list(found.items())

    def _matched(self, match: templates.Match, attribute: str, definition: LayerDef | None, params: Params,
                 tree: ast.expr, variable: str) -> Any:  # fmt: skip
        layer = match.template.layer
        if any(constant(part, self.lookup) is NOTHING for part in match.params.values()):
            raise _Unfit("a number or an argument of the class must stand here.", tree)
        try:
            told = decoded(layer, match.params, self.lookup)
        except CannotRead as error:
            raise _Unfit(error.trouble.text, (error.trouble.line, error.trouble.column)) from None
        found = {
            key: value
            for key, value in match.template.values.items()
            if key not in params and value != layer.param(key).default and layer.param(key).inferred is None
        }
        if definition is not None:  # what the constructor has said stands
            found = {
                key: value
                for key, value in found.items()
                if not layer.param(key).code or not _told(layer, key)
            }
        found |= {key: value for key, value in told.items()
                  if layer.param(key).inferred or value != layer.param(key).default}  # fmt: skip
        places = sorted(match.inputs, key=lambda at: _place(match.inputs[at]))
        refs = {at: self.tensor(match.inputs[at]) for at in places}
        inputs: dict[str, list[Ref]] = {}
        for at, port in enumerate(match.template.ports):
            inputs.setdefault(port, []).append(refs[at])
        return self._place(layer, {**params, **found}, inputs, attribute, definition, tree, variable)

    def _place(self, layer: LayerType, params: Params, inputs: Mapping[str, Sequence[Ref]], attribute: str,
               definition: LayerDef | None, tree: ast.expr, variable: str) -> Any:  # fmt: skip
        """A node; ``variable`` names those that are no attribute of the class."""
        owner = self.first.get(id(definition)) if definition is not None else None
        if owner is not None and not layer.inputs:
            return Tensor((owner.id, layer.out_ports(params)[0].name))  # a parameter is one node, read often
        own = "" if variable in GENERIC or not self.drawing.free(variable) else variable
        name = attribute if definition is not None and owner is None else own
        node = self.drawing.layer(layer, params, inputs, name, tree.lineno)
        if definition is not None:
            self._share(node, owner, definition)
            if owner is not None and (owner.type, owner.params) != (node.type, node.params):
                raise CannotRead(
                    "this module is called in two ways that differ in more than their input.", tree
                )
        return self._results(layer, node)

    def _results(self, layer: LayerType, node: Node) -> Any:
        ports = layer.out_ports(node.params)
        pattern = _pattern(layer, node.params)
        if pattern is None:
            return Tensor((node.id, ports[0].name))

        def part(tree: ast.expr) -> Any:
            if isinstance(tree, ast.Tuple):
                return Bundle(tuple(part(item) for item in tree.elts))
            assert isinstance(tree, ast.Name)
            return None if tree.id == "_" else Tensor((node.id, tree.id))

        return part(ast.parse(pattern.replace("{", "").replace("}", ""), mode="eval").body)

    # -- everything else torch can say --------------------------------------------------------------

    def _otherwise(self, tree: ast.expr, name: str) -> Any:
        if not self.is_tensor(tree) and isinstance(tree, ast.BinOp):
            raise CannotRead(
                "the length of an axis is not known here: write the number, or -1 where it fits.", tree
            )
        target, values, words = self._called(tree)
        try:
            reading = read_call(target, tuple(values), words)
        except Unreadable as error:
            raise CannotRead(str(error), tree) from None
        except (TypeError, ValueError, KeyError, IndexError, AttributeError):
            raise CannotRead("this call has arguments that no node can take.", tree) from None
        return self._of_reading(reading, name, tree)

    def _called(self, tree: ast.expr) -> tuple[str, list[Any], dict[str, Any]]:
        if isinstance(tree, ast.Call):
            values, words = self._arguments(tree)
            name = dotted(tree.func)
            if name.partition(".")[0] in ("torch", "F", "nn", "torchvision") and "." in name:
                return name, values, words
            if isinstance(tree.func, ast.Attribute):
                return "." + tree.func.attr, [self._plain(tree.func.value), *values], words
            raise CannotRead(
                f"“{ast.unparse(tree.func)[:60]}” is not a layer, nor a class of this text.", tree
            )
        if isinstance(tree, ast.BinOp) and type(tree.op) in _SIGNS:
            return _SIGNS[type(tree.op)], [self._plain(tree.left), self._plain(tree.right)], {}
        if isinstance(tree, ast.UnaryOp) and type(tree.op) in _SIGNS:
            return _SIGNS[type(tree.op)], [self._plain(tree.operand)], {}
        if isinstance(tree, ast.Compare) and len(tree.ops) == 1 and type(tree.ops[0]) in _SIGNS:
            return _SIGNS[type(tree.ops[0])], [self._plain(tree.left), self._plain(tree.comparators[0])], {}
        if isinstance(tree, ast.Subscript):
            return "[]", [self._plain(tree.value), self._index(tree.slice)], {}
        if isinstance(tree, ast.Attribute) and tree.attr in ("T", "mT"):
            return "." + tree.attr, [self._plain(tree.value)], {}
        raise (
            undrawable(tree)
            if not isinstance(tree, ast.Attribute)
            else CannotRead(f"“{ast.unparse(tree)[:60]}” has no value here.", tree)
        )

    def _arguments(self, tree: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        values, words = [], {}
        for argument in tree.args:
            if isinstance(argument, ast.Starred):
                found = constant(argument.value, self.lookup)
                if not isinstance(found, tuple):
                    raise CannotRead("only a tuple of numbers can be starred here.", argument)
                values += list(found)
            else:
                values.append(self._plain(argument))
        for word in tree.keywords:
            if word.arg is None:
                raise CannotRead("arguments with ** cannot be drawn.", tree)
            words[word.arg] = self._plain(word.value)
        return values, words

    def _plain(self, tree: ast.expr) -> Any:
        """An argument in the vocabulary's terms: data, a tensor's handle, a tuple of these."""
        return _handles(self.value(tree))

    def _index(self, tree: ast.expr) -> Any:
        if isinstance(tree, ast.Tuple):
            return tuple(self._index(item) for item in tree.elts)
        if isinstance(tree, ast.Slice):
            parts = [
                None if part is None else self._plain(part) for part in (tree.lower, tree.upper, tree.step)
            ]
            return slice(*parts)
        if isinstance(tree, ast.Constant) and tree.value is Ellipsis:
            return Ellipsis
        return self._plain(tree)

    def _of_reading(self, reading: Reading, name: str, tree: ast.expr) -> Any:
        inputs = {port: [self._from(item, tree) for item in items] for port, items in reading.inputs.items()}
        if not reading.type:
            return Tensor(inputs["input"][0])
        if reading.weights:
            raise CannotRead("this call brings its own weights; make it a module in __init__.", tree)
        layer = CATALOGUE[reading.type]
        if layer.module is not None and not layer.module.startswith("nn."):
            raise CannotRead(f"make {layer.module} a module in __init__.", tree)
        return self._place(layer, dict(reading.params), inputs, "", None, tree, name)

    def _from(self, item: Any, tree: ast.expr) -> Ref:
        if isinstance(item, Reading):
            value = self._of_reading(item, "", tree)
            if not isinstance(value, Tensor):
                raise CannotRead("this gives several values.", tree)
            return value.ref
        return self._handle(item)

    def _handle(self, item: Any) -> Ref:
        if not isinstance(item, Tensor):
            raise CannotRead("a tensor must stand here.", (self.line, 1))
        return item.ref


class _Unfit(CannotRead):
    """A form that looks right, with something in it that is not."""


def _handles(value: Any) -> Any:
    if isinstance(value, Bundle):
        return tuple(_handles(item) for item in value.items)
    if isinstance(value, Size):
        return Varying(value.axis)
    return value


def _told(layer: LayerType, key: str) -> bool:
    return layer.param(key).code


def _place(tree: ast.AST) -> tuple[int, int]:
    return getattr(tree, "lineno", 0), getattr(tree, "col_offset", 0)


def _only_name(targets: Sequence[ast.expr]) -> str:
    """The variable a value is kept in; for several results the first."""
    target = targets[0]
    if isinstance(target, ast.Tuple) and target.elts:
        target = target.elts[0]
    return target.id if isinstance(target, ast.Name) else ""


def _pattern(layer: LayerType, params: Mapping[str, Any]) -> str | None:
    settled = layer.settled(params)
    if any(isinstance(value, Expr) for value in settled.values()):
        settled = {key: layer.param(key).default if isinstance(value, Expr) else value
                   for key, value in settled.items()}  # fmt: skip
    return layer.pattern(settled)


def _widths(tree: ast.expr) -> list[int]:
    """How many inputs a layer that takes any number might have in this expression."""
    found = {1}
    if isinstance(tree, ast.Call):
        found |= {
            len(part.elts) for part in tree.args if isinstance(part, (ast.List, ast.Tuple)) and part.elts
        }
        found |= set(range(2, len(tree.args) + 1))
    if isinstance(tree, ast.BinOp):
        count, here = 1, tree
        while isinstance(here, ast.BinOp) and type(here.op) is type(tree.op):
            count += 1
            found.add(count)
            if not isinstance(here.left, ast.BinOp):
                break
            here = here.left
    return sorted(found)


Lookup = Callable[[str], Any]

__all__ = ["Bundle", "Forward", "Sketch", "Tensor"]
