"""What is different in one class, and the edits of its graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from graph.catalogue import CATALOGUE
from graph.edits import (
    UNSET,
    AddNodes,
    Connect,
    Disconnect,
    Retype,
    SetHeader,
    SetParams,
)
from graph.edits.base import Unset
from graph.model import BLOCK, INPUT, OUTPUT, REROUTE, Edge, Exposed, Graph, Node
from graph.names import fresh_among
from graph.operations import delete, rename
from graph.reading.constants import substituted
from graph.reading.near import beside
from graph.reading.sketch import CannotRead, Draft, Sketch
from graph.reading.solving import solved
from graph.values import Expr, Value, expressions

if TYPE_CHECKING:
    from graph.reading.update import _Updater

OWN = ("repeat", "over")
"""Parameters of a use that are none of its block."""

Port: TypeAlias = str | int
"""A layer's port by its name, a class's by its place: the names of a class's outputs are not in the text."""
Ends: TypeAlias = dict[Port, list[tuple[str, Port]]]
"""What arrives at every input port: (node, output port)."""


def ends(draft: Draft, sketch: Sketch, node: Node) -> Ends:
    """The wires into a node."""
    found: Ends = {}
    for edge in sketch.graph.edges_into(node.id):
        port = _port(draft, node, edge.target_port, INPUT)
        source = sketch.graph.nodes[edge.source]
        found.setdefault(port, []).append((source.id, _port(draft, source, edge.source_port, OUTPUT)))
    return found


def _port(draft: Draft, node: Node, name: str, kind: str) -> Port:
    if node.type != BLOCK:
        return name
    names = [port.name for port in draft.sketches[node.block or ""].graph.ordered(kind)]
    return names.index(name)


