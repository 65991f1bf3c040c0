"""Blocks in the panels: palette, inspector, breadcrumbs and the networks' tabs; real keys and clicks."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QInputDialog, QLineEdit, QMenu, QTreeWidgetItem, QWidget

from graph.blocks import share
from graph.build import GraphBuilder, project
from graph.edits import SetParams
from graph.files import dumps
from graph.values import Expr
from gui.blocks import palette_menu
from gui.blocks.expose import ExposeDialog
from gui.blocks.header_page import BlockPage
from gui.blocks.keeping import keep
from gui.blocks.networks import NetworkTabs
from gui.blocks.parameter_rows import ParameterCard
from gui.blocks.shelf import shelf
from gui.breadcrumbs import Breadcrumbs
from gui.canvas.title_edit import TitleEdit
from gui.folders import blocks_folder
from gui.inspector import Inspector
from gui.inspector.node_page import NodePage
from gui.palette import BROKEN, ENTRY, PalettePanel
from gui.workspace import Workspace
from tests.gui.window_hand import (
    Answers,
    block_project,
    click,
    named,
    settle,
    show,
    small_project,
    workspace_of,
    write,
)

Key, ALT = Qt.Key, Qt.KeyboardModifier.AltModifier


@pytest.fixture
def workspace(qapp: QApplication) -> Workspace:
    return workspace_of(block_project())


class Bench:
    """An inspector inside the block Unit, which the network uses twice."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.said: list[str] = []
        workspace.message.connect(lambda _, text: self.said.append(text))
        workspace.enter(named(workspace, "first").id)
        self.inspector = Inspector(workspace)
        show(self.inspector, 340, 1000)
        self.settle()

    def settle(self) -> None:
        settle()
        self.workspace.refresh_shapes()
        settle()

    @property
    def page(self) -> BlockPage:
        assert isinstance(self.inspector.page, BlockPage)
        return self.inspector.page

    def node(self, name: str) -> NodePage:
        self.workspace.select([named(self.workspace, name).id])
        self.settle()
        assert isinstance(self.inspector.page, NodePage)
        return self.inspector.page

    def card(self, name: str) -> ParameterCard:
        return next(card for card in self.page.parameters.cards if card.name == name)

    @property
    def block(self):  # type: ignore[no-untyped-def]
        return self.workspace.project.blocks["b1"]


@pytest.fixture
def bench(workspace: Workspace) -> Bench:
    return Bench(workspace)


# -- exposing ------------------------------------------------------------------------------------------


def expose(bench: Bench, layer: str, param: str) -> ExposeDialog:
    page = bench.node(layer)
    click(page.rows[param].expose)
    settle()
    found = [widget for widget in QApplication.topLevelWidgets() if isinstance(widget, ExposeDialog)]
    return next(dialog for dialog in found if dialog.isVisible())


def test_a_parameter_is_exposed_by_its_button(bench: Bench) -> None:
    start = dumps(bench.workspace.project)
    dialog = expose(bench, "fc", "bias")
    assert dialog.name.text() == "bias" and dialog.done_button.text() == "Expose"
    write(dialog.name, "for")
    assert "cannot be a parameter's name" in dialog.sentence.text() and not dialog.done_button.isEnabled()
    write(dialog.name, "with_bias")
    QTest.keyClick(dialog.name, Key.Key_Return)
    settle()
    assert [(item.name, item.default) for item in bench.block.parameters] == [
        ("width", 8),
        ("with_bias", True),
    ]
    assert bench.workspace.undo.count() == 1 and bench.workspace.undo.undoText() == "Expose bias of fc"
    row = bench.node("fc").rows["bias"]
    assert row.follows and row.expose.toolTip() == "Stop following with_bias"
    click(row.expose)
    bench.settle()
    assert [item.name for item in bench.block.parameters] == ["width"]
    bench.workspace.undo.undo()
    bench.workspace.undo.undo()
    assert dumps(bench.workspace.project) == start


