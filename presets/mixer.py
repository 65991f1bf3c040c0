"""MLP-Mixer: patches and linear layers alone. Tolstikhin et al., arXiv 2105.01601, small, on digits."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, Symbol, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets.blocks.patches import patch_embedding
from presets.blocks.transformer import mlp


def _mixer() -> GraphBuilder:
    g = GraphBuilder("MixerBlock", "First the patches are mixed within each channel, then the channels.")
    width = g.parameter("width", 64, "Channels of every patch.")
    patches = g.parameter("patches", 49, "How many patches.")
    dropout = g.parameter("dropout", 0.0, "Share of the features left out in training.")

    def mixed(source: Source, name: str, size: Symbol) -> Source:
        """Twice as wide, GELU, back again."""
        return g.use(mlp("GELU"), source, name=name, width=size, hidden=2 * size, dropout=dropout)

    entry = g.input("x")
    x: Source = g.add("LayerNorm", entry, name="norm1", normalized_shape=(width,))
    x = mixed(g.add("Transpose", x, name="patches_last", dim0=1, dim1=2), "mix_patches", patches)
    x = g.add("Transpose", x, name="channels_last", dim0=1, dim1=2)
    middle = g.add("Add", entry, x, name="add1")
    x = mixed(g.add("LayerNorm", middle, name="norm2", normalized_shape=(width,)), "mix_channels", width)
    g.output(g.add("Add", middle, x, name="add2"), name="y")
    return g


def digits_mixer() -> Project:
    g = GraphBuilder("DigitsMixer")
    x: Source = g.use(
        patch_embedding(), g.input("picture", shape=(1, 28, 28)), name="patches", width=64, patch=4
    )
    x = g.use(_mixer(), x, name="blocks", width=64, patches=49, repeat=4)
    x = g.add("Mean", g.add("LayerNorm", x, name="norm"), name="mean", dim=(1,))
    g.output(g.add("Linear", x, name="head", out_features=10), name="scores")
    return project(
        "MLP-Mixer on digits",
        g,
        data=DataChoice("digits", {"image_size": 28}),
        training=Training(
            loss="cross_entropy",
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
        "digits-mixer",
        "MLP-Mixer on digits",
        "Neither convolution nor attention: linear layers mix patches, then channels.",
        "Transformers",
        ("image", "MLP-Mixer", "patches", "digits"),
        digits_mixer,
        82,
    ),
)
