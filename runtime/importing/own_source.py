"""A module of a file that nobody can import later, as a block: its class with everything it was built from."""

from __future__ import annotations

import ast
import builtins
import importlib.machinery
import inspect
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from torch import nn

from graph.custom import GIVEN, CodeFault, read

FOLDERS: set[str] = set()
"""Folders that were put on the path to run a file of a person's own."""


class NotAlone(ValueError):
    """A class that cannot stand in a block. The text is a sentence."""


def importable(kind: type) -> bool:
    """Whether another process finds the class under its name."""
    if kind.__module__ == "__main__":
        return False
    outside = [folder for folder in sys.path if folder not in FOLDERS]
    top = kind.__module__.partition(".")[0]
    found = importlib.machinery.PathFinder.find_spec(top, outside)
    known = sys.modules.get(top)
    here = getattr(known, "__file__", None)
    return found is not None and (here is None or found.origin is None or Path(found.origin) == Path(here))


def own_code(module: nn.Module, arguments: Mapping[str, Any]) -> str:
    """The class as it is written, with these values as the defaults of its constructor."""
    kind = type(module)
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(kind)))
        file = ast.parse(inspect.getsource(sys.modules[kind.__module__]))
    except (OSError, TypeError, SyntaxError, KeyError):
        raise NotAlone(f"The text of {kind.__name__} cannot be found.") from None
    definition = tree.body[0]
    assert isinstance(definition, ast.ClassDef)
    name = kind.__name__.lstrip("_")
    for part in ast.walk(definition):
        if isinstance(part, ast.Name) and part.id == kind.__name__:
            part.id = name
    definition.name = name
    _set_defaults(definition, arguments)
    imports = {
        alias.asname or alias.name.partition(".")[0]: ast.unparse(_alone(part, alias))
        for part in file.body if isinstance(part, (ast.Import, ast.ImportFrom)) and not getattr(part, "level", 0)
        for alias in part.names
    }  # fmt: skip
    lines = []
    for used in sorted(set(_outside(definition)) - {name}):
        if used in imports and used not in GIVEN:
            lines.append(imports[used])
        elif used not in GIVEN and not hasattr(builtins, used):
            raise NotAlone(
                f"{kind.__name__} uses {used} of its file, so it cannot stand in a block of its own."
            )
    code = "\n".join([*lines, "", "", ast.unparse(definition), ""]).lstrip("\n")
    try:
        read(code)
    except CodeFault as fault:
        raise NotAlone(f"{kind.__name__} cannot be a block: {fault}") from None
    return code


def _alone(part: ast.Import | ast.ImportFrom, alias: ast.alias) -> ast.stmt:
    return ast.Import([alias]) if isinstance(part, ast.Import) else ast.ImportFrom(part.module, [alias], 0)


def _set_defaults(definition: ast.ClassDef, arguments: Mapping[str, Any]) -> None:
    """Every argument of the constructor gets the value it was called with, or keeps its default."""
    for part in definition.body:
        if not isinstance(part, ast.FunctionDef) or part.name != "__init__":
            continue
        plain = part.args.args[1:]
        before = [None] * (len(plain) - len(part.args.defaults)) + list(part.args.defaults)
        part.args.defaults = [
            _text(arguments[item.arg]) if item.arg in arguments else old or ast.Constant(None)
            for item, old in zip(plain, before, strict=True)
        ]  # fmt: skip


def _text(value: Any) -> ast.expr:
    return ast.parse(repr(value), mode="eval").body


def _outside(definition: ast.ClassDef) -> Iterator[str]:
    """Names the class reads but does not make."""
    made: set[str] = {
        part.id
        for part in ast.walk(definition)
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store)
    }
    for part in ast.walk(definition):
        name = part.arg if isinstance(part, ast.arg) else getattr(part, "name", None)
        if isinstance(name, str):
            made.add(name)  # arguments, methods, inner functions, caught exceptions
    for part in ast.walk(definition):
        if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Load) and part.id not in made:
            yield part.id
