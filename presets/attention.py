"""Attention on short sequences: once drawn from its parts, once as whole Transformer layers."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset

GROUP = "Transformers"
WIDTH, STEPS = 32, 30


def _embedding() -> GraphBuilder:
    g = GraphBuilder("StepEmbedding", "What is measured at each step, plus which step it is.")
    width = g.parameter("width", WIDTH, "Length of the vector of each step.")
    steps = g.parameter("steps", STEPS, "Longest sequence.")
    x = g.add("Linear", g.input("x"), name="what", out_features=width)
    numbers = g.add("Positions", x, name="positions")
    where = g.add("Embedding", numbers, name="where", num_embeddings=steps, embedding_dim=width)
    g.output(g.add("Add", x, where, name="add"), name="y")
    return g


def _attention() -> GraphBuilder:
    """Vaswani et al., arXiv 1706.03762, equation 1, with one head."""
    g = GraphBuilder("Attention", "Every step asks all others: softmax(Q Kᵀ / √width) V.")
    width = g.parameter("width", WIDTH, "Length of queries, keys and values.")
    scale = g.parameter("scale", WIDTH**-0.5, "1 / √width: keeps the softmax from saturating.")
    x = g.input("x")
    query = g.add("Linear", x, name="query", out_features=width)
    key = g.add("Linear", x, name="key", out_features=width)
    value = g.add("Linear", x, name="value", out_features=width)
    turned = g.add("Transpose", key, name="turned", dim0=1, dim1=2)
    scores = g.add("MatMul", query, turned, name="scores")
    scaled = g.add("Scale", scores, name="scaled", factor=scale)
    weights = g.add("Softmax", scaled, name="weights", dim=-1)
    g.output(g.add("MatMul", weights, value, name="mixture"), name="y")
    return g


def _encoder() -> GraphBuilder:
    g = GraphBuilder("EncoderBlock", "Every step looks at all others, then thinks by itself.")
    width = g.parameter("width", WIDTH, "Features of every step.")
    heads = g.parameter("heads", 4, "How many looks at once.")
    x = g.add(
        "TransformerEncoderLayer",
        g.input("x"),
        name="layer",
        d_model=width,
        nhead=heads,
        dim_feedforward=2 * width,
        norm_first=True,
    )
    g.output(x, name="y")
    return g


def _classifier(title: str, name: str, by_hand: bool) -> Project:
    """(30, 4) sequences to a probability."""
    g = GraphBuilder(name)
    x: Source = g.use(
        _embedding(), g.input("x", shape=(STEPS, 4)), name="embedding", width=WIDTH, steps=STEPS
    )
    if by_hand:
        x = g.use(_attention(), x, name="attention", width=WIDTH, scale=WIDTH**-0.5)
    else:
        x = g.add("LayerNorm", g.use(_encoder(), x, name="blocks", width=WIDTH, repeat=2), name="norm")
    x = g.add("Linear", g.add("Mean", x, name="mean", dim=(1,)), name="head", out_features=1)
    g.output(g.add("Sigmoid", x, name="sigmoid"), name="probability")
    return project(
        title,
        g,
        data=DataChoice("sequences"),
        training=Training(loss="bce", optimizer="AdamW", learning_rate=3e-3, epochs=15, batch_size=32),
    )


def attention_by_hand() -> Project:
    return _classifier("Attention from its parts", "AttentionByHand", by_hand=True)


def sequence_transformer() -> Project:
    return _classifier("Sequence Transformer", "SequenceTransformer", by_hand=False)


PRESETS = (
    Preset(
        "attention-by-hand",
        "Attention from its parts",
        "Queries, keys and values drawn one by one: see how a step asks all others.",
        GROUP,
        ("sequence", "attention", "query", "key", "value", "softmax"),
        attention_by_hand,
        78,
    ),
    Preset(
        "sequence-transformer",
        "Sequence Transformer",
        "The LSTM's task for two Transformer layers: all steps at once.",
        GROUP,
        ("sequence", "Transformer", "attention", "classification"),
        sequence_transformer,
        79,
    ),
)
