"""What a document may hold. Edits keep to these rules, and a file that breaks one is refused.

So whatever can be drawn can be saved and opened again, and nothing else can be opened. A rule here is
about form (types, ranges, names, ends of wires); whether a network *works* is the business of
:mod:`graph.shapes`, and a document with such problems is a legal document. Every function raises
:class:`graph.values.BadValue` with a sentence.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from graph.model import BLOCK, INPUT, OUTPUT, Edge, Exposed, Frame, Graph, Node, Project
from graph.names import is_identifier, is_usable
from graph.overtime import OVER
from graph.values import MAX_INT, BadValue, Expr, Value, parse, shown

if TYPE_CHECKING:
    from graph.catalogue.spec import LayerType, Param

MAX_NODES = 100_000
MAX_EDGES = 400_000
MAX_GRAPHS = 2_000
MAX_FRAMES = 10_000
MAX_EXPOSED = 100
MAX_COORDINATE = 1e7
MAX_REPEAT = 1_000
MAX_LIST = 4_096
MAX_TITLE = 200
MAX_TEXT = 100_000
MAX_STRING = 4_096
RESERVED = frozenset({"repeat", "over"})
"""Parameters of every block's use, which no block can expose one of its own as."""
FRAME_COLOURS = re.compile(r"[a-z]{1,20}|#[0-9a-fA-F]{6}")


@cache
def _id_pattern(prefix: str) -> re.Pattern[str]:
    return re.compile(prefix + r"(0|[1-9][0-9]{0,8})")


def check_id(identifier: Any, prefix: str, what: str) -> None:
    if not isinstance(identifier, str) or not _id_pattern(prefix).fullmatch(identifier):
        raise BadValue(f"{shown(identifier)} cannot be the id of {what}: expected “{prefix}” and a number.")


def check_text(text: Any, what: str, limit: int = MAX_TEXT, lines: bool = True) -> None:
    """Text for people: any language, but no control characters and nothing that UTF-8 cannot hold."""
    if not isinstance(text, str):
        raise BadValue(f"{what} must be text, not {shown(text)}.")
    if len(text) > limit:
        raise BadValue(f"{what} is longer than {limit:,} characters.")
    if text.isprintable():
        return
    for letter in text:
        if "\ud800" <= letter <= "\udfff" or (letter < " " and letter not in "\n\t") or letter == "\x7f":
            raise BadValue(f"{what} holds a character that cannot be saved (code {ord(letter)}).")
        if letter in "\n\t" and not lines:
            raise BadValue(f"{what} must be a single line.")


def check_name(name: Any) -> None:
    """A node's name: it stands in the generated code as it is."""
    if not isinstance(name, str) or not is_identifier(name):
        raise BadValue(f"{shown(name)} cannot be a name: use letters, digits and _, no Python keyword.")
    if not is_usable(name):
        raise BadValue(f"{shown(name)} cannot be a name: PyTorch or the generated code uses it already.")


def check_class_name(name: Any) -> None:
    if not isinstance(name, str) or not is_usable(name):
        raise BadValue(f"{shown(name)} cannot be a class name: use letters, digits and _, a letter first.")


def is_number(value: Any) -> bool:
    """A finite number, not too large for JSON's readers; a bool is none."""
    if type(value) is int:
        return abs(value) <= MAX_INT
    return type(value) is float and math.isfinite(value)


def check_coordinate(value: Any, what: str) -> None:
    if not is_number(value) or abs(value) > MAX_COORDINATE:
        raise BadValue(f"{what} must be a number of at most {MAX_COORDINATE:,.0f}, not {shown(value)}.")


def check_value(value: Any, what: str, expressions: bool = False, depth: int = 0) -> None:
    """Any plain value: nothing, true or false, a number, a short text or a list of such."""
    if value is None or isinstance(value, bool) or is_number(value):
        return
    if isinstance(value, str):
        check_text(value, what, MAX_STRING)
    elif isinstance(value, Expr) and expressions:
        parse(value.text)
    elif isinstance(value, tuple) and len(value) <= MAX_LIST and depth < 2:
        for item in value:
            check_value(item, what, expressions, depth + 1)
    else:
        raise BadValue(f"{what} cannot be {shown(value)}.")


