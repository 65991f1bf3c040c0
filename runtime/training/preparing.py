"""From a project to a session that is ready to go: checks, data, code, networks, start weights."""

from __future__ import annotations

import platform
from collections.abc import Callable, Collection
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from graph.custom import fingerprint
from graph.files import to_data
from graph.model import Graph, Project
from runtime.choice import ChoiceError, chosen
from runtime.custom import asker
from runtime.data import Dataset, Splits, load_prepared
from runtime.data.dataset import Learnt
from runtime.data.own.scans import state_of
from runtime.devices import default_threads, pick_device
from runtime.freezing import freezing_plan
from runtime.initialisation import INITIALISATIONS, initialise
from runtime.practices import practices_of
from runtime.recipes import OWN, SUPERVISED, recipe_of
from runtime.runs import Run, write_atomic, write_json
from runtime.starts import start_layers, start_plan
from runtime.training.assembling import assemble
from runtime.training.errors import RunError
from runtime.training.freezing import Freezing
from runtime.training.judged import judged_for
from runtime.training.session import Part, Session, parameter_count
from runtime.training.trial import try_loop, try_once
from runtime.trust import HINT as TRUST_HINT
from runtime.trust import refuse_untrusted
from runtime.weights import WeightsError, start_from

if TYPE_CHECKING:
    from graph.shapes import Inference, ProjectShapes

Progress = Callable[[float | None, str], None]


def prepare(
    project: Project,
    folder: Path,
    device: str = "",
    resume: bool = False,
    progress: Progress = lambda fraction, text: None,
    cancelled: Callable[[], bool] | None = None,
    trusted: Collection[str] | None = (),
    weights: Path | None = None,
    fold: int | None = None,
) -> Session:
    """Check the project, load its data, write ``model.py``, build the model and all around it.

    ``trusted`` are the fingerprints of code of a person's own that may run here (``None``: all of it).
    ``weights`` is the file the project names to start from, or another one: what fits of it is taken. ``fold`` is
    the part (from 0) to validate on in a cross-validation.
    Raises :class:`RunError`, :class:`runtime.data.DataError`, :class:`runtime.choice.ChoiceError` or
    :class:`graph.code.CodeError`, all with a sentence; :class:`runtime.data.Cancelled` when given up.
    """
    from runtime.facts import facts_for
    from runtime.training import checkpoint
    from runtime.training.guard import explain

    training = project.training
    recipe_of(training)
    run = Run(folder.absolute())
    state = checkpoint.read(run.checkpoint) if resume else None
    place = torch.device(pick_device(device or training.device))
    threads = training.threads or default_threads()
    torch.set_num_threads(threads)

    progress(None, "Checking the network")
    facts = facts_for(project)
    if training.recipe == OWN and trusted is not None and fingerprint(training.code) not in trusted:
        raise RunError(
            "The recipe of this project is Python of its own, which is not trusted yet.", TRUST_HINT
        )
    networks = networks_of(project)
    inference = _inference()
    inference.custom = asker(trusted)
    shapes = inference.run(project, facts)
    for network in networks:
        refuse_untrusted(project, trusted, network.id)
    ids = [network.id for network in networks]
    errors = [problem for problem in shapes.errors if problem.place and problem.place[0] in ids]
    if errors:
        node = (*errors[0].place, errors[0].node) if errors[0].node else None
        raise RunError(errors[0].text, "Repair the network first; the list of problems shows how.", node)
    folds = practices_of(training).folds
    kept = run.read_learnt() if resume else {}
    dataset, splits = _data(project, progress, cancelled, None if fold is None else (fold, folds), kept)
    if project.training.recipe != SUPERVISED:
        refusal = recipe_of(training).refusal(dataset.schema)
        if refusal:
            raise RunError(refusal, "Choose other data on the data page, or another recipe.")
    progress(None, "Building the model")
    run.folder.mkdir(parents=True, exist_ok=True)
    torch.manual_seed(training.seed)
    parts = tuple(_part(project, run, shapes, network, number) for number, network in enumerate(networks))
    start = chosen(INITIALISATIONS, training.initialisation, "initialisation")
    for part in parts:
        initialise(part.module, start, start.settled(training))
        start_layers(part.module, start_plan(project, part.source))
    model = parts[0].module
    if len(parts) > 1:
        model = nn.ModuleDict({part.role: part.module for part in parts})
    begun = _start_from(model, project, weights, progress) if state is None else None
    model.to(place)
    if practices_of(training).channels_last:
        _channels_last(model)

    session = assemble(project, run, shapes, parts, model, place, dataset, splits, threads)
    try:
        if session.loop is None:
            try_once(session)
        else:
            try_loop(session)
    except (RuntimeError, MemoryError, ValueError, IndexError, TypeError) as error:
        raise explain(error, session) from error
    judged = judged_for(session, trusted)
    if judged is not None:
        session.memory["judged"] = judged
    if state is not None:
        checkpoint.restore(session, state)
        run.forget_after(session.step)
    elif run.metrics.exists():
        run.metrics.unlink()
    write_json(run.project, to_data(project))
    if dataset.learnt:
        write_json(run.learnt, _words(dataset))
    write_json(run.config, {**_config(session), **({"start": begun} if begun else {})})
    return session


