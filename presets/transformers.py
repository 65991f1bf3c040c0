"""Transformers that train in minutes: for translation, for text, and for pictures cut into patches."""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._places import placed
from presets.blocks.patches import patch_embedding
from presets.blocks.transformer import decoder_layer, encoder_layer
from presets.seq2seq import SOURCE_TOKENS, TARGET_TOKENS, translation

GROUP = "Transformers"
CHARACTERS = 39
"""Different characters of the text that ships with the application, all of them small."""
DROPOUT = 0.0
"""0.1 as published; none where a rule makes the pairs: there is nothing to guard against, and it learns faster."""


def _text_embedding() -> GraphBuilder:
    g = GraphBuilder("TextEmbedding", "What stands there, plus where it stands.")
    width = g.parameter("width", 64, "Length of the vector of each character.")
    tokens = g.parameter("tokens", 25, "Different characters.")
    places = g.parameter("places", 32, "Longest text.")
    x = g.add("Embedding", g.input("tokens"), name="what", num_embeddings=tokens, embedding_dim=width)
    g.output(g.add("LearnedPositions", x, name="where", max_len=places), name="y")
    return g


def char_gpt() -> Project:
    """A GPT of three blocks over windows of 32 characters."""
    width = 64
    g = GraphBuilder("CharGPT", "Each character looks back at those before it to guess the next.")
    tokens = g.input("tokens", shape=(32,), dtype="int64")
    x: Source = g.use(_text_embedding(), tokens, name="embedding", width=width, tokens=25, places=32)
    layer = encoder_layer(norm_first=True, activation="GELU", causal=True)
    x = g.use(layer, x, name="layers", width=width, heads=4, hidden=4 * width, dropout=0.0, repeat=3)
    x = g.add("LayerNorm", x, name="norm")
    g.output(g.add("Linear", x, name="head", out_features=25), name="scores")
    return project(
        "Char-GPT",
        g,
        data=DataChoice("char-ship", {"encoding": "tokens", "window": 32}),
        training=Training(
            recipe="language_model",
            optimizer="AdamW",
            learning_rate=3e-3,
            weight_decay=0.01,
            schedule="cosine",
            epochs=60,
            batch_size=32,
        ),
        notes=(
            "Learns one sentence by heart: after some epochs it writes it down from its first letters. A text of your "
            "own can be chosen as the data; Fit network then gives the network as many characters as it has."
        ),
    )


def char_gpt_tied() -> Project:
    """The same with one table for reading and writing (Press and Wolf, arXiv 1608.05859)."""
    width = 64
    g = GraphBuilder("TiedGPT", "One table reads the characters and scores the next one.")
    tokens = g.input("tokens", shape=(-1,), dtype="int64")
    what, table = g.add(
        "Embedding",
        tokens,
        name="characters",
        num_embeddings=CHARACTERS,
        embedding_dim=width,
        weight_output=True,
    )
    x: Source = g.add("LearnedPositions", what, name="positions", max_len=32)
    layer = encoder_layer(norm_first=True, activation="GELU", causal=True)
    x = g.use(layer, x, name="layers", width=width, heads=4, hidden=4 * width, dropout=0.1, repeat=3)
    x = g.add("LayerNorm", x, name="norm")
    note = "Compares each place with every row of the table that reads the characters."
    g.output(g.add("TiedLinear", x, table, name="head", note=note), name="scores")
    return project(
        "Language model, tied",
        g,
        data=DataChoice("public-text", {"unit": "characters", "window": 32, "stride": 8}),
        training=Training(
            recipe="language_model",
            optimizer="AdamW",
            learning_rate=2e-3,
            weight_decay=0.05,
            schedule="cosine",
            initialisation="normal",
            epochs=20,
            batch_size=32,
            options={"init_layers": "embedding", "init_std": 0.02},
        ),
        notes=(
            "Reads two chapters of “Alice's Adventures in Wonderland” and writes on in their manner. The end of the "
            "text is held out: there the loss says how well it knows English spelling, not how well it remembers. "
            "With so little to read it learns to spell, not to tell; a text of one's own may be longer."
        ),
    )


def _tokens() -> GraphBuilder:
    """Vaswani et al., arXiv 1706.03762, sections 3.4 and 3.5."""
    g = GraphBuilder("TokenEmbedding", "What stands there, plus waves for where it stands.")
    width = g.parameter("width", 64, "Length of the vector of each token.")
    tokens = g.parameter("tokens", 32, "Different tokens.")
    x: Source = g.add(
        "Embedding", g.input("tokens", dtype="int64"), name="what", num_embeddings=tokens, embedding_dim=width
    )
    x = g.add("Scale", x, name="scaled", factor=width**0.5, note="As large as the waves that are added.")
    x = g.add("SinusoidalPositions", x, name="where", max_len=256)
    g.output(g.add("Dropout", x, name="dropout", p=DROPOUT), name="y")
    return g


