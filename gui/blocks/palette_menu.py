"""What the palette offers for a block: keep it, rename it, delete it, put it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QInputDialog, QMenu, QMessageBox, QWidget

from graph.blocks import remove_block, rename_block, uses_of
from graph.blocks.library import Saved
from graph.edits import Edit, EditError, RemoveGraph
from graph.files import FileError
from graph.palette import Entry
from gui.blocks.keeping import keep
from gui.blocks.shelf import MINE, shelf
from gui.blocks.words import tr
from gui.icons import icon
from gui.workspace import Workspace


def open_menu(over: QWidget, workspace: Workspace, entry: Entry | None, broken: Saved | None,
              at: QPoint) -> None:  # fmt: skip
    """Show the menu for a block, for a file that is damaged, or for the whole section."""
    menu = build_menu(over, workspace, entry, broken)
    if menu.isEmpty():
        menu.deleteLater()
        return
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    menu.popup(at)


def build_menu(over: QWidget, workspace: Workspace, entry: Entry | None, broken: Saved | None) -> QMenu:
    """The menu, not yet shown."""
    menu = QMenu(over)
    saved = broken
    if entry is not None and entry.origin.startswith(MINE):
        saved = next((s for s in shelf().saved() if MINE + s.path.name == entry.origin), None)
    if entry is not None and entry.block is not None:
        _project_block(menu, over, workspace, entry.block)
    elif saved is not None:
        if saved.definition is not None:
            _add(menu, tr("Rename…"), "form-textbox", lambda: _rename_saved(over, workspace, saved))
        _add(menu, tr("Delete from my blocks…"), "delete-outline", lambda: _delete(over, workspace, saved))
    if shelf().deleted is not None and (entry is None or saved is not None):
        name = shelf().deleted[0]
        _add(menu, tr("Put “{0}” back into my blocks").format(name), "restore", lambda: _put_back(workspace))
    if entry is None and broken is None:
        unused = [key for key in workspace.project.blocks if not uses_of(workspace.project, key)]
        if unused:
            text = tr("Remove {0} unused blocks from the project").format(len(unused))
            if len(unused) == 1:
                text = tr("Remove the unused block “{0}”").format(workspace.project.blocks[unused[0]].name)
            _add(menu, text, "broom", lambda: _remove_unused(workspace))
    return menu


def _add(menu: QMenu, text: str, picture: str, do: Callable[[], object]) -> None:
    action = menu.addAction(icon(picture), text)
    action.triggered.connect(lambda *_: do())


def _project_block(menu: QMenu, over: QWidget, workspace: Workspace, block_id: str) -> None:
    uses = uses_of(workspace.project, block_id)
    _add(menu, tr("Save to my blocks"), "content-save-outline", lambda: keep(over, workspace, block_id))
    _add(menu, tr("Rename…"), "form-textbox", lambda: _rename_block(over, workspace, block_id))
    action = menu.addAction(icon("delete-outline"), tr("Remove from the project"))
    action.setEnabled(not uses)
    if uses:
        action.setText(tr("Remove from the project (used {0} times)").format(len(uses)))
        if len(uses) == 1:
            action.setText(tr("Remove from the project (used by “{0}”)").format(uses[0].node.name))
    name = workspace.project.blocks[block_id].name
    action.triggered.connect(
        lambda *_: perform(
            workspace, tr("Remove the block {0}").format(name),
            lambda: remove_block(workspace.project, block_id),
        )
    )  # fmt: skip


def perform(workspace: Workspace, name: str, make: Callable[[], list[Edit]]) -> bool:
    """Make edits and apply them; a refusal is said in the status bar."""
    try:
        edits = make()
    except EditError as error:
        workspace.message.emit("warning", str(error))
        return False
    return workspace.perform(name, edits)


def _remove_unused(workspace: Workspace) -> None:
    """Definitions that nothing uses, and those that only such ones use."""
    project = workspace.project
    edits: list[Edit] = []
    gone: set[str] = set()
    while True:
        idle = [
            key for key in project.blocks
            if key not in gone and all(use.graph.id in gone for use in uses_of(project, key))
        ]  # fmt: skip
        if not idle:
            break
        for key in idle:
            gone.add(key)
            edits.append(RemoveGraph(key))
    workspace.perform(tr("Remove unused blocks"), edits)


def _rename_block(over: QWidget, workspace: Workspace, block_id: str) -> None:
    old = workspace.project.blocks[block_id].name
    name, good = QInputDialog.getText(over, tr("Rename the block"), tr("Name of the block:"), text=old)
    if good and name.strip() != old:
        perform(
            workspace, tr("Rename {0}").format(old),
            lambda: rename_block(workspace.project, block_id, name.strip()),
        )  # fmt: skip


def _rename_saved(over: QWidget, workspace: Workspace, saved: Saved) -> None:
    name, good = QInputDialog.getText(over, tr("Rename the block"), tr("Name of the block:"), text=saved.name)
    if not good or name.strip() == saved.name:
        return
    try:
        shelf().rename(saved, name.strip())
    except FileError as error:
        QMessageBox.warning(over, tr("The block was not renamed"), str(error))
    else:
        workspace.message.emit("info", tr("“{0}” is called “{1}” now.").format(saved.name, name.strip()))


def _delete(over: QWidget, workspace: Workspace, saved: Saved) -> None:
    box = QMessageBox(over)
    box.setIcon(QMessageBox.Icon.Question)
    box.setWindowTitle(tr("Delete from my blocks"))
    box.setText(tr("Delete “{0}” from your blocks?").format(saved.name))
    box.setInformativeText(tr("Projects that use it keep their own copy."))
    yes = box.addButton(tr("Delete"), QMessageBox.ButtonRole.DestructiveRole)
    no = box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(no)
    box.setEscapeButton(no)
    box.exec()
    box.deleteLater()
    if box.clickedButton() is not yes:
        return
    try:
        shelf().delete(saved)
    except FileError as error:
        QMessageBox.warning(over, tr("The block was not deleted"), str(error))
    else:
        text = tr("Deleted “{0}” from your blocks. A right click on Blocks in the palette puts it back.")
        workspace.message.emit("info", text.format(saved.name))


def _put_back(workspace: Workspace) -> None:
    name = shelf().deleted[0] if shelf().deleted else ""
    try:
        shelf().put_back()
    except FileError as error:
        workspace.message.emit("error", str(error))
    else:
        workspace.message.emit("info", tr("“{0}” is among your blocks again.").format(name))
