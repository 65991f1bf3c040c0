"""What would help against a misfit: worked out once for each, so that editing while it stands costs nothing."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer, Signal

from graph.changes import ChangeSet
from gui.training.fit_presets import Ready, ready_presets, ready_recipes
from gui.training.fit_recipes import fit_everything
from gui.workspace import Workspace


class Offers(QObject):
    """Belongs to a workspace; all banners ask the same one."""

    found = Signal()
    """What was looked for one by one is there."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._workspace = workspace
        self._fits: dict[str, bool] = {}
        self._ready: dict[str, list[Ready]] = {}
        self._search: Iterator[Ready | None] | None = None
        self._searched = ""
        self._so_far: list[Ready] = []
        workspace.changed.connect(self._changed)

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything or changes.project & {"data", "training"}:
            self._fits.clear()
            self._ready.clear()
            self._give_up()
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

    def recipes(self, misfit: str) -> list[Ready]:
        """Presets of other recipes, for data that the project's recipe is not for. None at first: they are looked for
        one by one, so that the window goes on, and :attr:`found` tells when they are there."""
        if not self._workspace.ready:
            return []
        key = f"recipes: {misfit}"
        if key not in self._ready and self._searched != key:
            self._searched, self._so_far = key, []
            self._search = ready_recipes(self._workspace.inference, self._workspace.project.copy())
            QTimer.singleShot(0, self._next)
        return self._ready.get(key, [])

    def _next(self) -> None:
        if self._search is None:
            return  # something else was chosen meanwhile
        for ready in self._search:
            self._so_far += [] if ready is None else [ready]
            QTimer.singleShot(0, self._next)
            return
        self._ready[self._searched] = self._so_far
        self._give_up()
        self.found.emit()

    def _give_up(self) -> None:
        self._search, self._searched, self._so_far = None, "", []


def offers_of(workspace: Workspace) -> Offers:
    """The offers that belong to a workspace."""
    found = workspace.findChild(Offers)
    return found if found is not None else Offers(workspace)
