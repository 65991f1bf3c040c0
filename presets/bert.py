"""BERT: an encoder that reads a text from both sides and is taught by two games."""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._places import placed
from presets.blocks.transformer import encoder_layer

WIDTH, TOKENS, PLACES = 128, 1000, 128
EPS = 1e-12
DROPOUT = 0.0
"""0.1 as published; none for generated stories, which it would take much longer to see through."""


def _embedding() -> GraphBuilder:
    """Token, segment and position, added (figure 2)."""
    g = GraphBuilder(
        "BertEmbedding", "What a token is, which of the two sentences it is in, where it stands."
    )
    width = g.parameter("width", WIDTH, "Length of the vector of each token.")
    tokens = g.parameter("tokens", TOKENS, "Different tokens.")
    places = g.parameter("places", PLACES, "Longest text.")
    what, table = g.add(
        "Embedding", g.input("tokens", dtype="int64"), name="what", num_embeddings=tokens, embedding_dim=width,
        padding_idx=0, weight_output=True,
    )  # fmt: skip
    which = g.add(
        "Embedding", g.input("segments", dtype="int64"), name="which", num_embeddings=2, embedding_dim=width
    )
    x: Source = g.add("Add", what, which, name="add")
    x = g.add("LearnedPositions", x, name="where", max_len=places)
    x = g.add("LayerNorm", x, name="norm", eps=EPS)
    g.output(g.add("Dropout", x, name="dropout", p=DROPOUT), name="y")
    g.output(table, name="table")
    return g


def _masked_tokens() -> GraphBuilder:
    g = GraphBuilder("MaskedTokens", "Guesses the tokens that were hidden, with the table that reads them.")
    width = g.parameter("width", WIDTH, "Length of the vector of each token.")
    tokens = g.parameter("tokens", TOKENS, "Different tokens.")
    x: Source = g.add("Linear", g.input("x"), name="fc", out_features=width)
    x = g.add("LayerNorm", g.add("GELU", x, name="gelu"), name="norm", eps=EPS)
    bias = g.add("Parameter", name="bias", shape=(tokens,))
    g.output(g.add("TiedLinear", x, g.input("table"), bias, name="compare"), name="y")
    return g


def _next_sentence() -> GraphBuilder:
    g = GraphBuilder("NextSentence", "Does the second sentence follow the first? Asked of the first place.")
    width = g.parameter("width", WIDTH, "Length of the vector of each token.")
    x: Source = g.add("Select", g.input("x"), name="first", dim=1, index=0)
    x = g.add("Tanh", g.add("Linear", x, name="pool", out_features=width), name="tanh")
    g.output(g.add("Linear", x, name="fc", out_features=2), name="y")
    return g


def network(
    width: int = WIDTH, heads: int = 4, depth: int = 4, tokens: int = TOKENS, places: int = PLACES
) -> GraphBuilder:
    """Devlin et al., arXiv 1810.04805, with both heads it is pretrained with."""
    g = GraphBuilder("Bert", "Reads from both sides; guesses hidden tokens and what follows.")
    text = g.input("tokens", shape=(-1,), dtype="int64")
    segments = g.input("segments", shape=(-1,), dtype="int64")
    filling = g.add("PaddingMask", text, name="filling")
    read = g.use(_embedding(), text, segments, name="embedding", width=width, tokens=tokens, places=places)
    x, table = read.outputs("y", "table")
    layer = encoder_layer(activation="GELU", eps=EPS, padding=True)
    sizes: dict[str, Any] = {"width": width, "heads": heads, "hidden": 4 * width, "dropout": DROPOUT}
    seen = g.use(layer, x, filling, name="layers", repeat=depth, **sizes)
    words = g.use(_masked_tokens(), seen, table, name="masked", width=width, tokens=tokens)
    g.output(words, name="token_scores")
    g.output(g.use(_next_sentence(), seen, name="following", width=width), name="next_sentence")
    return g


def bert() -> Project:
    """Four narrow layers, so that it can be trained on a laptop."""
    made = project(
        "BERT",
        network(),
        data=DataChoice("sentence-pairs"),
        training=Training(
            recipe="masked_language_model",
            loss="cross_entropy",
            optimizer="AdamW",
            learning_rate=5e-4,
            weight_decay=0.01,
            initialisation="normal",
            epochs=25,
            batch_size=64,
            options={"init_layers": "embedding", "init_std": 0.02, "warmup_epochs": 4},
        ),
        notes=(
            "“tokens” holds two sentences with a token for the class in front; “segments” says 0 for the first "
            "and 1 for the second; 0 among the tokens fills up. The recipe “masked_language_model” hides 15 % of "
            "the tokens and adds two cross-entropies: for the hidden tokens, and for whether the second sentence "
            "really follows. For about ten epochs the second game stands at 50 %: first the "
            "network has to find out, in the first game, that the two sentences speak of the same person and thing. "
            "Then it rises to more than 90 % within a few epochs. The stories are generated: 71 of the 1,000 tokens "
            "occur; “alice” among the options of the data takes sentences of a book instead."
        ),
    )
    places = {
        "tokens": (0, 0), "segments": (0, 1), "embedding": (1, 0), "filling": (1, 1.3), "layers": (2, -0.8),
        "masked": (3, 0), "following": (3, -1.2), "token_scores": (4, 0), "next_sentence": (4, -1.2),
    }  # fmt: skip
    return placed(made, places)


PRESETS = (
    Preset(
        "bert",
        "BERT",
        "Hide some words and guess them from both sides: a Transformer encoder learns what language is like.",
        "Transformers",
        ("text", "Transformer", "BERT", "encoder", "masked", "pretraining", "next sentence", "segments"),
        bert,
        82,
    ),
)
