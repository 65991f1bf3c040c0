"""Tokens before and behind a Transformer: pictures cut into patches, a class token, shifted targets, scores."""

from __future__ import annotations

from graph.catalogue.rules import Outputs, axis_size, by, channels_match, first, pair, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port

SEQUENCES = "a batch of sequences (B, T, features)"


# --- patches ---------------------------------------------------------------------------------------------


def _patch_construct(c: Call) -> str:
    size = c["patch_size"]
    bias = f", bias={c['bias']}" if c.changed(True, "bias") else ""
    return f"nn.Conv2d({c['in_channels']}, {c['embed_dim']}, kernel_size={size}, stride={size}{bias})"


def _patches_fit(given: Given) -> Complaint | None:
    size = pair(given["patch_size"])
    for axis, name in ((2, "height"), (3, "width")):
        length, step = given.one().size(axis), size[axis - 2]
        if length is not None and length % step:
            fits = [n for n in range(1, length + 1) if length % n == 0 and n >= step] or [length]
            return Complaint(
                f"cuts patches of {by(size)}, which leave a rest of the {name} {length} of {given.one().text}",
                expected=f"a multiple of {step}", got=str(length), param="patch_size",
                patches=(Patch(f"Set patch_size to {fits[0]}", {"patch_size": fits[0]}),),
            )  # fmt: skip
    return None


def _patch_macs(given: Given, outputs: Outputs) -> int:
    size = pair(given["patch_size"])
    return int(outputs["output"].elements() * given["in_channels"] * size[0] * size[1])


def _patch_worked(given: Given, outputs: Outputs) -> str:
    size, width, channels = pair(given["patch_size"]), given["embed_dim"], given["in_channels"]
    weights = channels * size[0] * size[1] * width
    bias = width if given["bias"] else 0
    rows, columns = (outputs["output"].dims[1], outputs["output"].text)
    return (
        f"tokens = {rows},  output {columns}\n"
        f"parameters = {channels}·{size[0]}·{size[1]}·{width}{f' + {width}' if bias else ''} = {weights + bias:,}"
    )


# --- class token -----------------------------------------------------------------------------------------


def _class_call(c: Call) -> str:
    x = c.one()
    return f"torch.cat([{c.module}.expand({x}.size(0), -1, -1), {x}], dim=1)"


# --- scores by an embedding's own table ------------------------------------------------------------------


def _table_fits(given: Given) -> Complaint | None:
    table, x = given.one("weight"), given.one()
    if table.rank == 2 and x.rank >= 1 and x.size(-1) is not None and table.size(-1) == x.size(-1):
        return None
    got = x.dims[-1] if x.rank else "nothing"
    return Complaint(
        f"expects a table (tokens, {got}) at weight, one row as long as a step, but receives {table.text}",
        expected=f"(tokens, {got})", got=table.text, port="weight",
    )  # fmt: skip


def _bias_fits(given: Given) -> Complaint | None:
    if not given.has("bias"):
        return None
    bias, count = given.one("bias"), given.one("weight").size(0)
    if bias.rank == 1 and bias.size(0) == count:
        return None
    return Complaint(
        f"expects one constant for each of the {count} tokens at bias but receives {bias.text}",
        expected=f"({count},)", got=bias.text, port="bias",
    )  # fmt: skip


def _tied_call(c: Call) -> str:
    bias = f", {c.one('bias')}" if c.has("bias") else ""
    return f"F.linear({c.one()}, {c.one('weight')}{bias})"


def _tied_macs(given: Given, outputs: Outputs) -> int:
    return outputs["output"].elements() * (given.one().size(-1) or 0)


