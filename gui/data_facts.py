"""Keeps the workspace told of what the chosen data, loss and recipe ask of the networks."""

from __future__ import annotations

from graph.changes import ChangeSet
from gui.data.scanning import scanner_of
from gui.workspace import Workspace
from runtime.data import DataError
from runtime.data.own import NotScanned
from runtime.facts import facts_for
from runtime.recipes import SUPERVISED


def follow_data(workspace: Workspace) -> None:
    """Set ``workspace.facts`` now and after each change they can hang on. No data is looked at for that."""
    said = ""

    def update(changes: ChangeSet | None = None) -> None:
        nonlocal said
        chosen = changes is None or changes.everything or bool(changes.project & {"data", "training"})
        # other recipes ask of each Input by its name, or of as many Outputs as there are
        drawn = (
            workspace.project.training.recipe != SUPERVISED and changes is not None and changes.affects_shapes
        )
        if not chosen and not drawn:
            return
        sentence = ""
        try:
            workspace.facts = facts_for(workspace.project)
        except NotScanned:
            workspace.facts = None
            scanner_of(workspace).look(workspace.project.data)
        except DataError as error:
            workspace.facts = None
            sentence = str(error)
        if sentence and (chosen or sentence != said):
            workspace.message.emit("warning", sentence)
        said = sentence

    workspace.changed.connect(update)
    update()
