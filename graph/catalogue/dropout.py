"""Dropout: forget at random while training, so that nothing is relied upon too much."""

from __future__ import annotations

from graph.catalogue.rules import LAYOUTS, Rule, rank_at_least, rank_is
from graph.catalogue.spec import Example, LayerType, Param


def _layer(name: str, summary: str, help: str, words: tuple[str, ...], shape: tuple[int, ...],
           check: Rule | None = None, formula: str = "y = x · mask / (1 − p) in training,  y = x in evaluation",
           ) -> LayerType:  # fmt: skip
    return LayerType(
        name=name,
        category="Dropout",
        summary=summary,
        help=help,
        formula=formula,
        words=("dropout", "regularisation", "overfitting", *words),
        params=(Param("p", "float", 0.5, "Chance that a value is dropped.", minimum=0, maximum=1),),
        module=f"nn.{name}",
        check=check,
        headline=("p",),
        examples=(Example({}, {"input": shape}), Example({"p": 0.2}, {"input": shape})),
    )


def _channels(n: int) -> LayerType:
    return _layer(
        f"Dropout{n}d",
        "Set whole channels to zero at random while training.",
        "Drops whole channels instead of single values. Neighbouring cells of a feature map are alike, so "
        "dropping single ones hardly hides anything; dropping the whole map does. In evaluation it does "
        "nothing.",
        ("spatial dropout", "channel dropout"),
        (2, 3, *(5, 6, 7)[:n]),
        rank_is(n + 2, what=LAYOUTS[n]),
    )


_SELU = (
    "Meant for networks of SELU activations: dropped values are set to SELU's saturation value and the "
    "rest is scaled and shifted, so that mean and variance stay as they were. In evaluation it does nothing."
)

LAYERS = (
    _layer(
        "Dropout",
        "Set values to zero at random while training.",
        "While training, each value is set to zero with probability p and the others are scaled up to keep "
        "the sum. The network cannot rely on single values, which works against overfitting. In evaluation "
        "it does nothing.",
        ("drop", "noise"),
        (2, 6),
    ),
    *(_channels(n) for n in (1, 2, 3)),
    _layer(
        "AlphaDropout", "Dropout that keeps mean and variance, for SELU networks.", _SELU, ("selu", "self-normalising"),
        (2, 6), formula="dropped values become −1.7581, then y = a·x + b keeps mean 0 and variance 1",
    ),
    _layer(
        "FeatureAlphaDropout", "Alpha dropout of whole channels.", _SELU + " Whole channels are dropped at once.",
        ("selu", "channel dropout"), (2, 3, 5, 6), rank_at_least(2, "a batch with channels (B, C, …)"),
        formula="dropped channels become −1.7581, then y = a·x + b keeps mean 0 and variance 1",
    ),
)  # fmt: skip
