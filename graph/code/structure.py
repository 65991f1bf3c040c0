"""What a graph's code is made of before any number is known: live nodes in the order they run.

Nothing here depends on shapes, so the names of sub-modules (and with them the keys of the weights) follow
from the drawing alone.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from graph import support
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType
from graph.custom import CodeFault, Reading, read
from graph.effective import effective
from graph.model import BLOCK, INPUT, OUTPUT, Edge, Graph, Node, Project, edge_key
from graph.names import IN_THE_CODE, MODULE_ATTRIBUTES, is_identifier
from graph.overtime import runs_over_time, states
from graph.values import expressions


class CodeError(ValueError):
    """A project that cannot become code. The text is a sentence for the person."""


Ref = tuple[str, str]
"""A value: (node id, output port)."""

HEAVY = frozenset({"Linear", "Convolution", "Recurrent", "Embedding", "Attention"})
"""Categories of which one line of ``forward`` holds at most one, so that lines read as steps."""


@dataclass(slots=True)
class Step:
    """A live node: what it is and where its inputs come from, by port in port order."""

    node: Node
    sources: dict[str, tuple[Ref, ...]]
    layer: LayerType | None = None
    block: Structure | None = None
    """The definition that a block's use refers to; ``None`` for a layer."""

    @property
    def id(self) -> str:
        return self.node.id

    @property
    def refs(self) -> list[Ref]:
        return [ref for refs in self.sources.values() for ref in refs]

    @property
    def wrapped(self) -> bool:
        """Whether the use is a row of repetitions (anything but a plain or literal ×1)."""
        return self.block is not None and self.node.params.get("repeat", 1) != 1

    @property
    def over(self) -> str | None:
        """For a block's use that runs over time: in which direction."""
        return str(self.node.params["over"]) if runs_over_time(self.node) else None

    @property
    def fans(self) -> bool:
        """Whether the use is a row whose repetitions all take further inputs: no ``nn.Sequential``."""
        return self.wrapped and self.block is not None and len(self.block.inputs) > 1

    @property
    def module(self) -> bool:
        """Whether the node owns or shares weights or other state: a sub-module."""
        if self.block is not None:
            return not self.block.function
        return self.layer is not None and self.layer.module is not None

    @property
    def heavy(self) -> bool:
        return self.layer is None or self.layer.category in HEAVY

    @property
    def plain(self) -> bool:
        """Whether the node can be an item of ``nn.Sequential``: a module, one tensor in, one out."""
        if len(self.refs) != 1 or self.node.shares is not None:
            return False
        if self.block is not None:
            if self.block.function:
                return False
            return len(self.block.inputs) == len(self.block.outputs) == 1
        assert self.layer is not None
        layer = self.layer
        if layer.module is None or (layer.call is not None and not layer.sequential):
            return False
        return layer.unpack is None or (
            (layer.sequential or not _computed(self.node))
            and layer.pattern(layer.settled(self.node.params)) is None
        )


def _computed(node: Node) -> bool:
    return any(expressions(value) for value in node.params.values())


@dataclass(slots=True)
class Structure:
    """A network or block definition, reduced to what runs."""

    graph: Graph
    block: bool
    inputs: list[Node]
    outputs: list[tuple[Node, Ref]]
    steps: list[Step]
    chain: bool
    """The whole graph is one ``nn.Sequential`` (in a network: its only attribute, ``layers``)."""
    attributes: dict[str, str]
    """Node id -> attribute, for modules; sharers have their owner's. Unused in a chain."""
    in_place: bool = False
    """A chain that is written where it is used instead of becoming a class."""
    by_id: dict[str, Step] = field(default_factory=dict)
    reading: Reading | None = None
    """For a block written in Python: what its code declares. Such a block has no steps."""

    @property
    def function(self) -> bool:
        """Whether it is written as a function, which is called where it is used and owns nothing."""
        return self.reading is not None and self.reading.kind == "function"


def safe_name(name: str) -> str:
    """The name, or with ``_`` behind it where it would hide something; :class:`CodeError` if it is none.

    Names are made safe when nodes are created; this only holds for documents that came another way.
    """
    if not is_identifier(name):
        raise CodeError(f"“{name[:80]}” cannot be a name in Python. Rename it: letters, digits and _.")
    if name.startswith("_"):
        return "n" + name
    return name + "_" if name in MODULE_ATTRIBUTES | IN_THE_CODE | support.names() else name


