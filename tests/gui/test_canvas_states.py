"""Switching nodes off, collapsing and pinning them, and dots on wires."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.gui.canvas_hand import ALT, CTRL, Hand, chain, mirror, places, wires

Key = Qt.Key


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


def test_ctrl_b_bypasses_and_switches_on_again(hand: Hand) -> None:
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_B, CTRL)
    assert hand.graph.nodes[hand.node("conv1")].off == "bypass"
    assert hand.scene.nodes[hand.node("conv1")].look.off == "bypass"
    hand.workspace.refresh_shapes()
    assert hand.scene.nodes[hand.node("flatten1")].look.shape == "(B, 64)"
    assert hand.workspace.undo.undoText() == "Bypass conv1"
    hand.key(Key.Key_B, CTRL)
    hand.workspace.refresh_shapes()
    assert hand.scene.nodes[hand.node("flatten1")].look.shape == "(B, 256)"
    hand.key(Key.Key_M, CTRL)
    assert hand.graph.nodes[hand.node("conv1")].off == "mute"
    hand.workspace.undo.undo()
    assert hand.graph.nodes[hand.node("conv1")].off == ""


def test_inputs_and_outputs_cannot_be_switched_off(hand: Hand) -> None:
    hand.click(hand.title("x"))
    hand.key(Key.Key_B, CTRL)
    assert hand.said and not hand.workspace.undo.canUndo()


def test_collapsed_nodes_are_tiles_and_keep_their_wires(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_C, ALT)
    item = hand.scene.nodes[hand.node("relu1")]
    assert (item.width, item.height) == (64, 64) and mirror(hand) == []
    assert hand.scene.nodes[hand.node("relu1")].output_point("output").x() == item.x() + 64
    hand.key(Key.Key_C, ALT)
    assert item.width > 100 and mirror(hand) == []


def test_alt_and_a_click_on_a_wire_add_a_dot(hand: Hand) -> None:
    at = (hand.out("conv1") + hand.into("relu1")) / 2
    hand.click(at, ALT)
    (dot,) = (node for node in hand.graph.nodes.values() if node.type == "Reroute")
    assert ("conv1", dot.name) in wires(hand) and (dot.name, "relu1") in wires(hand)
    assert hand.scene.nodes[dot.id].body.center() == at and mirror(hand) == []
    hand.workspace.refresh_shapes()
    assert not hand.workspace.shapes.errors
    hand.workspace.undo.undo()
    assert ("conv1", "relu1") in wires(hand)


def test_layout_leaves_pinned_nodes(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    for _ in range(3):
        hand.key(Key.Key_Down)
    hand.view.commands.toggle("pinned")
    before = places(hand)["relu1"]
    hand.workspace.select([])
    hand.key(Key.Key_L)
    assert places(hand)["relu1"] == before
    assert places(hand)["conv1"][1] == before[1]  # the rest came to it


def test_bars_show_what_nodes_cost(hand: Hand) -> None:
    assert hand.scene.nodes[hand.node("fc1")].look.bar is None
    hand.scene.show_bars("parameters")
    # conv1 has 4 * 9 + 4 = 40 parameters, fc1 256 * 10 + 10 = 2570
    assert hand.scene.nodes[hand.node("fc1")].look.bar == (1.0, "2,570")
    assert hand.scene.nodes[hand.node("conv1")].look.bar == (round(40 / 2570, 3), "40")
    assert hand.scene.nodes[hand.node("relu1")].look.bar is None
    hand.scene.show_bars("macs")
    assert hand.scene.nodes[hand.node("conv1")].look.bar == (round(2304 / 2560, 3), "2,304")
    hand.scene.show_bars("")
    assert hand.scene.nodes[hand.node("fc1")].look.bar is None


def test_frozen_nodes_show_a_padlock(hand: Hand) -> None:
    hand.click(hand.title("conv1"))
    hand.view.commands.toggle("frozen")
    assert hand.graph.nodes[hand.node("conv1")].frozen
    assert hand.scene.nodes[hand.node("conv1")].look.frozen
    assert hand.workspace.undo.undoText() == "Freeze conv1"
    hand.view.commands.toggle("frozen")
    assert hand.workspace.undo.undoText() == "Let conv1 learn"
    assert not hand.scene.nodes[hand.node("conv1")].look.frozen
    hand.workspace.undo.undo()
    assert hand.scene.nodes[hand.node("conv1")].look.frozen
    hand.workspace.undo.undo()
    # of all of them, those that have weights
    hand.workspace.select(hand.graph.nodes)
    hand.view.commands.toggle("frozen")
    frozen = {node.name for node in hand.graph.nodes.values() if node.frozen}
    assert {"conv1", "fc1"} <= frozen and not frozen & {"relu1", "flatten1", "scores"}, frozen
    hand.view.commands.toggle("frozen")
    assert not any(node.frozen for node in hand.graph.nodes.values())
