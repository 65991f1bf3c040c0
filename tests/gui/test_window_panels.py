"""Palette, problems, code and summary: real events, then a look at the document."""

from __future__ import annotations

import csv
import io

import pytest
from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QTreeWidgetItem

from graph.edits import RemoveNodes, SetParams
from gui.canvas.drops import LAYER_MIME
from gui.code import CodePanel
from gui.highlight import spans
from gui.palette import ENTRY, PalettePanel
from gui.problems import ProblemsPanel
from gui.summary import SummaryPanel
from gui.widgets import ElidingButton
from gui.words import bytes_text, count_text
from gui.workspace import Workspace
from presets import find as preset
from tests.gui.window_hand import (
    block_project,
    click,
    named,
    settle,
    show,
    small_project,
    until,
    workspace_of,
)


@pytest.fixture
def workspace(qapp: QApplication) -> Workspace:
    return workspace_of(small_project())


def break_it(workspace: Workspace) -> None:
    workspace.perform(
        "Break", [SetParams(workspace.graph_id, named(workspace, "fc1").id, {"in_features": 99})]
    )
    workspace.refresh_shapes()


def wires(workspace: Workspace) -> set[tuple[str, str]]:
    nodes = workspace.graph.nodes
    return {(nodes[edge.source].name, nodes[edge.target].name) for edge in workspace.graph.edges.values()}


# -- palette -------------------------------------------------------------------------------------------


def items(panel: PalettePanel) -> list[str]:
    return [panel.tree.topLevelItem(row).text(0) for row in range(panel.tree.topLevelItemCount())]


def find(panel: PalettePanel, text: str) -> QTreeWidgetItem:
    found = panel.tree.findItems(text, Qt.MatchFlag.MatchExactly | Qt.MatchFlag.MatchRecursive)
    return found[0]


def test_the_palette_holds_every_category(workspace: Workspace) -> None:
    panel = PalettePanel(workspace)
    assert items(panel)[:4] == ["Blocks", "Inputs and outputs", "Linear", "Convolution"]
    assert find(panel, "Conv2d").parent().text(0) == "Convolution"


def test_typing_and_return_add_behind_the_selection_into_the_wire(workspace: Workspace) -> None:
    panel = PalettePanel(workspace)
    show(panel, 240, 700)
    workspace.select([named(workspace, "conv1").id])
    panel.search.setFocus()
    QTest.keyClicks(panel.search, "batch norm 2d")
    assert items(panel)[0] == "BatchNorm2d"
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    new = next(node for node in workspace.graph.nodes.values() if node.type == "BatchNorm2d")
    assert {("conv1", new.name), (new.name, "relu1")} <= wires(workspace)
    assert ("conv1", "relu1") not in wires(workspace)
    assert workspace.selection == {new.id}
    relu = named(workspace, "relu1")
    assert relu.x >= new.x + 176 and relu.y == new.y
    assert workspace.undo.count() == 1
    workspace.undo.undo()
    assert wires(workspace) == {
        ("image", "conv1"), ("conv1", "relu1"), ("relu1", "flatten1"), ("flatten1", "fc1"), ("fc1", "scores"),
    }  # fmt: skip


def test_what_does_not_fit_is_added_without_a_wire(workspace: Workspace) -> None:
    panel = PalettePanel(workspace)
    show(panel, 240, 700)
    workspace.select([named(workspace, "conv1").id])
    before = wires(workspace)
    panel.search.setText("Conv3d")
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert any(node.type == "Conv3d" for node in workspace.graph.nodes.values())
    assert wires(workspace) == before


def test_a_double_click_adds(workspace: Workspace) -> None:
    panel = PalettePanel(workspace)
    show(panel, 240, 900)
    item = find(panel, "Linear")
    item = next(child for child in [item.child(row) for row in range(item.childCount())] if child) or item
    panel.tree.scrollToItem(item)
    place = panel.tree.visualItemRect(item).center()
    click(panel.tree.viewport(), place)
    QTest.mouseDClick(panel.tree.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, place)
    assert sum(node.type == "Linear" for node in workspace.graph.nodes.values()) == 2


def test_keys_walk_the_found_and_escape_shows_all(workspace: Workspace) -> None:
    panel = PalettePanel(workspace)
    show(panel, 240, 700)
    QTest.keyClicks(panel.search, "pool")
    first = panel.tree.currentItem().text(0)
    QTest.keyClick(panel.search, Qt.Key.Key_Down)
    assert panel.tree.currentItem().text(0) != first
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.search.text() == "" and items(panel)[1] == "Inputs and outputs"
    QTest.keyClicks(panel.search, "qqqq")
    assert items(panel) == [] and panel.tree.isHidden() and "“qqqq”" in panel.nothing.text()


def test_a_dragged_layer_says_what_it_is(workspace: Workspace) -> None:
    panel = PalettePanel(workspace)
    data = panel.tree.mimeData([find(panel, "LSTM")])
    assert bytes(data.data(LAYER_MIME).data()) == b'{"type": "LSTM"}'
    assert not panel.tree.mimeData([find(panel, "Convolution")]).hasFormat(LAYER_MIME)


