"""Keeps the workspace told of what the chosen data and loss ask of the network."""

from __future__ import annotations

from graph.changes import ChangeSet
from gui.data.scanning import scanner_of
from gui.workspace import Workspace
from runtime.data import DataError
from runtime.data.own import NotScanned
from runtime.facts import facts_for


def follow_data(workspace: Workspace) -> None:
    """Set ``workspace.facts`` now and after each change of the data or the training."""

    def update(changes: ChangeSet | None = None) -> None:
        if changes is not None and not changes.everything and not changes.project & {"data", "training"}:
            return
        try:
            workspace.facts = facts_for(workspace.project)
        except NotScanned:
            workspace.facts = None
            scanner_of(workspace).look(workspace.project.data)
        except DataError as error:
            workspace.facts = None
            workspace.message.emit("warning", str(error))

    workspace.changed.connect(update)
    update()
