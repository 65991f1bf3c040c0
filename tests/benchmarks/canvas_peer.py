"""The canvas beside NodeGraphQt 0.6, the node editor that Python programs use most: same graph, same run.

Both hold a real document: ours with shapes on every wire, the peer's with its own model. Full repaints are
``viewport().repaint()``; a move and a hover are mouse events on a node with ten wires, each painted.
"""

from __future__ import annotations

import gc
import time
from typing import Any

import psutil
from PySide6.QtCore import QPoint, QPointF, QRectF
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QGraphicsView

from graph import operations
from graph.model import Graph, Node
from gui.canvas.view import CanvasView
from gui.workspace import Workspace
from tests.benchmarks.canvas import SIZE, _mouse, big
from tests.benchmarks.report import Report, median_ms

COUNT = 5000
FAR = 20_000
GOALS = {
    "load": "at least 20",
    "full repaint, everything in view": "at least 50",
    "full repaint at 1:1": "at least 3",
    "pan step at 1:1": "under 4 ms",
    "hover step at 1:1": "under 4 ms",
    "move of a node with 10 wires": "at least 1",
    "memory": "at least 4",
}
"""How many times as much the peer takes, or what ours stays under."""


def run(report: Report) -> None:
    application = QApplication.instance() or QApplication(["benchmark"])
    assert isinstance(application, QApplication)
    ours = _ours(big(COUNT).main, report)
    theirs = _theirs(big(COUNT).main)
    for name, goal in GOALS.items():
        unit = "MB" if name == "memory" else "ms"
        own, ratio = (goal, None) if goal.startswith("under") else (None, goal)
        report(f"{COUNT:,} nodes: {name}, ours", ours[name], unit, "NodeGraphQt", theirs[name], own)
        times = theirs[name] / max(ours[name], 1e-9)
        report(f"{COUNT:,} nodes: {name}, NodeGraphQt / ours", times, "times", goal=ratio)
    _far(report)


def _megabytes() -> float:
    gc.collect()
    return psutil.Process().memory_info().rss / 1e6


def _ours(graph: Graph, report: Report) -> dict[str, float]:
    found: dict[str, float] = {}
    made = big(COUNT)
    warm = CanvasView(Workspace(big(20)))  # fonts and icons, which the peer has loaded by then too
    warm.show()
    QApplication.processEvents()
    before = _megabytes()
    start = time.perf_counter()
    workspace = Workspace(made)
    view = CanvasView(workspace)
    view.resize(SIZE)
    view.show()
    QApplication.processEvents()
    found["load"] = (time.perf_counter() - start) * 1000
    found["memory"] = _megabytes() - before
    workspace.ready = True
    workspace.refresh_shapes()
    QApplication.processEvents()
    view.fit()
    found["full repaint, everything in view"] = median_ms(view.viewport().repaint)
    middle = graph.nodes[f"n{COUNT // 2}"]

    def pan() -> None:
        view.scroll_by(QPoint(12, 0))
        QApplication.processEvents()

    view.zoom_to(1.0)
    view.centerOn(middle.x + 85, middle.y + 32)
    found |= _close(view, middle, pan)
    every = list(workspace.graph.nodes)
    workspace.perform("Delete", operations.delete(workspace.project, workspace.graph, every))
    start = time.perf_counter()
    workspace.undo.undo()
    report(
        f"undo of deleting {COUNT:,} nodes", (time.perf_counter() - start) * 1000, "ms", goal="under 200 ms"
    )
    assert len(workspace.graph.nodes) == len(every)
    view.close()
    return found


def _close(view: QGraphicsView, middle: Node, pan: Any) -> dict[str, float]:
    """What happens at 1:1, the same for both."""
    found = {"full repaint at 1:1": median_ms(view.viewport().repaint)}
    found["pan step at 1:1"] = median_ms(pan, repeats=21)
    view.centerOn(middle.x + 85, middle.y + 32)
    QApplication.processEvents()
    at = view.mapFromScene(QPointF(middle.x + 60, middle.y + 12))
    step = [0]

    def hover() -> None:
        step[0] += 1
        _mouse(view, QMouseEvent.Type.MouseMove, at + QPoint(-70 + 9 * step[0] % 140, 3 * step[0] % 40))
        QApplication.processEvents()

    found["hover step at 1:1"] = median_ms(hover, repeats=40, warm_up=3)
    _mouse(view, QMouseEvent.Type.MouseButtonPress, at)

    def move() -> None:
        step[0] += 1
        _mouse(view, QMouseEvent.Type.MouseMove, at + QPoint(12 + 4 * step[0] % 60, 3 * step[0] % 40))
        QApplication.processEvents()

    found["move of a node with 10 wires"] = median_ms(move, repeats=30, warm_up=3)
    _mouse(view, QMouseEvent.Type.MouseButtonRelease, at + QPoint(20, 20))
    return found


def _theirs(graph: Graph) -> dict[str, float]:
    from NodeGraphQt import BaseNode, NodeGraph

    class Layer(BaseNode):  # type: ignore[misc]
        __identifier__ = "bench"
        NODE_NAME = "Add"

        def __init__(self) -> None:
            super().__init__()
            self.add_input("inputs", multi_input=True)
            self.add_output("output", multi_output=True)

    found: dict[str, float] = {}
    editor = NodeGraph()
    editor.set_acyclic(False)  # its check walks every path: a chain with shortcuts takes it for ever
    editor.register_node(Layer)
    view = editor.viewer()
    view.resize(SIZE)
    view.show()
    QApplication.processEvents()
    before = _megabytes()
    start = time.perf_counter()
    nodes = {}
    for node in graph.nodes.values():
        nodes[node.id] = editor.create_node(
            "bench.Layer", name=node.name, pos=(node.x, node.y), selected=False, push_undo=False
        )
    for edge in graph.edges.values():
        nodes[edge.source].output(0).connect_to(nodes[edge.target].input(0), push_undo=False)
    QApplication.processEvents()
    found["load"] = (time.perf_counter() - start) * 1000
    found["memory"] = _megabytes() - before
    whole = QRectF()
    for node in nodes.values():
        whole = whole.united(node.view.sceneBoundingRect())
    view.zoom_to_nodes([node.view for node in nodes.values()])
    QApplication.processEvents()
    found["full repaint, everything in view"] = median_ms(view.viewport().repaint, repeats=5)
    middle = graph.nodes[f"n{COUNT // 2}"]
    view.reset_zoom(QPointF(middle.x + 85, middle.y + 32))
    QApplication.processEvents()

    def pan() -> None:
        view._set_viewer_pan(12, 0)
        QApplication.processEvents()

    found |= _close(view, middle, pan)
    view.close()
    return found


def _far(report: Report) -> None:
    """A graph four times as large, ours only."""
    workspace = Workspace(big(FAR))
    start = time.perf_counter()
    view = CanvasView(workspace)
    view.resize(SIZE)
    view.show()
    QApplication.processEvents()
    report(f"{FAR:,} nodes: load", (time.perf_counter() - start) * 1000, "ms")
    view.fit()
    report(f"{FAR:,} nodes: full repaint, everything in view", median_ms(view.viewport().repaint), "ms")
    middle = workspace.graph.nodes[f"n{FAR // 2}"]
    view.zoom_to(1.0)
    view.centerOn(middle.x + 85, middle.y + 32)

    def pan() -> None:
        view.scroll_by(QPoint(12, 0))
        QApplication.processEvents()

    for name, value in _close(view, middle, pan).items():
        report(f"{FAR:,} nodes: {name}", value, "ms")
    view.close()
