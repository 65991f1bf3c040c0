"""The graph that is shown, as items by id. It follows the workspace's signals and never changes anything.

Nodes and wires are top-level items under Qt's BSP index: items under a common parent, or in a group, are
found and painted many times slower.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Literal

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtWidgets import QGraphicsScene

from graph.blocks import sharing
from graph.changes import ChangeSet, GraphChange
from graph.geometry import Flow, flow_of
from graph.model import BLOCK, Edge, Graph, edge_key
from graph.problems import Problem
from graph.shapes import GraphShapes, NodeShapes
from gui.canvas import lettering, painting, wire_item
from gui.canvas.frames import area_of
from gui.canvas.geometry import around
from gui.canvas.kept import Kept
from gui.canvas.look import Look, node_look
from gui.canvas.node_item import NodeItem
from gui.canvas.overview import Overview
from gui.canvas.pictures import Pictures
from gui.canvas.wire_item import WireItem
from gui.canvas.wire_pictures import WirePictures
from gui.settings import settings
from gui.theme import theme
from gui.words import bytes_text, count_text
from gui.workspace import Workspace

SMALL_GRAPH = 250
Cost = Literal["", "parameters", "macs", "activations"]
BARS = "canvas/bars"
_NOT_A_SHAPE = frozenset({"missing", "parameter", "unused"})


class CanvasScene(QGraphicsScene):
    """``nodes`` and ``wires`` hold the items by id; ``chosen`` is the selection as it is drawn."""

    rebuilt = Signal()
    """Another graph is shown, or all of it changed."""
    turned = Signal(str)
    """The wires of what is shown lead another way now."""
    drawn = Signal()
    """Something differs that the overview shows."""

    def __init__(self, workspace: Workspace, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.graph: Graph = workspace.graph
        self.flow: Flow = "right"
        """Where the wires of the graph lead."""
        self.nodes: dict[str, NodeItem] = {}
        self.wires: dict[str, WireItem] = {}
        self.wires_at: dict[str, set[str]] = {}
        self.chosen: frozenset[str] = frozenset()
        self.partners: set[str] = set()
        """Nodes that share their weights with a selected one."""
        self._sharing: set[str] = set()
        self.framed: dict[str, QRectF] = {}
        """Where frames are shown while they are dragged."""
        self.scale = 1.0
        self.labels_shown = True
        self.bars: Cost = settings().value(BARS, "")  # type: ignore[assignment]
        """Which cost the nodes show as a bar."""
        self._dearest = 0
        self.overview = Overview(self)
        self.pictures = Pictures()
        self.wire_pictures = WirePictures()
        self.touched = 0
        """Items that were updated, for tests that count."""
        self._edges: dict[str, Edge] = {}
        """The wires as they are noted in ``wires_at``."""
        self._kept = Kept()
        self._back: set[str] = set()
        """Nodes that came back with the change that is being shown."""
        self._known: dict[str, tuple[object, ...]] = {}
        self._problems: dict[str, list[Problem]] = {}
        self._shapes: GraphShapes | None = None
        workspace.changed.connect(self._changed)
        workspace.shapes_changed.connect(self.refresh)
        workspace.selection_changed.connect(self._selection_changed)
        workspace.place_changed.connect(self.rebuild)
        theme().changed.connect(self._recolour)
        self.rebuild()

    # -- following the document --------------------------------------------------------------------

    def rebuild(self) -> None:
        """Show the workspace's place from nothing."""
        self.clear()
        self.nodes, self.wires, self.wires_at, self._known, self._edges = {}, {}, {}, {}, {}
        self._kept.forget()
        self.chosen, self.partners = frozenset(), set()
        self._read_shapes()
        graph = self.graph = self.workspace.graph
        self._look_along()
        self._sharing = sharing(graph)
        for edge in graph.edges.values():
            self._note_edge(edge)
        for node_id in graph.nodes:
            self._add_node(node_id)
        self.setSceneRect(self.bounds().adjusted(-1200, -1200, 1200, 1200))
        for node_id in graph.nodes:
            self._add_wires(node_id)
        self._selection_changed()
        self.overview.forget()
        self.rebuilt.emit()
        self.drawn.emit()

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything:
            self.rebuild()
            return
        self.graph = self.workspace.graph
        change = changes.graphs.get(self.workspace.graph_id)
        turned = self._look_along()
        if change is not None:
            self._apply(change)
        if turned:
            self._refresh_nodes(self.nodes)
            self._grow(self.nodes)
        if changes.graphs.keys() & self.workspace.project.blocks.keys() or changes.graphs_added:
            self._refresh_nodes(key for key, node in self.graph.nodes.items() if node.type == BLOCK)
        self.drawn.emit()

    def _look_along(self) -> bool:
        """Take over where wires lead; whether that is another way than before."""
        before, self.flow = self.flow, flow_of(self.workspace.project, self.graph.id)
        if before != self.flow:
            self._kept.forget()
            self.turned.emit(self.flow)
        return before != self.flow

    def _apply(self, change: GraphChange) -> None:
        graph = self.graph
        ends: set[str] = set()
        wired = {
            key: [self._edges[edge_id] for edge_id in self.wires_at.get(key, ())]
            for key in change.removed & self.nodes.keys()
        }
        self._back = set()
        for edge_id in change.edges_added | change.edges_removed:
            ends |= self._forget_edge(edge_id)
            if edge_id in graph.edges:
                ends |= self._note_edge(graph.edges[edge_id])
        for node_id in change.added | change.removed:
            self._remove_node(node_id, wired.get(node_id, []))
            if node_id in graph.nodes:
                self._add_node(node_id)
        for node_id in change.moved & self.nodes.keys():
            node = graph.nodes[node_id]
            self.nodes[node_id].setPos(node.x, node.y)
        stale = {key for key in (change.added | change.changed | change.dressed | ends) if key in graph.nodes}
        fresh = change.added & graph.nodes.keys()
        self._refresh_nodes(stale - fresh)
        around_them = (stale | change.moved) & self.nodes.keys()
        for node_id in around_them:
            self._add_wires(node_id)
        self._route(around_them - fresh)  # the wires of fresh nodes are where they belong already
        self._grow(around_them)
        self._sharing = sharing(graph)
        self._light_partners()
        if change.frames:
            self.invalidate(QRectF(), QGraphicsScene.SceneLayer.BackgroundLayer)
        self.overview.forget()

    def _read_shapes(self) -> None:
        self._shapes = self.workspace.graph_shapes
        self._problems = self.workspace.problems_here()
        known = self._shapes.nodes.values() if self._shapes and self.bars else ()
        self._dearest = max((getattr(found, self.bars) for found in known), default=0)

    def show_bars(self, cost: Cost) -> None:
        """Show what every node costs as a bar, or (with an empty text) no bars; remembered."""
        self.bars = cost
        settings().setValue(BARS, cost)
        self.refresh()

    def refresh(self) -> None:
        """Shapes or problems are new: update the nodes and wires whose picture differs."""
        self._read_shapes()
        stale = [key for key in self.nodes if self._known.get(key) != self._facts(key)]
        if stale:
            self._refresh_nodes(stale)
            self.drawn.emit()

    def _facts(self, node_id: str) -> tuple[object, ...]:
        found: NodeShapes | None = self._shapes.nodes.get(node_id) if self._shapes else None
        problems = [(item.severity, item.text) for item in self._problems.get(node_id, ())]
        if found is None:
            return (None, problems)
        return (found.state, problems, found.outputs, found.values, found.inputs, self._bar(found))

    def _bar(self, found: NodeShapes | None) -> tuple[float, str] | None:
        if not self.bars or found is None or found.state != "ok":
            return None
        cost = getattr(found, self.bars)
        if not cost:
            return None
        text = bytes_text(4 * cost) if self.bars == "activations" else count_text(cost)
        return round(cost / max(1, self._dearest), 3), text

    def _refresh_nodes(self, ids: Iterable[str]) -> None:
        wires: set[str] = set()
        for node_id in ids:
            if node_id in self.nodes and node_id in self.graph.nodes:
                before = self.nodes[node_id].look.outline
                self._known[node_id] = self._facts(node_id)
                self.nodes[node_id].node = self.graph.nodes[node_id]
                self.touched += self.nodes[node_id].show_look(self._look(node_id))
                wires |= self.wires_at.get(node_id, set())
                if before != self.nodes[node_id].look.outline:
                    self._route([node_id])
        for edge_id in wires & self.wires.keys():
            self._dress(edge_id)
        self.overview.forget()

    # -- items ---------------------------------------------------------------------------------------

    def _look(self, node_id: str) -> Look:
        wired = set()
        for edge_id in self.wires_at.get(node_id, ()):
            edge = self.graph.edges[edge_id]
            if edge.target == node_id:
                wired.add(f"in:{edge.target_port}")
            if edge.source == node_id:
                wired.add(f"out:{edge.source_port}")
        shapes = self._shapes.nodes.get(node_id) if self._shapes else None
        project, graph = self.workspace.project, self.graph
        look = node_look(project, graph, graph.nodes[node_id], shapes, self._problems.get(node_id, []), wired)
        return replace(look, bar=self._bar(shapes)) if self.bars else look

    def _add_node(self, node_id: str) -> None:
        node = self.graph.nodes[node_id]
        kept = self._kept.node(self.graph, node_id, self.wires_at.get(node_id, set()))
        # not where it was dragged to
        if kept is not None and (kept.item.x(), kept.item.y()) == (node.x, node.y):
            item = kept.item
            self._known[node_id] = kept.known
            self._back.add(node_id)
        else:
            item = NodeItem(node_id, self._look(node_id))
            self._known[node_id] = self._facts(node_id)
            item.setPos(node.x, node.y)
        item.node = node
        item.selected = node_id in self.chosen
        item.partner = node_id in self.partners
        self.nodes[node_id] = item
        self.addItem(item)

    def _remove_node(self, node_id: str, wires: list[Edge]) -> None:
        item = self.nodes.pop(node_id, None)
        known = self._known.pop(node_id, None)
        if item is not None:
            self.removeItem(item)
            if item.node is not None and known is not None:
                self._kept.keep_node(item, item.node, wires, known)

    def _note_edge(self, edge: Edge) -> set[str]:
        self._edges[edge.id] = edge
        ends = {edge.source, edge.target}
        for end in ends:
            self.wires_at.setdefault(end, set()).add(edge.id)
        return ends

    def _forget_edge(self, edge_id: str) -> set[str]:
        item, edge = self.wires.pop(edge_id, None), self._edges.pop(edge_id, None)
        if item is not None:
            if item.label is not None:
                self.removeItem(item.label)
            self.removeItem(item)
        if edge is None:
            return set()
        if item is not None:
            self._kept.keep_wire(item, edge)
        ends = {edge.source, edge.target}
        for node_id in ends:
            self.wires_at[node_id].discard(edge_id)
        return ends

    def _add_wires(self, node_id: str) -> None:
        """Items for the wires that arrive at a node or leave it and have none yet."""
        for edge_id in self.wires_at.get(node_id, ()):
            if edge_id not in self.wires:
                edge = self.graph.edges[edge_id]
                if edge.source not in self.nodes or edge.target not in self.nodes:
                    continue
                if edge.source in self._back and edge.target in self._back:
                    item = self._kept.wire(edge)
                    if item is not None:
                        self._put_back(item)
                        continue
                item = self.wires[edge_id] = WireItem(edge_id)
                self._dress(edge_id)
                self._route_wire(edge_id)  # before it is in the scene, whose index would follow
                self.addItem(item)
                item.place_label()

    def _put_back(self, item: WireItem) -> None:
        """A wire whose ends came back where they were: it is as it was."""
        self.wires[item.edge_id] = item
        item.dress(selected=item.edge_id in self.chosen, hovered=False)
        item.setVisible(True)  # it may have been picked up by the mouse
        self.addItem(item)
        if item.label is not None:
            self.addItem(item.label)
            item.label.setVisible(self.labels_shown and item.wants_label)

    def _dress(self, edge_id: str) -> None:
        edge, item = self.graph.edges[edge_id], self.wires[edge_id]
        found = self._shapes.nodes.get(edge.source) if self._shapes else None
        tensor = found.outputs.get(edge.source_port) if found else None
        tone = tensor.kind if tensor else ("float" if self._shapes is None else "unknown")
        for problem in self._problems.get(edge.target, ()):
            if (
                problem.severity == "error"
                and problem.graph == self.graph.id
                and problem.kind not in _NOT_A_SHAPE
                and problem.port in (None, edge.target_port)
            ):
                tone = "error"
        item.dress(tone, edge_id in self.chosen)
        item.caption(tensor.text if tensor else "")

    # -- places --------------------------------------------------------------------------------------

    def _route_wire(self, edge_id: str) -> None:
        edge = self.graph.edges[edge_id]
        source, target = self.nodes[edge.source], self.nodes[edge.target]
        index, count = 0, 1
        if any(port.variadic and port.name == edge.target_port for port in target.look.inputs):
            beside = [
                other for other in (self.graph.edges[key] for key in self.wires_at[edge.target])
                if other.target == edge.target and other.target_port == edge.target_port
            ]  # fmt: skip
            beside.sort(key=edge_key)
            index, count = beside.index(edge), len(beside)
        start = source.output_point(edge.source_port)
        end = target.input_point(edge.target_port, index, count)
        self.wires[edge_id].route(start, end, self.flow)

    def _route(self, nodes: Iterable[str]) -> set[str]:
        wires: set[str] = set()
        for node_id in nodes:
            wires |= self.wires_at.get(node_id, set())
        for edge_id in wires & self.wires.keys():
            self._route_wire(edge_id)
        return wires

    def preview(self, places: Mapping[str, tuple[float, float]]) -> None:
        """Show nodes at other places than the document's; ``settle`` takes it back."""
        for node_id, (x, y) in places.items():
            self.nodes[node_id].setPos(x, y)
        wires = self._route(places)
        self.touched += len(places) + len(wires)
        self.overview.moved(places, wires)
        self.drawn.emit()

    def settle(self, nodes: Iterable[str]) -> None:
        """Back to where the document has them."""
        graph = self.graph
        places = {
            key: (graph.nodes[key].x, graph.nodes[key].y)
            for key in nodes
            if key in graph.nodes and key in self.nodes
        }
        self.preview(places)

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around some nodes, or around everything."""
        chosen = self.nodes if ids is None else [key for key in ids if key in self.nodes]
        rects = [self.nodes[key].body for key in chosen]
        if ids is None:
            rects += [QRectF(f.x, f.y, f.width, f.height) for f in self.graph.frames.values()]
        return around(rects)

    def _grow(self, ids: Iterable[str]) -> None:
        """Keep the index' rectangle around all nodes; grown in steps, because a change rebuilds the index."""
        needed = self.bounds(ids).adjusted(-200, -200, 200, 200)
        if not self.sceneRect().contains(needed):
            self.setSceneRect(self.sceneRect().united(needed.adjusted(-1000, -1000, 1000, 1000)))

    # -- selection, level of detail, colours ---------------------------------------------------------

    def _selection_changed(self) -> None:
        chosen = self.workspace.selection
        for key in chosen ^ self.chosen:
            if key in self.nodes:
                self.nodes[key].selected = key in chosen
                if not self.far_away:
                    self.nodes[key].update()
                self.touched += 1
            elif key in self.wires:
                self.wires[key].dress(selected=key in chosen)
            elif key in self.graph.frames:
                self.invalidate(area_of(self.graph.frames[key]).adjusted(-9, -9, 9, 9))
        self.chosen = chosen
        self._light_partners()
        self.drawn.emit()

    def _light_partners(self) -> None:
        """Mark the nodes that use the weights of a selected one."""
        nodes = self.graph.nodes
        firsts = {nodes[key].shares or key for key in self.chosen & self._sharing}
        lit = {key for key in self._sharing if (nodes[key].shares or key) in firsts} - self.chosen
        for key in (lit ^ self.partners) & self.nodes.keys():
            self.nodes[key].partner = key in lit
            self.nodes[key].update()
        self.partners = lit

    @property
    def far_away(self) -> bool:
        """Whether items are too small to be drawn one by one; a small graph always is worth it."""
        return self.scale < (0.1 if self.small else painting.OVERVIEW)

    @property
    def small(self) -> bool:
        """Whether there are so few nodes that each is worth more effort."""
        return len(self.nodes) <= SMALL_GRAPH

    def set_scale(self, scale: float) -> None:
        """The view's scale, which decides how much is drawn."""
        self.scale = scale
        shown = scale >= 0.85
        if shown != self.labels_shown:
            self.labels_shown = shown
            for wire in self.wires.values():
                if wire.label is not None:
                    wire.label.setVisible(shown and wire.wants_label)

    def _recolour(self) -> None:
        self._kept.forget()
        lettering.forget()
        self.pictures.forget()
        self.wire_pictures.forget()
        wire_item.wire_pen.cache_clear()
        for wire in self.wires.values():
            wire.dress(again=True)
        self.overview.forget()
        self.update()
        self.drawn.emit()
