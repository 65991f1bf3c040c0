"""The context menus: of nodes, of a wire, and of the empty canvas."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtWidgets import QMenu

from graph.edits import Disconnect
from graph.model import BLOCK, INPUT, OUTPUT
from gui.blocks.canvas_menu import add_block_items, add_item
from gui.canvas.aligning import Way
from gui.canvas.frames import COLOURS, carried, tint
from gui.canvas.words import tr
from gui.icons import icon

if TYPE_CHECKING:
    from gui.canvas.view import CanvasView


def open_menu(view: CanvasView, event: QContextMenuEvent) -> None:
    """Show the menu for what is under the mouse, which becomes selected."""
    if view.interaction is not None:
        return
    menu = build_menu(view, event)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(event.globalPos())


def build_menu(view: CanvasView, event: QContextMenuEvent) -> QMenu:
    """The menu, not yet shown."""
    found = view.hit_at(event.pos())
    menu = QMenu(view)
    if event.reason() == QContextMenuEvent.Reason.Keyboard:
        chosen = view.workspace.selected_nodes
        if chosen:
            _node_menu(view, menu, chosen[0])
            return menu
    if found.node:
        if found.node not in view.workspace.selection:
            view.workspace.select([found.node])
        _node_menu(view, menu, found.node)
    elif found.frame:
        view.workspace.select([found.frame])
        _frame_menu(view, menu, found.frame)
    elif found.wire:
        view.workspace.select([found.wire])
        _wire_menu(view, menu, found.wire, event)
    else:
        _void_menu(view, menu, event)
    return menu


def _node_menu(view: CanvasView, menu: QMenu, node_id: str) -> None:
    commands, chosen = view.commands, view.workspace.selected_nodes
    node = view.workspace.graph.nodes[node_id]
    if view.workspace.problems_here().get(node_id):
        add_item(menu, tr("Show the problem"), lambda: view.explain_node(node_id), "", "alert-circle-outline")
        menu.addSeparator()
    if node.block is not None:
        add_item(
            menu, tr("Look inside"), lambda: view.workspace.enter(node_id), "enter_block", "arrow-expand-all"
        )
    if len(chosen) == 1:
        add_item(menu, tr("Rename…"), lambda: view.rename_requested.emit(node_id), "rename", "form-textbox")
    add_item(menu, tr("Cut"), commands.cut, "cut", "content-cut")
    add_item(menu, tr("Copy"), commands.copy, "copy", "content-copy")
    add_item(menu, tr("Duplicate"), commands.duplicate, "duplicate", "content-duplicate")
    add_block_items(view, menu, node_id)
    menu.addSeparator()
    wires = view.workspace.graph.edges_of(chosen)
    if wires:
        add_item(
            menu, tr("Disconnect"), lambda: _disconnect(view, [edge.id for edge in wires]), "", "link-off"
        )
    if len(chosen) > 1:
        add_item(menu, tr("Arrange the selection"), commands.arrange, "arrange", "sitemap-outline")
        _align_menu(view, menu, len(chosen))
    if len(chosen) == 1:
        add_item(
            menu, tr("Connect with…"), view.connecting.connect, "connect", "transit-connection-horizontal"
        )
        if node.type not in (BLOCK, INPUT, OUTPUT):
            add_item(menu, tr("Replace by…"), view.connecting.replace, "replace", "swap-horizontal")
    _state_menu(view, menu)
    add_item(menu, tr("Put into a frame"), view.frame_selection, "frame", "card-text-outline")
    add_item(menu, tr("Delete"), commands.delete_selection, "delete", "delete-outline")
    if wires:
        add_item(menu, tr("Delete and join the wires"), commands.delete_and_heal, "delete_heal", "link-plus")


def _state_menu(view: CanvasView, menu: QMenu) -> None:
    graph, commands = view.workspace.graph, view.commands
    chosen = [graph.nodes[key] for key in view.workspace.selected_nodes]
    inner = menu.addMenu(icon("toggle-switch-off-outline"), tr("Show and run"))
    off = {how: all(node.off == how for node in chosen) for how in ("bypass", "mute")}
    add_item(inner, tr("Switch on again") if off["bypass"] else tr("Bypass"), lambda: commands.toggle_off("bypass"),
         "bypass", "debug-step-over")  # fmt: skip
    add_item(inner, tr("Switch on again") if off["mute"] else tr("Mute"), lambda: commands.toggle_off("mute"),
         "mute", "volume-off")  # fmt: skip
    inner.addSeparator()
    small, pinned = all(node.collapsed for node in chosen), all(node.pinned for node in chosen)
    add_item(inner, tr("Expand") if small else tr("Collapse"), lambda: commands.toggle("collapsed"), "collapse",
         "arrow-expand" if small else "arrow-collapse")  # fmt: skip
    add_item(
        inner, tr("Unpin") if pinned else tr("Pin"), lambda: commands.toggle("pinned"), "pin", "pin-outline"
    )
    inner.addSeparator()
    still = all(node.frozen for node in chosen)
    add_item(inner, tr("Let learn again") if still else tr("Freeze the weights"), lambda: commands.toggle("frozen"),
         "freeze", "lock-open-variant-outline" if still else "lock")  # fmt: skip


def _align_menu(view: CanvasView, menu: QMenu, count: int) -> None:
    inner = menu.addMenu(icon("align-vertical-center"), tr("Align"))
    ways: tuple[tuple[Way, str, str], ...] = (
        ("left", tr("Left rims"), "align-horizontal-left"),
        ("centre", tr("Centres"), "align-horizontal-center"),
        ("right", tr("Right rims"), "align-horizontal-right"),
        ("top", tr("Tops"), "align-vertical-top"),
        ("middle", tr("Middles"), "align-vertical-center"),
        ("bottom", tr("Bottoms"), "align-vertical-bottom"),
    )
    for way, text, picture in ways:
        add_item(inner, text, lambda way=way: view.commands.align(way), "", picture)
    if count > 2:
        inner.addSeparator()
        add_item(
            inner,
            tr("Equal gaps across"),
            lambda: view.commands.align("across"),
            "",
            "distribute-horizontal-center",
        )
        add_item(
            inner,
            tr("Equal gaps down"),
            lambda: view.commands.align("down"),
            "",
            "distribute-vertical-center",
        )


def _disconnect(view: CanvasView, wires: list[str]) -> None:
    view.workspace.perform(tr("Disconnect"), [Disconnect(view.workspace.graph_id, wires)])


def _wire_menu(view: CanvasView, menu: QMenu, wire: str, event: QContextMenuEvent) -> None:
    if view.canvas.wires[wire].tone == "error":
        add_item(menu, tr("Show the problem"), lambda: view.explain_wire(wire, event.pos()), "",
             "alert-circle-outline")  # fmt: skip
        menu.addSeparator()
    place = view.mapToScene(event.pos())
    add_item(menu, tr("Add a dot here"), lambda: view.commands.add_dot(wire, place), "", "circle-small")
    add_item(menu, tr("Insert a layer here…"), lambda: view.adding.open(event.pos()), "", "plus")
    add_item(menu, tr("Delete"), view.commands.delete_selection, "delete", "delete-outline")


def _frame_menu(view: CanvasView, menu: QMenu, frame_id: str) -> None:
    graph, workspace = view.workspace.graph, view.workspace
    nodes, _ = carried(view.canvas, frame_id)
    add_item(menu, tr("Rename…"), lambda: view.edit_title(frame_id), "rename", "form-textbox")
    colors = menu.addMenu(icon("palette-outline"), tr("Colour"))
    for name, text in zip(COLOURS, (tr("Grey"), tr("Blue"), tr("Green"), tr("Yellow"), tr("Orange"), tr("Purple")),
                          strict=True):  # fmt: skip
        action = colors.addAction(icon("circle", tint(name)), text)
        action.setCheckable(True)
        action.setChecked(graph.frames[frame_id].color == name)
        action.triggered.connect(
            lambda *_, name=name: view.commands.change_frame(
                graph.id, frame_id, tr("Colour a frame"), color=name
            )
        )
    if nodes:
        add_item(menu, tr("Select what lies on it"), lambda: workspace.select(nodes), "", "select-group")
    menu.addSeparator()
    add_item(menu, tr("Delete the frame"), view.commands.delete_selection, "delete", "delete-outline")
    if nodes:
        add_item(menu, tr("Delete the frame and what lies on it"),
             lambda: (workspace.select([frame_id, *nodes]), view.commands.delete_selection()), "",
             "delete-sweep")  # fmt: skip


def _void_menu(view: CanvasView, menu: QMenu, event: QContextMenuEvent) -> None:
    commands = view.commands
    place = view.mapToScene(event.pos())
    add_item(menu, tr("Add a layer…"), lambda: view.adding.open(event.pos()), "add_layer", "plus")
    add_item(menu, tr("Add a frame"), view.frame_selection, "frame", "card-text-outline")
    add_item(menu, tr("Paste"), lambda: commands.paste(place), "paste", "content-paste")
    menu.addSeparator()
    add_item(menu, tr("Select all"), commands.select_all, "select_all", "select-all")
    add_item(menu, tr("Arrange"), commands.arrange, "arrange", "sitemap-outline")
    if view.canvas.flow == "right":
        add_item(menu, tr("Arrange from top to bottom"), lambda: commands.turn("down"), "", "arrow-down")
    else:
        add_item(menu, tr("Arrange from left to right"), lambda: commands.turn("right"), "", "arrow-right")
    add_item(menu, tr("Fit all"), view.fit, "fit", "fit-to-page-outline")
    if len(view.workspace.place) > 1:
        menu.addSeparator()
        add_item(menu, tr("Leave the block"), view.workspace.leave, "leave_block", "arrow-up")
