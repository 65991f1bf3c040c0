"""Looking into a model between two steps: activations, decision boundary, predictions.

Everything here leaves the run untouched: modes, random numbers and gradients are as before.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from graph.model import Node
from graph.overtime import runs_over_time
from runtime.losses import LOGITS
from runtime.protocol import Message, array
from runtime.training.errors import RunError
from runtime.training.session import Session

CHANNELS = 64
SIDE = 64
LENGTH = 256
FEATURES = 4096
POINTS = 400


@dataclass(frozen=True, slots=True)
class Watch:
    """Which node is looked at, on which samples of which split."""

    place: tuple[str, ...]
    node: str
    samples: tuple[int, ...] = (0,)
    split: str = "validation"


class _Enough(Exception):
    """The watched layer has spoken; the rest of the forward pass is not needed."""


@contextmanager
def undisturbed(session: Session) -> Iterator[None]:
    """Evaluation mode without gradients; puts mode and random numbers back afterwards."""
    model = session.model
    was = model.training
    cuda = [session.device] if session.device.type == "cuda" else []
    with torch.random.fork_rng(devices=cuda), torch.no_grad():
        if was:
            model.eval()
        try:
            yield
        finally:
            if was:
                session.to_training()


def tensor_array(tensor: torch.Tensor) -> Message:
    """A tensor as it travels: float32, row by row."""
    plain = tensor.detach().to("cpu", torch.float32).contiguous()
    return array(plain.numpy().tobytes(), list(plain.shape))


def pick(session: Session, split: str, numbers: Sequence[int]) -> torch.Tensor:
    """The data rows of some samples of a split, by their numbers in it. Where a split is empty the training
    rows are taken instead."""
    if split not in ("train", "validation", "test"):
        raise RunError(f"There is no split “{split}”.", "Choose train, validation or test.")
    rows = session.rows(split)
    if not len(rows):
        rows = session.rows("train")
    return torch.stack([rows[number % len(rows)] for number in numbers])


def activations(
    session: Session, path: tuple[str, ...], inputs: torch.Tensor | Sequence[torch.Tensor], network: str = ""
) -> torch.Tensor:
    """What the node at an instance path (within a network, the first if not said) gives for some inputs, batch first.

    A layer is watched by a hook and the pass ends behind it; functions such as Add have no module, so the
    graph itself is walked over the model's own layers.
    """
    part = session.part_of(network or session.network)
    given = [inputs] if isinstance(inputs, torch.Tensor) else list(inputs)
    dotted = part.source.modules.get(path)
    module = dict(part.module.named_modules()).get(dotted) if dotted is not None else None
    if module is not None and not speaks_often(session, path, part.network):
        return _hooked(part.module, module, given)
    from graph.code import walk

    found = walk(session.project, session.shapes, part.network, part.module, given, {path})
    if path not in found:
        raise RunError("The watched node is not part of the network that is training.")
    return found[path]


def speaks_often(session: Session, path: tuple[str, ...], network: str = "") -> bool:
    """Whether a node's module speaks more than once: it borrows another's weights, or it stands in a block that
    runs over time."""
    *uses, node = nodes_on(session, path, network)
    return node.shares is not None or any(runs_over_time(use) for use in uses)


def nodes_on(session: Session, path: tuple[str, ...], network: str = "") -> list[Node]:
    """The block uses on the way to a node of a network (the first if not said), and the node."""
    graph = session.project.graph(network or session.network)
    found: list[Node] = []
    for step in path:
        found.append(graph.nodes[step.partition("[")[0]])
        if len(found) < len(path):
            graph = session.project.graph(found[-1].block or "")
    return found


def _hooked(model: nn.Module, module: nn.Module, inputs: Sequence[torch.Tensor]) -> torch.Tensor:
    caught: list[torch.Tensor] = []

    def hook(_module: nn.Module, _inputs: Any, output: Any) -> None:
        while isinstance(output, (tuple, list)) and not isinstance(output, PackedSequence):
            output = output[0]
        if isinstance(output, PackedSequence):
            output = pad_packed_sequence(output, batch_first=True)[0]
        caught.append(output)
        raise _Enough

    handle = module.register_forward_hook(hook)
    try:
        model(*inputs)
    except _Enough:
        return caught[0]
    finally:
        handle.remove()
    raise RunError("The watched node is not part of the network that is training.")


def maps(session: Session, watch: Watch) -> Message:
    """The message "maps"."""
    rows = pick(session, watch.split, watch.samples)
    shown = []
    with undisturbed(session):
        given = session.given_to(watch.place[0], rows)
        found = activations(session, (*watch.place[1:], watch.node), given, watch.place[0])
        for number, row in enumerate(rows.tolist()):
            one = found[number] if found.dim() and len(found) == len(rows) else found
            shown.append(
                {
                    "sample": watch.samples[number],
                    "split": watch.split,
                    "label": session.dataset.label(row),
                    "maps": tensor_array(shrunk(one)),
                    "full_shape": list(one.shape),
                    "input": tensor_array(shrunk(given[0][number])),
                }
            )
    return {
        "event": "maps",
        "place": list(watch.place),
        "node": watch.node,
        "step": session.step,
        "samples": shown,
    }


def shrunk(value: torch.Tensor) -> torch.Tensor:
    """One sample's activation in a size that is quick to send and to draw: at most 64 channels of 64 × 64
    (averaged down), 256 steps of 256 features, or 4,096 numbers. A volume gives its middle slice."""
    value = value.detach().float()
    if value.dim() >= 4:
        value = value.flatten(0, value.dim() - 4)[:, value.shape[-3] // 2]
    if value.dim() == 3:
        value = value[:CHANNELS]
        height, width = value.shape[-2:]
        if max(height, width) > SIDE:
            value = nn.functional.adaptive_avg_pool2d(value, (min(height, SIDE), min(width, SIDE)))
        return value
    if value.dim() == 2:
        return value[:LENGTH, :LENGTH]
    return value.reshape(-1)[:FEATURES]


def probabilities(session: Session, outputs: torch.Tensor) -> torch.Tensor | None:
    """Outputs as probabilities of the classes (or of class 1); ``None`` where the task has no classes."""
    loss = session.project.training.loss
    if session.dataset.schema.task == "regression":
        return None
    if loss == "cross_entropy":
        return outputs.softmax(-1)
    if loss == "nll":
        return outputs.exp()
    if loss in LOGITS:
        return outputs.sigmoid()
    return outputs


def boundary(session: Session, size: int = 80) -> Message:
    """The message "boundary": what the network says all over the plane of two features, in the units the
    data had before it was scaled."""
    dataset = session.dataset
    if dataset.schema.input_shape != (2,) or session.loop is not None:
        raise RunError("A decision boundary can be drawn for inputs of two features only.")
    scaler = dataset.input_scaler
    raw = scaler.invert(dataset.inputs.cpu()) if scaler else dataset.inputs.cpu()
    low, high = raw.amin(0), raw.amax(0)
    margin = (high - low).clamp(min=1e-6) * 0.15
    low, high = low - margin, high + margin
    x = torch.linspace(float(low[0]), float(high[0]), size)
    y = torch.linspace(float(low[1]), float(high[1]), size)
    grid = torch.cartesian_prod(y, x).flip(1)
    with undisturbed(session):
        outputs = session.forward((scaler.apply(grid) if scaler else grid).to(session.device))
        shares = probabilities(session, outputs)
    planes = (outputs if shares is None else shares).reshape(size, size, -1).movedim(-1, 0)
    classes = dataset.class_indices()
    labels = classes if classes is not None else dataset.targets.reshape(len(dataset), -1)[:, 0]
    every = max(1, len(dataset) // POINTS)
    return {
        "event": "boundary",
        "x": [float(low[0]), float(high[0])],
        "y": [float(low[1]), float(high[1])],
        "probabilities": tensor_array(planes),
        "points": tensor_array(raw[::every]),
        "labels": labels[::every].tolist(),
        "step": session.step,
    }


def predict(session: Session, inputs: torch.Tensor, rows: torch.Tensor | None = None) -> Message:
    """The message "prediction" for inputs (batch first)."""
    if session.loop is not None:
        raise RunError(
            f"The recipe “{session.recipe.title}” has no single output to show.",
            "Look at what it shows instead.",
        )
    with undisturbed(session):
        outputs = session.forward(inputs.to(session.device))
        shares = probabilities(session, outputs)
    classes = session.dataset.schema.classes
    return {
        "event": "prediction",
        "outputs": tensor_array(outputs),
        "probabilities": shares.cpu().tolist() if shares is not None else None,
        "classes": list(classes) if classes else None,
        "labels": [session.dataset.label(row) for row in rows.tolist()] if rows is not None else None,
        "answers": _answers(session, outputs),
    }


def _answers(session: Session, outputs: torch.Tensor) -> list[list[tuple[str, float]]] | None:
    """What a regression predicts, in the target's own units and by name; ``None`` for everything else."""
    dataset = session.dataset
    names = dataset.schema.target_names
    if dataset.schema.task != "regression" or outputs.dim() != 2 or outputs.shape[1] != len(names):
        return None
    values = outputs.detach().float().cpu()
    if dataset.target_scaler is not None:
        values = dataset.target_scaler.invert(values)
    return [list(zip(names, row, strict=True)) for row in values.tolist()]


def inputs_of(session: Session, value: Message) -> torch.Tensor:
    """The tensor in an array of a command, in the shape and type the network takes."""
    schema = session.dataset.schema
    kinds = {"float32": torch.float32, "int64": torch.int64}
    if value.get("dtype") not in kinds:
        raise RunError("The sample must be an array of float32 or int64.")
    flat = torch.frombuffer(bytearray(value["data"]), dtype=kinds[value["dtype"]])
    wanted = list(schema.input_shape)
    given = [int(size) for size in value["shape"]]
    fits = len(given) == len(wanted) + 1 and all(
        want in (-1, got) for want, got in zip(wanted, given[1:], strict=True)
    )
    if not fits or flat.numel() != torch.Size(given).numel():
        raise RunError(f"The sample has the shape {given}, but the network takes [samples, {wanted}].")
    return flat.reshape(given).to(getattr(torch, schema.input_dtype))
