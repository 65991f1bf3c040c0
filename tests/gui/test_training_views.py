"""Feature maps, decision boundary and results, fed by the real worker."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QElapsedTimer, QEvent, QPointF, Qt
from PySide6.QtGui import QColor, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget

from graph.edits import AddNodes
from graph.operations import new_node
from gui.training.arrays import levels, painted
from gui.training.boundary import BoundaryPanel, blended
from gui.training.maps import FeatureMapsPanel
from gui.training.results import ResultsPanel
from gui.training.session import TrainingSession
from gui.workspace import Workspace
from presets import find
from tests.conftest import PATIENCE


def wait(qapp: QApplication, until: Callable[[], Any], seconds: float = PATIENCE) -> None:
    clock = QElapsedTimer()
    clock.start()
    while not until():
        assert clock.elapsed() < seconds * 1000, "waited in vain"
        QTest.qWait(20)


@pytest.fixture
def opened(qapp: QApplication) -> Iterator[Callable[[str], tuple[Workspace, TrainingSession]]]:
    sessions: list[TrainingSession] = []

    def start(preset_id: str) -> tuple[Workspace, TrainingSession]:
        workspace = Workspace(find(preset_id).build())
        import torch  # noqa: F401

        workspace.ready = True
        workspace.refresh_shapes()
        session = TrainingSession(workspace)
        sessions.append(session)
        session.wake()
        return workspace, session

    yield start
    for session in sessions:
        session.close()


@pytest.fixture
def stage(qapp: QApplication) -> QWidget:
    """The parent of the panels. They go with it, as in the program; left to Python, the parts of a plot go in
    any order, which pyqtgraph does not survive."""
    widget = QWidget()
    QVBoxLayout(widget)
    widget.resize(900, 600)
    widget.show()
    return widget


def on(stage: QWidget, panel: QWidget) -> None:
    layout = stage.layout()
    assert layout is not None
    layout.addWidget(panel)


def test_maps_of_a_selected_layer_arrive_while_it_trains_and_follow_the_mouse(
    qapp: QApplication, stage: QWidget, opened: Callable[[str], tuple[Workspace, TrainingSession]]
) -> None:
    workspace, session = opened("digits-cnn")
    panel = FeatureMapsPanel(workspace, session, stage)
    on(stage, panel)
    conv = next(node.id for node in workspace.graph.nodes.values() if node.name == "conv1")
    workspace.select([conv])
    session.train()
    wait(qapp, lambda: len(panel.grid.tiles) == 16)
    assert panel.grid.planes.shape == (16, 8, 8)
    first = panel.grid.planes.copy()
    wait(qapp, lambda: not np.array_equal(first, panel.grid.planes))
    spot = panel.grid.tile_rect(5).center()
    QTest.mouseMove(panel.grid, spot.toPoint())
    panel.grid.mouseMoveEvent(_move(spot))
    assert panel.grid.channel == 5
    assert "channel 5" in panel.large.text
    relu = next(node.id for node in workspace.graph.nodes.values() if node.name == "relu1")
    workspace.select([relu])
    wait(qapp, lambda: len(panel.grid.tiles) == 16 and panel.grid.planes.min() == 0.0)
    session.stop()
    wait(qapp, lambda: session.state == "idle")
    told: list[str] = []
    workspace.message.connect(lambda level, text: told.append(text))
    late = new_node(workspace.project, workspace.graph, "Dropout")
    assert workspace.perform("Add Dropout", [AddNodes(workspace.graph.id, [late])])
    workspace.select([late.id])
    assert panel.grid.empty_text.startswith("dropout1 is newer than this run.")
    QTest.qWait(300)
    assert not told
    workspace.select([conv])
    wait(qapp, lambda: len(panel.grid.tiles) == 16)


def _move(position: QPointF) -> Any:
    none = Qt.MouseButton.NoButton
    return QMouseEvent(QEvent.Type.MouseMove, position, position, none, none, Qt.KeyboardModifier.NoModifier)


def test_boundary_and_results_of_two_features(
    qapp: QApplication,
    stage: QWidget,
    opened: Callable[[str], tuple[Workspace, TrainingSession]],
    tmp_path: Path,
) -> None:
    workspace, session = opened("spiral-mlp")
    workspace.project.training.epochs = 30
    boundary = BoundaryPanel(workspace, session, stage)
    results = ResultsPanel(workspace, session, stage)
    for panel in (boundary, results):
        on(stage, panel)
    session.train()
    wait(qapp, lambda: boundary.last is not None)
    wait(qapp, lambda: session.state == "idle" and results.result is not None)
    assert results.result is not None
    counts = np.array(results.result["confusion"])
    assert counts.shape == (2, 2)
    assert counts.sum() == session.started["test"]  # type: ignore[index]
    wait(qapp, lambda: results.tabs.count() == 4 and not results._wanted)
    matrix, report = results.views
    assert matrix.view["counts"] == counts.tolist(), "the worker looked at the same samples again"
    assert len(report.table()) == 5
    cell, samples = next((cell, found) for cell, found in matrix.view["cells"].items() if found)
    matrix.ask(samples)
    wait(qapp, lambda: results.pane.views)
    (shown,) = results.pane.views
    classes = results.result["classes"]
    assert set(shown.table()[1][1:]) == {classes[int(cell[0])]}, (
        "samples of the class that the cell stands for"
    )
    results.write_csv(tmp_path / "report.csv")
    rows = list(csv.reader((tmp_path / "report.csv").read_text(encoding="utf-8").splitlines()))
    assert rows[0] == ["class", "precision", "recall", "F1", "samples"]
    assert [int(value) for value in rows[-1][1:]] == counts[-1].tolist()
    results.which.setCurrentIndex(results.which.findData("validation"))
    wait(qapp, lambda: results.split == "validation" and not results._wanted and not results._due)
    assert np.array(results.views[0].view["counts"]).sum() == session.started["validation"]  # type: ignore[index]
    session.cleared.emit()
    assert results.stack.currentIndex() == 0 and not results.views and results.pane.isHidden()


def test_colours_of_maps_and_boundary() -> None:
    plane = np.array([[-1.0, 0.0], [1.0, np.nan]], dtype=np.float32)
    assert levels(plane, "blue-red") == (-1.0, 1.0)
    image = painted(plane, "blue-red", -1.0, 1.0)
    assert image.pixelColor(1, 0).getRgb()[:3] == (246, 246, 246)
    assert image.pixelColor(1, 1).getRgb()[:3] == (255, 0, 255)
    undecided = blended(np.full((1, 1, 1), 0.5, dtype=np.float32), QColor(10, 20, 30))
    assert undecided[0, 0].tolist() == [10, 20, 30]
