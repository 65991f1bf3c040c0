"""The results page: views of every kind, what a click asks for, and what a person is told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.results.others import MatrixView, ShowView, TradeView
from gui.results.plots import BarsView, HistogramView, LinesView, ScatterView
from gui.results.rows import RUNS, SHARE
from gui.results.tables import TableView
from gui.results.threshold import ThresholdView
from gui.results.timeline import TimelineView
from gui.theme import theme
from gui.training.results import ResultsPanel
from gui.training.session import TrainingSession
from presets import find
from runtime.protocol import array
from tests.gui.training_hand import workspace_of
from tests.runtime.running import moons_mlp

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def session(qapp: QApplication) -> Iterator[TrainingSession]:
    found = TrainingSession(workspace_of(moons_mlp()))
    yield found
    found.close()


@pytest.fixture
def panel(session: TrainingSession) -> ResultsPanel:
    made = ResultsPanel(session.workspace, session)
    made.resize(1000, 420)
    made.show()
    return made


def floats(values: Any) -> dict[str, Any]:
    plain = np.ascontiguousarray(values, dtype=np.float32)
    return array(plain.tobytes(), list(plain.shape))


def show(panel: ResultsPanel, *views: dict[str, Any], **part: Any) -> None:
    """The page as if the worker had sent these views."""
    started = {"event": "finished", "epochs": 1, "test_loss": 0.5, "test_accuracy": None, "best_epoch": 1}
    panel._message(started)
    panel._wanted = "test"
    one = {
        "name": "all",
        "title": "",
        "scores": {},
        "note": "",
        "pages": [{"title": "Page", "views": list(views)}],
    }
    panel._message({"event": "results", "split": "test", "judge": "x", "total": 9, "looked_at": 9,
                    "parts": [{**one, **part}]})  # fmt: skip
    QApplication.processEvents()


TABLE = {
    "kind": "table", "name": "t", "title": "Rows",
    "columns": [{"title": "name", "kind": "text"}, {"title": "share", "kind": "share"},
                {"title": "text", "kind": "runs"}],
    "rows": [["b", 0.25, [["right ", 0], ["wrong", 1]]], ["a", None, [["all right", 0]]], ["c", 0.75, [["x", 1]]]],
    "samples": [4, [7, 8], None], "bold": [], "empty": "",
}  # fmt: skip


def test_before_training_the_page_says_what_will_be_here(
    panel: ResultsPanel, session: TrainingSession
) -> None:
    assert "which classes are taken for which" in panel.empty.text.text()
    workspace = session.workspace
    workspace.open(find("diabetes-mlp").build())
    assert "predicted against true values" in panel.empty.text.text()
    assert panel.stack.currentIndex() == 0


def test_a_table_sorts_marks_and_asks(panel: ResultsPanel) -> None:
    asked: list[list[int]] = []
    show(panel, TABLE)
    (view,) = panel.views
    assert isinstance(view, TableView)
    view.asked.connect(asked.append)
    index = view.sorted.index(0, 1)
    assert index.data() == "25.0 %" and index.data(SHARE) == 0.25
    assert view.sorted.index(0, 2).data(RUNS)[1] == ["wrong", 1]
    assert "wrong</span>" in view.sorted.index(0, 2).data(Qt.ItemDataRole.ToolTipRole)
    place = view.grid.visualRect(view.sorted.index(1, 0)).center()
    QTest.mouseClick(view.grid.viewport(), LEFT, pos=place)
    assert asked[-1] == [7, 8]
    view.grid.sortByColumn(0, Qt.SortOrder.AscendingOrder)
    QTest.keyClick(view.grid, Qt.Key.Key_Down)
    assert asked[-1] == [4], "rows keep their samples when they are sorted"
    count = len(asked)
    QTest.keyClick(view.grid, Qt.Key.Key_Down)
    assert len(asked) == count, "a row without a sample asks for nothing"
    assert view.table()[1] == ["b", 0.25, "right wrong"]


def test_every_kind_of_view_is_drawn_and_told_as_a_table(panel: ResultsPanel) -> None:
    points = {"kind": "scatter", "name": "s", "title": "Points", "x": floats([0, 1, 2]), "y": floats([0, 2, np.nan]),
              "x_title": "true", "y_title": "given", "line": "identity", "samples": [5, 6, 7], "total": 30}  # fmt: skip
    bins = {"kind": "histogram", "name": "h", "title": "Bins", "edges": [0, 1, 2], "counts": [3, 1], "x_title": "x",
            "marks": [[1.5, "95 %"]], "samples": [[1, 2, 3], [4]]}  # fmt: skip
    bars = {"kind": "bars", "name": "b", "title": "Bars", "labels": ["a", "b"], "values": [0.5, 1.0], "counts": [2, 1],
            "x_title": "what", "y_title": "share", "share": True, "samples": [[1], []]}  # fmt: skip
    lines = {"kind": "lines", "name": "l", "title": "Lines", "x_title": "x", "y_title": "y",
             "lines": [{"name": "a", "x": [0, 1], "y": [2, 3], "dashed": False},
                       {"name": "b", "x": [0], "y": [5], "dashed": True}]}  # fmt: skip
    record = np.arange(240).reshape(2, 2, 60)
    time = {"kind": "timeline", "name": "w", "title": "Time", "goals": ["u", "v"], "steps": 2,
            "truth": floats(record), "predicted": floats(record + 1), "samples": list(range(60))}  # fmt: skip
    levels = {"kind": "threshold", "name": "c", "title": "Classes", "classes": ["cat"], "levels": [0.25, 0.5, 0.75],
              "hits": [[4, 3, 1]], "misses": [[0, 1, 3]], "alarms": [[2, 1, 0]], "ap": [0.75]}  # fmt: skip
    trade = {"kind": "trade", "name": "pr", "title": "Curve", "curve": "pr",
             "curves": [{"class": "cat", "x": [0.0, 1.0], "y": [1.0, 0.5], "area": 0.75}]}  # fmt: skip
    show(panel, points, bins, bars, lines, time, levels, trade)
    kinds = (ScatterView, HistogramView, BarsView, LinesView, TimelineView, ThresholdView, TradeView)
    assert tuple(type(view) for view in panel.views) == kinds
    asked: list[list[int]] = []
    for view in panel.views:
        view.asked.connect(asked.append)
        assert len(view.table()) > 1 and view.heading.text()
    scatter, histogram, bar_view, _, timeline, threshold, curve = panel.views
    assert "3 of 30" in scatter.heading.text()
    assert len(scatter.points.points()) == 2, "what is no number is left out"  # type: ignore[attr-defined]
    histogram.pressed(QPointF(0.5, 1))  # type: ignore[attr-defined]
    bar_view.pressed(QPointF(0.1, 0.2))  # type: ignore[attr-defined]
    assert asked == [[1, 2, 3], [1]]
    timeline.step.setValue(2)  # type: ignore[attr-defined]
    timeline.goal.setCurrentIndex(1)  # type: ignore[attr-defined]
    timeline.pressed(QPointF(11.0, 0))  # type: ignore[attr-defined]
    assert asked[-1] == [10], "what is foreseen two steps ahead stands one moment later"
    assert timeline.table()[1] == (0, 180.0, 181.0)
    table = threshold.table  # type: ignore[attr-defined]
    assert table()[1] == ["cat", 0.75, 3, 1, 1, 0.75, 0.75]
    threshold.slider.setValue(2)  # type: ignore[attr-defined]
    assert table()[1] == ["cat", 0.75, 1, 3, 0, 1.0, 0.25]
    theme().changed.emit()
    drawn = curve.curves.plot.getPlotItem().listDataItems()  # type: ignore[attr-defined]
    assert len(drawn) == 1 and list(drawn[0].getData()[1]) == [1.0, 0.5]


def test_a_point_that_is_clicked_asks_for_its_sample(panel: ResultsPanel) -> None:
    points = {"kind": "scatter", "name": "s", "title": "", "x": floats([0, 1, 2]), "y": floats([0, 2, 1]),
              "x_title": "", "y_title": "", "line": "identity", "samples": [5, 6, 7], "total": 3}  # fmt: skip
    show(panel, points)
    (view,) = panel.views
    assert isinstance(view, ScatterView)
    asked: list[list[int]] = []
    view.asked.connect(asked.append)
    QApplication.processEvents()
    place = view.plot.mapFromScene(view.item.vb.mapViewToScene(QPointF(1, 2)))
    QTest.mouseClick(view.plot.viewport(), LEFT, pos=place)
    assert asked == [[6]] and view.chosen == 6
    assert len(view.ring.points()) == 1 and view.ring.points()[0].pos() == QPointF(1, 2)
    empty = view.plot.mapFromScene(view.item.vb.mapViewToScene(QPointF(2, 0)))
    QTest.mouseClick(view.plot.viewport(), LEFT, pos=empty)
    assert len(asked) == 1


def test_a_cell_of_the_matrix_asks_for_its_samples(panel: ResultsPanel) -> None:
    matrix = {"kind": "confusion", "name": "c", "title": "", "counts": [[3, 1], [0, 2]], "classes": ["no", "yes"],
              "cells": {"0,1": [5], "0,0": [1, 2, 3]}, "unit": "samples"}  # fmt: skip
    masks = np.zeros((1, 4, 4), np.uint8)
    plain = array(masks.tobytes(), [1, 4, 4], "uint8")
    picture = array(bytes(16), [1, 1, 4, 4], "uint8")
    shown = {"kind": "masks", "name": "m", "title": "Masks", "images": picture, "truth": plain, "predicted": plain,
             "classes": ["a"]}  # fmt: skip
    show(panel, matrix, shown)
    view, masked = panel.views
    assert isinstance(view, MatrixView) and isinstance(masked, ShowView)
    assert masked.inner.sheet.parts == ("picture", "truth", "predicted", "wrong")  # type: ignore[union-attr]
    asked: list[list[int]] = []
    view.asked.connect(asked.append)
    left, top, wide, high = view.matrix._frame()
    QTest.mouseClick(view.matrix, LEFT, pos=QPointF(left + 1.5 * wide, top + 0.5 * high).toPoint())
    assert asked == [[5]] and view.matrix.last == (0, 1)
    QTest.mouseClick(view.matrix, LEFT, pos=QPointF(left + 0.5 * wide, top + 1.5 * high).toPoint())
    assert len(asked) == 1, "an empty cell has no samples"


def test_outputs_are_chosen_and_notes_are_told(panel: ResultsPanel) -> None:
    show(panel, TABLE, note="A word of caution.")
    assert panel.note.text() == "A word of caution." and panel.note.isVisible()
    panel.resize(1000, 240)
    assert not panel.note.isVisible() and panel.about.toolTip() == "A word of caution."
    first = {"name": "one", "title": "First", "scores": {"mae": 1.5}, "note": "", "pages": []}
    panel._wanted = "test"
    second = {**first, "name": "two", "title": "Second", "scores": {"mae": 2.5}}
    panel._message(
        {"event": "results", "split": "test", "total": 900, "looked_at": 20, "parts": [first, second]}
    )
    assert panel.part.isVisible() and "20 of 900" in panel.note.text()
    panel.part.setCurrentIndex(1)
    assert panel.cards.shown == {"MAE": "2.5"}
    panel._wanted = "test"
    panel._message({"event": "results", "split": "test", "problem": "The memory is not enough."})
    assert panel.note.text() == "The memory is not enough."


def test_the_last_samples_asked_for_are_shown_and_esc_closes_them(
    panel: ResultsPanel, session: TrainingSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[dict[str, Any]] = []
    monkeypatch.setattr(session, "send", lambda command: bool(sent.append(command) or True))
    show(panel, TABLE)
    (view,) = panel.views
    for samples in ([4], [4], [7], [8]):
        view.ask(samples)
    assert [command["samples"] for command in sent[-1:]] == [[4]] and sent[-1]["do"] == "cases"
    shown = {"event": "cases", "split": "test", "part": "all", "rows": [1], "views": [{**TABLE, "title": ""}]}
    panel._message({**shown, "samples": [4]})
    assert sent[-1]["samples"] == [8] and panel.pane.isHidden(), "those in between are passed over"
    panel._message({**shown, "samples": [8]})
    assert panel.pane.isVisible() and len(panel.pane.views) == 1
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert panel.pane.isHidden() and view.isVisible()
    view.ask([8])
    panel._message({"event": "cases", "split": "test", "problem": "The memory is not enough."})
    assert panel.pane.sentence.text() == "The memory is not enough."
