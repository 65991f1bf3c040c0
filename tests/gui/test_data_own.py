"""A person's own files: dropped on the window, recognised, looked at, used; columns; paths."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMessageBox, QPushButton

from graph.catalogue.spec import Param
from graph.edits import SetProject
from graph.model import DataChoice
from gui.data.own import readings, recipe_edits
from gui.data.page import DataPanel
from gui.inspector.path_editor import PathEditor
from gui.window import MainWindow
from gui.workspace import Workspace
from presets import find
from runtime.data import own
from runtime.data.own import scans
from runtime.data.own.parted import IN_PARTS
from tests.gui.window_hand import click, show, until, workspace_of

ACTIONS = Qt.DropAction.CopyAction
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def pets(folder: Path, each: int = 12) -> Path:
    """Pictures in a folder for each of three classes, one of them broken."""
    for number, name in enumerate(("birds", "cats", "dogs")):
        place = folder / "pets" / name
        place.mkdir(parents=True)
        for count in range(each):
            color = (80 * number, 5 * count, 200 - 60 * number)
            Image.new("RGB", (20 + count, 20), color).save(place / f"{count}.png")
    (folder / "pets" / "cats" / "torn.jpg").write_bytes(b"not a picture")
    return folder / "pets"


def people(folder: Path) -> Path:
    """A table with numbers, holes, categories, and an income to predict."""
    draw = random.Random(0)
    file = folder / "people.csv"
    with file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(["age", "town", "hours", "income"])
        for row in range(120):
            age = "?" if row % 10 == 0 else draw.randint(18, 80)
            town = draw.choice(["Bonn", "Kiel", "Ulm"])
            writer.writerow([age, town, draw.random() * 60, draw.choice(["high", "low"])])
    return file


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    made = MainWindow(workspace_of(find("digits-cnn").build()))
    show(made, 1200, 800)
    yield made
    made.workspace.undo.setClean()
    made.close()


def dragged(path: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    return data


def drag(window: MainWindow, data: QMimeData) -> bool:
    event = QDragEnterEvent(QPoint(300, 300), ACTIONS, data, LEFT, PLAIN)
    QApplication.sendEvent(window, event)
    return event.isAccepted()


def drop(window: MainWindow, data: QMimeData) -> None:
    drag(window, data)  # Qt hands a drop only to whoever took the drag
    QApplication.sendEvent(window, QDropEvent(QPointF(300, 300), ACTIONS, data, LEFT, PLAIN))


def previewed(window: MainWindow) -> None:
    until(lambda: window.own_data.dialog is not None and window.own_data.dialog.loaded, "the preview")


def test_a_dropped_folder_is_looked_at_and_used_in_one_step(window: MainWindow, tmp_path: Path) -> None:
    folder = pets(tmp_path)
    data = dragged(folder)
    hint = window.file_drops.hint
    assert drag(window, data) and hint.isVisible() and "pets" in hint.text
    QApplication.sendEvent(window, QDragLeaveEvent())
    assert not hint.isVisible()
    drag(window, data)
    drop(window, data)
    assert not hint.isVisible()
    previewed(window)
    dialog = window.own_data.dialog
    assert dialog is not None and dialog.loaded is not None
    assert "birds, cats, dogs" in dialog.sentence.text() and "36 samples" in dialog.facts.text()
    assert len(dialog.view.grid.labels) == 36 and set(dialog.view.grid.labels) == {"birds", "cats", "dogs"}
    assert dialog.use.text() == "Use pets/"
    steps = window.workspace.undo.count()
    click(dialog.use)
    choice = window.workspace.project.data
    assert (choice.source, choice.options) == ("own-images", {"path": str(folder)})
    assert window.workspace.undo.count() == steps + 1 and window.workspace.undo.undoText() == "Use pets/"
    panel = window.training.data
    until(lambda: panel.loaded is not None, "the data page")
    assert window.training.panel.isVisible(), "what is to be done next is in sight"
    assert panel.isVisible() and {name: sum(parts) for name, parts in panel.bars.counts.items()} == {
        "birds": 12, "cats": 12, "dogs": 12,
    }  # fmt: skip
    # what could not be read is listed in a fold-out
    panel.tabs.setCurrentWidget(panel.checks)
    assert not panel.checks.skipped.list.isVisible()
    click(panel.checks.skipped.button)
    assert panel.checks.skipped.list.isVisible() and "torn.jpg" in panel.checks.skipped.list.text()
    # the network takes 1 × 8 × 8: either side can give way
    until(panel.banner.isVisible, "they do not fit")
    assert [panel.banner.press(number).text() for number in (0, 1)] == [
        "Fit network to the data", "Resize the pictures",
    ]  # fmt: skip
    click(panel.banner.press(1))
    assert window.workspace.project.data.options == {"path": str(folder), "image_size": 8, "colour": "grey"}
    until(lambda: "expects samples" not in panel.banner.sentence.text(), "they are resized")
    window.workspace.undo.undo()
    window.workspace.undo.undo()
    assert window.workspace.project.data.source == "digits"


def test_files_dropped_together_are_one_table_with_its_own_test_set(
    window: MainWindow, tmp_path: Path
) -> None:
    lines = people(tmp_path).read_text().splitlines()
    head, rows = lines[0], lines[1:]
    for name, part in (("train", rows[:70]), ("test", rows[70:])):
        (tmp_path / f"{name}.csv").write_text("\n".join((head, *part)))
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(tmp_path / name)) for name in ("test.csv", "train.csv")])
    assert drag(window, data) and window.file_drops.hint.text == "Use test.csv, train.csv as data"
    drop(window, data)
    previewed(window)
    dialog = window.own_data.dialog
    assert dialog is not None and dialog.sentence.text().endswith("test.csv has its test rows.")
    assert "60 to train, 10 to validate, 50 to test. The test set came with the data." in dialog.facts.text()
    assert dialog.columns.said.text().startswith("70 rows, 50 more to test.")
    for reading in dialog.readings:
        assert reading.options["path"] == str(tmp_path / "train.csv"), reading
        assert ("test_file" in reading.options) == (reading.source in IN_PARTS)
    click(dialog.use)
    panel = window.training.data
    until(lambda: panel.loaded is not None, "the data page")
    panel.tabs.setCurrentWidget(panel.splits)
    assert panel.splits.rule.text().endswith(
        "The test set came with the data and stays as it is: 50 samples that are never trained on."
    )


def test_esc_leaves_everything_as_it_is(window: MainWindow, tmp_path: Path) -> None:
    drop(window, dragged(people(tmp_path)))
    previewed(window)
    dialog = window.own_data.dialog
    assert dialog is not None
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    until(lambda: window.own_data.dialog is None, "the dialog is gone")
    assert window.workspace.project.data.source == "digits" and window.workspace.undo.count() == 0


def test_what_cannot_be_read_is_said(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "empty.csv").touch()
    drop(window, dragged(tmp_path / "empty.csv"))
    until(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), "the sentence")
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox) and box.text() == "empty.csv is empty."
    assert "tables" in box.informativeText()
    box.accept()


def test_a_dropped_python_file_is_imported(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "net.py").write_text("class Net:\n    pass\n")
    data = dragged(tmp_path / "net.py")
    assert drag(window, data) and "Import" in window.file_drops.hint.text
    seen: list[Path] = []
    window.file_drops.import_code = seen.append
    drop(window, data)
    assert seen == [tmp_path / "net.py"]


def test_a_file_may_be_read_in_several_ways(tmp_path: Path) -> None:
    file = people(tmp_path)
    found = own.recognise(file)
    ways = readings(file, found)
    assert ways[0].source == "own-table" and all(way.options["path"] == str(file) for way in ways)
    assert "own-images" not in [way.source for way in ways], "that takes folders"


# -- columns -------------------------------------------------------------------------------------------


def table_page(tmp_path: Path) -> tuple[Workspace, DataPanel]:
    file = people(tmp_path)
    workspace = workspace_of(find("digits-cnn").build())
    workspace.perform("data", [SetProject("data", {"source": "own-table", "options": {"path": str(file)}})])
    panel = DataPanel(workspace)
    show(panel, 1000, 420)
    until(lambda: panel.loaded is not None, "the table")
    return workspace, panel


def test_a_recipe_that_cannot_use_the_file_gives_way_to_one_that_can(tmp_path: Path) -> None:
    file = tmp_path / "pairs.tsv"
    file.write_text("".join(f"{word} and {word}\tet {word}\n" for word in ("a", "b", "c", "d", "e", "f")))
    project = find("digits-cnn").build()
    pairs = DataChoice("own-pairs", {"path": str(file), "header": "no"})
    (edit,) = recipe_edits(project, pairs)
    assert isinstance(edit, SetProject) and edit.values["recipe"] == "sequence_to_sequence"
    table = DataChoice("own-table", {"path": str(people(tmp_path))})
    assert recipe_edits(project, table) == [], "supervised learning can use it as it is"
    project.training.recipe = "sequence_to_sequence"
    (edit,) = recipe_edits(project, table)
    assert isinstance(edit, SetProject) and edit.values["recipe"] == "supervised"


def test_headers_choose_the_target_and_leave_columns_out(qapp: QApplication, tmp_path: Path) -> None:
    workspace, panel = table_page(tmp_path)
    columns = panel.columns
    assert panel.tabs.currentWidget() is columns
    model, head = columns.table.model(), columns.table.horizontalHeader()
    across = Qt.Orientation.Horizontal
    assert model.headerData(0, across) == "age\nnumbers, 12 missing"
    assert model.headerData(1, across) == "town\n3 categories"
    assert (
        columns.rows.roles() == ["", "", "", "target"]
        and "“income” is predicted from 3" in columns.said.text()
    )
    assert model.data(model.index(0, 0)) == "?"
    # a click on the header of the hours predicts them: numbers, with a loss for numbers
    place = QPoint(head.sectionPosition(2) + 20, head.height() // 2)
    QTest.mouseClick(head.viewport(), LEFT, PLAIN, place)
    assert (
        workspace.project.data.options["target"] == "hours" and workspace.undo.undoText() == "Predict hours"
    )
    assert workspace.project.training.loss == "mse"
    assert columns.rows.roles() == ["", "", "target", ""]
    # the menu of the header leaves a column out and takes it back
    menu = columns.menu(1)
    next(action for action in menu.actions() if action.text() == "Leave it out").trigger()
    assert workspace.project.data.options["leave_out"] == ("town",) and columns.rows.role_of(1) == "leave_out"
    until(lambda: panel.loaded is not None, "the table without towns")
    assert panel.loaded is not None and panel.loaded.schema.features == ("age", "income")
    columns.leave_out(1)
    assert "leave_out" not in workspace.project.data.options
    columns.take_for(0, "as_category")
    assert workspace.project.data.options["as_category"] == ("age",)
    until(lambda: "categories" in str(model.headerData(0, across)), "ages are categories")
    workspace.undo.undo()
    assert "as_category" not in workspace.project.data.options


def test_missing_values_are_counted(qapp: QApplication, tmp_path: Path) -> None:
    _, panel = table_page(tmp_path)
    rows = {row[0]: row for row in panel.statistics.rows}
    assert rows["age"][-1] == "12" and rows["hours"][-1] == ""
    (town,) = (row for name, row in rows.items() if name.startswith("town: 3 categories, mostly "))
    assert town[2:6] == ["–"] * 4, "numbers of categories have no mean"
    assert panel.tabs.isTabVisible(panel.tabs.indexOf(panel.numbers))


def test_a_table_that_was_moved_can_be_found_again(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace, panel = table_page(tmp_path)
    (tmp_path / "new").mkdir()
    moved = (tmp_path / "people.csv").rename(tmp_path / "new" / "people.csv")
    workspace.perform("seed", [SetProject("training", {"seed": 3})])
    until(lambda: "nothing at" in panel.notice.text.text(), "the sentence")
    row = next(row for field, row in panel.options.rows if field.param.name == "path")
    editor = row.editor
    assert isinstance(editor, PathEditor)
    assert editor.find.isVisible() and editor.missing.text() == "Nothing is there any more."
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(moved), ""))
    click(editor.find)
    assert workspace.project.data.options["path"] == str(moved)
    until(lambda: panel.loaded is not None, "the table is there again")
    assert not editor.find.isVisible()


# -- the editor of paths -------------------------------------------------------------------------------


def test_paths_are_typed_dropped_and_chosen(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = people(tmp_path)
    editor = PathEditor(Param("path", "path", None, optional=True, takes="file", suffixes=(".csv",)))
    show(editor, 300, 90)
    taken: list[str] = []
    editor.edited.connect(taken.append)
    editor.show_value(None)
    editor.box.setFocus()
    QTest.keyClicks(editor.box, str(file))
    assert taken == [], "half a path is no path"
    QTest.keyClick(editor.box, Qt.Key.Key_Return)
    assert taken == [str(file)]
    editor.show_value(str(file))
    assert not editor.missing.isVisible()
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n")
    data = dragged(other)
    QApplication.sendEvent(editor.box, QDragEnterEvent(QPoint(5, 5), ACTIONS, data, LEFT, PLAIN))
    QApplication.sendEvent(editor.box, QDropEvent(QPointF(5, 5), ACTIONS, data, LEFT, PLAIN))
    assert taken[-1] == str(other)
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    editor.show_value(str(other))
    click(editor.browse)
    assert taken[-1] == str(file)


def test_either_a_file_or_a_folder_is_asked_for(qapp: QApplication) -> None:
    editor = PathEditor(Param("path", "path", None, optional=True, takes="either"))
    show(editor, 300, 90)
    click(editor.browse)
    menu = QApplication.activePopupWidget()
    assert menu is not None and [action.text() for action in menu.actions()] == ["File…", "Folder…"]
    menu.close()


def test_buttons_of_the_data_page_ask_for_files(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = pets(tmp_path, each=4)
    window.docks.show("data")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(folder))
    button: QPushButton = window.training.data.folder
    click(button)
    previewed(window)
    assert window.own_data.dialog is not None
    window.own_data.dialog.reject()


def test_picking_a_kind_of_own_data_asks_for_it_first(
    window: MainWindow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = people(tmp_path)
    window.docks.show("data")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(file), ""))
    picker = window.training.data.source
    picker.activated.emit(picker.findData("own-sentences"))
    until(lambda: window.own_data.dialog is not None, "the preview")
    dialog = window.own_data.dialog
    assert dialog is not None and dialog.choice.source == "own-sentences"
    assert picker.currentData() == window.workspace.project.data.source == "digits"
    until(lambda: not dialog.loader.busy, "it is read")
    dialog.list.setCurrentRow(1)
    assert dialog.choice.source == "own-table"
    previewed(window)
    dialog.reject()


def test_the_window_does_not_wait_for_files_it_has_not_seen(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = people(tmp_path)
    monkeypatch.setattr(scans, "_hurried", set())
    monkeypatch.setattr(scans, "PATIENCE", -1.0)
    own.answer_at_once()
    workspace = workspace_of(find("digits-cnn").build())
    panel = DataPanel(workspace)
    show(panel, 900, 300)
    workspace.perform("data", [SetProject("data", {"source": "own-table", "options": {"path": str(file)}})])
    assert workspace.facts is None and "Looking through" in panel.notice.text.text()
    until(lambda: workspace.facts is not None, "the files are known")
    assert workspace.facts is not None and workspace.facts.input_shape == (3,)
    until(lambda: panel.loaded is not None, "the samples")
    file.write_text("only one column\n")
    later = tmp_path / "gone.csv"
    workspace.perform("data", [SetProject("data", {"source": "own-table", "options": {"path": str(later)}})])
    until(lambda: "nothing at" in panel.notice.text.text(), "why it cannot be used")


def test_a_window_is_typed_in_the_preview(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "wind.csv"
    file.write_text("t,wind\n" + "".join(f"{row},{row % 7}\n" for row in range(300)))
    drop(window, dragged(file))
    previewed(window)
    dialog = window.own_data.dialog
    assert dialog is not None and "276 samples of 24 × 1" in dialog.facts.text()
    box = dialog.options.rows["window"].editor
    assert box is not None
    line = box.findChild(QLineEdit)
    line.setFocus()
    line.selectAll()
    QTest.keyClicks(line, "400")
    until(lambda: "too few for windows of 400" in dialog.facts.text(), "the sentence about it")
    assert not dialog.use.isEnabled() and dialog.columns.isVisible()
    line.selectAll()
    QTest.keyClicks(line, "10")
    QTest.keyClick(line, Qt.Key.Key_Return)  # ends the number, and does not close the dialog
    until(lambda: "290 samples of 10 × 1" in dialog.facts.text(), "shorter windows")
    assert line.text() == "10" and window.own_data.dialog is dialog
    click(dialog.use)
    assert window.workspace.project.data.options == {"path": str(file), "time": "t", "window": 10}
    assert window.workspace.undo.count() == 1


def test_the_columns_of_texts_are_chosen_at_their_headers(window: MainWindow, tmp_path: Path) -> None:
    file = tmp_path / "kor.tsv"
    file.write_text("".join(f"Go {word}.\t가라 {word}.\tCC-BY 2.0\n" for word in "abcdef"), encoding="utf-8")
    drop(window, dragged(file))
    previewed(window)
    dialog = window.own_data.dialog
    assert dialog is not None and dialog.columns.rows.roles() == ["first", "second", "unused"]
    dialog.columns.use_as(1, "first")  # what was first becomes second
    assert dialog.loaded is None
    previewed(window)
    assert dialog.columns.rows.roles() == ["second", "first", "unused"]
    words = dialog.loaded.schema.target_vocabulary if dialog.loaded else ()
    assert "go" in words and "가라" not in words
    dialog.reject()
    until(lambda: window.own_data.dialog is None, "the dialog is gone")
    said = tmp_path / "said.csv"
    said.write_text(
        "text,label,part\n"
        + "".join(f"this is the line {row},{'ab'[row % 2]},{'xyz'[row % 3]}\n" for row in range(30))
    )
    workspace = window.workspace
    workspace.perform(
        "said", [SetProject("data", {"source": "own-sentences", "options": {"path": str(said)}})]
    )
    window.docks.show("data")
    panel = window.training.data
    until(
        lambda: panel.loaded is not None and panel.columns.rows.roles() == ["text", "unused", "target"], "it"
    )
    panel.columns.predict(1)
    assert (
        workspace.project.data.options["target"] == "label" and workspace.undo.undoText() == "Predict label"
    )
    assert panel.columns.rows.roles() == ["text", "target", "unused"]
