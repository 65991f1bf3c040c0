"""Optimisers, schedules, losses and loops of a session, put together."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import torch
from torch import nn

from graph.model import Project
from runtime.choice import chosen
from runtime.class_weights import class_weights
from runtime.data import Dataset, Splits
from runtime.data.targets import form_of, output_shape
from runtime.devices import list_devices
from runtime.loops import loop_class
from runtime.losses import LOSSES, Answer, answer_rule
from runtime.optimizers import OPTIMIZERS, extras
from runtime.practices import practices_of
from runtime.precision import precision_on
from runtime.recipes import SUPERVISED, recipe_of
from runtime.runs import Run
from runtime.schedules import make_schedule
from runtime.training.advice import advisor_for
from runtime.training.augmenting import augmenting, bytes_before
from runtime.training.average import Average
from runtime.training.errors import RunError
from runtime.training.figures import FigureMeter
from runtime.training.freezing import Freezing
from runtime.training.meter import Meter
from runtime.training.session import Part, Session
from runtime.training.steps import Steps, in_precision, in_time_order, make_steps, make_update
from runtime.watched import SCORES

if TYPE_CHECKING:
    from graph.shapes import ProjectShapes


def assemble(
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
    precision = precision_on(training, device)
    practices = practices_of(training)
    if practices.accumulate > 1 and len(groups) > 1:
        raise RunError(
            f"“{recipe.title}” moves {len(groups)} optimisers in turns, so gradients cannot be gathered over batches.",
            "Set “accumulate” to 1 and choose a larger batch size.",
        )
    if practices.patience and recipe.watch == practices.watch == "":
        raise RunError(
            f"“{recipe.title}” has no score that decides which epoch is best, so it cannot stop early.",
            "Name a score under “best epoch by”, or set the patience to 0.",
        )
    if supervised and practices.watch in SCORES:
        score = SCORES[practices.watch]
        if dataset.schema.task not in score.tasks:
            raise RunError(
                f"There is no {score.title} to watch: this data is of another kind.",
                "Choose another score under “best epoch by”.",
            )
        if not len(splits.validation):
            raise RunError(
                f"The {score.title} is measured on samples held back, and there are none.",
                "Raise the validation fraction, or choose loss or accuracy under “best epoch by”.",
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
    session = Session(
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
    if practices.accumulate > session.total_steps:
        raise RunError(
            f"The weights would never move: a step gathers {practices.accumulate:,} batches, but the whole run has "
            f"{session.total_steps:,}.",
            "Lower “batches per step”, or train for more epochs.",
        )
    return session


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
        in_precision(part.module, device, precision_on(training, device))
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


def _has_room(device: torch.device, size: int) -> bool:
    """Whether the samples may live on the device: at most 40 % of what is free there."""
    if device.type == "cpu":
        return True
    if device.type == "cuda":
        return size < 0.4 * torch.cuda.mem_get_info(device)[0]
    return size < 2**30