def test_the_projects_blocks_are_listed_and_used(qapp: QApplication) -> None:
    workspace = workspace_of(block_project())
    panel = PalettePanel(workspace)
    assert items(panel)[0] == "Blocks"
    panel.add(find(panel, "Unit").data(0, ENTRY))
    assert sum(node.block == "b1" for node in workspace.graph.nodes.values()) == 3
    workspace.open(small_project())
    assert find(panel, "Blocks").child(0).text(0) == "Shipped"


# -- problems ------------------------------------------------------------------------------------------


def test_no_problems_is_said(workspace: Workspace) -> None:
    panel = ProblemsPanel(workspace)
    assert panel.cards == [] and panel.found == []
    texts = [label.text() for label in panel.findChildren(QLabel)]
    assert "No problems. The network can be trained." in texts


def test_a_problem_is_shown_counted_gone_to_and_repaired(workspace: Workspace) -> None:
    panel = ProblemsPanel(workspace)
    show(panel, 600, 300)
    counts: list[int] = []
    went: list[str] = []
    panel.count_changed.connect(counts.append)
    panel.chosen.connect(went.append)
    break_it(workspace)
    assert counts == [1]
    until(lambda: panel.findChildren(ElidingButton), "repairs are offered")
    click(panel.cards[0], QPoint(14, 14))
    assert workspace.selection == {named(workspace, "fc1").id} and went == [named(workspace, "fc1").id]
    click(panel.findChildren(ElidingButton)[0])
    settle()
    assert counts == [1, 0] and not workspace.shapes.errors


def test_the_next_problem_is_one_key_away(workspace: Workspace) -> None:
    panel = ProblemsPanel(workspace)
    said: list[str] = []
    workspace.message.connect(lambda level, text: said.append(text))
    panel.go_to_next()
    assert said == ["No problems. The network can be trained."]
    break_it(workspace)
    panel.go_to_next()
    assert workspace.selection == {named(workspace, "fc1").id}


# -- code ----------------------------------------------------------------------------------------------


def test_the_code_follows_the_drawing_and_runs(workspace: Workspace) -> None:
    torch = pytest.importorskip("torch")
    panel = CodePanel(workspace)
    show(panel, 700, 500)
    until(lambda: panel.source, "the code is there")
    names: dict[str, object] = {}
    exec(compile(panel.view.toPlainText(), "shown", "exec"), names)
    assert names["Small"]()(torch.zeros(2, 1, 8, 8)).shape == (2, 10)  # type: ignore[operator]
    workspace.perform(
        "Set", [SetParams(workspace.graph_id, named(workspace, "fc1").id, {"out_features": 12})]
    )
    until(lambda: "12)" in panel.view.toPlainText(), "the change is in the code")


def test_code_is_never_made_from_the_shapes_of_another_project(workspace: Workspace) -> None:
    panel = CodePanel(workspace)
    show(panel, 700, 500)
    until(lambda: panel.source, "the code is there")
    workspace.open(preset("digits-vit").build())
    assert workspace.behind
    panel.refresh()  # as its timer may, before the shapes are there
    until(lambda: "class DigitsViT" in panel.view.toPlainText(), "the code of the project opened")
    assert not workspace.behind


def test_a_node_marks_its_line_and_a_line_selects_its_node(workspace: Workspace) -> None:
    panel = CodePanel(workspace)
    show(panel, 700, 500)
    until(lambda: panel.source, "the code is there")
    lines = panel.view.toPlainText().splitlines()
    workspace.select([named(workspace, "fc1").id])
    assert len(panel.view.marked) == 1 and "nn.Linear(256, 10)" in lines[panel.view.marked[0] - 1]
    wanted = next(number for number, line in enumerate(lines) if "nn.Conv2d" in line)
    block = panel.view.document().findBlockByNumber(wanted)
    place = panel.view.blockBoundingGeometry(block).translated(panel.view.contentOffset()).center().toPoint()
    click(panel.view.viewport(), QPoint(60, place.y()))
    assert workspace.selection == {named(workspace, "conv1").id}


def test_with_a_problem_the_last_good_code_stays_grey(workspace: Workspace) -> None:
    panel = CodePanel(workspace)
    show(panel, 700, 500)
    until(lambda: panel.source, "the code is there")
    good = panel.view.toPlainText()
    break_it(workspace)
    until(lambda: panel.failed, "the problem is said")
    assert panel.view.toPlainText() == good and panel.view.highlighter.faded
    assert "expects 99 features" in panel.sentence.text() and "last code that worked" in panel.sentence.text()
    workspace.undo.undo()
    until(lambda: not panel.failed, "the problem is gone")
    assert not panel.view.highlighter.faded