def check_options(options: Any, what: str) -> None:
    """Options of a data source, a schedule, …: names to plain values. Their owner knows the ranges."""
    if not isinstance(options, Mapping) or len(options) > 200:
        raise BadValue(f"{what} must be a table of options.")
    for key, value in options.items():
        if not isinstance(key, str) or not is_identifier(key):
            raise BadValue(f"{what}: {shown(key)} cannot be the name of an option.")
        check_value(value, f"{what}: {key}")


@cache
def _catalogue() -> dict[str, LayerType]:
    from graph.catalogue import CATALOGUE  # late: the catalogue is not needed to look at a document

    return CATALOGUE


@cache
def _fixed_ports(name: str) -> tuple[frozenset[str], frozenset[str] | None]:
    """Names of a layer's inputs and outputs; ``None`` when its outputs depend on parameters."""
    layer = layer_type(name)
    outputs = None if callable(layer.outputs) else frozenset(port.name for port in layer.outputs)
    return frozenset(port.name for port in layer.inputs), outputs


def layer_type(name: Any) -> LayerType:
    """The catalogue's entry."""
    found = _catalogue().get(name) if isinstance(name, str) else None
    if found is None:
        raise BadValue(f"There is no layer type {shown(name)}.")
    return found


def normal_param(layer: LayerType, name: str, value: Any) -> Value:
    """A parameter's value in its normal form, checked against the catalogue; expressions pass unevaluated."""
    try:
        param = layer.param(name)
    except KeyError:
        raise BadValue(f"{layer.name} has no parameter {shown(name)}.") from None
    if isinstance(value, Expr):
        parse(value.text)
        return value
    if isinstance(value, (tuple, list)) and any(isinstance(item, Expr) for item in value):
        for item in value:
            if isinstance(item, Expr):
                parse(item.text)
        param.check(tuple(_stand_in(param) if isinstance(item, Expr) else item for item in value))
        return tuple(value)
    checked: Value = param.check(value)
    return checked


def _stand_in(param: Param) -> int:
    return int(max(1, param.minimum or 1))


def normal_params(layer: LayerType, params: Mapping[str, Any]) -> dict[str, Value]:
    """All parameters that are set, each in its normal form."""
    return {name: normal_param(layer, name, value) for name, value in params.items()}


def normal_use(params: Mapping[str, Any]) -> dict[str, Value]:
    """The parameters of a block's use. The block's own may change later, so the names are not compared."""
    if len(params) > MAX_EXPOSED:
        raise BadValue(f"More than {MAX_EXPOSED} parameters are set.")
    for name, value in params.items():
        if name == "repeat":
            if not isinstance(value, Expr) and (type(value) is not int or not 1 <= value <= MAX_REPEAT):
                raise BadValue(f"repeat must be a whole number from 1 to {MAX_REPEAT:,}, not {shown(value)}.")
        elif name == "over":
            if value not in OVER:
                raise BadValue(f"over must be {' or '.join(OVER)}, not {shown(value)}.")
        elif not isinstance(name, str) or not is_usable(name):
            raise BadValue(f"{shown(name)} cannot be a parameter's name.")
        check_value(value, name, expressions=True)
    return dict(params)


def check_node(node: Node) -> None:
    """A node by itself; its parameters are brought into their normal form."""
    check_id(node.id, "n", "a node")
    check_name(node.name)
    try:
        if node.type == BLOCK:
            if not isinstance(node.block, str):
                raise BadValue("It uses no block.")
            node.params = normal_use(node.params)
        else:
            if node.block is not None:
                raise BadValue("Only a node of the type Block uses a block.")
            node.params = normal_params(layer_type(node.type), node.params)
        check_coordinate(node.x, "x")
        check_coordinate(node.y, "y")
        check_text(node.note, "The note")
        check_state(node)
    except BadValue as error:
        raise BadValue(f"Node “{node.name}”: {error}") from None


MAX_RATE = 1000.0
START = re.compile(r"[a-z_]{1,30}( -?\d{1,9}(\.\d{1,9})?(e-?\d{1,2})?)?")


