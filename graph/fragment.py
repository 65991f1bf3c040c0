"""Copy and paste: a fragment is a project file that holds one piece of a network, and the blocks it uses.

So pasted text, which may come from anywhere, is migrated and validated by the very code that opens
files. The same text is a readable way to send somebody a few layers.
"""

from __future__ import annotations

import copy as copying
from collections.abc import Iterable
from dataclasses import replace
from typing import Any, TypeAlias

from graph.checks import MAX_COORDINATE, layer_type, normal_params, normal_use
from graph.edits import AddGraph, AddNodes, Edit, SetFrames, uses_block
from graph.files import text as json_text
from graph.files.errors import FileError
from graph.files.migrate import migrate
from graph.files.read import read_edge, read_project
from graph.files.write import FORMAT, edge_data, graph_data
from graph.model import INPUT, OUTPUT, Edge, Graph, Node, Project
from graph.names import unique_name
from graph.ports import next_index
from graph.values import BadValue, Value, expressions, resolve

MIME = "application/x-torchloom-fragment+json"
OFFSET = 40.0
Corner: TypeAlias = tuple[float, float]


def copy(graph: Graph, ids: Iterable[str], project: Project) -> str:
    """The text for the clipboard: the chosen nodes and frames, the wires among them, the blocks they use.

    Wires that come in from outside are noted too, for a paste that keeps its inputs.
    """
    wanted = set(ids)
    nodes = {
        key: replace(node, shares=node.shares if node.shares in wanted else None)
        for key, node in graph.nodes.items()
        if key in wanted
    }
    inside = {key: edge for key, edge in graph.edges.items() if edge.source in nodes and edge.target in nodes}
    arriving = [edge for edge in graph.edges.values() if edge.source not in nodes and edge.target in nodes]
    frames = {key: frame for key, frame in graph.frames.items() if key in wanted}
    piece = Graph("g1", graph.name, nodes, inside, frames, graph.parameters)
    data = {
        "format": FORMAT,
        "kind": "fragment",
        "networks": [graph_data(piece)],
        "blocks": [graph_data(block) for block in _blocks_of(project, nodes.values())],
        "from": graph.id,
        "inputs": {edge.id: edge_data(edge) for edge in arriving},
    }
    return json_text.write(data)


def paste(
    project: Project, graph_id: str, text: str, at: Corner | None = None, keep_inputs: bool = False
) -> list[Edit]:
    """The edits that put a copied piece into a graph, with new ids and names.

    ``at`` is the new top-left corner (without it, a little beside the original). ``keep_inputs`` wires the
    new nodes to the sources of the old ones, where those are in this graph. Equal block definitions are
    used, others with a taken name get a new one. Raises :class:`graph.files.FileError` with a sentence.
    """
    try:
        piece, origin, arriving = read(text)
        return _Paste(project, project.graph(graph_id), piece, at).edits(
            arriving if keep_inputs and origin == graph_id else []
        )
    except BadValue as error:
        raise FileError(f"This cannot be pasted. {error}") from None
    except FileError as error:
        raise FileError(f"This cannot be pasted. {error}") from None


def read(text: str) -> tuple[Project, str, list[Edge]]:
    """The piece in a text, checked like any foreign file: its only network, where it comes from, and the
    wires that came in from outside. Raises :class:`graph.files.FileError` with a sentence."""
    data = migrate(json_text.parse(text))
    if data.get("kind") != "fragment":
        raise FileError("It is no piece of a network: a whole project is opened, not pasted.")
    origin, inputs = data.pop("from", ""), data.pop("inputs", {})
    piece = read_project({**data, "kind": "project"})
    if len(piece.networks) != 1 or not isinstance(origin, str) or not isinstance(inputs, dict):
        raise FileError("It is damaged: it should hold one piece of a network.")
    return piece, origin, [read_edge(key, item, "The fragment") for key, item in inputs.items()]


def bring(project: Project, blocks: dict[str, Graph], into: str = "") -> tuple[list[Edit], dict[str, str]]:
    """The edits that add the definitions that are missing in a project, and the id here of each of them.

    An equal definition that is there already is used; one whose name is taken gets a new name. ``into`` is
    the graph that will use them, for refusing a block inside itself (:class:`graph.values.BadValue`).
    """
    edits: list[Edit] = []
    ids: dict[str, str] = {}
    taken = {graph.name for graph in project.graphs()}
    present = {_content(block): block.id for block in project.blocks.values()}
    # a block that got a number when it came in is found again under its own name
    renamed = {_content(block, numbered=False): block.id for block in project.blocks.values()}
    fresh = iter(project.fresh_graph_ids("b", len(blocks)))
    for block in _in_order(blocks):
        block = copying.deepcopy(block)
        for node in block.nodes.values():
            node.block = ids[node.block] if node.block else None
        same = present.get(_content(block)) or renamed.get(_content(block))
        if same is not None:
            if uses_block(project, same, into):
                raise BadValue(f"The block “{block.name}” would contain itself.")
            ids[block.id] = same
            continue
        old, block.name = block.id, unique_name(block.name, taken)
        taken.add(block.name)
        ids[old] = block.id = next(fresh)
        edits.append(AddGraph(block, True))
    return edits, ids


