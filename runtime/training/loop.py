"""The loop: a generator of messages. Whoever drives it may do anything between two of them (pause, look at
activations, change the learning rate); nothing else ever interrupts a step.

What it does per step is what a hand-written loop does, and a look at the clock.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch

from runtime.freezing import title_of
from runtime.probes import undisturbed
from runtime.protocol import STEPS_PER_SECOND, Message, encode
from runtime.runs import write_atomic
from runtime.training import checkpoint
from runtime.training.errors import NotFinite, RunError
from runtime.training.evaluation import Measured, measure, scored
from runtime.training.figures import FigureMeter
from runtime.training.guard import not_finite_error
from runtime.training.meter import Meter
from runtime.training.session import Session, parameter_count
from runtime.watched import SCORES
from runtime.watched import measured as score_measured

TICK = 1 / STEPS_PER_SECOND
SAVE_SHARE = 0.003
"""Checkpoints may take this share of the time."""
SAVE_EVERY = 10.0
SHOW_SHARE, SHOW_SHARE_PLAIN = 0.1, 0.02
"""Samples, translations and the like may take this share of the time; in plain supervised training, where curves say
more, the second one."""
SAVE_WITHIN = 120.0
"""Seconds between checkpoints: at the end of an epoch, and within a long one."""

clock = time.perf_counter


def train(session: Session) -> Iterator[Message | None]:
    """Run to the end, or until ``session.stopping``. Yields messages, and ``None`` when there is nothing new.

    Raises :class:`runtime.training.errors.RunError` when the loss is no longer finite, and whatever torch
    raises; :func:`runtime.training.guard.explain` turns that into a sentence.
    """
    yield started(session)
    begun = clock() - session.seconds
    if session.step == 0:
        yield from shows(session, now=True)
    while session.epoch < session.epochs and not session.stopping and not session.early:
        yield from _epoch(session, begun)
    session.seconds = clock() - begun - session.idle
    if session.meter.losses:
        session.meter.read()
    save(session)
    yield from _finish(session)


def started(session: Session) -> Message:
    from runtime.trying import reads_text
    from runtime.trying_pictures import takes_pictures
    from runtime.trying_rows import questions

    schema = session.dataset.schema
    return {
        "event": "started",
        "folder": str(session.run.folder),
        "device": str(session.device),
        "device_name": session.device_name,
        "epochs": session.epochs,
        "epoch": session.epoch,
        "step": session.step,
        "steps_per_epoch": session.steps_per_epoch,
        "batch_size": session.batch_size,
        "parameters": parameter_count(session.model),
        "train": len(session.splits.train),
        "validation": len(session.splits.validation),
        "test": len(session.splits.test),
        "shared": session.splits.shared,
        "samples": len(session.splits.validation),
        "accuracy": session.answer is not None,
        "task": schema.task,
        "classes": list(schema.classes) if schema.classes else None,
        "features": schema.input_shape[0] if len(schema.input_shape) == 1 else None,
        "learning_rate": session.learning_rate,
        "reads_text": reads_text(session),
        "takes_pictures": takes_pictures(session),
        "questions": questions(session),
        "figures": [
            {"name": figure.name, "title": figure.title, "kind": figure.kind, "better": figure.better}
            for figure in (session.recipe.figures if session.loop is not None else ())
        ],
    }


def deal(session: Session) -> tuple[torch.Tensor, ...]:
    """The row numbers of every batch of an epoch, in the order the session's generator shuffles them."""
    rows = session.splits.train
    order = rows[torch.randperm(len(rows), generator=session.shuffle)].to(session.inputs.device)
    return order.split(session.batch_size)[: session.steps_per_epoch]


def _advance(session: Session) -> Callable[[torch.Tensor], None]:
    """What one step does with the rows of its batch."""
    return _supervised(session) if session.loop is None else _by_recipe(session)


def _supervised(session: Session) -> Callable[[torch.Tensor], None]:
    meter, compute, update = session.meter, session.steps.compute, session.steps.update
    assert isinstance(meter, Meter)
    inputs, targets, device, exact = session.inputs, session.targets, session.device, session.exact
    travels, augmenting = inputs.device != device, session.augmenting

    def advance(rows: torch.Tensor) -> None:
        if augmenting is not None:
            batch = augmenting.batch(rows, device)
            x, y = batch["input"], batch["target"]
        else:
            x, y = inputs[rows], targets[rows]
            if travels:
                x, y = x.to(device, non_blocking=True), y.to(device, non_blocking=True)
        outputs, loss = compute(x, y)
        if exact:
            value = loss.item()
            if value - value != 0.0:
                raise NotFinite(session.batch, value)
            meter.losses.append(value)
        else:
            meter.losses.append(loss.detach())
        meter.outputs.append(outputs.detach())
        meter.targets.append(y if augmenting is None else augmenting.counted(y))
        update(loss)

    return advance


