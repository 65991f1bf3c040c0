"""Whole Transformer layers, stacks of them, and the encoder-decoder of "Attention is all you need"."""

from __future__ import annotations

from typing import Any

from graph.catalogue.attention import SEQUENCE, beside, causal_mask, mask_fits, mask_kind
from graph.catalogue.rules import Outputs, Rule, axis_size, channels_match, divides, first, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Port
from graph.tensors import Tensor

_NORMALS: tuple[tuple[str, Any], ...] = (
    ("dim_feedforward", 2048),
    ("dropout", 0.1),
    ("activation", "relu"),
    ("layer_norm_eps", 1e-5),
    ("batch_first", False),
    ("norm_first", False),
    ("bias", True),
)


def _params(port: str, *between: Param, causal: str) -> tuple[Param, ...]:
    return (
        Param("d_model", "int", None, "Features of every place.", minimum=1, required=True,
              inferred=axis_size(-1, port)),
        Param("nhead", "int", 4, "Number of attention heads; must divide d_model.", minimum=1, maximum=10_000,
              required=True),
        *between,
        Param("dim_feedforward", "int", 2048, "Size of the hidden layer behind the attention.", minimum=1,
              maximum=1_000_000),
        Param("dropout", "float", 0.1, "Dropout.", minimum=0, maximum=1),
        Param("activation", "choice", "relu", "Activation of the hidden layer.", choices=("relu", "gelu")),
        Param("layer_norm_eps", "float", 1e-5, "Added to the variance in the layer norms.", minimum=0, maximum=1),
        Param("batch_first", "bool", True, "Data is (B, T, features), as everywhere else; otherwise "
              "(T, B, features).", torch=False),
        Param("norm_first", "bool", False, "Normalise before attention and feed-forward instead of after them."),
        Param("bias", "bool", True, "Learn constants as well."),
        Param("causal", "bool", False, causal, code=False),
    )  # fmt: skip


_STACK = Param(
    "num_layers", "int", 2, "Number of layers on top of each other.", minimum=1, maximum=1000, code=False
)
_FINAL = Param("final_norm", "bool", False, "A layer norm behind the last layer, as pre-norm stacks need it.",
               code=False)  # fmt: skip


def _arguments(c: Call) -> str:
    parts = [c["d_model"], c["nhead"]]
    parts += [f"{name}={c[name]}" for name, default in _NORMALS if c.changed(default, name)]
    return ", ".join(parts)


def _stack(kind: str) -> Any:
    def construct(c: Call) -> str:
        parts = [f"nn.Transformer{kind}Layer({_arguments(c)})", c["num_layers"]]
        if c.values["final_norm"]:
            eps = f", eps={c['layer_norm_eps']}" if c.changed(1e-5, "layer_norm_eps") else ""
            bias = f", bias={c['bias']}" if c.changed(True, "bias") else ""
            parts.append(f"norm=nn.LayerNorm({c['d_model']}{eps}{bias})")
        if kind == "Encoder":
            # torch's nested tensors would cut padded sequences short in evaluation
            parts.append("enable_nested_tensor=False")
        return f"nn.Transformer{kind}({', '.join(parts)})"

    return construct


def _single(kind: str) -> Any:
    return lambda c: f"nn.Transformer{kind}Layer({_arguments(c)})"


def _steps(tensor: Tensor) -> int:
    return tensor.elements() // tensor.shapes[0][-1]


def _attention_macs(size: int, targets: int, sources: int) -> int:
    return 2 * targets * size * size + 2 * sources * size * size + 2 * targets * sources * size


def _encoder_macs(given: Given, steps: int) -> int:
    size = given["d_model"]
    return _attention_macs(size, steps, steps) + 2 * steps * size * given["dim_feedforward"]


def _decoder_macs(given: Given, steps: int, memory: int) -> int:
    return _encoder_macs(given, steps) + _attention_macs(given["d_model"], steps, memory)


def layer_parameters(given: Given, attentions: int) -> int:
    """Weights and biases of one encoder (1 attention) or decoder (2 attentions) layer."""
    size, hidden = given["d_model"], given["dim_feedforward"]
    bias = 1 if given["bias"] else 0
    attention = 4 * size * size + bias * 4 * size
    feedforward = 2 * size * hidden + bias * (size + hidden)
    return attentions * attention + feedforward + (attentions + 1) * (size + bias * size)


