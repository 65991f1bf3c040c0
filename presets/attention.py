"""Attention on short sequences: once drawn from its parts, once as whole Transformer layers."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets.blocks.attention import attention_head
from presets.blocks.transformer import encoder_layer

GROUP = "Transformers"
WIDTH, STEPS = 32, 30


def _embedding() -> GraphBuilder:
    g = GraphBuilder("StepEmbedding", "What is measured at each step, plus which step it is.")
    width = g.parameter("width", WIDTH, "Length of the vector of each step.")
    steps = g.parameter("steps", STEPS, "Longest sequence.")
    x = g.add("Linear", g.input("x"), name="what", out_features=width)
    g.output(g.add("LearnedPositions", x, name="where", max_len=steps), name="y")
    return g


def _classifier(title: str, name: str, by_hand: bool) -> Project:
    """(30, 4) sequences to a probability."""
    g = GraphBuilder(name, "All steps look at each other at once; the mean over them decides.")
    x: Source = g.use(
        _embedding(), g.input("x", shape=(STEPS, 4)), name="embedding", width=WIDTH, steps=STEPS
    )
    if by_hand:
        x = g.use(attention_head(), x, name="attention", width=WIDTH)
    else:
        layer = encoder_layer(norm_first=True)
        x = g.use(layer, x, name="layers", width=WIDTH, heads=4, hidden=2 * WIDTH, repeat=2)
        x = g.add("LayerNorm", x, name="norm")
    x = g.add("Linear", g.add("Mean", x, name="mean", dim=(1,)), name="head", out_features=1)
    g.output(g.add("Sigmoid", x, name="sigmoid"), name="probability")
    return project(
        title,
        g,
        data=DataChoice("sequences"),
        training=Training(loss="bce", optimizer="AdamW", learning_rate=3e-3, epochs=15, batch_size=32),
        notes=(
            "Double-click “attention”: queries meet keys, a softmax makes shares of them, and these mix the values."
            if by_hand
            else "All steps are read at once; “Watch it learn” shows which of them look at which."
        ),
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