class Structures:
    """All definitions that one network uses, sorted so that a definition comes after those it uses."""

    def __init__(self, project: Project, network_id: str) -> None:
        if network_id not in project.networks:
            raise CodeError(f"There is no network “{network_id}” in this project.")
        self.project = project
        self.all: dict[str, Structure] = {}
        self._open: list[str] = []
        self.network = self._structure(project.networks[network_id], False)
        self._decide_places()

    def _structure(self, graph: Graph, block: bool) -> Structure:
        if graph.id in self._open:
            raise CodeError(f"The block “{graph.name}” contains itself.")
        if graph.id in self.all:
            return self.all[graph.id]
        if graph.code:
            self.all[graph.id] = _written_in_python(graph)
            return self.all[graph.id]
        graph = effective(self.project, graph, reroutes=False)
        self._open.append(graph.id)
        for name in (graph.name, *(node.name for node in (*graph.inputs, *graph.outputs))):
            safe_name(name)
        into: dict[str, list[Edge]] = {}
        for edge in sorted(graph.edges.values(), key=edge_key):
            if edge.source not in graph.nodes or edge.target not in graph.nodes:
                raise CodeError(f"A wire of “{graph.name}” leads to a node that does not exist.")
            into.setdefault(edge.target, []).append(edge)
        outputs = []
        for node in graph.outputs:
            wires = into.get(node.id, [])
            if len(wires) != 1:
                raise CodeError(
                    f"Output “{node.name}” of “{graph.name}” needs one wire, but has {len(wires)}."
                )
            outputs.append((node, (wires[0].source, wires[0].source_port)))
        if not outputs:
            raise CodeError(f"“{graph.name}” has no output: add an Output and wire something to it.")
        steps = [
            self._step(graph, node_id, into.get(node_id, []))
            for node_id in _order(graph, self.project.blocks, into, [source for _, (source, _) in outputs])
        ]
        _check_shares(graph, steps)
        chain = _is_chain(graph, steps, outputs, block)
        made = Structure(
            graph,
            block,
            graph.inputs,
            outputs,
            steps,
            chain,
            _attributes(graph, steps),
            by_id={step.id: step for step in steps},
        )
        self._open.pop()
        self.all[graph.id] = made
        return made

    def _step(self, graph: Graph, node_id: str, wires: list[Edge]) -> Step:
        node = graph.nodes[node_id]
        safe_name(node.name)
        if node.type == BLOCK:
            definition = self.project.blocks.get(node.block or "")
            if definition is None:
                raise CodeError(f"“{node.name}” uses a block that does not exist in this project.")
            block = self._structure(definition, True)
            step = Step(node, {}, None, block)
            free = states(definition) if runs_over_time(node) else ()
            ports = [(item.name, item.name in free, False) for item in block.inputs]
        else:
            layer = CATALOGUE.get(node.type)
            if layer is None:
                raise CodeError(f"“{node.name}” has the type {node.type[:60]!r}, which is not known.")
            step = Step(node, {}, layer)
            ports = [(port.name, port.optional, port.variadic) for port in layer.inputs]
        found: dict[str, list[Ref]] = {}
        for edge in wires:
            found.setdefault(edge.target_port, []).append((edge.source, edge.source_port))
        for port, optional, variadic in ports:
            refs = found.pop(port, [])
            if not refs and not optional:
                raise CodeError(f"“{node.name}” has nothing wired to {port}.")
            if len(refs) > 1 and not variadic:
                raise CodeError(f"“{node.name}” has {len(refs)} wires at {port}, which takes one.")
            if refs:
                step.sources[port] = tuple(refs)
        if found:
            raise CodeError(
                f"“{node.name}” has a wire at “{next(iter(found))}”, which is not one of its inputs."
            )
        return step

    def _decide_places(self) -> None:
        """Chains used once, and chains of nothing but blocks, are written where they are used."""
        times: dict[str, int] = {self.network.graph.id: 1}
        for structure in reversed(self.all.values()):
            count = times.get(structure.graph.id, 0)
            if structure.block and structure.chain and structure.steps:
                stage = all(step.block is not None for step in structure.steps)
                structure.in_place = (count == 1 or stage) and not self._repeated(structure)
            for step in structure.steps:
                if step.block is not None:
                    key = step.block.graph.id
                    times[key] = times.get(key, 0) + (count if structure.in_place else 1)

    def _repeated(self, structure: Structure) -> bool:
        return any(
            step.block is structure and (step.wrapped or step.over or step.node.shares is not None)
            for user in self.all.values()
            for step in user.steps
        )


