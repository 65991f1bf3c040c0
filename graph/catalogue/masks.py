"""True/false values: compare, choose, hide; and the positions of a sequence."""

from __future__ import annotations

from graph.catalogue.arithmetic import quiet_stretch, stretches
from graph.catalogue.rules import rank_at_least
from graph.catalogue.spec import Call, Example, LayerType, Param, Port

_LARGE = 1e12


def _comparison(name: str, sign: str, summary: str, help: str, words: tuple[str, ...]) -> LayerType:
    def call(c: Call) -> str:
        return f"{c.one()} {sign} {c['value'].removesuffix('.0')}"

    return LayerType(
        name=name,
        category="Arithmetic",
        summary=summary,
        help=help,
        formula=f"y = x {sign} value",
        words=("compare", "mask", "bool", *words),
        params=(Param("value", "float", 0.0, "What is compared with.", minimum=-_LARGE, maximum=_LARGE),),
        inputs=(Port("input", "number"),),
        call=call,
        headline=("value",),
        examples=(
            Example({}, {"input": (2, 5)}, {"input": "int64"}),
            Example({"value": 0.5}, {"input": (2, 3, 4)}),
        ),
    )


def _where_call(c: Call) -> str:
    return f"torch.where({c.one('condition')}, {c.one()}, {c.one('other')})"


def _positions_call(c: Call) -> str:
    x = c.one()
    return f"torch.arange({x}.size(1), device={x}.device).expand({x}.size(0), -1)"


LAYERS = (
    _comparison(
        "EqualTo", "==", "Where a value is met: true or false.",
        "Gives true where the input equals a number. Compare tokens with the number that fills up short "
        "sequences and wire the result to a key_padding_mask, so that attention does not look at the filling.",
        ("padding mask", "equal", "same"),
    ),
    _comparison(
        "GreaterThan", ">", "Where a value is exceeded: true or false.",
        "Gives true where the input is larger than a number, for instance to turn probabilities into "
        "decisions. No gradient passes through it.",
        ("threshold", "larger", "binarise", "decision"),
    ),
    LayerType(
        name="Where",
        category="Combine",
        summary="Take from one tensor where a condition is true, else from another.",
        help=(
            "Chooses value by value: where condition is true the value of input, otherwise the value of other. "
            "Axes of size 1 are stretched."
        ),
        formula="y = input where condition, other elsewhere",
        words=("choose", "if", "mask", "select", "condition"),
        inputs=(Port("condition", "bool"), Port("input", "number"), Port("other", "number")),
        call=_where_call,
        check=stretches("chooses between"),
        caution=quiet_stretch(always=False),
        examples=(
            Example({}, {"condition": (2, 3), "input": (2, 3), "other": (2, 3)}, {"condition": "bool"}),
            Example({}, {"condition": (2, 1, 3), "input": (2, 4, 3), "other": (2, 4, 1)}, {"condition": "bool"}),
        ),
    ),
    LayerType(
        name="MaskedFill",
        category="Combine",
        summary="Overwrite values where a mask is true.",
        help=(
            "Writes one fixed number wherever the mask is true. A very negative number before a softmax makes "
            "a place count for nothing, which is how attention hides places."
        ),
        formula="y = value where mask, input elsewhere",
        words=("mask", "hide", "attention mask", "fill"),
        params=(
            Param("value", "float", 0.0, "What is written.", minimum=-_LARGE, maximum=_LARGE),
        ),
        inputs=(Port("input"), Port("mask", "bool")),
        call=lambda c: f"{c.one()}.masked_fill({c.one('mask')}, {c['value']})",
        check=stretches("fills"),
        caution=quiet_stretch(always=False),
        headline=("value",),
        examples=(
            Example({}, {"input": (2, 3), "mask": (2, 3)}, {"mask": "bool"}),
            Example({"value": -1e9}, {"input": (2, 4, 3), "mask": (2, 1, 3)}, {"mask": "bool"}),
        ),
    ),
    LayerType(
        name="Positions",
        category="Embedding",
        summary="The places of a sequence: 0, 1, 2, … for every sample.",
        help=(
            "Counts the steps of a sequence: (B, T) or (B, T, features) becomes whole numbers (B, T). An "
            "Embedding behind it learns a vector for every place; added to the embedded words it tells a "
            "Transformer their order."
        ),
        formula="y[b, t] = t",
        words=("position embedding", "positional encoding", "arange", "index", "order", "transformer"),
        inputs=(Port("input", "any"),),
        call=_positions_call,
        check=rank_at_least(2, "a batch of sequences (B, T) or (B, T, features)"),
        examples=(
            Example({}, {"input": (2, 5)}, {"input": "int64"}),
            Example({}, {"input": (2, 5, 3)}),
        ),
    ),
)  # fmt: skip
