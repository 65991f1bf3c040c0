"""The main window: files, menus, start page, layout, theme; real events and real files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QPoint, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDropEvent, QKeySequence
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QLineEdit,
    QMessageBox,
    QPushButton,
    QToolButton,
)

from graph.build import GraphBuilder, project
from graph.edits import SetParams
from graph.files import load, save
from graph.model import Project
from gui import recent
from gui.actions import TABLE, keys, specs
from gui.app import AfterFirstPaint, Complaints
from gui.recovery import lost_work
from gui.shortcuts import ShortcutsDialog
from gui.theme import theme
from gui.window import MainWindow
from presets import all_presets
from tests.conftest import ROOT
from tests.gui.window_hand import (
    Answers,
    block_project,
    click,
    named,
    settle,
    show,
    small_project,
    until,
    workspace_of,
    write,
)

Button = QMessageBox.StandardButton


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    made = make(small_project())
    yield made
    let_go(made)


def let_go(window: MainWindow) -> None:
    """Close a window without being asked, and delete it with all it holds."""
    window.workspace.undo.setClean()
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def make(project: Project) -> MainWindow:
    workspace = workspace_of(project)
    made = MainWindow(workspace)
    show(made, 1280, 800)
    made.files.show(project)
    settle()
    return made


def change(window: MainWindow) -> None:
    """One edit."""
    workspace = window.workspace
    fc = named(workspace, "fc1")
    workspace.perform("Set out_features", [SetParams(workspace.graph_id, fc.id, {"out_features": 12})])


# -- files -----------------------------------------------------------------------------------------------


def test_the_first_project_is_the_digits_cnn_with_its_data(qapp: QApplication) -> None:
    window = MainWindow()
    assert window.workspace.project.data.source == "digits"
    assert any(node.type == "Conv2d" for node in window.workspace.graph.nodes.values())
    let_go(window)


def test_save_open_and_the_title(window: MainWindow, tmp_path: Path) -> None:
    assert window.windowTitle() == "Small one[*] – TorchLoom" and not window.isWindowModified()
    change(window)
    assert window.isWindowModified()
    path = tmp_path / "mine.loom"
    assert window.files._save(path)
    assert window.windowTitle() == "mine.loom[*] – TorchLoom" and not window.isWindowModified()
    assert named_in(load(path), "fc1").params["out_features"] == 12
    window.workspace.undo.undo()
    assert window.isWindowModified()
    window.workspace.undo.redo()
    assert not window.isWindowModified()
    assert recent.recent_files() == [path]


def named_in(project: Project, name: str):  # type: ignore[no-untyped-def]
    return next(node for node in project.main.nodes.values() if node.name == name)


def test_unsaved_changes_are_asked_about(window: MainWindow, tmp_path: Path) -> None:
    change(window)
    with Answers(Button.Cancel) as answers:
        assert not window.close()
    assert answers.texts == ["“Small one” has unsaved changes."] and window.isVisible()
    window.files.path = tmp_path / "kept.loom"
    with Answers(Button.Save):
        assert window.files.new()
    assert named_in(load(tmp_path / "kept.loom"), "fc1").params["out_features"] == 12
    assert window.workspace.project.title == "Untitled"
    window.files.show(small_project())
    change(window)
    with Answers(Button.Discard):
        assert window.close()


def test_a_damaged_file_is_explained_and_changes_nothing(window: MainWindow, tmp_path: Path) -> None:
    bad = tmp_path / "bad.loom"
    bad.write_text('{"format": 1, "networks": [', encoding="utf-8")
    before = window.workspace.project
    with Answers(Button.Ok) as answers:
        assert not window.files.open(bad)
    assert "“bad.loom” cannot be opened" in answers.texts[0]
    assert window.workspace.project is before and window.files.path is None


def test_a_file_can_be_dropped_on_the_window(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "dropped.loom"
    save(block_project(), path)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(400, 20),
        Qt.DropAction.CopyAction,
        data,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    window.dropEvent(event)
    assert window.workspace.project.title == "Blocks" and window.files.path == path


def test_recent_files_are_in_the_menu(window: MainWindow, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert window.files._save(tmp_path / f"{name}.loom")
    window.recent_menu.aboutToShow.emit()
    texts = [action.text() for action in window.recent_menu.actions()]
    assert texts[0].startswith("two.loom") and texts[1].startswith("one.loom")
    window.recent_menu.actions()[1].trigger()
    assert window.files.path == tmp_path / "one.loom"


def test_unsaved_work_survives_a_crash(window: MainWindow, tmp_path: Path) -> None:
    change(window)
    window.files.recovery.write()
    kept = window.files.recovery.file
    assert kept.exists() and lost_work() == []
    # the same file as a process leaves it that has died since
    gone = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, text=True
    )
    text = kept.read_text(encoding="utf-8").replace(f'"pid": {os.getpid()}', f'"pid": {int(gone.stdout)}')
    kept.write_text(text, encoding="utf-8")
    assert len(lost_work()) == 1
    window.files.show(small_project())
    kept.write_text(text, encoding="utf-8")
    with Answers("Ask again later"):
        assert not window.files.recover()
    with Answers("Open them") as answers:
        assert window.files.recover()
    assert "“Small one”" in answers.texts[0]
    assert named(window.workspace, "fc1").params["out_features"] == 12
    assert window.isWindowModified() and lost_work() == []


def test_saving_forgets_the_kept_copy(window: MainWindow, tmp_path: Path) -> None:
    change(window)
    window.files.recovery.write()
    assert window.files._save(tmp_path / "a.loom")
    assert not window.files.recovery.file.exists()


def test_save_as_asks_for_a_name(window: MainWindow, tmp_path: Path) -> None:
    asked = []

    def answer() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, QFileDialog):
            asked.append(dialog.windowTitle())
            write(dialog.findChild(QLineEdit), str(tmp_path / "named"))
            QTest.keyClick(dialog.findChild(QLineEdit), Qt.Key.Key_Return)

    QApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    timer = QTimer()
    timer.timeout.connect(answer)
    timer.start(50)
    QTest.keySequence(window, QKeySequence("Ctrl+S"))
    timer.stop()
    assert asked == ["Save the project"] and (tmp_path / "named.loom").is_file()


# -- actions -----------------------------------------------------------------------------------------------


def test_no_two_actions_share_a_key() -> None:
    taken = [key.toString() for spec in specs() for key in keys(spec.shortcut)]
    assert sorted(taken) == sorted(set(taken))


def test_every_action_does_something(window: MainWindow) -> None:
    greyed = {spec.id for spec in specs() if not window.actions_table[spec.id].isEnabled()}
    assert greyed <= {
        "undo", "redo", "cut", "copy", "duplicate", "delete", "rename", "edit_node", "enter_block", "leave_block",
        "group", "ungroup", "detach", "keep_block", "duplicate_shared", "stop_sharing", "train", "pause", "stop",
        "fit_selection", "bypass", "mute", "collapse", "pin", "freeze", "extract", "connect", "replace", "add_after",
        "carry_on", "carry_back",
    }  # fmt: skip
    assert None in TABLE


def test_undo_is_named_and_works_from_the_keyboard(window: MainWindow) -> None:
    change(window)
    assert window.actions_table["undo"].text() == "Undo set out_features"
    QTest.keySequence(window, QKeySequence("Ctrl+Z"))
    assert named(window.workspace, "fc1").params["out_features"] == 10
    assert not window.actions_table["undo"].isEnabled()
    QTest.keySequence(window, QKeySequence("Ctrl+Shift+Z"))
    assert named(window.workspace, "fc1").params["out_features"] == 12


def test_copy_paste_delete_and_select_all_by_keys(window: MainWindow) -> None:
    window.canvas.setFocus()
    window.workspace.select([named(window.workspace, "relu1").id])
    QTest.keySequence(window.canvas, QKeySequence("Ctrl+C"))
    QTest.keySequence(window.canvas, QKeySequence("Ctrl+V"))
    assert sum(node.type == "ReLU" for node in window.workspace.graph.nodes.values()) == 2
    QTest.keySequence(window.canvas, QKeySequence("Delete"))
    assert sum(node.type == "ReLU" for node in window.workspace.graph.nodes.values()) == 1
    QTest.keySequence(window.canvas, QKeySequence("Ctrl+A"))
    assert len(window.workspace.selected_nodes) == 6


def test_typing_in_the_palette_is_text_not_shortcuts(window: MainWindow) -> None:
    window.workspace.select([named(window.workspace, "relu1").id])
    window.canvas.setFocus()
    QTest.keySequence(window.canvas, QKeySequence("/"))
    assert window.palette_panel.search.hasFocus()
    QTest.keyClicks(window.palette_panel.search, "/ff")
    QTest.keyClick(window.palette_panel.search, Qt.Key.Key_Backspace)
    assert window.palette_panel.search.text() == "/f"
    assert len(window.workspace.graph.nodes) == 6


def test_f2_renames_the_selected_node(window: MainWindow) -> None:
    window.workspace.select([named(window.workspace, "relu1").id])
    window.canvas.setFocus()
    QTest.keySequence(window.canvas, QKeySequence("F2"))
    field = QApplication.focusWidget()
    assert field is not None
    write(field, "act")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert named(window.workspace, "act").type == "ReLU"


def test_a_parameter_is_changed_by_keys_alone(window: MainWindow) -> None:
    window.workspace.select([named(window.workspace, "fc1").id])
    window.canvas.setFocus()
    QTest.keySequence(window.canvas, QKeySequence("Alt+Return"))
    field = QApplication.focusWidget()
    assert field is not None
    QTest.keyClick(field, Qt.Key.Key_Up)
    assert named(window.workspace, "fc1").params["out_features"] == 11
    QTest.keySequence(field, QKeySequence("Ctrl+Return"))
    assert window.canvas.hasFocus()


def test_one_of_several_networks_is_chosen(qapp: QApplication) -> None:
    window = make(two_networks())
    tabs = window.breadcrumbs.tabs
    assert [tabs.tabText(row) for row in range(tabs.count())] == ["Generator", "Critic"]
    window.docks.show("code")
    until(lambda: window.code.source, "the code is there")
    assert "class Generator" in window.code.view.toPlainText()
    tabs.setFocus()
    QTest.keyClick(tabs, Qt.Key.Key_Right)
    assert window.workspace.graph.name == "Critic"
    until(lambda: "class Critic" in window.code.view.toPlainText(), "the other network's code")
    let_go(window)


def two_networks() -> Project:
    made = []
    for name in ("Generator", "Critic"):
        g = GraphBuilder(name)
        g.output(g.add("Linear", g.input("z", shape=(4,)), out_features=3))
        made.append(g)
    return project("Two", *made)


def test_blocks_are_entered_and_left_by_the_crumbs(qapp: QApplication) -> None:
    window = make(block_project())
    workspace = window.workspace
    workspace.select([named(workspace, "rest").id])
    window.actions_table["enter_block"].trigger()
    assert workspace.graph.name == "Unit" and window.actions_table["leave_block"].isEnabled()
    settle()
    buttons = [button for button in window.breadcrumbs.findChildren(QPushButton) if button.isVisible()]
    crumbs = {button.text(): button for button in buttons}
    assert crumbs.keys() == {"Net", "rest (Unit)", "Make independent"}
    click(crumbs["Net"])
    assert workspace.graph.name == "Net"
    workspace.enter(named(workspace, "rest").id)
    settle()
    arrow = [button for button in window.breadcrumbs.findChildren(QToolButton) if button.isVisible()]
    click(arrow[0])
    assert workspace.graph.name == "Net" and workspace.selected_nodes == [named(workspace, "rest").id]
    let_go(window)


def test_shortcuts_can_be_changed_and_are_remembered(window: MainWindow) -> None:
    dialog = ShortcutsDialog(window.actions_table, window)
    dialog.show()
    edit = dialog.edits["arrange"]
    edit.setFocus()
    QTest.keyClick(edit, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    edit.editingFinished.emit()
    assert dialog.sentence.text() == "Ctrl+S is taken by “Save”. Change that one first."
    edit.setKeySequence(QKeySequence("Ctrl+Alt+L"))
    edit.editingFinished.emit()
    assert window.actions_table["arrange"].shortcut() == QKeySequence("Ctrl+Alt+L")
    dialog.edits["pin"].setKeySequence(QKeySequence("L"))
    dialog.edits["pin"].editingFinished.emit()
    before = places(window)
    window.canvas.setFocus()
    window.workspace.select([named(window.workspace, "relu1").id])
    QTest.keyClick(window.canvas, Qt.Key.Key_L)
    assert named(window.workspace, "relu1").pinned and places(window) == before, (
        "the key does the new thing alone"
    )
    window.workspace.undo.undo()
    dialog._back(next(spec for spec in specs() if spec.id == "arrange"), edit)
    assert dialog.sentence.text() == "L is taken by “Pin”. Change that one first."
    dialog.edits["pin"].setKeySequence(QKeySequence("Y"))
    dialog.edits["pin"].editingFinished.emit()
    assert dialog.sentence.text() == "Y has a meaning on the canvas that stays as it is."
    dialog.close()
    again = MainWindow(workspace_of(small_project()))
    assert again.actions_table["arrange"].shortcut() == QKeySequence("Ctrl+Alt+L")
    dialog = ShortcutsDialog(again.actions_table, again)
    dialog.reset.click()
    for spec in specs():
        assert again.actions_table[spec.id].shortcuts() == keys(spec.shortcut)
    dialog.close()
    let_go(again)


def places(window: MainWindow) -> dict[str, tuple[float, float]]:
    return {node.name: (node.x, node.y) for node in window.workspace.graph.nodes.values()}


def test_f_fits_the_selection_and_home_all(window: MainWindow) -> None:
    window.canvas.setFocus()
    window.workspace.select([named(window.workspace, "relu1").id])
    QTest.keyClick(window.canvas, Qt.Key.Key_F)
    body = window.canvas.canvas.nodes[named(window.workspace, "relu1").id].body
    shown = window.canvas.mapToScene(window.canvas.viewport().rect()).boundingRect()
    assert (shown.center() - body.center()).manhattanLength() < 2
    QTest.keyClick(window.canvas, Qt.Key.Key_Home)
    shown = window.canvas.mapToScene(window.canvas.viewport().rect()).boundingRect()
    assert shown.contains(window.canvas.canvas.bounds())


# -- the start page ----------------------------------------------------------------------------------------


def test_the_start_page_has_every_preset_and_opens_one(window: MainWindow) -> None:
    window.show_start()
    cards = {card.preset.id: card for card in window.start.cards}
    assert cards.keys() == {preset.id for preset in all_presets()}
    assert not window.docks.all["inspector"].isVisible()
    until(lambda: cards["linear-regression"].size_label.text(), "the parameters are counted")
    assert cards["linear-regression"].size_label.text() == "4"
    window.start.column.ensureWidgetVisible(cards["digits-cnn"])
    click(cards["digits-cnn"], QPoint(20, 20))
    assert window.workspace.project.data.source == "digits"
    assert window.centre.currentWidget() is window.editor and window.docks.all["inspector"].isVisible()


def test_the_start_page_is_searched(window: MainWindow) -> None:
    window.show_start()
    QTest.keyClicks(window.start.search, "resnet 50")
    found = [card.preset.id for card in window.start.cards if card.isVisible()]
    assert found[0] == "resnet50" and "resnet18" not in found and "vgg16" not in found
    QTest.keyClick(window.start.search, Qt.Key.Key_Return)
    assert window.workspace.project.main.name == "ResNet50"


def test_escape_leaves_the_start_page(window: MainWindow) -> None:
    window.show_start()
    QTest.keyClick(window.start, Qt.Key.Key_Escape)
    assert window.centre.currentWidget() is window.editor


# -- layout, theme, status ---------------------------------------------------------------------------------


def test_the_layout_is_remembered_and_can_be_reset(qapp: QApplication) -> None:
    first = make(small_project())
    first.docks.all["palette"].hide()
    first.docks.show("summary")
    first.resize(1100, 700)
    first.show_start()
    let_go(first)
    second = make(small_project())
    assert not second.docks.all["palette"].isVisible()
    assert second.docks.visible("summary") and not second.docks.visible("problems")
    second.actions_table["reset_layout"].trigger()
    until(lambda: second.docks.visible("inspector"), "the first tab is in front")
    assert second.docks.all["palette"].isVisible()
    let_go(second)


def test_panels_can_be_hidden_from_the_menu(window: MainWindow) -> None:
    menu = window.actions_table["panels"].menu()
    menu.aboutToShow.emit()
    names = [action.text() for action in menu.actions()]
    assert {"Layers", "Inspector", "Code", "Summary"} <= set(names)
    menu.actions()[names.index("Layers")].trigger()
    assert not window.docks.all["palette"].isVisible()


def test_the_theme_is_chosen_in_the_menu(window: MainWindow) -> None:
    window.actions_table["theme_dark"].trigger()
    assert theme().dark and window.actions_table["theme_dark"].isChecked()
    window.actions_table["theme_light"].trigger()
    assert not theme().dark and not window.actions_table["theme_dark"].isChecked()


def test_the_status_bar_counts_and_speaks(window: MainWindow) -> None:
    status = window.status
    assert status.parameters.text() == "2,610 parameters" and status.macs.text() == "4,864 MACs"
    window.workspace.message.emit("error", "That went wrong.")
    assert status.text.text() == "That went wrong." and status.icon.isVisible()
    change(window)
    window.workspace.refresh_shapes()
    assert status.parameters.text() == "3,124 parameters"


def test_problems_are_counted_in_the_tab(window: MainWindow) -> None:
    workspace = window.workspace
    workspace.perform(
        "Break", [SetParams(workspace.graph_id, named(workspace, "fc1").id, {"in_features": 9})]
    )
    workspace.refresh_shapes()
    assert window.docks.all["problems"].windowTitle() == "Problems (1)"
    QTest.keySequence(window, QKeySequence("F8"))
    assert workspace.selected_nodes == [named(workspace, "fc1").id]


def test_buttons_for_several_nodes_do_what_the_menu_does(window: MainWindow) -> None:
    workspace = window.workspace
    workspace.select([named(workspace, "relu1").id, named(workspace, "fc1").id])
    settle()
    click(window.inspector.findChild(QPushButton, "delete"))
    assert {node.name for node in workspace.graph.nodes.values()} == {"image", "conv1", "flatten1", "scores"}


# -- export ------------------------------------------------------------------------------------------------


def test_an_exported_module_is_written_and_said(window: MainWindow, tmp_path: Path) -> None:
    path = tmp_path / "small.py"
    assert window.exporter.write("module", path)
    settle()
    boxes = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert boxes and boxes[0].text() == "Wrote small.py" and str(path) in boxes[0].informativeText()
    QTest.keyClick(boxes[0], Qt.Key.Key_Escape)
    settle()
    assert not [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    done = subprocess.run(
        [sys.executable, "-I", "-c", f"exec(open({str(path)!r}).read()); print(Small())"],
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0 and "Linear(in_features=256, out_features=10" in done.stdout


def test_pictures_are_exported(window: MainWindow, tmp_path: Path) -> None:
    for name, head in (("a.svg", b"<svg"), ("a.png", b"\x89PNG")):
        assert window.exporter.write("picture", tmp_path / name)
        assert head in (tmp_path / name).read_bytes()[:200]
    for box in window.findChildren(QMessageBox):
        box.close()


def test_nothing_is_exported_while_there_is_a_problem(window: MainWindow) -> None:
    workspace = window.workspace
    workspace.perform(
        "Break", [SetParams(workspace.graph_id, named(workspace, "fc1").id, {"in_features": 9})]
    )
    workspace.refresh_shapes()
    with Answers(Button.Ok) as answers:
        assert not window.exporter.ask("module")
    assert "expects 9 features" in answers.texts[0]


def test_a_folder_that_cannot_be_written_is_said(window: MainWindow, tmp_path: Path) -> None:
    assert not window.exporter.write("module", tmp_path / "missing" / "x.py")
    settle()
    boxes = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert boxes and "cannot be saved" in boxes[0].text()
    boxes[0].close()


def test_weights_are_written_by_a_process_of_their_own(window: MainWindow, tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    path = tmp_path / "small.safetensors"
    assert window.exporter.write("weights", path)
    until(lambda: window.exporter.last_written == path, "the weights are written")
    tensors = load_file(path)
    assert sum(tensor.size for tensor in tensors.values()) == 2610
    for box in window.findChildren(QDialog):
        box.close()


@pytest.mark.parametrize(
    "width, said", [(10, "the best of the last run"), (12, "changed since its last run")]
)
def test_trained_weights_are_those_of_the_last_run(
    window: MainWindow, tmp_path: Path, width: int, said: str
) -> None:
    """A run's weights are exported; those of another network are refused with a sentence."""
    import numpy
    from safetensors.numpy import load_file, save_file

    run = tmp_path / "run"
    run.mkdir()
    layers = {"layers.0.weight": (4, 1, 3, 3), "layers.0.bias": (4,)}
    layers |= {"layers.3.weight": (width, 256), "layers.3.bias": (width,)}
    trained = {name: numpy.full(shape, 0.5, numpy.float32) for name, shape in layers.items()}
    save_file(trained, run / "best.safetensors")
    window.exporter.find_run = lambda: run
    path = tmp_path / "small.safetensors"
    assert window.exporter.write("weights", path)

    def boxes() -> list[QMessageBox]:
        return [box for box in window.findChildren(QMessageBox) if box.isVisible()]

    until(boxes, "the end is told")
    assert said in boxes()[0].text() + boxes()[0].informativeText()
    assert path.exists() == (width == 10)
    if path.exists():
        assert all((load_file(path)[name] == 0.5).all() for name in layers)
    boxes()[0].close()


