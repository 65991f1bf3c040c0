"""A selection becomes a block, and one use of it takes the selection's place."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from graph.blocks.naming import block_name, input_names, output_names
from graph.blocks.room import close_gap
from graph.checks import check_class_name, check_name
from graph.edits import AddGraph, AddNodes, Edit, EditError, RemoveNodes, SetFrames
from graph.geometry import HEIGHT, WIDTH
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Exposed, Frame, Graph, Node, Project
from graph.names import fresh_name
from graph.order import reachable, reaching, topological
from graph.ports import in_ports, out_ports
from graph.values import BadValue, Expr, expressions

STEP_X, STEP_Y = WIDTH + 80.0, HEIGHT + 40.0
End = tuple[str, str]
"""A node's id and the name of its port."""


class GroupError(EditError):
    """A selection that cannot become a block as it is. ``missing`` would have to be selected too."""

    def __init__(self, sentence: str, missing: tuple[str, ...] = ()) -> None:
        super().__init__(sentence)
        self.missing = missing


@dataclass(frozen=True, slots=True)
class Group:
    """What grouping will do: the edits, the new definition, and the use that stands for the selection."""

    edits: list[Edit]
    block: Graph
    use: Node


def group(project: Project, graph: Graph, ids: Iterable[str], name: str = "", use_name: str = "") -> Group:
    """Turn nodes (and frames) of a graph into a block with one use of it.

    The block's inputs are the sources outside that feed the selection, one port each, in the order in
    which they are needed; its outputs are what the selection gives to others. Wires of variadic ports keep
    their order. Parameters of the surrounding block that are used inside are handed on under their names.
    ``name`` (of the class) and ``use_name`` are chosen when they are not given.
    """
    wanted = set(ids)
    frames = [frame for key, frame in graph.frames.items() if key in wanted]
    inside = [key for key in topological(graph) if key in wanted]
    inside += [key for key in graph.nodes if key in wanted and key not in inside]
    _check(graph, inside)
    ends = _Ends(project, graph, inside)
    name = name or block_name(
        project, graph, [graph.nodes[key] for key in inside], frames[0].title if len(frames) == 1 else ""
    )
    block = _definition(project, graph, inside, frames, ends, name)
    use = Node(graph.fresh_ids("n")[0], BLOCK, "", {}, block=block.id)
    use.params = {item.name: Expr(item.name) for item in block.parameters}
    gone = set(inside)
    left = graph.names() - {graph.nodes[key].name for key in inside}
    use.name = use_name or fresh_name(Graph("", ""), name, left)
    try:
        check_class_name(name)
        check_name(use.name)
    except BadValue as error:
        raise EditError(str(error)) from None
    if use.name in left:
        raise EditError(f"Another node is called “{use.name}” already.")
    anchor = graph.nodes[ends.feeds(0)[0][0]] if ends.inputs else graph.nodes[inside[0]]
    (use.x, use.y), room = close_gap(graph, gone, {frame.id for frame in frames}, anchor)
    edits: list[Edit] = [AddGraph(block, True), RemoveNodes(graph.id, inside)]
    if frames:
        edits.append(SetFrames(graph.id, {frame.id: None for frame in frames}))
    edits.append(AddNodes(graph.id, [use], _outside(graph, block, use.id, ends)))
    return Group([*edits, *room], block, use)


def _check(graph: Graph, inside: list[str]) -> None:
    chosen = set(inside)
    if not inside:
        raise GroupError("Select the layers that shall become a block.")
    for key in inside:
        node = graph.nodes[key]
        if node.type in (INPUT, OUTPUT):
            what = "where data enters" if node.type == INPUT else "what is given back"
            article = "an Input" if node.type == INPUT else "an Output"
            raise GroupError(
                f"“{node.name}” is {article}: it says {what} and stays outside. Leave it out of the selection."
            )
    between = (reachable(graph, chosen) & reaching(graph, chosen)) - chosen
    if between:
        missing = tuple(key for key in graph.nodes if key in between)
        names = [f"“{graph.nodes[key].name}”" for key in missing]
        shown = names[0] if len(names) == 1 else f"{', '.join(names[:3])}{' …' if len(names) > 3 else ''}"
        raise GroupError(
            f"The block would make a loop: what leaves it comes back through {shown}. Select that too.",
            missing,
        )
    for node in graph.nodes.values():
        if node.shares is None or (node.id in chosen) == (node.shares in chosen):
            continue
        first = graph.nodes[node.shares]
        one, other = (node, first) if node.id in chosen else (first, node)
        raise GroupError(
            f"“{one.name}” shares its weights with “{other.name}”, which is not selected. "
            "Select both, or stop sharing first.", (other.id,),
        )  # fmt: skip


