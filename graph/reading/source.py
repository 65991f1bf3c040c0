"""A text as a syntax tree, and what stands in it at the outermost level. Nothing of it is ever run."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Collection
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from graph import support
from graph.reading.constants import dotted
from graph.reading.sketch import CannotRead

MAX_LENGTH = 1_000_000
MAX_PARTS = 400_000

_PLACES = {
    "torch": "torch",
    "math": "math",
    "torchvision": "torchvision",
    "torch.nn": "nn",
    "torch.nn.functional": "F",
    "torch.nn.init": "nn.init",
}
"""Modules a text may import, by the name they have here."""

_STATEMENTS = {
    ast.If: "`if` statements",
    ast.For: "`for` loops",
    ast.While: "`while` loops",
    ast.With: "`with` statements",
    ast.Try: "`try` statements",
    ast.Assert: "`assert` statements",
    ast.Raise: "`raise` statements",
    ast.Delete: "`del` statements",
    ast.Global: "`global` statements",
    ast.Nonlocal: "`nonlocal` statements",
    ast.Import: "imports inside a class",
    ast.ImportFrom: "imports inside a class",
    ast.FunctionDef: "further methods",
    ast.AsyncFunctionDef: "`async` functions",
    ast.ClassDef: "classes inside a class",
    ast.AugAssign: "assignments such as this",
    ast.Match: "`match` statements",
    ast.Lambda: "`lambda` functions",
    ast.IfExp: "choices with `if` … `else`",
    ast.ListComp: "comprehensions",
    ast.BoolOp: "`and` and `or`",
    ast.Await: "`await`",
    ast.JoinedStr: "texts with {values} in them",
}


def undrawable(tree: ast.AST) -> CannotRead:
    """The error for a statement or expression that no graph can hold."""
    name = _STATEMENTS.get(type(tree), "statements such as this")
    return CannotRead(f"{name} cannot be drawn; use a code block for them.", tree)


@dataclass(slots=True)
class Module:
    """What a text defines, in its order. Names of torch are the usual ones (``nn``, ``F``)."""

    classes: dict[str, ast.ClassDef] = field(default_factory=dict)
    functions: dict[str, ast.FunctionDef] = field(default_factory=dict)
    brought: set[str] = field(default_factory=set)
    """Names that support files define."""
    text: str = ""

    def segment(self, tree: ast.ClassDef | ast.FunctionDef) -> str:
        """The lines of a definition."""
        first = min([tree.lineno, *(part.lineno for part in tree.decorator_list)])
        return "\n".join(self.text.splitlines()[first - 1 : tree.end_lineno]) + "\n"


def parse(text: str, imports: Collection[str] = ()) -> Module:
    """The classes of a text; :class:`CannotRead` with the place of what is wrong. ``imports`` are statements
    that may stand there besides those of torch: what blocks of own code need."""
    if len(text) > MAX_LENGTH:
        raise CannotRead(f"the text is longer than {MAX_LENGTH:,} characters.", (1, 1))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice is for whoever runs the text
            tree = ast.parse(text)
    except SyntaxError as error:
        place = (max(1, error.lineno or 1), max(1, error.offset or 1))
        raise CannotRead(f"this is not Python: {error.msg}.", place) from None
    except (ValueError, RecursionError, MemoryError):
        raise CannotRead("this is not Python: it is nested too deeply or holds a character of code 0.",
                         (1, 1)) from None  # fmt: skip
    if sum(1 for _ in ast.walk(tree)) > MAX_PARTS:
        raise CannotRead("the text holds too much to be drawn.", (1, 1))
    found = _sorted(_with_usual_names(tree, imports))
    found.text = text
    return found


def _with_usual_names(tree: ast.Module, imports: Collection[str]) -> ast.Module:
    names: dict[str, str] = {}
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)) and ast.unparse(statement) in imports:
            continue
        if isinstance(statement, ast.Import):
            for alias in statement.names:
                if alias.name not in _PLACES:
                    raise CannotRead(
                        f"“{alias.name}” cannot be imported: a network needs torch alone.", statement
                    )
                if alias.asname:
                    names[alias.asname] = _PLACES[alias.name]
        elif isinstance(statement, ast.ImportFrom):
            for alias in statement.names:
                names |= _imported(statement, alias)
    _Renamer(names).visit(tree)
    return tree


def _imported(statement: ast.ImportFrom, alias: ast.alias) -> dict[str, str]:
    module = statement.module or ""
    if module in ("__future__", "typing", "collections.abc"):
        return {}
    place = _PLACES.get(f"{module}.{alias.name}")
    if place is None and module in _PLACES and alias.name != "*":
        place = f"{_PLACES[module]}.{alias.name}"
    if place is None:
        raise CannotRead(f"“{module}” cannot be imported: a network needs torch alone.", statement)
    own = alias.asname or alias.name
    return {} if own == place else {own: place}


class _Renamer(ast.NodeTransformer):
    """Gives what was imported its usual name: ``nn.Linear`` for ``torch.nn.Linear`` and for ``Linear``."""

    def __init__(self, names: dict[str, str]) -> None:
        self.names = names

    def visit_Name(self, node: ast.Name) -> ast.AST:
        place = self.names.get(node.id)
        if place is None or not isinstance(node.ctx, ast.Load):
            return node
        made = ast.parse(place, mode="eval").body
        for part in ast.walk(made):
            ast.copy_location(part, node)
        return made

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """``x.size(0)`` for ``x.shape[0]``."""
        self.generic_visit(node)
        whole, axis = node.value, node.slice
        if (
            not isinstance(whole, ast.Attribute)
            or whole.attr != "shape"
            or isinstance(axis, (ast.Slice, ast.Tuple))
        ):
            return node
        size = ast.copy_location(ast.Attribute(value=whole.value, attr="size", ctx=ast.Load()), whole)
        return ast.copy_location(ast.Call(func=size, args=[axis], keywords=[]), node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        self.generic_visit(node)
        place = _PLACES.get(dotted(node))
        if place is None or "." in place:
            return node
        return ast.copy_location(ast.Name(id=place, ctx=ast.Load()), node)


def _sorted(tree: ast.Module) -> Module:
    found = Module()
    brought = _support()
    for statement in tree.body:
        if isinstance(statement, (ast.Import, ast.ImportFrom)):
            continue
        if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
            continue
        if not isinstance(statement, (ast.ClassDef, ast.FunctionDef)):
            raise CannotRead("only imports and classes can stand here.", statement)
        if statement.name in brought:
            if ast.dump(statement) != brought[statement.name]:
                raise CannotRead(
                    f"“{statement.name}” is brought along by a layer and cannot be changed here.", statement
                )
            found.brought.add(statement.name)
        elif isinstance(statement, ast.ClassDef):
            if statement.name in found.classes:
                raise CannotRead(f"a second class is called “{statement.name}”.", statement)
            found.classes[statement.name] = statement
        else:
            found.functions[statement.name] = statement
    if not found.classes:
        raise CannotRead("there is no class: a network is a class made of layers.", (1, 1))
    return found


@cache
def _support() -> dict[str, str]:
    """What every support file defines, for comparing."""
    found: dict[str, str] = {}
    for file in resources.files(support.__name__).iterdir():
        name = file.name.removesuffix(".py")
        if not file.name.endswith(".py") or name == "__init__":
            continue
        for node in _Renamer({}).visit(ast.parse(support.text(name))).body:
            if isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                found[node.name] = ast.dump(node)
    return found