# -- beginning and trouble -----------------------------------------------------------------------------------


def test_something_is_done_after_the_first_paint_once(qapp: QApplication) -> None:
    button = QPushButton("x")
    calls: list[int] = []
    AfterFirstPaint(button, lambda: calls.append(1))
    assert calls == []
    button.show()
    until(lambda: calls, "the first paint")
    button.repaint()
    settle()
    assert calls == [1]


@pytest.mark.expects_log_errors
def test_an_unexpected_error_is_said_once(window: MainWindow, tmp_path: Path) -> None:
    complaints = Complaints(window, tmp_path / "window.log")
    for _ in range(2):
        try:
            raise RuntimeError("odd")
        except RuntimeError as error:
            complaints.hook(type(error), error, error.__traceback__)
    settle()
    boxes = [box for box in window.findChildren(QMessageBox) if box.isVisible()]
    assert len(boxes) == 1 and "RuntimeError: odd" in boxes[0].text()
    assert "window.log" in boxes[0].informativeText()
    boxes[0].close()


def test_the_window_is_made_without_torch() -> None:
    """In a process of its own: building and showing the window imports no torch and no numpy."""
    code = (
        "import sys; from gui.app import make_application; app = make_application(['x']);"
        "from gui.window import MainWindow; w = MainWindow(); w.show(); app.processEvents();"
        "print('torch' in sys.modules, w.workspace.project.data.source)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
    )  # fmt: skip
    assert done.stdout.split() == ["False", "digits"], done.stderr