class Changing:
    """One class of the new draft against the same class of the old."""

    def __init__(self, updater: _Updater, key: str) -> None:
        self.updater = updater
        self.key = key
        self.new = updater.new.sketches[key]
        self.old = updater.old.sketches[updater.pairs[key]]
        self.twins = updater.twins[key]
        self.back = {theirs: mine for mine, theirs in self.twins.items()}
        self.replaced: set[str] = set()
        """Nodes of the graph that are of another type now: the wires around them are looked at again."""

    # -- what is different --------------------------------------------------------------------------

    def differs(self) -> bool:
        return bool(self._structure_differs() or self._changed_nodes())

    def _structure_differs(self) -> bool:
        if self.new.code or self.old.code:
            return False
        if set(self.back) != set(self.old.graph.nodes) or set(self.twins) != set(self.new.graph.nodes):
            return True
        return any(self._rewired(node) for node in self.new.graph.nodes.values())

    def _rewired(self, node: Node) -> bool:
        before = ends(self.updater.old, self.old, self.old.graph.nodes[self.twins[node.id]])
        now = ends(self.updater.new, self.new, node)
        if now.keys() != before.keys():
            return True
        return any([(self.twins.get(source), port) for source, port in now[at]] != before[at] for at in now)

    def _changed_nodes(self) -> list[Node]:
        found = []
        for node in self.new.graph.nodes.values():
            theirs = self.twins.get(node.id)
            if theirs is None or self.new.code:
                continue
            twin = self.old.graph.nodes[theirs]
            if self._kind(twin, self.updater.old) != self._kind(node, self.updater.new) \
                    or self._differences(twin, node) or self._renamed(twin, node):  # fmt: skip
                found.append(node)
        return found

    def _kind(self, node: Node, draft: Draft) -> object:
        """What a node is: its type, or the class it uses."""
        if node.type != BLOCK:
            return node.type
        key = node.block or ""
        return self.updater.pairs.get(key, ("new", key)) if draft is self.updater.new else key

    def _differences(self, twin: Node, node: Node) -> dict[str, Value | Unset]:
        """Parameters that the text says differently; those it no longer says are unset."""
        found: dict[str, Value | Unset] = {}
        for name in {**twin.params, **node.params}:
            if node.type in (INPUT, OUTPUT) and name == "index":
                continue  # see _order_ports
            before, now = twin.params.get(name), node.params.get(name)
            if (
                (name in twin.params) != (name in node.params)
                or before != now
                or type(before) is not type(now)
            ):
                found[name] = now if name in node.params else UNSET
        return found

    def _renamed(self, twin: Node, node: Node) -> bool:
        if node.type == OUTPUT:
            return False
        return node.id in self.new.named and node.name != twin.name

    def numbers(self) -> dict[tuple[str, str], Value] | None:
        """The values of all nodes by node of the graph and parameter, if nothing but numbers has changed."""
        if self._structure_differs():
            return None
        places = self.updater.nodes[self.key]
        found: dict[tuple[str, str], Value] = {}
        for node in self.new.graph.nodes.values():
            twin = self.old.graph.nodes[self.twins[node.id]]
            if (
                self._kind(twin, self.updater.old) != self._kind(node, self.updater.new)
                or node.id not in places
            ):
                return None
            if node.type in (INPUT, OUTPUT):
                continue
            actual = self._graph().nodes[places[node.id]]
            if node.type == BLOCK and actual.block != self.updater.graphs.get(node.block or ""):
                if self._differences(twin, node):
                    return None
                continue
            for name in {**actual.params, **self._differences(twin, node)}:
                default: Value = 1
                if node.type != BLOCK:
                    default = CATALOGUE[node.type].param(name).default
                    if CATALOGUE[node.type].param(name).inferred:
                        continue
                elif name != "repeat":
                    default = next(
                        (item.default for item in self.updater.new.sketches[node.block or ""].graph.parameters
                         if item.name == name), None)  # fmt: skip
                found[places[node.id], name] = node.params.get(name, default)
        for node in self._changed_nodes():
            twin = self.old.graph.nodes[self.twins[node.id]]
            for name in self._differences(twin, node):
                value = self._graph().nodes[places[node.id]].params.get(name)
                if not isinstance(value, Expr):
                    return None
        return found

    def count_numbers(self) -> int:
        return len(self._changed_nodes())

    def _graph(self) -> Graph:
        return self.updater.graph(self.key)

    # -- edits --------------------------------------------------------------------------------------

    def apply(self) -> None:
        if self.new.code:
            return
        self._remove()
        for node in self._changed_nodes():
            self.updater.line = self.new.lines.get(node.id, self.new.line)
            self._change(node)
        self._rename()
        self._add()
        self._order_ports()
        self._wire()

    @property
    def _places(self) -> dict[str, str]:
        return self.updater.nodes[self.key]

    def _remove(self) -> None:
        origin = self.updater.origin[self.updater.pairs[self.key]]
        kept = set(self._places.values())
        gone = [place for place in origin.nodes.values() if place not in kept]
        self.updater.done.removed += len(gone)
        if self._structure_differs():
            gone += origin.loose
        for node in self._graph().nodes.values():  # sharers of what goes hold their weights themselves now
            if node.shares in gone and node.id not in gone:
                raise CannotRead(f"“{node.name}” shares the weights of a module that this text removes.",
                                 (self.new.line, 1))  # fmt: skip
        if gone:
            self.updater.do(*delete(self.updater.work, self._graph(), gone))

    def _change(self, node: Node) -> None:
        place = self._places.get(node.id)
        if place is None:
            return
        twin = self.old.graph.nodes[self.twins[node.id]]
        same_kind = self._kind(twin, self.updater.old) == self._kind(node, self.updater.new)
        if not same_kind:
            self._replace(node, place)
            return
        values = self._differences(twin, node)
        actual = self._graph().nodes[place]
        if node.type == BLOCK and actual.block != self.updater.graphs.get(node.block or ""):
            self._change_row(node, place)
            return
        told: dict[str, Value | Unset] = {}
        for name, value in values.items():
            if node.type == BLOCK and name not in OWN and not self._settable(node.block or "", name):
                continue
            inferred = node.type != BLOCK and CATALOGUE[node.type].param(name).inferred is not None
            if inferred and name not in actual.params:
                self.updater.touched.add((self.key, node.id, name))
                continue
            told[name] = value if isinstance(value, Unset) else self.translated(value)
        if told:
            if node.type == BLOCK or actual.type == node.type:
                self.updater.do(SetParams(self._graph().id, place, told))
            else:  # the drawing has another type that is written alike; the text's is clear now
                self.updater.do(Retype(self._graph().id, place, node.type, self._params(node)))
            self.updater.done.changed += 1

    def _change_row(self, node: Node, place: str) -> None:
        """A row that is a chain of its own in the drawing: its use says how many, or it is replaced."""
        origin = self.updater.origin[self.updater.pairs[self.key]]
        graph, inner = origin.rows.get(self.twins[node.id], ("", ""))
        actual = self._graph().nodes[place]
        if graph == actual.block:
            block = self.updater.work.graph(graph)
            given = {
                item.name: item.default
                for item in self.updater.new.sketches[node.block or ""].graph.parameters
            }
            wanted = {
                (inner, name): node.params.get(name, given.get(name, 1)) for name in block.nodes[inner].params
            }
            shown = set(self._differences(self.old.graph.nodes[self.twins[node.id]], node))
            values = solved(block, actual, wanted) if shown <= block.nodes[inner].params.keys() else None
            if values is not None:
                self.updater.do(SetParams(self._graph().id, place, dict(values)))
                self.updater.done.changed += 1
                return
        self._replace(node, place)

    def _settable(self, block: str, name: str) -> bool:
        """Whether a use may set a parameter; what a chain written in place takes is set where it needs it."""
        return not self.updater.new.sketches[block].in_place and name in self.updater.exposed(block)

    def _replace(self, node: Node, place: str) -> None:
        """Another type or class at the same place."""
        graph = self._graph()
        actual = graph.nodes[place]
        shared = actual.shares or any(other.shares == place for other in graph.nodes.values())
        retyped = False
        if BLOCK not in (actual.type, node.type) and not shared:
            retyped = self.updater.attempt(Retype(graph.id, place, node.type, self._params(node)))
        if not retyped:
            name, x, y = actual.name, actual.x, actual.y
            self.updater.do(*delete(self.updater.work, graph, [place]))
            made = self._made(node, name, x, y)
            made.note = actual.note
            self.updater.do(AddNodes(graph.id, [made]))
            self._places[node.id] = made.id
        self.replaced.add(self._places[node.id])
        self._touch(node)
        self.updater.done.changed += 1

    def _touch(self, node: Node) -> None:
        if node.type not in (BLOCK, INPUT, OUTPUT):
            self.updater.touched |= {
                (self.key, node.id, name) for name in node.params if CATALOGUE[node.type].param(name).inferred
            }

    def _params(self, node: Node) -> dict[str, Value]:
        """A node's parameters as the document holds them, without what follows from its inputs."""
        if node.type == BLOCK:
            block = node.block or ""
            arguments = self.new.uses[node.id][0].arguments
            found = {name: value for name, value in arguments.items() if name in self.updater.exposed(block)}
            found |= {name: node.params[name] for name in OWN if name in node.params}
        else:
            layer = CATALOGUE[node.type]
            found = {key: value for key, value in node.params.items() if layer.param(key).inferred is None}
        return {name: self.translated(value) for name, value in found.items()}

    def _made(self, node: Node, name: str, x: float, y: float) -> Node:
        graph = self._graph()
        block = self.updater.graphs[node.block] if node.block is not None else None
        shares = self._places.get(node.shares) if node.shares else None
        return Node(graph.fresh_ids("n")[0], node.type, name, self._params(node), x, y, block, shares)

    def translated(self, value: Value) -> Value:
        """A value in the words of the graph: a chain written in place has parameters of its own."""
        if not self.new.in_place or not expressions(value):
            return value
        user = self.updater._user(self.key)
        if user is None or user[1] not in self.updater.nodes.get(user[0], {}):
            return value
        use = self.updater.graph(user[0]).nodes[self.updater.nodes[user[0]][user[1]]]
        words: dict[str, Expr] = {}
        for name in sorted(expressions(value)):
            passed = next((key for key, given in use.params.items() if given == Expr(name)), None)
            if passed is None:
                graph = self._graph()
                passed = fresh_among({item.name for item in graph.parameters} | {"repeat"}, name) \
                    if any(item.name == name for item in graph.parameters) else name  # fmt: skip
                parameters = [*graph.parameters, Exposed(passed, 1)]
                self.updater.do(
                    SetHeader(graph.id, graph.name, graph.help, parameters),
                    SetParams(self.updater.graphs[user[0]], use.id, {passed: Expr(name)}),
                )
                use = self.updater.graph(user[0]).nodes[use.id]
            words[name] = Expr(passed)
        return substituted(value, words)

    def _rename(self) -> None:
        """Attributes are called as in the text. A name that another node has is taken from it first."""
        wanted: dict[str, str] = {}
        for node in self.new.graph.nodes.values():
            place = self._places.get(node.id)
            twin = self.old.graph.nodes.get(self.twins.get(node.id, ""))
            if place is None or node.type == OUTPUT or node.id not in self.new.named:
                continue
            if twin is None or twin.name != node.name or twin.id not in self.old.named:
                wanted[place] = node.name
        for place, name in wanted.items():
            graph = self._graph()
            if graph.nodes[place].name == name:
                continue
            self._free(name)
            self.updater.do(*rename(self.updater.work, self._graph(), place, name))
            self.updater.done.changed += 1

    def _free(self, name: str) -> None:
        graph = self._graph()
        other = next((node for node in graph.nodes.values() if node.name == name), None)
        if other is not None:
            kind = self.updater.work.graph(other.block).name if other.block else other.type
            self.updater.do(
                *rename(self.updater.work, graph, other.id, fresh_among(graph.names() | {name}, kind))
            )

    def _add(self) -> None:
        for node in self.new.graph.nodes.values():
            if node.id in self._places:
                continue
            self.updater.line = self.new.lines.get(node.id, self.new.line)
            if node.id in self.new.named:
                self._free(node.name)
            graph = self._graph()
            kind = self.updater.graph(node.block).name if node.block else node.type
            name = node.name if node.id in self.new.named else fresh_among(graph.names(), kind)
            before = [
                graph.nodes[self._places[source]]
                for sources in ends(self.updater.new, self.new, node).values()
                for source, _ in sources
                if source in self._places
            ]
            after = [
                graph.nodes[self._places[edge.target]]
                for edge in self.new.graph.edges_from(node.id)
                if edge.target in self._places
            ]
            made = self._made(node, name, *beside(self.updater.work, graph, before, after))
            self.updater.do(AddNodes(graph.id, [made]))
            self._places[node.id] = made.id
            self._touch(node)
            if node.type not in (INPUT, OUTPUT):
                self.updater.done.added += 1

    def _order_ports(self) -> None:
        """Inputs and outputs stand in the order of the text."""
        graph = self._graph()
        for kind in (INPUT, OUTPUT):
            wanted = [self._places[node.id] for node in self.new.graph.ordered(kind)]
            if wanted == [node.id for node in graph.ordered(kind)]:
                continue
            for number, place in enumerate(wanted):
                if graph.nodes[place].params.get("index", 0) != number:
                    self.updater.do(SetParams(graph.id, place, {"index": number}))

    def _wire(self) -> None:
        for node in self.new.graph.nodes.values():
            twin = self.twins.get(node.id)
            place = self._places[node.id]
            same = twin is not None and not self._rewired(node) and self._mapped(node)
            self.updater.line = self.new.lines.get(node.id, self.new.line)
            if not same or node.type == BLOCK:
                self._rewire(node, place)

    def _mapped(self, node: Node) -> bool:
        """Whether the node and what feeds it are where they were."""
        origin = self.updater.origin[self.updater.pairs[self.key]]
        here = [node.id, *(edge.source for edge in self.new.graph.edges_into(node.id))]
        if any(self._places.get(one) in self.replaced for one in here):
            return False
        return all(
            self._places.get(one) == origin.nodes.get(self.twins.get(one, "")) for one in here
        ) and not any(edge.source in origin.loose for edge in self._graph().edges_into(self._places[node.id]))

    def _rewire(self, node: Node, place: str) -> None:
        graph = self._graph()
        wanted: dict[str, list[tuple[str, str]]] = {}
        for port, sources in ends(self.updater.new, self.new, node).items():
            target = self._port_name(graph.nodes[place], port, INPUT)
            wanted[target] = [
                (self._places[source], self._port_name(graph.nodes[self._places[source]], out, OUTPUT))
                for source, out in sources
            ]
        present: dict[str, list[Edge]] = {}
        for edge in graph.edges_into(place):
            present.setdefault(edge.target_port, []).append(edge)
        for port in {**present, **wanted}:
            there = present.get(port, [])
            if self._seen_through(graph, there) == wanted.get(port, []):
                continue
            if there:
                self.updater.do(Disconnect(graph.id, [edge.id for edge in there]))
            ids = graph.fresh_ids("e", len(wanted.get(port, [])))
            edges = [
                Edge(new, source, out, place, port, order)
                for order, (new, (source, out)) in enumerate(zip(ids, wanted.get(port, []), strict=True))
            ]
            if edges:
                self.updater.do(Connect(graph.id, edges))
            self.updater.done.wires += max(len(edges), len(there))

    def _seen_through(self, graph: Graph, edges: list[Edge]) -> list[tuple[str, str]]:
        """Where wires come from, behind the dots that lie on them."""
        found = []
        for edge in edges:
            while graph.nodes[edge.source].type == REROUTE and graph.edges_into(edge.source):
                edge = graph.edges_into(edge.source)[0]
            found.append((edge.source, edge.source_port))
        return found

    def _port_name(self, node: Node, port: Port, kind: str) -> str:
        if isinstance(port, str):
            return port
        ports = self.updater.work.graph(node.block or "").ordered(kind)
        if port >= len(ports):
            raise CannotRead(f"“{node.name}” has not as many {kind.lower()}s.", (self.updater.line, 1))
        return ports[port].name
