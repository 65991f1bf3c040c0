"""Wires and types from the keyboard: choose from a list what the selected node connects to, or becomes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint

from graph import operations
from graph.catalogue import CATALOGUE
from graph.edits import EditError
from graph.model import BLOCK, INPUT, OUTPUT, Node
from graph.palette import Entry, entries, fits
from graph.ports import in_ports, out_ports
from gui.canvas.search import SearchPopup
from gui.canvas.trial import Trial
from gui.canvas.words import tr

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

End = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Wish:
    """A wire that could be drawn: from an output to an input."""

    source: End
    target: End


class Connecting:
    """Opens lists over a view; what is chosen is one undo step."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.workspace = view.workspace
        self.popup: SearchPopup | None = None

    def connect(self) -> None:
        """List every port that the selected node's ports fit; the nearest come first."""
        node = self._one()
        if node is None:
            return
        wishes = self._wishes(node)
        if not wishes:
            text = tr("There is no port that a wire of {} could go to.").format(node.name)
            self.workspace.message.emit("info", text)
            return
        listed = {self._entry(node, wish): wish for wish in wishes}

        def chosen(entry: Entry) -> None:
            wish = listed[entry]
            graph = self.workspace.graph
            edits = operations.connect(self.workspace.project, graph, *wish.source, *wish.target)
            names = [graph.nodes[end[0]].name for end in (wish.source, wish.target)]
            if edits:
                self.workspace.perform(tr("Connect {} to {}").format(*names), edits)

        self._open(
            node, list(listed), None, tr("Connect {} with").format(node.name), tr("Search ports…"), chosen
        )

    def replace(self) -> None:
        """List the layers that the selected one can become; those that take what arrives come first."""
        node = self._one()
        if node is None:
            return
        if node.type in (BLOCK, INPUT, OUTPUT):
            self.workspace.message.emit("info", tr("Only a layer can become another layer."))
            return
        among = [entry for entry in entries() if entry.type not in (INPUT, OUTPUT, node.type)]
        shapes = self.workspace.node_shapes(node.id)
        arriving = (
            next((tensors[0] for tensors in shapes.inputs.values() if tensors), None) if shapes else None
        )
        test: Callable[[Entry], bool] | None = None
        if arriving is not None and self.workspace.ready:
            tensor = arriving

            def test(entry: Entry) -> bool:
                return fits(self.workspace.inference, tensor, entry)

        def chosen(entry: Entry) -> None:
            workspace = self.workspace
            try:
                edits = operations.retype(workspace.project, workspace.graph, node.id, entry.type)
            except EditError as error:
                workspace.message.emit("warning", str(error))
                return
            workspace.perform(tr("Replace {} by {}").format(node.name, entry.title), edits)

        self._open(node, among, test, tr("Replace {} by").format(node.name), tr("Search layers…"), chosen)

    def _one(self) -> Node | None:
        chosen = self.workspace.selected_nodes
        if len(chosen) == 1:
            return self.workspace.graph.nodes[chosen[0]]
        self.workspace.message.emit("info", tr("Select one node first."))
        return None

    def _open(
        self, node: Node, among: list[Entry], test: Callable[[Entry], bool] | None, note: str, hint: str,
        chosen: Callable[[Entry], None],
    ) -> None:  # fmt: skip
        if self.popup is not None:
            self.popup.finish()
        popup = SearchPopup(self.view, among, test, note)
        popup.field.setPlaceholderText(hint)
        popup.setAccessibleName(hint)
        popup.field.setAccessibleName(hint)

        def gone() -> None:
            if self.popup is popup:
                self.popup = None

        popup.chosen.connect(chosen)
        popup.closed.connect(gone)
        popup.leave_with(self.workspace)
        self.popup = popup
        body = self.view.mapFromScene(self.view.canvas.nodes[node.id].body).boundingRect()
        popup.show_at(QPoint(body.right() + 8, body.top()))

    def _wishes(self, node: Node) -> list[Wish]:
        """What a wire from or to the node could join, nearest first; what is wired already is left out."""
        project, graph = self.workspace.project, self.workspace.graph
        found = []
        for port in out_ports(project, node):
            trial = Trial(self.workspace, node.id, port.name, False)
            found += [Wish((node.id, port.name), end) for end in trial.ends()]
        for port in in_ports(project, node):
            trial = Trial(self.workspace, node.id, port.name, True)
            found += [Wish(end, (node.id, port.name)) for end in trial.ends()]
        there = {
            Wish((edge.source, edge.source_port), (edge.target, edge.target_port))
            for edge in graph.edges.values()
        }

        def away(wish: Wish) -> tuple[bool, float]:
            other = graph.nodes[wish.target[0] if wish.source[0] == node.id else wish.source[0]]
            taken = bool(graph.edges_into(*wish.target))
            return taken, abs(other.x - node.x) + abs(other.y - node.y)

        return sorted((wish for wish in found if wish not in there), key=away)

    def _entry(self, node: Node, wish: Wish) -> Entry:
        """How a wire is listed: ``→ add · other``, and what is there now."""
        project, graph = self.workspace.project, self.workspace.graph
        forward = wish.source[0] == node.id
        end = wish.target if forward else wish.source
        other = graph.nodes[end[0]]
        own = wish.source[1] if forward else wish.target[1]
        ports = (in_ports if forward else out_ports)(project, other)
        title = f"{'→' if forward else '←'} {other.name}" + (f" · {end[1]}" if len(ports) > 1 else "")
        wired = graph.edges_into(*wish.target)
        instead = "" if operations.takes_many(graph.nodes[wish.target[0]], wish.target[1]) else ", ".join(
            graph.nodes[edge.source].name for edge in wired
        )  # fmt: skip
        text = tr("{} of {}").format(own, node.name)
        summary = tr("{}, instead of {}").format(text, instead) if instead else text
        block = project.blocks.get(other.block or "")
        category = "Blocks" if block else CATALOGUE[other.type].category
        words = (other.name, end[1], block.name if block else other.type)
        return Entry(other.type, title, category, summary, words, origin=f"{wish.source}{wish.target}")