def test_a_layer_follows_a_parameter_that_is_there(bench: Bench) -> None:
    page = bench.node("fc")
    assert not page.rows["in_features"].expose.isVisible()
    click(page.rows["in_features"].pin)
    bench.settle()
    assert page.rows["in_features"].expose.isVisible()
    dialog = expose(bench, "fc", "in_features")
    write(dialog.name, "width")
    assert dialog.sentence.text() == "width is there already, with the default 8: this will follow it."
    assert not dialog.editor.isEnabled()
    click(dialog.done_button)
    settle()
    assert bench.block.nodes[named(bench.workspace, "fc").id].params["in_features"] == Expr("width")
    assert len(bench.block.parameters) == 1


def test_outside_of_a_block_nothing_is_exposed(qapp: QApplication) -> None:
    workspace = workspace_of(small_project())
    inspector = Inspector(workspace)
    show(inspector, 340, 800)
    workspace.select([named(workspace, "conv1").id])
    settle()
    assert isinstance(inspector.page, NodePage)
    assert not any(row.expose.isVisible() for row in inspector.page.rows.values())


# -- the block's page ----------------------------------------------------------------------------------


def test_parameters_are_renamed_set_explained_moved_and_removed(bench: Bench) -> None:
    card = bench.card("width")
    write(card.title, "repeat")
    assert "every use of a block has it already" in card.sentence.text()
    write(card.title, "planes")
    QTest.keyClick(card.title, Key.Key_Return)
    bench.settle()
    assert bench.block.nodes[named(bench.workspace, "fc").id].params == {"out_features": Expr("planes")}
    card = bench.card("planes")
    editor = card.editor.focusProxy()
    assert isinstance(editor, QWidget)
    editor.lineEdit().selectAll()  # type: ignore[attr-defined]
    QTest.keyClicks(editor, "16")
    write(card.help, "Planes.")
    bench.settle()
    assert (bench.block.parameters[0].default, bench.block.parameters[0].help) == (16, "Planes.")
    click(bench.page.more)
    bench.settle()
    extra = bench.card("size")
    assert extra.note.text() == "Nothing inside follows it yet."
    extra.editor.setFocus()
    write(extra.editor.focusProxy(), "0.5")  # type: ignore[arg-type]
    bench.settle()
    assert bench.block.parameters[1].default == 0.5
    QTest.keyClick(extra.help, Key.Key_Up, ALT)
    bench.settle()
    assert [item.name for item in bench.block.parameters] == ["size", "planes"]
    click(bench.card("size").gone)
    bench.settle()
    assert [item.name for item in bench.block.parameters] == ["planes"]


def test_stopping_asks_when_uses_set_another_value(bench: Bench) -> None:
    use = next(node for node in bench.workspace.project.main.nodes.values() if node.name == "first")
    bench.workspace.perform("Wider", [SetParams("g1", use.id, {"width": 12})])
    bench.settle()
    with Answers("Cancel") as asked:
        click(bench.card("width").gone)
    assert asked.texts == ["“first” set another value of width."]
    with Answers("Stop exposing"):
        click(bench.card("width").gone)
    assert bench.block.parameters == [] and use.params == {}
    bench.workspace.undo.undo()
    assert use.params == {"width": 12}


def test_help_and_name_of_the_block(bench: Bench) -> None:
    bench.page.help_field.selectAll()
    QTest.keyClicks(bench.page.help_field, "New help")
    assert bench.block.help == "New help" and bench.workspace.undo.count() == 1
    write(bench.page.name, "Cell")
    QTest.keyClick(bench.page.name, Key.Key_Return)
    assert bench.block.name == "Cell"
    assert bench.page.uses.text() == "first (Net), rest (Net)"


def test_ports_are_added_renamed_moved_and_removed(bench: Bench) -> None:
    ports = bench.page.inputs
    main = bench.workspace.project.main
    wires = len(main.edges)
    click(ports.more)
    settle()
    field = ports.list.findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "skip")
    QTest.keyClick(field, Key.Key_Return)
    bench.settle()
    assert [node.name for node in bench.block.inputs] == ["x", "skip"]
    ports.list.setFocus()
    QTest.keyClick(ports.list, Key.Key_Up, ALT)
    assert [node.name for node in bench.block.inputs] == ["skip", "x"] and ports.list.currentRow() == 0
    ports.list.setCurrentRow(1)
    QTest.keyClick(ports.list, Key.Key_F2)
    field = ports.list.findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "entry")
    QTest.keyClick(field, Key.Key_Return)
    bench.settle()
    assert len(main.edges) == wires
    assert {edge.target_port for edge in main.edges.values()} == {"entry", "input"}
    ports.list.setCurrentRow(0)
    QTest.keyClick(ports.list, Key.Key_Delete)
    assert [node.name for node in bench.block.inputs] == ["entry"]
    assert len(main.edges) == wires and bench.workspace.undo.count() == 5


