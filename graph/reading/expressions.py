"""Expressions of ``forward``: what each of them gives."""

from __future__ import annotations

import ast
from typing import Any

from graph.catalogue import CATALOGUE
from graph.reading.calls import Bundle, Calls, Size, Tensor, pattern_of
from graph.reading.constants import NOTHING, constant, dotted
from graph.reading.drawing import Ref
from graph.reading.sketch import SELF, CannotRead
from graph.reading.source import undrawable
from graph.reading.vocabulary import Reading, Unreadable, Varying, read_call

_SIGNS: dict[type[ast.AST], str] = {
    ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.MatMult: "@", ast.Pow: "**",
    ast.FloorDiv: "//", ast.Mod: "%", ast.BitAnd: "&", ast.BitOr: "|", ast.BitXor: "^", ast.Invert: "~",
    ast.USub: "neg", ast.Eq: "==", ast.NotEq: "!=", ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=",
}  # fmt: skip
_NOT_TENSORS = {"shape", "dtype", "device", "ndim"}
_SIZE_CALLS = {"size", "dim", "numel"}


class Expressions(Calls):
    """Evaluates expressions to tensors of the drawing, numbers and sizes."""

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
            found = self.layer_of(tree, name) if self.modules_in(tree) else None
            return found if found is not None else Bundle(tuple(self.value(item) for item in tree.elts))
        if isinstance(tree, ast.Call) and self.module_of(tree.func) is not None:
            called = self.module_call(tree, name)
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
            return self.own_function(tree, name)
        found = self.layer_of(tree, name)
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
            return any(pattern_of(layer, params) for layer, params in getattr(found[1], "choices", []))
        return False

    def _size(self, tree: ast.expr) -> Size | Bundle | None:
        """``x.size(0)``; ``x.shape`` for all of them."""
        if isinstance(tree, ast.Call) and isinstance(tree.func, ast.Attribute) and tree.func.attr == "size":
            axis = constant(tree.args[0], self.lookup) if len(tree.args) == 1 else None
            return Size(axis if type(axis) is int else None)
        if isinstance(tree, ast.Attribute) and tree.attr == "shape":
            return Size(None)
        return None

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
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError):
            raise CannotRead("this call has arguments that no node can take.", tree) from None
        return self._of_reading(reading, name, tree)

    def _called(self, tree: ast.expr) -> tuple[str, list[Any], dict[str, Any]]:
        if isinstance(tree, ast.Call):
            values, words = self.arguments(tree)
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

    def arguments(self, tree: ast.Call) -> tuple[list[Any], dict[str, Any]]:
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
        return self.place(layer, dict(reading.params), inputs, "", None, tree, name)

    def _from(self, item: Any, tree: ast.expr) -> Ref:
        if isinstance(item, Reading):
            value = self._of_reading(item, "", tree)
            if not isinstance(value, Tensor):
                raise CannotRead("this gives several values.", tree)
            return value.ref
        return self.handle(item)

    def handle(self, item: Any) -> Ref:
        if not isinstance(item, Tensor):
            raise CannotRead("a tensor must stand here.", (self.line, 1))
        return item.ref


def _handles(value: Any) -> Any:
    if isinstance(value, Bundle):
        return tuple(_handles(item) for item in value.items)
    if isinstance(value, Size):
        return Varying(value.axis)
    return value
