"""From JSON data that anyone may have written to a checked document.

Here the structure is checked: which keys there are and what type each value has. The rules of
:mod:`graph.checks` and :mod:`graph.settings`, which edits keep too, are asked afterwards.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, TypeVar

from graph.checks import MAX_EDGES, MAX_LIST, MAX_NODES, check_id, check_project
from graph.files.errors import FileError
from graph.model import DataChoice, Edge, Exposed, Frame, Graph, Node, Project, Step, Training
from graph.settings import SETTINGS, check_settings
from graph.values import BadValue, Expr, Value, parse, shown

Kind = TypeVar("Kind")

_EDGE_KEYS = {"from", "to", "order"}
_NODE_KEYS = {"type", "name", "params", "block", "shares", "note", "off", "collapsed", "pinned",
              "frozen", "rate", "start"}  # fmt: skip
_NAMES = {
    dict: "a table", list: "a list", str: "text", int: "a whole number", float: "a number", bool: "true or false",
}  # fmt: skip


def read_project(data: Mapping[str, Any]) -> Project:
    """A project from JSON data of the current format; :class:`FileError` with a sentence."""
    try:
        project = _project(data)
        check_project(project)
        check_settings(project)
    except BadValue as error:
        raise FileError(str(error)) from None
    return project


def _get(data: Mapping[str, Any], key: str, kind: type[Kind], where: str, default: Any = None) -> Kind:
    """A value of the right type, or the default when the key is absent (``None``: it must be there)."""
    if key not in data:
        if default is None:
            raise BadValue(f"{where} has no “{key}”.")
        return default
    value = data[key]
    if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
        raise BadValue(f"{where}: “{key}” must be {_NAMES[kind]}, not {shown(value)}.")
    return value


def _keys(data: Any, known: set[str], where: str) -> Mapping[str, Any]:
    if not isinstance(data, Mapping):
        raise BadValue(f"{where} must be a table, not {shown(data)}.")
    for key in data:
        if key not in known:
            raise BadValue(f"{where} has an entry {shown(key)} that is not known.")
    return data


def read_value(data: Any, depth: int = 0) -> Value:
    """A value as it stands in JSON."""
    if data is None or isinstance(data, (bool, int, float, str)):
        return data
    if isinstance(data, list) and len(data) <= MAX_LIST and depth < 3:
        return tuple(read_value(item, depth + 1) for item in data)
    if isinstance(data, Mapping) and data.keys() == {"expr"} and isinstance(data["expr"], str):
        parse(data["expr"])
        return Expr(data["expr"])
    raise BadValue(f"{shown(data)} cannot be a value.")


def _table(data: Mapping[str, Any], key: str, where: str) -> dict[str, Value]:
    table = _get(data, key, dict, where, {})
    return {name: read_value(value) for name, value in table.items()}


def _project(data: Mapping[str, Any]) -> Project:
    where = "The project"
    known = {"format", "kind", "title", "notes", "networks", "blocks", "data", "training", "view", "weights"}
    _keys(data, known, where)
    what = "The data choice"
    choice = _keys(data.get("data", {}), {"source", "options", "steps"}, what)
    project = Project(
        title=_get(data, "title", str, where, "Untitled"),
        data=DataChoice(
            _get(choice, "source", str, what, ""),
            _table(choice, "options", what),
            [_step(number, item) for number, item in enumerate(_get(choice, "steps", list, what, []), 1)],
        ),
        training=_training(data.get("training", {})),
        view=_table(data, "view", where),
        notes=_get(data, "notes", str, where, ""),
        weights=_get(data, "weights", str, where, ""),
    )
    for key, table, prefix in (("networks", project.networks, "g"), ("blocks", project.blocks, "b")):
        for item in _get(data, key, list, where, [] if key == "blocks" else None):
            graph = _graph(item, prefix)
            if graph.id in table:
                raise BadValue(f"Two of the {key} have the id “{graph.id}”.")
            table[graph.id] = graph
    return project


def _step(number: int, data: Any) -> Step:
    where = f"Step {number} of the preparation"
    _keys(data, {"kind", "options", "where", "off"}, where)
    return Step(
        _get(data, "kind", str, where),
        _table(data, "options", where),
        _get(data, "where", str, where, "all"),
        _get(data, "off", bool, where, False),
    )


def _training(data: Any) -> Training:
    where = "The training settings"
    _keys(data, set(SETTINGS["training"]), where)
    values: dict[str, Any] = {}
    for item in dataclasses.fields(Training):
        if item.name not in data:
            continue
        value = data[item.name]
        if item.name in ("options", "schedule_options"):
            value = _table(data, item.name, where)
        elif item.type == "float" and type(value) is int:
            value = float(value)
        values[item.name] = value
    return Training(**values)


def _graph(data: Any, prefix: str) -> Graph:
    what = "A network" if prefix == "g" else "A block"
    _keys(data, {"id", "name", "help", "parameters", "nodes", "edges", "frames", "layout", "code"}, what)
    name = _get(data, "name", str, what)
    where = f"{what[2:].capitalize()} {shown(name)}"
    graph = Graph(_get(data, "id", str, where), name, help=_get(data, "help", str, where, ""))
    check_id(graph.id, prefix, what[0].lower() + what[1:])
    nodes, edges = _get(data, "nodes", dict, where, {}), _get(data, "edges", dict, where, {})
    if len(nodes) > MAX_NODES or len(edges) > MAX_EDGES:
        raise BadValue(f"{where} has more than {MAX_NODES:,} nodes or {MAX_EDGES:,} wires.")
    layout = _get(data, "layout", dict, where, {})
    for key, item in nodes.items():
        graph.nodes[key] = _node(key, item, layout.get(key, [0.0, 0.0]), where)
    for key in layout:
        if key not in nodes:
            raise BadValue(f"{where}: the layout places a node {shown(key)} that does not exist.")
    for key, item in edges.items():
        graph.edges[key] = read_edge(key, item, where)
    for key, item in _get(data, "frames", dict, where, {}).items():
        graph.frames[key] = _frame(key, item, where)
    graph.parameters = [_exposed(item, where) for item in _get(data, "parameters", list, where, [])]
    graph.code = "\n".join(_lines(_get(data, "code", list, where, []), where))
    return graph


def _lines(data: list[Any], where: str) -> list[str]:
    """A block's code, which a file holds line by line."""
    for line in data:
        if not isinstance(line, str) or "\n" in line:
            raise BadValue(f"{where}: its code must be lines of text, not {shown(line)}.")
    return data