def test_a_port_that_was_dragged_is_moved_in_the_document(bench: Bench) -> None:
    bench.page.inputs.add()
    bench.settle()
    ports = bench.page.inputs
    nothing = QModelIndex()
    assert ports.list.model().moveRow(nothing, 1, nothing, 0)  # what a drop inside the list does
    bench.settle()
    assert [node.name for node in bench.block.inputs] == ["input", "x"]
    assert bench.workspace.undo.undoText() == "Move the port input"
    bench.workspace.undo.undo()
    bench.settle()
    assert [ports.list.item(row).text() for row in range(2)] == ["x", "input"]


def test_a_name_that_is_taken_is_refused_in_the_list(bench: Bench) -> None:
    ports = bench.page.inputs
    ports.list.setCurrentRow(0)
    ports.list.editItem(ports.list.item(0))
    field = ports.list.findChild(QLineEdit)
    assert field is not None
    field.selectAll()
    QTest.keyClicks(field, "fc")
    QTest.keyClick(field, Key.Key_Return)
    bench.settle()
    assert bench.said == ["Another node is called “fc” already."]
    assert ports.list.item(0).text() == "x"


# -- breadcrumbs and networks --------------------------------------------------------------------------


def test_a_use_becomes_independent_where_it_is_edited(workspace: Workspace) -> None:
    bar = Breadcrumbs(workspace)
    show(bar, 700, 40)
    assert not bar.used.isVisible()
    workspace.enter(named(workspace, "first").id)
    settle()
    assert bar.used.text() == "Used 2 times: changes apply to all."
    places: list[str] = []
    workspace.place_changed.connect(lambda: places.append(workspace.graph.name))
    click(bar.independent)
    settle()
    assert workspace.graph.name == "Unit2" and places == ["Unit2"] and not bar.independent.isVisible()
    workspace.undo.undo()
    assert workspace.graph.name == "Unit" and bar.independent.isVisible()


def test_nested_places_become_independent_together(qapp: QApplication) -> None:
    inner = GraphBuilder("Inner")
    inner.output(inner.add("Linear", inner.input("x"), name="fc", out_features=4), name="y")
    outer = GraphBuilder("Outer")
    outer.output(outer.use(inner, outer.input("x"), name="i"), name="y")
    g = GraphBuilder("Net")
    g.output(g.use(outer, g.use(outer, g.input("x", shape=(4,)), name="a"), name="b"), name="y")
    workspace = workspace_of(project("Nested", g))
    bar = Breadcrumbs(workspace)
    show(bar, 700, 40)
    workspace.enter(named(workspace, "a").id)
    workspace.enter(named(workspace, "i").id)
    settle()
    assert bar.used.text() == "Used 2 times: changes apply to all."
    click(bar.independent)
    assert workspace.graph.name == "Inner2" and workspace.undo.count() == 1
    assert sorted(block.name for block in workspace.project.blocks.values()) == [
        "Inner", "Inner2", "Outer", "Outer2",
    ]  # fmt: skip


@pytest.fixture
def bar(qapp: QApplication) -> Iterator[Breadcrumbs]:
    workspace = workspace_of(small_project())
    made = Breadcrumbs(workspace)
    show(made, 800, 44)
    yield made


def names(bar: Breadcrumbs) -> list[str]:
    tabs = bar.tabs
    shown = [tabs.tabText(row) for row in range(tabs.count())]
    assert shown == [graph.name for graph in bar.workspace.project.networks.values()]
    return shown


