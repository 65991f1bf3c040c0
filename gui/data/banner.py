"""Says when recipe, network and data do not fit, and makes them fit with one click."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from graph.changes import ChangeSet
from graph.edits import AddNodes, RemoveNodes, SetProject
from graph.model import Project
from graph.problems import Problem
from gui.recipes.fitting import choose_recipe, refusal
from gui.training.banner import Banner
from gui.training.fields import choose_data
from gui.training.fit import data_problem, fit_pictures, suggested_loss
from gui.training.fit_offers import offers_of
from gui.training.fit_presets import Ready, kinds
from gui.training.fit_recipes import fit_everything
from gui.training.session import TrainingSession
from gui.workspace import Workspace
from runtime.data import SOURCES, DataError, Schema, Source, prepared_schema
from runtime.data.own import NotScanned, is_own
from runtime.facts import facts_for
from runtime.losses import LOSSES
from runtime.recipes import RECIPES, Recipe, recipe_of, recipe_problem

OFFERED, RECIPES_OFFERED = 3, 2
"""Sources and recipes offered at once."""

Button = tuple[str, Callable[[], object]]


@dataclass(frozen=True, slots=True)
class Finding:
    """What there is to say, and what helps."""

    severity: str
    sentence: str
    buttons: list[Button] = field(default_factory=list)
    hint: str = ""


class DataBanner(Banner):
    """Looks anew whenever the shapes are fresh, the choice of data changes, or another project is opened.
    What was hidden by hand stays hidden until there is something else to say."""

    problems_asked = Signal()
    project_asked = Signal(object)
    """Another :class:`Project` is to be opened in the place of this one."""
    rebuilt = Signal()
    """The network was fitted, and has other nodes now."""

    def __init__(
        self, workspace: Workspace, session: TrainingSession | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self._dismissed = ""
        self.dismiss.clicked.connect(self._dismiss)
        workspace.shapes_changed.connect(self.look)
        offers_of(workspace).found.connect(self.look)
        workspace.changed.connect(self._changed)
        if session is not None:
            session.refused.connect(lambda _problem: self.look(anew=True))

    def _changed(self, changes: ChangeSet) -> None:
        if changes.everything:
            # what was said or hidden belonged to the project before
            self._dismissed = ""
            self.hide()
        if not self.workspace.ready and (changes.everything or changes.project & {"data", "training"}):
            self.look()  # nobody will say that the shapes are fresh

    def look(self, anew: bool = False) -> None:
        """Show the banner when there is something to say, hide it otherwise."""
        found = self._finding()
        if found is None:
            self._dismissed = ""
            self.hide()
        elif anew or found.sentence != self._dismissed:
            self._dismissed = ""
            self.tell(found.severity, found.sentence, found.hint, found.buttons)

    def _dismiss(self) -> None:
        self._dismissed = self.sentence.text()

    # -- what is wrong -----------------------------------------------------------------------------------

    def _finding(self) -> Finding | None:
        project = self.workspace.project
        sentence = recipe_problem(project.training)
        if sentence is not None:
            return Finding("hint", sentence)
        try:
            schema = prepared_schema(project.data)
        except NotScanned:
            return None  # it is being looked through; then this is asked again
        except DataError as error:
            if is_own(project.data.source):
                return None  # the form says it where the file is chosen
            return Finding("warning", str(error), self._offers(project))
        unfit = recipe_of(project.training).refusal(schema)
        if unfit is not None:
            if is_own(project.data.source):
                ready = self._open_buttons(offers_of(self.workspace).recipes(unfit))
                buttons = [*self._recipe_buttons(schema), *ready] or self._offers(project)
                return Finding("warning", unfit, buttons, self._about(ready) or self._recipes(schema))
            # who chose among ours more likely wants another of them
            buttons = [*self._offers(project), *self._recipe_buttons(schema)]
            return Finding("warning", unfit, buttons, self._recipes(schema))
        try:
            facts_for(project)
        except DataError as error:
            loss = suggested_loss(project)
            if loss:
                return Finding("warning", str(error), [self._loss_button(loss)])
            buttons = self._ready_buttons(str(error))
            return Finding("warning", str(error), buttons, self._about(buttons))
        problem = data_problem(self.workspace.shapes.problems)
        return self._misfit(problem) if problem is not None else self._spare()

    def _misfit(self, problem: Problem) -> Finding:
        """Network and data do not agree: what would make them agree is worked out once."""
        buttons: list[Button] = []
        fits = offers_of(self.workspace).fits(problem.key)
        if fits:
            buttons.append((self.tr("Fit network to the data"), self.fit_network))
        if fit_pictures(self.workspace.project) is not None:
            buttons.append((self.tr("Resize the pictures"), self.fit_pictures))
        if fits:
            return Finding("warning", problem.text, buttons)
        ready = self._ready_buttons(problem.key)
        hint = " ".join(filter(None, (self._why(bool(ready)), self._about(ready))))
        return Finding("warning", problem.text, [*buttons, *ready], hint)

    def _spare(self) -> Finding | None:
        """Scores to spare: nothing to mend in a ready-made network, but whoever brings data of their own is asked."""
        found = [
            one for one in self.workspace.shapes.problems if one.kind == "data" and one.severity == "hint"
        ]
        if not found or not is_own(self.workspace.project.data.source):
            return None
        if not offers_of(self.workspace).fits(found[0].key):
            return None
        return Finding("hint", found[0].text, [(self.tr("Fit network to the data"), self.fit_network)])

    def _why(self, ready: bool = False) -> str:
        """Why no sizes can be found with which it would work; in short where a preset is ``ready`` to be opened."""
        workspace = self.workspace
        found = kinds(workspace.project, self.tr)
        if found is None:
            if ready:
                return self.tr("Other sizes alone do not help: the network has to be built in another way.")
            return self.tr(
                "Other sizes alone do not help: the network has to be built in another way. Change its layers by "
                "hand, or choose other data."
            )
        name = workspace.project.main.name
        if ready:
            return self.tr("“{0}” is made for {1}, and this data gives {2}.").format(name, *found)
        return self.tr(
            "“{0}” is made for {1}, and this data gives {2}: other sizes alone do not help. Change its layers by hand, "
            "or choose other data."
        ).format(name, *found)

    def _about(self, ready: list[Button]) -> str:
        """What the buttons of presets do."""
        return self.tr("A preset made for it can be opened with this data:") if ready else ""

    def _ready_buttons(self, misfit: str) -> list[Button]:
        """Buttons that open a preset which was made for the recipe, with the data at hand."""
        return self._open_buttons(offers_of(self.workspace).ready(misfit))

    def _open_buttons(self, found: list[Ready]) -> list[Button]:
        return [
            (
                self.tr("Open {0}").format(ready.title),
                lambda ready=ready: self.project_asked.emit(ready.project.copy()),
            )  # type: ignore[misc]
            for ready in found
        ]

    def _offers(self, project: Project) -> list[Button]:
        """Buttons for sources that the recipe can use, those that fit the network first."""
        return [
            (self.tr("Use {0}").format(source.title), lambda source=source: self._use(source))  # type: ignore[misc]
            for source in fitting_sources(project)[:OFFERED]
        ]

    def _recipes(self, schema: Schema) -> str:
        """The recipes that such data is for."""
        titles = [
            recipe.title for recipe in RECIPES.values() if recipe.tasks and recipe.refusal(schema) is None
        ]
        return self.tr("Recipes for this data: {0}.").format(", ".join(titles)) if titles else ""

    def _recipe_buttons(self, schema: Schema) -> list[Button]:
        """Buttons for recipes that such data and the present networks are for, those made for it first."""
        project = self.workspace.project
        fit = [
            recipe for recipe in RECIPES.values() if recipe.tasks and refusal(recipe, project, schema) is None
        ]
        fit.sort(key=lambda recipe: (len(recipe.tasks), -len(recipe.roles)))
        return [
            (
                self.tr("Use the recipe {0}").format(recipe.title),
                lambda recipe=recipe: self._use_recipe(recipe),
            )  # type: ignore[misc]
            for recipe in fit[:RECIPES_OFFERED]
        ]

    def _loss_button(self, loss: str) -> Button:
        return (self.tr("Use {0}").format(LOSSES[loss].title), lambda: self._use_loss(loss))

    # -- what helps ----------------------------------------------------------------------------------------

    def fit_network(self) -> None:
        """Change the network in one undo step so that it takes the data and gives what the loss wants."""
        workspace = self.workspace
        edits = fit_everything(workspace.inference, workspace.project)
        if edits is None:
            problem = data_problem(workspace.shapes.problems)
            if problem is not None:
                offers_of(workspace).refuse(problem.key)
            buttons: list[Button] = [(self.tr("Show problems"), self.problems_asked.emit)]
            if fit_pictures(workspace.project) is not None:
                buttons.insert(0, (self.tr("Resize the pictures"), self.fit_pictures))
            sentence = self.tr("This network cannot take the data by changing its sizes alone.")
            self.tell("warning", sentence, self._why(), buttons)
            return
        if workspace.perform(self.tr("Fit network to the data"), edits) and any(
            isinstance(edit, (AddNodes, RemoveNodes)) for edit in edits
        ):
            self.rebuilt.emit()

    def fit_pictures(self) -> None:
        """Let the source resize its pictures to what the network expects."""
        edit = fit_pictures(self.workspace.project)
        if edit is not None:
            self.workspace.perform(self.tr("Resize the pictures"), [edit])

    def _use(self, source: Source) -> None:
        edits = choose_data(self.workspace.project, source.id)
        self.workspace.perform(self.tr("Use {0}").format(source.title), edits)

    def _use_recipe(self, recipe: Recipe) -> None:
        name = self.tr("Use the recipe {0}").format(recipe.title)
        self.workspace.perform(name, choose_recipe(self.workspace.project, recipe.id))

    def _use_loss(self, loss: str) -> None:
        title = LOSSES[loss].title
        self.workspace.perform(self.tr("Use {0}").format(title), [SetProject("training", {"loss": loss})])


def fitting_sources(project: Project) -> list[Source]:
    """Sources that come with TorchLoom and that the project's recipe can use: those whose samples look like the
    network's input first, those that have to be downloaded last."""
    recipe = recipe_of(project.training)
    entries = project.main.inputs
    wanted = entries[0].params.get("shape") if entries else None
    found = []
    for number, source in enumerate(SOURCES.values()):
        if is_own(source.id):
            continue
        schema = source.schema()
        if recipe.refusal(schema) is not None:
            continue
        same_shape = schema.input_shape == wanted
        same_axes = isinstance(wanted, tuple) and len(schema.input_shape) == len(wanted)
        found.append(((schema.needs_download, not same_shape, not same_axes, number), source))
    return [source for _, source in sorted(found, key=lambda pair: pair[0])]
