"""What would help against a misfit: worked out once for each, so that editing while it stands costs nothing."""

from __future__ import annotations

from PySide6.QtCore import QObject

from graph.changes import ChangeSet
from gui.training.fit_presets import Ready, ready_presets
from gui.training.fit_recipes import fit_everything
from gui.workspace import Workspace


class Offers(QObject):
    """Belongs to a workspace; all banners ask the same one."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._fits: dict[str, bool] = {}
        self._ready: dict[str, list[Ready]] = {}
        workspace.changed.connect(self._changed)

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything or changes.project & {"data", "training"}:
            self._fits.clear()
            self._ready.clear()
        elif any(change.added or change.removed for change in changes.graphs.values()):
            # with other layers there may be a way by now
            self._fits = {key: fits for key, fits in self._fits.items() if fits}

    def fits(self, misfit: str) -> bool:
        """Whether sizes were found with which the network takes the data, when this misfit (its key) came up."""
        if misfit not in self._fits:
            workspace = self._workspace
            self._fits[misfit] = fit_everything(workspace.inference, workspace.project) is not None
        return self._fits[misfit]

    def refuse(self, misfit: str) -> None:
        """Remember that no sizes were found by now."""
        self._fits[misfit] = False

    def ready(self, misfit: str) -> list[Ready]:
        """Presets that can be trained with the data; none as long as torch is not there to tell."""
        if not self._workspace.ready:
            return []
        if misfit not in self._ready:
            self._ready[misfit] = ready_presets(self._workspace.inference, self._workspace.project)
        return self._ready[misfit]


def offers_of(workspace: Workspace) -> Offers:
    """The offers that belong to a workspace."""
    found = workspace.findChild(Offers)
    return found if found is not None else Offers(workspace)
