"""Two networks against each other: one draws digits from noise, the other tells drawn ones from real ones."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from graph.values import Value
from presets import Preset

GROUP = "Generative networks"
NOTES = (
    "Two networks: the generator makes pictures of noise, the discriminator says how likely a picture is real. "
    "The recipe “adversarial” trains them in turns: the discriminator on real and made pictures, then the "
    "generator so that the discriminator takes its pictures for real ones. What it draws from the same noise is "
    "shown after every epoch; the Fréchet distance says how near that is to real pictures. With the 60,000 "
    "pictures of MNIST 30 epochs in batches of 128 are enough; these 1,797 want more and smaller steps."
)


def adversarial(
    title: str,
    generator: GraphBuilder,
    discriminator: GraphBuilder,
    size: int,
    epochs: int,
    start: str = "default",
    options: dict[str, Value] | None = None,
) -> Project:
    """A generator and a discriminator on digits of ``size`` × ``size`` in −1…1, and how both are trained."""
    return project(
        title,
        generator,
        discriminator,
        data=DataChoice("digits", {"image_size": size, "scaling": "-1 to 1"}),
        training=Training(
            recipe="adversarial",
            loss="bce",
            optimizer="Adam",
            learning_rate=2e-4,
            epochs=epochs,
            batch_size=32,
            initialisation=start,
            options={"beta1": 0.5, "label_smoothing": 0.1, **(options or {})},
        ),
        notes=NOTES,
    )


def gan() -> Project:
    """Goodfellow et al., arXiv 1406.2661, with fully connected layers and pictures of 14 × 14."""
    g = GraphBuilder("Generator", "Draws a digit from 100 random numbers.")
    x: Source = g.input("noise", shape=(100,))
    x = g.add("Linear", x, name="fc1", out_features=128)
    x = g.add("LeakyReLU", x, name="act", negative_slope=0.2)
    x = g.add("Linear", x, name="fc2", out_features=196)
    x = g.add("Tanh", x, name="tanh", note="Pixels from −1 to 1, like those of the data.")
    g.output(g.add("Unflatten", x, name="picture", dim=1, unflattened_size=(1, 14, 14)), name="fake")

    d = GraphBuilder("Discriminator", "Says how likely a picture is a real one.")
    x = d.add("Flatten", d.input("image", shape=(1, 14, 14)), name="flatten")
    x = d.add("Linear", x, name="fc1", out_features=256)
    x = d.add("LeakyReLU", x, name="act", negative_slope=0.2)
    x = d.add("Dropout", x, name="drop", p=0.3, note="Keeps the discriminator from winning too soon.")
    x = d.add("Linear", x, name="fc2", out_features=1)
    d.output(d.add("Sigmoid", x, name="sigmoid"), name="real")
    return adversarial("GAN", g, d, 14, epochs=150)


PRESETS = (
    Preset(
        "gan",
        "GAN",
        "A forger and a detective teach each other: digits from noise with four linear layers.",
        GROUP,
        ("GAN", "generator", "discriminator", "adversarial", "image", "digits", "unsupervised"),
        gan,
        92,
    ),
)
