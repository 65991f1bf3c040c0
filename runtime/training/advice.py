"""What the curves of a run say, in a sentence with what to try. Looked at after every epoch; said once each."""

from __future__ import annotations

import importlib
import math
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

from runtime.protocol import Message
from runtime.recipes import Recipe

Epoch = Mapping[str, Any]
Sign = Callable[[Sequence[Epoch]], tuple[str, str] | None]
SPLITS = (("train", "train"), ("val", "validation"))
KEPT = "The best weights so far are kept, so it can be stopped."
WIDE = 12
"""Epochs for which the loss on samples held back is far above that of training, which has fallen well, before it is
said."""
FAR = 20.0
"""Times the first training loss that no loss on samples held back should come to."""
LAST = "This recipe keeps the last weights, so it is better stopped soon."
SINCE = 4
"""Epochs a trend has to last before it is spoken of."""


@dataclass(slots=True)
class Advisor:
    """Reads the messages "epoch" of a run."""

    signs: tuple[Sign, ...] = ()
    history: list[Epoch] = field(default_factory=list)
    said: set[str] = field(default_factory=set)

    def take(self, epoch: Epoch) -> list[Message]:
        """Note an epoch; the messages "advice" it gives rise to."""
        self.history.append(epoch)
        found = []
        for sign in self.signs:
            told = sign(self.history)
            if told is None:
                continue
            kind = re.sub(r"\d[\d.e+-]*", "", told[1])  # numbers in it change from epoch to epoch
            if kind not in self.said:
                self.said.add(kind)
                found.append({"event": "advice", "epoch": epoch["epoch"], "text": told[0], "hint": told[1]})
        return found


def _series(history: Sequence[Epoch], name: str) -> list[float]:
    return [epoch[name] for epoch in history if epoch.get(name) is not None]


def overfitting(history: Sequence[Epoch]) -> tuple[str, str] | None:
    """The validation loss rises for some epochs while the training loss goes on falling, or stays behind by far."""
    train, held = _series(history, "train_loss"), _series(history, "val_loss")
    if len(held) < SINCE + 2 or len(held) != len(train) or min(held) <= 0:
        return None
    best = min(range(len(held)), key=held.__getitem__)
    since = len(held) - 1 - best
    rising = since >= 2 * SINCE and min(held[-3:]) > 1.25 * held[best] and train[-1] < train[best]
    wide = len(held) > WIDE and all(
        own < train[0] / 4 and other > held[0] / 4 and other > 3 * own
        for own, other in zip(train[-WIDE:], held[-WIDE:], strict=True)
    )
    if not rising and not wide:
        return None
    how = (
        "it gets worse while it still improves on those it trains on"
        if rising
        else "it is worse by far than on those it trains on"
    )
    return (
        f"The network is learning the training samples by heart: on the samples held back {how}.",
        f"{KEPT} Against it help more data, augmentation, dropout, weight decay, or a smaller network.",
    )


def _beginning(history: Sequence[Epoch]) -> int:
    """How many epochs are the beginning of a long run, in which a bold rate may go astray and back."""
    return int(history[-1].get("epochs", 0)) // 50


def rate_too_high(history: Sequence[Epoch]) -> tuple[str, str] | None:
    """The training loss is above where it began, or jumps up and down. The jumps of a loss that has become small are
    no harm: few samples make them."""
    train, held = _series(history, "train_loss"), _series(history, "val_loss")
    rate = history[-1].get("learning_rate") or 0.0
    hint = (
        f"Try {rate / 10:.2g} instead of {rate:.2g}; it can be changed while it trains. The search for a learning rate "
        "in the training panel finds one."
    )
    if len(held) > 1 and train and 0 < FAR * train[0] < min(held[-2:]):
        return (
            "On the samples held back the loss is many times what it was at the beginning: the learning rate is "
            "probably too high.",
            hint,
        )
    if len(train) < max(SINCE, _beginning(history)):
        return None
    last = train[-SINCE:]
    risen = train[-1] > 1.2 * train[0] and train[-1] > 0
    turns = [b - a for a, b in pairwise(last)]
    jumps = all(a * b < 0 for a, b in pairwise(turns))
    # up, that is: the fall of the first epochs is wide, too
    wide = max(last) > 2.0 * max(min(last), 1e-12) and max(turns) > 0.25 * abs(train[0])
    if not risen and not (jumps and wide):
        return None
    how = "has become larger than at the beginning" if risen else "jumps up and down"
    return (
        f"The training loss {how}: the learning rate is probably too high.",
        hint,
    )


def not_learning(history: Sequence[Epoch]) -> tuple[str, str] | None:
    """The training loss has not moved at all."""
    train = _series(history, "train_loss")
    if len(train) < SINCE + 2 or train[0] <= 0:
        return None
    if max(train) - min(train) > 0.005 * abs(train[0]) or _dead(history):
        return None
    return (
        "The loss has hardly moved since the beginning: the network is not learning.",
        "Try a learning rate ten times as high, another start for the weights, or look whether an activation at the "
        "end (Sigmoid, Softmax) doubles what the loss does already.",
    )


