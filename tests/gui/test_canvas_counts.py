"""The canvas stays fast because little is touched: counted, not timed."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF
from PySide6.QtGui import QPaintEvent, QRegion
from PySide6.QtWidgets import QApplication, QWidget

from graph.edits import AddNodes, Move, SetParams
from graph.model import Edge, Node
from graph.operations import delete
from gui.canvas.node_item import NodeItem
from gui.theme import theme
from presets import find
from tests.gui.canvas_hand import Hand, chain, mirror
from tests.gui.comparing import apart


def many(count: int, columns: int = 30) -> Hand:
    """A grid of ReLUs in one long chain; node number ``i`` is called ``relu{i}``."""
    made = chain()
    graph = made.main
    last = next(node.id for node in graph.nodes.values() if node.type == "ReLU")
    for number in range(count):
        row, column = divmod(number, columns)
        node = Node(f"n{100 + number}", "ReLU", f"r{number}", x=column * 240.0, y=300 + row * 120.0)
        graph.nodes[node.id] = node
        edge = Edge(f"e{100 + number}", last, "output", node.id, "input")
        graph.edges[edge.id] = edge
        last = node.id
    return Hand(made)


@pytest.fixture
def big(qapp: QApplication) -> Hand:
    return many(600)


def repaint(hand: Hand) -> int:
    """How many nodes are painted for one full repaint."""
    hand.settle()
    NodeItem.painted = 0
    hand.view.viewport().repaint()
    return NodeItem.painted


def test_a_pan_paints_only_what_comes_into_view(big: Hand) -> None:
    """Also while the map lies over a corner: it is in the viewport, so Qt moves the pixels that are there."""
    big.view.zoom_to(1.0)
    big.view.centerOn(big.title("r310"))
    big.view.minimap.redraw()
    assert big.view.minimap.isVisible()
    whole = repaint(big)
    corner = big.view.minimap.pos()
    NodeItem.painted = 0
    big.view.scroll_by(QPoint(12, 0))
    big.settle()
    assert 0 < NodeItem.painted < whole / 2
    assert big.view.minimap.pos() == corner


def test_the_grid_is_drawn_once_and_then_copied(big: Hand) -> None:
    big.view.minimap.toggle()  # it comes up a moment later, and would be in one picture and not in the other
    big.view.zoom_to(1.0)
    for name in ("r310", "r311"):
        big.view.centerOn(big.title(name))
        repaint(big)
    big.view.grab()
    big.view.ground.drawn = 0
    before = big.view.grab().toImage()
    repaint(big)
    assert big.view.ground.drawn == 0
    big.view.ground.forget()
    assert not apart(big.view.grab().toImage(), before)
    big.view.scroll_by(QPoint(7, 5))
    copied = big.view.grab().toImage()
    big.view.ground.forget()
    assert not apart(big.view.grab().toImage(), copied), "the copy does not lie where the lines are"


def test_only_what_is_in_view_is_painted(big: Hand) -> None:
    big.view.zoom_to(1.0)
    big.view.minimap.toggle()  # what lies over the view makes Qt paint all of it
    big.view.centerOn(big.title("r310"))
    seen = big.view.mapToScene(big.view.viewport().rect()).boundingRect()
    inside = sum(item.sceneBoundingRect().intersects(seen) for item in big.scene.nodes.values())
    assert 20 < inside < 80
    assert repaint(big) == inside


def test_from_afar_no_node_is_painted_by_itself(big: Hand) -> None:
    big.view.fit()
    assert big.scene.scale < 0.4 and big.view.far_away
    assert repaint(big) == 0


def test_the_overview_shows_what_single_items_would(big: Hand) -> None:
    """After moves far away the batched picture equals one built anew."""
    big.view.fit()
    names = ["r10", "r11", "r45"]
    for name in names:
        big.drag(big.scene.nodes[big.node(name)].body.center(), QPointF(900, 3600))
    moved = big.view.grab().toImage()
    big.scene.overview.forget()
    assert not apart(big.view.grab().toImage(), moved)
    assert mirror(big) == []


def test_a_drag_touches_the_node_and_its_wires(big: Hand) -> None:
    big.view.minimap.toggle()  # what lies over the view makes Qt paint all of it
    big.view.centerOn(big.title("r310"))
    big.press(big.title("r310"))
    big.move(big.title("r310") + QPointF(20, 20))
    big.settle()
    big.scene.touched = 0
    NodeItem.painted = 0
    big.move(big.title("r310") + QPointF(8, 6))
    big.settle()
    assert big.scene.touched == 1 + 2
    assert NodeItem.painted <= 9
    big.release(big.title("r310"))


def test_nodes_are_drawn_once_and_then_copied(big: Hand) -> None:
    big.view.minimap.toggle()  # what lies over the view makes Qt paint all of it
    big.view.centerOn(big.title("r310"))
    painted = repaint(big)
    big.scene.pictures.made = 0
    assert repaint(big) == painted
    assert big.scene.pictures.made == 0
    big.view.scroll_by(big.pixel(big.title("r311")) - big.pixel(big.title("r310")))
    repaint(big)
    assert 0 < big.scene.pictures.made < painted / 2


def test_an_edit_updates_the_nodes_whose_picture_differs(big: Hand) -> None:
    graph = big.graph
    big.settle()
    big.scene.touched = 0
    big.workspace.perform("Set", [SetParams(graph.id, big.node("fc1"), {"out_features": 7})])
    big.settle()
    assert big.scene.touched == 2  # fc1 and the output behind it
    assert big.scene.nodes[big.node("output")].look.shape == "(B, 7)"


def test_panning_paints_the_new_strip_only(big: Hand) -> None:
    big.view.minimap.toggle()  # what lies over the view makes Qt paint all of it
    big.view.centerOn(big.title("r310"))
    everything = repaint(big)
    NodeItem.painted = 0
    big.view.scroll_by(big.pixel(QPointF(10, 0)) - big.pixel(QPointF(0, 0)))
    big.settle()
    assert 0 < NodeItem.painted < everything / 2


def test_labels_on_wires_only_where_there_is_room(qapp: QApplication) -> None:
    hand = Hand(chain())
    short = next(w for w in hand.scene.wires.values() if w.text == "(B, 4, 8, 8)")
    assert short.label is None
    hand.drag(hand.title("fc1"), hand.title("fc1") + QPointF(200, 0))
    wire = next(
        w for w in hand.scene.wires.values() if hand.graph.edges[w.edge_id].target == hand.node("fc1")
    )
    assert wire.label is not None and wire.label.isVisible() and wire.label.text == "(B, 256)"
    hand.view.zoom_to(0.5)
    assert not wire.label.isVisible()
    hand.view.zoom_to(1.0)
    assert wire.label.isVisible()


@pytest.mark.parametrize("scale", [0.15, 0.3, 0.5, 1.0, 2.0])
def test_every_scale_paints_in_both_themes(big: Hand, scale: float) -> None:
    big.view.zoom_to(scale)
    pictures = []
    before = theme().mode
    for mode in ("light", "dark"):
        theme().choose(mode, remember=False)  # type: ignore[arg-type]
        big.settle()
        pictures.append(big.view.grab().toImage())
    theme().choose(before, remember=False)
    assert pictures[0] != pictures[1]
    middle = big.view.viewport().rect().center()
    assert pictures[0].pixelColor(middle).lightness() != pictures[1].pixelColor(middle).lightness()


def test_nothing_of_the_graph_before_stays_on_the_screen(qapp: QApplication) -> None:
    hand = Hand(find("vgg19-bn").build(), 714, 410)
    hand.settle(20)
    painted = Painted(hand.view.viewport())
    hand.workspace.open(find("small-resnet").build())
    hand.settle(20)
    missed = QRegion(hand.view.viewport().rect()) - painted.region
    assert missed.isEmpty()


class Painted(QObject):
    """Collects what is painted of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__(widget)
        self.region = QRegion()
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            self.region += event.region()
        return False


