"""Transformers that train in minutes: a decoder for text, and an encoder for pictures cut into patches."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, Symbol, project
from graph.model import DataChoice, Project, Training
from presets import Preset

GROUP = "Transformers"


def _placed(g: GraphBuilder, x: Source, width: Symbol, places: Symbol) -> Source:
    """Adds a learned vector for every place, so that the order counts."""
    places_of = g.add("Positions", x, name="positions")
    where = g.add("Embedding", places_of, name="places", num_embeddings=places, embedding_dim=width)
    return g.add("Add", x, where, name="add")


def _text_embedding() -> GraphBuilder:
    g = GraphBuilder("TextEmbedding", "What stands there, plus where it stands.")
    width = g.parameter("width", 64, "Length of the vector of each character.")
    tokens = g.parameter("tokens", 25, "Different characters.")
    places = g.parameter("places", 32, "Longest text.")
    x = g.add("Embedding", g.input("tokens"), name="what", num_embeddings=tokens, embedding_dim=width)
    g.output(_placed(g, x, width, places), name="y")
    return g


def _decoder() -> GraphBuilder:
    """A pre-norm decoder block, from its parts."""
    g = GraphBuilder("DecoderBlock", "Look back at what came before, then think about each place by itself.")
    width = g.parameter("width", 64, "Features of every place.")
    heads = g.parameter("heads", 4, "How many looks at once.")
    entry = g.input("x")
    x: Source = g.add("LayerNorm", entry, name="norm1", normalized_shape=(width,))
    x = g.add(
        "MultiheadAttention",
        x,
        name="attention",
        embed_dim=width,
        num_heads=heads,
        causal=True,
        need_weights=False,
    )
    middle = g.add("Add", entry, x, name="add1")
    x = g.add("LayerNorm", middle, name="norm2", normalized_shape=(width,))
    x = g.add("GELU", g.add("Linear", x, name="widen", out_features=4 * width), name="gelu")
    x = g.add("Linear", x, name="narrow", out_features=width)
    g.output(g.add("Add", middle, x, name="add2"), name="y")
    return g


def char_gpt() -> Project:
    """A GPT of three blocks over windows of 32 characters."""
    width = 64
    g = GraphBuilder("CharGPT")
    tokens = g.input("tokens", shape=(32,), dtype="int64")
    x: Source = g.use(_text_embedding(), tokens, name="embedding", width=width, tokens=25, places=32)
    x = g.use(_decoder(), x, name="blocks", width=width, heads=4, repeat=3)
    x = g.add("LayerNorm", x, name="norm")
    g.output(g.add("Linear", x, name="head", out_features=25), name="scores")
    return project(
        "Char-GPT",
        g,
        data=DataChoice("char-ship", {"encoding": "tokens", "window": 32}),
        training=Training(optimizer="AdamW", learning_rate=3e-3, weight_decay=0.01, epochs=30, batch_size=32),
    )


def _patches() -> GraphBuilder:
    g = GraphBuilder("PatchEmbedding", "Cut the picture into patches: one vector for each, in a row.")
    width = g.parameter("width", 64, "Length of the vector of each patch.")
    patch = g.parameter("patch", 4, "Pixels of a patch each way.")
    places = g.parameter("places", 49, "How many patches there are.")
    x: Source = g.add(
        "Conv2d", g.input("picture"), name="cut", out_channels=width, kernel_size=patch, stride=patch
    )
    x = g.add("Flatten", x, name="row", start_dim=2)
    x = g.add("Transpose", x, name="patches_first", dim0=1, dim1=2)
    g.output(_placed(g, x, width, places), name="y")
    return g


def _encoder() -> GraphBuilder:
    g = GraphBuilder("EncoderBlock", "Every patch looks at all others, then thinks by itself.")
    width = g.parameter("width", 64, "Features of every patch.")
    heads = g.parameter("heads", 4, "How many looks at once.")
    x = g.add(
        "TransformerEncoderLayer",
        g.input("x"),
        name="layer",
        d_model=width,
        nhead=heads,
        dim_feedforward=2 * width,
        activation="gelu",
        norm_first=True,
    )
    g.output(x, name="y")
    return g


def digits_vit() -> Project:
    """Dosovitskiy et al., arXiv 2010.11929, small, with the mean over the patches for the class token."""
    width = 64
    g = GraphBuilder("DigitsViT")
    picture = g.input("picture", shape=(1, 28, 28))
    x: Source = g.use(_patches(), picture, name="patches", width=width, patch=4, places=49)
    x = g.use(_encoder(), x, name="blocks", width=width, heads=4, repeat=4)
    x = g.add("LayerNorm", x, name="norm")
    x = g.add("Mean", x, name="mean", dim=(1,))
    g.output(g.add("Linear", x, name="head", out_features=10), name="scores")
    return project(
        "ViT on digits",
        g,
        data=DataChoice("digits", {"image_size": 28}),
        training=Training(
            optimizer="AdamW",
            learning_rate=2e-3,
            weight_decay=0.05,
            schedule="cosine",
            epochs=15,
            batch_size=64,
        ),
    )


PRESETS = (
    Preset(
        "char-gpt",
        "Char-GPT",
        "A language model: each character looks back at those before it to guess the next.",
        GROUP,
        ("text", "Transformer", "GPT", "attention", "causal", "language model", "next character"),
        char_gpt,
        80,
    ),
    Preset(
        "digits-vit",
        "ViT on digits",
        "A picture as a sentence of 49 patches, read by a Transformer.",
        GROUP,
        ("image", "Transformer", "ViT", "attention", "patches", "digits"),
        digits_vit,
        81,
    ),
)