def _numbers(data: Any, count: int, what: str) -> list[float]:
    good = isinstance(data, list) and len(data) == count and all(type(item) in (int, float) for item in data)
    if not good:
        raise BadValue(f"{what} must be {count} numbers, not {shown(data)}.")
    return [float(item) for item in data]


def _node(key: str, data: Any, place: Any, graph: str) -> Node:
    check_id(key, "n", "a node")
    where = f"{graph}, node “{key}”"
    _keys(data, _NODE_KEYS, where)
    x, y = _numbers(place, 2, f"{where}: its place")
    try:
        params = _table(data, "params", where)
    except BadValue as error:
        raise BadValue(f"{where}: {error}") from None
    return Node(
        key,
        _get(data, "type", str, where),
        _get(data, "name", str, where),
        params,
        x,
        y,
        _get(data, "block", str, where) if "block" in data else None,
        _get(data, "shares", str, where) if "shares" in data else None,
        _get(data, "note", str, where, ""),
        _get(data, "off", str, where, ""),
        _get(data, "collapsed", bool, where, False),
        _get(data, "pinned", bool, where, False),
        _get(data, "frozen", bool, where, False),
        data.get("rate", 1.0),
        _get(data, "start", str, where, ""),
    )


def read_edge(key: str, data: Any, graph: str) -> Edge:
    """A wire as it stands in JSON."""
    check_id(key, "e", "a wire")
    where = f"{graph}, wire “{key}”"
    _keys(data, _EDGE_KEYS, where)
    source, target = _end(data, "from", where), _end(data, "to", where)
    return Edge(key, source[0], source[1], target[0], target[1], _get(data, "order", int, where, 0))


def _end(data: Mapping[str, Any], key: str, where: str) -> list[str]:
    pair = _get(data, key, list, where)
    if len(pair) != 2 or not (isinstance(pair[0], str) and isinstance(pair[1], str)):
        raise BadValue(f"{where}: “{key}” must be a node and a port, not {shown(pair)}.")
    return pair


def _frame(key: str, data: Any, graph: str) -> Frame:
    where = f"{graph}, frame {shown(key)}"
    _keys(data, {"title", "color", "place"}, where)
    x, y, width, height = _numbers(data.get("place"), 4, f"{where}: its place")
    title, color = _get(data, "title", str, where, ""), _get(data, "color", str, where, "grey")
    return Frame(key, title, x, y, width, height, color)


def _exposed(data: Any, graph: str) -> Exposed:
    where = f"{graph}, an exposed parameter"
    _keys(data, {"name", "default", "help"}, where)
    if "default" not in data:
        raise BadValue(f"{where} has no “default”.")
    name, text = _get(data, "name", str, where), _get(data, "help", str, where, "")
    return Exposed(name, read_value(data["default"]), text)