def _worked(attentions: int) -> Any:
    def worked(given: Given, outputs: Outputs) -> str:
        size, hidden = given["d_model"], given["dim_feedforward"]
        one = layer_parameters(given, attentions)
        front = f"{attentions}·" if attentions > 1 else ""
        lines = [f"size of each head = {size} / {given['nhead']} = {size // given['nhead']}"]
        if given["bias"]:
            lines.append(
                f"parameters per layer = {front}(4·{size}² + 4·{size}) + 2·{size}·{hidden} + {size} + "
                f"{hidden} + {attentions + 1}·2·{size} = {one:,}"
            )
        else:
            lines.append(f"parameters per layer = {one:,}")
        count = given.params.get("num_layers")
        if count is not None:
            final = (2 if given["bias"] else 1) * size if given["final_norm"] else 0
            lines.append(
                f"parameters = {count} · {one:,}{f' + {final}' if final else ''} = {count * one + final:,}"
            )
        return "\n".join(lines)

    return worked


def _axes(given: Given) -> tuple[int, int]:
    return (1, 0) if given["batch_first"] else (0, 1)


def _square(given: Given, port: str) -> tuple[tuple[int, ...], ...]:
    time, _ = _axes(given)
    return tuple((shape[time], shape[time]) for shape in given.one(port).shapes)


def _padding(given: Given, port: str) -> tuple[tuple[int, ...], ...]:
    time, batch = _axes(given)
    return tuple((shape[batch], shape[time]) for shape in given.one(port).shapes)


def _across(given: Given, port: str) -> tuple[tuple[int, ...], ...]:
    """One value for every place of tgt and every place of the other sequence."""
    time, _ = _axes(given)
    pairs = zip(given.one("tgt").shapes, given.one(port).shapes, strict=True)
    return tuple((target[time], source[time]) for target, source in pairs)


def _one_mask(mask: str) -> Rule:
    def check(given: Given) -> Complaint | None:
        if given["causal"] and given.has(mask):
            return Complaint(
                f"is causal, which is a mask of its own, and receives one more, {given.one(mask).text}",
                expected=f"no {mask}", got=given.one(mask).text, port=mask, param="causal",
            )  # fmt: skip
        return None

    return check


def _encoder_masks(given: Given) -> Complaint | None:
    return mask_fits("src_mask", _square(given, "src"), given) or mask_fits(
        "src_key_padding_mask", _padding(given, "src"), given
    )


def _decoder_masks(given: Given) -> Complaint | None:
    return (
        mask_fits("tgt_mask", _square(given, "tgt"), given)
        or mask_fits("tgt_key_padding_mask", _padding(given, "tgt"), given)
        or mask_fits("memory_key_padding_mask", _padding(given, "memory"), given)
        or mask_fits("memory_mask", _across(given, "memory"), given)
    )


def _same_batch(source: str) -> Rule:
    def check(given: Given) -> Complaint | None:
        target, memory = given.one("tgt"), given.one(source)
        _, batch = _axes(given)
        if all(a[batch] == b[batch] for a, b in zip(target.shapes, memory.shapes, strict=True)):
            return None
        return Complaint(
            f"expects {source} and tgt of the same batch, but they are {memory.text} and {target.text}",
            expected=target.text, got=memory.text, port=source,
        )  # fmt: skip

    return check


def _encoder_call(stack: bool) -> Any:
    mask = "mask" if stack else "src_mask"

    def call(c: Call) -> str:
        parts = [c.one("src")]
        if c.values["causal"]:
            hidden = causal_mask(c.one("src"), c.values["batch_first"], beside(c, "src_key_padding_mask"))
            parts += [f"{mask}={hidden}", "is_causal=True"]
        elif c.has("src_mask"):
            # saying so spares torch a look at the mask's values
            parts += [f"{mask}={c.one('src_mask')}", "is_causal=False"]
        if c.has("src_key_padding_mask"):
            parts.append(f"src_key_padding_mask={c.one('src_key_padding_mask')}")
        return f"{c.module}({', '.join(parts)})"

    return call


