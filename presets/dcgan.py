"""GANs with convolutions: transposed ones draw a digit, strided ones judge it (Radford et al., 1511.06434)."""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets.gan import GROUP, adversarial


def _growing(g: GraphBuilder, x: Source, number: int, channels: int, **conv: Any) -> Source:
    """A transposed convolution with batch norm and ReLU."""
    x = g.add("ConvTranspose2d", x, name=f"up{number}", out_channels=channels, **conv)
    x = g.add("BatchNorm2d", x, name=f"norm{number}")
    return g.add("ReLU", x, name=f"relu{number}")


def _dcgan_generator(middle: int) -> GraphBuilder:
    """From noise to 7 × 7, then twice as large with every further transposed convolution."""
    g = GraphBuilder("Generator", "Noise is unfolded to 7 × 7 and doubled until it is a picture.")
    x: Source = g.input("noise", shape=(100, 1, 1))
    x = _growing(g, x, 1, 256, kernel_size=7)
    for number in range(middle):
        x = _growing(g, x, number + 2, 256, kernel_size=4, stride=2, padding=1)
    x = g.add("ConvTranspose2d", x, name="last", out_channels=1, kernel_size=4, stride=2, padding=1)
    g.output(g.add("Tanh", x, name="tanh"), name="fake")
    return g


def _dcgan_discriminator(size: int, second: dict[str, Any], third: dict[str, Any]) -> GraphBuilder:
    d = GraphBuilder("Discriminator", "Strided convolutions shrink the picture to one probability.")
    x: Source = d.input("image", shape=(1, size, size))
    x = d.add("Conv2d", x, name="conv1", out_channels=32, kernel_size=3, stride=2, padding=1)
    x = d.add("LeakyReLU", x, name="act1", negative_slope=0.2)
    x = d.add("Dropout", x, name="drop1", p=0.25)
    x = d.add("Conv2d", x, name="conv2", out_channels=64, **second)
    x = d.add("BatchNorm2d", x, name="norm2")
    x = d.add("LeakyReLU", x, name="act2", negative_slope=0.2)
    x = d.add("Dropout", x, name="drop2", p=0.25)
    x = d.add("Conv2d", x, name="conv3", out_channels=1, **third)
    x = d.add("Flatten", x, name="flatten")
    d.output(d.add("Sigmoid", x, name="sigmoid"), name="real")
    return d


def _dcgan(title: str, generator: GraphBuilder, critic: GraphBuilder, size: int, epochs: int) -> Project:
    """The paper starts all weights from a normal distribution with deviation 0.02."""
    return adversarial(title, generator, critic, size, epochs, "normal", {"init_std": 0.02})


def dcgan_14() -> Project:
    second = {"kernel_size": 3, "stride": 2, "padding": 1}
    critic = _dcgan_discriminator(14, second, {"kernel_size": 3, "stride": 2})
    return _dcgan("DCGAN 14 × 14", _dcgan_generator(0), critic, 14, 40)


def dcgan_28() -> Project:
    critic = _dcgan_discriminator(28, {"kernel_size": 5, "stride": 2}, {"kernel_size": 4, "stride": 2})
    return _dcgan("DCGAN 28 × 28", _dcgan_generator(1), critic, 28, 30)


PRESETS = (
    Preset(
        "dcgan-14",
        "DCGAN 14 × 14",
        "The GAN with convolutions: transposed ones grow a picture, strided ones judge it.",
        GROUP,
        ("GAN", "DCGAN", "generator", "discriminator", "transposed convolution", "adversarial", "digits"),
        dcgan_14,
        93,
    ),
    Preset(
        "dcgan-28",
        "DCGAN 28 × 28",
        "One more transposed convolution makes pictures four times as large.",
        GROUP,
        ("GAN", "DCGAN", "generator", "discriminator", "transposed convolution", "adversarial", "digits"),
        dcgan_28,
        94,
    ),
)
