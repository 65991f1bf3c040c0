"""``forward`` as nodes and wires. Straight-line code: every statement is run once, in its order."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import Any

from graph.catalogue import CATALOGUE
from graph.model import INPUT
from graph.reading.calls import GENERIC, Bundle, Size, Tensor
from graph.reading.constants import dotted
from graph.reading.definitions import ListDef, UseDef
from graph.reading.expressions import Expressions
from graph.reading.sketch import SELF, CannotRead
from graph.reading.source import undrawable


class Forward(Expressions):
    """Reads one ``forward``."""

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
            several = sum(not isinstance(item, ast.Name) or item.id != "_" for item in target.elts) > 1
            for at, (item, part) in enumerate(zip(target.elts, value.items, strict=True)):
                if at or several:
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
                return self.results(layer, node)
        return value

    def _hint(self, target: ast.expr, value: Any) -> None:
        """The variables for several results of a class tell what its outputs are called."""
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
            for item in self.single(items, tree):
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


def _only_name(targets: Sequence[ast.expr]) -> str:
    """The variable a value is kept in; for several results the first."""
    target = targets[0]
    if isinstance(target, ast.Tuple) and target.elts:
        target = target.elts[0]
    return target.id if isinstance(target, ast.Name) else ""
