"""Every gesture of the canvas, done with real events; then a look at the document."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QGuiApplication, QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from graph.build import GraphBuilder, project
from graph.model import Project
from gui.canvas import menus
from gui.canvas.geometry import WIDTH
from tests.gui.canvas_hand import ALT, CTRL, MIDDLE, SHIFT, Hand, mirror

Key = Qt.Key


def chain() -> Project:
    """x -> conv1 -> relu1 -> flatten1 -> fc1 -> output, in one row."""
    g = GraphBuilder("Net")
    x = g.input("x", shape=(1, 8, 8))
    x = g.add("Conv2d", x, out_channels=4, kernel_size=3, padding=1)
    x = g.add("ReLU", x)
    x = g.add("Flatten", x)
    x = g.add("Linear", x, out_features=10)
    g.output(x)
    made = project("Chain", g)
    for number, node in enumerate(made.main.nodes.values()):
        node.x, node.y = number * 256.0, 0.0
    return made


def with_block() -> Project:
    """x -> Cell ×2 -> output; a Cell is a convolution and a ReLU."""
    cell = GraphBuilder("Cell", "A small cell.")
    planes = cell.parameter("planes", 4)
    y = cell.input("x")
    y = cell.add("Conv2d", y, out_channels=planes, kernel_size=3, padding=1)
    cell.output(cell.add("ReLU", y), "y")
    g = GraphBuilder("Net")
    x = g.input("x", shape=(4, 8, 8))
    g.output(g.use(cell, x, name="cell", repeat=2))
    return project("Blocks", g)


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return Hand(chain(), 1800, 700)


def places(hand: Hand) -> dict[str, tuple[float, float]]:
    return {node.name: (node.x, node.y) for node in hand.graph.nodes.values()}


def wires(hand: Hand) -> set[tuple[str, str]]:
    nodes = hand.graph.nodes
    return {(nodes[edge.source].name, nodes[edge.target].name) for edge in hand.graph.edges.values()}


def below(hand: Hand, name: str, down: float = 200.0) -> QPointF:
    return hand.title(name) + QPointF(0, down)


# -- what is shown -----------------------------------------------------------------------------------


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


# -- moving the view ---------------------------------------------------------------------------------


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


# -- selecting ---------------------------------------------------------------------------------------


def chosen(hand: Hand) -> set[str]:
    return {hand.graph.nodes[key].name for key in hand.workspace.selected_nodes}


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


# -- moving nodes ------------------------------------------------------------------------------------


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


# -- wires -------------------------------------------------------------------------------------------


def test_a_wire_is_drawn_to_a_port(hand: Hand) -> None:
    assert hand.drop(below(hand, "relu1"), "Sigmoid")
    hand.drag(hand.out("conv1"), hand.into("sigmoid1"))
    assert ("conv1", "sigmoid1") in wires(hand)
    assert hand.workspace.undo.undoText() == "Connect conv1 to sigmoid1"
    assert mirror(hand) == []


def test_a_wire_dropped_on_a_body_takes_the_first_free_port(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Subtract")
    hand.drag(hand.out("conv1"), hand.title("subtract1"))
    hand.drag(hand.out("relu1"), hand.title("subtract1"))
    ports = {(edge.source, edge.target_port) for edge in hand.graph.edges_into(hand.node("subtract1"))}
    assert ports == {(hand.node("conv1"), "input"), (hand.node("relu1"), "other")}


def test_a_port_that_takes_many_gets_one_more(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Add")
    hand.drag(hand.out("conv1"), hand.into("add1", "inputs"))
    hand.drag(hand.out("relu1"), hand.into("add1", "inputs"))
    assert len(hand.graph.edges_into(hand.node("add1"))) == 2
    ends = [hand.scene.wires[e.id].end.y() for e in hand.graph.edges_into(hand.node("add1"))]
    assert ends[0] < ends[1]
    assert mirror(hand) == []


def test_a_wire_is_drawn_backwards(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Sigmoid")
    hand.drag(hand.into("sigmoid1"), hand.out("conv1"))
    assert ("conv1", "sigmoid1") in wires(hand)


def test_a_wired_input_gives_its_wire_to_another_node(hand: Hand) -> None:
    hand.drop(below(hand, "flatten1"), "Sigmoid")
    hand.drag(hand.into("flatten1"), hand.into("sigmoid1"))
    assert ("relu1", "sigmoid1") in wires(hand) and ("relu1", "flatten1") not in wires(hand)
    assert hand.workspace.undo.count() == 2


def test_a_wired_input_pulled_into_the_void_is_disconnected(hand: Hand) -> None:
    hand.drag(hand.into("flatten1"), below(hand, "flatten1"))
    assert ("relu1", "flatten1") not in wires(hand)
    assert hand.view.adding.popup is None
    assert hand.workspace.undo.undoText() == "Disconnect flatten1 from relu1"


def test_a_loop_is_refused_at_the_mouse(hand: Hand) -> None:
    before = wires(hand)
    hand.drag(hand.out("fc1"), hand.title("conv1"), drop=False)
    running: Any = hand.view.interaction
    assert running.label.text() == "would close a loop"
    hand.release(hand.title("conv1"))
    assert wires(hand) == before
    assert hand.said[-1] == ("warning", "This wire would close a loop.")


def test_the_wrong_kind_of_numbers_is_said_at_the_mouse(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Embedding")
    hand.drag(hand.out("conv1"), hand.into("embedding1"), drop=False)
    running: Any = hand.view.interaction
    assert running.label.text() == "expects whole numbers but receives decimal numbers"
    hand.key(Key.Key_Escape)
    hand.release(hand.into("embedding1"))
    assert ("conv1", "embedding1") not in wires(hand)


def test_a_wrong_shape_is_said_at_the_mouse(hand: Hand) -> None:
    from graph.edits import SetParams

    hand.drop(below(hand, "relu1"), "Linear")
    hand.workspace.perform("Pin", [SetParams(hand.graph.id, hand.node("fc2"), {"in_features": 99})])
    hand.settle()
    before = hand.workspace.project.copy()
    hand.drag(hand.out("flatten1"), hand.into("fc2"), drop=False)
    running: Any = hand.view.interaction
    running.timer.stop()
    running._ask()
    assert "99" in running.label.text() and "256" in running.label.text()
    assert hand.workspace.project == before
    hand.release(hand.into("fc2"))
    assert ("flatten1", "fc2") in wires(hand)


def test_fitting_ports_glow(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "Embedding")
    hand.drag(hand.out("relu1"), below(hand, "flatten1", 120), drop=False)
    running: Any = hand.view.interaction
    names = {hand.graph.nodes[node].name for node, _ in running.candidates}
    assert names == {"flatten1", "fc1", "output"}
    hand.key(Key.Key_Escape)


# -- adding ------------------------------------------------------------------------------------------


def test_tab_opens_the_search_and_enter_adds(hand: Hand) -> None:
    hand.key(Key.Key_Tab)
    assert hand.view.adding.popup is not None and hand.view.adding.popup.isVisible()
    hand.write("maxpo")
    assert hand.view.adding.popup.current.title == "MaxPool2d"
    hand.key(Key.Key_Down, to=hand.view.adding.popup.field)
    hand.key(Key.Key_Up, to=hand.view.adding.popup.field)
    hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
    assert chosen(hand) == {"pool1"}
    assert hand.workspace.undo.undoText() == "Add MaxPool2d"


def test_tab_goes_on_from_the_selected_node(hand: Hand) -> None:
    hand.click(below(hand, "relu1"))
    hand.drop(below(hand, "relu1"), "Conv2d")
    for name in ("relu", "flatten"):
        hand.key(Key.Key_Tab)
        hand.write(name)
        assert hand.view.adding.popup is not None
        hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
    assert {("conv2", "relu2"), ("relu2", "flatten2")} <= wires(hand)
    assert chosen(hand) == {"flatten2"}
    after = places(hand)
    assert after["relu2"] == (after["conv2"][0] + 236, after["conv2"][1])


def test_the_keyboard_walks_along_the_wires(hand: Hand) -> None:
    hand.key(Key.Key_Right)
    assert chosen(hand) == {"x"}
    hand.key(Key.Key_Right, ALT)
    hand.key(Key.Key_Right, ALT)
    assert chosen(hand) == {"relu1"}
    hand.key(Key.Key_Left, ALT)
    assert chosen(hand) == {"conv1"}
    hand.workspace.select([])
    hand.drop(below(hand, "conv1"), "Sigmoid")
    hand.key(Key.Key_Up, ALT)
    assert chosen(hand) == {"conv1"}
    assert hand.workspace.undo.count() == 1


def test_paste_keeping_inputs(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_C, CTRL)
    hand.key(Key.Key_V, CTRL | SHIFT)
    assert ("conv1", "relu2") in wires(hand)


def test_a_double_click_on_nothing_opens_the_search_and_esc_closes_it(hand: Hand) -> None:
    hand.double_click(below(hand, "relu1"))
    popup = hand.view.adding.popup
    assert popup is not None and popup.isVisible()
    hand.key(Key.Key_Escape, to=popup.field)
    assert hand.view.adding.popup is None and hand.view.hasFocus()
    assert hand.workspace.undo.count() == 0


def test_a_wire_dropped_into_the_void_asks_what_follows(hand: Hand) -> None:
    hand.drag(hand.out("flatten1"), below(hand, "flatten1"))
    popup = hand.view.adding.popup
    assert popup is not None and "flatten1" not in popup.field.text()
    for _ in range(300):
        hand.settle(1)
        if not popup._waiting:
            break
    fits = {entry.title: good for entry, good in popup._known.items()}
    assert fits["Linear"] is True and fits["Conv2d"] is False
    assert "Input" not in fits
    hand.write("lin")
    hand.key(Key.Key_Return, to=popup.field)
    assert ("flatten1", "fc2") in wires(hand)
    assert hand.workspace.undo.undoText() == "Add Linear"
    assert hand.workspace.undo.count() == 1


def test_an_input_pulled_into_the_void_asks_what_feeds_it(hand: Hand) -> None:
    hand.drop(below(hand, "flatten1"), "Sigmoid")
    hand.drag(hand.into("sigmoid1"), below(hand, "conv1"))
    hand.write("tanh")
    assert hand.view.adding.popup is not None
    hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
    assert ("tanh1", "sigmoid1") in wires(hand)


def test_a_layer_is_dropped_from_the_palette(hand: Hand) -> None:
    at = below(hand, "relu1")
    assert hand.drop(at, "Dropout")
    node = hand.graph.nodes[hand.node("dropout1")]
    assert abs(node.x + WIDTH / 2 - at.x()) <= 8 and abs(node.y + 32 - at.y()) <= 8
    assert hand.workspace.undo.undoText() == "Add Dropout"


def test_foreign_or_damaged_drops_are_not_taken(hand: Hand) -> None:
    data = QMimeData()
    data.setText("Conv2d")
    assert not hand.drop(QPointF(0, 0), "", data=data)
    for payload in (b"{", b"[]", b'{"type": "Nonsense"}', b'{"type": "Block", "block": "b99"}'):
        data = QMimeData()
        data.setData("application/x-torchloom-layer", payload)
        assert not hand.drop(QPointF(0, 0), "", data=data)
    assert hand.workspace.undo.count() == 0


def test_a_layer_dropped_on_a_wire_goes_into_it(hand: Hand) -> None:
    middle = (hand.out("conv1") + hand.into("relu1")) / 2
    assert hand.drop(middle, "BatchNorm2d")
    assert {("conv1", "bn1"), ("bn1", "relu1")} <= wires(hand)
    assert ("conv1", "relu1") not in wires(hand)
    boxes = [item.body for item in hand.scene.nodes.values()]
    assert not any(a.intersects(b) for a in boxes for b in boxes if a is not b)
    assert hand.workspace.undo.count() == 1
    hand.workspace.undo.undo()
    assert ("conv1", "relu1") in wires(hand) and places(hand)["relu1"] == (512, 0)


def test_an_unwired_node_dragged_onto_a_wire_goes_into_it(hand: Hand) -> None:
    hand.drop(below(hand, "relu1"), "BatchNorm2d")
    item = hand.scene.nodes[hand.node("bn1")]
    middle = (hand.out("conv1") + hand.into("relu1")) / 2
    hand.drag(hand.title("bn1"), hand.title("bn1") + middle - item.body.center())
    assert {("conv1", "bn1"), ("bn1", "relu1")} <= wires(hand)
    assert hand.workspace.undo.undoText() == "Insert bn1 before relu1"
    assert mirror(hand) == []


# -- the rest of the keyboard ------------------------------------------------------------------------


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


def test_text_that_is_no_fragment_is_refused_with_a_sentence(hand: Hand) -> None:
    for text in ("hello", "{}", '{"format": 1, "kind": "fragment"}'):
        QGuiApplication.clipboard().setText(text)
        hand.key(Key.Key_V, CTRL)
        assert hand.said[-1][0] == "warning" and hand.said[-1][1].startswith("This cannot be pasted.")
    QGuiApplication.clipboard().clear()
    hand.key(Key.Key_V, CTRL)
    assert hand.workspace.undo.count() == 0


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


# -- problems, tips, menus ---------------------------------------------------------------------------


def broken() -> Project:
    made = chain()
    linear = next(node for node in made.main.nodes.values() if node.type == "Linear")
    linear.params["in_features"] = 7
    return made


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
            ["Rename…", "Cut", "Copy", "Duplicate", "Disconnect", "Delete", "Delete and join the wires"],
        ),
        ("wire", ["Insert a layer here…", "Delete"]),
        ("void", ["Add a layer…", "Paste", "Select all", "Arrange", "Fit all"]),
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