def test_what_an_undo_brings_back_is_not_made_anew(big: Hand) -> None:
    big.view.minimap.toggle()  # it is drawn a little later
    big.view.centerOn(big.title("r310"))
    before = big.view.grab().toImage()
    items, wires = dict(big.scene.nodes), dict(big.scene.wires)
    big.view.select_all()
    big.view.delete_selection()
    big.settle()
    assert not big.scene.nodes and not big.scene.wires
    big.workspace.undo.undo()
    big.workspace.select([])
    big.settle()
    assert mirror(big) == []
    layers = {key for key, node in big.graph.nodes.items() if node.type not in ("Input", "Output")}
    assert all(big.scene.nodes[key] is items[key] for key in layers)
    again = sum(big.scene.wires[key] is wire for key, wire in wires.items())
    assert len(wires) - again <= 2, "only wires from Input and to Output"
    assert not apart(big.view.grab().toImage(), before)


def test_a_node_that_comes_back_as_another_is_drawn_anew(big: Hand) -> None:
    """The same id, but not what was deleted: with a note, or other wires."""
    node, middle = big.node("r310"), big.graph.nodes[big.node("r310")]
    item, old = big.scene.nodes[node], big.graph.edges_of([node])
    big.workspace.perform("Delete", delete(big.workspace.project, big.graph, [node]))
    big.workspace.perform("Add", [AddNodes(big.graph.id, [replace(middle, note="another")], old)])
    assert big.scene.nodes[node] is not item and mirror(big) == []
    item = big.scene.nodes[node]
    big.workspace.perform("Delete", delete(big.workspace.project, big.graph, [node]))
    big.workspace.perform("Add", [AddNodes(big.graph.id, [middle], old[:1])])
    assert big.scene.nodes[node] is not item and mirror(big) == []
    assert not (big.scene.nodes[node].look.inputs[0].wired and big.scene.nodes[node].look.outputs[0].wired)


