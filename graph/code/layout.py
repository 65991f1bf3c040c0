"""Python text from syntax trees, laid out as ``ruff format`` would leave it, at 88 columns or as many as are asked for.

Only what generated code needs: expressions made of names, numbers, calls, lists, tuples, subscripts,
arithmetic and one kind of comprehension. ruff itself is not needed when the program runs; a test holds
the result to be a fixed point of it.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache

WIDTH = 88
"""How long lines are, unless another length is asked for."""

_WIDTH = ContextVar("width", default=WIDTH)

_SIGNS: dict[type[ast.operator], tuple[str, int]] = {
    ast.BitOr: ("|", 6),
    ast.BitXor: ("^", 7),
    ast.BitAnd: ("&", 8),
    ast.Add: ("+", 10),
    ast.Sub: ("-", 10),
    ast.Mult: ("*", 11),
    ast.MatMult: ("@", 11),
    ast.Div: ("/", 11),
    ast.FloorDiv: ("//", 11),
    ast.Mod: ("%", 11),
    ast.Pow: ("**", 13),
}
_ATOM = 15
_UNARY = 12


def width() -> int:
    """How many columns a line may have."""
    return _WIDTH.get()


@contextmanager
def lines_of(columns: int) -> Iterator[None]:
    """Lay out for another width."""
    token = _WIDTH.set(columns)
    try:
        yield
    finally:
        _WIDTH.reset(token)


@lru_cache(maxsize=16384)
def parse(text: str) -> ast.expr:
    """The tree of an expression. Shared between callers: never change it, see :func:`substitute`."""
    return ast.parse(text, mode="eval").body


def substitute(tree: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    """A copy of the tree with names replaced by expressions; a tuple that is spread out becomes arguments."""

    def walk(node: ast.AST) -> ast.AST:
        if isinstance(node, ast.Name):
            return names.get(node.id, node)
        changed: dict[str, object] = {}
        for field, value in ast.iter_fields(node):
            if isinstance(value, ast.AST) and not isinstance(
                value, (ast.expr_context, ast.operator, ast.unaryop)
            ):
                changed[field] = walk(value)
            elif isinstance(value, list):
                items = [walk(item) if isinstance(item, ast.AST) else item for item in value]
                spread = isinstance(node, ast.Call) and field == "args"
                changed[field] = [
                    part for item in items for part in (_spread_out(item) if spread else [item])
                ]
            else:
                changed[field] = value
        return type(node)(**changed)

    return walk(tree)  # type: ignore[return-value]


def _spread_out(item: ast.AST) -> list[ast.AST]:
    """``*(a, b)`` as ``a, b``."""
    if isinstance(item, ast.Starred) and isinstance(item.value, ast.Tuple):
        return [*item.value.elts]
    return [item]


def names_of(tree: ast.AST) -> list[str]:
    """All names read, from left to right, as often as they stand there."""
    if isinstance(tree, ast.Name):
        return [tree.id]
    return [name for child in ast.iter_child_nodes(tree) for name in names_of(child)]


def flat(tree: ast.AST) -> str:
    """The expression on one line."""
    return _print(tree, 0)


def _print(node: ast.AST, outer: int) -> str:
    text, level = _text(node)
    return f"({text})" if level < outer else text


def _text(node: ast.AST) -> tuple[str, int]:
    """An expression and how tightly it binds."""
    if isinstance(node, ast.Name):
        return node.id, _ATOM
    if isinstance(node, ast.Constant):
        if isinstance(node.value, str):
            return quoted(node.value), _ATOM
        if node.value is Ellipsis:
            return "...", _ATOM
        negative = isinstance(node.value, (int, float)) and node.value < 0
        return _number(node.value), _UNARY if negative else _ATOM
    if isinstance(node, ast.Attribute):
        value = _print(node.value, _ATOM)
        number = isinstance(node.value, ast.Constant) and isinstance(node.value.value, int)
        return (f"({value}).{node.attr}" if number else f"{value}.{node.attr}"), _ATOM
    if isinstance(node, ast.Call):
        return f"{_print(node.func, _ATOM)}({', '.join(_arguments(node))})", _ATOM
    if isinstance(node, ast.Subscript):
        return f"{_print(node.value, _ATOM)}[{_index(node.slice)}]", _ATOM
    if isinstance(node, ast.Starred):
        return "*" + _print(node.value, 6), 1
    if isinstance(node, ast.List):
        return f"[{', '.join(_print(item, 1) for item in node.elts)}]", _ATOM
    if isinstance(node, ast.Tuple):
        inside = ", ".join(_print(item, 1) for item in node.elts)
        return f"({inside},)" if len(node.elts) == 1 else f"({inside})", _ATOM
    if isinstance(node, ast.BinOp):
        sign, level = _SIGNS[type(node.op)]
        if isinstance(node.op, ast.Pow):
            left, right = _print(node.left, level + 1), _print(node.right, _UNARY)
            close = _simple_power(node.left) and _simple_power(node.right)
            return f"{left}{sign if close else f' {sign} '}{right}", level
        return f"{_print(node.left, level)} {sign} {_print(node.right, level + 1)}", level
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.Invert)):
        return ("-" if isinstance(node.op, ast.USub) else "~") + _print(node.operand, _UNARY), _UNARY
    if isinstance(node, ast.ListComp):
        return f"[{_print(node.elt, 1)} {_clauses(node)}]", _ATOM
    return ast.unparse(node), 0


def _number(value: object) -> str:
    """``1e-6`` and ``1e9``, as people write them, for ``1e-06`` and ``1000000000.0``."""
    text = repr(value)
    if isinstance(value, float) and text.endswith("00000.0"):
        digits = text.removesuffix(".0")
        text = f"{digits.rstrip('0')}e{len(digits) - len(digits.rstrip('0'))}"
    return re.sub(r"e([+-]?)0*(?=\d)", lambda found: f"e{found[1].removeprefix('+')}", text)


def quoted(text: str) -> str:
    """A string as Python text in double quotes, whatever it holds."""
    return (
        '"'
        + "".join(
            letter
            if letter.isascii() and letter.isprintable() and letter not in '"\\'
            else f"\\U{ord(letter):08x}"
            for letter in text
        )
        + '"'
    )


def _arguments(node: ast.Call) -> list[str]:
    return [_print(item, 1) for item in node.args] + [
        f"{word.arg}={_print(word.value, 1)}" for word in node.keywords
    ]


def _clauses(node: ast.ListComp) -> str:
    return " ".join(f"for {flat(part.target)} in {flat(part.iter)}" for part in node.generators)


def _index(node: ast.AST) -> str:
    if isinstance(node, ast.Tuple) and node.elts:
        return ", ".join(_index(item) for item in node.elts) + ("," if len(node.elts) == 1 else "")
    if not isinstance(node, ast.Slice):
        return _print(node, 1)
    parts = [part for part in (node.lower, node.upper, node.step) if part is not None]
    gap = "" if all(_simple_bound(part) for part in parts) else " "
    text = (_print(node.lower, 1) + gap if node.lower else "") + ":"
    text += gap + _print(node.upper, 1) if node.upper else ""
    return text + (f"{gap}:{gap}{_print(node.step, 1)}" if node.step else "")


def _simple_bound(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        node = node.operand
    return isinstance(node, (ast.Name, ast.Constant))


def _simple_power(node: ast.expr) -> bool:
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.operand, ast.Constant)
    while isinstance(node, ast.Attribute):
        node = node.value
    return isinstance(node, (ast.Name, ast.Constant))


def _fits(text: str) -> bool:
    return len(text) <= _WIDTH.get()


def _spread(tree: ast.expr, indent: int, prefix: str, suffix: str) -> list[str]:
    """An expression inside brackets, on one line if it fits and else over several."""
    pad = " " * indent
    line = pad + prefix + _print(tree, 1) + suffix
    if _fits(line):
        return [line]
    if isinstance(tree, ast.Starred):
        return _spread(tree.value, indent, prefix + "*", suffix)
    if isinstance(tree, ast.Call) and (tree.args or tree.keywords):
        items: list[tuple[str, ast.expr]] = [("", item) for item in tree.args]
        items += [(f"{word.arg}=", word.value) for word in tree.keywords]
        head = pad + prefix + _print(tree.func, _ATOM)
        return _bracketed(head, "(", items, ")" + suffix, indent, ", ".join(_arguments(tree)))
    if isinstance(tree, ast.Subscript):
        index = tree.slice
        parts = [("", item) for item in index.elts] if isinstance(index, ast.Tuple) else [("", index)]
        head = pad + prefix + _print(tree.value, _ATOM)
        return _bracketed(head, "[", parts, "]" + suffix, indent, _index(index))
    if isinstance(tree, (ast.List, ast.Tuple)) and tree.elts:
        marks = "[]" if isinstance(tree, ast.List) else "()"
        return _bracketed(
            pad + prefix, marks[0], [("", item) for item in tree.elts], marks[1] + suffix, indent, None
        )
    if isinstance(tree, ast.ListComp):
        inside = f"{_print(tree.elt, 1)} {_clauses(tree)}"
        body = [" " * (indent + 4) + inside]
        if not _fits(body[0]):
            part = tree.generators[0]
            clause = _spread(part.iter, indent + 4, f"for {flat(part.target)} in ", "")
            body = [*_spread(tree.elt, indent + 4, "", ""), *clause]
        return [pad + prefix + "[", *body, pad + "]" + suffix]
    if isinstance(tree, ast.BinOp):
        if prefix.endswith("="):
            return [pad + prefix + "(", *_operands(tree, indent + 4, "", ""), pad + ")" + suffix]
        return _operands(tree, indent, prefix, suffix)
    return [line]


def _bracketed(
    head: str,
    opening: str,
    items: list[tuple[str, ast.expr]],
    closing: str,
    indent: int,
    together: str | None,
) -> list[str]:
    """Brackets over several lines: the content on one line of its own, or one item per line."""
    inner = " " * (indent + 4)
    if together is not None and _fits(inner + together):
        body = [inner + together]
    else:
        alone = len(items) == 1 and (
            isinstance(items[0][1], ast.Slice) or (opening == "[" and together is not None)
        )
        end = "" if alone else ","
        body = []
        for word, item in items:
            if isinstance(item, ast.Slice):
                body.append(inner + _index(item) + end)
            else:
                body += _spread(item, indent + 4, word, end)
    return [head + opening, *body, " " * indent + closing]


def _operands(tree: ast.BinOp, indent: int, prefix: str, suffix: str) -> list[str]:
    """``a`` / ``+ b`` / ``+ c``, each on its line."""
    level = _SIGNS[type(tree.op)][1]
    parts: list[tuple[str, ast.expr]] = []
    node: ast.expr = tree
    while (
        isinstance(node, ast.BinOp) and _SIGNS[type(node.op)][1] == level and not isinstance(node.op, ast.Pow)
    ):
        parts.append((_SIGNS[type(node.op)][0] + " ", node.right))
        node = node.left
    if not parts:
        return [" " * indent + prefix + _print(tree, 1) + suffix]
    parts.append((prefix, node))
    lines: list[str] = []
    for number, (sign, part) in enumerate(reversed(parts)):
        bracket = _text(part)[1] < level + (number > 0)
        end = suffix if number == len(parts) - 1 else ""
        if bracket:
            lines.append(" " * indent + sign + f"({flat(part)})" + end)
        else:
            lines += _spread(part, indent, sign, end)
    return lines


def statement(prefix: str, tree: ast.expr, indent: int) -> list[str]:
    """``prefix`` (``"x = "`` or ``"return "``) and a value; an unbracketed tuple if the value is one."""
    pad = " " * indent
    bare = isinstance(tree, ast.Tuple) and len(tree.elts) > 1
    text = flat(tree)[1:-1] if bare else flat(tree)
    if _fits(pad + prefix + text):
        return [pad + prefix + text]
    if isinstance(tree, ast.BinOp):
        if _fits(pad + "    " + text):
            return [pad + prefix + "(", pad + "    " + text, pad + ")"]
        return [pad + prefix + "(", *_operands(tree, indent + 4, "", ""), pad + ")"]
    lines = _spread(tree, indent, prefix, "")
    if _fits(lines[0]) or isinstance(tree, (ast.List, ast.Tuple)):
        return lines
    return [pad + prefix + "(", *_spread(tree, indent + 4, "", ""), pad + ")"]


def item_lines(tree: ast.expr, indent: int, suffix: str) -> list[str]:
    """An item inside brackets, with the comma behind it."""
    return _spread(tree, indent, "", suffix)


def unpacking(targets: str, tree: ast.expr, indent: int) -> list[str]:
    """``a, (b, _) = value``; the targets go over several lines when they alone are too long."""
    pad = " " * indent
    pattern = parse(targets)
    assert isinstance(pattern, ast.Tuple)
    if _fits(f"{pad}{targets} = {flat(tree)}") or _fits(f"{pad}{targets} = {_opening(tree)}"):
        return statement(f"{targets} = ", tree, indent)
    body = [line for item in pattern.elts for line in _spread(item, indent + 4, "", ",")]
    rest = statement(") = ", tree, indent)
    return [pad + "(", *body, *rest]


def _opening(tree: ast.expr) -> str:
    if isinstance(tree, ast.Call):
        return flat(tree.func) + "("
    return flat(tree)


def definition(name: str, arguments: list[str], indent: int) -> list[str]:
    """``def forward(self, x):``"""
    pad = " " * indent
    line = f"{pad}def {name}({', '.join(arguments)}):"
    if _fits(line):
        return [line]
    together = f"{pad}    {', '.join(arguments)}"
    body = [together] if _fits(together) else [f"{pad}    {argument}," for argument in arguments]
    return [f"{pad}def {name}(", *body, f"{pad}):"]


def with_comment(lines: list[str], comment: str) -> list[str]:
    """The lines with a comment at the end of a single line where it fits, above them where it does not."""
    if not comment:
        return lines
    if len(lines) == 1 and _fits(f"{lines[0]}  # {comment}"):
        return [f"{lines[0]}  # {comment}"]
    indent = len(lines[0]) - len(lines[0].lstrip())
    return [" " * indent + f"# {comment}", *lines]
