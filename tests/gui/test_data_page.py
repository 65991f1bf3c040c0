"""The data page on real sources."""

from __future__ import annotations

import socket

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.edits import SetProject
from gui.data.labels import shown_text
from gui.data.page import DataPanel
from gui.workspace import Workspace
from presets import find
from tests.gui.training_hand import until, workspace_of
from tests.gui.window_hand import settle


def page(source: str, **options: object) -> tuple[Workspace, DataPanel]:
    workspace = workspace_of(find("digits-cnn").build())
    workspace.perform("data", [SetProject("data", {"source": source, "options": options})])
    panel = DataPanel(workspace)
    panel.resize(900, 260)
    panel.show()
    return workspace, panel


def loaded(panel: DataPanel) -> None:
    until(lambda: panel.loaded is not None, "the samples")


def test_digits_are_pictures_with_balanced_classes(qapp: QApplication) -> None:
    _, panel = page("digits")
    assert "1,797 samples" in panel.facts.text()
    loaded(panel)
    assert panel.view.pages.currentWidget() is panel.view.beside
    assert panel.splits.bar.sizes == (1257, 270, 270)
    counts = panel.bars.counts
    assert list(counts) == [str(digit) for digit in range(10)]
    assert sum(sum(parts) for parts in counts.values()) == 1797 and sum(counts["0"]) == 178
    assert panel.view.grid.labels[:10] == tuple("0123456789")
    # a picture of a nought is dark in the middle and has something bright around it
    image = panel.view.grid._images[0]
    assert (image.width(), image.height()) == (8, 8)
    assert max(image.pixelColor(x, 4).lightness() for x in range(8)) > 150


def test_iris_is_a_table_with_names(qapp: QApplication) -> None:
    _, panel = page("iris")
    loaded(panel)
    model = panel.view.table.model()
    assert panel.view.pages.currentWidget() is panel.view.table
    heads = [model.headerData(number, Qt.Orientation.Horizontal) for number in range(model.columnCount())]
    assert "petal" in " ".join(heads) and heads[-1] == "class"
    assert model.data(model.index(0, 4)) in ("setosa", "versicolor", "virginica")
    assert float(model.data(model.index(0, 0))) > 4


def test_moons_are_points(qapp: QApplication) -> None:
    _, panel = page("moons")
    loaded(panel)
    plot = panel.view.pages.currentWidget()
    scatters = [item for item in plot.getPlotItem().items if hasattr(item, "points")]  # type: ignore[attr-defined]
    assert sum(len(item.data) for item in scatters) == 400 and len(scatters) == 2


def test_series_and_texts(qapp: QApplication) -> None:
    workspace, panel = page("sequences")
    loaded(panel)
    assert panel.view.pages.currentWidget() is panel.view.beside and panel.view.grid.cell[0] > 100
    workspace.perform("data", [SetProject("data", {"source": "char-ship", "options": {}})])
    assert panel.loaded is None
    loaded(panel)
    model = panel.view.table.model()
    first = [model.data(model.index(0, column)) for column in (0, 1)]
    assert len(first[0]) == 10 and first[0][1:] == first[1][:-1], "the target is the text one step on"
    assert shown_text("a b") == "a␣b"
    workspace.perform("data", [SetProject("data", {"source": "sentences", "options": {}})])
    loaded(panel)
    model = panel.view.table.model()
    rows = [tuple(model.data(model.index(row, column)) for column in (0, 1)) for row in range(2)]
    assert {verdict for _, verdict in rows} <= {"good", "bad"} and all(" " in text for text, _ in rows)


def test_options_and_splits_load_anew(qapp: QApplication) -> None:
    workspace, panel = page("moons")
    loaded(panel)
    first = panel.loaded
    workspace.perform("data", [SetProject("data", {"source": "moons", "options": {"n": 100}})])
    loaded(panel)
    assert panel.loaded is not first and panel.loaded is not None and panel.loaded.total == 100
    workspace.perform("split", [SetProject("training", {"test_fraction": 0.0})])
    until(lambda: panel.loaded and panel.splits.bar.sizes[2] == 0, "the other split")
    second = panel.loaded
    workspace.perform("epochs", [SetProject("training", {"epochs": 3})])
    assert panel.loaded is second, "epochs are no reason to load"


def test_downloads_wait_to_be_asked_for_and_fail_in_a_sentence(
    qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network in this test")

    monkeypatch.setattr(socket, "create_connection", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    workspace, panel = page("mnist")
    QTest.qWait(500)
    assert panel.loaded is None and not panel.loader.busy and panel.notice.load.isVisible()
    assert "downloaded" in panel.notice.text.text()
    QTest.mouseClick(panel.notice.load, Qt.MouseButton.LeftButton)
    until(lambda: not panel.loader.busy, "the failure")
    assert "could not be downloaded" in panel.notice.text.text() and panel.notice.offline.isVisible()
    QTest.mouseClick(panel.notice.offline, Qt.MouseButton.LeftButton)
    assert workspace.project.data.source == "digits"
    loaded(panel)


def test_cancel(qapp: QApplication) -> None:
    _, panel = page("pictures", n=20_000, image_size=64)
    until(lambda: panel.loader.busy, "loading")
    QTest.mouseClick(panel.notice.cancel, Qt.MouseButton.LeftButton)
    assert not panel.loader.busy and panel.notice.load.isVisible()
    QTest.qWait(100)
    assert panel.loaded is None and panel.notice.text.text() == "Cancelled."


@pytest.mark.parametrize("source", ["digits", "iris", "time-series"])
def test_nothing_of_the_left_column_runs_under_the_splitter(source: str, qapp: QApplication) -> None:
    _, panel = page(source)
    panel.resize(640, 260)
    loaded(panel)
    handle = panel.left.parent().handle(1)  # type: ignore[union-attr]
    start = handle.rect().center()
    QTest.mousePress(handle, Qt.MouseButton.LeftButton, pos=start)
    QTest.mouseMove(handle, start - QPoint(400, 0))
    QTest.mouseRelease(handle, Qt.MouseButton.LeftButton, pos=start - QPoint(400, 0))
    settle()
    column = panel.left
    assert column.isVisible() and column.inside.width() <= column.viewport().width()
    for place in range(column.layout_.count()):
        widget = column.layout_.itemAt(place).widget()
        if widget is not None and widget.isVisible():
            assert widget.geometry().right() < column.viewport().width(), widget
