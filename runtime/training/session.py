"""Everything a run needs, put together: the very module that will be exported, its data, its optimiser."""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from graph.files import to_data
from graph.model import Project
from runtime.choice import ChoiceError, chosen
from runtime.custom import asker
from runtime.data import Dataset, Splits, load_prepared
from runtime.data.targets import form_of, output_shape
from runtime.devices import default_threads, list_devices, pick_device
from runtime.initialisation import INITIALISATIONS, initialise
from runtime.losses import LOSSES, Answer, answer_rule
from runtime.optimizers import OPTIMIZERS, extras
from runtime.precision import PRECISION
from runtime.recipes import check_recipe
from runtime.runs import Run, write_atomic, write_json
from runtime.schedules import SCHEDULES
from runtime.training.errors import RunError
from runtime.training.meter import Meter, Pace
from runtime.training.steps import Steps, in_time_order, make_steps
from runtime.trust import refuse_untrusted
from runtime.weights import WeightsError, start_from

if TYPE_CHECKING:
    from graph.code import Source
    from graph.shapes import Inference, ProjectShapes

Progress = Callable[[float | None, str], None]
PROBABILITIES = (
    "Binary cross-entropy needs probabilities from 0 to 1, but the network gives other numbers.",
    "Put a Sigmoid at the end, or choose binary cross-entropy with logits.",
)
EVALUATION_ELEMENTS = 2**19
"""An evaluation batch holds about this many input numbers, so that pictures do not fill the memory."""