def test_what_comes_back_after_another_theme_or_turn_is_drawn_for_it(big: Hand) -> None:
    node = big.node("r310")
    big.workspace.perform("Delete", delete(big.workspace.project, big.graph, [node]))
    undo = big.workspace.undo
    undo.undo()
    assert mirror(big) == []
    undo.redo()
    theme().choose("dark", remember=False)
    undo.undo()
    assert mirror(big) == []
    theme().choose("light", remember=False)


def differing(hand: Hand) -> tuple[int, int]:
    """Drawn directly at first, copied from then on: how many bytes of the two images differ, and the most by how
    much. That everything is kept after the second time is made sure of."""
    hand.settle()
    pictures = hand.scene.wire_pictures
    pictures.forget()
    pictures.made = 0
    for wire in hand.scene.wires.values():
        wire.drawn = ()
    direct = hand.view.viewport().grab().toImage()
    hand.view.viewport().grab()
    made = pictures.made
    copied = hand.view.viewport().grab().toImage()
    assert pictures.made == made, "the pictures are kept"
    apart = [
        abs(one - two)
        for one, two in zip(bytes(direct.constBits()), bytes(copied.constBits()), strict=True)
        if one != two
    ]
    assert len(apart) < 0.01 * direct.sizeInBytes()
    return len(apart), max(apart, default=0)


@pytest.mark.parametrize("scale", [1.0, 0.83])
def test_a_kept_picture_of_a_wire_looks_like_the_wire(big: Hand, scale: float) -> None:
    """Hardly a pixel differs, and none by much."""
    moved = big.node("r310")
    big.workspace.perform("Move", [Move(big.graph.id, {moved: (2430.0, 1560.5)})])
    big.view.zoom_to(scale)
    big.view.centerOn(big.title("r310"))
    assert differing(big)[1] <= 40
    assert big.scene.wire_pictures.made >= 2


@pytest.mark.parametrize("scale", [1.0, 0.83])
def test_of_a_wire_too_large_for_a_picture_what_is_in_view_looks_like_it(
    qapp: QApplication, scale: float
) -> None:
    """Rows so long that the wires from the end of one to the next are no pictures: at both ends, and between."""
    hand = many(600, columns=200)
    hand.view.zoom_to(scale)
    for name in ("r200", "r300", "r399"):
        hand.view.centerOn(hand.title(name))
        assert differing(hand)[1] <= 40
    long = [wire for wire in hand.scene.wires.values() if wire.parts is not None]
    assert len(long) >= 2 and all(len(wire.parts) == 3 for wire in long)


def test_a_map_shown_before_it_was_drawn_is_empty(qapp: QApplication) -> None:
    hand = Hand(chain(), 1200, 700)
    hand.view.minimap.show()
    hand.settle()
    assert not hand.view.minimap.grab().isNull()
