"""Small parts in plain torch that generated code brings along, because torch has no such layer itself.

Each file of this folder is an ordinary torch module with one public class or function (and what it needs).
A layer names the files it uses in :attr:`graph.catalogue.spec.LayerType.support`; their text is copied to
the top of the generated module, without docstring and imports, so that the module still needs torch alone.
Such a file imports nothing but ``math``, ``torch``, ``nn`` and ``F``.
"""

from __future__ import annotations

import ast
import importlib
import textwrap
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any

WIDTH = 88
"""How wide a line of generated code may be."""


@cache
def text(name: str) -> str:
    """The definitions of a file as they are copied, without a line end at their end."""
    source = resources.files(__name__).joinpath(f"{name}.py").read_text("utf-8")
    body = [node for node in ast.parse(source).body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    first = min([body[0].lineno, *(item.lineno for item in body[0].decorator_list)])
    return "\n".join(_narrow(line) for line in source.splitlines()[first - 1 :]).rstrip()


def _narrow(line: str) -> str:
    """A docstring of one line as two where it is longer than generated code is wide."""
    indent = line[: len(line) - len(line.lstrip())]
    words = line.strip()
    if len(line) <= WIDTH or not (words.startswith('"""') and words.endswith('"""') and len(words) > 6):
        return line
    room = WIDTH - len(indent) - 3  # a first line that leaves no room for the quotes would be put back
    wrapped = textwrap.wrap(words[:-3], room, break_long_words=False, break_on_hyphens=False)
    return "\n".join(indent + part for part in [*wrapped, '"""'])


@cache
def defined(name: str) -> tuple[str, ...]:
    """What a file defines."""
    body = ast.parse(text(name)).body
    return tuple(node.name for node in body if isinstance(node, (ast.ClassDef, ast.FunctionDef)))


def load(names: Iterable[str]) -> dict[str, Any]:
    """The classes and functions of some files, for running a single layer. Imports torch."""
    found: dict[str, Any] = {}
    for name in names:
        module = importlib.import_module(f"{__name__}.{name}")
        found.update({item: getattr(module, item) for item in defined(name)})
    return found


@cache
def names() -> frozenset[str]:
    """Everything any file defines: what else stands in generated code must be called otherwise."""
    files = (item.name for item in resources.files(__name__).iterdir())
    return frozenset(
        item
        for file in files
        if file.endswith(".py") and file != "__init__.py"
        for item in defined(file[:-3])
    )
