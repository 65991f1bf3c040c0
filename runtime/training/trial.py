"""A few samples through everything before a run begins, so that what does not fit is said in a sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from runtime.data.targets import form_of, output_shape
from runtime.losses import LOSSES
from runtime.training.errors import RunError
from runtime.training.own_mistakes import check_figures
from runtime.training.session import Session

if TYPE_CHECKING:
    pass

PROBABILITIES = (
    "Binary cross-entropy needs probabilities from 0 to 1, but the network gives other numbers.",
    "Put a Sigmoid at the end, or choose binary cross-entropy with logits.",
)


def try_once(session: Session) -> None:
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
        own = bool(session.recipe.source)
        if own and not all(isinstance(given.get(part.role), tuple) for part in session.parts):
            raise RunError(
                "The method inputs of the recipe has to give every network a tuple of tensors.",
                'Let it end with return {"network": (batch["input"],)}, with a line for each of its roles.',
            )
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
        figures = session.loop.evaluate(batch)
        if own:
            needed = [session.recipe.main.name]
            if session.recipe.watch and not hasattr(session.loop, "summary"):
                needed.append(session.recipe.watch)
            check_figures("evaluate", figures, needed)
        if hasattr(session.loop, "summary"):
            session.loop.summary()


def _shape(shape: tuple[int, ...]) -> str:
    return "(" + ", ".join(["B", *("T" if size == -1 else str(size) for size in shape[1:])]) + ")"
