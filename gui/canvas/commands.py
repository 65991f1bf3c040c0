"""What can be done with the selection: from the keyboard, a menu or the window's actions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from PySide6.QtCore import QMimeData, QPointF, QRectF
from PySide6.QtGui import QGuiApplication

from graph import fragment, operations
from graph.arrange import arrange
from graph.carrying import carry
from graph.edits import AddNodes, Connect, Disconnect, Edit, EditError, Move, SetFrames, SetProject, SetState
from graph.files import FileError
from graph.fragment import OFFSET
from graph.geometry import DOT, Flow, turned_view
from graph.model import INPUT, OUTPUT, REROUTE, Edge, Node
from graph.names import fresh_among
from graph.order import reachable, reaching
from gui.canvas import room
from gui.canvas.aligning import Way, aligned
from gui.canvas.frames import area_of
from gui.canvas.geometry import GRID
from gui.canvas.words import several, tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

ASIDE: dict[Flow, tuple[float, float]] = {"right": (0.0, 112.0), "down": (224.0, 0.0)}
"""How far an extracted node moves, clear of the wire it was in."""


class Commands:
    """Edits made from the selection of one view."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.workspace = view.workspace

    def perform_and_select(self, name: str, edits: Sequence[Edit]) -> bool:
        """Apply edits and select the nodes they added."""
        before = set(self.workspace.graph.nodes)
        if not self.workspace.perform(name, edits):
            return False
        self.workspace.select(key for key in self.workspace.graph.nodes if key not in before)
        return True

    def select_all(self) -> None:
        """All nodes, wires and frames of the graph that is shown."""
        graph = self.workspace.graph
        self.workspace.select([*graph.nodes, *graph.edges, *graph.frames])

    def step(self, dx: int, dy: int) -> None:
        """Select the neighbour: with the wires or against them, or the closest on one side of them."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        if not graph.nodes:
            return
        downwards = self.view.canvas.flow == "down"
        if len(chosen) != 1:
            first = min(graph.nodes.values(), key=lambda node: (node.x, node.y)[:: -1 if downwards else 1])
            self.workspace.select([first.id])
            self.view.reveal(first.id)
            return
        here = graph.nodes[chosen[0]]
        along, aside = (dy, dx) if downwards else (dx, dy)

        def beside(node: Node) -> float:
            return node.x - here.x if downwards else node.y - here.y

        if along > 0:
            near = [edge.target for edge in graph.edges_from(here.id)]
        elif along < 0:
            near = [edge.source for edge in graph.edges_into(here.id)]
        else:
            near = [node.id for node in graph.nodes.values() if beside(node) * aside > 1]

        def away(key: str) -> float:
            node = graph.nodes[key]
            return abs(node.x - here.x) + abs(node.y - here.y) if aside else abs(beside(node))

        if near:
            key = min(near, key=away)
            self.workspace.select([key])
            self.view.show_node(key)

    def select_flow(self, upstream: bool) -> None:
        """Add to the selection all that feeds it, or all that it feeds."""
        graph, chosen = self.workspace.graph, set(self.workspace.selected_nodes)
        found = reaching(graph, chosen) if upstream else reachable(graph, chosen)
        self.workspace.select(self.workspace.selection | found)

    def copy(self) -> bool:
        """Put the selected nodes and frames on the clipboard, as JSON under our type and as text."""
        graph = self.workspace.graph
        chosen = [key for key in self.workspace.selection if key in graph.nodes or key in graph.frames]
        if not chosen:
            return False
        text = fragment.copy(graph, chosen, self.workspace.project)
        data = QMimeData()
        data.setData(fragment.MIME, text.encode())
        data.setText(text)
        QGuiApplication.clipboard().setMimeData(data)
        return True

    def cut(self) -> None:
        if self.copy():
            self._delete(tr("Cut {}"), tr("Cut {} nodes"))

    def paste(self, at: QPointF | None = None, keep_inputs: bool = False) -> None:
        """Paste under the mouse, or else beside the original; where something stands there, beside that."""
        data = QGuiApplication.clipboard().mimeData()
        if data is None:
            return
        text = bytes(data.data(fragment.MIME).data()).decode(errors="replace") if data.hasFormat(
            fragment.MIME
        ) else data.text()  # fmt: skip
        if not text.strip():
            self.workspace.message.emit("info", tr("The clipboard holds nothing that could be pasted."))
            return
        place = at or self.view.cursor_place()
        try:
            edits = fragment.paste(
                self.workspace.project, self.workspace.graph_id, text,
                (place.x(), place.y()) if place is not None else None, keep_inputs,
            )  # fmt: skip
        except (FileError, EditError) as error:
            self.workspace.message.emit("warning", str(error))
            return
        names = [node.name for edit in edits if isinstance(edit, AddNodes) for node in edit.nodes]
        name = tr("Paste {}").format(names[0]) if len(names) == 1 else tr("Paste {} nodes").format(len(names))
        self._perform_beside(name, edits, place is not None)

    def duplicate(self) -> None:
        """Copies of the selected nodes, beside them."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        if chosen:
            edits = operations.duplicate(self.workspace.project, graph, chosen)
            name = several(graph, chosen, tr("Duplicate {}"), tr("Duplicate {} nodes"))
            self._perform_beside(name, edits, False)

    def _perform_beside(self, name: str, edits: Sequence[Edit], pointed: bool) -> None:
        """Add what was copied where nothing is covered; ``pointed`` when its place was, else it starts from the
        place of the originals. What comes to lie out of view is brought into it."""
        workspace, graph = self.workspace, self.workspace.graph
        area = room.bounds(workspace.project, graph.id, edits)
        step = QPointF() if pointed else QPointF(-OFFSET, -OFFSET)
        taken = [item.body for item in self.view.canvas.nodes.values()]
        if any(isinstance(edit, SetFrames) for edit in edits):
            taken += [area_of(frame) for frame in graph.frames.values()]
        step += room.free_step(area.translated(step), taken, self.view.canvas.flow, pointed)
        if self.perform_and_select(name, room.moved(edits, graph.id, step)):
            middle = area.translated(step).center()
            if not self.view.mapToScene(self.view.viewport().rect()).boundingRect().contains(middle):
                self.view.look_at(middle)

    def delete_selection(self) -> None:
        self._delete(tr("Delete {}"), tr("Delete {} nodes"))

    def _delete(self, one: str, many: str) -> None:
        graph, chosen = self.workspace.graph, self.workspace.selection
        nodes = [key for key in chosen if key in graph.nodes]
        wires = [key for key in chosen if key in graph.edges]
        if nodes:
            name = several(graph, nodes, one, many)
        elif wires:
            name = tr("Delete a wire") if len(wires) == 1 else tr("Delete {} wires").format(len(wires))
        else:
            name = tr("Delete a frame")
        self.workspace.perform(name, operations.delete(self.workspace.project, graph, chosen))

    def delete_and_heal(self) -> None:
        """Delete the selected nodes and join the wires around them."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        if not chosen:
            self.delete_selection()
            return
        name = several(graph, chosen, tr("Take out {}"), tr("Take out {} nodes"))
        self.workspace.perform(name, operations.delete_and_heal(self.workspace.project, graph, chosen))

    def change_frame(self, graph_id: str, frame_id: str, name: str, **changes: Any) -> None:
        """Another title or colour of a frame, if it still exists."""
        frames = self.workspace.project.graph(graph_id).frames
        if frame_id in frames:
            self.workspace.perform(
                name, [SetFrames(graph_id, {frame_id: replace(frames[frame_id], **changes)})]
            )

    def extract(self) -> None:
        """Take the selected nodes out of their wires, which are joined; the nodes move aside."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        edits = operations.extract(self.workspace.project, graph, chosen)
        if edits:
            dx, dy = ASIDE[self.view.canvas.flow]
            places = {key: (graph.nodes[key].x + dx, graph.nodes[key].y + dy) for key in chosen}
            name = several(graph, chosen, tr("Extract {}"), tr("Extract {} nodes"))
            self.workspace.perform(name, [*edits, Move(graph.id, places)])

    def carry(self, onwards: bool) -> None:
        """Let the selected node change places with the next one along its wire, or the one before it."""
        workspace, graph, chosen = self.workspace, self.workspace.graph, self.workspace.selected_nodes
        if len(chosen) != 1:
            workspace.message.emit("info", tr("Select one node first."))
            return
        node = graph.nodes[chosen[0]]
        wires = graph.edges_from(node.id) if onwards else graph.edges_into(node.id)
        try:
            edits = carry(workspace.project, graph, node.id, onwards)
        except EditError as error:
            workspace.message.emit("warning", str(error))
            return
        other = graph.nodes[wires[0].target if onwards else wires[0].source].name
        name = tr("Move {} behind {}") if onwards else tr("Move {} before {}")
        if workspace.perform(name.format(node.name, other), edits):
            self.view.show_node(node.id)

    def nudge(self, dx: int, dy: int) -> None:
        """Move the selected nodes by whole steps of the grid; quick repeats are one undo step."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        if chosen:
            places = {key: (graph.nodes[key].x + dx * GRID, graph.nodes[key].y + dy * GRID) for key in chosen}
            name = several(graph, chosen, tr("Move {}"), tr("Move {} nodes"))
            merge = "nudge " + " ".join(sorted(chosen))
            self.workspace.perform(name, [Move(graph.id, places)], merge)

    def toggle_off(self, how: Literal["bypass", "mute"]) -> None:
        """Bypass or mute the selected nodes; if all are so already, switch them on again."""
        graph = self.workspace.graph
        chosen = [
            key for key in self.workspace.selected_nodes if graph.nodes[key].type not in (INPUT, OUTPUT)
        ]
        if not chosen:
            self.workspace.message.emit("info", tr("Select the nodes to switch off."))
            return
        on = all(graph.nodes[key].off == how for key in chosen)
        if on:
            name = several(graph, chosen, tr("Switch on {}"), tr("Switch on {} nodes"))
        elif how == "bypass":
            name = several(graph, chosen, tr("Bypass {}"), tr("Bypass {} nodes"))
        else:
            name = several(graph, chosen, tr("Mute {}"), tr("Mute {} nodes"))
        states = {key: {"off": "" if on else how} for key in chosen}
        self.workspace.perform(name, [SetState(graph.id, states)])  # type: ignore[arg-type]

    def toggle(self, field: Literal["collapsed", "pinned", "frozen"]) -> None:
        """Collapse, pin or freeze the selected nodes; if all are so already, the other way round. Of several, those
        without weights get no padlock."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        if field == "frozen":
            chosen = [key for key in chosen if graph.nodes[key].frozen or self._weights(key)] or chosen
        if chosen:
            now = all(getattr(graph.nodes[key], field) for key in chosen)
            words = {
                ("collapsed", False): (tr("Collapse {}"), tr("Collapse {} nodes")),
                ("collapsed", True): (tr("Expand {}"), tr("Expand {} nodes")),
                ("pinned", False): (tr("Pin {}"), tr("Pin {} nodes")),
                ("pinned", True): (tr("Unpin {}"), tr("Unpin {} nodes")),
                ("frozen", False): (tr("Freeze {}"), tr("Freeze {} nodes")),
                ("frozen", True): (tr("Let {} learn"), tr("Let {} nodes learn")),
            }
            name = several(graph, chosen, *words[field, now])
            self.workspace.perform(name, [SetState(graph.id, {key: {field: not now} for key in chosen})])

    def _weights(self, node_id: str) -> int:
        shapes = self.workspace.node_shapes(node_id)
        return shapes.parameters if shapes is not None else 0

    def add_dot(self, edge_id: str, at: QPointF) -> bool:
        """Lead a wire over a dot at a place."""
        return self.add_dots({edge_id: at})

    def add_dots(self, crossed: Mapping[str, QPointF]) -> bool:
        """Lead several wires over a dot each, in one step."""
        project, graph = self.workspace.project, self.workspace.graph
        node_ids, edge_ids = graph.fresh_ids("n", len(crossed)), graph.fresh_ids("e", 2 * len(crossed))
        nodes, edges, names = [], [], graph.names()
        for number, (edge_id, at) in enumerate(crossed.items()):
            edge = graph.edges[edge_id]
            made = operations.new_node(project, graph, REROUTE, at.x() - DOT / 2, at.y() - DOT / 2)
            node = replace(made, id=node_ids[number], name=fresh_among(names, REROUTE))
            names.add(node.name)
            nodes.append(node)
            first, second = edge_ids[2 * number], edge_ids[2 * number + 1]
            edges.append(Edge(first, edge.source, edge.source_port, node.id, "input"))
            edges.append(Edge(second, node.id, "output", edge.target, edge.target_port, edge.order))
        name = tr("Add a dot to a wire") if len(nodes) == 1 else tr("Add {} dots").format(len(nodes))
        edits = [AddNodes(graph.id, nodes), Disconnect(graph.id, list(crossed)), Connect(graph.id, edges)]
        return self.perform_and_select(name, edits)

    def align(self, way: Way) -> None:
        """Bring the selected nodes into line."""
        graph, chosen = self.workspace.graph, self.workspace.selected_nodes
        places = aligned({key: self.view.canvas.nodes[key].body for key in chosen}, way)
        old = {key: (graph.nodes[key].x, graph.nodes[key].y) for key in places}
        if places and any(old[key] != places[key] for key in places):
            spread = way in ("across", "down")
            name = tr("Distribute {} nodes") if spread else tr("Align {} nodes")
            if self.workspace.perform(name.format(len(places)), [Move(graph.id, places)]):
                self.view.glide(old, places, show=False)

    def arrange(self) -> None:
        """Lay out the selection, or everything when fewer than two nodes are selected."""
        graph = self.workspace.graph
        chosen = self.workspace.selected_nodes
        only = set(chosen) if len(chosen) > 1 else None
        sizes = {key: (item.width, item.height) for key, item in self.view.canvas.nodes.items()}
        places = arrange(graph, sizes, only, self.workspace.project)
        if not any(graph.nodes[key].pinned for key in places):
            old = {key: (graph.nodes[key].x, graph.nodes[key].y) for key in places}
            places = _kept_in_place(places, old)
            if only is not None:
                places = self._below_others(places)
        if not places:
            return
        old = {key: (graph.nodes[key].x, graph.nodes[key].y) for key in places}
        if all(old[key] == places[key] for key in places):
            return
        name = tr("Arrange") if only is None else tr("Arrange {} nodes").format(len(only))
        if self.workspace.perform(name, [Move(graph.id, places)]):
            self.view.glide(old, places, show=only is None)

    def turn(self, flow: Flow) -> None:
        """Let the graph's wires lead to the right or down, and lay it out that way, in one step."""
        workspace, graph = self.workspace, self.workspace.graph
        if flow == self.view.canvas.flow:
            return
        view = turned_view(workspace.project, graph.id, flow)
        after = replace(workspace.project, view=view)
        places = arrange(graph, None, None, after)
        old = {key: (graph.nodes[key].x, graph.nodes[key].y) for key in places}
        if not any(graph.nodes[key].pinned for key in places):
            places = _kept_in_place(places, old)
        edits: list[Edit] = [SetProject("project", {"view": view})]
        if places:
            edits.append(Move(graph.id, places))
        name = tr("Arrange from top to bottom") if flow == "down" else tr("Arrange from left to right")
        if workspace.perform(name, edits):
            self.view.glide(old, places, show=True)

    def _below_others(self, places: dict[str, tuple[float, float]]) -> dict[str, tuple[float, float]]:
        """A selection that was laid out moves down until it lies on no other node."""
        items = self.view.canvas.nodes
        others = [item.body.adjusted(-8, -8, 8, 8) for key, item in items.items() if key not in places]
        down = 0.0
        for _ in range(200):
            bodies = [QRectF(QPointF(x, y + down), items[key].body.size()) for key, (x, y) in places.items()]
            under = [other for other in others if any(body.intersects(other) for body in bodies)]
            if not under:
                break
            top = min(body.top() for body in bodies)
            down += max(GRID, max(other.bottom() for other in under) - top)
        return {key: (x, y + down) for key, (x, y) in places.items()}


def _kept_in_place(
    places: dict[str, tuple[float, float]], old: dict[str, tuple[float, float]]
) -> dict[str, tuple[float, float]]:
    """The layout shifted so that its top-left corner stays where it was."""
    if not places:
        return {}

    def corner(of: Iterable[tuple[float, float]]) -> tuple[float, float]:
        points = list(of)
        return min(x for x, _ in points), min(y for _, y in points)

    (x0, y0), (x1, y1) = corner(old.values()), corner(places.values())
    return {key: (round(x - x1 + x0), round(y - y1 + y0)) for key, (x, y) in places.items()}