def _decoder_call(c: Call) -> str:
    parts = [c.one("tgt"), c.one("memory")]
    if c.values["causal"]:
        hidden = causal_mask(c.one("tgt"), c.values["batch_first"], beside(c, "tgt_key_padding_mask"))
        parts += [f"tgt_mask={hidden}", "tgt_is_causal=True"]
    elif c.has("tgt_mask"):
        parts += [f"tgt_mask={c.one('tgt_mask')}", "tgt_is_causal=False"]
    return f"{c.module}({', '.join([*parts, *_named(c, 'tgt_key', 'memory_key', 'memory')])})"


def _named(c: Call, *masks: str) -> list[str]:
    """Masks that are wired, passed by name: a padding mask for ``src_key``, one of pairs for ``src``."""
    names = [f"{mask}_padding_mask" if mask.endswith("_key") else f"{mask}_mask" for mask in masks]
    return [f"{name}={c.one(name)}" for name in names if c.has(name)]


def _both_call(c: Call) -> str:
    parts = [c.one("src"), c.one("tgt")]
    if c.values["causal"]:
        hidden = causal_mask(c.one("tgt"), c.values["batch_first"], beside(c, "tgt_key_padding_mask"))
        parts += [f"tgt_mask={hidden}", "tgt_is_causal=True"]
    elif c.has("tgt_mask"):
        parts += [f"tgt_mask={c.one('tgt_mask')}", "tgt_is_causal=False"]
    if c.has("src_mask"):
        parts += [f"src_mask={c.one('src_mask')}", "src_is_causal=False"]
    parts += _named(c, "src_key", "tgt_key", "memory_key", "memory")
    return f"{c.module}({', '.join(parts)})"


def _padding_port(name: str) -> Port:
    return Port(name, "any", optional=True, help="(B, T): true hides a place that only fills up.")


def _pairs_port(name: str, axes: str) -> Port:
    return Port(name, "any", optional=True, help=f"{axes}: true, or minus infinity, hides a pair of places.")


_ENCODER_PORTS = (
    Port("src", help="The sequence, (B, T, features)."),
    _pairs_port("src_mask", "(T, T)"),
    _padding_port("src_key_padding_mask"),
)
_DECODER_PORTS = (
    Port("tgt", help="The sequence so far, (B, T, features)."),
    Port("memory", help="What the encoder made of the other sequence, (B, S, features)."),
    _pairs_port("tgt_mask", "(T, T)"),
    _padding_port("tgt_key_padding_mask"),
    _padding_port("memory_key_padding_mask"),
    _pairs_port("memory_mask", "(T, S)"),
)

_encoder_check = first(
    rank_is(3, what=SEQUENCE, port="src"),
    channels_match("d_model", -1, "features", "src"),
    divides("nhead", "d_model", "features", "src"),
    _one_mask("src_mask"),
    mask_kind("src_mask", "src_key_padding_mask"),
    _encoder_masks,
)
_decoder_check = first(
    rank_is(3, what=SEQUENCE, port="tgt"),
    rank_is(3, what=SEQUENCE, port="memory"),
    channels_match("d_model", -1, "features", "tgt"),
    channels_match("d_model", -1, "features", "memory"),
    divides("nhead", "d_model", "features", "tgt"),
    _same_batch("memory"),
    _one_mask("tgt_mask"),
    mask_kind("tgt_mask", "tgt_key_padding_mask", "memory_key_padding_mask", "memory_mask"),
    _decoder_masks,
)


def _both_masks(given: Given) -> Complaint | None:
    return (
        mask_fits("src_key_padding_mask", _padding(given, "src"), given)
        or mask_fits("tgt_key_padding_mask", _padding(given, "tgt"), given)
        or mask_fits("memory_key_padding_mask", _padding(given, "src"), given)
        or mask_fits("src_mask", _square(given, "src"), given)
        or mask_fits("tgt_mask", _square(given, "tgt"), given)
        or mask_fits("memory_mask", _across(given, "src"), given)
    )


_CAUSAL = "Every place sees only itself and what came before, as language models need it."
_WORDS = ("transformer", "attention", "bert", "gpt", "vit")


