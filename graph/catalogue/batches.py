"""Tensors without a batch of their own, given the batch of another."""

from __future__ import annotations

from graph.catalogue.rules import rank_at_least
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Port


def _single(given: Given) -> Complaint | None:
    tensor, reference = given.one(), given.one("reference")
    if tensor.size(0) == 1 or [s[:1] for s in tensor.shapes] == [s[:1] for s in reference.shapes]:
        return None
    return Complaint(
        f"repeats a single sample, with 1 as its first axis, but receives {tensor.text}",
        expected="1 as the first axis", got=tensor.text, port="input",
    )  # fmt: skip


def _check(given: Given) -> Complaint | None:
    complaint = rank_at_least(1, "at least one axis")(given)
    complaint = complaint or rank_at_least(1, "a batch of anything", "reference")(given)
    return complaint or _single(given)


def _call(c: Call) -> str:
    x = c.one()
    return f"{x}.expand({c.one('reference')}.size(0), *{x}.shape[1:])"


LAYERS = (
    LayerType(
        name="ExpandBatch",
        category="Shape",
        summary="Repeat one sample for every sample of a batch.",
        help=(
            "A parameter has no batch: its first axis is 1. Here it is shown once for every sample of the "
            "reference, without copying, so that it can be joined to tensors that have one: (1, 4, 768) becomes "
            "(B, 4, 768). Register tokens of a Vision Transformer and learned queries need it."
        ),
        formula="y[b] = x[0] for every sample b of reference",
        words=("broadcast", "repeat", "register tokens", "queries", "batch size", "tile"),
        inputs=(
            Port("input", "any", help="(1, …)."),
            Port("reference", "any", help="Anything with the batch."),
        ),
        call=_call,
        check=_check,
        examples=(
            Example({}, {"input": (1, 3, 4), "reference": (2, 5)}),
            Example({}, {"input": (1, 4), "reference": (2, 3, 5)}, {"input": "int64"}),
        ),
    ),
)