LAYERS = (
    LayerType(
        name="PatchEmbedding",
        category="Embedding",
        summary="Cut a picture into square patches and make a token of each.",
        help=(
            "A picture (B, C, H, W) is cut into patches without overlap, and each becomes one vector: (B, "
            "patches, embed_dim), row by row. That is how a Vision Transformer reads a picture as a "
            "sentence. It is a convolution whose stride is as large as its kernel."
        ),
        formula="tokens = (H / patch) · (W / patch),  parameters = C · patch² · embed_dim + embed_dim",
        words=("vit", "vision transformer", "patchify", "image to tokens", "tokens"),
        params=(
            Param("in_channels", "int", None, "Channels of the picture.", minimum=1, required=True,
                  inferred=axis_size(1)),
            Param("embed_dim", "int", 64, "Length of each patch's vector.", minimum=1, maximum=1_000_000,
                  required=True),
            Param("patch_size", "ints", 4, "Side of a patch, in pixels.", minimum=1, maximum=4096, length=2,
                  required=True),
            Param("bias", "bool", True, "Learn a constant as well."),
        ),
        inputs=(Port("input", help="Pictures, (B, C, H, W)."),),
        module="nn.Conv2d",
        construct=_patch_construct,
        call=lambda c: f"{c.module}({c.one()}).flatten(2).transpose(1, 2)",
        check=first(
            rank_is(4, what="a batch of pictures (B, C, H, W)"),
            channels_match("in_channels", 1),
            _patches_fit,
        ),
        worked=_patch_worked,
        macs=_patch_macs,
        headline=("patch_size", "embed_dim"),
        examples=(
            Example({"embed_dim": 6, "patch_size": 4}, {"input": (2, 3, 8, 12)}),
            Example({"embed_dim": 5, "patch_size": (2, 4), "bias": False}, {"input": (2, 1, 8, 8)}),
        ),
    ),
    LayerType(
        name="ClassToken",
        category="Embedding",
        summary="Put one learned token in front of every sequence.",
        help=(
            "A learned vector stands before the tokens of every sequence: (B, T, features) becomes (B, T + 1, "
            "features). The layers behind it collect in its place what the whole sequence says, and a "
            "Select of step 0 hands that to a classifier, as in BERT and ViT."
        ),
        formula="y = [c, x₁, x₂, …],  parameters = features",
        words=("cls", "cls token", "prepend", "vit", "bert", "classification token"),
        params=(
            Param("features", "int", None, "Length of the token; that of the others.", minimum=1,
                  inferred=axis_size(-1)),
        ),
        inputs=(Port("input", help="The sequences, (B, T, features)."),),
        module="nn.Parameter",
        construct=lambda c: f"nn.Parameter(torch.zeros(1, 1, {c['features']}))",
        call=_class_call,
        check=first(rank_is(3, what=SEQUENCES), channels_match("features", -1, "features")),
        worked=lambda given, outputs: f"parameters = {given['features']:,}",
        examples=(Example({}, {"input": (2, 5, 6)}),),
    ),
    LayerType(
        name="ShiftTokens",
        category="Embedding",
        summary="Move a sequence one step on and begin it with a start token.",
        help=(
            "The first token becomes the start token, every other one the token before it; the last is left "
            "out. A decoder trained so sees at each step only the words before the one it is to guess "
            "(teacher forcing)."
        ),
        formula="y[0] = start_idx,  y[t] = x[t − 1]",
        words=("start token", "bos", "sos", "shift right", "teacher forcing", "decoder input"),
        params=(
            Param("start_idx", "int", 1, "The token that begins every sequence.", minimum=0, maximum=10**8),
        ),
        inputs=(Port("input", "int", help="Token numbers, (B, T)."),),
        call=lambda c: f"F.pad({c.one()}[:, :-1], (1, 0), value={c['start_idx']})",
        check=rank_is(2, what="a batch of token lists (B, T)"),
        headline=("start_idx",),
        examples=(
            Example({}, {"input": (2, 5)}, {"input": "int64"}),
            Example({"start_idx": 0}, {"input": (2, 1)}, {"input": "int64"}),
        ),
    ),
    LayerType(
        name="TiedLinear",
        category="Embedding",
        summary="A score for every token, from the table of an Embedding.",
        help=(
            "Works like a Linear that has no weights of its own: each step is compared with every row of the "
            "table at weight. Switch on weight_output in an Embedding and wire its weight here, and what "
            "reads the tokens also writes them: fewer parameters, and often better language models."
        ),
        formula="y = x Wᵀ (+ b)",
        words=("weight tying", "tied embedding", "output layer", "language model", "shared embedding", "logits"),
        inputs=(
            Port("input", help="The sequence, (B, T, features)."),
            Port("weight", help="The table, (tokens, features)."),
            Port("bias", optional=True, help="One constant for each token."),
        ),
        call=_tied_call,
        check=first(_table_fits, _bias_fits),
        macs=_tied_macs,
        examples=(
            Example({}, {"input": (2, 5, 6), "weight": (9, 6)}),
            Example({}, {"input": (2, 6), "weight": (9, 6), "bias": (9,)}),
        ),
    ),
)  # fmt: skip
