"""What the canvas shows, how the view moves, what is selected and dragged: real events, then the document."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtWidgets import QApplication

from tests.gui.canvas_hand import (
    ALT,
    CTRL,
    MIDDLE,
    SHIFT,
    Hand,
    below,
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


# -- what is shown ------------------------------------------------------------------------------------


def test_it_shows_the_graph(hand: Hand) -> None:
    assert mirror(hand) == []
    look = hand.scene.nodes[hand.node("conv1")].look
    assert (look.title, look.kind, look.headline, look.shape) == (
        "conv1", "Conv2d", "4 ch · 3×3", "(B, 4, 8, 8)",
    )  # fmt: skip
    assert not hand.view.hint.isVisible()


def test_an_empty_canvas_says_how_to_begin(qapp: QApplication) -> None:
    made = chain()
    made.main.nodes.clear()
    made.main.edges.clear()
    hand = Hand(made)
    assert hand.view.hint.isVisible() and "Tab" in hand.view.hint.text()
    assert hand.drop(QPointF(0, 0), "Conv2d")
    assert not hand.view.hint.isVisible()


def test_another_project_is_shown_whole(hand: Hand) -> None:
    hand.view.zoom_to(2.0)
    hand.workspace.open(with_block())
    hand.settle()
    assert {item.look.title for item in hand.scene.nodes.values()} == {"x", "cell", "output"}
    assert mirror(hand) == [] and hand.scene.scale == 1.0


def test_all_stays_in_view_when_the_window_shrinks(hand: Hand) -> None:
    hand.view.fit()
    hand.view.resize(700, 500)
    hand.settle()
    seen = hand.view.mapToScene(hand.view.viewport().rect()).boundingRect()
    assert seen.contains(hand.scene.bounds())
    hand.wheel(hand.title("relu1"), angle=120)
    scale = hand.scene.scale
    hand.view.resize(900, 500)
    assert hand.scene.scale == scale


def test_a_wrong_shape_makes_wire_and_node_red(hand: Hand) -> None:
    wire = next(key for key, edge in hand.graph.edges.items() if edge.target == hand.node("fc1"))
    assert hand.scene.wires[wire].tone == "float"
    hand.click(hand.title("flatten1"))
    hand.key(Key.Key_Delete, CTRL)
    from graph.edits import SetParams

    hand.workspace.perform("Pin", [SetParams(hand.graph.id, hand.node("fc1"), {"in_features": 7})])
    hand.settle()
    wire = next(key for key, edge in hand.graph.edges.items() if edge.target == hand.node("fc1"))
    assert hand.scene.wires[wire].tone == "error"
    assert hand.scene.nodes[hand.node("fc1")].look.mark == "error"
    assert hand.scene.nodes[hand.node("fc1")].look.trouble.startswith("expects 7")
    hand.workspace.undo.undo()
    hand.settle()
    assert hand.scene.nodes[hand.node("fc1")].look.mark != "error"


# -- moving the view ----------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["middle", "space"])
def test_the_view_is_dragged(hand: Hand, how: str) -> None:
    at = below(hand, "conv1")
    before = hand.view.mapToScene(100, 100)
    if how == "middle":
        hand.drag(at, at + QPointF(60, 40), button=MIDDLE)
    else:
        from PySide6.QtGui import QKeyEvent

        QApplication.sendEvent(
            hand.view, QKeyEvent(QEvent.Type.KeyPress, Key.Key_Space, Qt.KeyboardModifier(0))
        )
        hand.drag(at, at + QPointF(60, 40))
        QApplication.sendEvent(
            hand.view, QKeyEvent(QEvent.Type.KeyRelease, Key.Key_Space, Qt.KeyboardModifier(0))
        )
        assert not hand.view.space_held
    assert hand.view.mapToScene(100, 100) == before - QPointF(60, 40)
    assert hand.workspace.undo.count() == 0


def test_the_wheel_zooms_at_the_cursor(hand: Hand) -> None:
    at = hand.title("relu1")
    pixel = hand.pixel(at)
    hand.wheel(at, angle=240)
    assert hand.scene.scale == pytest.approx(1.0015**240)
    assert (hand.pixel(at) - pixel).manhattanLength() <= 2
    for _ in range(60):
        hand.wheel(at, angle=-240)
    assert hand.scene.scale == pytest.approx(0.04)


def test_a_trackpad_pans_and_zooms_with_ctrl(hand: Hand) -> None:
    at = hand.title("relu1")
    before = hand.view.mapToScene(0, 0)
    hand.wheel(at, angle=120, pixels=QPoint(10, 30))
    assert hand.view.mapToScene(0, 0) == before - QPointF(10, 30)
    assert hand.scene.scale == 1.0
    hand.wheel(at, angle=120, pixels=QPoint(0, 30), keys=CTRL)
    assert hand.scene.scale > 1.0


def test_fit_shows_everything_and_f_the_selection(hand: Hand) -> None:
    hand.view.resize(800, 500)
    hand.settle()
    hand.key(Key.Key_Home)
    assert hand.scene.scale < 0.6
    seen = hand.view.mapToScene(hand.view.viewport().rect()).boundingRect()
    assert seen.contains(hand.scene.bounds())
    hand.click(hand.title("fc1"))
    hand.key(Key.Key_F)
    assert hand.scene.scale == 1.0
    seen = hand.view.mapToScene(hand.view.viewport().rect()).boundingRect()
    assert seen.contains(hand.scene.bounds([hand.node("fc1")]))


# -- selecting ----------------------------------------------------------------------------------------


def test_clicks_select(hand: Hand) -> None:
    hand.click(hand.title("conv1"))
    assert chosen(hand) == {"conv1"}
    hand.click(hand.title("relu1"), SHIFT)
    assert chosen(hand) == {"conv1", "relu1"}
    hand.click(hand.title("conv1"), CTRL)
    assert chosen(hand) == {"relu1"}
    hand.click(below(hand, "conv1"))
    assert chosen(hand) == set()
    assert hand.workspace.undo.count() == 0
    assert mirror(hand) == []


def test_a_box_selects_what_it_touches(hand: Hand) -> None:
    start = hand.title("conv1") + QPointF(0, -100)
    hand.drag(start, hand.title("relu1"))
    assert chosen(hand) == {"conv1", "relu1"}
    hand.drag(hand.title("fc1") + QPointF(0, -60), hand.title("fc1") + QPointF(10, 0), SHIFT)
    assert chosen(hand) == {"conv1", "relu1", "fc1"}
    hand.drag(start, hand.title("relu1"), CTRL)
    assert chosen(hand) == {"fc1"}
    hand.drag(start, hand.title("relu1"))
    assert chosen(hand) == {"conv1", "relu1"}


def test_a_box_that_is_cancelled_leaves_the_selection(hand: Hand) -> None:
    hand.click(hand.title("fc1"))
    hand.drag(hand.title("conv1") + QPointF(0, -100), hand.title("relu1"), drop=False)
    assert chosen(hand) == {"conv1", "relu1"}
    hand.key(Key.Key_Escape)
    assert chosen(hand) == {"fc1"}
    hand.release(hand.title("relu1"))
    assert chosen(hand) == {"fc1"}


def test_a_wire_is_selected_and_deleted(hand: Hand) -> None:
    middle = (hand.out("conv1") + hand.into("relu1")) / 2
    hand.click(middle)
    (wire,) = hand.workspace.selection
    assert hand.graph.edges[wire].source == hand.node("conv1")
    hand.key(Key.Key_Backspace)
    assert ("conv1", "relu1") not in wires(hand)
    assert hand.workspace.undo.undoText() == "Delete a wire"


# -- moving nodes -------------------------------------------------------------------------------------


def test_a_node_is_dragged(hand: Hand) -> None:
    before = places(hand)
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(30, 70))
    assert places(hand) == before | {"relu1": (before["relu1"][0] + 30, before["relu1"][1] + 70)}
    assert hand.workspace.undo.undoText() == "Move relu1"
    assert hand.workspace.undo.count() == 1
    assert mirror(hand) == []
    hand.workspace.undo.undo()
    assert places(hand) == before
    assert mirror(hand) == []


def test_all_selected_nodes_move_together(hand: Hand) -> None:
    before = places(hand)
    hand.click(hand.title("conv1"))
    hand.click(hand.title("relu1"), SHIFT)
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(0, 50))
    after = places(hand)
    assert [name for name in after if after[name] != before[name]] == ["conv1", "relu1"]
    assert hand.workspace.undo.undoText() == "Move 2 nodes"


def test_shift_snaps_to_the_grid(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(21, 37), SHIFT)
    x, y = places(hand)["relu1"]
    assert (x % 16, y % 16) == (0, 0) and (x, y) == (528, 32)


def test_alt_copies(hand: Hand) -> None:
    before = places(hand)
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(10, 150), ALT)
    after = places(hand)
    assert after.pop("relu2") == (before["relu1"][0] + 10, 150)
    assert after == before
    assert chosen(hand) == {"relu2"}
    assert hand.workspace.undo.undoText() == "Duplicate relu1"
    assert mirror(hand) == []


def test_the_view_follows_a_drag_to_its_rim(hand: Hand) -> None:
    start = hand.title("relu1")
    rim = hand.view.mapToScene(QPoint(hand.view.viewport().width() - 3, 350))
    hand.drag(start, rim, drop=False)
    before, x = hand.view.mapToScene(0, 0).x(), hand.scene.nodes[hand.node("relu1")].x()
    for _ in range(5):
        hand.view.rim.turn()
    moved = hand.view.mapToScene(0, 0).x() - before
    assert moved >= 25
    assert hand.scene.nodes[hand.node("relu1")].x() == x + moved
    hand.key(Key.Key_Escape)
    assert not hand.view.rim._timer.isActive()
    assert places(hand)["relu1"] == (512, 0) and mirror(hand) == []


def test_undo_in_the_middle_of_a_drag_ends_it(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Sigmoid")
    start = hand.title("sigmoid1")
    hand.drag(start, start + QPointF(30, 70), drop=False)
    hand.workspace.undo.undo()
    assert hand.view.interaction is None
    hand.move(start)
    hand.release(start)
    assert "sigmoid1" not in places(hand) and mirror(hand) == []


def test_esc_takes_a_move_back(hand: Hand) -> None:
    before = places(hand)
    hand.drag(hand.title("relu1"), hand.title("relu1") + QPointF(30, 70), drop=False)
    assert hand.scene.nodes[hand.node("relu1")].y() == 70
    hand.key(Key.Key_Escape)
    hand.release(hand.title("relu1") + QPointF(30, 70))
    assert places(hand) == before and mirror(hand) == []
    assert hand.workspace.undo.count() == 0


def test_arrows_move_by_the_grid_in_one_step(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    for _ in range(3):
        hand.key(Key.Key_Down)
    hand.key(Key.Key_Left)
    assert places(hand)["relu1"] == (512 - 16, 48)
    assert hand.workspace.undo.count() == 1
    hand.workspace.undo.undo()
    assert places(hand)["relu1"] == (512, 0)


def test_what_was_deleted_comes_back_where_it_was(hand: Hand) -> None:
    hand.view.fit()
    before = hand.view.mapFromScene(0, 0)
    hand.key(Qt.Key.Key_A, CTRL)
    hand.key(Qt.Key.Key_Delete)
    hand.view.resize(hand.view.width(), hand.view.height() - 6)
    hand.settle()
    hand.workspace.undo.undo()
    hand.view.resize(hand.view.width(), hand.view.height() + 6)
    hand.settle()
    assert (hand.view.mapFromScene(0, 0) - before).manhattanLength() <= 4
