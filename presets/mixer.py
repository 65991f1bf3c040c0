"""MLP-Mixer: patches and linear layers alone. Tolstikhin et al., arXiv 2105.01601, small, on digits."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, Symbol, project
from graph.model import DataChoice, Project, Training
from presets import Preset


def _mlp(g: GraphBuilder, x: Source, name: str, width: Symbol) -> Source:
    """Twice as wide, GELU, back again."""
    x = g.add("Linear", x, name=f"{name}_widen", out_features=2 * width)
    return g.add("Linear", g.add("GELU", x, name=f"{name}_gelu"), name=f"{name}_narrow", out_features=width)


def _mixer() -> GraphBuilder:
    g = GraphBuilder("MixerBlock", "First the patches are mixed within each channel, then the channels.")
    width = g.parameter("width", 64, "Channels of every patch.")
    patches = g.parameter("patches", 49, "How many patches.")
    entry = g.input("x")
    x: Source = g.add("LayerNorm", entry, name="norm1", normalized_shape=(width,))
    x = _mlp(g, g.add("Transpose", x, name="patches_last", dim0=1, dim1=2), "patch", patches)
    x = g.add("Transpose", x, name="channels_last", dim0=1, dim1=2)
    middle = g.add("Add", entry, x, name="add1")
    x = _mlp(g, g.add("LayerNorm", middle, name="norm2", normalized_shape=(width,)), "channel", width)
    g.output(g.add("Add", middle, x, name="add2"), name="y")
    return g


def _patches() -> GraphBuilder:
    g = GraphBuilder("Patches", "Cut the picture into patches: one vector for each, in a row.")
    width = g.parameter("width", 64, "Length of the vector of each patch.")
    patch = g.parameter("patch", 4, "Pixels of a patch each way.")
    x = g.add("Conv2d", g.input("picture"), name="cut", out_channels=width, kernel_size=patch, stride=patch)
    x = g.add("Flatten", x, name="row", start_dim=2)
    g.output(g.add("Transpose", x, name="patches_first", dim0=1, dim1=2), name="y")
    return g


def digits_mixer() -> Project:
    g = GraphBuilder("DigitsMixer")
    x: Source = g.use(_patches(), g.input("picture", shape=(1, 28, 28)), name="patches", width=64, patch=4)
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
