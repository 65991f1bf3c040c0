"""Calls of modules, and expressions that a layer of the catalogue prints."""

from __future__ import annotations

import ast
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import LayerType
from graph.code.naming import PLAIN
from graph.model import Node
from graph.reading import templates
from graph.reading.constants import NOTHING, constant, dotted
from graph.reading.definitions import LayerDef, ListDef, UseDef
from graph.reading.drawing import Drawing, Ref
from graph.reading.layers import Params, decoded
from graph.reading.sketch import SELF, CannotRead, Written
from graph.reading.vocabulary import Reading, Unreadable, read_forward
from graph.values import Expr

if TYPE_CHECKING:
    from graph.reading.classes import ClassReader

GENERIC = PLAIN | {"_", "input"}
"""Variables whose names say nothing about the node."""


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


class Calls(ABC):
    """Modules called, layers recognised, nodes placed. What an argument is, :mod:`graph.reading.expressions` says."""

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

    @abstractmethod
    def lookup(self, name: str) -> Any:
        """The number behind a name."""

    @abstractmethod
    def is_tensor(self, tree: ast.AST) -> bool:
        """Whether an expression holds a tensor."""

    @abstractmethod
    def tensor(self, tree: ast.expr) -> Ref:
        """The tensor an expression gives."""

    @abstractmethod
    def arguments(self, tree: ast.Call) -> tuple[list[Any], dict[str, Any]]:
        """The arguments of a call in the vocabulary's terms."""

    @abstractmethod
    def handle(self, item: Any) -> Ref:
        """The tensor behind a handle that went through the vocabulary."""

    # -- modules ------------------------------------------------------------------------------------

    def module_of(self, tree: ast.expr) -> tuple[str, Any] | None:
        """The definition behind ``self.conv``, ``layer`` (in a loop) or ``self.layers[2]``, and its name."""
        if isinstance(tree, ast.Name) and tree.id in self.loops:
            return self.loops[tree.id]
        if isinstance(tree, ast.Subscript):
            found = self.module_of(tree.value)
            index = constant(tree.slice, self.lookup)
            if found is None or not isinstance(found[1], ListDef) or type(index) is not int:
                return None
            items = self.single(found[1].items, tree)
            if not -len(items) <= index < len(items):
                raise CannotRead("the list is shorter.", tree)
            return found[0], items[index]
        name = dotted(tree)
        if name.startswith(SELF + ".") and name[len(SELF) + 1 :] in self.owner.defined:
            return name[len(SELF) + 1 :], self.owner.defined[name[len(SELF) + 1 :]]
        return None

    def module_call(self, tree: ast.Call, name: str) -> Any:
        found = self.module_of(tree.func)
        assert found is not None
        attribute, definition = found
        if isinstance(definition, ListDef) and definition.sequential:
            self.first |= {id(item): Node("", "", "") for item in definition.items}
            return Tensor(self.owner.chain(self.drawing, definition.items, self.tensor(tree.args[0])))
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
        layer, params = definition.choices[0]
        try:
            reading = read_forward(Reading(layer.name, dict(params)), *self.arguments(tree))
        except Unreadable as error:
            raise CannotRead(str(error), tree) from None
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
            raise CannotRead("this call has arguments that no node can take.", tree) from None
        known = {port: [self.handle(item) for item in items] for port, items in reading.inputs.items()}
        own = {key: value for key, value in params.items() if key not in reading.params}
        return self.place(layer, {**own, **reading.params}, known, attribute, definition, tree, variable)

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

    def own_function(self, tree: ast.Call, variable: str) -> Any:
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

    def layer_of(self, tree: ast.expr, name: str) -> Any:
        """An expression that has the form a layer is printed in."""
        head = templates.head(tree)
        forms: list[tuple[templates.Template, str, LayerDef | None, Params]] = []
        for width in _widths(tree):
            forms += [(form, "", None, {}) for form in templates.functions(head, width)]
        for attribute, definition in self.modules_in(tree):
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

    def modules_in(self, tree: ast.expr) -> list[tuple[str, LayerDef]]:
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
        return self.place(layer, {**params, **found}, inputs, attribute, definition, tree, variable)

    def place(self, layer: LayerType, params: Params, inputs: Mapping[str, Sequence[Ref]], attribute: str,
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
        return self.results(layer, node)

    def results(self, layer: LayerType, node: Node) -> Any:
        ports = layer.out_ports(node.params)
        pattern = pattern_of(layer, node.params)
        if pattern is None:
            return Tensor((node.id, ports[0].name))

        def part(tree: ast.expr) -> Any:
            if isinstance(tree, ast.Tuple):
                return Bundle(tuple(part(item) for item in tree.elts))
            assert isinstance(tree, ast.Name)
            return None if tree.id == "_" else Tensor((node.id, tree.id))

        return part(ast.parse(pattern.replace("{", "").replace("}", ""), mode="eval").body)

    def single(self, items: Sequence[LayerDef | UseDef], tree: ast.AST) -> list[LayerDef | UseDef]:
        """Every module of a list by itself."""
        found: list[LayerDef | UseDef] = []
        for item in items:
            if isinstance(item, UseDef):
                found += item.apart(tree)
                self.first.setdefault(id(item), Node("", "", ""))
            else:
                found.append(item)
        return found


class _Unfit(CannotRead):
    """A form that looks right, with something in it that is not."""


def _told(layer: LayerType, key: str) -> bool:
    return layer.param(key).code


def _place(tree: ast.AST) -> tuple[int, int]:
    return getattr(tree, "lineno", 0), getattr(tree, "col_offset", 0)


def pattern_of(layer: LayerType, params: Mapping[str, Any]) -> str | None:
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
