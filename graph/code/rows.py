"""Rows of equal uses: ``*[Block(64) for _ in range(blocks - 1)]``."""

from __future__ import annotations

import ast

from graph.code.layout import flat, names_of, parse
from graph.code.plans import Run


def is_number(tree: ast.expr | None, number: int) -> bool:
    """Whether an expression is this number."""
    return isinstance(tree, ast.Constant) and tree.value == number


def runs_of(calls: list[ast.Call]) -> list[Run]:
    """Uses in a row, shortened: equal ones become one run, and so do at least three whose numbers grow
    evenly (the layers of a DenseNet): ``*[Layer(64 + 32 * i) for i in range(6)]``."""
    runs: list[Run] = []
    start = 0
    while start < len(calls):
        end = start + 1
        while end < len(calls) and flat(calls[end]) == flat(calls[start]):
            end += 1
        steps = _steps(calls, start) if end == start + 1 else None
        if end > start + 1:
            runs.append(Run(calls[start], parse(str(end - start))))
        elif steps is not None:
            end = start + 3
            while end < len(calls) and _differences(calls[end - 1], calls[end]) == steps:
                end += 1
            arguments = [_growing(one, step) for one, step in zip(calls[start].args, steps, strict=True)]
            tree = ast.Call(func=calls[start].func, args=arguments, keywords=calls[start].keywords)
            runs.append(Run(tree, parse(str(end - start)), "i"))
        else:
            runs.append(Run(calls[start]))
        start = end
    return runs


def _steps(calls: list[ast.Call], start: int) -> list[int] | None:
    """By how much the numbers grow from each of three calls to the next, if evenly."""
    if start + 3 > len(calls) or "i" in names_of(calls[start]):
        return None
    first = _differences(calls[start], calls[start + 1])
    return first if first is not None and first == _differences(calls[start + 1], calls[start + 2]) else None


def _differences(one: ast.Call, other: ast.Call) -> list[int] | None:
    if flat(one.func) != flat(other.func) or len(one.args) != len(other.args):
        return None
    if [flat(word.value) for word in one.keywords] != [flat(word.value) for word in other.keywords]:
        return None
    found = []
    for mine, theirs in zip(one.args, other.args, strict=True):
        low, high = _int(mine), _int(theirs)
        if flat(mine) == flat(theirs):
            found.append(0)
        elif low is None or high is None or type(low) is not type(high):
            return None
        else:
            found.append(high - low)
    return found


def _growing(tree: ast.expr, step: int) -> ast.expr:
    return tree if step == 0 else parse(f"{flat(tree)} {'+' if step > 0 else '-'} {abs(step)} * i")


def single(run: Run) -> Run:
    """A row of one as the use itself."""
    return Run(run.tree) if is_number(run.count, 1) else run


def less(tree: ast.expr) -> ast.expr:
    """The expression minus one: ``blocks - 1``; ``blocks`` for ``blocks + 1``."""
    number = _int(tree)
    if number is not None:
        return parse(str(number - 1))
    if isinstance(tree, ast.BinOp) and isinstance(tree.op, (ast.Add, ast.Sub)):
        number = _int(tree.right)
        if number is not None:
            number = (number if isinstance(tree.op, ast.Add) else -number) - 1
            left = flat(tree.left)
            return tree.left if number == 0 else parse(f"{left} {'+' if number > 0 else '-'} {abs(number)}")
    return ast.BinOp(left=tree, op=ast.Sub(), right=parse("1"))


def _int(tree: ast.expr) -> int | None:
    return tree.value if isinstance(tree, ast.Constant) and type(tree.value) is int else None