@dataclass(slots=True, eq=False)
class Session:
    """A run that is ready to go. ``epoch`` counts finished epochs, ``batch`` those of the one in progress."""

    project: Project
    run: Run
    network: str
    shapes: ProjectShapes
    source: Source
    model: nn.Module
    device: torch.device
    device_name: str
    dataset: Dataset
    splits: Splits
    inputs: torch.Tensor
    targets: torch.Tensor
    forward: Callable[[torch.Tensor], torch.Tensor]
    loss_of: Callable[[Any, Any], torch.Tensor]
    answer: Answer | None
    optimizer: torch.optim.Optimizer
    schedule: Any
    steps: Steps
    threads: int
    shuffle: torch.Generator
    shuffle_state: torch.Tensor
    skips_single: bool
    meter: Meter
    exact: bool
    """Look at every loss before it moves the weights. Free on the CPU; a GPU would have to wait."""
    epoch: int = 0
    batch: int = 0
    step: int = 0
    seconds: float = 0.0
    """Training time so far, earlier parts of a resumed run included, pauses not."""
    idle: float = 0.0
    """Time its driver kept it waiting, which counts for nothing."""
    pace: Pace = field(default_factory=Pace)
    best_epoch: int = 0
    best_loss: float = math.inf
    best_weights: dict[str, torch.Tensor] = field(default_factory=dict)
    stopping: bool = False
    saved_at: float = -math.inf
    save_cost: float = 0.0

    @property
    def epochs(self) -> int:
        return self.project.training.epochs

    @property
    def batch_size(self) -> int:
        return self.project.training.batch_size

    @property
    def evaluation_size(self) -> int:
        """How many samples are evaluated at once."""
        return evaluation_size(self.batch_size, self.inputs[0].numel())

    @property
    def steps_per_epoch(self) -> int:
        return steps_per_epoch(len(self.splits.train), self.batch_size, self.skips_single)

    @property
    def total_steps(self) -> int:
        return self.steps_per_epoch * self.epochs

    @property
    def learning_rate(self) -> float:
        return float(self.optimizer.param_groups[0]["lr"])

    def set_learning_rate(self, value: float) -> None:
        """Change the rate from the next step on. The schedule goes on multiplying from there."""
        for group in self.optimizer.param_groups:
            group["lr"] = value

    def rows(self, split: str) -> torch.Tensor:
        """Row numbers of "train", "validation" or "test"."""
        found: torch.Tensor = getattr(self.splits, split)
        return found

    def take(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs and targets of some rows, on the device of the model."""
        rows = rows.to(self.inputs.device)
        return self.inputs[rows].to(self.device), self.targets[rows].to(self.device)


def evaluation_size(batch_size: int, elements: int) -> int:
    """Samples per evaluation batch: at least the training batch, at most 512."""
    return max(batch_size, min(512, EVALUATION_ELEMENTS // max(1, elements)))


def steps_per_epoch(count: int, batch_size: int, skips_single: bool) -> int:
    """How many batches an epoch has. A last batch of one sample is left out where batch norm could not
    measure it (it comes to another sample in the next epoch)."""
    left_out = skips_single and count % batch_size == 1 and count > batch_size > 1
    return -(-count // batch_size) - left_out


def prepare(
    project: Project,
    folder: Path,
    device: str = "",
    resume: bool = False,
    progress: Progress = lambda fraction, text: None,
    cancelled: Callable[[], bool] | None = None,
    trusted: Collection[str] | None = (),
    weights: Path | None = None,
) -> Session:
    """Check the project, load its data, write ``model.py``, build the model and all around it.

    ``trusted`` are the fingerprints of code of a person's own that may run here (``None``: all of it).
    ``weights`` is the file the project names to start from, or another one: what fits of it is taken.
    Raises :class:`RunError`, :class:`runtime.data.DataError`, :class:`runtime.choice.ChoiceError` or
    :class:`graph.code.CodeError`, all with a sentence; :class:`runtime.data.Cancelled` when given up.
    """
    from graph.code import generate, load_module
    from runtime.facts import facts_for
    from runtime.training import checkpoint
    from runtime.training.guard import explain

    training = project.training
    check_recipe(training.recipe)
    run = Run(folder.absolute())
    state = checkpoint.read(run.checkpoint) if resume else None
    place = torch.device(pick_device(device or training.device))
    threads = training.threads or default_threads()
    torch.set_num_threads(threads)

    progress(None, "Checking the network")
    facts = facts_for(project)
    network = project.main
    refuse_untrusted(project, trusted, network.id)
    inference = _inference()
    inference.custom = asker(trusted)
    shapes = inference.run(project, facts)
    errors = [problem for problem in shapes.errors if problem.place and problem.place[0] == network.id]
    if errors:
        node = (*errors[0].place, errors[0].node) if errors[0].node else None
        raise RunError(errors[0].text, "Repair the network first; the list of problems shows how.", node)
    if len(network.inputs) != 1:
        names = ", ".join(node.name for node in network.inputs) or "none"
        raise RunError(
            f"“{network.name}” has {len(network.inputs)} inputs ({names}), but the data feeds exactly one.",
            "Keep one Input node." if network.inputs else "Add an Input node.",
        )
    dataset, splits = _data(project, progress, cancelled)
    progress(None, "Building the model")
    source = generate(project, shapes, network.id)
    run.folder.mkdir(parents=True, exist_ok=True)
    write_atomic(run.model, source.text.encode(), sync=False)
    torch.manual_seed(training.seed)
    model = load_module(run.model, source.class_name)()
    start = chosen(INITIALISATIONS, training.initialisation, "initialisation")
    initialise(model, start, start.settled(training))
    begun = _start_from(model, project, weights, progress) if state is None else None
    model.to(place)

    session = _session(project, run, shapes, source, model, place, dataset, splits, threads)
    try:
        _try_once(session)
    except (RuntimeError, MemoryError, ValueError, IndexError, TypeError) as error:
        raise explain(error, session) from error
    if state is not None:
        checkpoint.restore(session, state)
        run.forget_after(session.step)
    elif run.metrics.exists():
        run.metrics.unlink()
    write_json(run.project, to_data(project))
    write_json(run.config, {**_config(session), **({"start": begun} if begun else {})})
    return session


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


def _session(
    project: Project,
    run: Run,
    shapes: ProjectShapes,
    source: Source,
    model: nn.Module,
    device: torch.device,
    dataset: Dataset,
    splits: Splits,
    threads: int,
) -> Session:
    training, schema = project.training, dataset.schema
    loss = chosen(LOSSES, training.loss, "loss")
    loss_of: Any = loss.make(loss.settled(training))
    if schema.task == "next-token" and form_of(training.loss) == "index":
        loss_of = in_time_order(loss_of)
    optimizer, schedule = make_optimizer(project, model)
    forward = first_output(model) if len(project.main.outputs) > 1 else model
    precision = PRECISION.check(training.options.get("precision", PRECISION.default))
    targets = dataset.targets_for(training.loss)
    room = _has_room(device, dataset.inputs.nbytes + targets.nbytes)
    shuffle = torch.Generator().manual_seed(training.seed)
    width = math.prod(output_shape(schema, training.loss)[-1:])
    answer = answer_rule(loss, schema.task, width)
    return Session(
        project=project,
        run=run,
        network=project.main.id,
        shapes=shapes,
        source=source,
        model=model,
        device=device,
        device_name=next((d["title"] for d in list_devices() if d["name"] == str(device)), str(device)),
        dataset=dataset,
        splits=splits,
        inputs=dataset.inputs.to(device) if room else dataset.inputs,
        targets=targets.to(device) if room else targets,
        forward=forward,
        loss_of=loss_of,
        answer=answer,
        optimizer=optimizer,
        schedule=schedule,
        steps=make_steps(forward, loss_of, optimizer, device, precision),
        threads=threads,
        shuffle=shuffle,
        shuffle_state=shuffle.get_state(),
        skips_single=has_batch_norm(model),
        meter=Meter(answer),
        exact=device.type == "cpu",
    )


def make_optimizer(project: Project, model: nn.Module) -> tuple[torch.optim.Optimizer, Any]:
    """The optimiser and the schedule (``None`` when the rate stays constant)."""
    training = project.training
    optimizer = chosen(OPTIMIZERS, training.optimizer, "optimiser")
    schedule = chosen(SCHEDULES, training.schedule, "schedule")
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if not weights:
        raise RunError(
            "This network has no weights, so there is nothing to train.",
            "Add a layer such as Linear or Conv2d.",
        )
    keywords = optimizer.keywords(optimizer.settled(training))
    shared = extras(optimizer, training.learning_rate, training.weight_decay)
    made = getattr(torch.optim, optimizer.name)(model.parameters(), **shared, **keywords)
    planned = schedule.make(schedule.settled(training), made) if schedule.made_by else None
    return made, planned


def first_output(model: nn.Module) -> Callable[[torch.Tensor], torch.Tensor]:
    """The loss looks at the first of several outputs."""

    def forward(inputs: torch.Tensor) -> torch.Tensor:
        found: torch.Tensor = model(inputs)[0]
        return found

    return forward


def has_batch_norm(model: nn.Module) -> bool:
    """Whether a batch of one sample could fail in training."""
    return any(isinstance(module, nn.modules.batchnorm._BatchNorm) for module in model.modules())


@cache
def _inference() -> Inference:
    """The shapes of layers, remembered from run to run."""
    from graph.shapes import Inference

    return Inference()


_last_data: tuple[Any, Dataset, Splits] | None = None


def _data(
    project: Project, progress: Progress, cancelled: Callable[[], bool] | None
) -> tuple[Dataset, Splits]:
    """The project's data, divided and scaled; the last one is kept for the next run."""
    global _last_data
    training = project.training
    key = (
        project.data.source,
        repr(sorted(project.data.options.items())),
        training.validation_fraction,
        training.test_fraction,
        training.seed,
    )
    if _last_data is None or _last_data[0] != key:
        _last_data = None
        dataset, splits = load_prepared(
            project.data.source,
            project.data.options,
            val_fraction=training.validation_fraction,
            test_fraction=training.test_fraction,
            seed=training.seed,
            cancelled=cancelled,
            progress=progress,
        )
        _last_data = (key, dataset, splits)
    return _last_data[1], _last_data[2]


def _has_room(device: torch.device, size: int) -> bool:
    """Whether the samples may live on the device: at most 40 % of what is free there."""
    if device.type == "cpu":
        return True
    if device.type == "cuda":
        return size < 0.4 * torch.cuda.mem_get_info(device)[0]
    return size < 2**30


def _try_once(session: Session) -> None:
    """A few samples through the network and the loss before the run begins, so that what does not fit is said
    in a sentence. Leaves the random numbers as they were."""
    schema, loss = session.dataset.schema, session.project.training.loss
    rows = session.splits.train[:32]
    cuda = [session.device] if session.device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda), torch.no_grad():
        session.model.eval()
        inputs, targets = session.take(rows)
        outputs = session.forward(inputs)
        want = (len(rows), *output_shape(schema, loss))
        got = tuple(outputs.shape)
        fits = len(want) == len(got) and all(a in (-1, b) for a, b in zip(want[1:-1], got[1:-1], strict=True))
        # scores for classes that never come do no harm: a network for ImageNet on four kinds of pictures
        spare = form_of(loss) == "index" and got[-1] > want[-1]
        if not fits or not (spare or want[-1] in (-1, got[-1])):
            raise RunError(
                f"The network gives {_shape(got)} but {LOSSES[loss].title} with this data needs "
                f"{_shape(want)}.",
                "Change the last layer, or choose another loss.",
            )
        if loss == "bce" and not bool(((outputs >= 0) & (outputs <= 1)).all()):
            raise RunError(*PROBABILITIES)
        session.loss_of(outputs, targets)


def _shape(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(["B", *("T" if size == -1 else str(size) for size in shape[1:])]) + ")"


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


def parameter_count(model: nn.Module) -> int:
    return sum(weight.numel() for weight in model.parameters())


__all__ = ["ChoiceError", "Session", "prepare"]
