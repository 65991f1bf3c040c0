"""Blocks on the canvas: grouping and its popup, ungrouping, uses, shared weights; real keys and clicks."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox

from graph.blocks import can_share, detach, share, ungroup
from graph.build import GraphBuilder, project
from graph.edits import Edit, EditError
from graph.files import dumps
from graph.model import Project
from gui.blocks.group_popup import GroupPopup
from gui.blocks.shelf import MINE, shelf
from gui.canvas import menus
from gui.canvas.drops import layer_mime
from tests.graph.blocks_hand import closed
from tests.graph.code_graphs import random_project
from tests.gui.canvas_hand import CTRL, SHIFT, Hand, below, chain, chosen, mirror, wires, with_block
from tests.gui.window_hand import Answers

Key = Qt.Key


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


def pick(hand: Hand, *names: str) -> None:
    hand.click(hand.title(names[0]))
    for name in names[1:]:
        hand.click(hand.title(name), SHIFT)


def popup(hand: Hand) -> GroupPopup:
    found = hand.view.blocks.popup
    assert found is not None and found.isVisible()
    return found


def menu_of(hand: Hand, name: str) -> tuple[QMenu, dict[str, object]]:
    pixel = hand.pixel(hand.title(name))
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pixel, hand.view.viewport().mapToGlobal(pixel))
    menu = menus.build_menu(hand.view, event)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    for action in list(actions.values()):
        if action.menu() is not None:
            actions |= {f"> {inner.text()}": inner for inner in action.menu().actions()}
    return menu, actions


def test_ctrl_g_asks_for_names_and_enter_groups(hand: Hand) -> None:
    start = dumps(hand.workspace.project)
    pick(hand, "conv1", "relu1")
    hand.key(Key.Key_G, CTRL)
    asked = popup(hand)
    assert (asked.name.text(), asked.use.text()) == ("ConvRelu", "conv_relu1")
    assert asked.name.hasFocus() and asked.ports.text() == "x  →  y"
    QTest.keyClicks(asked.name, "Stem")
    assert asked.use.text() == "stem1"
    QTest.keyClick(asked.name, Key.Key_Return)
    hand.settle()
    assert chosen(hand) == {"stem1"} and hand.view.blocks.popup is None
    assert {("x", "stem1"), ("stem1", "flatten1")} <= wires(hand)
    assert [block.name for block in hand.workspace.project.blocks.values()] == ["Stem"]
    assert hand.workspace.undo.count() == 1 and hand.workspace.undo.undoText() == "Group into Stem"
    assert not mirror(hand) and hand.view.hasFocus()
    hand.workspace.undo.undo()
    assert dumps(hand.workspace.project) == start and not mirror(hand)
    hand.workspace.undo.redo()
    assert not mirror(hand)


def test_esc_leaves_everything_as_it_was(hand: Hand) -> None:
    pick(hand, "conv1", "relu1")
    hand.key(Key.Key_G, CTRL)
    QTest.keyClick(popup(hand).name, Key.Key_Escape)
    hand.settle()
    assert hand.workspace.undo.count() == 0 and not hand.workspace.project.blocks
    assert chosen(hand) == {"conv1", "relu1"} and hand.view.hasFocus()


def test_names_that_cannot_be_are_said_while_typing(hand: Hand) -> None:
    pick(hand, "conv1", "relu1")
    hand.key(Key.Key_G, CTRL)
    asked = popup(hand)
    QTest.keyClicks(asked.name, "Net")
    assert "called “Net” already" in asked.sentence.text() and not asked.done.isEnabled()
    QTest.keyClick(asked.name, Key.Key_Return)
    assert asked.isVisible() and not hand.workspace.project.blocks
    QTest.keyClicks(asked.name, "2")
    assert not asked.sentence.text() and asked.done.isEnabled()
    asked.use.setFocus()
    asked.use.selectAll()
    QTest.keyClicks(asked.use, "fc1")
    assert "Another node is called “fc1” already" in asked.sentence.text()
    asked.use.selectAll()
    QTest.keyClicks(asked.use, "stem")
    QTest.keyClick(asked.use, Key.Key_Return)
    assert chosen(hand) == {"stem"}


def test_what_lies_between_is_taken_in(hand: Hand) -> None:
    pick(hand, "conv1", "flatten1")
    hand.key(Key.Key_G, CTRL)
    asked = popup(hand)
    assert "comes back through “relu1”" in asked.sentence.text() and not asked.done.isVisible()
    assert asked.more.text() == "Take in “relu1” too" and asked.more.hasFocus()
    QTest.keyClick(asked.more, Key.Key_Return)
    assert chosen(hand) == {"conv1", "relu1", "flatten1"} and asked.name.text() == "ConvReluFlatten"
    QTest.keyClick(asked.name, Key.Key_Return)
    assert wires(hand) >= {("x", "conv_relu_flatten1"), ("conv_relu_flatten1", "fc1")}


def test_an_input_is_refused_and_nothing_selected_is_said(hand: Hand) -> None:
    pick(hand, "x", "conv1")
    hand.key(Key.Key_G, CTRL)
    asked = popup(hand)
    assert "“x” is an Input" in asked.sentence.text() and not asked.more.isVisible()
    QTest.keyClick(asked, Key.Key_Escape)
    hand.workspace.select([])
    hand.key(Key.Key_G, CTRL)
    assert hand.said[-1] == ("info", "Select the layers that shall become a block.")
    hand.key(Key.Key_G, CTRL | SHIFT)
    assert hand.said[-1] == ("info", "Select the use of a block to ungroup it.")


def test_a_frame_is_grouped_with_what_lies_on_it(hand: Hand) -> None:
    pick(hand, "conv1", "relu1")
    hand.view.frame_selection()
    hand.settle()
    (frame,) = hand.graph.frames
    hand.workspace.select([frame])
    hand.key(Key.Key_G, CTRL)
    QTest.keyClick(popup(hand).name, Key.Key_Return)
    (block,) = hand.workspace.project.blocks.values()
    assert {"conv1", "relu1"} <= block.names() and not hand.graph.frames
    hand.workspace.undo.undo()
    assert list(hand.graph.frames) == [frame]


def test_ungrouping_asks_before_a_row_is_written_out(qapp: QApplication) -> None:
    hand = Hand(with_block())
    hand.click(hand.title("cell"))
    with Answers("Cancel") as asked:
        hand.key(Key.Key_G, CTRL | SHIFT)
    assert asked.texts == ["“cell” stands 2 times in a row."] and hand.workspace.undo.count() == 0
    with Answers("Write out the copies"):
        hand.key(Key.Key_G, CTRL | SHIFT)
    assert wires(hand) >= {("x", "conv1"), ("conv1", "relu1"), ("relu1", "conv2"), ("conv2", "relu2")}
    assert chosen(hand) == {"conv1", "relu1", "conv2", "relu2"} and not mirror(hand)
    assert hand.workspace.undo.undoText() == "Ungroup cell"
    hand.workspace.undo.undo()
    assert hand.graph.nodes[hand.node("cell")].params == {"repeat": 2}


def test_blocks_are_entered_and_left_by_keys(qapp: QApplication) -> None:
    hand = Hand(with_block())
    hand.double_click(hand.title("cell"))
    assert hand.workspace.graph.name == "Cell"
    hand.key(Key.Key_Escape)
    assert hand.workspace.graph.name == "Net" and chosen(hand) == {"cell"}
    hand.key(Key.Key_Return, CTRL)
    assert hand.workspace.graph.name == "Cell"
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_Escape)
    assert hand.workspace.graph.name == "Cell" and not chosen(hand)
    hand.key(Key.Key_Up, CTRL)
    assert hand.workspace.graph.name == "Net"


def test_a_block_is_grouped_inside_and_all_uses_follow(qapp: QApplication) -> None:
    hand = Hand(with_block())
    hand.click(hand.title("cell"))
    hand.key(Key.Key_D, CTRL)
    hand.double_click(hand.title("cell"))
    pick(hand, "conv1")
    hand.key(Key.Key_G, CTRL)
    QTest.keyClick(popup(hand).name, Key.Key_Return)
    hand.workspace.refresh_shapes()
    assert not hand.workspace.shapes.errors
    inner = hand.graph.nodes[hand.node(next(iter(chosen(hand))))]
    assert {key: value.text for key, value in inner.params.items()} == {"planes": "planes"}
    assert hand.workspace.undo.count() == 2


def test_undoing_a_group_that_was_entered_shows_what_is_around_it(qapp: QApplication) -> None:
    hand = Hand(with_block())
    hand.double_click(hand.title("cell"))
    pick(hand, "conv1")
    hand.key(Key.Key_G, CTRL)
    QTest.keyClick(popup(hand).name, Key.Key_Return)
    hand.workspace.enter(hand.workspace.selected_nodes[0])
    assert len(hand.workspace.place) == 3
    hand.workspace.undo.undo()
    hand.settle()
    assert hand.workspace.graph.name == "Cell" and len(hand.workspace.place) == 2 and not mirror(hand)


def test_a_use_becomes_independent_from_its_menu(qapp: QApplication) -> None:
    hand = Hand(with_block())
    menu, actions = menu_of(hand, "cell")
    assert "Make this use independent" not in actions
    menu.deleteLater()
    hand.click(hand.title("cell"))
    hand.key(Key.Key_D, CTRL)
    menu, actions = menu_of(hand, "cell")
    actions["Make this use independent"].trigger()  # type: ignore[attr-defined]
    menu.deleteLater()
    assert [block.name for block in hand.workspace.project.blocks.values()] == ["Cell", "Cell2"]
    assert hand.said[-1] == ("info", "“cell” has a definition of its own now, Cell2.")
    assert hand.workspace.undo.undoText() == "Make cell independent"


def test_all_uses_are_selected(qapp: QApplication) -> None:
    hand = Hand(with_block())
    hand.click(hand.title("cell"))
    hand.key(Key.Key_D, CTRL)
    menu, actions = menu_of(hand, "cell")
    actions["Select all its uses here"].trigger()  # type: ignore[attr-defined]
    menu.deleteLater()
    assert len(chosen(hand)) == 2 and "cell" in chosen(hand)


@pytest.mark.parametrize("seed", range(6))
def test_the_scene_follows_whatever_is_done_with_blocks(qapp: QApplication, seed: int) -> None:
    dice = random.Random(seed)
    hand = Hand(random_project(seed))
    workspace, start = hand.workspace, dumps(hand.workspace.project)
    for _ in range(25):
        project, graph = workspace.project, workspace.graph
        uses = [node.id for node in graph.nodes.values() if node.block]
        what = dice.choice(("group", "group", "ungroup", "detach", "share", "enter", "leave", "undo", "redo"))
        edits: list[Edit] = []
        try:
            if what == "group":
                found = closed(project, graph, [key for key in graph.nodes if dice.random() < 0.4])
                edits = found.edits if found else []
            elif what == "ungroup" and uses:
                edits = ungroup(project, graph, dice.choice(uses))
            elif what == "detach" and uses:
                edits = detach(project, graph, dice.choice(uses))[0]
            elif what == "share":
                node = dice.choice(list(graph.nodes))
                others = can_share(graph, node)
                edits = share(graph, node, dice.choice(others).id) if others else []
        except EditError:
            continue
        if what == "enter" and uses:
            workspace.enter(dice.choice(uses))
        elif what in ("undo", "redo"):
            getattr(workspace.undo, what)()
        elif what == "leave":
            workspace.leave()
        workspace.perform(what, edits)
        hand.settle(1)
        assert not mirror(hand), what
    while workspace.undo.canUndo():
        workspace.undo.undo()
    assert dumps(workspace.project) == start and not mirror(hand)


def twins() -> Project:
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4,))
    for name in ("a", "b", "c"):
        x = g.add("Linear", x, name=name, out_features=4, bias=name != "b")
    g.output(x, name="y")
    made = project("Twins", g)
    for number, node in enumerate(made.main.nodes.values()):
        node.x, node.y = number * 256.0, 0.0
    return made


def test_weights_are_shared_and_the_partner_is_marked(qapp: QApplication) -> None:
    hand = Hand(twins(), 1800, 700)
    menu, actions = menu_of(hand, "b")
    assert {"> a (takes over its parameters)", "> c (takes over its parameters)"} <= actions.keys()
    actions["> a (takes over its parameters)"].trigger()  # type: ignore[attr-defined]
    menu.deleteLater()
    assert hand.graph.nodes[hand.node("b")].shares == hand.node("a")
    assert hand.scene.nodes[hand.node("b")].look.shared
    hand.click(hand.title("a"))
    assert hand.scene.nodes[hand.node("b")].partner and not hand.scene.nodes[hand.node("c")].partner
    hand.click(below(hand, "a"))
    assert not hand.scene.nodes[hand.node("b")].partner
    pick(hand, "a", "b", "c")
    menu, actions = menu_of(hand, "a")
    actions["Share weights among the 3 selected"].trigger()  # type: ignore[attr-defined]
    menu.deleteLater()
    assert hand.graph.nodes[hand.node("c")].shares == hand.node("a")
    hand.click(hand.title("a"))
    menu, actions = menu_of(hand, "a")
    actions["Stop sharing weights"].trigger()  # type: ignore[attr-defined]
    menu.deleteLater()
    assert hand.graph.nodes[hand.node("c")].shares == hand.node("b")
    assert hand.workspace.undo.count() == 3
    for _ in range(3):
        hand.workspace.undo.undo()
    assert not any(node.shares for node in hand.graph.nodes.values()) and not mirror(hand)


def test_a_duplicate_with_the_same_weights(qapp: QApplication) -> None:
    hand = Hand(twins(), 1800, 700)
    hand.click(hand.title("a"))
    hand.key(Key.Key_D, CTRL | SHIFT)
    assert chosen(hand) == {"a2"} and hand.graph.nodes[hand.node("a2")].shares == hand.node("a")
    assert not mirror(hand)
    hand.click(hand.title("a"))
    hand.key(Key.Key_Delete)
    assert hand.graph.nodes[hand.node("a2")].shares is None


def test_a_shipped_block_is_dropped_like_a_layer(qapp: QApplication) -> None:
    hand = Hand(chain(), 1800, 700)
    middle = (hand.out("conv1") + hand.into("relu1")) / 2
    assert hand.drop(middle, "Block", data=layer_mime("Block", None, "shipped:squeeze-excitation"))
    (name,) = chosen(hand)
    assert {("conv1", name), (name, "relu1")} <= wires(hand)
    assert hand.workspace.undo.count() == 1
    blocks = len(hand.workspace.project.blocks)
    assert hand.drop(
        below(hand, "conv1"), "Block", data=layer_mime("Block", None, "shipped:squeeze-excitation")
    )
    assert len(hand.workspace.project.blocks) == blocks
    assert not hand.drop(below(hand, "conv1"), "Block", data=layer_mime("Block", None, "shipped:nothing"))
    hand.workspace.undo.undo()
    hand.workspace.undo.undo()
    assert not hand.workspace.project.blocks and not mirror(hand)


def test_a_block_is_found_by_its_words_at_the_cursor(hand: Hand) -> None:
    hand.key(Key.Key_Tab)
    hand.write("bottleneck")
    assert hand.view.adding.popup is not None
    hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
    (name,) = chosen(hand)
    block = hand.workspace.project.blocks[hand.graph.nodes[hand.node(name)].block or ""]
    assert "Bottleneck" in block.name


def test_a_block_is_kept_replaced_and_used_in_another_project(qapp: QApplication) -> None:
    hand = Hand(with_block())
    hand.click(hand.title("cell"))
    hand.view.blocks.keep()
    assert [item.name for item in shelf().saved()] == ["Cell"]
    hand.view.blocks.keep()
    assert hand.said[-1] == ("info", "“Cell” is among your blocks already.")
    block = next(iter(hand.workspace.project.blocks.values()))
    block.help = "Another."
    with Answers("Replace it") as asked:
        hand.view.blocks.keep()
    assert asked.texts == ["There is another block “Cell” among yours."]
    block.help = "A third."
    with Answers("Keep both"):
        hand.view.blocks.keep()
    with Answers(QMessageBox.StandardButton.Cancel):
        block.help = "A fourth."
        hand.view.blocks.keep()
    assert [item.summary for item in shelf().saved()] == ["A third.", "Another."]
    other = Hand(chain(), 1800, 700)
    mime = layer_mime("Block", None, MINE + "Cell.loom")
    assert other.drop(below(other, "conv1"), "Block", data=mime)
    assert chosen(other) == {"cell1"} and len(other.workspace.project.blocks) == 1
