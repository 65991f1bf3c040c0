"""The outline and the history beside the canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QTreeWidgetItem

from gui.history import HistoryPanel
from gui.outline import OutlinePanel
from tests.gui.canvas_hand import Hand, chain, with_block
from tests.gui.training_hand import until


def rows(panel: OutlinePanel) -> dict[str, QTreeWidgetItem]:
    return {row.text(0): row for row in panel._rows.values()}


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 900, 500)


def shown(hand: Hand) -> OutlinePanel:
    panel = OutlinePanel(hand.workspace)
    panel.resize(300, 500)
    panel.show()
    until(lambda: rows(panel) and not panel._timer.isActive(), "the rows")
    return panel


def test_the_outline_lists_nodes_in_the_order_they_run(hand: Hand) -> None:
    panel = shown(hand)
    top = panel.tree.topLevelItem(0)
    assert [top.child(number).text(0) for number in range(top.childCount())] == [
        "x", "conv1", "relu1", "flatten1", "fc1", "output",
    ]  # fmt: skip
    spoken = rows(panel)["conv1"].data(0, Qt.ItemDataRole.AccessibleTextRole)
    assert spoken == "conv1, Conv2d, (B, 4, 8, 8)"
    panel.hide()


def test_it_follows_and_leads_the_selection(hand: Hand) -> None:
    panel = shown(hand)
    hand.click(hand.title("relu1"))
    assert [row.text(0) for row in panel.tree.selectedItems()] == ["relu1"]
    panel.tree.clearSelection()
    panel.tree.setCurrentItem(rows(panel)["fc1"])
    assert hand.workspace.selection == {hand.node("fc1")}
    panel.tree.setFocus()
    QTest.keyClick(panel.tree, Qt.Key.Key_Up)
    assert hand.workspace.selection == {hand.node("flatten1")}
    QTest.keyClick(panel.tree, Qt.Key.Key_Delete)
    until(lambda: "flatten1" not in rows(panel), "the row goes")
    assert hand.workspace.undo.undoText() == "Delete a node"
    panel.hide()


def test_blocks_open_in_place(qapp: QApplication) -> None:
    hand = Hand(with_block(), 900, 500)
    panel = shown(hand)
    use = next(node for node in hand.graph.nodes.values() if node.block)
    row = panel._rows[hand.workspace.place, use.id]
    row.setExpanded(True)
    inner = [row.child(number) for number in range(row.childCount())]
    assert len(inner) == len(hand.workspace.project.blocks[use.block].nodes)
    panel.tree.setCurrentItem(inner[1])
    assert hand.workspace.place[-1] == use.id and len(hand.workspace.selection) == 1
    panel.hide()


def test_the_filter_keeps_what_fits(hand: Hand) -> None:
    panel = shown(hand)
    panel.filter.setText("linear")
    assert [name for name, row in rows(panel).items() if not row.isHidden()] == ["fc1"]
    panel.hide()


def test_the_history_jumps(hand: Hand) -> None:
    panel = HistoryPanel(hand.workspace)
    hand.workspace.select([hand.node("relu1")])
    hand.view.commands.delete_and_heal()
    hand.workspace.select([hand.node("fc1")])
    hand.view.commands.delete_selection()
    model = panel.view.model()
    texts = [model.index(row, 0).data() for row in range(model.rowCount())]
    assert texts == ["Opened", "Take out relu1", "Delete fc1"]
    panel.view.setCurrentIndex(model.index(0, 0))
    assert {"relu1", "fc1"} <= {node.name for node in hand.graph.nodes.values()}
    panel.view.setCurrentIndex(model.index(2, 0))
    assert not {"relu1", "fc1"} & {node.name for node in hand.graph.nodes.values()}
