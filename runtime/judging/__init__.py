"""Where a trained network errs: for every kind of task what the trainer computes and which views show it. No torch.

:data:`JUDGES` is the one table. A judge's file ``runtime/judging/<id>.py`` has two functions, which the worker runs:

- ``judge(exam) -> list of parts``: what there is to say about a split, see :mod:`runtime.judging.views`;
- ``cases(exam, part) -> list of views``: the samples of ``exam`` themselves, with what was wanted and what was given.

The window asks with ``results`` and ``cases`` (:mod:`runtime.protocol`) and draws each view by its kind.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from runtime.judging.exam import Exam
    from runtime.protocol import Message

MOST = 20_000
"""Samples of a split that are looked at; of larger ones as many, evenly spread."""


@dataclass(frozen=True, slots=True)
class Judge:
    """How one kind of task is judged. It is for the ``recipes`` named, and of these for data with one of the ``tasks``
    and ``kinds`` (empty: any)."""

    id: str
    recipes: tuple[str, ...]
    coming: str
    """What will be seen, to complete "After training you see here …"."""
    tasks: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    most: int = MOST

    def fits(self, recipe: str, task: str, kind: str) -> bool:
        """Whether it is for this recipe on this data."""
        return (
            recipe in self.recipes
            and (not self.tasks or task in self.tasks)
            and (not self.kinds or kind in self.kinds)
        )

    @property
    def judge(self) -> Callable[[Exam], list[Message]]:
        """What computes the views."""
        found: Callable[[Exam], list[Message]] = self._module.judge
        return found

    @property
    def cases(self) -> Callable[[Exam, str], list[Message]]:
        """What shows single samples."""
        found: Callable[[Exam, str], list[Message]] = self._module.cases
        return found

    @property
    def _module(self) -> Any:
        return importlib.import_module(f"{__name__}.{self.id}")


JUDGES = (
    Judge(
        "classes",
        ("supervised",),
        "which classes are taken for which (click on a cell to see the samples), precision and recall of every class, "
        "ROC and precision-recall curves, and the surest mistakes",
        tasks=("classification", "binary"),
    ),
    Judge(
        "series",
        ("supervised",),
        "the truth and the forecast over time, the error at every step ahead, and the worst windows",
        tasks=("regression",),
        kinds=("series",),
    ),
    Judge(
        "numbers",
        ("supervised",),
        "predicted against true values, the residuals, MAE, MSE, RMSE and R² of every column, and the worst rows with "
        "their inputs",
        tasks=("regression",),
    ),
    Judge(
        "questions",
        ("supervised", "multi_task"),
        "the scores of every question, and for each of them which samples were answered wrongly",
        tasks=("multi-label",),
    ),
    Judge(
        "tokens",
        ("supervised", "language_model"),
        "how well each token and each place is foreseen, which tokens are taken for which, and the worst passages",
        tasks=("next-token",),
        most=1000,
    ),
    Judge(
        "masks",
        ("segmentation",),
        "IoU and Dice of every class, which pixels are taken for which, and the worst pictures with truth, network and "
        "difference",
        most=2000,
    ),
    Judge(
        "boxes",
        ("detection",),
        "precision over recall and average precision of every class, misses and false alarms at the score you choose, "
        "and the worst pictures with their boxes",
        most=2000,
    ),
    Judge(
        "tags",
        ("sequence_labelling",),
        "precision and recall of every class, which are taken for which, how many sequences of each length are wholly "
        "right, and the worst of them",
        most=5000,
    ),
    Judge(
        "sentences",
        ("sequence_to_sequence",),
        "how many sentences of each length are exactly right, the worst with their mistakes marked, and the words that "
        "are confused",
        most=1000,
    ),
    Judge(
        "hidden_words",
        ("masked_language_model",),
        "which hidden words are guessed and which are taken for what, the worst sentences, and which pairs of "
        "sentences are misjudged",
        most=2000,
    ),
    Judge(
        "redrawn",
        ("autoencoding", "variational", "contrastive_divergence", "image_to_image"),
        "the samples that are drawn worst, beside what the network makes of them, and how the error is spread over "
        "all samples",
        most=5000,
    ),
    Judge(
        "several",
        ("several",),
        "a page for every output that is compared with the data: its scores and the samples it errs on",
        most=5000,
    ),
    Judge(
        "figures",
        ("adversarial", "cycle", "diffusion", "own"),
        "the figures of the recipe on data it has not seen",
    ),
)
"""Every kind of task; the first that fits judges."""


def judge_of(recipe: str, task: str, kind: str) -> Judge:
    """The judge of a recipe on data of that task and kind; for what no other knows, the one of bare figures."""
    return next((judge for judge in JUDGES if judge.fits(recipe, task, kind)), JUDGES[-1])
