"""New nodes: from the search at the cursor, from the palette, at the end of a wire or in the middle of one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF

from graph import operations
from graph.catalogue.spec import Port
from graph.edits import AddNodes, Disconnect, Edit, EditError
from graph.geometry import input_place, output_place
from graph.model import Edge, Node, Project
from graph.palette import Entry, takes
from graph.ports import in_ports, out_ports
from graph.tensors import Tensor
from gui.blocks.shelf import all_entries, bring
from gui.canvas.geometry import HEIGHT, WIDTH, snapped
from gui.canvas.insertion import GAP, insertion, wire_for
from gui.canvas.search import SearchPopup
from gui.canvas.words import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


@dataclass(frozen=True, slots=True)
class Link:
    """The free end of a wire that was dropped: it starts at an output, or (``backwards``) ends at an input."""

    node: str
    port: str
    backwards: bool = False
    into: str = ""
    """The wire that the new node goes into, instead of one of its own."""


class Adding:
    """Adds nodes to the graph a view shows; each is one undo step, ``Add Conv2d``."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.workspace = view.workspace
        self.popup: SearchPopup | None = None

    def open(self, pixel: QPoint, link: Link | None = None, place: QPointF | None = None) -> None:
        """Show the search at a place of the viewport; with ``link``, the choice is wired to it.

        The node comes to lie there, or at ``place`` in the scene.
        """
        self.close()
        place = place or self.view.mapToScene(pixel)
        popup = SearchPopup(self.view, self._candidates(link), self._test(link), self._note(link))

        def chosen(entry: Entry) -> None:
            self.add(entry, place, link)

        def gone() -> None:
            if self.popup is popup:
                self.popup = None

        popup.chosen.connect(chosen)
        popup.closed.connect(gone)
        popup.leave_with(self.workspace)
        self.popup = popup
        popup.show_at(pixel)

    def open_for_next(self, pixel: QPoint) -> None:
        """What Tab does: with one node selected that leads nowhere yet, the choice continues from it."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        ports = out_ports(self.workspace.project, graph.nodes[chosen[0]]) if len(chosen) == 1 else ()
        if not ports or graph.edges_from(chosen[0]):
            self.open(pixel)
            return
        item = self.view.canvas.nodes[chosen[0]]
        self.open(pixel, Link(chosen[0], ports[0].name), self._free(item.output_point(ports[0].name)))

    def open_behind(self, pixel: QPoint) -> None:
        """What Shift+Tab does: the choice follows the selected node, before what follows it now."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        wires = graph.edges_from(chosen[0]) if len(chosen) == 1 else []
        if not wires:
            self.open_for_next(pixel)
            return
        edge = wires[0]
        start = self.view.canvas.nodes[edge.source].output_point(edge.source_port)
        at = self.view.mapFromScene(start)
        inside = self.view.viewport().rect().contains(at)
        link = Link(edge.source, edge.source_port, into=edge.id)
        self.open(at if inside else pixel, link, start + self._onward())

    def _onward(self) -> QPointF:
        """From an output to the input of the next node."""
        flow = self.view.canvas.flow
        return QPointF(0, GAP[flow]) if flow == "down" else QPointF(GAP[flow], 0)

    def _free(self, start: QPointF) -> QPointF:
        """Where the port of the next node may be: further along, beside what lies there already."""
        flow = self.view.canvas.flow
        place = start + self._onward()
        port = QPointF(*input_place(0, 1, 1, flow=flow))
        aside = QPointF(WIDTH + GAP[flow] / 2, 0) if flow == "down" else QPointF(0, HEIGHT + GAP[flow] / 2)
        bodies = [item.body for item in self.view.canvas.nodes.values()]
        while any(body.intersects(QRectF(place - port, QSizeF(WIDTH, HEIGHT))) for body in bodies):
            place += aside
        return place

    def close(self) -> None:
        if self.popup is not None:
            popup, self.popup = self.popup, None
            popup.finish()

    def _candidates(self, link: Link | None) -> list[Entry]:
        workspace, found = self.workspace, []
        for entry in all_entries(workspace.project):
            if entry.origin:
                found.append(entry)  # what its ports are is known when it is brought in
                continue
            try:
                node = operations.new_node(workspace.project, workspace.graph, entry.type, block=entry.block)
            except EditError:
                continue
            ports = out_ports if link is not None and link.backwards else in_ports
            if link is None or ports(workspace.project, node):
                found.append(entry)
        return found

    def _tensor(self, link: Link | None) -> Tensor | None:
        if link is None or link.backwards or not self.workspace.ready:
            return None
        shapes = self.workspace.node_shapes(link.node)
        return shapes.outputs.get(link.port) if shapes else None

    def _test(self, link: Link | None) -> Callable[[Entry], bool] | None:
        """Tells whether an entry accepts what the wire carries; ``None`` when nothing is known of it."""
        tensor = self._tensor(link)
        if tensor is None:
            return None
        from graph.palette import fits

        return lambda entry: fits(self.workspace.inference, tensor, entry)

    def _note(self, link: Link | None) -> str:
        if link is None:
            return ""
        tensor, name = self._tensor(link), self.workspace.graph.nodes[link.node].name
        if tensor is not None:
            return tr("What takes {} from {}").format(tensor.text, name)
        return (tr("Feed {}") if link.backwards else tr("What follows {}")).format(name)

    def add(self, entry: Entry, at: QPointF, link: Link | None = None, centred: bool = False) -> bool:
        """Add a node so that its port (or its middle) is at a place; dropped on a wire, it goes into it."""
        if link is not None and link.node not in self.workspace.graph.nodes:
            link = None
        try:
            edits = self.planned(entry, at, link, centred)
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            return False
        return self.view.perform_and_select(tr("Add {}").format(entry.title), edits)

    def planned(
        self, entry: Entry, at: QPointF, link: Link | None = None, centred: bool = False
    ) -> list[Edit]:
        """The edits of that; :class:`EditError` says why it cannot be done."""
        graph = self.workspace.graph
        brought = bring(self.workspace.project, graph.id, entry)
        node = operations.new_node(brought.project, graph, entry.type, block=brought.block)
        node.x, node.y = self._corner(brought.project, node, at, link, centred)
        return [*brought.edits, *self._edits(brought.project, node, at, link)]

    def _corner(
        self, project: Project, node: Node, at: QPointF, link: Link | None, centred: bool
    ) -> tuple[float, float]:
        if link is None:
            x, y = at.x() - WIDTH / 2, at.y() - HEIGHT / 2
            return (x, y) if centred else (snapped(x), snapped(y))
        counts = len(in_ports(project, node)), len(out_ports(project, node))
        place = output_place if link.backwards else input_place
        across, down = place(0, *counts, flow=self.view.canvas.flow)
        return at.x() - across, at.y() - down

    def _edits(self, project: Project, node: Node, at: QPointF, link: Link | None) -> list[Edit]:
        graph = self.workspace.graph
        if link is None:
            wire = wire_for(self.view.canvas, at, node, project)
            if wire:
                return insertion(project, graph, wire, node, (node.x, node.y))
            return [AddNodes(graph.id, [node])]
        if link.into in graph.edges:
            return insertion(project, graph, link.into, node, (node.x, node.y))
        edits: list[Edit] = []
        if link.backwards:
            port = self._port(out_ports(project, node), node)
            ends = (node.id, port, link.node, link.port)
            wired = graph.edges_into(link.node, link.port)
            many = operations.takes_many(graph.nodes[link.node], link.port)
            if wired and not many:
                edits.append(Disconnect(graph.id, [edge.id for edge in wired]))
            order = max((edge.order for edge in wired), default=-1) + 1 if many else 0
        else:
            ends = (link.node, link.port, node.id, self._first_port(project, node, link))
            order = 0
        edge = Edge(graph.fresh_ids("e")[0], *ends)
        return [*edits, AddNodes(graph.id, [node], [replace(edge, order=order)])]

    def _first_port(self, project: Project, node: Node, link: Link) -> str:
        """The first input that takes what the wire carries, or simply the first."""
        ports = in_ports(project, node)
        tensor = self._tensor(link)
        for port in ports:
            if tensor is None or takes(port, tensor.kind):
                return port.name
        return self._port(ports, node)

    def _port(self, ports: Sequence[Port], node: Node) -> str:
        if not ports:
            raise EditError(tr("“{}” has no port that this wire could go to.").format(node.name))
        return ports[0].name
