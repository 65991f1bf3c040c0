"""Attention: every place of a sequence looks at every other one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from graph.catalogue.arithmetic import broadcast
from graph.catalogue.rules import (
    Outputs,
    Rule,
    axis_size,
    channels_match,
    divides,
    first,
    rank_at_least,
    rank_is,
)
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Port, literal
from graph.tensors import Tensor

SEQUENCE = "a batch of sequences (B, T, features)"


def mask_ports(key: str = "key") -> tuple[Port, ...]:
    """The two masks of an attention: which pairs are hidden, and which places are only padding."""
    return (
        Port(
            "attn_mask", "any", optional=True, help="(T, S): true, or minus infinity, hides a pair of places."
        ),
        Port("key_padding_mask", "any", optional=True, help="(B, S): true hides a place that only fills up."),
    )


def causal_mask(text: str, batch_first: bool = True, dtype: str = "float32") -> str:
    """The mask that lets every place look only at itself and what came before, for the sequence ``text``.

    It is added to the scores; as ``bool`` it says where to hide, and fits beside a padding mask of that kind.
    """
    length = f"{text}.size({1 if batch_first else 0})"
    kind = "" if dtype == "float32" else f", dtype=torch.{dtype}"
    return f"nn.Transformer.generate_square_subsequent_mask({length}, device={text}.device{kind})"


def beside(c: Call, padding: str) -> str:
    """The dtype of a causal mask: torch wants that of the padding mask beside it, which is usually bool."""
    return "bool" if c.has(padding) else "float32"


def mask_fits(port: str, wanted: tuple[tuple[int, ...], ...], given: Given) -> Complaint | None:
    """A mask that is wired must have one of the wanted shapes."""
    if not given.has(port) or given.one(port).shapes == wanted:
        return None
    text = Tensor(wanted).text
    return Complaint(
        f"expects {port} of {text} but receives {given.one(port).text}",
        expected=text, got=given.one(port).text, port=port,
    )  # fmt: skip


def mask_kind(*ports: str) -> Rule:
    """Masks are true/false values or decimal numbers to add."""

    def check(given: Given) -> Complaint | None:
        for port in ports:
            if given.has(port) and given.one(port).kind == "int":
                return Complaint(
                    f"expects true/false values or decimal numbers at {port} but receives "
                    f"{given.one(port).text}",
                    expected="bool or float32", got=given.one(port).dtype, port=port,
                )  # fmt: skip
        return None

    return check


def _source(given: Given, port: str) -> Tensor:
    """What arrives at key or value, which fall back to key and query."""
    for name in (port, "key", "query"):
        if given.has(name):
            return given.one(name)
    raise KeyError(port)


def _attention_shapes(given: Given) -> Complaint | None:
    query, key, value = given.one("query"), _source(given, "key"), _source(given, "value")
    batch = 0 if given["batch_first"] else 1
    if any(a[batch] != b[batch] for a, b in zip(query.shapes, key.shapes, strict=True)):
        return Complaint(
            f"expects query and key of the same batch, but they are {query.text} and {key.text}",
            expected=query.text, got=key.text, port="key",
        )  # fmt: skip
    if [shape[:2] for shape in key.shapes] != [shape[:2] for shape in value.shapes]:
        return Complaint(
            f"expects as many values as keys, but they are {key.text} and {value.text}",
            expected=key.text, got=value.text, port="value" if given.has("value") else "key",
        )  # fmt: skip
    return None


def _attention_masks(given: Given) -> Complaint | None:
    query, key = given.one("query"), _source(given, "key")
    time, batch = (1, 0) if given["batch_first"] else (0, 1)
    if given["causal"] and [s[time] for s in query.shapes] != [s[time] for s in key.shapes]:
        return Complaint(
            f"is causal, so query and key must be equally long, but they are {query.text} and {key.text}",
            expected=query.text, got=key.text, port="key", param="causal",
        )  # fmt: skip
    if given["causal"] and given.has("attn_mask"):
        return Complaint(
            f"is causal, which is a mask of its own, and receives one more, {given.one('attn_mask').text}",
            expected="no attn_mask", got=given.one("attn_mask").text, port="attn_mask", param="causal",
        )  # fmt: skip
    pairs = zip(query.shapes, key.shapes, strict=True)
    complaint = mask_fits("attn_mask", tuple((q[time], k[time]) for q, k in pairs), given)
    return complaint or mask_fits("key_padding_mask", tuple((k[batch], k[time]) for k in key.shapes), given)


def _construct(c: Call) -> str:
    size = c.values["embed_dim"]
    parts = [c["embed_dim"], c["num_heads"]]
    for name, default in (("dropout", 0.0), ("bias", True), ("add_bias_kv", False), ("add_zero_attn", False)):
        if c.changed(default, name):
            parts.append(f"{name}={c[name]}")
    for name in ("kdim", "vdim"):
        if c[name] != c["embed_dim"] and (c.values[name] != size or c[name] != literal(c.values[name])):
            parts.append(f"{name}={c[name]}")
    if c.changed(False, "batch_first"):
        parts.append(f"batch_first={c['batch_first']}")
    return f"nn.MultiheadAttention({', '.join(parts)})"


def _call(c: Call) -> str:
    query = c.one("query")
    key = c.one("key") if c.has("key") else query
    value = c.one("value") if c.has("value") else key
    parts = [query, key, value]
    if c.has("key_padding_mask"):
        parts.append(f"key_padding_mask={c.one('key_padding_mask')}")
    if not c.values["need_weights"]:
        parts.append("need_weights=False")
    if c.values["causal"]:
        mask = causal_mask(query, c.values["batch_first"], beside(c, "key_padding_mask"))
        parts.append(f"attn_mask={mask}")
    elif c.has("attn_mask"):
        parts.append(f"attn_mask={c.one('attn_mask')}")
    if c.values["need_weights"] and not c.values["average_attn_weights"]:
        parts.append("average_attn_weights=False")
    return f"{c.module}({', '.join(parts)})"


def _outputs(values: Mapping[str, Any]) -> tuple[Port, ...]:
    weights = Port("weights", help="How much each place (T) looks at each other one (S): (B, T, S).")
    return (Port("output"), *((weights,) if values["need_weights"] else ()))


def _macs(given: Given, outputs: Outputs) -> int:
    query, key, value = given.one("query"), _source(given, "key"), _source(given, "value")
    size = given["embed_dim"]
    targets, sources = query.elements() // query.shapes[0][-1], key.elements() // key.shapes[0][-1]
    projections = (
        targets * size * size + key.elements() * size + value.elements() * size + targets * size * size
    )
    return projections + 2 * targets * sources * size


def _worked(given: Given, outputs: Outputs) -> str:
    size, heads = given["embed_dim"], given["num_heads"]
    weights = size * size * 2 + size * (given["kdim"] + given["vdim"])
    biases = 4 * size if given["bias"] else 0
    extra = 2 * size if given["add_bias_kv"] else 0
    return (
        f"size of each head = {size} / {heads} = {size // heads}\n"
        f"parameters = {size}·({size} + {given['kdim']} + {given['vdim']} + {size})"
        f"{f' + 4·{size}' if biases else ''}{f' + 2·{size}' if extra else ''} = {weights + biases + extra:,}"
    )


def _width(port: str) -> Any:
    def infer(given: Given) -> int | None:
        return _source(given, port).size(-1)

    return infer


def _source_width(param: str, port: str) -> Rule:
    """kdim and vdim count what is at key and value, or at the port these fall back to."""

    def check(given: Given) -> Complaint | None:
        wired = next((name for name in (port, "key", "query") if given.has(name)), "query")
        return channels_match(param, -1, "features", wired)(given)

    return check


def _product_sizes(given: Given) -> Complaint | None:
    query, key = given.one("query"), _source(given, "key")
    value = _source(given, "value")
    pairs = list(zip(query.shapes, key.shapes, strict=True))
    if any(a[-1] != b[-1] or broadcast([a[:-2], b[:-2]]) is None for a, b in pairs):
        return Complaint(
            f"expects query and key of the same size but receives {query.text} and {key.text}",
            expected=query.text, got=key.text, port="key",
        )  # fmt: skip
    together = zip(query.shapes, key.shapes, value.shapes, strict=True)
    if any(k[-2] != v[-2] or broadcast([q[:-2], k[:-2], v[:-2]]) is None for q, k, v in together):
        return Complaint(
            f"expects as many values as keys, but they are {key.text} and {value.text}",
            expected=key.text, got=value.text, port="value" if given.has("value") else "key",
        )  # fmt: skip
    if not given.has("attn_mask"):
        return None
    mask = given.one("attn_mask")
    scores = [(*(broadcast([q[:-2], k[:-2]]) or ()), q[-2], k[-2]) for q, k in pairs]
    fits = all(broadcast([shape, score]) == score for shape, score in zip(mask.shapes, scores, strict=True))
    if fits and mask.rank >= 2:
        return None
    wanted = Tensor(tuple(score[-2:] for score in scores)).text
    return Complaint(
        f"expects attn_mask of {wanted} but receives {mask.text}",
        expected=wanted,
        got=mask.text,
        port="attn_mask",
    )


def _enough_axes(given: Given) -> Complaint | None:
    for port, least in (("query", 3), ("key", 2), ("value", 2)):
        if given.has(port) and given.one(port).rank < least:
            got = given.one(port).text
            return Complaint(f"expects {SEQUENCE} but receives {got}", expected=SEQUENCE, got=got, port=port)
    return None


def _product_mask(given: Given) -> Complaint | None:
    if given["is_causal"] and given.has("attn_mask"):
        return Complaint(
            f"is causal, which is a mask of its own, and receives one more, {given.one('attn_mask').text}",
            expected="no attn_mask", got=given.one("attn_mask").text, port="attn_mask", param="is_causal",
        )  # fmt: skip
    return None


def _product_call(c: Call) -> str:
    query = c.one("query")
    key = c.one("key") if c.has("key") else query
    parts = [query, key, c.one("value") if c.has("value") else key]
    if c.has("attn_mask"):
        parts.append(f"attn_mask={c.one('attn_mask')}")
    if c.changed(False, "is_causal"):
        parts.append(f"is_causal={c['is_causal']}")
    if c.changed(None, "scale"):
        parts.append(f"scale={c['scale']}")
    return f"F.scaled_dot_product_attention({', '.join(parts)})"


def _mask_call(c: Call) -> str:
    return causal_mask(c.one(), dtype=c.values["dtype"])


def _product_macs(given: Given, outputs: Outputs) -> int:
    query, key, value = given.one("query"), _source(given, "key"), _source(given, "value")
    return (query.elements() + outputs["output"].elements()) * key.shapes[0][-2] if value else 0


LAYERS = (
    LayerType(
        name="MultiheadAttention",
        category="Attention",
        summary="Every place of a sequence gathers what it needs from all others.",
        help=(
            "Each place asks with its query, all places answer with keys and values, and the answers are "
            "mixed by how well key and query match; several heads do this side by side. Wire only query for "
            "self-attention; wire key (and value) as well to look at another sequence. weights shows who "
            "looked at whom."
        ),
        formula="softmax(Q Kᵀ / √d) V per head,  parameters = 4 · embed_dim² + 4 · embed_dim",
        words=("attention", "self-attention", "transformer", "cross-attention", "mha", "heads"),
        params=(
            Param("embed_dim", "int", None, "Features of the query.", minimum=1, required=True,
                  inferred=axis_size(-1, "query")),
            Param("num_heads", "int", 4, "Number of heads; must divide embed_dim.", minimum=1, maximum=10_000,
                  required=True),
            Param("dropout", "float", 0.0, "Dropout of the attention weights.", minimum=0, maximum=1),
            Param("bias", "bool", True, "Learn constants in the projections."),
            Param("add_bias_kv", "bool", False, "Add one learned key and value to every sequence."),
            Param("add_zero_attn", "bool", False, "Let every place look at nothing as well."),
            Param("kdim", "int", None, "Features of the key.", minimum=1, inferred=_width("key")),
            Param("vdim", "int", None, "Features of the value.", minimum=1, inferred=_width("value")),
            Param("batch_first", "bool", True, "Data is (B, T, features), as everywhere else; otherwise "
                  "(T, B, features).", torch=False),
            Param("causal", "bool", False, "Every place sees only itself and what came before.", code=False),
            Param("need_weights", "bool", True, "Also give the attention weights.", code=False),
            Param("average_attn_weights", "bool", True, "Weights averaged over the heads instead of one per head.",
                  code=False),
        ),
        inputs=(Port("query"), Port("key", optional=True, help="Same as query when it is not wired."),
                Port("value", optional=True, help="Same as key when it is not wired."), *mask_ports()),
        outputs=_outputs,
        module="nn.MultiheadAttention",
        construct=_construct,
        call=_call,
        unpack=lambda values: "{output}, {weights}" if values["need_weights"] else "{output}, _",
        check=first(
            rank_is(3, what=SEQUENCE, port="query"),
            rank_is(3, what=SEQUENCE, port="key"),
            rank_is(3, what=SEQUENCE, port="value"),
            channels_match("embed_dim", -1, "features", "query"),
            _source_width("kdim", "key"),
            _source_width("vdim", "value"),
            divides("num_heads", "embed_dim", "features", "query"),
            _attention_shapes,
            _attention_masks,
            mask_kind("attn_mask", "key_padding_mask"),
        ),
        worked=_worked,
        macs=_macs,
        headline=("num_heads",),
        examples=(
            Example({"num_heads": 2}, {"query": (2, 5, 8)}),
            Example({"num_heads": 2, "need_weights": False, "causal": True, "dropout": 0.1}, {"query": (2, 5, 8)}),
            Example({"num_heads": 4, "bias": False, "average_attn_weights": False, "add_bias_kv": True},
                    {"query": (2, 5, 8), "key": (2, 3, 6)}),
            Example({"num_heads": 4, "add_zero_attn": True},
                    {"query": (2, 5, 8), "key": (2, 3, 6), "value": (2, 3, 7), "attn_mask": (5, 3),
                     "key_padding_mask": (2, 3)}, {"attn_mask": "bool", "key_padding_mask": "bool"}),
        ),
    ),
    LayerType(
        name="ScaledDotProductAttention",
        category="Attention",
        summary="Attention without anything learned: softmax(Q Kᵀ / √d) V.",
        help=(
            "The bare formula of attention, for networks that project queries, keys and values themselves. "
            "Axes before the last two (batch, heads) must agree. With is_causal every place sees only what "
            "came before it."
        ),
        formula="y = softmax(Q Kᵀ / √d) V",
        words=("attention", "dot product", "sdpa", "flash attention", "transformer"),
        params=(
            Param("is_causal", "bool", False, "Every place sees only itself and what came before."),
            Param("scale", "float", None, "Factor of the products; unset it is 1 / √d.", minimum=-1e6, maximum=1e6,
                  optional=True),
        ),
        inputs=(Port("query"), Port("key", optional=True, help="Same as query when it is not wired."),
                Port("value", optional=True, help="Same as key when it is not wired."),
                Port("attn_mask", "any", optional=True, help="(T, S): false, or minus infinity, hides a pair.")),
        call=_product_call,
        check=first(_enough_axes, _product_sizes, mask_kind("attn_mask"), _product_mask),
        macs=_product_macs,
        examples=(
            Example({}, {"query": (2, 3, 5, 8), "key": (2, 3, 4, 8), "value": (2, 3, 4, 6)}),
            Example({"is_causal": True}, {"query": (2, 5, 8)}),
            Example({"scale": 0.25}, {"query": (2, 5, 8), "attn_mask": (5, 5)}),
        ),
    ),
    LayerType(
        name="CausalMask",
        category="Attention",
        summary="The mask that hides from every place what comes after it.",
        help=(
            "A square (T, T) as long as the sequence: minus infinity above the diagonal, zero elsewhere, which "
            "an attention adds to its scores; wire it to attn_mask, src_mask or tgt_mask, or add it to scores "
            "of your own. As bool it is true where a place is hidden, for those ports and for MaskedFill. The "
            "attention layers also have a switch of their own, causal."
        ),
        formula="y[i, j] = −∞ where j > i, 0 elsewhere",
        words=("causal", "autoregressive", "triangular", "subsequent mask", "gpt", "decoder", "tril", "triu"),
        params=(
            Param("dtype", "choice", "float32", "float32: 0 and minus infinity; bool: true where hidden.",
                  choices=("float32", "bool")),
        ),
        inputs=(Port("input", "any", help="The sequence, (B, T) or (B, T, features); only its length counts."),),
        call=_mask_call,
        check=rank_at_least(2, "a batch of sequences (B, T) or (B, T, features)"),
        headline=("dtype",),
        examples=(
            Example({}, {"input": (2, 5, 8)}),
            Example({"dtype": "bool"}, {"input": (2, 5)}, {"input": "int64"}),
        ),
    ),
)  # fmt: skip
