"""Comparing two tensors, comparing with a number, and combining true/false values."""

from __future__ import annotations

from collections.abc import Callable

from graph.catalogue.arithmetic import TWO, quiet_stretch, stretches
from graph.catalogue.rules import Rule
from graph.catalogue.spec import Call, Example, LayerType, Param, Port

_LARGE = 1e12
_BOOLS = (Port("input", "bool"), Port("other", "bool"))


def _pair(name: str, sign: str, summary: str, help: str, words: tuple[str, ...],
          inputs: tuple[Port, ...] = TWO, verb: str = "compares", call: Callable[[Call], str] | None = None,
          ) -> LayerType:  # fmt: skip
    check: Rule = stretches(verb)
    dtypes = {"input": "bool", "other": "bool"} if inputs is _BOOLS else {}
    return LayerType(
        name=name, category="Combine", summary=summary, help=help, formula=f"y = input {sign} other",
        words=("compare" if inputs is TWO else "logic", "mask", "bool", "condition", *words), inputs=inputs,
        call=call or (lambda c: f"{c.one()} {sign} {c.one('other')}"), check=check, caution=quiet_stretch(always=False),
        examples=(
            Example({}, {"input": (2, 5), "other": (2, 5)}, dtypes),
            Example({}, {"input": (2, 3, 4), "other": (2, 1, 4)}, dtypes or {"input": "int64", "other": "int64"}),
        ),
    )  # fmt: skip


def _constant(name: str, sign: str, summary: str, help: str, words: tuple[str, ...]) -> LayerType:
    return LayerType(
        name=name, category="Arithmetic", summary=summary, help=help, formula=f"y = x {sign} value",
        words=("compare", "mask", "bool", *words),
        params=(Param("value", "float", 0.0, "What is compared with.", minimum=-_LARGE, maximum=_LARGE),),
        inputs=(Port("input", "number"),),
        call=lambda c: f"{c.one()} {sign} {c['value'].removesuffix('.0')}", headline=("value",),
        examples=(Example({}, {"input": (2, 5)}, {"input": "int64"}), Example({"value": 0.5}, {"input": (2, 3, 4)})),
    )  # fmt: skip


_GRADIENT = " The result is true or false, so no gradient passes."

LAYERS = (
    _pair("Equal", "==", "Where two tensors hold the same value: true or false.",
          "Compares value by value, for instance predicted classes with the right ones. Decimal numbers are rarely "
          "equal to the last digit." + _GRADIENT, ("eq", "same", "accuracy")),
    _pair("NotEqual", "!=", "Where two tensors differ: true or false.",
          "Compares value by value and gives true where they are not the same." + _GRADIENT, ("ne", "differ")),
    _pair("Greater", ">", "Where the first tensor is larger: true or false.",
          "Compares value by value, such as a score with a threshold the network computes." + _GRADIENT,
          ("gt", "larger", "more")),
    _pair("GreaterEqual", ">=", "Where the first tensor is larger or the same: true or false.",
          "Compares value by value and counts equal ones as true." + _GRADIENT, ("ge", "at least")),
    _pair("Less", "<", "Where the first tensor is smaller: true or false.",
          "Compares value by value, such as positions with the lengths of sequences, which gives a mask of the steps "
          "that are real." + _GRADIENT, ("lt", "smaller", "length mask")),
    _pair("LessEqual", "<=", "Where the first tensor is smaller or the same: true or false.",
          "Compares value by value and counts equal ones as true." + _GRADIENT, ("le", "at most")),
    _constant("NotEqualTo", "!=", "Where a value differs from a number: true or false.",
              "Gives true where the input is anything but this number: for tokens and the number of the padding, the "
              "mask of the real words.", ("ne", "differ", "padding mask")),
    _constant("LessThan", "<", "Where a value stays below a number: true or false.",
              "Gives true where the input is smaller than a number. No gradient passes through it.",
              ("lt", "smaller", "threshold", "below")),
    _pair("LogicalAnd", "&", "True where both are true.",
          "Joins two conditions or masks: a place counts only when both say so.",
          ("and", "both", "intersection"), _BOOLS,
          "joins"),
    _pair("LogicalOr", "|", "True where at least one is true.",
          "Joins two masks, such as one of the future and one of the padding: a place is hidden when either says so.",
          ("or", "either", "union", "combine masks"), _BOOLS, "joins"),
    _pair("LogicalXor", "^", "True where exactly one is true.",
          "Shows where two masks disagree, for instance a predicted and a true one.", ("xor", "exclusive", "differ"),
          _BOOLS, "joins"),
    LayerType(
        name="LogicalNot", category="Arithmetic", summary="Turn true into false and false into true.",
        help=(
            "Inverts a mask. nn.MultiheadAttention hides where its mask is true, ScaledDotProductAttention looks "
            "where it is true: this stands between them."
        ),
        formula="y = not x", words=("not", "invert", "negate", "mask", "bool"), inputs=(Port("input", "bool"),),
        call=lambda c: f"~{c.one()}", examples=(Example({}, {"input": (2, 3, 4)}, {"input": "bool"}),),
    ),
)  # fmt: skip
