"""Where a token stands: attention by itself does not know the order of a sequence."""

from __future__ import annotations

from math import isqrt

from graph.catalogue.rules import Outputs, axis_size, by, channels_match, first, pair, rank_at_least, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.tensors import Tensor

SEQUENCES = "a batch of sequences (B, T, features)"

_BASE = Param("base", "float", 10000.0, "How slow the slowest wave is.", minimum=1.0, maximum=1e9)


def _long_enough(given: Given) -> Complaint | None:
    length, there = given["max_len"], given.one().size(1)
    if there is None or there <= length:
        return None
    return Complaint(
        f"has positions for {length} steps but receives {there} in {given.one().text}",
        expected=f"at most {length}", got=str(there), param="max_len",
        patches=(Patch(f"Set max_len to {there}", {"max_len": there}),),
    )  # fmt: skip


def _same(given: Given) -> dict[str, Tensor]:
    """Not torch's answer: the length that stands for any T is longer than many tables."""
    return {"output": given.one()}


def _even(given: Given) -> Complaint | None:
    size = given.one().size(-1)
    if size is not None and size % 2 == 0:
        return None
    return Complaint(
        f"turns pairs of features, so it needs an even number of them, but receives {given.one().text}",
        expected="an even number of features", got=given.one().dims[-1], port="input",
    )  # fmt: skip


def _learned_call(c: Call) -> str:
    x = c.one()
    return f"{x} + {c.module}[:, : {x}.size(1)]"


def _window(given: Given) -> tuple[int, int]:
    size = pair(given["window_size"])
    return size[0] * size[1], (2 * size[0] - 1) * (2 * size[1] - 1)


def _side(given: Given) -> int | None:
    """The window is taken to be a square."""
    places = given.one().size(-1)
    side = isqrt(places) if places is not None else 0
    return side if side and side * side == places else None


def _square_scores(given: Given) -> Complaint | None:
    scores = given.one()
    if scores.size(-1) is not None and scores.size(-1) == scores.size(-2):
        return None
    return Complaint(
        f"expects the scores of every place of a window for every other, but receives {scores.text}",
        expected="(…, heads, places, places)", got=scores.text, port="input",
    )  # fmt: skip


def _window_fits(given: Given) -> Complaint | None:
    places = given.one().size(-1)
    if given["window_size"] is not None and _window(given)[0] == places:
        return None
    if given["window_size"] is None:
        found = f"cannot tell rows and columns of a window of {places} places"
    else:
        found = f"has a window of {by(pair(given['window_size']))} places but receives {places}"
    patches = (Patch("Let window_size follow the input", {"window_size": None}),) if _side(given) else ()
    return Complaint(
        f"{found} in {given.one().text}", got=str(places), param="window_size", patches=patches
    )  # fmt: skip


def _bias_worked(given: Given, outputs: Outputs) -> str:
    places, offsets = _window(given)
    count = offsets * given["num_heads"]
    return f"places = {places},  distances = {offsets}\nparameters = {offsets} · {given['num_heads']} = {count:,}"


