"""A Jupyter notebook from a training script: one cell per part, with the title above."""

from __future__ import annotations

import ast
import json
from typing import Any


def notebook(title: str, script: str) -> str:
    """The script as a notebook (nbformat 4.5). The same script gives the same text.

    Its docstring becomes the text on top; each class and each function gets a cell, and what stands between
    them is kept together. The cells run from top to bottom as the script does.
    """
    docstring, parts = _parts(script)
    cells = [_cell("markdown", 0, f"# {title}" + (f"\n\n{docstring}" if docstring else ""))]
    cells += [_cell("code", number, part) for number, part in enumerate(parts, 1)]
    page = {
        "cells": cells,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(page, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _parts(script: str) -> tuple[str, list[str]]:
    """The module's docstring, and its source cut before each class or function and behind it."""
    tree = ast.parse(script)
    lines = script.splitlines()
    body = list(tree.body)
    docstring = ast.get_docstring(tree) or ""
    if docstring:
        body = body[1:]
    starts: list[int] = []
    whole = True
    for statement in body:
        decorated = getattr(statement, "decorator_list", [])
        first = min([statement.lineno, *(item.lineno for item in decorated)])
        defines = isinstance(statement, (ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
        if defines or whole:
            starts.append(_with_comments(lines, first))
        whole = defines
    ends = [*(start - 1 for start in starts[1:]), len(lines)]
    cut = ["\n".join(lines[start - 1 : end]).strip("\n") for start, end in zip(starts, ends, strict=True)]
    return docstring, [part for part in cut if part.strip()]


def _with_comments(lines: list[str], line: int) -> int:
    """The first of the comment lines that stand directly above a line (1-based)."""
    while line > 1 and lines[line - 2].startswith("#"):
        line -= 1
    return line


def _cell(kind: str, number: int, source: str) -> dict[str, Any]:
    cell: dict[str, Any] = {
        "cell_type": kind,
        "id": f"cell-{number}",
        "metadata": {},
        "source": source.splitlines(keepends=True),
    }
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell
