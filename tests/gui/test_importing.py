"""File ▸ Import model: the lists, the trust question, a real import in a process of its own, cancelling."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QWidget

from gui.custom.asker import CodeAsker
from gui.files import ProjectFiles
from gui.importing import ImportDialog, Importer
from tests.gui.training_hand import until, workspace_of
from tests.gui.window_hand import click, small_project

MODEL = """\
import torch
from torch import nn


class Part(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.fc = nn.Linear(width, width)

    def forward(self, x):
        return torch.special.i1(self.fc(x)) + x


class Whole(nn.Module):
    def __init__(self, width):
        super().__init__()
        self.parts = nn.Sequential(Part(width), Part(width))
        self.head = nn.Linear(width, 2)

    def forward(self, x):
        return self.head(self.parts(x))
"""


@pytest.fixture
def importer(qapp: Any) -> Iterator[Importer]:
    window = QWidget()
    workspace = workspace_of(small_project())
    asker = CodeAsker(workspace)
    made = Importer(workspace, ProjectFiles(workspace, window), asker, window)
    window.resize(800, 600)
    window.show()
    yield made
    if made.dialog is not None:
        made.dialog.reject()
        made.dialog and made.dialog.reject()
    asker.close()
    window.close()
    window.deleteLater()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "models.py"
    path.write_text(MODEL, encoding="utf-8")
    return path


def started(dialog: ImportDialog) -> None:
    click(dialog.go)
    assert dialog.work is not None and not dialog.go.isEnabled() and dialog.bar.isVisible()


def test_models_are_found_by_a_part_of_their_name(importer: Importer) -> None:
    dialog = importer.ask()
    page = dialog.torchvision
    assert page.list.count() >= 80 and not dialog.go.isEnabled()
    QTest.keyClicks(page.search, "resnet50")
    assert page.name == "resnet50" and dialog.go.isEnabled()
    assert dialog.command() == {
        "do": "import", "source": "torchvision:resnet50", "weights": False, "shapes": "3x224x224",
    }  # fmt: skip
    QTest.keyClicks(page.search, "xyz")
    assert page.list.count() == 0 and not dialog.go.isEnabled()


def test_a_file_shows_its_classes_and_must_be_trusted(importer: Importer, file: Path) -> None:
    dialog = importer.ask(file)
    page = dialog.own
    assert [page.list.item(row).text() for row in range(page.list.count())] == ["Whole", "Part"]
    assert str(file) in page.warning.text() and "runs this file" in page.warning.text()
    assert not dialog.go.isEnabled()
    page.trust.setChecked(True)
    assert dialog.go.isEnabled()
    broken = file.with_name("broken.py")
    broken.write_text("class A(:\n", encoding="utf-8")
    page.read(broken)
    assert "line 1" in page.problem.text() and not page.trust.isChecked() and not dialog.go.isEnabled()


def test_import_opens_a_project_that_computes_the_same(importer: Importer, file: Path) -> None:
    dialog = importer.ask(file)
    dialog.own.trust.setChecked(True)
    dialog.shape.setText("6")
    started(dialog)
    until(lambda: dialog.work is None, "the class asks for its argument")
    assert "Whole needs width." in dialog.sentence.text() and dialog.go.isEnabled()
    dialog.own.arguments.setText("6")
    said: list[str] = []
    importer.workspace.message.connect(lambda level, text: said.append(text))
    started(dialog)
    until(lambda: importer.dialog is None, "the import is done")
    project = importer.workspace.project
    assert project.title == "Whole" and project.weights.startswith("Whole-")
    assert "bit for bit" in said[-1] and "bit for bit" in project.notes
    code = next(block.code for block in project.blocks.values() if block.code)
    assert "torch.special.i1(x)" in code and importer.asker.may_run(code)
    assert not importer.workspace.undo.isClean()
    importer.workspace.undo.setClean()


def test_import_as_a_block_is_one_undo_step(importer: Importer, file: Path) -> None:
    workspace = importer.workspace
    before = workspace.project.copy()
    dialog = importer.ask(file)
    dialog.own.trust.setChecked(True)
    dialog.own.arguments.setText("6")
    dialog.shape.setText("6")
    click(dialog.as_block, dialog.as_block.rect().center() - dialog.as_block.rect().center())
    dialog.as_block.setChecked(True)
    started(dialog)
    until(lambda: importer.dialog is None, "the import is done")
    (use,) = [node for node in workspace.graph.nodes.values() if node.type == "Block"]
    assert use.block is not None and workspace.project.blocks[use.block].name == "Whole"
    assert workspace.selection == {use.id}
    workspace.undo.undo()
    assert workspace.project == before


def test_cancel_ends_the_process_and_changes_nothing(importer: Importer) -> None:
    before = importer.workspace.project.copy()
    dialog = importer.ask()
    QTest.keyClicks(dialog.torchvision.search, "resnet18")
    started(dialog)
    work = dialog.work
    assert work is not None
    client = work._client
    until(lambda: client.pid is not None, "the process has started")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.work is None and "cancelled" in dialog.sentence.text() and dialog.isVisible()
    until(lambda: not client.alive, "the process has gone")
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    until(lambda: importer.dialog is None, "the dialogue has gone")
    assert importer.workspace.project == before
