"""All networks of a project in one Python module: what they have in common is written once."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from dataclasses import dataclass

from graph.code.generate import generate
from graph.code.structure import CodeError
from graph.model import Project
from graph.shapes import ProjectShapes


@dataclass(frozen=True, slots=True)
class Together:
    """The module's text, and the networks' classes in the project's order."""

    text: str
    class_names: tuple[str, ...]


def generate_all(project: Project, shapes: ProjectShapes) -> Together:
    """The code of all networks. Equal classes are written once; different ones of the same name are told
    apart by a number. Raises :class:`CodeError` for the first network that cannot become code."""
    written: dict[str, str] = {}
    imports: dict[str, None] = {}
    needs: dict[str, None] = {}
    names: list[str] = []
    for network in project.networks.values():
        source = generate(project, shapes, network.id)
        tree = ast.parse(source.text)
        found = re.search(r"Needs (.*)\.$", ast.get_docstring(tree) or "")
        needs |= dict.fromkeys(re.split(r", | and ", found[1]) if found else ())
        renamed: dict[str, str] = {}
        for node, text in _parts(tree, source.text):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                imports[text] = None
            elif isinstance(node, (ast.ClassDef, ast.FunctionDef)):
                _place(written, node.name, _with_names(text, renamed), renamed)
            else:
                written.setdefault(text, _with_names(text, renamed))
        names.append(renamed.get(source.class_name, source.class_name))
    _check_imports(imports, written)
    title = " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
    more = [name for name in needs if name not in ("torch", "torch alone")]
    what = "torch alone" if not more else f"{', '.join(['torch', *more[:-1]])} and {more[-1]}"
    head = f'"""{title}, drawn with TorchLoom. Needs {what}."""\n\n'
    text = head + "\n".join(_in_order(imports)) + "\n\n\n" + "\n\n\n".join(written.values()) + "\n"
    return Together(text, tuple(names))


def _parts(tree: ast.Module, text: str) -> list[tuple[ast.stmt, str]]:
    """The statements of a module without its docstring, each with the comments right above it."""
    lines = text.split("\n")
    found = []
    after = 0
    for number, node in enumerate(tree.body):
        decorators = getattr(node, "decorator_list", [])
        first = min([node.lineno, *(item.lineno for item in decorators)]) - 1
        while first > after and lines[first - 1].startswith("#"):
            first -= 1
        after = node.end_lineno or node.lineno
        if number or not isinstance(node, ast.Expr):
            found.append((node, "\n".join(lines[first:after])))
    return found


def _place(written: dict[str, str], name: str, text: str, renamed: dict[str, str]) -> None:
    """Add a class or function under its name, or the first numbered one that is free or holds the same."""
    number, here = 2, name
    while True:
        version = _with_names(text, {name: here}) if here != name else text
        if written.setdefault(here, version) == version:
            if here != name:
                renamed[name] = here
            return
        number, here = number + 1, f"{name}_{number}" if name[-1].isdigit() else f"{name}{number}"


def _with_names(text: str, renamed: dict[str, str]) -> str:
    """Python text with other names in the place of some; attributes and strings stay."""
    if not any(name in text for name in renamed):
        return text
    lines = text.split("\n")
    changes: list[tuple[int, int, str, str]] = []
    before = ""
    for token in tokenize.generate_tokens(io.StringIO(text + "\n").readline):
        if token.type == tokenize.NAME and token.string in renamed and before != ".":
            changes.append((*token.start, token.string, renamed[token.string]))
        before = token.string
    for row, column, old, new in reversed(changes):
        line = lines[row - 1]
        lines[row - 1] = line[:column] + new + line[column + len(old) :]
    return "\n".join(lines)


def _check_imports(imports: dict[str, None], written: dict[str, str]) -> None:
    """One name means one thing in a module."""
    meaning: dict[str, str] = {}
    for text in imports:
        for alias in getattr(ast.parse(text).body[0], "names", []):
            name = alias.asname or alias.name.partition(".")[0]
            if name in written or meaning.setdefault(name, text) != text:
                raise CodeError(f"“{name}” means different things in the networks' code: rename one of them.")


def _in_order(imports: dict[str, None]) -> list[str]:
    """The standard library's first and apart, plain imports before those of names."""

    def package(text: str) -> str:
        return re.split(r"[ .]", text)[1]

    standard = sorted(text for text in imports if package(text) in sys.stdlib_module_names)
    others = sorted(
        (text for text in imports if text not in standard), key=lambda text: (text.startswith("from"), text)
    )
    return [*standard, *([""] if standard and others else []), *others]