LAYERS = (
    LayerType(
        name="SinusoidalPositions",
        category="Embedding",
        summary="Add sines and cosines of the place to every step.",
        help=(
            "Attention does not know the order of a sequence. This adds to every step a pattern of waves that "
            "is different at each place: fast waves in the first features, slow ones in the last. Nothing is "
            "learned."
        ),
        formula="y[t, 2i] = x + sin(t / 10000^(2i/d)),  y[t, 2i+1] = x + cos(t / 10000^(2i/d))",
        words=("positional encoding", "position embedding", "transformer", "sine", "fixed positions"),
        params=(
            Param("dim", "int", None, "Length of each step's vector.", minimum=1, required=True,
                  inferred=axis_size(-1)),
            Param("max_len", "int", 5000, "The longest sequence there will be.", minimum=1, maximum=1_000_000),
        ),
        inputs=(Port("input", help="The sequences, (B, T, features)."),),
        support=("sinusoidal_positions",),
        module="SinusoidalPositions",
        check=first(rank_is(3, what=SEQUENCES), channels_match("dim", -1, "features"), _long_enough),
        shapes=_same,
        examples=(
            Example({}, {"input": (2, 5, 8)}),
            Example({"max_len": 6}, {"input": (2, 4, 7)}),
        ),
    ),
    LayerType(
        name="LearnedPositions",
        category="Embedding",
        summary="Add a learned vector for the place to every step.",
        help=(
            "A table with one learned vector for every place up to max_len; a shorter sequence takes the "
            "first rows. Attention does not know the order of a sequence, and this tells it. BERT, GPT and ViT "
            "do it this way."
        ),
        formula="y[t] = x[t] + p[t],  parameters = max_len · features",
        words=("positional encoding", "position embedding", "pos_embed", "transformer", "vit", "bert"),
        params=(
            Param("max_len", "int", 512, "The longest sequence there will be.", minimum=1, maximum=1_000_000),
            Param("features", "int", None, "Length of each step's vector.", minimum=1, inferred=axis_size(-1)),
        ),
        inputs=(Port("input", help="The sequences, (B, T, features)."),),
        module="nn.Parameter",
        construct=lambda c: f"nn.Parameter(0.02 * torch.randn(1, {c['max_len']}, {c['features']}))",
        call=_learned_call,
        check=first(rank_is(3, what=SEQUENCES), channels_match("features", -1, "features"), _long_enough),
        shapes=_same,
        worked=lambda given, outputs: (
            f"parameters = {given['max_len']} · {given['features']} = {given['max_len'] * given['features']:,}"
        ),
        headline=("max_len",),
        examples=(
            Example({"max_len": 7}, {"input": (2, 5, 6)}),
            Example({"max_len": 5}, {"input": (2, 5, 6)}),
        ),
    ),
    LayerType(
        name="RotaryPositions",
        category="Embedding",
        summary="Turn queries and keys by an angle that grows with the place.",
        help=(
            "Wire it between the projection of queries or keys and the attention. Pairs of features are turned "
            "like the hands of clocks, each with its own speed; the product of a query and a key then depends "
            "only on how far apart they are. LLaMA and most newer language models do it this way."
        ),
        formula="(x₁, x₂) → (x₁ cos tω − x₂ sin tω,  x₂ cos tω + x₁ sin tω),  ω = base^(−2i/d)",
        words=("rope", "rotary embedding", "positional encoding", "llama", "roformer"),
        params=(_BASE,),
        inputs=(Port("input", help="Queries or keys: (B, heads, T, features) or (B, T, features)."),),
        support=("rotate_positions",),
        call=lambda c: f"rotate_positions({c.one()}"
                       f"{', base=' + c['base'] if c.changed(10000.0, 'base') else ''})",
        check=first(rank_at_least(3, "queries or keys (B, heads, T, features)"), _even),
        examples=(
            Example({}, {"input": (2, 3, 5, 8)}),
            Example({"base": 500.0}, {"input": (2, 5, 6)}),
        ),
    ),
    LayerType(
        name="RelativePositionBias",
        category="Attention",
        summary="Add to attention scores a learned value for every distance.",
        help=(
            "The places are the cells of a window. How much one looks at another gets a learned bonus that "
            "depends only on how far apart they lie, rows and columns, and on the head. Stands between the "
            "scores and their softmax; Swin Transformers use it instead of positions."
        ),
        formula="y[h, i, j] = x[h, i, j] + table[distance(i, j), h]",
        words=("swin", "relative position", "attention bias", "window attention"),
        params=(
            Param("window_size", "ints", None, "Rows and columns of the window; a square unless set.", minimum=1,
                  maximum=256, length=2, required=True, inferred=_side),
            Param("num_heads", "int", None, "Number of attention heads.", minimum=1, required=True,
                  inferred=axis_size(-3)),
        ),
        inputs=(Port("input", help="Scores, (…, heads, places, places)."),),
        support=("relative_position_bias",),
        module="RelativePositionBias",
        check=first(
            rank_at_least(3, "attention scores (…, heads, places, places)"),
            _square_scores,
            _window_fits,
            channels_match("num_heads", -3, "heads"),
        ),
        worked=_bias_worked,
        headline=("window_size",),
        examples=(
            Example({}, {"input": (2, 4, 9, 9)}),
            Example({"window_size": (2, 3)}, {"input": (2, 4, 6, 6)}),
            Example({"window_size": 2}, {"input": (2, 5, 3, 4, 4)}),
        ),
    ),
)  # fmt: skip