def test_networks_are_added_renamed_duplicated_and_removed(bar: Breadcrumbs) -> None:
    workspace, tabs = bar.workspace, bar.tabs
    assert not tabs.isVisible()
    click(bar.plus)
    settle()
    assert names(bar) == ["Small", "Network"] and tabs.isVisible() and workspace.graph.name == "Network"
    tabs.setFocus()
    QTest.keyClick(tabs, Key.Key_F2)
    field = bar.findChild(TitleEdit)
    assert field is not None
    QTest.keyClicks(field, "Critic")
    QTest.keyClick(field, Key.Key_Return)
    assert names(bar) == ["Small", "Critic"]
    menu = tabs.build_menu(0)
    next(action for action in menu.actions() if action.text() == "Duplicate").trigger()
    assert names(bar) == ["Small", "Small2", "Critic"] and workspace.graph.name == "Small2"
    tabs.setFocus()
    QTest.keyClick(tabs, Key.Key_Right, ALT)
    assert names(bar) == ["Small", "Critic", "Small2"]
    QTest.keyClick(tabs, Key.Key_Delete)
    assert names(bar) == ["Small", "Critic"] and workspace.graph.name == "Small"
    assert workspace.undo.count() == 5
    for _ in range(5):
        workspace.undo.undo()
    assert names(bar) == ["Small"] and not tabs.isVisible()
    menu.deleteLater()


def test_a_name_that_is_taken_is_said(bar: Breadcrumbs) -> None:
    said: list[str] = []
    bar.workspace.message.connect(lambda _, text: said.append(text))
    click(bar.plus)
    bar.tabs.edit(0)
    field = bar.findChild(TitleEdit)
    assert field is not None
    QTest.keyClicks(field, "Network")
    QTest.keyClick(field, Key.Key_Return)
    assert said == ["Another network or block is called “Network” already."]
    assert names(bar) == ["Small", "Network"]


def test_a_tab_is_dragged_to_another_place(bar: Breadcrumbs) -> None:
    click(bar.plus)
    click(bar.plus)
    settle()
    assert names(bar) == ["Small", "Network", "Network2"]
    tabs: NetworkTabs = bar.tabs
    start, end = tabs.tabRect(0).center(), tabs.tabRect(2).center()
    QTest.mousePress(tabs, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 9):
        QTest.mouseMove(tabs, start + (end - start) * (step / 8) + QPoint(10, 0))
    QTest.mouseRelease(tabs, Qt.MouseButton.LeftButton, pos=end + QPoint(10, 0))
    settle()
    assert names(bar) == ["Network", "Network2", "Small"]
    assert bar.workspace.graph.name == "Small" and bar.workspace.undo.undoText() == "Move Small"


# -- the palette ---------------------------------------------------------------------------------------


def find(panel: PalettePanel, text: str) -> QTreeWidgetItem:
    return panel.tree.findItems(text, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)[0]


def do(panel: PalettePanel, item: QTreeWidgetItem, text: str) -> None:
    """Choose from the menu of an entry."""
    menu = palette_menu.build_menu(panel, panel.workspace, item.data(0, ENTRY), item.data(0, BROKEN))
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.deleteLater()
    settle()


def answer(text: str) -> None:
    """Type into the input dialog that comes up."""

    def look() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, QInputDialog)
        dialog.setTextValue(text)
        dialog.accept()

    QTimer.singleShot(50, look)


def children(item: QTreeWidgetItem) -> list[str]:
    return [item.child(row).text(0) for row in range(item.childCount())]


def test_the_palette_has_blocks_of_three_kinds(workspace: Workspace) -> None:
    keep(QWidget(), workspace, "b1")
    panel = PalettePanel(workspace)
    show(panel, 260, 800)
    section = find(panel, "Blocks")
    assert children(section) == ["In this project", "My blocks", "Shipped"]
    assert children(section.child(0)) == children(section.child(1)) == ["Unit"]
    panel.search.setText("squeeze excitation")
    assert panel.tree.topLevelItem(0).data(0, ENTRY).origin.startswith("shipped:")


