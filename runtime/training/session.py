"""Everything a run needs, put together: the very module that will be exported, its data, its optimiser."""

from __future__ import annotations

import math
import platform
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from graph.custom import fingerprint
from graph.files import to_data
from graph.model import Graph, Project
from runtime.choice import ChoiceError, chosen
from runtime.class_weights import class_weights
from runtime.custom import asker
from runtime.data import Dataset, Splits, load_prepared
from runtime.data.targets import form_of, output_shape
from runtime.devices import default_threads, list_devices, pick_device
from runtime.freezing import freezing_plan
from runtime.initialisation import INITIALISATIONS, initialise
from runtime.loops import loop_class
from runtime.losses import LOSSES, Answer, answer_rule
from runtime.optimizers import OPTIMIZERS, extras
from runtime.practices import Practices, practices_of
from runtime.precision import PRECISION
from runtime.recipes import OWN, SUPERVISED, Recipe, recipe_of
from runtime.runs import Run, write_atomic, write_json
from runtime.schedules import make_schedule
from runtime.starts import start_layers, start_plan
from runtime.training.advice import Advisor, advisor_for
from runtime.training.augmenting import Augmenting, augmenting, bytes_before
from runtime.training.average import Average
from runtime.training.errors import RunError
from runtime.training.figures import FigureMeter
from runtime.training.freezing import Freezing
from runtime.training.meter import Meter, Pace
from runtime.training.steps import Steps, in_precision, in_time_order, make_steps, make_update
from runtime.trust import HINT as TRUST_HINT
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


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One of the networks that train. ``role`` is its part in the recipe, ``file`` the text it was loaded from."""

    role: str
    network: str
    module: nn.Module
    source: Source
    file: Path
    freezing: Freezing | None = None
    """Which of its layers stay as they are; ``None`` when all learn alike."""


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
    practices: Practices
    threads: int
    shuffle: torch.Generator
    shuffle_state: torch.Tensor
    skips_single: bool
    meter: Meter | FigureMeter
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
    columns: dict[str, torch.Tensor] = field(default_factory=dict)
    """``input``, ``target`` and the fields of the data, on the device when they have room there."""
    augmenting: Augmenting | None = None
    """What training does with each batch anew; ``None`` where it takes the samples as they are."""
    optimizers: dict[str, torch.optim.Optimizer] = field(default_factory=dict)
    """By group; ``optimizer`` is the first of them."""
    schedules: dict[str, Any] = field(default_factory=dict)
    loop: Any = None
    """The loop of a recipe of its own (:mod:`runtime.loops`); ``None`` for the plain supervised one."""
    parts: tuple[Part, ...] = ()
    """The networks that train, each with its role."""
    average: Average | None = None
    """The average of the weights, where one is kept: scores and the best weights are its."""
    early: bool = False
    """Ended because nothing had become better for long enough."""
    advisor: Advisor = field(default_factory=Advisor)
    memory: dict[str, Any] = field(default_factory=dict)
    """What the shows of a run keep: fixed noise, chosen samples."""
    shown_at: float = -math.inf
    show_cost: float = 0.0

    def averaged(self) -> AbstractContextManager[None]:
        """Let the model work with the averaged weights, if there are any."""
        return self.average.in_place() if self.average is not None else nullcontext()

    @property
    def recipe(self) -> Recipe:
        return recipe_of(self.project.training)

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
        group = self.optimizer.param_groups[0]
        return float(group["lr"]) / float(group.get("factor", 1.0))

    def set_learning_rate(self, value: float) -> None:
        """Change the rate from the next step on. The schedule goes on multiplying from there."""
        for optimizer in self.optimizers.values():
            for group in optimizer.param_groups:
                group["lr"] = value * group.get("factor", 1.0)

    def to_training(self) -> None:
        """Training mode, in which frozen layers stay as they are."""
        self.model.train()
        for part in self.parts:
            if part.freezing is not None:
                part.freezing.hold(self.epoch + 1)

    def rows(self, split: str) -> torch.Tensor:
        """Row numbers of "train", "validation" or "test"."""
        found: torch.Tensor = getattr(self.splits, split)
        return found

    def take(self, rows: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Inputs and targets of some rows, on the device of the model."""
        rows = rows.to(self.inputs.device)
        return self.inputs[rows].to(self.device), self.targets[rows].to(self.device)

    def batch_of(self, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """Some rows of every column, on the device of the model."""
        rows = rows.to(self.inputs.device)
        return {name: values[rows].to(self.device) for name, values in self.columns.items()}

    def training_batch(self, rows: torch.Tensor) -> dict[str, torch.Tensor]:
        """Some rows of every column as they are trained on: augmented, where the preparation does."""
        if self.augmenting is not None:
            return self.augmenting.batch(rows, self.device)
        return self.batch_of(rows)

    def part_of(self, network: str) -> Part:
        """The network with this id; :class:`RunError` when it is not one of those that train."""
        for part in self.parts:
            if part.network == network:
                return part
        raise RunError("The watched node is not part of the network that is training.")

    def given_to(self, network: str, rows: torch.Tensor) -> tuple[torch.Tensor, ...]:
        """What a network is given for some rows of the data."""
        if self.loop is None:
            return (self.take(rows)[0],)
        found: tuple[torch.Tensor, ...] = self.loop.inputs(self.batch_of(rows))[self.part_of(network).role]
        return found


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
    _check_inputs(project, networks)
    folds = practices_of(training).folds
    dataset, splits = _data(project, progress, cancelled, None if fold is None else (fold, folds))
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

    session = _session(project, run, shapes, parts, model, place, dataset, splits, threads)
    try:
        if session.loop is None:
            _try_once(session)
        else:
            try_loop(session)
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


def networks_of(project: Project) -> list[Graph]:
    """The networks that the project's recipe trains, in the order of its roles."""
    recipe = recipe_of(project.training)
    networks = list(project.networks.values())
    if len(networks) < len(recipe.roles):
        missing = recipe.roles[len(networks)]
        raise RunError(
            f"The recipe “{recipe.title}” trains {len(recipe.roles)} networks "
            f"({', '.join(role.title for role in recipe.roles)}), but the project has {len(networks)}.",
            f"Add a network for “{missing.title}” (+ beside the networks' tabs), or choose another recipe.",
        )
    return networks[: len(recipe.roles)]


def _check_inputs(project: Project, networks: list[Graph]) -> None:
    """A network with no input, or (supervised) with more than the data has."""
    single = project.training.recipe == SUPERVISED
    for network in networks:
        count = len(network.inputs)
        if count == 0 or (single and count != 1):
            names = ", ".join(node.name for node in network.inputs) or "none"
            only = "but the data feeds exactly one" if single else "so nothing can be fed to it"
            raise RunError(
                f"“{network.name}” has {count} inputs ({names}), {only}.",
                "Keep one Input node." if network.inputs else "Add an Input node.",
            )


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


def _session(
    project: Project,
    run: Run,
    shapes: ProjectShapes,
    parts: tuple[Part, ...],
    model: nn.Module,
    device: torch.device,
    dataset: Dataset,
    splits: Splits,
    threads: int,
) -> Session:
    training = project.training
    recipe = recipe_of(training)
    supervised = recipe.id == SUPERVISED
    columns = dataset.columns()
    if supervised:
        columns["target"] = dataset.targets_for(training.loss)
    if _has_room(device, sum(values.nbytes for values in columns.values()) + bytes_before(dataset)):
        columns = {name: values.to(device) for name, values in columns.items()}
    home = columns["target"].device
    augments = augmenting(
        dataset, columns, training.loss if supervised else None, lambda values: values.to(home)
    )
    groups = {
        group: [part for part in parts if part.role in roles]
        for group, roles in (recipe.groups or ((recipe.roles[0].name, (recipe.roles[0].name,)),))
    }
    made = {group: make_optimizer(project, members) for group, members in groups.items()}
    optimizers = {group: optimizer for group, (optimizer, _) in made.items()}
    schedules = {group: schedule for group, (_, schedule) in made.items() if schedule is not None}
    precision = PRECISION.check(training.options.get("precision", PRECISION.default))
    practices = practices_of(training)
    if practices.accumulate > 1 and len(groups) > 1:
        raise RunError(
            f"“{recipe.title}” moves {len(groups)} optimisers in turns, so gradients cannot be gathered over batches.",
            "Set “accumulate” to 1 and choose a larger batch size.",
        )
    shuffle = torch.Generator().manual_seed(training.seed)
    first = next(iter(optimizers))
    forward, loss_of, answer = model, None, None
    meter: Meter | FigureMeter
    if supervised:
        forward, loss_of, answer = _supervised(project, model, dataset, splits, device)
        steps = make_steps(forward, loss_of, optimizers[first], device, precision, practices)
        loop, meter = None, Meter(answer)
    else:
        steps = make_update(device, precision, practices)
        loop, meter = (
            make_loop(project, parts, optimizers, dataset, steps, device),
            FigureMeter(recipe.figures),
        )
    return Session(
        project=project,
        run=run,
        network=parts[0].network,
        shapes=shapes,
        source=parts[0].source,
        model=model,
        device=device,
        device_name=next((d["title"] for d in list_devices() if d["name"] == str(device)), str(device)),
        dataset=dataset,
        splits=splits,
        inputs=columns["input"],
        targets=columns["target"],
        columns=columns,
        augmenting=augments,
        forward=forward,
        loss_of=loss_of,  # type: ignore[arg-type]
        answer=answer,
        optimizer=optimizers[first],
        optimizers=optimizers,
        schedule=schedules.get(first),
        schedules=schedules,
        steps=steps,
        advisor=advisor_for(recipe),
        practices=practices,
        average=Average(model, practices.ema) if practices.ema else None,
        loop=loop,
        parts=parts,
        threads=threads,
        shuffle=shuffle,
        shuffle_state=shuffle.get_state(),
        skips_single=has_batch_norm(model),
        meter=meter,
        exact=device.type == "cpu",
    )


def _supervised(
    project: Project, model: nn.Module, dataset: Dataset, splits: Splits, device: torch.device
) -> tuple[Any, Any, Answer | None]:
    """Forward, loss and rule for right answers of the plain recipe."""
    training, schema = project.training, dataset.schema
    loss = chosen(LOSSES, training.loss, "loss")
    loss_of: Any = loss.make(loss.settled(training))
    for name, weights in class_weights(training, dataset, splits).items():
        loss_of.register_buffer(name, torch.tensor(weights, device=device))
    if schema.task == "next-token" and form_of(training.loss) == "index":
        loss_of = in_time_order(loss_of)
    forward = first_output(model) if len(project.main.outputs) > 1 else model
    width = math.prod(output_shape(schema, training.loss)[-1:])
    return forward, loss_of, answer_rule(loss, schema.task, width)


def make_loop(
    project: Project,
    parts: Sequence[Part],
    optimizers: dict[str, torch.optim.Optimizer],
    dataset: Dataset,
    steps: Steps,
    device: torch.device,
) -> Any:
    """The loop of a recipe of its own, with everything it is given."""
    training, recipe = project.training, recipe_of(project.training)
    loss = None
    if recipe.uses_loss:
        declared = chosen(LOSSES, training.loss, "loss")
        loss = declared.make(declared.settled(training))
    for part in parts:
        in_precision(
            part.module, device, PRECISION.check(training.options.get("precision", PRECISION.default))
        )
    return loop_class(recipe)(
        {part.role: part.module for part in parts},
        optimizers,
        loss,
        steps.update,
        **recipe.keywords(project, dataset.schema),
    )


def make_optimizer(project: Project, parts: Sequence[Part]) -> tuple[torch.optim.Optimizer, Any]:
    """The optimiser of some networks and the schedule (``None`` when the rate stays constant)."""
    training = project.training
    model = nn.ModuleList(part.module for part in parts)
    for part in parts:
        if part.freezing is not None:
            part.freezing.hold(1)
    optimizer = chosen(OPTIMIZERS, training.optimizer, "optimiser")
    weights = [weight for weight in model.parameters() if weight.requires_grad]
    if not weights:
        raise RunError(
            "This network has no weights that learn, so there is nothing to train.",
            "Add a layer such as Linear or Conv2d, or open a padlock.",
        )
    keywords = optimizer.keywords(optimizer.settled(training))
    shared = extras(optimizer, training.learning_rate, training.weight_decay)
    given: Any = model.parameters()
    if any(part.freezing is not None for part in parts):
        every = [part.freezing or Freezing(part.module, (), {}) for part in parts]
        given = [group for each in every for group in each.groups(training.learning_rate)]
    made = getattr(torch.optim, optimizer.name)(given, **shared, **keywords)
    return made, make_schedule(training, made)


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
    project: Project,
    progress: Progress,
    cancelled: Callable[[], bool] | None,
    fold: tuple[int, int] | None = None,
) -> tuple[Dataset, Splits]:
    """The project's data, divided and scaled; the last one is kept for the next run."""
    global _last_data
    training = project.training
    key = (
        project.data.source,
        repr(sorted(project.data.options.items())),
        repr(project.data.steps),
        training.validation_fraction,
        training.test_fraction,
        training.seed,
        fold,
    )
    if _last_data is None or _last_data[0] != key:
        _last_data = None
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


def try_loop(session: Session) -> None:
    """A few samples through every network and the recipe before the run begins. Leaves random numbers as they were."""
    cuda = [session.device] if session.device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda), torch.no_grad():
        session.model.eval()
        batch = session.batch_of(session.splits.train[:8])
        given = session.loop.inputs(batch)
        for part in session.parts:
            graph = session.project.graph(part.network)
            if len(given[part.role]) != len(graph.inputs):
                names = ", ".join(node.name for node in graph.inputs)
                raise RunError(
                    f"“{graph.name}” has {len(graph.inputs)} inputs ({names}), but the recipe "
                    f"“{session.recipe.title}” feeds {len(given[part.role])}.",
                    "Add or remove Input nodes; the drawing of the recipe shows what each network is fed.",
                )
            part.module(*given[part.role])
        session.loop.evaluate(batch)
        if hasattr(session.loop, "summary"):
            session.loop.summary()


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
