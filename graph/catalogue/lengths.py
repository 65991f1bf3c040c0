"""Sequences of different lengths in one batch: how long each is, and where it is only filled up."""

from __future__ import annotations

from graph.catalogue.rules import Rule, first, rank_at_least, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Port
from graph.tensors import Tensor

SEQUENCES = "a batch of sequences (B, T, features)"
TOKENS = "a batch of token lists (B, T)"
LENGTHS = Port("lengths", "int", optional=True, help="(B,): how many steps of each sequence count.")

_PADDING = Param(
    "padding_idx", "int", 0, "The token that fills up short sequences.", minimum=-(10**8), maximum=10**8
)


def one_each(port: str, source: str = "input", batch: int = 0) -> Rule:
    """A tensor that holds one number for every sample: lengths."""

    def check(given: Given) -> Complaint | None:
        if not given.has(port):
            return None
        wanted = tuple((shape[batch],) for shape in given.one(source).shapes)
        if given.one(port).shapes == wanted:
            return None
        text, got = Tensor(wanted).text, given.one(port).text
        return Complaint(
            f"expects {port} of {text}, one for each sequence, but receives {got}",
            expected=text, got=got, port=port,
        )  # fmt: skip

    return check


def _mask_fits(given: Given) -> Complaint | None:
    wanted = tuple(shape[:2] for shape in given.one().shapes)
    if given.one("padding_mask").shapes == wanted:
        return None
    text, got = Tensor(wanted).text, given.one("padding_mask").text
    return Complaint(
        f"expects padding_mask of {text}, one value for each step, but receives {got}",
        expected=text, got=got, port="padding_mask",
    )  # fmt: skip


def _last_step(c: Call) -> str:
    x = c.one()
    if not c.has("lengths"):
        return f"{x}[:, -1]"
    return f"{x}[torch.arange({x}.size(0), device={x}.device), {c.one('lengths')} - 1]"


LAYERS = (
    LayerType(
        name="Lengths",
        category="Embedding",
        summary="How many tokens of each sequence are not padding.",
        help=(
            "Counts the tokens of every sequence that are not the one that fills up: (B, T) becomes (B,). The "
            "padding must stand at the end. Wire the result to the lengths of an LSTM, GRU or RNN, and the "
            "filled-up steps change nothing."
        ),
        formula="y[b] = number of t with x[b, t] ≠ padding_idx",
        words=("length", "count tokens", "sequence length", "padding", "pack"),
        params=(_PADDING,),
        inputs=(Port("input", "int", help="Token numbers, (B, T)."),),
        call=lambda c: f"({c.one()} != {c['padding_idx']}).sum(dim=1)",
        check=rank_is(2, what=TOKENS),
        headline=("padding_idx",),
        examples=(
            Example({}, {"input": (2, 5)}, {"input": "int64"}),
            Example({"padding_idx": 2}, {"input": (2, 4)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="PaddingMask",
        category="Attention",
        summary="True where a token only fills up a short sequence.",
        help=(
            "Compares every token with the one that fills up short sequences. Wire the result to the "
            "key_padding_mask of an attention or Transformer layer, so that nothing looks at the filling, or to "
            "a MaskedMean."
        ),
        formula="y[b, t] = (x[b, t] = padding_idx)",
        words=("key_padding_mask", "mask", "pad token", "filling", "attention mask", "transformer"),
        params=(_PADDING,),
        inputs=(Port("input", "int", help="Token numbers, (B, T)."),),
        call=lambda c: f"{c.one()} == {c['padding_idx']}",
        check=rank_at_least(2, TOKENS),
        headline=("padding_idx",),
        examples=(
            Example({}, {"input": (2, 5)}, {"input": "int64"}),
            Example({"padding_idx": 1}, {"input": (2, 4)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="LengthMask",
        category="Attention",
        summary="True at the steps that lie behind the end of a sequence.",
        help=(
            "Turns lengths into a padding mask: a step is true when its number is not below the length of its "
            "sequence. input says how many steps there are; its values do not matter. Fits the "
            "key_padding_mask of attention and Transformer layers, and MaskedMean."
        ),
        formula="y[b, t] = (t ≥ lengths[b])",
        words=("padding mask", "sequence mask", "lengths", "key_padding_mask", "transformer"),
        inputs=(
            Port("input", "any", help="The sequences, (B, T) or (B, T, features)."),
            Port("lengths", "int", help="(B,): how many steps of each sequence count."),
        ),
        support=("length_mask",),
        call=lambda c: f"length_mask({c.one()}, {c.one('lengths')})",
        check=first(rank_at_least(2, SEQUENCES), one_each("lengths")),
        examples=(
            Example({}, {"input": (2, 5, 3), "lengths": (2,)}, {"lengths": "int64"}),
            Example({}, {"input": (2, 4), "lengths": (2,)}, {"input": "int64", "lengths": "int64"}),
        ),
    ),
    LayerType(
        name="MaskedMean",
        category="Reduce",
        summary="The mean over time of the steps that are not padding.",
        help=(
            "Makes one vector of a sequence, (B, T, features) to (B, features), as the mean of its steps; "
            "those that the mask marks as filling count for nothing. A plain Mean would make short sequences "
            "smaller."
        ),
        formula="y = Σ x[t] over the steps that count / their number",
        words=("masked average", "mean pooling", "average over time", "sentence vector", "pooling"),
        inputs=(
            Port("input", help="The sequences, (B, T, features)."),
            Port("padding_mask", "bool", help="(B, T): true where a step only fills up."),
        ),
        support=("masked_mean",),
        call=lambda c: f"masked_mean({c.one()}, {c.one('padding_mask')})",
        check=first(rank_is(3, what=SEQUENCES), _mask_fits),
        examples=(
            Example({}, {"input": (2, 5, 3), "padding_mask": (2, 5)}, {"padding_mask": "bool"}),
        ),
    ),
    LayerType(
        name="LastStep",
        category="Recurrent",
        summary="The last step of every sequence, or the last that counts.",
        help=(
            "Takes one step out of a sequence, (B, T, features) to (B, features). Without lengths it is the "
            "last; with lengths it is the last before the filling, which lies elsewhere for every sequence of "
            "the batch."
        ),
        formula="y[b] = x[b, lengths[b] − 1]",
        words=("last output", "last valid step", "gather", "many-to-one", "sequence end"),
        inputs=(Port("input", "any", help="The sequences, (B, T, features)."), LENGTHS),
        call=_last_step,
        check=first(rank_at_least(2, SEQUENCES), one_each("lengths")),
        examples=(
            Example({}, {"input": (2, 5, 3)}),
            Example({}, {"input": (2, 5, 3), "lengths": (2,)}, {"lengths": "int64"}),
        ),
    ),
)  # fmt: skip
