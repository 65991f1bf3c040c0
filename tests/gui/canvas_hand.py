"""A hand for the canvas tests: real mouse, wheel, key and drop events, sent to the viewport."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from graph.build import GraphBuilder, project
from graph.model import Project
from gui.canvas.drops import layer_mime
from gui.canvas.view import CanvasView
from gui.workspace import Workspace

LEFT, MIDDLE, NONE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton, Qt.MouseButton.NoButton
PLAIN = Qt.KeyboardModifier.NoModifier
SHIFT, CTRL, ALT = (
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.AltModifier,
)


def workspace_of(project: Project) -> Workspace:
    """A workspace whose shapes are known."""
    import torch  # noqa: F401

    workspace = Workspace(project)
    workspace.ready = True
    workspace.refresh_shapes()
    return workspace


class Hand:
    """Does with one view what a person does. Places are scene positions."""

    def __init__(self, project: Project, width: int = 1280, height: int = 800) -> None:
        self.workspace = workspace_of(project)
        self.said: list[tuple[str, str]] = []
        self.workspace.message.connect(lambda level, text: self.said.append((level, text)))
        self.view = CanvasView(self.workspace)
        self.view.snapping = False  # things land where they are put
        self.view.resize(width, height)
        self.view.show()
        self.view.activateWindow()
        self.view.setFocus()
        self.settle()
        self.view.zoom_to(1.0)
        self.view.centerOn(self.view.canvas.bounds().center())
        self.settle()

    @property
    def scene(self):  # type: ignore[no-untyped-def]
        return self.view.canvas

    @property
    def graph(self):  # type: ignore[no-untyped-def]
        return self.workspace.graph

    def settle(self, rounds: int = 4) -> None:
        for _ in range(rounds):
            QApplication.processEvents()

    def node(self, name: str) -> str:
        """The id of the node with this name."""
        return next(node.id for node in self.graph.nodes.values() if node.name == name)

    def title(self, name: str) -> QPointF:
        """A place on a node where there is neither port nor mark."""
        body = self.scene.nodes[self.node(name)].body
        return QPointF(body.x() + 60, body.y() + 12)

    def out(self, name: str, port: str = "output") -> QPointF:
        return self.scene.nodes[self.node(name)].output_point(port)

    def into(self, name: str, port: str = "input") -> QPointF:
        return self.scene.nodes[self.node(name)].input_point(port)

    def pixel(self, at: QPointF) -> QPoint:
        return self.view.mapFromScene(at)

    def _mouse(self, kind: QEvent.Type, at: QPointF, button: Qt.MouseButton, held: Qt.MouseButton,
               keys: Qt.KeyboardModifier) -> None:  # fmt: skip
        pixel = QPointF(self.pixel(at))
        place = self.view.viewport().mapToGlobal(pixel)
        event = QMouseEvent(kind, pixel, place, button, held, keys)
        QApplication.sendEvent(self.view.viewport(), event)

    def press(self, at: QPointF, keys: Qt.KeyboardModifier = PLAIN, button: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseButtonPress, at, button, button, keys)

    def move(self, at: QPointF, keys: Qt.KeyboardModifier = PLAIN, held: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseMove, at, NONE, held, keys)

    def release(self, at: QPointF, keys: Qt.KeyboardModifier = PLAIN, button: Qt.MouseButton = LEFT) -> None:
        self._mouse(QEvent.Type.MouseButtonRelease, at, button, NONE, keys)
        self.settle()

    def click(self, at: QPointF, keys: Qt.KeyboardModifier = PLAIN) -> None:
        self.press(at, keys)
        self.release(at, keys)

    def double_click(self, at: QPointF) -> None:
        self.click(at)
        self._mouse(QEvent.Type.MouseButtonDblClick, at, LEFT, LEFT, PLAIN)
        self.release(at)

    def drag(self, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = PLAIN,
             button: Qt.MouseButton = LEFT, steps: int = 4, drop: bool = True) -> None:  # fmt: skip
        """Press, move in steps (pixels, because the view itself may move), and release."""
        first, last = self.pixel(start), self.pixel(end)
        self.press(start, keys, button)
        for step in range(1, steps + 1):
            pixel = first + (last - first) * (step / steps)
            self.move(self.view.mapToScene(pixel), keys, button)
        if drop:
            self.release(self.view.mapToScene(last), keys, button)

    def wheel(self, at: QPointF, angle: int = 0, pixels: QPoint | None = None,
              keys: Qt.KeyboardModifier = PLAIN) -> None:  # fmt: skip
        pixel = QPointF(self.pixel(at))
        event = QWheelEvent(
            pixel, self.view.viewport().mapToGlobal(pixel), pixels or QPoint(), QPoint(0, angle), NONE, keys,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(self.view.viewport(), event)

    def key(self, key: Qt.Key, keys: Qt.KeyboardModifier = PLAIN, text: str = "",
            to: QWidget | None = None) -> None:  # fmt: skip
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(to or self.view, QKeyEvent(kind, key, keys, text))
        self.settle()

    def write(self, text: str) -> None:
        """Type into the search."""
        assert self.view.adding.popup is not None
        for letter in text:
            self.key(Qt.Key(ord(letter.upper())), text=letter, to=self.view.adding.popup.field)

    def drop(self, at: QPointF, type: str, block: str | None = None, data: QMimeData | None = None) -> bool:
        """Drag a layer from the palette onto a place; whether it was taken."""
        data = data or layer_mime(type, block)
        pixel = self.pixel(at)
        actions = Qt.DropAction.CopyAction
        enter = QDragEnterEvent(pixel, actions, data, LEFT, PLAIN)
        QApplication.sendEvent(self.view.viewport(), enter)
        if not enter.isAccepted():
            return False
        QApplication.sendEvent(self.view.viewport(), QDragMoveEvent(pixel, actions, data, LEFT, PLAIN))
        event = QDropEvent(QPointF(pixel), actions, data, LEFT, PLAIN)
        QApplication.sendEvent(self.view.viewport(), event)
        self.settle()
        return event.isAccepted()


def mirror(hand: Hand) -> list[str]:
    """Where the scene differs from the document; empty when they agree."""
    graph, scene, wrong = hand.graph, hand.scene, []
    if scene.nodes.keys() != graph.nodes.keys():
        wrong.append(f"nodes {scene.nodes.keys() ^ graph.nodes.keys()}")
    if scene.wires.keys() != graph.edges.keys():
        wrong.append(f"wires {scene.wires.keys() ^ graph.edges.keys()}")
    for key, node in graph.nodes.items():
        item = scene.nodes.get(key)
        if item is None:
            continue
        if (item.x(), item.y()) != (node.x, node.y):
            wrong.append(f"{node.name} at {item.x(), item.y()} instead of {node.x, node.y}")
        if item.look.title != node.name:
            wrong.append(f"{node.name} is called {item.look.title}")
        if item.selected != (key in hand.workspace.selection):
            wrong.append(f"{node.name} selected: {item.selected}")
    for key, edge in graph.edges.items():
        wire = scene.wires.get(key)
        if wire is not None and wire.start != scene.nodes[edge.source].output_point(edge.source_port):
            wrong.append(f"wire {key} starts elsewhere")
        if wire is not None:
            away = wire.end - scene.nodes[edge.target].pos()
            if abs(away.y() if scene.flow == "down" else away.x()) > 1e-6:
                wrong.append(f"wire {key} ends elsewhere")
    return wrong


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


def broken() -> Project:
    """The chain with a Linear whose number of inputs is wrong."""
    made = chain()
    linear = next(node for node in made.main.nodes.values() if node.type == "Linear")
    linear.params["in_features"] = 7
    return made


def places(hand: Hand) -> dict[str, tuple[float, float]]:
    """Where the document has the nodes, by name."""
    return {node.name: (node.x, node.y) for node in hand.graph.nodes.values()}


def wires(hand: Hand) -> set[tuple[str, str]]:
    """Who feeds whom, by name."""
    nodes = hand.graph.nodes
    return {(nodes[edge.source].name, nodes[edge.target].name) for edge in hand.graph.edges.values()}


def below(hand: Hand, name: str, down: float = 200.0) -> QPointF:
    """Empty canvas under a node."""
    return hand.title(name) + QPointF(0, down)


def chosen(hand: Hand) -> set[str]:
    """Names of the selected nodes."""
    return {hand.graph.nodes[key].name for key in hand.workspace.selected_nodes}
