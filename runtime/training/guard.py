"""What went wrong, as a sentence with a hint and the node it happened in."""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from pathlib import Path

import torch

from graph.code import CodeError, Source
from graph.files import FileError
from graph.overtime import OVER, runs_over_time
from runtime.choice import ChoiceError
from runtime.data import DataError
from runtime.probes import nodes_on
from runtime.protocol import Message
from runtime.recipes.spec import LOOPS
from runtime.training import checkpoint
from runtime.training.errors import NotFinite, RunError
from runtime.training.own_mistakes import own_line, own_mistake
from runtime.training.session import Session
from runtime.training.trial import PROBABILITIES

SENTENCES = (DataError, ChoiceError, CodeError, FileError)
"""Exceptions whose text is a sentence for the person already."""
_MEMORY = ("DefaultCPUAllocator", "not enough memory", "out of memory", "can't allocate memory")


def failed(error: BaseException, session: Session | None) -> Message:
    """The message "failed" for whatever ended a run."""
    told = explain(error, session)
    return {
        "event": "failed",
        "sentence": told.sentence,
        "hint": told.hint,
        "node": list(told.node) if told.node else None,
        "details": "".join(traceback.format_exception(error)),
    }


def explain(error: BaseException, session: Session | None) -> RunError:
    """The same in words."""
    if isinstance(error, RunError):
        return error
    if isinstance(error, SENTENCES):
        return RunError(str(error))
    if is_out_of_memory(error):
        return _memory(session)
    if isinstance(error, OSError):
        reason = error.strerror or str(error)
        where = f" ({error.filename})" if error.filename else ""
        return RunError(
            f"A file of the run could not be written or read: {reason}{where}.",
            "Look whether the disk is full or the folder may be written to.",
        )
    if isinstance(error, ValueError) and _told_by_loop(error):
        return RunError(str(error), "Change the end of the network, or choose other data.")
    if "between 0 and 1" in str(error):
        return RunError(PROBABILITIES[0], PROBABILITIES[1])
    place = session and node_of(error, session)
    calling = own_line(error)
    if calling is not None and not place:
        told = own_mistake(error)
        assert told is not None
        return told
    text = " ".join(str(error).split())[:300] or type(error).__name__
    own = session and code_line_of(error, session)
    if own and place and session:
        block, line = own
        where = f"in line {line} of the code of “{session.project.blocks[block].name}”"
        return RunError(
            f"“{name_of(session, place)}” could not be computed, {where}: {text}.",
            _advice(text, session),
            place,
        )
    if place and session:
        called = f" The recipe calls it in line {calling[0]}, “{calling[1]}”." if calling else ""
        return RunError(
            f"“{name_of(session, place)}” could not be computed: {text}.",
            f"{_advice(text, session)}{called}".strip(),
            place,
        )
    return RunError(
        f"The training ended with an error: {type(error).__name__}: {text}.", _advice(text, session)
    )


def _told_by_loop(error: BaseException) -> bool:
    """Whether the loop of a recipe raised it itself: then it is a sentence."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and Path(frames[-1].filename).parent == LOOPS


def is_out_of_memory(error: BaseException) -> bool:
    """torch's own exception on a GPU; on the CPU a plain error whose text tells."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    text = str(error)
    return isinstance(error, RuntimeError) and any(sign in text for sign in _MEMORY)


def _memory(session: Session | None) -> RunError:
    if session is None:
        return RunError(
            "The memory is not enough to prepare this run.", "Choose less data or a smaller network."
        )
    where = "GPU" if session.device.type != "cpu" else "computer"
    size = session.batch_size
    hint = (
        f"Try a batch size of {max(1, size // 2)}."
        if size > 1
        else "Make the network or its input smaller: the batch size is 1 already."
    )
    return RunError(f"The {where}'s memory is not enough for batches of {size} with this network.", hint)


def _advice(text: str, session: Session | None) -> str:
    if "more than 1 value per channel" in text:
        return "Batch norm needs at least two values per channel: choose a batch size above 1."
    schema = session.dataset.schema if session else None
    if "index out of range in self" in text and schema and schema.vocabulary:
        written = len(schema.target_vocabulary)
        more = f" ({written} where it writes)" if written else ""
        return (
            f"The data has {len(schema.vocabulary)} different tokens{more}, and this layer fewer: set its "
            "num_embeddings to that number."
        )
    if "Target" in text and "out of bounds" in text and schema:
        count = len(schema.target_vocabulary) or schema.class_count or len(schema.vocabulary)
        return f"The data has {count} classes or tokens, and the network fewer outputs: make its last layer as wide."
    return ""