class _Ends:
    """The wires across the border, by the ports they make."""

    def __init__(self, project: Project, graph: Graph, inside: list[str]) -> None:
        chosen = set(inside)
        self.into: dict[End, list[Edge]] = {}
        """Wires into the selection by where they come from; the keys are the input ports in order."""
        self.out: dict[End, list[Edge]] = {}
        """Wires out of it by what gives them; the keys are the output ports in order."""
        loose: list[End] = []
        for key in inside:
            node = graph.nodes[key]
            for port in in_ports(project, node):
                wires = graph.edges_into(key, port.name)
                for edge in wires:
                    if edge.source not in chosen:
                        self.into.setdefault((edge.source, edge.source_port), []).append(edge)
                if not wires and not port.optional:
                    loose.append((key, port.name))
            for port in out_ports(project, node):
                for edge in graph.edges_from(key, port.name):
                    if edge.target not in chosen:
                        self.out.setdefault((key, port.name), []).append(edge)
        leading = {edge.source for edge in graph.edges.values()}
        self.loose = loose if not self.into else []
        """Without any wire into it, the unwired ports inside become the block's inputs."""
        self.ends: list[End] = list(self.out)
        if not self.ends:
            for key in inside:
                ports = out_ports(project, graph.nodes[key])
                if key not in leading and ports:
                    self.ends.append((key, ports[0].name))

    @property
    def inputs(self) -> int:
        return len(self.into) or len(self.loose)

    def feeds(self, number: int) -> list[tuple[str, str, int]]:
        """Inside ends of an input port: (node, port, order)."""
        if not self.into:
            return [(*self.loose[number], 0)]
        wires = list(self.into.values())[number]
        return [(edge.target, edge.target_port, edge.order) for edge in wires]


def _definition(project: Project, graph: Graph, inside: list[str], frames: list[Frame], ends: _Ends,
                name: str) -> Graph:  # fmt: skip
    chosen = set(inside)
    nodes = {key: replace(graph.nodes[key], params=dict(graph.nodes[key].params)) for key in inside}
    edges = {
        key: replace(edge) for key, edge in graph.edges.items() if {edge.source, edge.target} <= chosen
    }  # fmt: skip
    used = frozenset[str]().union(
        *(expressions(value) for n in nodes.values() for value in n.params.values())
    )
    exposed = [Exposed(item.name, item.default, item.help) for item in graph.parameters if item.name in used]
    block = Graph(project.fresh_graph_id("b"), name, nodes, edges, parameters=exposed)
    anchor = nodes[ends.feeds(0)[0][0]] if ends.inputs else nodes[inside[0]]
    left, top = min(node.x for node in nodes.values()) - STEP_X, anchor.y
    for node in nodes.values():
        node.x, node.y = node.x - left, node.y - top
    block.frames = {frame.id: replace(frame, x=frame.x - left, y=frame.y - top) for frame in frames}
    _add_inputs(project, graph, block, ends)
    _add_outputs(graph, block, ends)
    return block


def _add_inputs(project: Project, graph: Graph, block: Graph, ends: _Ends) -> None:
    count = ends.inputs
    targets = [[(graph.nodes[key], port) for key, port, _ in ends.feeds(number)] for number in range(count)]
    if ends.into:
        names = input_names(project, graph, list(ends.into), targets, block.names())
    else:
        taken = block.names()
        names = []
        for _ in range(count):
            names.append(fresh_name(Graph("", ""), INPUT, taken) if count > 1 else "x")
            taken.add(names[-1])
    y = None
    for number, (node_id, name) in enumerate(zip(block.fresh_ids("n", count), names, strict=True)):
        level = block.nodes[ends.feeds(number)[0][0]].y
        y = level if y is None else max(level, y + STEP_Y)
        params = {"index": number} if number else {}
        block.nodes[node_id] = Node(node_id, INPUT, name, dict(params), 0.0, y)
        for key, port, order in ends.feeds(number):
            edge = Edge(block.fresh_ids("e")[0], node_id, "output", key, port, order)
            block.edges[edge.id] = edge


def _add_outputs(graph: Graph, block: Graph, ends: _Ends) -> None:
    names = output_names(graph, ends.ends, block.names())
    x = max(node.x for node in block.nodes.values()) + STEP_X
    y = None
    for number, (node_id, name) in enumerate(zip(block.fresh_ids("n", len(names)), names, strict=True)):
        key, port = ends.ends[number]
        level = block.nodes[key].y
        y = level if y is None else max(level, y + STEP_Y)
        params = {"index": number} if number else {}
        block.nodes[node_id] = Node(node_id, OUTPUT, name, dict(params), x, y)
        edge = Edge(block.fresh_ids("e")[0], key, port, node_id, "input")
        block.edges[edge.id] = edge


def _outside(graph: Graph, block: Graph, use: str, ends: _Ends) -> list[Edge]:
    """The wires of the use: one into each input, and those that led out of the selection."""
    wires = [
        Edge("", source, source_port, use, port.name)
        for (source, source_port), port in zip(ends.into, block.inputs, strict=False)
    ]
    for end, port in zip(ends.ends, block.outputs, strict=True):
        wires += [
            Edge("", use, port.name, edge.target, edge.target_port, edge.order)
            for edge in ends.out.get(end, [])
        ]
    ids = graph.fresh_ids("e", len(wires))
    return [replace(edge, id=new) for new, edge in zip(ids, wires, strict=True)]
