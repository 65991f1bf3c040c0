"""A use of a block is replaced by what is inside, with the values of this use."""

from __future__ import annotations

from dataclasses import replace

from graph.blocks.room import GAP_X, open_gap, within
from graph.blocks.substitution import substituted_params
from graph.checks import MAX_RATE
from graph.edits import AddNodes, Connect, Edit, EditError, RemoveNodes, SetFrames
from graph.geometry import WIDTH
from graph.model import INPUT, OUTPUT, Edge, Frame, Graph, Node, Project
from graph.names import unique_name
from graph.values import BadValue, Expr, Value

MAX_COPIES = 200
End = tuple[str, str]


def rounds_of(node: Node) -> int:
    """How many copies of the inside ungrouping writes; raises for a number that is not known here."""
    repeat = node.params.get("repeat", 1)
    if isinstance(repeat, Expr):
        raise EditError(
            f"“{node.name}” stands “{repeat.text}” times in a row, which each use of the surrounding block "
            "decides for itself. Set repeat to a number first, then ungroup."
        )
    assert isinstance(repeat, int)
    return repeat


def ungroup(project: Project, graph: Graph, use_id: str) -> list[Edit]:
    """Replace a use by its inside; a row of repetitions is written out copy by copy.

    Exposed parameters become this use's values (or the outer expressions), names are made unique, the
    wires of the use go to what they stood for. The definition stays in the project.
    """
    return _Ungroup(project, graph, use_id).edits()


class _Ungroup:
    def __init__(self, project: Project, graph: Graph, use_id: str) -> None:
        self.project = project
        self.graph = graph
        self.use = graph.nodes[use_id]
        self.block = self._block()
        self.rounds = rounds_of(self.use)
        self._check()
        self.body = {key: node for key, node in self.block.nodes.items() if node.type not in (INPUT, OUTPUT)}
        self.bindings: dict[str, Value] = {
            item.name: self.use.params.get(item.name, item.default) for item in self.block.parameters
        }
        self.nodes: list[Node] = []
        self.wires: list[Edge] = []
        self.frames: list[Frame] = []

    def _block(self) -> Graph:
        block = self.project.blocks.get(self.use.block or "")
        if block is None:
            raise EditError(f"“{self.use.name}” is no use of a block, so there is nothing to ungroup.")
        return block

    def _check(self) -> None:
        use, block = self.use, self.block
        if use.off:
            raise EditError(f"“{use.name}” is switched off. Switch it on first, then ungroup.")
        for other in self.graph.nodes.values():
            if other is not use and (other.shares == use.id or use.shares == other.id):
                raise EditError(
                    f"“{use.name}” shares its weights with “{other.name}”: inside, there would be nothing "
                    "left to share. Stop sharing first, then ungroup."
                )
        if use.params.get("over") is not None:
            raise EditError(
                f"“{use.name}” runs over the time axis, step by step. Outside of a block there are no steps, "
                "so it cannot be ungrouped."
            )
        if getattr(block, "code", ""):
            raise EditError(f"The inside of “{block.name}” is Python code, so it cannot be ungrouped.")
        if self.rounds > 1 and (not block.inputs or len(block.outputs) != 1):
            raise EditError(
                f"“{use.name}” can be repeated only with one output, which the next takes as its first input."
            )
        if self.rounds * len(block.nodes) > 5_000 or self.rounds > MAX_COPIES:
            raise EditError(
                f"“{use.name}” would become {self.rounds} copies of {len(block.nodes)} nodes each. "
                "Repeat it fewer times first, or leave it a block."
            )

    def edits(self) -> list[Edit]:
        graph, use = self.graph, self.use
        arriving: dict[str, End | None] = {}
        for port in self.block.inputs:
            wires = graph.edges_into(use.id, port.name)
            arriving[port.name] = (wires[0].source, wires[0].source_port) if wires else None
        self.ids = iter(graph.fresh_ids("n", self.rounds * len(self.body)))
        self.frame_ids = iter(graph.fresh_ids("f", self.rounds * len(self.block.frames)))
        self.taken = graph.names() - {use.name}
        left, top, width = self._box()
        leaving: dict[str, End | None] = {}
        for number in range(self.rounds):
            leaving = self._round(arriving, (use.x - left + number * (width + GAP_X), use.y - top))
            if number + 1 < self.rounds:
                arriving[self.block.inputs[0].name] = leaving[self.block.outputs[0].name]
        for edge in graph.edges_from(use.id):
            source = leaving.get(edge.source_port)
            if source is not None:
                self.wires.append(Edge("", *source, edge.target, edge.target_port, edge.order))
        ids = graph.fresh_ids("e", len(self.wires))
        wires = [replace(edge, id=new) for new, edge in zip(ids, self.wires, strict=True)]
        edits: list[Edit] = [RemoveNodes(graph.id, [use.id])]
        edits += open_gap(graph, use, {node.id: (node.x, node.y) for node in self.nodes})
        new = {node.id for node in self.nodes}
        around = [edge for edge in wires if edge.source not in new and edge.target not in new]
        if new:
            edits.append(AddNodes(graph.id, self.nodes, [edge for edge in wires if edge not in around]))
        if around:
            edits.append(Connect(graph.id, around))
        if self.frames:
            edits.append(SetFrames(graph.id, {frame.id: frame for frame in self.frames}))
        return edits

    def _box(self) -> tuple[float, float, float]:
        """Left edge, the height that lines up with the use, and the width of the inside."""
        if not self.body:
            return 0.0, 0.0, 0.0
        left = min(node.x for node in self.body.values())
        width = max(node.x for node in self.body.values()) + WIDTH - left
        for entry in self.block.inputs:
            for edge in self.block.edges_from(entry.id):
                if edge.target in self.body:
                    return left, self.body[edge.target].y, width
        return left, min(node.y for node in self.body.values()), width

    def _round(self, arriving: dict[str, End | None], shift: tuple[float, float]) -> dict[str, End | None]:
        """One copy of the inside, fed from ``arriving``; what each output port stands for."""
        block = self.block
        new = {key: next(self.ids) for key in self.body}
        for key, node in self.body.items():
            name = unique_name(node.name, self.taken)
            self.taken.add(name)
            try:
                params = substituted_params(node, self.bindings)
            except BadValue as error:
                raise EditError(f"“{node.name}” in “{block.name}” cannot be worked out. {error}") from None
            self.nodes.append(
                replace(
                    node, id=new[key], name=name, params=params,
                    x=within(node.x + shift[0]), y=within(node.y + shift[1]),
                    shares=new[node.shares] if node.shares else None,
                    frozen=node.frozen or self.use.frozen, rate=min(node.rate * self.use.rate, MAX_RATE),
                )
            )  # fmt: skip
        for frame in block.frames.values():
            x, y = within(frame.x + shift[0]), within(frame.y + shift[1])
            self.frames.append(replace(frame, id=next(self.frame_ids), x=x, y=y))
        entries = {node.id: node.name for node in block.inputs}
        exits = {node.id: node.name for node in block.outputs}
        leaving: dict[str, End | None] = dict.fromkeys(exits.values())
        for edge in block.edges.values():
            source: End | None
            if edge.source in entries:
                source = arriving[entries[edge.source]]
            else:
                source = (new[edge.source], edge.source_port)
            if source is None:
                continue
            if edge.target in exits:
                leaving[exits[edge.target]] = source
            else:
                self.wires.append(Edge("", *source, new[edge.target], edge.target_port, edge.order))
        return leaving
