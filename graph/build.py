"""Writing graphs in Python: how presets and tests make networks, blocks and whole projects.

    g = GraphBuilder("Net")
    x = g.input("x", shape=(1, 8, 8))
    x = g.add("Conv2d", x, out_channels=32, kernel_size=3, padding=1)
    x = g.add("ReLU", x)
    out, h_n, c_n = g.add("LSTM", x, hidden_size=64)
    g.output(g.add("Add", out, x))
    made = project("Digits", g, data=DataChoice("digits"))

Everything is checked while it is written: types, ports and parameters must be the catalogue's. What
is wrong in a builder is wrong in the program, so it raises :class:`BuildError`, not a sentence for a
person.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

from graph.arrange import arrange
from graph.checks import RESERVED
from graph.model import BLOCK, INPUT, OUTPUT, DataChoice, Edge, Exposed, Graph, Node, Project, Training
from graph.names import fresh_among, is_usable
from graph.values import BadValue, Expr, Value, canonical


class BuildError(ValueError):
    """A graph was written wrongly."""


class Symbol:
    """An exposed parameter, or arithmetic on some: ``planes * 4`` becomes the expression of that text."""

    def __init__(self, text: str) -> None:
        self.text = canonical(text)

    def _with(self, sign: str, other: Any, swapped: bool = False) -> Symbol:
        texts = [f"({self.text})", f"({other.text if isinstance(other, Symbol) else other})"]
        return Symbol(f" {sign} ".join(texts[::-1] if swapped else texts))

    def __add__(self, other: Any) -> Symbol:
        return self._with("+", other)

    def __radd__(self, other: Any) -> Symbol:
        return self._with("+", other, swapped=True)

    def __sub__(self, other: Any) -> Symbol:
        return self._with("-", other)

    def __rsub__(self, other: Any) -> Symbol:
        return self._with("-", other, swapped=True)

    def __mul__(self, other: Any) -> Symbol:
        return self._with("*", other)

    def __rmul__(self, other: Any) -> Symbol:
        return self._with("*", other, swapped=True)

    def __floordiv__(self, other: Any) -> Symbol:
        return self._with("//", other)

    def __mod__(self, other: Any) -> Symbol:
        return self._with("%", other)

    def __pow__(self, other: Any) -> Symbol:
        return self._with("**", other)

    def __neg__(self) -> Symbol:
        return Symbol(f"-({self.text})")


class Wire:
    """An output port of a node: what other nodes are fed from."""

    def __init__(self, node: str, port: str) -> None:
        self.node = node
        self.port = port


class Ref:
    """A node that was added. As a source it stands for its first output; it unpacks into all of them."""

    def __init__(self, node: Node, ports: Sequence[str]) -> None:
        self.node = node
        self.ports = tuple(ports)

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def name(self) -> str:
        return self.node.name

    def __getitem__(self, port: str) -> Wire:
        if port not in self.ports:
            raise BuildError(f"{self.name} has no output {port!r}, only {', '.join(self.ports)}")
        return Wire(self.id, port)

    def outputs(self, *ports: str) -> tuple[Wire, ...]:
        """The named outputs, or all of them."""
        return tuple(self[port] for port in ports or self.ports)

    def __iter__(self) -> Iterator[Wire]:
        return iter(self.outputs())


Source: TypeAlias = Ref | Wire
Sources: TypeAlias = Ref | Wire | Sequence[Ref | Wire]


class GraphBuilder:
    """Writes one network or block definition. ``graph`` is what has been written so far."""

    def __init__(self, name: str, help: str = "") -> None:
        self.graph = Graph(id="", name=name, help=help)
        self.blocks: dict[str, GraphBuilder] = {}
        """The block definition behind each node of type ``Block``, by node id."""
        self._names: set[str] = set()
        self._nodes = 0
        self._edges = 0

    def parameter(self, name: str, default: Value, help: str = "") -> Symbol:
        """Expose a parameter of the block; use the result in the parameters of nodes."""
        if not is_usable(name) or name in RESERVED:
            raise BuildError(f"{name!r} cannot be a parameter's name")
        self.graph.parameters.append(Exposed(name, default, help))
        return Symbol(name)

    def input(self, name: str = "", shape: Any = None, dtype: str | None = None) -> Ref:
        """An input. ``shape`` is one sample's, without the batch axis. Inside a block it may be left out."""
        given = {"shape": shape, "dtype": dtype, "index": len(self.graph.inputs) or None}
        params: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
        return self.add(INPUT, name=name, **params)

    def output(self, source: Source, name: str = "", carries: Ref | None = None) -> Ref:
        """An output; a block's output ports are named like these nodes. ``carries``: the Input that this is
        at the next step when the block runs over time."""
        index = len(self.graph.outputs)
        params: dict[str, Any] = {"index": index} if index else {}
        if carries is not None:
            params["carries"] = carries.name
        return self.add(OUTPUT, source, name=name, **params)

    def add(self, type: str, *sources: Sources, name: str = "", note: str = "", **values: Any) -> Ref:
        """Add a layer fed from ``sources``, one per input port in order (all of them for a variadic port).

        A keyword that names an input port wires it; every other keyword is a parameter.
        """
        from graph.catalogue import CATALOGUE

        if type not in CATALOGUE:
            raise BuildError(f"there is no layer type {type!r}")
        layer = CATALOGUE[type]
        variadic = {port.name: port.variadic for port in layer.inputs}
        wired, params = _apart(values, variadic)
        for key, value in params.items():
            if key not in {param.name for param in layer.params}:
                raise BuildError(f"{type} has no parameter {key!r}")
            if not _symbolic(value):
                try:
                    layer.param(key).check(value)
                except BadValue as bad:
                    raise BuildError(f"{type}: {bad}") from None
        node = self._node(type, name, params, type, note)
        ref = Ref(node, [port.name for port in layer.out_ports(node.params)])
        self._wire(ref, sources, wired, variadic)
        return ref

    def use(self, block: GraphBuilder, *sources: Sources, name: str = "", repeat: Any = 1,
            over: str = "", note: str = "", **values: Any) -> Ref:  # fmt: skip
        """Use a block definition, ``repeat`` times in a row or ``over`` the time axis (``"time"``, ``"time
        backwards"``, see :mod:`graph.overtime`); keywords set its exposed parameters."""
        ports = dict.fromkeys([node.name for node in block.graph.inputs], False)
        wired, params = _apart(values, ports)
        known = {exposed.name for exposed in block.graph.parameters}
        for key in params:
            if key not in known:
                raise BuildError(f"the block {block.graph.name} has no parameter {key!r}")
        if isinstance(repeat, Symbol) or repeat != 1:
            params["repeat"] = repeat
        if over:
            params["over"] = over
        node = self._node(BLOCK, name, params, block.graph.name, note)
        self.blocks[node.id] = block
        ref = Ref(node, [output.name for output in block.graph.outputs])
        self._wire(ref, sources, wired, ports)
        return ref

    def again(self, ref: Ref, *sources: Sources, name: str = "") -> Ref:
        """Call a layer once more with the same weights."""
        first = ref.node.shares or ref.id
        params: dict[str, Any] = copy.deepcopy(ref.node.params)
        again = self.add(ref.node.type, *sources, name=name, **params)
        again.node.shares = first
        return again

    def chain(self, source: Source, *layers: str | tuple[str, dict[str, Any]]) -> Source:
        """Add layers one behind the other: ``g.chain(x, ("Linear", {"out_features": 8}), "ReLU")``."""
        for layer in layers:
            kind, params = (layer, {}) if isinstance(layer, str) else layer
            source = self.add(kind, source, **params)
        return source

    def _node(self, type: str, name: str, params: dict[str, Any], kind: str, note: str) -> Node:
        name = name or fresh_among(self._names, kind)
        if name in self._names or not is_usable(name):
            raise BuildError(f"the name {name!r} is taken already or cannot be used")
        self._names.add(name)
        self._nodes += 1
        stored = {key: _stored(value) for key, value in params.items()}
        node = Node(f"n{self._nodes}", type, name, stored, note=note)
        self.graph.nodes[node.id] = node
        return node

    def _wire(self, ref: Ref, sources: Sequence[Sources], wired: dict[str, Sources],
              ports: dict[str, bool]) -> None:  # fmt: skip
        free = [port for port in ports if port not in wired]
        if sources and free and ports[free[0]]:
            wired[free[0]] = [wire for source in sources for wire in _several(source)]
        elif len(sources) > len(free):
            raise BuildError(f"{ref.name} has only {len(free)} inputs, but {len(sources)} are given")
        else:
            wired.update(zip(free, sources, strict=False))
        for port in (port for port in ports if port in wired):
            wires = _several(wired[port])
            if len(wires) > 1 and not ports[port]:
                raise BuildError(f"{ref.name}: the input {port} takes one wire")
            for order, wire in enumerate(wires):
                if wire.node not in self.graph.nodes or wire.node == ref.id:
                    raise BuildError(f"{ref.name} is fed from a node of another graph")
                self._edges += 1
                edge = Edge(f"e{self._edges}", wire.node, wire.port, ref.id, port, order)
                self.graph.edges[edge.id] = edge


