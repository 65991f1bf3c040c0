"""How each kind of sample is shown: masks, boxes, pairs, curves, tokens; pages, splits, classes, statistics, checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from graph.edits import SetProject
from gui.data.labels import label_of
from gui.data.page import DataPanel
from gui.data.pictures import class_color, masks, paint_boxes, pictures
from gui.data.rows import TOKENS
from gui.data.samples import TEST, VALIDATION
from gui.training.banner import Banner
from gui.workspace import Workspace
from presets import find
from runtime.data.schema import IGNORED, Schema
from tests.gui.window_hand import click, show, until, workspace_of

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def page(source: str, **options: Any) -> tuple[Workspace, DataPanel]:
    workspace = workspace_of(find("digits-cnn").build())
    workspace.perform("data", [SetProject("data", {"source": source, "options": options})])
    panel = DataPanel(workspace)
    show(panel, 1000, 420)
    until(lambda: panel.loaded is not None, "the samples")
    return workspace, panel


def schema(task: str, **values: Any) -> Schema:
    return Schema(input_shape=(3, 4, 4), task=task, kind="image", **values)  # type: ignore[arg-type]


# -- pictures ------------------------------------------------------------------------------------------


def test_pictures_run_from_the_lowest_to_the_highest_value() -> None:
    values = np.zeros((2, 3, 1, 2), np.float32)
    values[0, 0, 0, 0], values[1] = 1.0, -1.0
    first, second = pictures(values)
    assert first.pixelColor(0, 0) == QColor(255, 127, 127) and first.pixelColor(1, 0) == QColor(127, 127, 127)
    assert second.pixelColor(0, 0) == QColor(0, 0, 0)
    assert pictures(values[:0]) == []


def test_masks_leave_the_ground_clear_and_draw_a_rim() -> None:
    mask = np.zeros((1, 7, 7), np.int64)
    mask[0, 1:6, 1:6] = 2
    mask[0, 0, 6] = IGNORED
    image = masks(mask)[0]
    assert image.pixelColor(0, 0).alpha() == 0, "ground"
    assert image.pixelColor(1, 3) == class_color(1), "the rim is opaque"
    inside = image.pixelColor(3, 3)
    assert 0 < inside.alpha() < 255 and abs(inside.hue() - class_color(1).hue()) < 6
    assert image.pixelColor(6, 0).alpha() > 0 and image.pixelColor(6, 0).saturation() < 10, (
        "does not count: grey"
    )


def test_boxes_stand_where_they_belong() -> None:
    image = QImage(100, 100, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    boxes = np.array([[0, 0.5, 0.6, 0.4, 0.2], [-1, 0.1, 0.1, 0.1, 0.1]], np.float32)
    paint_boxes(painter, QRectF(0, 0, 100, 100), boxes, ("car",), named=False)
    painter.end()
    assert image.pixelColor(50, 50) != QColor("white"), "the upper edge: 0.6 - 0.1"
    assert image.pixelColor(30, 60) != QColor("white"), "the left edge: 0.5 - 0.2"
    assert image.pixelColor(50, 60) == QColor("white") and image.pixelColor(10, 10) == QColor("white")


def test_labels_say_what_a_target_is() -> None:
    mask = np.zeros((10, 10), np.int64)
    mask[0, :5] = 1
    assert label_of(schema("segmentation", classes=("ground", "cell")), mask) == "cell 5%"
    rows = np.array([[1, 0, 0, 0, 0], [1, 0, 0, 0, 0], [0, 0, 0, 0, 0], [-1, 0, 0, 0, 0]])
    assert label_of(schema("detection", classes=("car", "bus")), rows) == "car, 2 × bus"
    assert label_of(schema("detection", classes=("car", "bus")), rows[3:]) == "nothing"
    answers = np.array([1.0, 0.0, 1.0])
    assert label_of(schema("multi-label", classes=("red", "big", "round")), answers) == "red, round"
    assert label_of(schema("multi-label", classes=("red",)), np.zeros(1)) == "none of them"
    assert label_of(schema("regression", target_names=("x", "y")), np.array([1.5, 2.0])) == "x 1.5, y 2"
    kinds = schema("sequence-labels", classes=("noun", "verb"))
    assert label_of(kinds, np.array([0, 1, 0, -100])) == "noun verb noun", "what fills up has no class"
    assert label_of(schema("unlabelled"), np.zeros(0)) == ""


def test_masks_can_be_hidden_and_their_classes_are_measured(qapp: QApplication) -> None:
    _, panel = page("shape-masks", n=30, image_size=32)
    view = panel.view
    assert view.overlay.isVisible() and view.overlay.text() == "Masks" and "circle" in view.legend.text()
    place = view.grid.rect_of(0).center()
    over = view.grid.grab().toImage()
    click(view.overlay, QPoint(8, view.overlay.height() // 2))
    assert not view.grid.overlay and view.grid.grab().toImage() != over
    assert view.grid.at(place) == 0 and "Sample 1, for" in view.grid.about(0)
    assert panel.loaded is not None and panel.loaded.counted == "pixels"
    assert next(iter(panel.bars.counts)) == "background" and "Pixels of each class" in panel.balance.text()


def test_boxes_are_counted(qapp: QApplication) -> None:
    _, panel = page("shape-boxes", n=40, image_size=32)
    assert panel.loaded is not None and panel.loaded.counted == "boxes"
    page_, total = panel.view.page, sum(sum(parts) for parts in panel.bars.counts.values())
    assert page_ is not None and total == int((page_.targets[..., 0] >= 0).sum())
    assert panel.view.overlay.text() == "Boxes"


def test_pairs_of_pictures_stand_side_by_side(qapp: QApplication) -> None:
    _, panel = page("paired-pictures", n=12, image_size=32)
    grid = panel.view.grid
    assert grid.in_pairs and grid.cell[0] > 2 * grid.cell[1] and len(grid._others) == 12
    height = grid.cell[1]
    panel.view.size_.setValue(200)
    assert grid.cell[1] == 200 > height


# -- series and texts ----------------------------------------------------------------------------------


def test_a_series_is_drawn_large_with_what_comes_next(qapp: QApplication) -> None:
    from gui.data.curves import SeriesPlot

    _, panel = page("time-series")
    plot = panel.view.beside.widget(1)
    assert isinstance(plot, SeriesPlot) and plot.place == 0
    items = plot.getPlotItem()
    assert len(items.listDataItems()) == 5 + 1, "five features and the dot behind the end"
    assert not items.getAxis("left").style["showValues"], "each on its own scale: pressures dwarf the rest"
    grid = panel.view.grid
    QTest.mouseClick(grid, LEFT, PLAIN, grid.rect_of(1).center())
    assert plot.place == 1
    QTest.keyClick(grid, Qt.Key.Key_Left)
    assert plot.place == 0


def test_translations_are_two_columns_of_tokens(qapp: QApplication) -> None:
    _, panel = page("number-words")
    model = panel.view.table.model()
    assert [model.headerData(place, Qt.Orientation.Horizontal) for place in (0, 1)] == ["text", "translation"]
    words, answer = (model.data(model.index(0, column), TOKENS) for column in (0, 1))
    assert words[-1] == "<end>" and answer[0] == "<start>" and answer[-1] == "<end>"
    assert "" not in words, "what fills up is not shown"
    assert panel.tabs.tabText(panel.tabs.indexOf(panel.numbers)) == "Vocabulary"
    rows = panel.statistics.rows
    counts = [int(row[2].replace(",", "")) for row in rows]
    assert counts == sorted(counts, reverse=True) and len(rows) > 5


def test_pairs_of_sentences_are_parted(qapp: QApplication) -> None:
    _, panel = page("sentence-pairs")
    model = panel.view.table.model()
    first, second = (model.data(model.index(0, column), TOKENS) for column in (0, 1))
    assert first[-1] == "<separator>" and second[-1] == "<separator>" and first.count("<separator>") == 1
    assert model.columnCount() == 3


# -- pages, splits, classes ----------------------------------------------------------------------------


def test_pages_go_through_all_samples_once(qapp: QApplication) -> None:
    _, panel = page("digits")
    view = panel.view
    seen: list[int] = []
    assert not view.back.isEnabled()
    while True:
        assert view.page is not None
        seen += view.page.rows
        if not view.forth.isEnabled():
            break
        click(view.forth)
    assert sorted(seen) == list(range(1797)) and view.where.text() == "1,601–1,797 of 1,797"
    click(view.back)
    assert view.where.text() == "1,401–1,600 of 1,797"


def test_one_split_and_one_class_at_a_time(qapp: QApplication) -> None:
    _, panel = page("digits")
    view = panel.view
    view.part.setCurrentIndex(view.part.findData(TEST))
    view.part.activated.emit(view.part.currentIndex())
    assert view.where.text() == "1–200 of 270" and view.page is not None and set(view.page.parts) == {TEST}
    view.of_class.setCurrentIndex(view.of_class.findData(7))
    view.of_class.activated.emit(view.of_class.currentIndex())
    assert set(view.grid.labels) == {"7"} and len(view.grid.labels) == panel.bars.counts["7"][2]
    view.part.setCurrentIndex(view.part.findData(VALIDATION))
    view.part.activated.emit(view.part.currentIndex())
    assert len(view.grid.labels) == panel.bars.counts["7"][1]


def test_the_splits_page_says_how_samples_are_divided(qapp: QApplication) -> None:
    workspace, panel = page("digits")
    panel.tabs.setCurrentWidget(panel.splits)
    assert panel.splits.rule.text().startswith("Stratified")
    names = [field.param.name for field, _ in panel.splits.section.rows]
    assert names[:3] == ["validation_fraction", "test_fraction", "seed"] and "folds" in names
    workspace.perform("series", [SetProject("data", {"source": "time-series", "options": {}})])
    until(lambda: panel.loaded is not None, "the series")
    assert panel.splits.rule.text().startswith("The order counts here")
    workspace.perform("text", [SetProject("data", {"source": "char-ship", "options": {}})])
    until(lambda: panel.loaded is not None, "the text")
    assert "too few" in panel.splits.rule.text() and not panel.splits.bar.isVisible()


def test_statistics_agree_with_numpy(qapp: QApplication) -> None:
    from sklearn.datasets import load_iris

    _, panel = page("iris")
    values = load_iris().data
    found = panel.loaded.statistics if panel.loaded is not None else []
    assert [one.name.split()[0] for one in found] == ["sepal", "sepal", "petal", "petal"]
    for one, column in zip(found, values.T, strict=True):
        assert (one.low, one.high) == pytest.approx((column.min(), column.max()))
        assert (one.mean, one.deviation) == pytest.approx((column.mean(), column.std()), rel=1e-5)
        assert sum(one.bins) == 150


# -- warnings ------------------------------------------------------------------------------------------


def test_warnings_come_with_what_helps(qapp: QApplication, tmp_path: Path) -> None:
    file = tmp_path / "leaky.csv"
    lines = ["size,code,colour,answer"]
    lines += [f"{row * 37 % 101},{'abc'[row % 3]},red,{('x', 'y', 'z')[row % 3]}" for row in range(150)]
    file.write_text("\n".join(lines))
    workspace, panel = page("own-table", path=str(file))
    assert panel.caution.isVisible()
    click(panel.caution)
    assert panel.tabs.currentWidget() is panel.checks
    cards = panel.checks.findChildren(Banner)
    told = next(card for card in cards if "“code” tells the target" in card.sentence.text())
    assert "leave it out" in told.hint.text()
    assert told.press(0).text() == "Leave out code"
    click(told.press(0))
    assert workspace.project.data.options["leave_out"] == ("code",)
    assert workspace.undo.undoText() == "Leave out code"
    until(lambda: panel.loaded is not None, "the table without codes")
    assert not any("“code”" in sentence for sentence in panel.checks.warnings)
