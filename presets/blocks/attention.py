"""Attention drawn from its parts. Vaswani et al., arXiv 1706.03762, section 3.2."""

from __future__ import annotations

from graph.build import GraphBuilder, Source
from presets.blocks import ShippedBlock
from presets.blocks.once import once

GROUP = "Attention"


@once
def attention_head() -> GraphBuilder:
    """One head: softmax(Q Kᵀ / √width) V, equation 1."""
    g = GraphBuilder("AttentionHead", "Every step asks all others: softmax(Q Kᵀ / √width) V.")
    width = g.parameter("width", 64, "Length of queries, keys and values.")
    x = g.input("x")
    query = g.add("Linear", x, name="query", out_features=width)
    key = g.add("Linear", x, name="key", out_features=width)
    value = g.add("Linear", x, name="value", out_features=width)
    scores = g.add("MatMul", query, key, name="scores", transpose_other=True)
    weights = g.add(
        "Softmax", g.add("Scale", scores, name="scaled", factor=width**-0.5), name="weights", dim=-1
    )
    g.output(g.add("MatMul", weights, value, name="mixture"), name="y")
    return g


@once
def split_heads() -> GraphBuilder:
    """(B, T, width) to (B, heads, T, width / heads)."""
    g = GraphBuilder("SplitHeads", "Cuts the features of every step into one piece per head.")
    width = g.parameter("width", 64, "Features of every step.")
    heads = g.parameter("heads", 4, "How many heads.")
    x = g.add("Unflatten", g.input("x"), name="pieces", dim=-1, unflattened_size=(heads, width // heads))
    g.output(g.add("Transpose", x, name="heads_first", dim0=1, dim1=2), name="y")
    return g


@once
def multi_head_attention() -> GraphBuilder:
    """Several heads side by side, as :class:`torch.nn.MultiheadAttention` has them, section 3.2.2."""
    g = GraphBuilder("MultiHeadAttention", "Several heads ask at once; a last layer mixes what they found.")
    width = g.parameter("width", 64, "Features of every step; heads must divide it.")
    heads = g.parameter("heads", 4, "How many heads.")
    x = g.input("x")

    def split(name: str) -> Source:
        every = g.add("Linear", x, name=name, out_features=width)
        return g.use(split_heads(), every, name=f"{name}_heads", width=width, heads=heads)

    query, key, value = split("query"), split("key"), split("value")
    scores = g.add("MatMul", query, key, name="scores", transpose_other=True)
    weights = g.add(
        "Softmax",
        g.add("Scale", scores, name="scaled", factor=(width // heads) ** -0.5),
        name="weights",
        dim=-1,
    )
    mixed = g.add("MatMul", weights, value, name="mixture")
    steps = g.add("Transpose", mixed, name="steps_first", dim0=1, dim1=2)
    joined = g.add("Flatten", steps, name="join", start_dim=2)
    g.output(g.add("Linear", joined, name="out", out_features=width), name="y")
    return g


TAGS = ("sequence", "attention", "query", "key", "value", "softmax", "from its parts")
BLOCKS = (
    ShippedBlock(
        "attention-head",
        "Attention head from its parts",
        "Queries, keys and values drawn one by one: see how every step asks all others.",
        TAGS,
        "The scaled dot product by hand: dividing by √width keeps the softmax from saturating. Vaswani et al., "
        "arXiv 1706.03762, equation 1.",
        attention_head,
        GROUP,
        ((10, 64),),
    ),
    ShippedBlock(
        "multi-head-attention",
        "Multi-head attention from its parts",
        "Several attention heads side by side, and the layer that mixes what they found.",
        (*TAGS, "multi-head"),
        "What MultiheadAttention does inside, layer by layer. Vaswani et al., "
        "arXiv 1706.03762, section 3.2.2.",
        multi_head_attention,
        GROUP,
        ((10, 64),),
    ),
)
