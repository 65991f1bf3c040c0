"""Opens the dialogue of an import, and puts what comes of it on the screen."""

from __future__ import annotations

import copy
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QWidget

from graph.blocks.library import Definition, insert
from graph.edits import AddNodes, EditError
from graph.files import from_data
from graph.model import BLOCK, INPUT, Node, Project
from graph.names import fresh_name
from gui.custom.asker import CodeAsker
from gui.files import ProjectFiles
from gui.importing.dialog import ImportDialog
from gui.workspace import Workspace
from runtime.protocol import Message


class Importer(QObject):
    """Opens the dialogue, and puts what comes of it on the screen."""

    def __init__(self, workspace: Workspace, files: ProjectFiles, asker: CodeAsker, window: QWidget) -> None:
        super().__init__(window)
        self.workspace = workspace
        self.files = files
        self.asker = asker
        self.window = window
        self.dialog: ImportDialog | None = None

    def ask(self, path: Path | None = None) -> ImportDialog:
        """Show the dialogue; with ``path`` for the classes of that file."""
        self.workspace.settling.emit()
        if self.dialog is not None:
            return self.dialog
        self.dialog = ImportDialog(self.take, self.window)
        if path is not None:
            self.dialog.choose_file(path)
        self.dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.dialog.finished.connect(self._gone)
        self.dialog.open()
        return self.dialog

    def _gone(self) -> None:
        self.dialog = None

    def take(self, message: Message, as_block: bool) -> bool:
        """Open an imported project, or put it as a block into the one that is open; whether that was done."""
        project = from_data(message["project"])
        self.asker.trust([str(code) for code in message["codes"]])  # made from what has just run
        if as_block:
            return self._insert(project)
        if not self.files.may_leave():
            return False
        self.files.show(project)
        self.workspace.undo.resetClean()  # it is in no file yet
        sentences = " ".join(str(sentence) for sentence in message["sentences"])
        self.workspace.message.emit("info", self.tr("Imported {0}. {1}").format(project.title, sentences))
        return True

    def _insert(self, project: Project) -> bool:
        """The imported network as one block, with those it uses; its weights stay behind."""
        workspace = self.workspace
        root = copy.deepcopy(project.main)
        root.id = project.fresh_graph_id("b")
        for node in root.nodes.values():
            if node.type == INPUT:
                node.params = {key: value for key, value in node.params.items() if key == "index"}
        definition = Definition(root.id, {**project.blocks, root.id: root})
        try:
            edits, block = insert(workspace.project, definition, workspace.graph_id)
        except EditError as error:
            workspace.message.emit("warning", str(error))
            return False
        graph = workspace.graph
        right = max((node.x for node in graph.nodes.values()), default=0.0)
        top = min((node.y for node in graph.nodes.values()), default=0.0)
        use = Node(graph.fresh_ids("n")[0], BLOCK, fresh_name(graph, root.name), {}, right + 240, top, block)
        name = self.tr("Import {0} as a block").format(root.name)
        if not workspace.perform(name, [*edits, AddNodes(graph.id, [use])]):
            return False
        workspace.select({use.id})
        workspace.message.emit(
            "info", self.tr("{0} is a block of this project now. Its weights start anew.").format(root.name)
        )
        return True