def check_state(node: Node) -> None:
    """Whether a node may be switched off, and is so in a way that exists; and how it learns."""
    if node.off not in ("", "bypass", "mute"):
        raise BadValue(f"off must be bypass or mute, not {shown(node.off)}.")
    if node.off and node.type in (INPUT, OUTPUT):
        raise BadValue("An Input or Output cannot be switched off.")
    if type(node.collapsed) is not bool or type(node.pinned) is not bool:
        raise BadValue("collapsed and pinned must be true or false.")
    if not isinstance(node.start, str) or (node.start and not START.fullmatch(node.start)):
        raise BadValue(
            f"start must be a way for weights to begin, such as he_normal, not {shown(node.start)}."
        )
    if type(node.frozen) is not bool:
        raise BadValue("frozen must be true or false.")
    if not is_number(node.rate) or not 0 < node.rate <= MAX_RATE:
        raise BadValue(f"rate must be a number above 0 and at most {MAX_RATE:g}, not {shown(node.rate)}.")


def check_shares(node: Node, nodes: Mapping[str, Node]) -> None:
    """``shares`` names a node of the same kind that holds the weights itself."""
    if node.shares is None:
        return
    first = nodes.get(node.shares)
    if first is None or first.shares is not None or first is node:
        raise BadValue(f"Node “{node.name}” shares the weights of a node that has none of its own.")
    holds = node.type == BLOCK or layer_type(node.type).module is not None
    if not holds or (first.type, first.block) != (node.type, node.block) or first.params != node.params:
        raise BadValue(f"Node “{node.name}” cannot share the weights of “{first.name}”: the two differ.")


def check_wire(edge: Edge, source: Node, target: Node) -> None:
    """Ports that always exist are compared with the catalogue; a block's and a Split's may come and go."""
    check_id(edge.id, "e", "a wire")
    if type(edge.order) is not int or abs(edge.order) > MAX_EDGES:
        raise BadValue(f"The order of the wire “{edge.id}” must be a whole number, not {shown(edge.order)}.")
    for port in (edge.source_port, edge.target_port):
        if not isinstance(port, str) or not is_identifier(port):
            raise BadValue(f"{shown(port)} cannot be the name of a port.")
    if source.type != BLOCK:
        outputs = _fixed_ports(source.type)[1]
        if outputs is not None and edge.source_port not in outputs:
            raise BadValue(f"Node “{source.name}” has no output “{edge.source_port}”.")
    if target.type != BLOCK and edge.target_port not in _fixed_ports(target.type)[0]:
        raise BadValue(f"Node “{target.name}” has no input “{edge.target_port}”.")


def takes_many(node: Node, port: str) -> bool:
    """Whether an input port takes any number of wires."""
    if node.type == BLOCK:
        return False
    return any(found.variadic for found in layer_type(node.type).inputs if found.name == port)


def check_room(edges: Iterable[Edge], nodes: Mapping[str, Node]) -> None:
    """No two of the wires may end at the same port, unless it takes many."""
    seen: set[tuple[str, str]] = set()
    for edge in edges:
        end = (edge.target, edge.target_port)
        if end in seen and not takes_many(nodes[edge.target], edge.target_port):
            name = nodes[edge.target].name
            raise BadValue(f"Two wires would end at “{edge.target_port}” of “{name}”, which takes one.")
        seen.add(end)


def find_cycle(edges: Iterable[Edge], start: Iterable[str] | None = None) -> str | None:
    """A node on a loop that can be reached from ``start`` (from anywhere without it), or ``None``."""
    following: dict[str, list[str]] = {}
    for edge in edges:
        following.setdefault(edge.source, []).append(edge.target)
    done: set[str] = set()
    for first in following if start is None else start:
        if first in done:
            continue
        path = {first}
        stack = [(first, iter(following.get(first, ())))]
        while stack:
            here, left = stack[-1]
            step = next(left, None)
            if step is None:
                stack.pop()
                path.discard(here)
                done.add(here)
            elif step in path:
                return step
            elif step not in done:
                path.add(step)
                stack.append((step, iter(following.get(step, ()))))
    return None


def check_frame(frame: Frame) -> None:
    check_id(frame.id, "f", "a frame")
    check_text(frame.title, "A frame's title", MAX_TITLE, lines=False)
    for value in (frame.x, frame.y, frame.width, frame.height):
        check_coordinate(value, f"Frame “{frame.id}”: its place")
    if frame.width < 0 or frame.height < 0:
        raise BadValue(f"Frame “{frame.id}” has a negative size.")
    if not isinstance(frame.color, str) or not FRAME_COLOURS.fullmatch(frame.color):
        raise BadValue(f"Frame “{frame.id}”: {shown(frame.color)} is not a colour.")


