"""What the figures of generative networks tell while they train: one sentence and what to try. No torch.

A recipe that can tell something has a function ``advise`` beside its declaration. It is given the messages "epoch" of
the run so far (:mod:`runtime.protocol`), the last one just now, and gives a sentence and a hint, or ``None``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

Advice = tuple[str, str]
History = Sequence[Mapping[str, Any]]
NEVER_WRONG = "The discriminator is never wrong any more, so the generator learns nothing from it."
LASTING = 8
"""Epochs that a lack of variety has to last: a generator begins with hardly any."""
NOISY = 1.12
"""Variety that no set of proper samples has."""
HARDLY, LITTLE = 0.15, 0.35
"""Variety that is none, and variety that is little for one that had twice as much before."""
BEGUN, HARDLY_FALLEN = 6, 0.65
"""Epochs after which the error of a Boltzmann machine has usually fallen to a third, and a share far above that."""
ALIKE = 6
"""Epochs in which nothing but one class is found."""
STUCK = 0.8
"""Share of what a figure was in the first epoch that it should have fallen below some epochs later."""
FIRST = 3
"""Epochs that pass before anything is said: the beginning is always wild."""


def last(history: History, figure: str, split: str = "validation", count: int = 1) -> list[float]:
    """The last values of a figure, oldest first; of the training where the split has none."""
    values = []
    for message in history[-count:]:
        figures = message.get("figures") or {}
        value = (figures.get(split) or {}).get(figure, (figures.get("train") or {}).get(figure))
        if value is not None:
            values.append(float(value))
    return values


def adversarial(history: History) -> Advice | None:
    """Mode collapse, and one of both networks that wins for good."""
    if len(history) < FIRST:
        return None
    variety = last(history, "variety", count=LASTING)
    had = max(last(history, "variety", count=len(history)), default=0.0)
    if len(variety) == LASTING and max(variety) < (LITTLE if had > 2 * LITTLE else HARDLY):
        return (
            "The generator makes nearly the same sample from any noise (mode collapse): its samples differ "
            f"{variety[-1]:.0%} as much as real ones.",
            "Lower the learning rate or the first beta of Adam, give the discriminator more dropout, or let it see "
            "a larger batch.",
        )
    if len(variety) == LASTING and min(variety) > NOISY:
        return (
            f"The made samples differ {variety[-1]:.0%} as much as real ones: they are more like noise than like "
            "those.",
            "The learning rate is probably too high: try a tenth of it, and train anew.",
        )
    real = last(history, "real_score", "train", FIRST)
    made = last(history, "made_score", "train", FIRST)
    if len(real) < FIRST or len(made) < FIRST:
        return None
    if min(real) > 0.85 and max(made) < 0.03:  # smoothed labels let the score of real ones end at 0.9
        return (
            NEVER_WRONG,
            "Make the discriminator weaker (dropout, fewer filters), lower the rate, or smooth its labels more.",
        )
    if all(abs(a - b) < 0.005 for a, b in zip(real, made, strict=True)) and max(made) - min(made) < 0.005:
        return (
            "The discriminator says the same of real and of made samples, so it has nothing to teach.",
            "Give it more turns or filters, or raise the learning rate a little.",
        )
    return None


def never_wrong(history: History) -> Advice | None:
    """A discriminator without a loss, where no scores are measured."""
    losses = last(history, "discriminator_loss", "train", FIRST)
    if len(losses) < FIRST or max(losses) > 0.01:
        return None
    return (
        NEVER_WRONG,
        "Make the discriminator weaker (dropout, fewer filters), or train with a lower learning rate.",
    )


def translation(figure: str) -> Callable[[History], Advice | None]:
    """For two networks that turn pictures into others: the one that judges wins, or nothing comes of it."""

    def told(history: History) -> Advice | None:
        values = last(history, figure, "train", len(history))
        if len(values) < ALIKE + 2 or min(values[1:]) < STUCK * values[0]:
            return never_wrong(history)
        rate = float(history[-1].get("learning_rate") or 0.0)
        hint = f"Try another learning rate, a tenth of {rate:.2g} or ten times as much, and train anew."
        if not 1e-4 <= rate <= 1e-3:
            way, other = ("high", rate / 10) if rate > 1e-3 else ("low", rate * 10)
            hint = f"The learning rate is probably too {way}: try {other:.2g} instead of {rate:.2g}, and train anew."
        return ("The pictures have hardly become better since the first epoch.", hint)

    return told


def variational(history: History) -> Advice | None:
    """A code that is not used."""
    divergence = last(history, "divergence")
    if len(history) < FIRST or not divergence or divergence[0] > 0.1:
        return None
    return (
        "The code says nothing about the sample: its divergence from a normal distribution is almost 0 (posterior "
        "collapse).",
        "Lower beta, or train with a smaller learning rate.",
    )


def machines(history: History) -> Advice | None:
    """A Boltzmann machine whose error stays where it was. Only the first machine is looked at, whose beginning is that
    of the run: the next ones begin with errors of their own."""
    errors = last(history, "reconstruction_error", "train", len(history))
    if len(errors) != BEGUN or min(errors[1:]) < HARDLY_FALLEN * errors[0]:
        return None
    rate = float(history[-1].get("learning_rate") or 0.0)
    usual = "These machines usually learn with about 0.1 (plain SGD, mean over the batch)."
    if rate > 0.4:
        hint = f"The learning rate is probably too high: try {rate / 10:.2g} instead of {rate:.2g}. {usual}"
    elif rate < 0.03:
        hint = f"The learning rate is probably too low: try {rate * 10:.2g} instead of {rate:.2g}. {usual}"
    else:
        hint = f"Try another learning rate, a tenth of {rate:.2g} or ten times as much. {usual}"
    return (
        "The machine hardly learns: its reconstruction error is still about what it was in the first epoch.",
        hint,
    )


def one_class(history: History) -> Advice | None:
    """A network that gives every pixel to the same class, epoch after epoch."""
    recent = [(message.get("figures") or {}).get("validation") or {} for message in history[-ALIKE:]]
    found = [{name: value for name, value in each.items() if name.startswith("dice ")} for each in recent]
    if len(found) < ALIKE or any(
        len(each) < 2 or sum(v > 0.01 for v in each.values()) != 1 for each in found
    ):
        return None
    name = max(found[-1], key=lambda key: found[-1][key]).removeprefix("dice ")
    return (
        f"Every pixel is taken for {name}: for {ALIKE} epochs nothing else was found on the samples held back.",
        "Train longer if the loss still falls; else try a tenth of the learning rate, or give the rare classes more "
        "weight with a share of Dice.",
    )


def no_guess(history: History) -> Advice | None:
    """A diffusion network that answers with nothing: squared noise is 1 in the mean."""
    losses = last(history, "loss", "train", FIRST)
    if len(history) <= FIRST or not all(0.95 < loss < 1.1 for loss in losses):
        return None
    rate = float(history[-1].get("learning_rate") or 0.0)
    return (
        "The network guesses no noise at all: its loss is about 1, which is what an answer of nothing but zeros has.",
        f"The learning rate is probably too high: try {rate / 10:.2g} instead of {rate:.2g}, and train anew.",
    )