def test_menus_open_by_key(workspace: Workspace, bar: Breadcrumbs) -> None:
    panel = PalettePanel(workspace)
    show(panel, 260, 800)
    panel.tree.setCurrentItem(find(panel, "Unit"))
    for widget, first in ((panel.tree.viewport(), "Save to my blocks"), (bar.tabs, "Rename…")):
        event = QContextMenuEvent(QContextMenuEvent.Reason.Keyboard, QPoint(3, 3), QPoint(3, 3))
        QApplication.sendEvent(widget, event)
        menu = QApplication.activePopupWidget()
        assert isinstance(menu, QMenu) and menu.actions()[0].text() == first
        menu.close()
        settle()


def test_a_saved_block_is_renamed_deleted_and_put_back(workspace: Workspace) -> None:
    panel = PalettePanel(workspace)
    show(panel, 260, 800)
    do(panel, find(panel, "Unit"), "Save to my blocks")
    mine = find(panel, "My blocks")
    answer("Cell")
    do(panel, mine.child(0), "Rename…")
    assert children(find(panel, "My blocks")) == ["Cell"]
    with Answers("Cancel"):
        do(panel, find(panel, "Cell"), "Delete from my blocks…")
    with Answers("Delete") as asked:
        do(panel, find(panel, "Cell"), "Delete from my blocks…")
    assert asked.texts == ["Delete “Cell” from your blocks?"] and shelf().saved() == []
    do(panel, find(panel, "Blocks"), "Put “Cell” back into my blocks")
    assert children(find(panel, "My blocks")) == ["Cell"]
    panel.add(find(panel, "Cell").data(0, ENTRY))
    assert [block.name for block in workspace.project.blocks.values()] == ["Unit", "Cell"]


def test_a_damaged_file_is_shown_and_can_be_deleted(workspace: Workspace) -> None:
    blocks_folder().mkdir(parents=True)
    (blocks_folder() / "odd.loom").write_text("{", encoding="utf-8")
    panel = PalettePanel(workspace)
    show(panel, 260, 800)
    item = find(panel, "odd")
    assert "not valid JSON" in item.toolTip(0) and item.data(0, ENTRY) is None
    with Answers("Delete"):
        do(panel, item, "Delete from my blocks…")
    assert not list(blocks_folder().iterdir())


def test_blocks_of_the_project_are_renamed_and_removed(workspace: Workspace) -> None:
    panel = PalettePanel(workspace)
    show(panel, 260, 800)
    menu = palette_menu.build_menu(panel, workspace, find(panel, "Unit").data(0, ENTRY), None)
    last = menu.actions()[-1]
    assert last.text() == "Remove from the project (used 2 times)" and not last.isEnabled()
    menu.deleteLater()
    answer("Cell")
    do(panel, find(panel, "Unit"), "Rename…")
    assert workspace.project.blocks["b1"].name == "Cell"
    panel.add(next(entry for entry in panel.entries if entry.origin == "shipped:basic-residual"))
    use = workspace.selected_nodes
    count = len(workspace.project.blocks)
    workspace.undo.undo()
    assert len(workspace.project.blocks) == 1
    workspace.undo.redo()
    from graph.operations import delete

    workspace.perform("Delete", delete(workspace.project, workspace.graph, use))
    left = sum(1 for key in workspace.project.blocks if key != "b1")
    assert left == count - 1
    texts = [
        action.text()
        for action in palette_menu.build_menu(panel, workspace, None, None).actions()
        if action.text().startswith("Remove")
    ]
    do(panel, find(panel, "Blocks"), texts[0])
    assert list(workspace.project.blocks) == ["b1"]


def test_shared_weights_are_told_in_the_inspector(workspace: Workspace) -> None:
    inspector = Inspector(workspace)
    show(inspector, 340, 900)
    first, rest = named(workspace, "first").id, named(workspace, "rest").id
    workspace.perform("Share", share(workspace.graph, rest, first))
    workspace.select([rest])
    settle()
    page = inspector.page
    assert isinstance(page, NodePage)
    assert page.sharing.text.text() == "Uses the weights of first."
    click(page.sharing.stop)
    settle()
    assert workspace.graph.nodes[rest].shares is None
    page.sharing.menu.aboutToShow.emit()
    assert [action.text() for action in page.sharing.menu.actions()] == ["first"]
    page.sharing.choose(first)
    assert workspace.graph.nodes[rest].shares == first
