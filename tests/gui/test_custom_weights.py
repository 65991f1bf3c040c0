"""Loading weights in the window: the report, one click, the chip, saving, training and exporting."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from safetensors.torch import load_file, save_file

from graph.build import GraphBuilder, project
from graph.edits import SetProject
from graph.files import from_data, load
from graph.model import DataChoice, Project, Training
from gui.weights import WeightsDialog
from gui.weights_chip import shown_name
from gui.window import MainWindow
from runtime.headless import train_project
from runtime.weights import data_folder, find, keep, keys_of, start_of
from tests.gui.window_hand import until


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    made = MainWindow()
    made.resize(1300, 850)
    made.show()
    made.workspace.load_torch()
    until(lambda: made.workspace.ready, "torch is there")
    yield made
    made.workspace.undo.setClean()
    made.close()


def irises() -> Project:
    g = GraphBuilder("Net")
    x = g.add("ReLU", g.add("Linear", g.input("x", shape=(4,)), out_features=8, name="hidden"))
    g.output(g.add("Linear", x, out_features=3, name="head"))
    training = Training(epochs=1, batch_size=50, device="cpu", threads=1, learning_rate=0.0, optimizer="SGD")
    return project("Irises", g, data=DataChoice("iris"), training=training)


def weights_file(path: Path) -> dict[str, torch.Tensor]:
    """Weights with a head of another size, under another's prefix."""
    torch.manual_seed(0)
    state = {key: torch.randn(shape) for key, shape in keys_of(irises(), ()).items()}
    state["layers.2.weight"], state["layers.2.bias"] = torch.randn(9, 8), torch.randn(9)
    save_file({f"model.{key}": item for key, item in state.items()}, path)
    return state


def report(window: MainWindow, path: Path) -> WeightsDialog:
    window.weights.compare(path)
    until(lambda: isinstance(QApplication.activeModalWidget(), WeightsDialog), "the report has come")
    dialog = QApplication.activeModalWidget()
    assert isinstance(dialog, WeightsDialog)
    return dialog


def used(window: MainWindow, path: Path) -> str:
    QTest.mouseClick(report(window, path).use, Qt.MouseButton.LeftButton)
    until(lambda: window.workspace.project.weights, "the project has its weights")
    return window.workspace.project.weights


def window_starts_from(window: MainWindow, state: dict[str, torch.Tensor]) -> str:
    """As if they had been loaded."""
    name = keep(state, "trunk")
    window.workspace.perform("Load", [SetProject("project", {"weights": name})])
    return name


def rows(dialog: WeightsDialog) -> list[tuple[str, str, str]]:
    items = [dialog.table.topLevelItem(number) for number in range(dialog.table.topLevelItemCount())]
    return [(item.text(0), item.text(1), item.text(4)) for item in items if item and not item.isHidden()]


def test_the_report_says_what_fits_and_one_click_takes_it(window: MainWindow, tmp_path: Path) -> None:
    window.files.show(irises())
    state = weights_file(tmp_path / "trunk.safetensors")
    dialog = report(window, tmp_path / "trunk.safetensors")
    assert dialog.sentence.text() == (
        "2 of 4 tensors match. 2 have another shape. “model.” was left out of the names."
    )
    assert rows(dialog)[0] == ("other shape", "layers.2.weight", "9 × 8")
    assert dialog.use.text() == "Use the 2 that match"
    dialog.filter.setCurrentIndex(dialog.filter.findData("matched"))
    dialog.filter.activated.emit(dialog.filter.currentIndex())
    assert rows(dialog) == [("matches", "layers.0.weight", "8 × 4"), ("matches", "layers.0.bias", "8")]
    dialog.search.setText("bias")
    assert rows(dialog) == [("matches", "layers.0.bias", "8")]
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not window.workspace.project.weights and not data_folder().exists()
    count = window.workspace.undo.count()
    name = used(window, tmp_path / "trunk.safetensors")
    assert window.workspace.undo.count() == count + 1
    kept = load_file(find(name, None))
    assert kept.keys() == {"layers.0.weight", "layers.0.bias"}
    assert all(torch.equal(kept[key], state[key]) for key in kept)
    window.inspector.refresh()
    chip = window.inspector.page.start_weights
    assert chip.isVisibleTo(window) and chip.sentence.text() == "Starts from trunk"
    window.workspace.undo.undo()
    window.inspector.refresh()
    assert not chip.isVisibleTo(window) and not window.workspace.project.weights
    window.workspace.undo.redo()
    window.inspector.refresh()
    QTest.mouseClick(chip.remove, Qt.MouseButton.LeftButton)
    assert not window.workspace.project.weights
    assert window.workspace.undo.undoText() == "Remove the start weights"
    assert shown_name("vgg16.safetensors") == "vgg16"
    explains_what_cannot_be_used(window, tmp_path)


