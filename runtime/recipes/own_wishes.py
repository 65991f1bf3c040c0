"""What a person's own recipe asks of its networks, read from its text: live problems in the graph, nothing is run.

What feeds an Input is found in the method ``inputs``, which gives ``{"network": (batch["input"],)}``. What an Output
has to be like cannot be seen there; a class may say it as ``wants = {"network": ("target",)}``: for each Output of a
network the column of the data it is compared with, a shape such as ``(1,)``, or ``None`` for anything.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Sequence
from typing import Any

from graph.facts import Asks, Feed, Want
from graph.model import Project
from runtime.choice import ChoiceError
from runtime.data.schema import Schema

Feeds = Mapping[str, tuple[tuple[str, str], ...] | None]
"""For each role what feeds its Inputs: a column and its name, or "" and the word for what the recipe makes itself;
``None`` where the text does not tell."""
Wants = Mapping[str, tuple[Any, ...]]


def mistake(node: ast.stmt | ast.expr | ast.arg, text: str) -> ChoiceError:
    """What is wrong, with its line; ``text`` has no full stop."""
    return ChoiceError(f"The recipe has a mistake in line {node.lineno}: {text}.")


def feeds_of(inputs: ast.FunctionDef, roles: Sequence[str]) -> Feeds:
    """What the method ``inputs`` gives each network. Raises :class:`ChoiceError` where that cannot be fed."""
    columns = {
        item.targets[0].id: column
        for item in inputs.body
        if isinstance(item, ast.Assign)
        and isinstance(item.targets[0], ast.Name)
        and (column := _column(item.value))
    }
    given = [node for node in ast.walk(inputs) if isinstance(node, ast.Return)]
    if not given:
        raise mistake(inputs, 'inputs returns nothing: write “return {"network": (batch["input"],)}”')
    value = given[0].value
    if len(given) > 1 or not isinstance(value, ast.Dict):
        return {}
    found: dict[str, tuple[tuple[str, str], ...] | None] = {}
    for key, fed in zip(value.keys, value.values, strict=True):
        role = key.value if isinstance(key, ast.Constant) else None
        if not isinstance(role, str):
            return {}
        if role not in roles:
            raise mistake(
                key or fed, f"inputs feeds “{role}”, which is none of the roles ({', '.join(roles)})"
            )
        if _column(fed):
            raise mistake(fed, f'what feeds “{role}” has to be a tuple: write (batch["{_column(fed)}"],)')
        found[role] = (
            tuple(_fed(one, columns) for one in fed.elts)
            if isinstance(fed, ast.Tuple) and not any(isinstance(one, ast.Starred) for one in fed.elts)
            else None
        )
    left = [role for role in roles if role not in found]
    if left:
        raise mistake(value, f"inputs does not tell what “{left[0]}” is given")
    return found


def _column(node: ast.AST) -> str:
    """``input`` of ``batch["input"]``, else ""."""
    if (
        isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "batch"
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    ):
        return node.slice.value
    return ""


def _fed(node: ast.expr, columns: Mapping[str, str]) -> tuple[str, str]:
    name = _column(node) or (columns.get(node.id, "") if isinstance(node, ast.Name) else "")
    if name:
        return name, name
    within = _columns_in(node, columns)
    if len(within) == 1:
        return "", within.pop()  # made of a column: nobody knows its shape
    if isinstance(node, ast.Call):
        node = node.func
    word = node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
    return "", "noise" if word in ("", "draw") or word.startswith(("rand", "normal")) else word


def _columns_in(node: ast.AST, columns: Mapping[str, str]) -> set[str]:
    """The columns whose numbers go into an expression; one whose size alone is asked for does not."""
    name = _column(node) or (columns.get(node.id, "") if isinstance(node, ast.Name) else "")
    if name:
        return {name}
    if isinstance(node, ast.Attribute) and node.attr in ("device", "dtype", "shape"):
        return set()
    called = node.func if isinstance(node, ast.Call) else None
    word = getattr(called, "attr", getattr(called, "id", ""))
    if word in ("len", "size") or word.endswith("_like"):
        return set()
    return {name for one in ast.iter_child_nodes(node) for name in _columns_in(one, columns)}


def wants_of(value: Any, node: ast.stmt, roles: Sequence[str]) -> Wants:
    """``wants`` as it stands in the class, checked."""
    if not isinstance(value, dict):
        raise mistake(node, 'wants must tell what each network gives, such as {"network": ("target",)}')
    for role, each in value.items():
        if role not in roles:
            raise mistake(node, f"wants speaks of “{role}”, which is none of the roles ({', '.join(roles)})")
        if not isinstance(each, (tuple, list)) or not all(_is_want(one) for one in each):
            raise mistake(
                node,
                f'wants of “{role}” must be a list, for each Output a column such as "target", a shape such as '
                "(1,), or None",
            )
    return {role: tuple(each) for role, each in value.items()}


def _is_want(one: Any) -> bool:
    return (
        one is None
        or isinstance(one, str)
        or (isinstance(one, (tuple, list)) and all(type(size) is int and size > 0 for size in one))
    )


def asks(
    roles: Sequence[str], feeds: Feeds, wants: Wants, project: Project, schema: Schema
) -> Sequence[Asks | None]:
    """What the Inputs and Outputs have to be like with this data. Raises :class:`ChoiceError` for a column that the
    data does not have."""
    from runtime.recipes.several import columns_of

    columns = columns_of(schema)

    def column(name: str) -> Feed:
        if name not in columns:
            raise ChoiceError(
                f"The recipe speaks of the column “{name}”, but the data has only {', '.join(columns)}."
            )
        return columns[name]

    found: list[Asks | None] = []
    for role in roles:
        fed = feeds.get(role)
        if fed is None:
            found.append(None)
            continue
        given = tuple(column(name) if name else Feed(None, what=what, made=True) for name, what in fed)
        found.append(Asks(given, tuple(_want(one, column, project, schema) for one in wants.get(role, ()))))
    return found


def _want(one: Any, column: Any, project: Project, schema: Schema) -> Want:
    from runtime.recipes.several import compared

    if one is None:
        return Want(None)
    if not isinstance(one, str):
        return Want(tuple(one), reason="as the recipe says")
    feed: Feed = column(one)
    if one == "input" and feed.dtype.startswith("float"):
        return Want(feed.shape, reason="to be like the samples", axis=0)
    return compared(project.training.loss, one, feed, schema)
