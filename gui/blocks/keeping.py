"""Saving a block of the project to the person's own library, and asking before one is replaced."""

from __future__ import annotations

from PySide6.QtWidgets import QMessageBox, QWidget

from graph.blocks.library import text_of
from graph.files import FileError
from gui.blocks.shelf import shelf
from gui.blocks.words import tr
from gui.workspace import Workspace


def keep(over: QWidget, workspace: Workspace, block_id: str) -> bool:
    """Save a block (with those it uses) to the library; whether it is there now."""
    name = workspace.project.blocks[block_id].name
    text = text_of(workspace.project, block_id)
    replaced = None
    present = shelf().library.find(name)
    try:
        if present is not None:
            if shelf().library.read(present.path) == text:
                workspace.message.emit("info", tr("“{0}” is among your blocks already.").format(name))
                return True
            answer = _ask(over, name)
            if answer == "cancel":
                return False
            replaced = present.path if answer == "replace" else None
        shelf().save(text, replaced)
    except FileError as error:
        QMessageBox.warning(over, tr("The block was not saved"), str(error))
        return False
    workspace.message.emit("info", tr("“{0}” is among your blocks: see Blocks in the palette.").format(name))
    return True


def _ask(over: QWidget, name: str) -> str:
    box = QMessageBox(over)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(tr("Save to my blocks"))
    box.setText(tr("There is another block “{0}” among yours.").format(name))
    box.setInformativeText(tr("Projects that use it keep their own copy either way."))
    replace = box.addButton(tr("Replace it"), QMessageBox.ButtonRole.DestructiveRole)
    both = box.addButton(tr("Keep both"), QMessageBox.ButtonRole.AcceptRole)
    cancel = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(both)
    box.setEscapeButton(cancel)
    box.exec()
    box.deleteLater()
    clicked = box.clickedButton()
    return "replace" if clicked is replace else "both" if clicked is both else "cancel"
