"""A graph whose wires lead from top to bottom: everything that is done left to right can be done there."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QImage
from PySide6.QtWidgets import QApplication

from graph.build import GraphBuilder, project
from graph.code import generate
from graph.code.picture import svg
from graph.files import dumps, loads
from graph.geometry import DOWNWARDS, flow_of
from graph.model import Project
from graph.palette import entries
from gui.canvas import menus
from gui.placing import add_after_selection
from gui.theme import theme
from presets import find
from tests.gui.canvas_hand import ALT, CTRL, SHIFT, Hand, chain, chosen, mirror, places, wires
from tests.presets import clear

Key = Qt.Key
RIGHT = Qt.MouseButton.RightButton


def downwards(made: Project | None = None) -> Hand:
    """A chain from top to bottom, laid out by itself."""
    hand = Hand(made or chain(), 1000, 1000)
    hand.view.commands.turn("down")
    hand.view.glider.finish()
    hand.view.zoom_to(1.0)
    hand.view.centerOn(hand.scene.bounds().center())
    hand.settle()
    return hand


@pytest.fixture
def hand(qapp: QApplication) -> Hand:
    return downwards()


def columns(hand: Hand) -> set[float]:
    return {x for x, _ in places(hand).values()}


def test_turning_is_one_step_and_kept_in_the_document(hand: Hand) -> None:
    before = places(Hand(chain()))
    assert hand.workspace.undo.undoText() == "Arrange from top to bottom" and hand.workspace.undo.count() == 1
    assert hand.workspace.project.view[DOWNWARDS] == (hand.graph.id,)
    heights = [places(hand)[name][1] for name in ("x", "conv1", "relu1", "flatten1", "fc1", "output")]
    assert heights == sorted(set(heights)) and len(columns(hand)) == 1
    for wire in hand.scene.wires.values():
        assert wire.start.x() == wire.end.x() and wire.start.y() < wire.end.y()
    assert mirror(hand) == []
    hand.workspace.undo.undo()
    assert hand.scene.flow == "right" and places(hand) == before and mirror(hand) == []
    assert hand.out("conv1").x() == hand.scene.nodes[hand.node("conv1")].body.right()
    hand.workspace.undo.redo()
    assert hand.scene.flow == "down" and hand.out("conv1").y() == hand.title("conv1").y() - 12 + 64


def test_it_is_read_back_from_a_file(hand: Hand) -> None:
    made = loads(dumps(hand.workspace.project))
    assert flow_of(made, hand.graph.id) == "down"
    assert Hand(made).scene.flow == "down"


def test_a_network_is_built_and_wired_with_the_mouse(qapp: QApplication) -> None:
    g = GraphBuilder("Net")
    g.input("x", shape=(1, 8, 8))
    g.graph.nodes["n1"].x = g.graph.nodes["n1"].y = 0.0
    hand = downwards(project("Empty", g))
    hand.view.centerOn(88, 360)
    layers = ("Conv2d", "ReLU", "MaxPool2d", "Flatten", "Linear", "Output")
    for number, layer in enumerate(layers, 1):
        assert hand.drop(QPointF(88, 32 + 112 * number), layer)
    names = ["x", "conv1", "relu1", "pool1", "flatten1", "fc1", "output"]
    for source, target in pairwise(names):
        hand.drag(hand.out(source), hand.into(target))
        assert hand.workspace.undo.undoText() == f"Connect {source} to {target}"
    hand.workspace.refresh_shapes()
    assert wires(hand) == set(pairwise(names)) and mirror(hand) == []
    assert not hand.workspace.shapes.errors
    assert "nn.Conv2d" in generate(hand.workspace.project, hand.workspace.shapes, hand.graph.id).text


def test_the_same_with_keys_only(qapp: QApplication) -> None:
    g = GraphBuilder("Net")
    g.output(g.input("input", shape=(1, 8, 8)))
    hand = downwards(project("Empty", g))
    hand.key(Key.Key_Down, ALT)
    assert chosen(hand) == {"input"}
    for layer in ("Conv2d", "ReLU", "Flatten", "Linear"):
        hand.key(Key.Key_Backtab, SHIFT)
        hand.write(layer)
        hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
        hand.workspace.refresh_shapes()
    order = ["input", "conv1", "relu1", "flatten1", "fc1", "output"]
    assert wires(hand) == set(pairwise(order))
    heights = [places(hand)[name][1] for name in order]
    assert all(b - a >= 64 + 40 for a, b in pairwise(heights)), "room was made below"
    assert len(columns(hand)) == 1 and mirror(hand) == []


def test_arrows_walk_as_one_sees(hand: Hand) -> None:
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_Down, ALT)
    assert chosen(hand) == {"relu1"}
    hand.key(Key.Key_Up, ALT)
    hand.key(Key.Key_Up, ALT)
    assert chosen(hand) == {"x"}
    hand.drop(hand.title("conv1") + QPointF(300, 30), "Tanh")
    hand.click(hand.title("conv1"))
    hand.key(Key.Key_Right, ALT)
    assert chosen(hand) == {"tanh1"}
    hand.key(Key.Key_Left, ALT)
    assert chosen(hand) == {"conv1"}


def test_a_wire_into_the_void_asks_for_what_follows_below(hand: Hand) -> None:
    at = hand.out("relu1") + QPointF(280, 60)
    hand.drag(hand.out("relu1"), at)
    hand.write("sigmoid")
    hand.key(Key.Key_Return, to=hand.view.adding.popup.field)
    assert ("relu1", "sigmoid1") in wires(hand)
    assert (hand.into("sigmoid1") - at).manhattanLength() < 2


def test_a_node_dropped_on_a_wire_goes_into_it_and_pushes_on_what_is_below(hand: Hand) -> None:
    before = places(hand)
    middle = (hand.out("relu1") + hand.into("flatten1")) / 2
    assert hand.drop(middle, "Dropout")
    assert {("relu1", "dropout1"), ("dropout1", "flatten1")} <= wires(hand)
    after = places(hand)
    assert after["relu1"] == before["relu1"] and after["dropout1"][0] == before["relu1"][0]
    assert after["dropout1"][1] == before["relu1"][1] + 64 + 46
    for name in ("flatten1", "fc1", "output"):
        assert after[name][1] > before[name][1] and after[name][0] == before[name][0]
    assert clear.overlaps(hand.workspace.project, hand.graph) == []


def test_the_palette_puts_a_layer_below_the_selected_one(hand: Hand) -> None:
    entry = next(entry for entry in entries() if entry.type == "Tanh")
    hand.workspace.select([hand.node("relu1")])
    before = places(hand)
    assert add_after_selection(hand.workspace, entry)
    x, y = before["relu1"]
    assert places(hand)["tanh1"] == (x, y + 64 + 50) and {("relu1", "tanh1"), ("tanh1", "flatten1")} <= wires(
        hand
    )
    assert places(hand)["flatten1"] == (x, y + 2 * (64 + 50))
    hand.workspace.select([hand.node("x")])
    hand.workspace.undo.undo()
    hand.workspace.select([hand.node("output")])
    assert add_after_selection(hand.workspace, entry)
    assert (
        places(hand)["tanh1"][1] > before["output"][1]
        and clear.overlaps(hand.workspace.project, hand.graph) == []
    )


def test_a_group_leads_down_inside_and_closes_the_gap_below(hand: Hand) -> None:
    before, start = places(hand), dumps(hand.workspace.project)
    hand.workspace.select([hand.node(name) for name in ("conv1", "relu1", "flatten1")])
    hand.key(Key.Key_G, CTRL)
    popup = hand.view.blocks.popup
    assert popup is not None
    hand.key(Key.Key_Return, to=popup.name)
    use = next(node for node in hand.graph.nodes.values() if node.block)
    after = places(hand)
    assert (use.x, use.y) == before["conv1"]
    assert after["fc1"] == (before["fc1"][0], pytest.approx(use.y + 110, abs=0.2))
    assert clear.overlaps(hand.workspace.project, hand.graph) == [] and mirror(hand) == []
    outer = hand.graph.id
    hand.workspace.enter(use.id)
    hand.settle()
    assert hand.scene.flow == "down" and mirror(hand) == []
    inside = [hand.graph.nodes[hand.node(name)] for name in ("conv1", "relu1", "flatten1")]
    ports = [hand.graph.inputs[0], *inside, hand.graph.outputs[0]]
    assert all(64 + 30 < b.y - a.y < 64 + 70 for a, b in pairwise(ports))
    assert max(node.x for node in ports) - min(node.x for node in ports) < 1
    hand.workspace.leave()
    hand.workspace.select([use.id])
    hand.key(Key.Key_G, CTRL | SHIFT)
    assert hand.graph.id == outer
    again = places(hand)
    assert again.keys() == before.keys() and len(columns(hand)) == 1
    assert clear.overlaps(hand.workspace.project, hand.graph) == []
    hand.workspace.undo.undo()
    hand.workspace.undo.undo()
    assert dumps(hand.workspace.project) == start and mirror(hand) == []


def test_wires_are_picked_cut_and_led_over_dots(hand: Hand) -> None:
    middle = (hand.out("conv1") + hand.into("relu1")) / 2
    hand.click(middle)
    assert [key for key in hand.workspace.selection if key in hand.graph.edges]
    hand.drag(middle - QPointF(40, 0), middle + QPointF(40, 0), SHIFT, RIGHT)
    dot = next(node for node in hand.graph.nodes.values() if node.type == "Reroute")
    item = hand.scene.nodes[dot.id]
    assert item.input_point("input").y() < item.output_point("output").y() and mirror(hand) == []
    hand.workspace.undo.undo()
    hand.drag(middle - QPointF(40, 0), middle + QPointF(40, 0), CTRL, RIGHT)
    assert ("conv1", "relu1") not in wires(hand)


def test_an_extracted_node_moves_aside(hand: Hand) -> None:
    before = places(hand)["relu1"]
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_X, CTRL | SHIFT)
    assert places(hand)["relu1"] == (before[0] + 224, before[1])


def test_a_dragged_node_snaps_to_the_middle_of_others(hand: Hand) -> None:
    hand.click(hand.title("relu1"))
    hand.key(Key.Key_C, ALT)  # a tile: narrower than its neighbours
    hand.view.snapping = True
    body = hand.scene.nodes[hand.node("relu1")].body
    middle = hand.scene.nodes[hand.node("conv1")].body.center().x()
    grip = body.center()
    hand.drag(grip, QPointF(middle + 4, grip.y()))
    assert hand.scene.nodes[hand.node("relu1")].body.center().x() == pytest.approx(middle)


def test_several_ports_stand_side_by_side_with_their_names(qapp: QApplication) -> None:
    g = GraphBuilder("Net")
    out, h, c = g.add("LSTM", g.input("x", shape=(-1, 8)), hidden_size=8)
    for number, wire in enumerate((out, h, c)):
        g.output(wire, name=f"y{number}")
    hand = downwards(project("Ports", g))
    item = hand.scene.nodes[hand.node("lstm1")]
    ports = [item.output_point(port.name) for port in item.look.outputs]
    assert len({port.y() for port in ports}) == 1 and ports[0].y() == item.body.bottom()
    assert [port.x() for port in ports] == sorted(port.x() for port in ports)
    inputs = [item.input_point(port.name) for port in item.look.inputs]
    assert {port.y() for port in inputs} == {item.body.top()}
    assert item.width >= 58 * max(len(ports), len(inputs)) and mirror(hand) == []
    # all three wires of its outputs are picked up where they are seen
    for name, port in zip(("y0", "y1", "y2"), ports, strict=True):
        hit = hand.view.hit_at(hand.pixel(port))
        assert (hit.kind, hit.node) == ("output", hand.node("lstm1")), name


def test_laying_out_again_keeps_the_direction_and_what_is_pinned(hand: Hand) -> None:
    hand.workspace.select([hand.node("fc1")])
    hand.view.commands.toggle("pinned")
    hand.drag(hand.title("fc1"), hand.title("fc1") + QPointF(240, 40))
    pinned = places(hand)["fc1"]
    hand.workspace.select([])
    hand.key(Key.Key_L)
    hand.view.glider.finish()
    assert places(hand)["fc1"] == pinned and hand.scene.flow == "down"
    assert clear.overlaps(hand.workspace.project, hand.graph) == []


@pytest.mark.parametrize("scale", [1.0, 0.6, 0.45, 0.2])
def test_it_is_drawn_at_every_scale(qapp: QApplication, scale: float) -> None:
    """Ports above and below: their colour is seen there, and not at the sides."""
    hand = downwards(find("transformer").build())
    hand.scene.show_bars("parameters")
    hand.view.zoom_to(scale)
    hand.view.centerOn(hand.scene.nodes[hand.node("head")].body.center())
    hand.settle()
    picture = hand.view.viewport().grab().toImage().convertToFormat(QImage.Format.Format_RGB32)
    body = hand.scene.nodes[hand.node("head")].body
    seen = picture.pixelColor(hand.pixel(hand.out("head") - QPointF(0, 2)))
    assert seen == theme().dtype("float") or scale < 0.4
    assert picture.pixelColor(hand.pixel(QPointF(body.right(), body.y() + 32))) != theme().dtype("float")
    hand.scene.show_bars("")


def test_the_exported_picture_leads_down_too(hand: Hand) -> None:
    text = svg(hand.workspace.project, hand.workspace.shapes, hand.graph.id)
    start, end = hand.out("conv1"), hand.into("relu1")
    assert f'd="M{start.x():g},{start.y():g} C{start.x():g},' in text
    assert f' {end.x():g},{end.y():g}" fill="none"' in text


def test_back_to_the_right_from_the_menu(hand: Hand) -> None:
    pixel = hand.pixel(hand.title("conv1") + QPointF(400, 0))
    place = hand.view.viewport().mapToGlobal(pixel)
    menu = menus.build_menu(hand.view, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pixel, place))
    next(item for item in menu.actions() if item.text() == "Arrange from left to right").trigger()
    hand.view.glider.finish()
    assert hand.workspace.undo.undoText() == "Arrange from left to right"
    assert hand.workspace.project.view[DOWNWARDS] == ()
    levels = [y for _, y in places(hand).values()]
    assert levels == sorted(levels) and len(set(levels)) == 2, "two rows of three"
