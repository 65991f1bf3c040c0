"""Which settings a run has, group by group, and the edits that change them. No widgets in here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from graph.catalogue.spec import Param
from graph.edits import UNSET, Edit, SetProject, SetSteps
from graph.files import FileError, load
from graph.model import DataChoice, Project, Training
from runtime.choice import Choice
from runtime.data import DataError, get_source
from runtime.data.steps.plan import fits
from runtime.initialisation import INITIALISATIONS
from runtime.losses import LOSSES
from runtime.optimizers import LEARNING_RATE, OPTIMIZERS, WEIGHT_DECAY
from runtime.practices import GROUPS
from runtime.recipes import SUPERVISED, known_recipe
from runtime.recipes.judges import DIGITS, PIXELS
from runtime.runs import list_runs
from runtime.schedules import SCHEDULES
from runtime.watched import scores_for

FIELDS = frozenset(field.name for field in fields(Training))
FRESH = Training()
LOOKED_AT = 24
"""So many of the newest runs are offered as judges."""

EPOCHS = Param(
    "epochs", "int", FRESH.epochs, "How often every training sample is seen.", minimum=1, maximum=1_000_000
)
BATCH_SIZE = Param(
    "batch_size", "int", FRESH.batch_size, "Samples per step. More is faster per sample and needs more memory.",
    minimum=1, maximum=10_000_000,
)  # fmt: skip
SEED = Param(
    "seed", "int", FRESH.seed, "The same seed on the CPU gives the same run: weights, splits and order.",
    minimum=0, maximum=2**32 - 1,
)  # fmt: skip
VALIDATION = Param(
    "validation_fraction", "float", FRESH.validation_fraction,
    "Share of the samples held out to measure after each epoch. The best epoch is chosen by them.",
    minimum=0.0, maximum=0.95,
)  # fmt: skip
TEST = Param(
    "test_fraction", "float", FRESH.test_fraction,
    "Share of the samples that are looked at only once, at the end.",
    minimum=0.0, maximum=0.95,
)  # fmt: skip
THREADS = Param(
    "threads", "int", FRESH.threads, "Processor threads for training; 0 leaves one core to the window.",
    minimum=0, maximum=1024,
)  # fmt: skip

CHOICES: dict[str, tuple[Mapping[str, Choice], str]] = {
    "loss": (LOSSES, "How far an output is from its target; what training makes small."),
    "optimizer": (OPTIMIZERS, "How the weights follow the gradient."),
    "schedule": (SCHEDULES, "How the learning rate changes from epoch to epoch."),
    "initialisation": (INITIALISATIONS, "How the weights start out."),
}
"""Field of :class:`Training` -> what can be chosen, and what it is for."""


@dataclass(frozen=True, slots=True)
class Field:
    """A parameter with where it lives: ``part`` of the project, and the table of options it stands in."""

    param: Param
    part: str
    table: str = ""

    def stored(self, project: Project) -> Any:
        """The value in the document; ``UNSET`` when the person set none."""
        target = project.data if self.part == "data" else project.training
        if self.table:
            return getattr(target, self.table).get(self.param.name, UNSET)
        return getattr(target, self.param.name)

    def edit(self, project: Project, value: Any) -> SetProject:
        """The edit that sets the value; ``UNSET`` goes back to the default."""
        if not self.table:
            return SetProject(self.part, {self.param.name: self.param.default if value is UNSET else value})
        target = project.data if self.part == "data" else project.training
        options = {**getattr(target, self.table), self.param.name: value}
        if value is UNSET:
            del options[self.param.name]
        return SetProject(self.part, {self.table: options})


def data_fields(project: Project) -> list[Field]:
    """The options of the chosen source. Lists of columns are chosen at the table's headers on the data page, so
    they are left out while they are empty."""
    try:
        source = get_source(project.data.source)
    except DataError:
        return []
    found = [Field(option, "data", "options") for option in source.options]
    return [
        field for field in found if field.param.kind != "names" or field.stored(project) not in (UNSET, ())
    ]


def split_fields(project: Project) -> list[Field]:
    """How much is held out; a source with a test set of its own asks only for the validation share."""
    try:
        schema = get_source(project.data.source).schema(project.data.options)
    except DataError:
        return [Field(VALIDATION, "training"), Field(TEST, "training")]
    if not schema.hold_out:
        return []
    own = schema.test_size is not None
    return [Field(VALIDATION, "training")] + ([] if own else [Field(TEST, "training")])


def choice_fields(project: Project, kind: str) -> list[Field]:
    """The options of the chosen loss, optimiser, schedule or initialisation."""
    chosen = CHOICES[kind][0].get(getattr(project.training, kind))
    if chosen is None:
        return []
    if kind == "schedule":
        return [Field(option, "training", "schedule_options") for option in chosen.options]
    return [
        Field(option, "training", "" if option.name in FIELDS else "options") for option in chosen.options
    ]


def recipe_fields(project: Project) -> list[Field]:
    """The options of the chosen recipe."""
    recipe = known_recipe(project.training)
    if recipe is None:
        return []
    return [
        Field(option, "training", "" if option.name in FIELDS else "options") for option in recipe.options
    ]


def practice_fields(project: Project) -> list[tuple[str, list[Field]]]:
    """What any recipe may be told beyond all this, group by group, as :mod:`runtime.practices` declares it."""
    plain = project.training.recipe == SUPERVISED
    taken = {field.param.name for field in recipe_fields(project)}
    found = []
    for group in GROUPS:
        if (group.supervised and not plain) or (
            group.recipes and project.training.recipe not in group.recipes
        ):
            continue
        params = [param for param in group.params if param.name not in taken]
        if params:
            here = [
                Field(_offered(param, project), "training", "" if param.name in FIELDS else "options")
                for param in params
            ]
            found.append((group.title, here))
    return found


def _offered(param: Param, project: Project) -> Param:
    """The score that decides which epoch is best as a choice of those that the recipe measures, and who judges pictures
    as a choice of the runs there are; others as they are."""
    recipe = known_recipe(project.training)
    if recipe is None:
        return param
    if param.name == "judge":
        stored = project.training.options.get("judge")
        names = (PIXELS, DIGITS, *judging_runs())
        return replace(
            param, kind="choice", choices=tuple(dict.fromkeys((*names, stored or PIXELS))), pattern=""
        )
    if param.name != "watch":
        return param
    if recipe.id == SUPERVISED:
        names, usual = _supervised_scores(project), "loss"
    else:
        names, usual = tuple(figure.name for figure in recipe.figures if figure.better), recipe.watch
    if usual not in names:
        names = (usual, *names)  # nothing: the last epoch counts
    stored = project.training.options.get("watch")
    if isinstance(stored, str) and stored not in names:
        names = (*names, stored)  # of another recipe: the run says that it is not measured
    return replace(param, kind="choice", choices=names, default=usual, pattern="")


def judging_runs() -> tuple[str, ...]:
    """The names of the newest runs whose network was trained on classes of pictures."""
    return tuple(
        run.folder.name
        for run in list_runs()[:LOOKED_AT]
        if run.best.is_file() and _looks_at_pictures(run.project)
    )


@lru_cache(maxsize=64)
def _looks_at_pictures(path: Path) -> bool:
    try:
        project = load(path)
        schema = get_source(project.data.source).schema(project.data.options)
    except (FileError, DataError, OSError):
        return False
    return schema.kind == "image" and project.training.recipe == SUPERVISED


def _supervised_scores(project: Project) -> tuple[str, ...]:
    """Accuracy and its kind only where there are classes."""
    try:
        task = get_source(project.data.source).schema(project.data.options).task
    except DataError:
        return ("loss", "accuracy")
    usual = ("loss",) if task == "regression" else ("loss", "accuracy")
    return (*usual, *scores_for(task))


def choose(project: Project, kind: str, name: str) -> list[Edit]:
    """Edits that choose a loss, an optimiser, a schedule or an initialisation. A new optimiser brings its
    usual learning rate unless the person has set one of their own, and its usual momentum."""
    training = project.training
    values: dict[str, Any] = {kind: name}
    if kind == "optimizer":
        old, new = OPTIMIZERS.get(training.optimizer), OPTIMIZERS[name]
        if old is not None and training.learning_rate == old.rate:
            values["learning_rate"] = new.rate
        for option in new.options:
            if option.name in FIELDS:
                values[option.name] = option.default
    if kind == "schedule":
        values["schedule_options"] = {}
    return [SetProject("training", values)]


def choose_data(project: Project, source_id: str, options: dict[str, Any] | None = None) -> list[Edit]:
    """Edits that choose a data source, and a loss that goes with it when the present one does not. Steps of the
    preparation that cannot be done with the new samples go; the range of the pixels stays."""
    from gui.training.fit import suggested_loss

    options = {**_scaling(project.data, source_id, options or {}), **(options or {})}
    edits: list[Edit] = [SetProject("data", {"source": source_id, "options": options})]
    tried = project.copy()
    tried.data.source, tried.data.options = source_id, dict(options)
    if not _steps_fit(tried.data):
        edits.append(SetSteps([]))
        tried.data.steps = []
    loss = suggested_loss(tried)
    if loss is not None and loss != project.training.loss:
        edits.append(SetProject("training", {"loss": loss}))
    return edits


def _scaling(present: DataChoice, source_id: str, options: dict[str, Any]) -> dict[str, Any]:
    """The range that was chosen for the present samples, for other ones that can have it: a generator that ends in
    Tanh draws from −1 to 1, whatever it learns from."""
    wanted = present.options.get("scaling")
    other = source_id != present.source or options.get("path") != present.options.get("path")
    if wanted is None or not other:
        return {}
    try:
        source = get_source(source_id)
    except DataError:
        return {}
    can = any(option.name == "scaling" and wanted in (option.choices or ()) for option in source.options)
    return {"scaling": wanted} if can else {}


def _steps_fit(choice: DataChoice) -> bool:
    """Whether the preparation can be done; also while nobody knows the samples yet."""
    try:
        schema = get_source(choice.source).schema(choice.options)
    except DataError:
        return True
    return fits(schema, choice.steps)


__all__ = [
    "BATCH_SIZE", "CHOICES", "EPOCHS", "LEARNING_RATE", "SEED", "TEST", "THREADS", "VALIDATION", "WEIGHT_DECAY",
    "Field", "choice_fields", "choose", "choose_data", "data_fields", "practice_fields",
    "recipe_fields", "split_fields",
]  # fmt: skip
