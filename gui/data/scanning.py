"""Looks a person's own files through in a thread when the window is asked about them for the first time."""

from __future__ import annotations

from PySide6.QtCore import QObject

from graph.changes import ChangeSet
from graph.model import DataChoice
from gui.data.background import Background, Cancel, Progress
from gui.workspace import Workspace


class Scanner(Background):
    """One for each workspace. When files are known, the workspace says that its data changed, so that every
    view asks again and is answered."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.workspace = workspace
        self.sentence = ""
        """Why the files cannot be used, once that is known."""
        self._key: object = None
        self.done.connect(self._found)
        self.failed.connect(self._refused)

    def look(self, choice: DataChoice) -> None:
        """Look the chosen files through, unless that is being done or has failed already."""
        key = (choice.source, tuple(sorted(choice.options.items(), key=str)))
        if key == self._key and (self.busy or self.sentence):
            return
        self._key, self.sentence = key, ""
        source, options = choice.source, dict(choice.options)

        def work(cancelled: Cancel, progress: Progress) -> object:
            from runtime.data import own

            return own.scan(source, options, cancelled, progress)

        self.start(work)

    def again(self) -> None:
        """Forget a failure: the files may be there now."""
        self._key, self.sentence = None, ""

    def _found(self, _facts: object) -> None:
        self._tell()

    def _refused(self, sentence: str) -> None:
        self.sentence = sentence
        self.workspace.message.emit("warning", sentence)
        self._tell()

    def _tell(self) -> None:
        self.workspace.changed.emit(ChangeSet(project={"data"}))
        self.workspace.refresh_shapes()


def scanner_of(workspace: Workspace) -> Scanner:
    """The workspace's scanner."""
    found = workspace.findChild(QObject, "scanner")
    if isinstance(found, Scanner):
        return found
    scanner = Scanner(workspace)
    scanner.setObjectName("scanner")
    return scanner