def _dead(history: Sequence[Epoch]) -> bool:
    """Whether the loss moved in the beginning, but has been the very same number on the samples held back for some
    epochs: weights that learn, if only slowly, would have changed its last digits."""
    train, held = _series(history, "train_loss"), _series(history, "val_loss")[-SINCE:]
    if not train or abs(train[0] - train[-1]) <= 1e-6 * abs(train[0]):
        return False
    moves = all(epoch.get("learning_rate") for epoch in history[-SINCE:])
    return len(held) == SINCE and moves and max(held) - min(held) <= 1e-7 * abs(held[0]) and held[0] != 0


def thrown_off(history: Sequence[Epoch]) -> tuple[str, str] | None:
    """After the first epoch neither the training loss nor the accuracy has moved: what a far too high rate leaves."""
    train, right = _series(history, "train_loss"), _series(history, "val_accuracy")
    if len(train) < SINCE + 2 or min(train) <= 0:
        return None
    slow = all(after < before for before, after in pairwise(train))  # it learns, if only slowly
    flat = max(train[1:]) - min(train[1:]) < 0.02 * train[1] and not slow
    scored = len(right) == len(train)
    still = scored and max(right) - min(right) < 0.03 and max(right) < 0.9
    burst = (
        train[0] > 100 * train[1] and min(train[2:]) > 0.8 * train[1]
    )  # the first steps went far, the rest nowhere
    dead = (burst or _dead(history)) and train[-1] > 0.5 * train[1] and not (scored and max(right) >= 0.9)
    if not dead and (not (flat and still) or not_learning(history) is not None):
        return None
    rate = history[-1].get("learning_rate") or 0.0
    what = "loss and accuracy stay where they are" if scored else "the loss stays where it is"
    return (
        f"The network has learned nothing since its first epochs: {what}.",
        f"The learning rate is probably far too high, so that the first steps threw the weights where nothing moves "
        f"them any more. Try {rate / 100:.2g} instead of {rate:.2g} and train anew; the search for a learning rate "
        "finds a good one.",
    )


def not_finite_soon(history: Sequence[Epoch]) -> tuple[str, str] | None:
    """The loss grows by orders of magnitude."""
    train = _series(history, "train_loss")
    if len(train) < 2 or not math.isfinite(train[-1]) or train[-1] < 1e4 * max(abs(train[0]), 1e-9):
        return None
    return (
        "The loss is growing without bounds.",
        "Lower the learning rate, or limit the length of the gradient (clip_norm under Gradients).",
    )


def ended_early(history: Sequence[Epoch], scores: Collection[str] = ()) -> tuple[str, str] | None:
    """At the end of a run the loss on samples held back still falls fast, and one of the ``scores`` (the names of
    figures that are shares of what is right) or the accuracy is far from 1."""
    now, held = history[-1], _series(history, "val_loss")
    if now["epoch"] < now.get("epochs", math.inf) or len(history) < SINCE or len(held) != len(history):
        return None
    before, last = held[-1 - len(held) // 4], held[-1]
    figures = (now.get("figures") or {}).get("validation") or {}
    shares = [now.get("val_accuracy"), *(figures.get(name) for name in scores)]
    known = [share for share in shares if share is not None]
    enough = min(known) >= 0.9 if known else last < 0.05 * held[0]
    if enough or not 0 < last < (0.8 if known else 0.7) * before or last > 1.02 * min(held):
        return None
    return (
        "The run is over, but the network was still learning: towards the end the loss on the samples held back fell "
        f"from {before:.3g} to {last:.3g}.",
        "Raise the number of epochs and choose “Continue the last run”.",
    )


SIGNS: tuple[Sign, ...] = (overfitting, rate_too_high, not_learning, thrown_off, not_finite_soon)


def _of(figure: str, sign: Sign, keeps: bool) -> Sign:
    """A sign that reads one of a recipe's figures instead of its first. ``keeps``: the best weights are kept."""

    def told(history: Sequence[Epoch]) -> tuple[str, str] | None:
        read = []
        for epoch in history:
            figures = epoch.get("figures") or {}
            values = {f"{short}_loss": (figures.get(split) or {}).get(figure) for short, split in SPLITS}
            read.append({**epoch, **values})
        found = sign(read)
        return (found[0], found[1].replace(KEPT, LAST)) if found is not None and not keeps else found

    return told


def advisor_for(recipe: Recipe) -> Advisor:
    """The signs that mean something for a recipe: those of its own (``advise`` beside its declaration), and the common
    ones for the first of its figures that is to become small, unless its file says that it learns in stages."""
    own: tuple[Sign, ...] = ()
    staged = False
    if not recipe.source:
        module = importlib.import_module(f"runtime.recipes.{recipe.id}")
        own = (module.advise,) if hasattr(module, "advise") else ()
        staged = getattr(module, "STAGED", False)
    falling = next((one for one in recipe.figures if one.better == "low" and not one.per_epoch), None)
    against = bool(recipe.source) and len(recipe.groups) > 1  # nobody knows what should fall
    if falling is None or staged or against:
        return Advisor(own)
    scores = [one.name for one in recipe.figures if one.kind == "score" and one.better == "high"]
    if falling is recipe.main and recipe.watch:
        return Advisor((*SIGNS, partial(ended_early, scores=scores), *own))
    return Advisor((*(_of(falling.name, sign, bool(recipe.watch)) for sign in SIGNS), *own))
