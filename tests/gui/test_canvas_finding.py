"""The map in the corner and finding nodes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from tests.gui.canvas_hand import SHIFT, Hand, chain, with_block
from tests.gui.training_hand import until


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 700, 500)


def test_the_map_shows_when_something_is_out_of_sight_and_moves_the_view(hand: Hand) -> None:
    minimap = hand.view.minimap
    until(minimap.isVisible, "the map")
    assert minimap.geometry().right() < hand.view.viewport().width()
    before = hand.view.mapToScene(hand.view.viewport().rect().center())
    QTest.mouseClick(
        minimap, Qt.MouseButton.LeftButton, pos=minimap.rect().center() + QPointF(60, 0).toPoint()
    )
    after = hand.view.mapToScene(hand.view.viewport().rect().center())
    assert after.x() > before.x() + 100
    hand.view.fit()
    until(minimap.isHidden, "the map has gone")
    hand.view.zoom_to(1.0)
    until(minimap.isVisible, "the map again")
    minimap.toggle()
    assert not minimap.isVisible()
    minimap.toggle()


def test_finding_goes_from_match_to_match(hand: Hand) -> None:
    bar = hand.view.find_bar
    bar.open_bar()
    assert bar.isVisible()
    QTest.keyClicks(bar.field, "linear")
    assert hand.workspace.selection == {hand.node("fc1")} and bar.count.text() == "1 of 1"
    bar.field.setText("")
    QTest.keyClicks(bar.field, "1")
    names = []
    for _ in range(4):
        names.append(hand.graph.nodes[next(iter(hand.workspace.selection))].name)
        hand.key(Qt.Key.Key_Return, to=bar.field)
    assert names == ["conv1", "relu1", "flatten1", "fc1"]
    hand.key(Qt.Key.Key_Return, SHIFT, to=bar.field)
    assert bar.count.text() == "4 of 4"
    hand.key(Qt.Key.Key_Escape, to=bar.field)
    assert not bar.isVisible() and hand.view.hasFocus()


def test_finding_looks_into_blocks(qapp: QApplication) -> None:
    hand = Hand(with_block(), 900, 600)
    inside = next(
        node for block in hand.workspace.project.blocks.values() for node in block.nodes.values()
        if node.type not in ("Input", "Output")
    )  # fmt: skip
    hand.view.find_bar.open_bar()
    QTest.keyClicks(hand.view.find_bar.field, f"{inside.name} {inside.type}")
    assert len(hand.workspace.place) > 1 and hand.workspace.selection == {inside.id}


def test_what_is_not_there_is_said(hand: Hand) -> None:
    hand.view.find_bar.open_bar()
    QTest.keyClicks(hand.view.find_bar.field, "zzz")
    assert hand.view.find_bar.count.text() == "none" and not hand.workspace.selection
