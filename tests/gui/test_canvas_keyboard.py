"""Building without a mouse: key events only, as someone does who cannot use one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication

from graph.build import GraphBuilder, project
from graph.code import generate
from graph.operations import delete
from tests.gui.canvas_hand import ALT, CTRL, PLAIN, SHIFT, Hand, chain, chosen, mirror, places, wires

Key = Qt.Key


def pick(hand: Hand, text: str) -> None:
    """Type into the list that is open, and take the first row."""
    popup = hand.view.adding.popup or hand.view.connecting.popup
    assert popup is not None
    for letter in text:
        hand.key(Key(ord(letter.upper())), text=letter, to=popup.field)
    hand.key(Key.Key_Return, to=popup.field)
    hand.workspace.refresh_shapes()


def test_a_small_network_is_built_with_keys_only(qapp: QApplication) -> None:
    g = GraphBuilder("Net")
    g.output(g.input("input", shape=(1, 8, 8)))
    made = project("Empty", g)
    hand = Hand(made, 1400, 700)
    hand.key(Key.Key_Right, ALT)  # the first node
    assert chosen(hand) == {"input"}
    for layer in ("Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear"):
        hand.key(Key.Key_Backtab, SHIFT)  # after the selected one, before what follows
        pick(hand, layer)
    names = [node.name for node in hand.graph.nodes.values()]
    assert names == ["input", "output", "conv1", "relu1", "pool1", "flatten1", "fc1"]
    assert ("fc1", "output") in wires(hand) and ("input", "conv1") in wires(hand) and len(wires(hand)) == 6
    hand.key(Key.Key_Left, ALT)
    hand.key(Key.Key_Left, ALT)
    assert chosen(hand) == {"pool1"}
    hand.key(Key.Key_R)
    pick(hand, "avgpool2d")
    hand.key(Key.Key_L, CTRL)
    hand.view.glider.finish()
    hand.workspace.refresh_shapes()
    assert not hand.workspace.shapes.errors and mirror(hand) == []
    code = generate(hand.workspace.project, hand.workspace.shapes, hand.graph.id).text
    assert "nn.Conv2d" in code and "nn.AvgPool2d" in code and "nn.Linear" in code
    while hand.workspace.undo.canUndo():
        hand.workspace.undo.undo()
    assert {node.name for node in hand.graph.nodes.values()} == {"input", "output"}


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


def test_w_lists_the_ports_that_fit(hand: Hand) -> None:
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_W)
    popup = hand.view.connecting.popup
    assert popup is not None
    titles = [popup.rows.item(row).text() for row in range(popup.rows.rowCount())]
    assert "→ flatten1" in titles and "→ relu1" not in titles and "→ x" not in titles
    pick(hand, "flatten1")
    assert ("conv1", "flatten1") in wires(hand) and ("relu1", "flatten1") not in wires(hand)
    assert hand.workspace.undo.undoText() == "Connect conv1 to flatten1"


def test_esc_closes_the_list_and_changes_nothing(hand: Hand) -> None:
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_W)
    assert hand.view.connecting.popup is not None
    hand.key(Key.Key_Escape, to=hand.view.connecting.popup.field)
    assert hand.view.connecting.popup is None and not hand.workspace.undo.canUndo()


def test_replacing_keeps_wires_and_what_both_layers_have(hand: Hand) -> None:
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_R)
    pick(hand, "convtranspose2d")
    node = next(node for node in hand.graph.nodes.values() if node.type == "ConvTranspose2d")
    assert node.params["out_channels"] == 4 and node.params["kernel_size"] == 3
    assert ("x", node.name) in wires(hand) and (node.name, "relu1") in wires(hand)
    assert hand.workspace.undo.undoText() == "Replace conv1 by ConvTranspose2d"
    hand.workspace.undo.undo()
    assert hand.graph.nodes[hand.node("conv1")].type == "Conv2d"


def test_a_node_is_carried_along_the_wires(hand: Hand) -> None:
    before = wires(hand)
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_Right, ALT | SHIFT)
    assert wires(hand) == {
        ("x", "relu1"), ("relu1", "conv1"), ("conv1", "flatten1"), ("flatten1", "fc1"), ("fc1", "output")
    }  # fmt: skip
    assert places(hand)["conv1"] == (512, 0) and places(hand)["relu1"] == (256, 0)
    assert hand.workspace.undo.undoText() == "Move conv1 behind relu1" and mirror(hand) == []
    hand.key(Key.Key_Left, ALT | SHIFT)
    assert wires(hand) == before and chosen(hand) == {"conv1"}
    hand.key(Key.Key_Left, ALT | SHIFT)
    assert hand.said[-1] == ("warning", "“x” stays at its end.") and wires(hand) == before
    hand.drag(hand.out("conv1"), hand.into("fc1"))
    assert ("conv1", "fc1") in wires(hand)
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_Right, ALT | SHIFT)
    assert "must lead to one node" in hand.said[-1][1]


def test_extracting_joins_the_wires_and_keeps_the_node(hand: Hand) -> None:
    before = places(hand)
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_X, CTRL | SHIFT)
    assert ("conv1", "flatten1") in wires(hand) and "relu1" in places(hand)
    assert not any("relu1" in pair for pair in wires(hand)) and places(hand)["relu1"][1] > before["relu1"][1]
    hand.workspace.undo.undo()
    assert places(hand) == before and ("conv1", "relu1") in wires(hand)


def test_a_tap_of_space_opens_the_search_and_holding_it_does_not(hand: Hand) -> None:
    hand.key(Key.Key_Space)
    popup = hand.view.adding.popup
    assert popup is not None
    hand.key(Key.Key_Escape, to=popup.field)
    hand.view.hold_space(True)
    hand.view._space_since -= 1  # held for a second
    QApplication.sendEvent(hand.view, QKeyEvent(QEvent.Type.KeyRelease, Key.Key_Space, PLAIN))
    assert hand.view.adding.popup is None and not hand.view.space_held


def test_a_list_closes_when_the_graph_changes_under_it(hand: Hand) -> None:
    """Undo, or a node removed elsewhere, while the list is open: what it would replace may be gone."""
    workspace, node = hand.workspace, hand.node("conv1")
    for key in (Key.Key_R, Key.Key_W):
        hand.click(hand.title("conv1"))
        hand.key(key)
        assert hand.view.connecting.popup is not None
        workspace.perform("Delete", delete(workspace.project, workspace.graph, [node]))
        assert hand.view.connecting.popup is None
        workspace.undo.undo()