def _channels_last(model: nn.Module) -> None:
    """Lay out the weights of convolutions so that a pixel's values stand side by side."""
    if any(weight.dim() == 5 for weight in model.parameters()):
        raise RunError(
            "“channels last” is for pictures, but this network has layers with three-dimensional windows.",
            "Switch it off in the settings of the training.",
        )
    model.to(memory_format=torch.channels_last)


def networks_of(project: Project) -> list[Graph]:
    """The networks that the project's recipe trains, in the order of its roles."""
    recipe = recipe_of(project.training)
    networks = list(project.networks.values())
    refusal = recipe.networks_refusal(project)
    if refusal is not None:
        raise RunError(refusal)
    return networks[: len(recipe.roles)]


def _part(project: Project, run: Run, shapes: ProjectShapes, network: Graph, number: int) -> Part:
    """Write the code of one network and build it."""
    from graph.code import generate, load_module

    role = recipe_of(project.training).roles[number].name
    source = generate(project, shapes, network.id)
    file = run.model if number == 0 else run.model.with_name(f"model_{role}.py")
    write_atomic(file, source.text.encode(), sync=False)
    module = load_module(file, source.class_name)()
    plan = freezing_plan(project, source)
    return Part(role, network.id, module, source, file, None if plan is None else Freezing(module, *plan))


def _start_from(
    model: nn.Module, project: Project, weights: Path | None, progress: Progress
) -> dict[str, Any] | None:
    """Put the start weights in; what the run's configuration says of them."""
    if weights is None:
        if project.weights:
            raise RunError(
                f"The project starts from “{project.weights}”, which was not found.",
                "Load the weights again (File, Load weights), or remove them from the project.",
            )
        return None
    progress(None, f"Loading {weights.name}")
    try:
        report = start_from(model, weights)
    except WeightsError as error:
        raise RunError(str(error), "Load other weights, or remove them from the project.") from error
    progress(None, f"Starting from {weights.name}: {report.sentence}")
    return {"weights": weights.name, "matched": len(report.of("matched")), "report": report.sentence}


@cache
def _inference() -> Inference:
    """The shapes of layers, remembered from run to run."""
    from graph.shapes import Inference

    return Inference()


_last_data: tuple[Any, Dataset, Splits, bool] | None = None
"""What it depends on, the data, and whether an earlier run's words were used."""


def _data(
    project: Project,
    progress: Progress,
    cancelled: Callable[[], bool] | None,
    fold: tuple[int, int] | None = None,
    kept: Learnt | None = None,
) -> tuple[Dataset, Splits]:
    """The project's data, divided and scaled; the last one is kept for the next run."""
    global _last_data
    training = project.training
    key = (
        project.data.source,
        repr(sorted(project.data.options.items())),
        repr(project.data.steps),
        state_of(project.data.source, project.data.options),
        training.validation_fraction,
        training.test_fraction,
        training.seed,
        fold,
    )
    last = _last_data
    if last is None or last[0] != key or (_words(last[1]) != kept if kept else last[3]):
        last = _last_data = None
        dataset, splits = load_prepared(
            project.data.source,
            project.data.options,
            steps=project.data.steps,
            val_fraction=training.validation_fraction,
            test_fraction=training.test_fraction,
            seed=training.seed,
            cancelled=cancelled,
            progress=progress,
            fold=fold,
            kept=kept,
        )
        last = _last_data = (key, dataset, splits, bool(kept))
    return last[1], last[2]


def _words(dataset: Dataset) -> dict[str, list[str]]:
    """What was learnt from the training rows, as JSON keeps it."""
    return {name: list(words) for name, words in dataset.learnt.items()}


def _config(session: Session) -> dict[str, Any]:
    training = session.project.training
    return {
        "format": 1,
        "title": session.project.title,
        "seed": training.seed,
        "device": str(session.device),
        "device_name": session.device_name,
        "threads": session.threads,
        "class_name": session.source.class_name,
        "parameters": parameter_count(session.model),
        "rows": {
            "train": len(session.splits.train),
            "validation": len(session.splits.validation),
            "test": len(session.splits.test),
        },
        "data": to_data(session.project)["data"],
        "training": to_data(session.project)["training"],
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "system": platform.platform(),
    }


__all__ = ["ChoiceError", "prepare"]