def _by_recipe(session: Session) -> Callable[[torch.Tensor], None]:
    meter, step = session.meter, session.loop.step
    assert isinstance(meter, FigureMeter)

    def advance(rows: torch.Tensor) -> None:
        meter.add(step(session.training_batch(rows)), len(rows))

    return advance


def _epoch(session: Session, begun: float) -> Iterator[Message | None]:
    meter = session.meter
    if session.batch == 0:
        session.shuffle_state = session.shuffle.get_state()
    batches = deal(session)
    seen, idle, since = session.batch, session.idle, clock()
    before = meter.samples
    keeps = session.loop is None and not session.exact
    spare = checkpoint.copied(checkpoint.capture(session, best=False)) if keeps else None
    if hasattr(session.loop, "begin_epoch"):
        session.loop.begin_epoch(session.epoch + 1, session.epochs)
    session.to_training()
    yield from _let_go(session)
    advance, average = _advance(session), session.average
    due = since + (TICK if session.step else 0.0)  # the very first step is told at once
    try:
        for rows in batches[seen:]:
            advance(rows)
            if average is not None and session.steps.moved:
                average.update()
            session.step += 1
            session.batch += 1
            if clock() >= due:
                session.seconds = clock() - begun - session.idle
                yield _steps(session)
                if session.stopping:
                    return
                if clock() - session.saved_at > max(SAVE_WITHIN, session.save_cost / SAVE_SHARE):
                    save(session)
                due = clock() + TICK
        session.seconds = clock() - begun - session.idle
        steps = _steps(session)
    except NotFinite as problem:
        raise not_finite_error(session, problem, batches, spare) from None
    trained = clock() - since - (session.idle - idle)
    yield steps
    yield from _close(session, begun, since, idle, (meter.samples - before) / max(trained, 1e-9))


def _let_go(session: Session) -> Iterator[Message]:
    """Say which frozen layers learn from this epoch on."""
    for part in session.parts:
        if session.batch or session.epoch == 0 or part.freezing is None:
            continue
        before, now = (part.freezing.held(session.epoch + more) for more in (0, 1))
        free = [title_of(session.project, part.source, path) for path in before if path not in now]
        if free:
            names = " and ".join(
                [f"“{free[0]}”", f"{len(free) - 1} more"] if len(free) > 2 else [f"“{name}”" for name in free]
            )
            text = f"From epoch {session.epoch + 1} on {names} {'learn' if len(free) > 1 else 'learns'} too."
            yield {"event": "log", "level": "info", "text": text}


def _close(
    session: Session, begun: float, since: float, idle: float, speed: float
) -> Iterator[Message | None]:
    """The end of an epoch: validate, keep the best, move the schedule, save now and then."""
    meter = session.meter
    with session.averaged():
        measured: Measured = yield from measure(session, "validation")
        if session.loop is None and session.practices.watch in SCORES:
            name = session.practices.watch
            measured.figures[name] = yield from score_measured(session, name)
    train_loss, accuracy, rate = meter.mean_loss, meter.accuracy, session.learning_rate
    train_figures = dict(meter.means) if isinstance(meter, FigureMeter) else {}
    watched = _watched(session, measured, train_figures)
    session.epoch += 1
    session.batch = 0
    meter.clear()
    best = watched < session.best_loss
    if session.loop is not None and watched == math.inf:  # nothing to compare: the last epoch counts
        session.best_epoch, best = session.epoch, True
        if session.average is not None:
            _keep_weights(session)
    elif best:
        session.best_loss, session.best_epoch = watched, session.epoch
        _keep_weights(session)
    for schedule in session.schedules.values():
        if isinstance(schedule, torch.optim.lr_scheduler.ReduceLROnPlateau):
            schedule.step(watched)
        else:
            schedule.step()
    patience = session.practices.patience
    session.early = bool(patience) and session.epoch - session.best_epoch >= patience
    now = clock()
    session.seconds = now - begun - session.idle
    told = {
        "event": "epoch",
        "epoch": session.epoch,
        "epochs": session.epochs,
        "step": session.step,
        "train_loss": train_loss,
        "val_loss": measured.loss,
        "train_accuracy": accuracy,
        "val_accuracy": measured.accuracy,
        "learning_rate": rate,
        "seconds": now - since - (session.idle - idle),
        "samples_per_second": speed,
        "best": best,
        **({"figures": {"train": train_figures, "validation": measured.figures}} if train_figures else {}),
        **({"scores": dict(measured.figures)} if session.loop is None and measured.figures else {}),
    }
    yield told
    yield from session.advisor.take(told)
    yield from shows(session, now=session.epoch >= session.epochs)
    if clock() - session.saved_at > max(SAVE_EVERY, session.save_cost / SAVE_SHARE):
        save(session)


def _keep_weights(session: Session) -> None:
    """Remember the weights (their average, where one is kept) as the best so far."""
    with session.averaged():
        session.best_weights = {
            key: tensor.detach().clone() for key, tensor in session.model.state_dict().items()
        }


