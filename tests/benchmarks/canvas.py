"""The canvas with many nodes: load, full repaint, one step of panning, a node with ten wires moved."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from graph.build import project
from graph.model import Edge, Graph, Node, Project
from gui.canvas.view import CanvasView
from gui.workspace import Workspace
from tests.benchmarks.report import Report, median_ms

SIZE = QSize(1280, 800)
COLUMNS = 100
MEASURED_BEFORE = {  # of the prototype, without a document behind it; ms at 5,000 nodes
    "load": 106.0,
    "full repaint, everything in view": 6.6,
    "full repaint at 1:1": 8.8,
    "pan step at 1:1": 1.0,
    "move of a node with 10 wires": 5.0,
}


def run(report: Report) -> None:
    application = QApplication.instance() or QApplication(["benchmark"])
    assert isinstance(application, QApplication)
    for count in (500, 2000, 5000):
        _measure(report, count)


def _measure(report: Report, count: int) -> None:
    def tell(name: str, value: float) -> None:
        before = MEASURED_BEFORE[name] if count == 5000 else None
        report(f"{count:,} nodes: {name}", value, "ms", "prototype" if before else None, before)

    workspace = Workspace(big(count))
    start = time.perf_counter()
    view = CanvasView(workspace)
    tell("load", (time.perf_counter() - start) * 1000)
    view.resize(SIZE)
    view.show()
    # With torch there, every wire carries its shape.
    workspace.ready = True
    workspace.refresh_shapes()
    QApplication.processEvents()

    view.fit()
    tell("full repaint, everything in view", median_ms(lambda: _repaint(view)))
    middle = workspace.graph.nodes[f"n{count // 2}"]
    view.zoom_to(1.0)
    view.centerOn(middle.x + 85, middle.y + 32)
    tell("full repaint at 1:1", median_ms(lambda: _repaint(view)))
    tell("pan step at 1:1", median_ms(lambda: _pan(view), repeats=21))
    view.centerOn(middle.x + 85, middle.y + 32)
    QApplication.processEvents()
    tell("move of a node with 10 wires", _move(view, middle))
    view.close()
    view.deleteLater()
    QApplication.processEvents()


def big(count: int) -> Project:
    """A chain of additions in a grid; every fifth is fed by an earlier one too, the middle one by nine more."""
    from graph.build import GraphBuilder

    start = GraphBuilder("Big")
    start.input("x", shape=(8,))
    made = project("Big", start)
    graph: Graph = made.main
    first = next(iter(graph.nodes))
    names = [first]
    for number in range(2, count + 1):
        row, column = divmod(number, COLUMNS)
        node = Node(f"n{number}", "Add", f"add{number}", x=column * 230.0, y=row * 120.0)
        graph.nodes[node.id] = node
        names.append(node.id)

    def wire(source: str, target: str, order: int = 0) -> None:
        edge = Edge(f"e{len(graph.edges) + 1}", source, "output", target, "inputs", order)
        graph.edges[edge.id] = edge

    for number in range(1, count):
        wire(names[number - 1], names[number])
        if number % 5 == 0:
            wire(names[number - 4], names[number], 1)
    middle = count // 2 - 1
    while len(graph.edges_of([names[middle]])) < 10:
        order = len(graph.edges_of([names[middle]]))
        wire(names[middle - 1 - order], names[middle], order)
    return made


def _repaint(view: CanvasView) -> None:
    view.viewport().repaint()


def _pan(view: CanvasView) -> None:
    view.scroll_by(QPoint(12, 0))
    QApplication.processEvents()


def _move(view: CanvasView, node: Node) -> float:
    """Real mouse events: press on the node, then small moves, each painted."""
    at = view.mapFromScene(QPointF(node.x + 60, node.y + 12))
    _mouse(view, QMouseEvent.Type.MouseButtonPress, at)
    step = [0]

    def move() -> None:
        step[0] += 1
        _mouse(view, QMouseEvent.Type.MouseMove, at + QPoint(12 + 4 * step[0] % 60, 3 * step[0] % 40))
        QApplication.processEvents()

    found = median_ms(move, repeats=30, warm_up=3)
    _mouse(view, QMouseEvent.Type.MouseButtonRelease, at + QPoint(20, 20))
    return found


def _mouse(view: CanvasView, kind: QMouseEvent.Type, at: QPoint) -> None:
    pressed = Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseMove else Qt.MouseButton.LeftButton
    held = (
        Qt.MouseButton.NoButton if kind == QMouseEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
    )
    viewport = view.viewport()
    event = QMouseEvent(
        kind, QPointF(at), viewport.mapToGlobal(QPointF(at)), pressed, held, Qt.KeyboardModifier.NoModifier
    )
    QApplication.sendEvent(viewport, event)