def _encoder(stack: bool) -> LayerType:
    def macs(given: Given, outputs: Outputs) -> int:
        return _encoder_macs(given, _steps(given.one("src"))) * int(given.params.get("num_layers", 1))

    more: dict[str, Any] = {"num_layers": 2, "final_norm": True} if stack else {}
    return LayerType(
        name="TransformerEncoder" if stack else "TransformerEncoderLayer",
        category="Attention",
        summary="A stack of Transformer encoder layers." if stack else "Self-attention and a feed-forward network.",
        help=(
            ("Several encoder layers on top of each other, each with its own weights. " if stack else
             "Self-attention mixes the places of a sequence, then a small network works on each place; both "
             "are added to their input and normalised. ")
            + "BERT, ViT and (with causal) GPT are made of it. It does not know the order of the places: add "
            "position embeddings before it."
        ),
        formula="y = norm(x + attention(x)),  z = norm(y + W₂ relu(W₁ y))",
        words=(*_WORDS, "encoder", "stack" if stack else "block"),
        params=_params("src", *((_STACK, _FINAL) if stack else ()), causal=_CAUSAL),
        inputs=_ENCODER_PORTS,
        module="nn.TransformerEncoder" if stack else "nn.TransformerEncoderLayer",
        construct=_stack("Encoder") if stack else _single("Encoder"),
        call=_encoder_call(stack),
        check=_encoder_check,
        worked=_worked(1),
        macs=macs,
        headline=("num_layers", "nhead") if stack else ("nhead", "dim_feedforward"),
        examples=(
            Example({"nhead": 2, "dim_feedforward": 12, **({"num_layers": 3} if stack else {})}, {"src": (2, 5, 8)}),
            Example({"nhead": 4, "dim_feedforward": 6, "norm_first": True, "activation": "gelu", "causal": True,
                     "bias": False, **more}, {"src": (2, 5, 8)}),
            Example({"nhead": 2, "dim_feedforward": 6, "dropout": 0.0},
                    {"src": (2, 5, 8), "src_mask": (5, 5), "src_key_padding_mask": (2, 5)},
                    {"src_mask": "bool", "src_key_padding_mask": "bool"}),
        ),
    )  # fmt: skip


def _decoder(stack: bool) -> LayerType:
    def macs(given: Given, outputs: Outputs) -> int:
        one = _decoder_macs(given, _steps(given.one("tgt")), _steps(given.one("memory")))
        return one * int(given.params.get("num_layers", 1))

    more: dict[str, Any] = {"num_layers": 2, "final_norm": True} if stack else {}
    return LayerType(
        name="TransformerDecoder" if stack else "TransformerDecoderLayer",
        category="Attention",
        summary=(
            "A stack of Transformer decoder layers." if stack
            else "Self-attention, attention to an encoder, and a feed-forward network."
        ),
        help=(
            ("Several decoder layers on top of each other, each with its own weights. " if stack else
             "Like an encoder layer, with a second attention in between that looks at what an encoder has "
             "made of another sequence (memory). ")
            + "Translation uses it: memory is the sentence that is read, tgt the one that is written. "
              "Switch causal on, or the decoder sees the words it is to guess."
        ),
        formula="y = norm(x + attention(x)),  z = norm(y + attention(y, memory)),  out = norm(z + W₂ relu(W₁ z))",
        words=(*_WORDS, "decoder", "cross-attention", "translation", "stack" if stack else "block"),
        params=_params("tgt", *((_STACK, _FINAL) if stack else ()), causal=_CAUSAL),
        inputs=_DECODER_PORTS,
        module="nn.TransformerDecoder" if stack else "nn.TransformerDecoderLayer",
        construct=_stack("Decoder") if stack else _single("Decoder"),
        call=_decoder_call,
        check=_decoder_check,
        worked=_worked(2),
        macs=macs,
        headline=("num_layers", "nhead") if stack else ("nhead", "dim_feedforward"),
        initial={"causal": True},
        examples=(
            Example({"nhead": 2, "dim_feedforward": 12, **({"num_layers": 3} if stack else {})},
                    {"tgt": (2, 5, 8), "memory": (2, 3, 8)}),
            Example({"nhead": 4, "dim_feedforward": 6, "norm_first": True, "activation": "gelu", "causal": True,
                     "bias": False, **more}, {"tgt": (2, 5, 8), "memory": (2, 3, 8)}),
            Example({"nhead": 2, "dim_feedforward": 6},
                    {"tgt": (2, 5, 8), "memory": (2, 3, 8), "tgt_mask": (5, 5), "memory_key_padding_mask": (2, 3)},
                    {"tgt_mask": "bool", "memory_key_padding_mask": "bool"}),
        ),
    )  # fmt: skip


