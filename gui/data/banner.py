"""Says when network and data do not fit, and makes them fit with one click."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from graph.edits import SetProject
from gui.training.banner import Banner
from gui.training.fit import data_problem, fit_network, fit_pictures, suggested_loss
from gui.training.session import TrainingSession
from gui.workspace import Workspace
from runtime.data import DataError, get_source
from runtime.facts import facts_for
from runtime.losses import LOSSES
from runtime.recipes import recipe_problem


class DataBanner(Banner):
    """Looks anew whenever the shapes are fresh."""

    problems_asked = Signal()

    def __init__(self, workspace: Workspace, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.session = session
        self._told = ""
        self._dismissed = ""
        self.dismiss.clicked.connect(self._dismiss)
        workspace.shapes_changed.connect(self.look)
        session.refused.connect(lambda _problem: self.look(anew=True))

    def look(self, anew: bool = False) -> None:
        """Show the banner when there is something to fit, hide it otherwise."""
        workspace = self.workspace
        sentence = recipe_problem(workspace.project.training.recipe)
        if sentence is not None:
            if anew or sentence not in (self._told, self._dismissed):
                self._told, self._dismissed = sentence, ""
                self.tell("hint", sentence)
            return
        try:
            get_source(workspace.project.data.source)
            facts = facts_for(workspace.project)
        except DataError as error:
            self._show(str(error), [], anew)
            return
        problem = data_problem(workspace.shapes.problems)
        if facts is None or problem is None:
            self._told = self._dismissed = ""
            self.hide()
            return
        buttons: list[tuple[str, Callable[[], object]]] = [
            (self.tr("Fit network to the data"), self.fit_network)
        ]
        if fit_pictures(workspace.project) is not None:
            buttons.append((self.tr("Resize the pictures"), self.fit_pictures))
        self._show(problem.text, buttons, anew)

    def _show(self, sentence: str, buttons: list[tuple[str, Callable[[], object]]], anew: bool) -> None:
        if not anew and sentence in (self._told, self._dismissed):
            return
        loss = suggested_loss(self.workspace.project)
        if not buttons and loss is not None:
            text = self.tr("Use {0}").format(LOSSES[loss].title)
            buttons = [(text, lambda: self._use_loss(loss))]
        self._told, self._dismissed = sentence, ""
        self.tell("warning", sentence, "", buttons)

    def _dismiss(self) -> None:
        self._dismissed, self._told = self._told, ""

    def fit_network(self) -> None:
        """Change the network in one undo step so that it takes the data and gives what the loss wants."""
        workspace = self.workspace
        facts = workspace.facts
        edits = fit_network(workspace.inference, workspace.project, facts) if facts is not None else None
        if edits is None:
            buttons = [(self.tr("Show problems"), self.problems_asked.emit)]
            if fit_pictures(workspace.project) is not None:
                buttons.insert(0, (self.tr("Resize the pictures"), self.fit_pictures))
            self.tell(
                "warning",
                self.tr("This network cannot take the data by changing its sizes alone."),
                self.tr(
                    "Its layers are made for samples of another kind. Exchange the layers by hand, choose "
                    "other data, or open a preset made for such data (File, Start page)."
                ),
                buttons,
            )
            return
        workspace.perform(self.tr("Fit network to the data"), edits)

    def fit_pictures(self) -> None:
        """Let the source resize its pictures to what the network expects."""
        edit = fit_pictures(self.workspace.project)
        if edit is not None:
            self.workspace.perform(self.tr("Resize the pictures"), [edit])

    def _use_loss(self, loss: str) -> None:
        title = LOSSES[loss].title
        self.workspace.perform(self.tr("Use {0}").format(title), [SetProject("training", {"loss": loss})])