def node_of(error: BaseException, session: Session) -> tuple[str, ...] | None:
    """The node whose line of ``model.py`` (or of another network's file) raised."""
    found = _last_line(error, session)
    place = found[0].node_at(found[1]) if found else None
    return tuple(place) if place else None


def code_line_of(error: BaseException, session: Session) -> tuple[str, int] | None:
    """The block written in Python that raised, and the line in its own code."""
    found = _last_line(error, session)
    return found[0].code_line(found[1]) if found else None


def _last_line(error: BaseException, session: Session) -> tuple[Source, int] | None:
    """The innermost line of a network's file that the error went through."""
    files = {str(part.file): part.source for part in session.parts}
    found = None
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename in files and frame.lineno is not None:
            found = files[frame.filename], frame.lineno
    return found


def name_of(session: Session, place: Sequence[str]) -> str:
    """The name of a node by its instance path."""
    graph = session.project.graph(place[0])
    for step in place[1:-1]:
        block = graph.nodes[step.partition("[")[0]].block
        assert block is not None
        graph = session.project.graph(block)
    return graph.nodes[place[-1].partition("[")[0]].name


def not_finite_error(
    session: Session, problem: NotFinite, batches: Sequence[torch.Tensor], spare: checkpoint.State | None
) -> RunError:
    """Why the loss is no longer a number: the first node whose output was not finite on that batch.

    ``spare`` is the state at the beginning of the epoch where the loss was not looked at step by step: the
    epoch is then gone through again up to the bad step, because the weights are spoilt by now.
    """
    what = "not a number (NaN)" if problem.value != problem.value else "infinite"
    rate = session.learning_rate
    hint = f"Lower the learning rate, for instance from {rate:g} to {rate / 10:g}, or scale the inputs."
    if session.loop is not None:
        return RunError(
            f"“{problem.figure}” became {what} in epoch {session.epoch + 1}, at step {problem.batch + 1} of it.",
            hint,
        )
    rows = batches[problem.batch]
    if spare is not None:
        rows = _go_again(session, batches, spare)
    when = f"The loss became {what} in epoch {session.epoch + 1}, at step {session.step + 1}"
    inputs, _ = session.take(rows)
    if inputs.is_floating_point() and not bool(torch.isfinite(inputs).all()):
        return RunError(
            f"{when}: the data holds values that are not finite.", "Clean the data: look for missing values."
        )
    place = first_not_finite(session, inputs)
    if place is None:
        return RunError(f"{when}, though every layer's output was finite: the loss itself overflowed.", hint)
    return RunError(f"{when}: “{name_of(session, place)}” was the first to give values that are not finite.",
                    hint, place)  # fmt: skip


def _go_again(session: Session, batches: Sequence[torch.Tensor], spare: checkpoint.State) -> torch.Tensor:
    checkpoint.restore(session, spare)
    session.to_training()
    for rows in batches[session.batch :]:
        batch = session.training_batch(rows)
        _, loss = session.steps.compute(batch["input"], batch["target"])
        if not bool(torch.isfinite(loss)):
            return rows
        session.steps.update(loss)
        session.step += 1
        session.batch += 1
    return batches[-1]


def first_not_finite(session: Session, inputs: torch.Tensor) -> tuple[str, ...] | None:
    """Runs a batch through the network node by node; the instance path of the first bad output."""
    from graph.code import walk

    nodes = {place[1:] for place in session.source.lines} | set(session.source.modules)
    with torch.no_grad():
        found = walk(session.project, session.shapes, session.network, session.model, [inputs], nodes)
    bad = [
        place
        for place, value in found.items()
        if value.is_floating_point() and not bool(torch.isfinite(value).all())
    ]
    if not bad:
        return None
    *uses, _ = nodes_on(session, bad[0])
    depth = next((number + 1 for number, use in enumerate(uses) if runs_over_time(use)), 0)
    if depth:
        # a block that runs over time: what was bad at the earliest step, not what stands first in the block
        inside = [place for place in bad if place[:depth] == bad[0][:depth] and len(place) > depth]
        backwards = uses[depth - 1].params["over"] != OVER[0]
        bad = sorted(inside, key=lambda place: _first_bad_step(found[place], backwards))
    return (session.network, *bad[0])


def _first_bad_step(value: torch.Tensor, backwards: bool) -> int:
    """Of a tensor (B, T, …), counted as time runs in the block."""
    if value.dim() < 2:
        return 0
    steps = (~torch.isfinite(value)).transpose(0, 1).flatten(1).any(dim=1).nonzero().flatten()
    return value.size(1) - 1 - int(steps[-1]) if backwards else int(steps[0])