def _best(session: Session) -> Message:
    """The best value of what was watched: ``best_val_loss`` when that is the loss, ``best_score`` in any case."""
    watched = session.practices.watch or ("loss" if session.loop is None else session.recipe.watch)
    if not math.isfinite(session.best_loss) or not watched:
        return {"best_val_loss": None}
    main = "loss" if session.loop is None else session.recipe.main.name
    value = -session.best_loss if _high_is_good(session, watched) else session.best_loss
    return {
        "best_val_loss": value if watched == main else None,
        "best_score": {"name": watched, "value": value},
    }


def _watched(session: Session, measured: Measured, train: dict[str, float]) -> float:
    """The number that decides which epoch is best, turned so that low is good: of the validation split, or of the
    training where there is none."""
    asked = session.practices.watch
    if session.loop is None:
        found = measured.loss if measured.loss is not None else session.meter.mean_loss
        if asked == "accuracy":
            share = measured.accuracy if measured.accuracy is not None else session.meter.accuracy
            if share is None:
                raise RunError("There is no accuracy to watch: this data has no classes.", "Watch the loss.")
            return -share
        if asked in measured.figures:
            return -measured.figures[asked] if _high_is_good(session, asked) else measured.figures[asked]
        if asked not in ("", "loss"):
            raise RunError(f"There is no score “{asked}” to watch.", "Watch “loss” or “accuracy”.")
        assert found is not None
        return found
    figures = {each.name: each for each in session.recipe.figures}
    if asked and asked not in figures:
        raise RunError(f"There is no figure “{asked}” to watch.", f"Watch one of {', '.join(figures)}.")
    figure = figures.get(asked or session.recipe.watch)
    if figure is None:
        return math.inf
    values = measured.figures or train
    value = values.get(figure.name, train.get(figure.name, math.inf))
    return -value if _high_is_good(session, figure.name) else value


def _high_is_good(session: Session, watched: str) -> bool:
    if session.loop is None:
        return watched == "accuracy" or (watched in SCORES and SCORES[watched].better == "high")
    return any(figure.name == watched and figure.better == "high" for figure in session.recipe.figures)


def shows(session: Session, now: bool = False) -> Iterator[Message | None]:
    """What there is to see at the end of an epoch (and, with ``now``, at the beginning and the end of a run). Takes
    a small share of the time (:data:`SHOW_SHARE`); kept in the run's folder."""
    from runtime.showing import Look, show_for

    show = show_for(session.recipe.id)
    since = clock()
    share = SHOW_SHARE_PLAIN if session.loop is None else SHOW_SHARE
    if show is None or not (now or since - session.shown_at > session.show_cost / share):
        return
    with undisturbed(session):
        found = show(Look(session, session.memory))
    session.shown_at = clock()
    session.show_cost = session.shown_at - since
    if found:
        message = {"event": "shows", "epoch": session.epoch, "step": session.step, "shows": found}
        session.run.shows.mkdir(exist_ok=True)
        write_atomic(session.run.shows / f"{session.epoch:05d}.show", encode(message), sync=False)
        yield message


def _steps(session: Session) -> Message | None:
    """Read the meter out into a "steps" message; ``None`` when no step was done since."""
    reading = session.meter.read()
    if not reading.loss:
        return None
    done = session.step / session.total_steps
    return {
        "event": "steps",
        "step": list(range(session.step - len(reading.loss) + 1, session.step + 1)),
        "loss": reading.loss,
        "accuracy": reading.accuracy,
        "samples": reading.samples,
        "samples_per_second": session.pace.add(reading.samples, session.seconds),
        "progress": done,
        "seconds_left": session.seconds * (1 - done) / done,
        "epoch": session.epoch + 1,
        "learning_rate": session.learning_rate,
        **({"figures": reading.figures} if reading.figures else {}),
    }


def save(session: Session) -> None:
    """Write checkpoint and best weights."""
    since = clock()
    checkpoint.write(session.run.checkpoint, checkpoint.capture(session))
    save_best(session)
    session.saved_at = clock()
    session.save_cost = session.saved_at - since


def save_best(session: Session) -> None:
    weights: Any = session.best_weights or session.model.state_dict()
    facts = {"class": session.source.class_name, "epoch": str(session.best_epoch)}
    checkpoint.save_weights(session.run.best, weights, facts)


def _finish(session: Session) -> Iterator[Message | None]:
    """Put the best weights back and score them on the test split."""
    if session.best_weights:
        session.model.load_state_dict(session.best_weights)
    yield None
    whole = session.epoch >= session.epochs or session.early
    if session.early:
        yield {
            "event": "log",
            "level": "info",
            "text": f"Stopped early: nothing became better after epoch {session.best_epoch}.",
        }
    yield {
        "event": "finished" if whole else "stopped",
        "early": session.early,
        "folder": str(session.run.folder),
        "epochs": session.epoch,
        "best_epoch": session.best_epoch,
        **_best(session),
        "seconds": session.seconds,
        **scored(session, "test"),
    }
