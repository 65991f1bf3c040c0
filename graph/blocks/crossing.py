"""Moving nodes over the border of a block: into its definition, or out of it, with ports that follow.

What crosses keeps its parameters, names where they are free, and every wire. A block with other uses is made
independent first, so that those stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from graph.blocks.places import add_port
from graph.blocks.room import within
from graph.blocks.substitution import substituted_params
from graph.blocks.uses import detach, uses_of
from graph.document import apply_edits
from graph.edits import AddNodes, Connect, Disconnect, Edit, EditError, RemoveNodes
from graph.geometry import WIDTH
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Graph, Node, Project, edge_key
from graph.names import unique_name
from graph.order import reachable, reaching
from graph.values import BadValue, expressions

End = tuple[str, str]
GAP = 80.0


def take_in(project: Project, graph_id: str, use_id: str, ids: Iterable[str]) -> list[Edit]:
    """Move nodes that stand beside a block's use into the block. :class:`EditError` says why it cannot be."""
    work = _Crossing(project, graph_id, use_id)
    work.alone()
    work.into(set(ids) - {use_id})
    return work.edits


def take_out(project: Project, graph_id: str, use_id: str, ids: Iterable[str]) -> list[Edit]:
    """Move nodes of a block out of it, beside the use. ``graph_id`` is the graph the use stands in."""
    work = _Crossing(project, graph_id, use_id)
    work.alone()
    work.out_of(set(ids))
    return work.edits