def project(title: str, *networks: GraphBuilder, data: DataChoice | None = None,
            training: Training | None = None, notes: str = "") -> Project:  # fmt: skip
    """Put networks and the blocks they use together and lay them out. The builders can be used again."""
    if not networks:
        raise BuildError("a project needs a network")
    made = Project(title, data=data or DataChoice(), training=training or Training(), notes=notes)
    blocks: dict[int, str] = {}

    def place(builder: GraphBuilder, prefix: str) -> str:
        graph = copy.deepcopy(builder.graph)
        for node_id, block in builder.blocks.items():
            if id(block) not in blocks:
                blocks[id(block)] = place(block, "b")
            graph.nodes[node_id].block = blocks[id(block)]
        if any(other.name == graph.name for other in made.graphs()) or not is_usable(graph.name):
            raise BuildError(f"the class name {graph.name!r} is taken already or cannot be used")
        graph.id = made.fresh_graph_id(prefix)
        for node_id, (x, y) in arrange(graph, project=made).items():
            graph.nodes[node_id].x, graph.nodes[node_id].y = x, y
        (made.blocks if prefix == "b" else made.networks)[graph.id] = graph
        return graph.id

    for network in networks:
        place(network, "g")
    return made


def _several(source: Sources) -> list[Wire]:
    if isinstance(source, Ref):
        return [Wire(source.id, source.ports[0])]
    if isinstance(source, Wire):
        return [source]
    return [wire for item in source for wire in _several(item)]


def _apart(values: dict[str, Any], ports: dict[str, bool]) -> tuple[dict[str, Sources], dict[str, Any]]:
    """Keywords that wire an input port, and keywords that set a parameter."""

    def feeds(key: str, value: Any) -> bool:
        first = value[0] if isinstance(value, (list, tuple)) and value else value
        return key in ports and isinstance(first, (Ref, Wire))

    wired = {key: value for key, value in values.items() if feeds(key, value)}
    return wired, {key: value for key, value in values.items() if key not in wired}


def _symbolic(value: Any) -> bool:
    if isinstance(value, (tuple, list)):
        return any(_symbolic(item) for item in value)
    return isinstance(value, (Symbol, Expr))


def _stored(value: Any) -> Value:
    if isinstance(value, Symbol):
        return Expr(value.text)
    if isinstance(value, (tuple, list)):
        return tuple(_stored(item) for item in value)
    return value
