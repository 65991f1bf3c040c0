"""What can be done with blocks and shared weights from the selection of one canvas."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QMessageBox

from graph.blocks import (
    detach,
    duplicate_shared,
    partners,
    rounds_of,
    share,
    sharing,
    stop_sharing,
    ungroup,
    uses_of,
)
from graph.blocks.crossing import take_in, take_out
from graph.blocks.turning import lying, upright
from graph.document import apply_edits
from graph.edits import Edit, EditError
from graph.model import Node
from gui.blocks.group_popup import GroupPopup
from gui.blocks.keeping import keep
from gui.blocks.words import tr
from gui.canvas.frames import carried

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


class BlockCommands:
    """Each is one undo step; what cannot be done is said in a sentence."""

    def __init__(self, view: CanvasView) -> None:
        self.view = view
        self.workspace = view.workspace
        self.popup: GroupPopup | None = None

    @property
    def uses(self) -> list[Node]:
        """The selected nodes that are uses of blocks."""
        graph = self.workspace.graph
        return [graph.nodes[key] for key in self.workspace.selected_nodes if graph.nodes[key].block]

    def _perform(self, name: str, make: Callable[[], list[Edit]], lying_in: str = "") -> bool:
        """``lying_in``: the graph in which edits were worked out with all wires leading to the right."""
        try:
            edits = make()
            if lying_in:
                edits = upright(self.workspace.project, edits, lying_in)
        except EditError as error:
            self.workspace.message.emit("warning", str(error))
            return False
        return self.workspace.perform(name, edits)

    def take_in(self, use_id: str, ids: Iterable[str]) -> bool:
        """Move nodes of this graph into a block that stands in it."""
        graph = self.workspace.graph
        moved = [key for key in ids if key != use_id]
        name = tr("Move {0} into {1}").format(self._named(moved), graph.nodes[use_id].name)
        return self._perform(name, lambda: self.taking_in(use_id, moved))

    def taking_in(self, use_id: str, ids: list[str]) -> list[Edit]:
        """The edits of that; :class:`EditError` says why it cannot be done."""
        project, graph_id = self.workspace.project, self.workspace.graph_id
        return upright(project, take_in(lying(project), graph_id, use_id, ids), graph_id)

    def take_out(self) -> None:
        """Move the selected nodes out of the block that is shown, beside its use."""
        workspace = self.workspace
        *outer, use = workspace.place
        graph, chosen = workspace.graph_at(tuple(outer)), workspace.selected_nodes
        name = tr("Move {0} out of {1}").format(self._named(chosen), workspace.graph.name)
        use_id = use.partition("[")[0]
        self._perform(name, lambda: take_out(lying(workspace.project), graph.id, use_id, chosen), graph.id)

    def _named(self, ids: list[str]) -> str:
        nodes = self.workspace.graph.nodes
        return nodes[ids[0]].name if len(ids) == 1 else tr("{0} nodes").format(len(ids))

    def group(self) -> None:
        """Ask for the names of the block that the selection becomes."""
        workspace, graph = self.workspace, self.workspace.graph
        ids = {key for key in workspace.selection if key in graph.nodes or key in graph.frames}
        for frame in [key for key in ids if key in graph.frames]:
            ids |= set(carried(self.view.canvas, frame)[0])
        if not any(key in graph.nodes for key in ids):
            workspace.message.emit("info", tr("Select the layers that shall become a block."))
            return
        self.view.cancel_interaction()
        self.view.close_bubble()
        if self.popup is not None:
            self.popup.close_popup()
        bounds = self.view.canvas.bounds(ids)
        popup = GroupPopup(self.view, ids, self.view.mapFromScene(bounds).boundingRect())
        self.popup = popup
        popup.closed.connect(self._gone)

    def _gone(self) -> None:
        self.popup = None

    def ungroup(self) -> None:
        """Replace the selected uses by what is inside them."""
        uses, workspace = self.uses, self.workspace
        if not uses:
            workspace.message.emit("info", tr("Select the use of a block to ungroup it."))
            return
        try:
            if not all(self._may_write_out(node) for node in uses):
                return
        except EditError as error:
            workspace.message.emit("warning", str(error))
            return
        before = set(workspace.graph.nodes)
        one = tr("Ungroup {0}").format(uses[0].name)
        name = one if len(uses) == 1 else tr("Ungroup {0} blocks").format(len(uses))

        def edits() -> list[Edit]:
            # each is worked out on what the one before it left
            scratch = lying(workspace.project).copy()
            graph = scratch.graph(workspace.graph_id)
            found: list[Edit] = []
            for node in uses:
                step = ungroup(scratch, graph, node.id)
                apply_edits(scratch, step)
                found += step
            return found

        if self._perform(name, edits, workspace.graph_id):
            workspace.select(key for key in workspace.graph.nodes if key not in before)

    def _may_write_out(self, node: Node) -> bool:
        """Ask before a row of repetitions becomes many nodes."""
        rounds = rounds_of(node)
        if rounds == 1:
            return True
        block = self.workspace.project.blocks[node.block or ""]
        inside = len(block.nodes) - len(block.inputs) - len(block.outputs)
        box = QMessageBox(self.view.window())
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle(tr("Ungroup"))
        box.setText(tr("“{0}” stands {1} times in a row.").format(node.name, rounds))
        box.setInformativeText(
            tr("Ungrouping writes out every copy: {0} nodes, each with its own weights.").format(
                rounds * inside
            )
        )
        yes = box.addButton(tr("Write out the copies"), QMessageBox.ButtonRole.AcceptRole)
        box.setDefaultButton(yes)
        box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.exec()
        box.deleteLater()
        return box.clickedButton() is yes

    def detach(self, node_id: str = "") -> None:
        """Give one use a definition of its own."""
        workspace = self.workspace
        chosen = node_id or (self.uses[0].id if len(self.uses) == 1 else "")
        if not chosen:
            workspace.message.emit("info", tr("Select one use of a block to make it independent."))
            return
        node = workspace.graph.nodes[chosen]

        def edits() -> list[Edit]:
            return detach(workspace.project, workspace.graph, chosen)[0]

        if self._perform(tr("Make {0} independent").format(node.name), edits):
            name = workspace.project.blocks[workspace.graph.nodes[chosen].block or ""].name
            text = tr("“{0}” has a definition of its own now, {1}.")
            workspace.message.emit("info", text.format(node.name, name))

    def share(self, node_id: str, with_id: str) -> None:
        """Let a node use another one's weights."""
        nodes = self.workspace.graph.nodes
        name = tr("Share weights of {0}").format(nodes[with_id].name)
        self._perform(name, lambda: share(self.workspace.graph, node_id, with_id))

    def share_selected(self) -> None:
        """Let all selected nodes use the weights of the first."""
        workspace = self.workspace
        first, *rest = workspace.selected_nodes

        def edits() -> list[Edit]:
            scratch = workspace.project.copy()
            graph = scratch.graph(workspace.graph_id)
            found: list[Edit] = []
            for key in rest:
                if any(other.id == first for other in partners(graph, key)):
                    continue
                step = share(graph, key, first)
                apply_edits(scratch, step)
                found += step
            return found

        self._perform(tr("Share weights of {0}").format(workspace.graph.nodes[first].name), edits)

    def stop_sharing(self) -> None:
        """Give the selected nodes weights of their own."""
        workspace = self.workspace
        together = sharing(workspace.graph)
        chosen = [key for key in workspace.selected_nodes if key in together]
        if not chosen:
            workspace.message.emit("info", tr("Nothing that is selected shares its weights."))
            return

        def edits() -> list[Edit]:
            scratch = workspace.project.copy()
            graph = scratch.graph(workspace.graph_id)
            found: list[Edit] = []
            for key in chosen:
                if partners(graph, key):
                    step = stop_sharing(graph, key)
                    apply_edits(scratch, step)
                    found += step
            return found

        self._perform(tr("Stop sharing weights"), edits)

    def duplicate_shared(self) -> None:
        """Copies of the selected nodes that use the same weights."""
        workspace, chosen = self.workspace, self.workspace.selected_nodes
        if not chosen:
            workspace.message.emit("info", tr("Select the layers to duplicate."))
            return
        new: list[str] = []

        def edits() -> list[Edit]:
            found, ids = duplicate_shared(workspace.graph, chosen)
            new.extend(ids)
            return found

        if self._perform(tr("Duplicate with the same weights"), edits):
            workspace.select(new)

    def keep(self) -> None:
        """Save the selected use's block, or the block that is shown, to the person's library."""
        workspace = self.workspace
        block = self.uses[0].block if len(self.uses) == 1 else None
        if block is None and workspace.graph_id in workspace.project.blocks:
            block = workspace.graph_id
        if block is None:
            workspace.message.emit("info", tr("Select the use of a block to save it to your blocks."))
            return
        keep(self.view.window(), workspace, block)

    def select_uses(self, node_id: str) -> None:
        """Select all uses of the same block that are in the graph shown."""
        graph = self.workspace.graph
        block = graph.nodes[node_id].block
        self.workspace.select(node.id for node in graph.nodes.values() if node.block == block)
        everywhere = len(uses_of(self.workspace.project, block or ""))
        if everywhere > len(self.workspace.selection):
            text = tr("{0} of {1} uses are in this graph.")
            self.workspace.message.emit("info", text.format(len(self.workspace.selection), everywhere))
