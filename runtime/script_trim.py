"""A script has in it what it uses: methods and functions of copied text that nothing calls are left out."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable


def trimmed(text: str, around: str) -> str:
    """The text without the methods and functions that neither ``around`` (the rest of the script) nor what is kept of
    the text itself names. A method counts as named by any attribute that is called like it."""
    while unused := _unused(text, around):
        lines = text.split("\n")
        for first, last in sorted(unused, reverse=True):
            while first and not lines[first - 1].strip():
                first -= 1
            del lines[first:last]
        text = "\n".join(lines).strip("\n")
    return text


def used_imports(lines: Iterable[str], text: str) -> list[str]:
    """Of import lines what the text names."""
    known = _named(ast.parse(text))[0]
    found = []
    for line in lines:
        (node,) = ast.parse(line).body
        assert isinstance(node, (ast.Import, ast.ImportFrom))
        node.names = [each for each in node.names if (each.asname or each.name.split(".")[0]) in known]
        if node.names:
            found.append(ast.unparse(node))
    return found


def _unused(text: str, around: str) -> list[tuple[int, int]]:
    """The lines (first, one behind the last) of definitions that are named nowhere but in themselves."""
    tree = ast.parse(text)
    everywhere = [here + there for here, there in zip(_named(tree), _named(ast.parse(around)), strict=True)]
    found = []
    for node in tree.body:
        parts = node.body if isinstance(node, ast.ClassDef) else []
        for part, names in ((node, everywhere[0]), *((part, everywhere[1]) for part in parts)):
            if not isinstance(part, (ast.FunctionDef, ast.ClassDef)) or part.name.startswith("__"):
                continue
            own = _named(part)[names is everywhere[1]]
            if names[part.name] == own[part.name]:
                first = min([part.lineno, *(item.lineno for item in part.decorator_list)])
                found.append((first - 1, part.end_lineno or first))
    return [each for each in found if not any(_holds(other, each) for other in found)]


def _holds(outer: tuple[int, int], inner: tuple[int, int]) -> bool:
    return outer != inner and outer[0] <= inner[0] and inner[1] <= outer[1]


def _named(tree: ast.AST) -> tuple[Counter[str], Counter[str]]:
    """How often each name and each attribute stands in a tree."""
    nodes = list(ast.walk(tree))
    return (
        Counter(node.id for node in nodes if isinstance(node, ast.Name)),
        Counter(node.attr for node in nodes if isinstance(node, ast.Attribute)),
    )