class _Paste:
    def __init__(self, project: Project, graph: Graph, piece: Project, at: Corner | None) -> None:
        self.project = project
        self.graph = graph
        self.piece = piece
        self.source = piece.main
        corners = [(node.x, node.y) for node in self.source.nodes.values()]
        corners += [(frame.x, frame.y) for frame in self.source.frames.values()]
        left, top = min((x for x, _ in corners), default=0.0), min((y for _, y in corners), default=0.0)
        self.shift = (OFFSET, OFFSET) if at is None else (at[0] - left, at[1] - top)

    def edits(self, arriving: list[Edge]) -> list[Edit]:
        edits, blocks = bring(self.project, self.piece.blocks, self.graph.id)
        nodes = self._nodes(blocks)
        edits += [AddNodes(self.graph.id, list(nodes.values()), self._edges(nodes, arriving))]
        frames = list(self.source.frames.values())
        if frames:
            ids = self.graph.fresh_ids("f", len(frames))
            moved = [
                replace(frame, id=new, x=self._near(frame.x, 0), y=self._near(frame.y, 1))
                for new, frame in zip(ids, frames, strict=True)
            ]
            edits.append(SetFrames(self.graph.id, {frame.id: frame for frame in moved}))
        return edits

    def _near(self, value: float, axis: int) -> float:
        return max(-MAX_COORDINATE, min(MAX_COORDINATE, value + self.shift[axis]))

    def _nodes(self, blocks: dict[str, str]) -> dict[str, Node]:
        """The new nodes by their old ids."""
        ids = self.graph.fresh_ids("n", len(self.source.nodes))
        new = dict(zip(self.source.nodes, ids, strict=True))
        names = self.graph.names()
        ends = {kind: next_index(self.graph, kind) for kind in (INPUT, OUTPUT)}
        nodes: dict[str, Node] = {}
        for key, node in self.source.nodes.items():
            name = unique_name(node.name, names)
            names.add(name)
            params = {param: self._value(value) for param, value in node.params.items()}
            try:
                params = normal_use(params) if node.block else normal_params(layer_type(node.type), params)
            except BadValue as error:
                raise BadValue(f"Node “{node.name}”: {error}") from None
            if node.type in ends:
                if ends[node.type]:
                    params["index"] = ends[node.type]
                ends[node.type] += 1
            nodes[key] = replace(
                node, id=new[key], name=name, params=params,
                x=self._near(node.x, 0), y=self._near(node.y, 1),
                block=blocks[node.block] if node.block else None,
                shares=new[node.shares] if node.shares else None,
            )  # fmt: skip
        return nodes

    def _value(self, value: Value) -> Value:
        """A value with its expressions worked out when this graph does not expose what they use."""
        used = expressions(value)
        if used <= {item.name for item in self.graph.parameters}:
            return value
        return resolve(value, {item.name: item.default for item in self.source.parameters})

    def _edges(self, nodes: dict[str, Node], arriving: list[Edge]) -> list[Edge]:
        kept = [
            replace(edge, target=nodes[edge.target].id)
            for edge in arriving
            if edge.target in nodes and edge.source in self.graph.nodes
        ]
        inner = [
            replace(edge, source=nodes[edge.source].id, target=nodes[edge.target].id)
            for edge in self.source.edges.values()
        ]
        ids = self.graph.fresh_ids("e", len(inner) + len(kept))
        return [replace(edge, id=new) for new, edge in zip(ids, inner + kept, strict=True)]


def _blocks_of(project: Project, nodes: Iterable[Node]) -> list[Graph]:
    """The block definitions that nodes use, at any depth, in the project's order."""
    found: set[str] = set()
    todo = [node.block for node in nodes if node.block]
    while todo:
        here = todo.pop()
        if here not in found and here in project.blocks:
            found.add(here)
            todo.extend(node.block for node in project.blocks[here].nodes.values() if node.block)
    return [block for key, block in project.blocks.items() if key in found]


def _in_order(blocks: dict[str, Graph]) -> list[Graph]:
    """Definitions, each after those it uses (the reader has made sure that there is no loop)."""
    done: dict[str, Graph] = {}
    todo = list(reversed(blocks.values()))
    while todo:
        block = todo[-1]
        missing = [
            node.block for node in block.nodes.values() if node.block is not None and node.block not in done
        ]
        if missing:
            todo.append(blocks[missing[0]])
        else:
            todo.pop()
            done[block.id] = block
    return list(done.values())


def _content(block: Graph, numbered: bool = True) -> str:
    """What makes two definitions the same: everything but id, places and frames, and (without ``numbered``)
    the number behind the name."""
    data: dict[str, Any] = graph_data(block)
    if not numbered:
        data["name"] = block.name.rstrip("0123456789")
    return json_text.write({key: data[key] for key in data.keys() - {"id", "layout", "frames"}})