def _written_in_python(graph: Graph) -> Structure:
    """A block of code: ports and a text."""
    try:
        reading = read(graph.code)
    except CodeFault as fault:
        raise CodeError(f"“{graph.name}” cannot be read in line {fault.line} of its code: {fault}") from None
    outputs = [(node, (node.id, "output")) for node in graph.outputs]
    return Structure(graph, True, graph.inputs, outputs, [], False, {}, reading=reading)


def _order(
    graph: Graph, blocks: dict[str, Graph], into: dict[str, list[Edge]], starts: list[str]
) -> list[str]:
    """Live nodes, sources first, each followed as far as possible before the next: depth first from the
    outputs, along the wires in the order of the ports. ``forward`` and every walk keep to this order, so
    that dropout draws the same numbers."""
    ports: dict[str, dict[str, int]] = {}

    def before(node_id: str) -> list[str]:
        wires = into.get(node_id, [])
        if len(wires) < 2:
            return [edge.source for edge in wires]
        node = graph.nodes[node_id]
        kind = node.block or node.type
        if kind not in ports:
            if node.block is not None:
                names = [item.name for item in blocks[node.block].inputs] if node.block in blocks else []
            else:
                names = [port.name for port in CATALOGUE[node.type].inputs] if node.type in CATALOGUE else []
            ports[kind] = {name: at for at, name in enumerate(names)}
        place = ports[kind]
        return [edge.source for edge in sorted(wires, key=lambda edge: place.get(edge.target_port, 0))]

    done: dict[str, bool] = {}
    order: list[str] = []
    for start in starts:
        stack = [(start, iter(before(start)))] if start not in done else []
        if stack:
            done[start] = False
        while stack:
            here, sources = stack[-1]
            for source in sources:
                if source not in done:
                    done[source] = False
                    stack.append((source, iter(before(source))))
                    break
                if not done[source]:
                    raise CodeError(
                        f"The wires of “{graph.name}” close a loop at “{graph.nodes[source].name}”."
                    )
            else:
                stack.pop()
                done[here] = True
                if graph.nodes[here].type == OUTPUT:
                    raise CodeError(f"Output “{graph.nodes[here].name}” has nothing to give to others.")
                if graph.nodes[here].type != INPUT:
                    order.append(here)
    return order


def _is_chain(graph: Graph, steps: list[Step], outputs: list[tuple[Node, Ref]], block: bool) -> bool:
    """One path from the only input to the only output, modules all along. In a network only if it is made
    of at least two layers and no blocks: networks of blocks keep the names of their parts."""
    if len(graph.inputs) != 1 or len(outputs) != 1 or not steps:
        return False
    if not block and (len(steps) < 2 or any(step.block is not None for step in steps)):
        return False
    here = graph.inputs[0].id
    owners = {step.node.shares for step in steps}
    for step in steps:
        if not step.plain or step.id in owners or step.refs[0][0] != here:
            return False
        here = step.id
    return outputs[0][1][0] == here


def _check_shares(graph: Graph, steps: list[Step]) -> None:
    for step in steps:
        owner = _owner(graph, step.node)
        if owner.type != step.node.type or owner.block != step.node.block:
            raise CodeError(
                f"“{step.node.name}” cannot share the weights of “{owner.name}”: it is another kind."
            )


def _owner(graph: Graph, node: Node) -> Node:
    seen = {node.id}
    while node.shares is not None:
        if node.shares not in graph.nodes or node.shares in seen:
            raise CodeError(f"“{node.name}” shares the weights of a node that does not exist.")
        seen.add(node.shares)
        node = graph.nodes[node.shares]
    return node


def _attributes(graph: Graph, steps: list[Step]) -> dict[str, str]:
    """An attribute for every module, named like the node whose weights it holds."""
    names: dict[str, str] = {}
    taken: dict[str, str] = {}
    for step in steps:
        if not step.module:
            continue
        owner = _owner(graph, step.node)
        name = safe_name(owner.name)
        if taken.setdefault(name, owner.id) != owner.id:
            raise CodeError(f"Two nodes of “{graph.name}” are called “{name}”.")
        names[step.id] = name
    return names