def _both_macs(given: Given, outputs: Outputs) -> int:
    source, target = _steps(given.one("src")), _steps(given.one("tgt"))
    encoder = _encoder_macs(given, source) * given["num_encoder_layers"]
    return int(encoder + _decoder_macs(given, target, source) * given["num_decoder_layers"])


def _both_worked(given: Given, outputs: Outputs) -> str:
    encoder, decoder = layer_parameters(given, 1), layer_parameters(given, 2)
    n, m, size = given["num_encoder_layers"], given["num_decoder_layers"], given["d_model"]
    norms = 2 * (2 if given["bias"] else 1) * size
    return f"parameters = {n} · {encoder:,} + {m} · {decoder:,} + {norms} = {n * encoder + m * decoder + norms:,}"


def _count(name: str, what: str) -> Param:
    return Param(name, "int", 6, f"Layers of the {what}.", minimum=1, maximum=1000)


LAYERS = (
    *(_encoder(stack) for stack in (False, True)),
    *(_decoder(stack) for stack in (False, True)),
    LayerType(
        name="Transformer",
        category="Attention",
        summary="The whole encoder and decoder of “Attention is all you need”.",
        help=(
            "An encoder reads src, a decoder writes tgt while it looks at what the encoder found. Both "
            "inputs are embedded sequences with positions added; a Linear behind it gives the scores of the "
            "next word. Switch causal on for training, or the decoder sees the words it is to guess."
        ),
        formula="memory = encoder(src),  y = decoder(tgt, memory)",
        words=(*_WORDS, "encoder", "decoder", "translation", "seq2seq"),
        params=_params("src", _count("num_encoder_layers", "encoder"), _count("num_decoder_layers", "decoder"),
                       causal="Every place of tgt sees only itself and what came before."),
        inputs=(
            Port("src", help="The sequence that is read, (B, S, features)."),
            Port("tgt", help="The sequence that is written, (B, T, features)."),
            *(_padding_port(f"{name}_key_padding_mask") for name in ("src", "tgt", "memory")),
            _pairs_port("src_mask", "(S, S)"),
            _pairs_port("tgt_mask", "(T, T)"),
            _pairs_port("memory_mask", "(T, S)"),
        ),
        module="nn.Transformer",
        call=_both_call,
        check=first(
            rank_is(3, what=SEQUENCE, port="src"),
            rank_is(3, what=SEQUENCE, port="tgt"),
            channels_match("d_model", -1, "features", "src"),
            channels_match("d_model", -1, "features", "tgt"),
            divides("nhead", "d_model", "features", "src"),
            _same_batch("src"),
            _one_mask("tgt_mask"),
            mask_kind("src_key_padding_mask", "tgt_key_padding_mask", "memory_key_padding_mask", "src_mask", "tgt_mask",
                      "memory_mask"),
            _both_masks,
        ),
        worked=_both_worked,
        macs=_both_macs,
        headline=("num_encoder_layers", "nhead"),
        initial={"causal": True},
        examples=(
            Example({"nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 2, "dim_feedforward": 12},
                    {"src": (2, 3, 8), "tgt": (2, 5, 8)}),
            Example({"nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 12,
                     "causal": True, "activation": "gelu"},
                    {"src": (2, 3, 8), "tgt": (2, 5, 8), "src_key_padding_mask": (2, 3)},
                    {"src_key_padding_mask": "bool"}),
            Example({"nhead": 2, "num_encoder_layers": 1, "num_decoder_layers": 1, "dim_feedforward": 12},
                    {"src": (2, 3, 8), "tgt": (2, 5, 8), "src_mask": (3, 3), "tgt_mask": (5, 5), "memory_mask": (5, 3)},
                    {"memory_mask": "bool"}),
        ),
    ),
)  # fmt: skip