def _translator(title: str, name: str, norm_first: bool) -> Project:
    """Source to memory, memory and what is written to scores of the next token."""
    width, depth = 64, 3
    embedding = _tokens()
    encoder, decoder = encoder_layer(norm_first, padding=True), decoder_layer(norm_first, padding=True)
    sizes: dict[str, Any] = {"width": width, "heads": 4, "hidden": 4 * width, "dropout": DROPOUT}
    g = GraphBuilder(name, "The encoder reads the source; the decoder writes, looking back at it.")
    source = g.input("source", shape=(-1,), dtype="int64")
    target = g.input("target", shape=(-1,), dtype="int64")
    filling = g.add("PaddingMask", source, name="filling")
    x: Source = g.use(embedding, source, name="read", width=width, tokens=SOURCE_TOKENS)
    x = g.use(encoder, x, filling, name="encoder", repeat=depth, **sizes)
    memory = g.add("LayerNorm", x, name="encoder_norm") if norm_first else x
    x = g.use(embedding, target, name="write", width=width, tokens=TARGET_TOKENS)
    x = g.use(decoder, x, memory, filling, name="decoder", repeat=depth, **sizes)
    if norm_first:
        x = g.add("LayerNorm", x, name="decoder_norm")
    g.output(g.add("Linear", x, name="head", out_features=TARGET_TOKENS), name="scores")
    places: dict[str, tuple[float, float]] = {
        "target": (1, 0), "write": (2, 0), "source": (0, 1.3), "read": (1, 1.3), "encoder": (2, 1.3),
        "filling": (1, 2.8),
    }  # fmt: skip
    end = ["decoder", "head", "scores"]
    if norm_first:
        places |= {"encoder_norm": (3, 1.3)}
        end.insert(1, "decoder_norm")
    places |= {name: (3.4 + norm_first + number, 1.3) for number, name in enumerate(end)}
    return placed(translation(title, g, epochs=25, rate=1e-3), places)


def transformer() -> Project:
    """Vaswani et al., arXiv 1706.03762, figure 1, small."""
    return _translator("Transformer", "Transformer", norm_first=False)


def transformer_pre_norm() -> Project:
    """Xiong et al., arXiv 2002.04745."""
    return _translator("Transformer, pre-norm", "PreNormTransformer", norm_first=True)


def digits_vit() -> Project:
    """Dosovitskiy et al., arXiv 2010.11929, small, with the mean over the patches for the class token."""
    width = 64
    g = GraphBuilder("DigitsViT", "49 patches in a row, read by a Transformer; their mean decides.")
    picture = g.input("picture", shape=(1, 28, 28))
    x: Source = g.use(patch_embedding(), picture, name="patches", width=width, patch=4)
    x = g.add("LearnedPositions", x, name="positions", max_len=49)
    layer = encoder_layer(norm_first=True, activation="GELU")
    x = g.use(layer, x, name="layers", width=width, heads=4, hidden=2 * width, repeat=4)
    x = g.add("LayerNorm", x, name="norm")
    x = g.add("Mean", x, name="mean", dim=(1,))
    g.output(g.add("Linear", x, name="head", out_features=10), name="scores")
    return project(
        "ViT on digits",
        g,
        data=DataChoice("digits", {"image_size": 28}),
        training=Training(
            optimizer="AdamW",
            learning_rate=1e-3,
            weight_decay=0.05,
            schedule="cosine",
            epochs=15,
            batch_size=32,
        ),
        notes=(
            "Each picture is cut into 49 patches of 4 × 4 pixels, which are read like the words of a sentence. Nothing "
            "tells the network which of them are neighbours: it learns that from the pictures."
        ),
    )


PRESETS = (
    Preset(
        "transformer",
        "Transformer",
        "Encoder and decoder of “Attention is all you need”: read all words at once, write looking back at them.",
        GROUP,
        ("text", "translation", "Transformer", "encoder", "decoder", "attention", "post-norm", "seq2seq"),
        transformer,
        80,
    ),
    Preset(
        "transformer-pre-norm",
        "Transformer, pre-norm",
        "The same with the norms in front of attention and MLP: deep stacks then train without warm-up.",
        GROUP,
        ("text", "translation", "Transformer", "encoder", "decoder", "attention", "pre-norm", "seq2seq"),
        transformer_pre_norm,
        80,
    ),
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
        "char-gpt-tied",
        "Language model, tied",
        "A GPT whose table of characters reads and writes: fewer numbers, one meaning for each character.",
        GROUP,
        ("text", "Transformer", "GPT", "language model", "tied embeddings", "weight sharing", "causal"),
        char_gpt_tied,
        81,
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