class _Crossing:
    """Tries every edit on a copy of the project, so that the next one sees what it did."""

    def __init__(self, project: Project, graph_id: str, use_id: str) -> None:
        self.project = project.copy()
        self.edits: list[Edit] = []
        self.outer: Graph = self.project.graph(graph_id)
        self.use: Node = self.outer.nodes[use_id]
        block = self.project.blocks.get(self.use.block or "")
        if self.use.type != BLOCK or block is None:
            raise EditError(f"“{self.use.name}” is no block.")
        if block.code:
            raise EditError(f"“{block.name}” is written in Python: change its code instead.")
        if self.use.params.get("repeat", 1) != 1 or "over" in self.use.params:
            raise EditError(
                f"“{self.use.name}” runs several times; what is inside would run so too. Ungroup it first."
            )
        if self.use.shares or any(node.shares == use_id for node in self.outer.nodes.values()):
            raise EditError(f"“{self.use.name}” shares its weights: stop sharing first.")

    @property
    def block(self) -> Graph:
        return self.project.blocks[self.use.block or ""]

    def do(self, edits: list[Edit]) -> None:
        apply_edits(self.project, edits)
        self.edits += edits

    def alone(self) -> None:
        """Let no other use change with this one."""
        if len(uses_of(self.project, self.block.id)) > 1:
            self.do(detach(self.project, self.outer, self.use.id)[0])

    def connect(self, graph: Graph, source: End, target: End, order: int = 0) -> None:
        edge = Edge(graph.fresh_ids("e")[0], *source, *target, order)
        self.do([Connect(graph.id, [edge])])

    def port(self, kind: str, wanted: str) -> str:
        """A new Input or Output of the block; its id."""
        name = unique_name(wanted, self.block.names())
        edits, node_id = add_port(self.block, kind, name)
        self.do(edits)
        return node_id

    def put(self, nodes: list[Node], graph: Graph, shift: tuple[float, float]) -> dict[str, str]:
        """Add copies of nodes to a graph; their new ids."""
        names = graph.names()
        ids = dict(zip((node.id for node in nodes), graph.fresh_ids("n", len(nodes)), strict=True))
        made = []
        for node in nodes:
            name = unique_name(node.name, names)
            names.add(name)
            x, y = within(node.x + shift[0]), within(node.y + shift[1])
            made.append(
                replace(node, id=ids[node.id], name=name, x=x, y=y, shares=ids.get(node.shares or ""))
            )
        self.do([AddNodes(graph.id, made)])
        return ids

    def into(self, chosen: set[str]) -> None:
        outer, use = self.outer, self.use
        nodes = [node for node in outer.nodes.values() if node.id in chosen]
        _check(outer, nodes)
        for node in nodes:
            if any(expressions(value) for value in node.params.values()):
                raise EditError(
                    f"“{node.name}” follows a parameter of “{outer.name}”, which “{self.block.name}” lacks."
                )
        _check_loop(outer, chosen | {use.id}, f"“{self.block.name}”")
        wires = sorted(outer.edges.values(), key=edge_key)
        behind = any(edge.source == use.id and edge.target in chosen for edge in wires)
        shift = _beside(list(self.block.nodes.values()), nodes, behind)
        entries = {node.name: node.id for node in self.block.inputs}
        exits = {node.name: node.id for node in self.block.outputs}
        feeding = {
            edge.target_port: (edge.source, edge.source_port) for edge in wires if edge.target == use.id
        }
        self.do([RemoveNodes(outer.id, [node.id for node in nodes])])
        ids = self.put(nodes, self.block, shift)
        ports = {source: entries[port] for port, source in feeding.items() if port in entries}
        left: dict[End, str] = {}
        for edge in wires:
            source, target = (edge.source, edge.source_port), (edge.target, edge.target_port)
            if edge.target in chosen:
                to = (ids[edge.target], edge.target_port)
                if edge.source in chosen:
                    self.connect(self.block, (ids[edge.source], edge.source_port), to, edge.order)
                elif edge.source == use.id:
                    inside = self.block.edges_into(exits[edge.source_port])
                    if inside:
                        self.connect(self.block, (inside[0].source, inside[0].source_port), to, edge.order)
                else:
                    if source not in ports:
                        ports[source] = self.port(INPUT, outer.nodes[edge.source].name)
                        self.connect(outer, source, (use.id, self.block.nodes[ports[source]].name))
                    self.connect(self.block, (ports[source], "output"), to, edge.order)
            elif edge.source in chosen and edge.target == use.id:
                entry = entries[edge.target_port]
                for inner in self.block.edges_from(entry):
                    to = (inner.target, inner.target_port)
                    order = inner.order
                    self.do([_unplugged(self.block, inner.id)])
                    self.connect(self.block, (ids[edge.source], edge.source_port), to, order)
                self.do([RemoveNodes(self.block.id, [entry])])
            elif edge.source in chosen:
                if source not in left:
                    left[source] = self.port(OUTPUT, _named(edge.source_port, nodes, edge.source))
                    self.connect(self.block, (ids[edge.source], edge.source_port), (left[source], "input"))
                self.connect(outer, (use.id, self.block.nodes[left[source]].name), target, edge.order)
        for name, node_id in exits.items():  # what only those that came in have read
            used = any(edge.source == use.id and edge.source_port == name for edge in wires)
            still = self.outer.edges_from(use.id, name)
            if used and not still and len(self.block.outputs) > 1:
                self.do([RemoveNodes(self.block.id, [node_id])])

    def out_of(self, chosen: set[str]) -> None:
        outer, use, block = self.outer, self.use, self.block
        nodes = [node for node in block.nodes.values() if node.id in chosen]
        _check(block, nodes)
        ports = {node.id for node in (*block.inputs, *block.outputs)}
        rest = set(block.nodes) - chosen - ports
        if not rest:
            raise EditError("Nothing would be left inside: ungroup the block instead.")
        _check_loop(block, chosen, f"what is left of “{block.name}”")
        bindings = {item.name: use.params.get(item.name, item.default) for item in block.parameters}
        try:
            nodes = [replace(node, params=substituted_params(node, bindings)) for node in nodes]
        except BadValue as error:
            raise EditError(f"A parameter cannot be worked out. {error}") from None
        wires = sorted(block.edges.values(), key=edge_key)
        outside = sorted(outer.edges.values(), key=edge_key)
        behind = any(edge.source in rest and edge.target in chosen for edge in wires)
        shift = _beside([use], nodes, behind)
        self.do([RemoveNodes(block.id, [node.id for node in nodes])])
        ids = self.put(nodes, outer, shift)
        given: dict[End, str] = {}
        taken: dict[End, str] = {}
        for node in block.outputs:
            for edge in block.edges_into(node.id):
                given[edge.source, edge.source_port] = node.name
        for edge in wires:
            source = (edge.source, edge.source_port)
            if edge.target in chosen:
                to = (ids[edge.target], edge.target_port)
                if edge.source in chosen:
                    self.connect(outer, (ids[edge.source], edge.source_port), to, edge.order)
                elif edge.source in ports:
                    name = block.nodes[edge.source].name
                    for wire in outside:
                        if (wire.target, wire.target_port) == (use.id, name):
                            self.connect(outer, (wire.source, wire.source_port), to, edge.order)
                else:
                    if source not in given:
                        port = self.port(
                            OUTPUT, _named(edge.source_port, list(block.nodes.values()), edge.source)
                        )
                        self.connect(block, source, (port, "input"))
                        given[source] = block.nodes[port].name
                    self.connect(outer, (use.id, given[source]), to, edge.order)
            elif edge.source in chosen and edge.target in ports:
                name = block.nodes[edge.target].name
                for wire in outside:
                    if (wire.source, wire.source_port) == (use.id, name):
                        self.do([_unplugged(outer, wire.id)])
                        to = (wire.target, wire.target_port)
                        self.connect(outer, (ids[edge.source], edge.source_port), to, wire.order)
                self.do([RemoveNodes(block.id, [edge.target])])
            elif edge.source in chosen:
                if source not in taken:
                    name = next(node.name for node in nodes if node.id == edge.source)
                    port = self.port(INPUT, name)
                    taken[source] = port
                    self.connect(
                        outer, (ids[edge.source], edge.source_port), (use.id, block.nodes[port].name)
                    )
                self.connect(block, (taken[source], "output"), (edge.target, edge.target_port), edge.order)
        for node in list(block.inputs):  # what only those that left have read
            if not block.edges_from(node.id) and any(edge.source == node.id for edge in wires):
                lost = [edge.id for edge in outer.edges_into(use.id, node.name)]
                self.do([_unplugged(outer, *lost)] if lost else [])
                self.do([RemoveNodes(block.id, [node.id])])