def check_exposed(parameters: list[Exposed]) -> None:
    if len(parameters) > MAX_EXPOSED:
        raise BadValue(f"More than {MAX_EXPOSED} parameters are exposed.")
    names = [item.name for item in parameters]
    for item in parameters:
        if not isinstance(item.name, str) or not is_usable(item.name) or item.name in RESERVED:
            raise BadValue(f"{shown(item.name)} cannot be a parameter's name.")
        check_value(item.default, f"The default of “{item.name}”")
        check_text(item.help, f"The help of “{item.name}”")
    if len(set(names)) != len(names):
        raise BadValue("Two exposed parameters have the same name.")


def check_header(name: Any, help: Any, parameters: list[Exposed]) -> None:
    check_class_name(name)
    check_text(help, "The help text")
    check_exposed(parameters)


def check_code(graph: Graph) -> None:
    """A block written in Python: text of any content (it may be unfinished), and nothing but ports around it."""
    if not graph.code:
        return
    if graph.id.startswith("g"):
        raise BadValue(f"The network “{graph.name}” holds Python: only a block may.")
    check_text(graph.code, f"The code of “{graph.name}”")
    if not graph.code.strip():
        raise BadValue(f"The code of “{graph.name}” is empty.")
    ends = all(node.type in (INPUT, OUTPUT) for node in graph.nodes.values())
    if not ends or graph.edges:
        raise BadValue(f"“{graph.name}” is written in Python, so it holds no other nodes and no wires.")


def check_graph(graph: Graph, project: Project) -> None:
    """A whole network or block; the blocks it uses must be in the project."""
    check_header(graph.name, graph.help, graph.parameters)
    check_code(graph)
    try:
        names: set[str] = set()
        for key, node in graph.nodes.items():
            check_node(node)
            if node.name in names or key != node.id:
                raise BadValue(f"Two nodes have the name “{node.name}”.")
            names.add(node.name)
            if node.type == BLOCK and node.block not in project.blocks:
                raise BadValue(f"Node “{node.name}” uses a block that does not exist in this project.")
        for node in graph.nodes.values():
            check_shares(node, graph.nodes)
        for edge in graph.edges.values():
            for end in (edge.source, edge.target):
                if end not in graph.nodes:
                    wire = f"The wire {shown(edge.id)}"
                    raise BadValue(f"{wire} refers to a node {shown(end)} that does not exist.")
            check_wire(edge, graph.nodes[edge.source], graph.nodes[edge.target])
        check_room(graph.edges.values(), graph.nodes)
        loop = find_cycle(graph.edges.values())
        if loop is not None:
            raise BadValue(f"The wires through “{graph.nodes[loop].name}” close a loop.")
        if len(graph.frames) > MAX_FRAMES:
            raise BadValue(f"It has more than {MAX_FRAMES:,} frames.")
        for frame in graph.frames.values():
            check_frame(frame)
    except BadValue as error:
        raise BadValue(f"In “{graph.name}”: {error}") from None


def check_project(project: Project) -> None:
    """All networks and blocks. The settings are checked by :mod:`graph.settings`."""
    if not project.networks:
        raise BadValue("The project has no network.")
    if len(project.networks) + len(project.blocks) > MAX_GRAPHS:
        raise BadValue(f"The project has more than {MAX_GRAPHS:,} networks and blocks.")
    if sum(len(graph.nodes) for graph in project.graphs()) > MAX_NODES:
        raise BadValue(f"The project has more than {MAX_NODES:,} nodes.")
    if sum(len(graph.edges) for graph in project.graphs()) > MAX_EDGES:
        raise BadValue(f"The project has more than {MAX_EDGES:,} wires.")
    names: set[str] = set()
    for table, prefix, what in ((project.networks, "g", "a network"), (project.blocks, "b", "a block")):
        for graph in table.values():
            check_id(graph.id, prefix, what)
            check_graph(graph, project)
            if graph.name in names:
                raise BadValue(f"Two networks or blocks are called “{graph.name}”.")
            names.add(graph.name)
    uses = [
        Edge("", block.id, "", node.block, "")
        for block in project.blocks.values() for node in block.nodes.values() if node.block
    ]  # fmt: skip
    loop = find_cycle(uses)
    if loop is not None:
        raise BadValue(f"The block “{project.blocks[loop].name}” contains itself.")
