"""Autoencoders: squeeze a digit through a few numbers and draw it again from them."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._places import placed

GROUP = "Generative networks"
PICTURE = (1, 28, 28)


def _narrowing(g: GraphBuilder, x: Source, *sizes: int) -> Source:
    x = g.add("Flatten", x, name="flatten")
    for number, size in enumerate(sizes, start=1):
        x = g.add("Linear", x, name=f"fc{number}", out_features=size)
        x = g.add("ReLU", x, name=f"relu{number}")
    return x


def _decoder(*sizes: int) -> GraphBuilder:
    """Linear layers of growing size, then pixels from 0 to 1."""
    g = GraphBuilder("Decoder", "Draws the digit again from its code.")
    x: Source = g.input("code")
    for number, size in enumerate(sizes, start=1):
        x = g.add("Linear", x, name=f"fc{number}", out_features=size)
        x = g.add("ReLU", x, name=f"relu{number}")
    x = g.add("Linear", x, name="pixels", out_features=784)
    x = g.add("Sigmoid", x, name="sigmoid")
    g.output(g.add("Unflatten", x, name="picture", dim=1, unflattened_size=PICTURE), name="y")
    return g


def autoencoder() -> Project:
    """Hinton and Salakhutdinov, Science 313, 2006, small and with ReLU."""
    encoder = GraphBuilder("Encoder", "Says in a few numbers what is on the picture.")
    code = encoder.parameter("code", 16, "How many numbers stand for a picture.")
    x = _narrowing(encoder, encoder.input("picture"), 128, 64)
    encoder.output(encoder.add("Linear", x, name="to_code", out_features=code), name="code")

    g = GraphBuilder("Autoencoder", "A picture through 16 numbers and back.")
    x = g.use(encoder, g.input("picture", shape=PICTURE), name="encoder", code=16)
    g.output(g.use(_decoder(64, 128), x, name="decoder"), name="reconstruction")
    return project(
        "Autoencoder",
        g,
        data=DataChoice("digits", {"image_size": 28}),
        training=Training(
            recipe="autoencoding", loss="mse", optimizer="Adam", learning_rate=2e-3, epochs=60, batch_size=64
        ),
        notes=(
            "The recipe “autoencoding” wants the picture that goes in to come out again. With noise on what goes in "
            "(its option) it becomes a denoising autoencoder."
        ),
    )


def vae() -> Project:
    """Kingma and Welling, arXiv 1312.6114, appendix C, with ReLU."""
    encoder = GraphBuilder("Encoder", "Where in the space of codes a picture may lie: a centre and a width.")
    code = encoder.parameter("code", 20, "How many numbers stand for a picture.")
    x = _narrowing(encoder, encoder.input("picture"), 400)
    encoder.output(encoder.add("Linear", x, name="to_mean", out_features=code), name="mean")
    encoder.output(encoder.add("Linear", x, name="to_log_variance", out_features=code), name="log_variance")

    g = GraphBuilder("VAE", "A picture to a cloud of codes, a draw from it, and a picture again.")
    found = g.use(encoder, g.input("picture", shape=PICTURE), name="encoder", code=20)
    mean, spread = found.outputs("mean", "log_variance")
    sample = g.add("SampleNormal", mean, spread, name="sample")
    g.output(g.use(_decoder(400), sample, name="decoder"), name="reconstruction")
    g.output(mean, name="mean")
    g.output(spread, name="log_variance")
    made = project(
        "Variational autoencoder",
        g,
        data=DataChoice("digits", {"image_size": 28}),
        training=Training(
            recipe="variational", loss="bce", optimizer="Adam", learning_rate=1e-3, epochs=60, batch_size=64
        ),
        notes=(
            "The recipe “variational” adds to the error of the reconstruction how far mean and log_variance are "
            "from a standard normal distribution (the KL divergence), so that codes drawn at random become "
            "digits too. In evaluation the sample is the mean."
        ),
    )
    places = {
        "picture": (0, 0), "encoder": (1, 0), "sample": (2, 0), "decoder": (3, 0), "reconstruction": (4, 0),
        "mean": (2, 1.4), "log_variance": (2, 2.3),
    }  # fmt: skip
    return placed(made, places)


PRESETS = (
    Preset(
        "autoencoder",
        "Autoencoder",
        "Squeeze a digit through 16 numbers and draw it again: what is kept is what matters.",
        GROUP,
        ("autoencoder", "encoder", "decoder", "unsupervised", "denoising", "compression", "digits", "image"),
        autoencoder,
        90,
    ),
    Preset(
        "vae",
        "Variational autoencoder",
        "Codes become clouds instead of points, so that any point in between draws a digit.",
        GROUP,
        ("VAE", "autoencoder", "encoder", "decoder", "sampling", "KL", "latent", "unsupervised", "digits"),
        vae,
        91,
    ),
)