def explains_what_cannot_be_used(window: MainWindow, tmp_path: Path) -> None:
    (tmp_path / "bad.safetensors").write_bytes(b"no weights at all")
    window.weights.compare(tmp_path / "bad.safetensors")
    until(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox), "what is wrong is said")
    box = QApplication.activeModalWidget()
    assert isinstance(box, QMessageBox) and "“bad.safetensors” cannot be read as weights" in box.text()
    box.reject()
    save_file({"x": torch.zeros(2)}, tmp_path / "other.safetensors")
    dialog = report(window, tmp_path / "other.safetensors")
    assert not dialog.use.isEnabled()
    assert "Nothing fits by its name" in dialog.note.text() and not dialog.by_shape.isVisible()
    dialog.reject()
    state = {"fc1.weight": (8, 4), "fc1.bias": (8,), "fc2.weight": (3, 8), "fc2.bias": (3,)}
    save_file({key: torch.ones(shape) for key, shape in state.items()}, tmp_path / "alike.safetensors")
    dialog = report(window, tmp_path / "alike.safetensors")
    assert dialog.use.text() == "Use all 4" and {row[0] for row in rows(dialog)} == {"matches by shape"}
    QTest.mouseClick(dialog.by_shape, Qt.MouseButton.LeftButton, pos=QPoint(8, dialog.by_shape.height() // 2))
    assert not dialog.use.isEnabled() and "0 of 4 tensors match" in dialog.sentence.text()
    dialog.reject()


def test_saving_puts_them_beside_and_a_run_begins_with_them(window: MainWindow, tmp_path: Path) -> None:
    window.files.show(irises())
    state = {"layers.0.weight": torch.randn(8, 4)}
    name = window_starts_from(window, state)
    there = tmp_path / "projects"
    there.mkdir()
    assert window.files._save(there / "irises.loom")
    assert sorted(path.name for path in there.iterdir()) == ["irises.loom", name]
    assert load(there / "irises.loom").weights == name
    (data_folder() / name).unlink()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    assert window.files._save(elsewhere / "copy.loom")  # from beside the old file
    assert (elsewhere / name).is_file()
    command = window.training.session.command(
        tmp_path / "run", weights=start_of(window.workspace.project, elsewhere)
    )
    assert command["weights"] == str(elsewhere / name)
    last = train_project(from_data(command["project"]), tmp_path / "run", weights=Path(command["weights"]))
    assert last["event"] == "finished", last
    best = load_file(tmp_path / "run" / "best.safetensors")
    assert torch.equal(best["layers.0.weight"], state["layers.0.weight"])


def test_weights_that_are_gone_are_said_everywhere(window: MainWindow, tmp_path: Path) -> None:
    made = irises()
    made.weights = "gone-12345678.safetensors"
    window.files.show(made)
    window.inspector.refresh()
    assert "are missing" in window.inspector.page.start_weights.sentence.text()
    window.actions_table["train"].trigger()
    assert "are missing" in window.status.text.text()
    assert window.training.session.state in ("cold", "idle")


def test_an_exported_script_brings_them(window: MainWindow, tmp_path: Path) -> None:
    window.files.show(irises())
    state = {"layers.0.weight": torch.randn(8, 4)}
    window_starts_from(window, state)
    until(lambda: not window.workspace.behind and window.workspace.shapes.networks, "the shapes are known")
    assert window.exporter.write("script", tmp_path / "go.py")
    found = torch.load(tmp_path / "go_start.pt", weights_only=True)
    assert torch.equal(found["layers.0.weight"], state["layers.0.weight"])
