"""The part of a node's context menu that is about blocks and shared weights."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from graph.blocks import can_share, partners, sharing, uses_of
from graph.blocks.sharing import holds_weights
from gui.actions import first_key
from gui.blocks.words import tr
from gui.icons import icon

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView

CANDIDATES = 30
"""Nodes that the menu for sharing lists at most."""


def add_item(menu: QMenu, text: str, do: Callable[[], object], same: str = "", picture: str = "") -> None:
    """One row of a menu, with the key of the action that does the ``same``."""
    action = menu.addAction(text)
    if picture:
        action.setIcon(icon(picture))
    if same:
        action.setShortcut(QKeySequence(first_key(same)))
        action.setShortcutVisibleInContextMenu(True)
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
    action.triggered.connect(lambda *_: do())


def add_block_items(view: CanvasView, menu: QMenu, node_id: str) -> None:
    """Add what fits the node and the selection."""
    workspace, commands = view.workspace, view.blocks
    graph, node = workspace.graph, workspace.graph.nodes[node_id]
    menu.addSeparator()
    add_item(menu, tr("Group into a block…"), commands.group, "group", "package-variant-closed")
    if node.block is not None:
        add_item(menu, tr("Ungroup"), commands.ungroup, "ungroup", "package-variant")
        uses = len(uses_of(workspace.project, node.block))
        if len(workspace.selected_nodes) == 1:
            if uses > 1:
                text = tr("Make this use independent")
                add_item(menu, text, lambda: commands.detach(node_id), "", "call-split")
            if sum(other.block == node.block for other in graph.nodes.values()) > 1:
                text = tr("Select all its uses here")
                add_item(menu, text, lambda: commands.select_uses(node_id), "", "select-group")
            add_item(menu, tr("Save to my blocks"), commands.keep, "", "content-save-outline")
    blocks = [key for key in workspace.selected_nodes if graph.nodes[key].block is not None]
    if len(blocks) == 1 and len(workspace.selected_nodes) > 1:
        text = tr("Move the others into {0}").format(graph.nodes[blocks[0]].name)
        add_item(menu, text, lambda: commands.take_in(blocks[0], workspace.selected_nodes), "", "import")
    if len(workspace.place) > 1:
        add_item(menu, tr("Move out of the block"), commands.take_out, "", "export")
    _sharing(view, menu, node_id)
    if graph.id in workspace.project.blocks:
        _exposing(view, menu, node_id)


def _sharing(view: CanvasView, menu: QMenu, node_id: str) -> None:
    workspace, commands = view.workspace, view.blocks
    graph, node = workspace.graph, workspace.graph.nodes[node_id]
    chosen = [graph.nodes[key] for key in workspace.selected_nodes]
    same = {(item.type, item.block) for item in chosen}
    if len(chosen) > 1:
        apart = any(chosen[0] not in partners(graph, item.id) for item in chosen[1:])
        if len(same) == 1 and apart and (can_share(graph, node_id) or partners(graph, node_id)):
            text = tr("Share weights among the {0} selected").format(len(chosen))
            add_item(menu, text, commands.share_selected, "", "link-variant")
    else:
        candidates = can_share(graph, node_id)
        if candidates:
            inner = menu.addMenu(icon("link-variant"), tr("Share weights with…"))
            for other in candidates[:CANDIDATES]:
                text = other.name
                if other.params != node.params:
                    text = tr("{0} (takes over its parameters)").format(other.name)
                add_item(inner, text, lambda other=other: commands.share(node_id, other.id))  # type: ignore[misc]
    if not sharing(graph).isdisjoint(workspace.selected_nodes):
        add_item(menu, tr("Stop sharing weights"), commands.stop_sharing, "", "link-variant-off")
    if candidates_to_copy(view):
        add_item(menu, tr("Duplicate with the same weights"), commands.duplicate_shared, "duplicate_shared",
             "link-variant-plus")  # fmt: skip


def candidates_to_copy(view: CanvasView) -> bool:
    """Whether anything that is selected has weights."""
    graph = view.workspace.graph
    return any(holds_weights(graph.nodes[key]) for key in view.workspace.selected_nodes)


def _exposing(view: CanvasView, menu: QMenu, node_id: str) -> None:
    """Inside a block, its ports and parameters are also reached from the menu."""
    menu.addSeparator()
    add_item(menu, tr("Edit the block's ports and parameters"), lambda: view.workspace.select(()), "",
         "tune-variant")  # fmt: skip