def _check(graph: Graph, nodes: list[Node]) -> None:
    if not nodes:
        raise EditError("Select the nodes to be moved.")
    chosen = {node.id for node in nodes}
    for node in nodes:
        if node.type in (INPUT, OUTPUT):
            raise EditError(f"“{node.name}” is a port of “{graph.name}” and stays there.")
        if node.shares and node.shares not in chosen:
            raise EditError(f"“{node.name}” shares weights with a node that would stay: stop sharing first.")
    for other in graph.nodes.values():
        if other.shares in chosen and other.id not in chosen:
            raise EditError(f"“{other.name}” shares weights with a node that would go: stop sharing first.")


def _check_loop(graph: Graph, together: set[str], what: str) -> None:
    """No way may lead out of what will be together and back into it."""
    after = reachable(graph, together) - together
    before = reaching(graph, together) - together
    between = sorted(after & before)
    if between:
        names = graph.nodes[between[0]].name
        raise EditError(
            f"“{names}” lies between them and {what}: the wires would close a loop. Take it along."
        )


def _beside(there: list[Node], nodes: list[Node], behind: bool) -> tuple[float, float]:
    """How far nodes move so that they stand behind (or before) others."""
    top = min(node.y for node in there) - min(node.y for node in nodes)
    if behind:
        return max(node.x for node in there) + WIDTH + GAP - min(node.x for node in nodes), top
    return min(node.x for node in there) - GAP - WIDTH - max(node.x for node in nodes), top


def _named(port: str, nodes: Iterable[Node], node_id: str) -> str:
    """A port is called like its node, or like the output where a node has several."""
    return next(node.name for node in nodes if node.id == node_id) if port == "output" else port


def _unplugged(graph: Graph, *wires: str) -> Edit:
    return Disconnect(graph.id, list(wires))
