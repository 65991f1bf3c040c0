"""The keyboard, the problem bubble, tips and menus."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from graph.edits import SetParams
from gui.canvas import menus
from tests.gui.canvas_hand import (
    CTRL,
    SHIFT,
    Hand,
    below,
    broken,
    chain,
    chosen,
    mirror,
    places,
    wires,
    with_block,
)

Key = Qt.Key


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


# -- the rest of the keyboard -------------------------------------------------------------------------


def test_delete_and_delete_with_healing(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_Delete)
    assert "relu1" not in places(hand) and len(wires(hand)) == 3
    hand.workspace.undo.undo()
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_Delete, CTRL)
    assert ("conv1", "flatten1") in wires(hand)
    assert mirror(hand) == []


def test_copy_cut_paste_duplicate(hand: Hand) -> None:
    hand.click(hand.title("conv1"))
    hand.click(hand.title("relu1"), SHIFT)
    hand.key(Key.Key_C, CTRL)
    text = QGuiApplication.clipboard().text()
    assert '"fragment"' in text
    hand.key(Key.Key_V, CTRL)
    assert chosen(hand) == {"conv2", "relu2"} and ("conv2", "relu2") in wires(hand)
    hand.key(Key.Key_D, CTRL)
    assert chosen(hand) == {"conv3", "relu3"}
    hand.key(Key.Key_X, CTRL)
    assert "conv3" not in places(hand)
    hand.key(Key.Key_A, CTRL)
    assert len(chosen(hand)) == 8
    assert hand.workspace.undo.undoText() == "Cut 2 nodes"
    assert mirror(hand) == []


def test_copies_cover_nothing_and_are_named(hand: Hand) -> None:
    """All at once twice, one by its key, and one pasted onto a node by the mouse."""
    for count in (1, 2):
        hand.key(Key.Key_A, CTRL)
        hand.key(Key.Key_C, CTRL)
        hand.key(Key.Key_V, CTRL)
        assert hand.workspace.undo.undoText() == f"Paste {6 * count} nodes"
        assert not covered(hand)
        shown = hand.view.mapToScene(hand.view.viewport().rect()).boundingRect()
        assert any(shown.contains(hand.title(name)) for name in chosen(hand))
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_D, CTRL)
    assert hand.workspace.undo.undoText() == "Duplicate relu1" and not covered(hand)
    assert len({places(hand)[name][0] for name in (*chosen(hand), "relu1")}) == 1, "the copy stands level"
    hand.key(Key.Key_C, CTRL)
    at = hand.title("conv1")
    hand.view.commands.paste(at)
    (copy,) = chosen(hand)
    assert not covered(hand)
    # how far the next free place is depends on where the mouse was when the others were pasted
    assert (hand.title(copy) - at).manhattanLength() < 600


def covered(hand: Hand) -> list[tuple[str, str]]:
    """Nodes that lie on each other."""
    bodies = [(item.look.title, item.body) for item in hand.scene.nodes.values()]
    return [
        (one, two)
        for number, (one, a) in enumerate(bodies)
        for two, b in bodies[number + 1 :]
        if a.intersects(b)
    ]


def test_text_that_is_no_fragment_is_refused_with_a_sentence(hand: Hand) -> None:
    for text in ("hello", "{}", '{"format": 1, "kind": "fragment"}'):
        QGuiApplication.clipboard().setText(text)
        hand.key(Key.Key_V, CTRL)
        assert hand.said[-1][0] == "warning" and hand.said[-1][1].startswith("This cannot be pasted.")
    QGuiApplication.clipboard().clear()
    hand.key(Key.Key_V, CTRL)
    assert hand.workspace.undo.count() == 0


def test_what_feeds_and_what_follows_is_selected(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_U, SHIFT)
    assert chosen(hand) == {"x", "conv1", "relu1"}
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_D, SHIFT)
    assert chosen(hand) == {"relu1", "flatten1", "fc1", "output"}


def test_l_arranges_in_one_step(hand: Hand) -> None:
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(0, 200))
    hand.click(below(hand, "fc1"))
    hand.key(Key.Key_L)
    hand.view.glider.finish()
    assert hand.workspace.undo.undoText() == "Arrange" and hand.workspace.undo.count() == 2
    assert places(hand)["relu1"][1] == places(hand)["conv1"][1]
    assert mirror(hand) == []


def test_f2_and_enter_tell_the_window(hand: Hand) -> None:
    asked: list[str] = []
    hand.view.rename_requested.connect(asked.append)
    hand.view.node_activated.connect(asked.append)
    hand.click(hand.title("fc1"))
    hand.key(Key.Key_F2)
    hand.key(Key.Key_Return)
    hand.double_click(hand.title("relu1"))
    assert asked == [hand.node("fc1"), hand.node("fc1"), hand.node("relu1")]


def test_a_block_is_entered_and_left(qapp: QApplication) -> None:
    hand = Hand(with_block())
    look = hand.scene.nodes[hand.node("cell")].look
    assert (look.kind, look.stack) == ("Cell", 2)
    hand.double_click(hand.title("cell"))
    assert len(hand.workspace.place) == 2
    assert {node.name for node in hand.graph.nodes.values()} == {"x", "conv1", "relu1", "y"}
    assert mirror(hand) == []
    assert hand.scene.nodes[hand.node("conv1")].look.shape == "(B, 4, 8, 8)"
    hand.key(Key.Key_Up, CTRL)
    assert len(hand.workspace.place) == 1 and chosen(hand) == {"cell"}
    hand.key(Key.Key_Return)
    assert len(hand.workspace.place) == 2


# -- problems, tips, menus ----------------------------------------------------------------------------


def test_the_mark_opens_a_bubble_whose_button_repairs(qapp: QApplication) -> None:
    hand = Hand(broken(), 1800, 700)
    mark = hand.scene.nodes[hand.node("fc1")].mark_rect(hand.scene.scale)
    hand.click(mark.center())
    bubble = hand.view.bubble
    assert bubble is not None and "7" in bubble.problems[0].text
    hand.settle()
    labels = [button.text() for button in bubble.buttons]
    assert "Let in_features follow the input" in labels
    bubble.buttons[labels.index("Let in_features follow the input")].click()
    hand.settle()
    assert hand.workspace.shapes.errors == []
    assert hand.view.bubble is None
    assert hand.workspace.undo.undoText() == "Let in_features follow the input"
    assert hand.scene.nodes[hand.node("fc1")].look.mark == ""


def test_a_problem_inside_a_block_leads_there(qapp: QApplication) -> None:
    hand = Hand(with_block())
    block = next(iter(hand.workspace.project.blocks.values()))
    inner = next(node for node in block.nodes.values() if node.type == "Conv2d")
    hand.workspace.perform("Pin", [SetParams(block.id, inner.id, {"in_channels": 7})])
    hand.settle()
    item = hand.scene.nodes[hand.node("cell")]
    assert item.look.mark == "error"
    hand.click(item.mark_rect(hand.scene.scale).center())
    bubble = hand.view.bubble
    assert bubble is not None
    hand.settle()
    assert bubble.buttons[0].text() == "Go there" and len(bubble.buttons) > 1
    bubble.buttons[0].click()
    hand.settle()
    assert len(hand.workspace.place) == 2 and chosen(hand) == {"conv1"}
    assert hand.view.bubble is None and mirror(hand) == []
    hand.view.explain_node(inner.id)
    hand.settle()
    assert hand.view.bubble is not None
    fix = next(button for button in hand.view.bubble.buttons if button.text() != "Go there")
    fix.click()
    hand.settle()
    assert hand.workspace.shapes.errors == []


def test_a_red_wire_opens_it_too_and_esc_closes_it(qapp: QApplication) -> None:
    hand = Hand(broken(), 1800, 700)
    hand.click((hand.out("flatten1") + hand.into("fc1")) / 2)
    assert hand.view.bubble is not None
    hand.key(Key.Key_Escape)
    assert hand.view.bubble is None


def test_tips_hold_the_whole_problem(qapp: QApplication) -> None:
    hand = Hand(broken(), 1800, 700)
    problem = hand.workspace.shapes.errors[0].text
    from html import escape

    from gui.canvas import tips

    wire = hand.view.hit_at(hand.pixel((hand.out("flatten1") + hand.into("fc1")) / 2))
    assert wire.kind == "wire" and escape(problem) in tips.text(hand.view, wire)
    assert escape(problem) in tips.text(hand.view, hand.view.hit_at(hand.pixel(hand.title("fc1"))))
    port = hand.view.hit_at(hand.pixel(hand.out("conv1")))
    assert port.kind == "output" and "(B, 4, 8, 8)" in tips.text(hand.view, port)
    pixel = hand.pixel(hand.title("conv1"))
    event = QHelpEvent(QEvent.Type.ToolTip, pixel, hand.view.viewport().mapToGlobal(pixel))
    QApplication.sendEvent(hand.view.viewport(), event)
    assert "conv1" in QToolTip.text()
    QToolTip.hideText()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (
            "node",
            [
                "Rename…",
                "Cut",
                "Copy",
                "Duplicate",
                "Group into a block…",
                "Duplicate with the same weights",
                "Disconnect",
                "Connect with…",
                "Replace by…",
                "Show and run",
                "Put into a frame",
                "Delete",
                "Delete and join the wires",
            ],
        ),
        ("wire", ["Add a dot here", "Insert a layer here…", "Delete"]),
        (
            "void",
            [
                "Add a layer…",
                "Add a frame",
                "Paste",
                "Select all",
                "Arrange",
                "Arrange from top to bottom",
                "Fit all",
            ],
        ),
    ],
)
def test_context_menus(hand: Hand, where: str, expected: list[str]) -> None:
    at = {
        "node": hand.title("conv1"),
        "wire": (hand.out("conv1") + hand.into("relu1")) / 2,
        "void": below(hand, "conv1"),
    }[where]
    pixel = hand.pixel(at)
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pixel, hand.view.viewport().mapToGlobal(pixel))
    menu = menus.build_menu(hand.view, event)
    actions = {action.text(): action for action in menu.actions() if action.text()}
    assert list(actions) == expected
    if where != "void":
        actions["Delete"].trigger()
        assert ("conv1", "relu1") not in wires(hand)
    menu.deleteLater()


def test_reveal_brings_a_node_to_the_middle(hand: Hand) -> None:
    hand.view.zoom_to(0.3)
    hand.view.reveal(hand.node("fc1"))
    assert hand.scene.scale > 0.5
    middle = hand.view.mapToScene(hand.view.viewport().rect().center())
    assert hand.scene.nodes[hand.node("fc1")].body.contains(middle)


def test_arranging_a_selection_covers_no_other_node(hand: Hand) -> None:
    hand.key(Key.Key_A, CTRL)
    hand.key(Key.Key_D, CTRL)  # copies, a little beside the originals
    hand.key(Key.Key_L)
    hand.view.glider.finish()
    items = hand.scene.nodes
    chosen_ids = set(hand.workspace.selected_nodes)
    rest = [item.body for key, item in items.items() if key not in chosen_ids]
    assert chosen_ids and rest
    assert not any(items[key].body.intersects(body) for key in chosen_ids for body in rest)