def test_hidden_code_is_not_generated(workspace: Workspace) -> None:
    panel = CodePanel(workspace)
    workspace.refresh_shapes()
    settle()
    assert panel.source is None


def test_copy_puts_the_module_on_the_clipboard(workspace: Workspace) -> None:
    panel = CodePanel(workspace)
    show(panel, 700, 500)
    until(lambda: panel.source, "the code is there")
    click(panel.copy)
    assert QGuiApplication.clipboard().text() == panel.view.toPlainText()


def test_highlighting_covers_each_line() -> None:
    text = 'class A:\n    """Two\n    lines."""\n\n    x = 12  # why\n'
    found = spans(text)
    assert found[0][0] == (0, 5, "code_keyword") and (6, 1, "code_name") in found[0]
    assert found[1] == [(4, 6, "code_comment")] and found[2] == [(0, 13, "code_comment")]
    assert (8, 2, "code_number") in found[4] and (12, 5, "code_comment") in found[4]


# -- summary -------------------------------------------------------------------------------------------


def shown(panel: SummaryPanel) -> list[list[str]]:
    return [[cell.strip() for cell in line] for line in panel.table()]


def test_the_table_adds_up(workspace: Workspace) -> None:
    panel = SummaryPanel(workspace)
    panel.refresh()
    table = shown(panel)
    assert table[2] == ["conv1", "Conv2d", "(B, 4, 8, 8)", "40", "2,304"]
    assert table[-1] == ["total", "", "", "2,610", f"{2304 + 2560:,}"]
    assert panel.totals.text() == "2,610 parameters, 4,864 MACs for one sample"


def test_blocks_open_as_a_tree_with_each_repetition(qapp: QApplication) -> None:
    workspace = workspace_of(block_project())
    panel = SummaryPanel(workspace)
    panel.refresh()
    rest = panel.model.index(2, 0, QModelIndex())
    assert panel.model.data(rest) == "rest" and panel.model.data(rest.siblingAtColumn(1)) == "Unit × 3"
    inside = [panel.model.data(panel.model.index(row, 0, rest)) for row in range(panel.model.rowCount(rest))]
    assert inside[:4] == ["[0] x", "[0] fc", "[0] act", "[0] y"] and len(inside) == 12
    panel.tree.expand(rest)
    last = panel.model.index(9, 0, rest)
    panel._clicked(last)
    assert workspace.place == ("g1", named_use(workspace) + "[2]")
    assert workspace.graph.nodes[next(iter(workspace.selection))].name == "fc"


def named_use(workspace: Workspace) -> str:
    return next(node.id for node in workspace.project.main.nodes.values() if node.name == "rest")


def test_clicks_select_and_the_selection_is_marked(workspace: Workspace) -> None:
    panel = SummaryPanel(workspace)
    show(panel, 800, 400)
    until(lambda: panel.model.rows, "the table is filled")
    place = panel.tree.visualRect(panel.model.index(4, 0)).center()
    click(panel.tree.viewport(), place)
    assert workspace.selection == {named(workspace, "fc1").id}
    workspace.select([named(workspace, "relu1").id])
    assert panel.tree.currentIndex().row() == 2


def test_sorting_by_parameters_and_back(workspace: Workspace) -> None:
    panel = SummaryPanel(workspace)
    show(panel, 800, 400)
    until(lambda: panel.model.rows, "the table is filled")
    panel.tree.sortByColumn(3, Qt.SortOrder.DescendingOrder)
    assert [row.node.name for row in panel.model.rows][:2] == ["fc1", "conv1"]
    panel.tree.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert [row.node.name for row in panel.model.rows][:2] == ["image", "conv1"]


def test_copied_csv_can_be_read(workspace: Workspace) -> None:
    panel = SummaryPanel(workspace)
    panel.refresh()
    panel.copy_table("csv")
    rows = list(csv.DictReader(io.StringIO(QGuiApplication.clipboard().text())))
    assert [row["Parameters"] for row in rows] == ["0", "40", "0", "0", "2570", "0", "2610"]
    panel.copy_table("text")
    assert "fc1" in QGuiApplication.clipboard().text()


def test_a_removed_node_leaves_the_table(workspace: Workspace) -> None:
    panel = SummaryPanel(workspace)
    show(panel, 800, 400)
    until(lambda: panel.model.rows, "the table is filled")
    workspace.perform("Remove", [RemoveNodes(workspace.graph_id, [named(workspace, "relu1").id])])
    until(lambda: len(panel.model.rows) == 5, "the row is gone")


def test_numbers_as_people_read_them() -> None:
    assert [count_text(n) for n in (0, 812, 9_876, 25_557_032, 4_089_184_256, 84_224)] == [
        "0", "812", "9,876", "25.6 M", "4.09 G", "84.2 k",
    ]  # fmt: skip
    assert [bytes_text(n) for n in (12, 1536, 150 * 1024, 3 * 2**30)] == [
        "12 B",
        "1.5 KB",
        "150 KB",
        "3.0 GB",
    ]
