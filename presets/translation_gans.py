"""From one kind of picture to another: Pix2Pix learns from pairs, CycleGAN from two heaps without pairs."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._places import placed
from presets.gan import GROUP

PICTURE = (3, 64, 64)
SMALL = (3, 32, 32)


def _translation(
    title: str,
    *networks: GraphBuilder,
    data: DataChoice,
    recipe: str,
    loss: str,
    batch: int,
    epochs: int,
    notes: str,
    rate: float = 2e-4,
) -> Project:
    return project(
        title,
        *networks,
        data=data,
        training=Training(
            recipe=recipe,
            loss=loss,
            optimizer="Adam",
            learning_rate=rate,
            epochs=epochs,
            batch_size=batch,
            options={"beta1": 0.5},
        ),
        notes=notes,
    )


def _first() -> GraphBuilder:
    g = GraphBuilder("First", "Half the size, without a norm: colours still count.")
    channels = g.parameter("channels", 32, "Filters.")
    x: Source = g.add(
        "Conv2d", g.input("x"), name="conv", out_channels=channels, kernel_size=4, stride=2, padding=1
    )
    g.output(g.add("LeakyReLU", x, name="act", negative_slope=0.2), name="y")
    return g


def _last() -> GraphBuilder:
    g = GraphBuilder("Last", "Twice the size, three colours from −1 to 1.")
    x: Source = g.add(
        "ConvTranspose2d", g.input("x"), name="conv", out_channels=3, kernel_size=4, stride=2, padding=1
    )
    g.output(g.add("Tanh", x, name="tanh"), name="y")
    return g


def _down() -> GraphBuilder:
    g = GraphBuilder("Down", "Half the size: a strided convolution, batch norm, leaky ReLU.")
    channels = g.parameter("channels", 64, "Filters.")
    x: Source = g.add(
        "Conv2d",
        g.input("x"),
        name="conv",
        out_channels=channels,
        kernel_size=4,
        stride=2,
        padding=1,
        bias=False,
    )
    x = g.add("BatchNorm2d", x, name="norm")
    g.output(g.add("LeakyReLU", x, name="act", negative_slope=0.2), name="y")
    return g


def _up() -> GraphBuilder:
    g = GraphBuilder("Up", "Twice the size, joined with what had this size on the way down.")
    channels = g.parameter("channels", 64, "Filters.")
    dropout = g.parameter("dropout", 0.0, "Dropout, the only noise this generator has.")
    x: Source = g.add(
        "ConvTranspose2d", g.input("x"), name="conv", out_channels=channels, kernel_size=4, stride=2, padding=1,
        bias=False,
    )  # fmt: skip
    x = g.add("Dropout", g.add("BatchNorm2d", x, name="norm"), name="drop", p=dropout)
    g.output(g.add("Concat", [g.add("ReLU", x, name="act"), g.input("skip")], name="join"), name="y")
    return g


def _patch_discriminator(g: GraphBuilder, x: Source, down: GraphBuilder) -> None:
    """Strided convolutions to a grid of scores, each for a patch of the picture (a "PatchGAN")."""
    x = g.add("Conv2d", x, name="conv1", out_channels=32, kernel_size=4, stride=2, padding=1)
    x = g.add("LeakyReLU", x, name="act1", negative_slope=0.2)
    x = g.use(down, x, name="down2", channels=64)
    x = g.use(down, x, name="down3", channels=128)
    x = g.add("Conv2d", x, name="patches", out_channels=1, kernel_size=4, padding=1)
    g.output(x, name="real")


def pix2pix() -> Project:
    """Isola et al., arXiv 1611.07004, at 64 × 64 and a quarter of the widths."""
    down, up, last = _down(), _up(), _last()
    g = GraphBuilder("UNetGenerator", "A U-Net: details go straight across, meaning goes through the middle.")
    x: Source = g.use(_first(), g.input("sketch", shape=PICTURE), name="down1", channels=32)
    kept = [x]
    for number, channels in ((2, 64), (3, 128), (4, 256)):
        x = g.use(down, x, name=f"down{number}", channels=channels)
        kept.append(x)
    for number, channels, dropout in ((3, 128, 0.5), (2, 64, 0.5), (1, 32, 0.0)):
        x = g.use(up, x, kept[number - 1], name=f"up{number}", channels=channels, dropout=dropout)
    g.output(g.use(last, x, name="last"), name="picture")

    d = GraphBuilder("PatchDiscriminator", "Sees sketch and picture together: does the picture belong to it?")
    both = d.add("Concat", [d.input("sketch", shape=PICTURE), d.input("picture", shape=PICTURE)], name="both")
    _patch_discriminator(d, both, down)
    made = _translation(
        "Pix2Pix", g, d, data=DataChoice("paired-pictures"), recipe="image_to_image", loss="bce_with_logits",
        batch=4, epochs=30, rate=6e-4,
        notes=(
            "The recipe “image_to_image” trains both in turns: the discriminator on pairs of a sketch with the true "
            "or the made picture, the generator to pass for true and, with weight 100, to be near the true "
            "picture (L1). In the pictures circles are red, squares blue, triangles green and stars yellow: the "
            "shapes are filled at once, and which colour belongs to which is learned over the thirty epochs. The "
            "paper learns at a third of this rate, from more pairs."
        ),
    )  # fmt: skip
    steps = ("sketch", "down1", "down2", "down3", "down4", "up3", "up2", "up1", "last", "picture")
    rows = (0, 0, 1.2, 2.4, 3.6, 2.4, 1.2, 0, 0, 0)
    return placed(
        made, {name: (number, row) for number, (name, row) in enumerate(zip(steps, rows, strict=True))}
    )


def _convolved() -> GraphBuilder:
    g = GraphBuilder("ConvNorm", "Convolution, instance norm, ReLU.")
    channels = g.parameter("channels", 32, "Filters.")
    kernel = g.parameter("kernel", 3, "Side of the filters.")
    stride = g.parameter("stride", 1, "2 halves the size.")
    x: Source = g.add(
        "Conv2d", g.input("x"), name="conv", out_channels=channels, kernel_size=kernel, stride=stride,
        padding=kernel // 2, padding_mode="reflect",
    )  # fmt: skip
    g.output(g.add("ReLU", g.add("InstanceNorm2d", x, name="norm"), name="act"), name="y")
    return g


def _residual(convolved: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("Residual", "Two convolutions whose result is added to what came in.")
    channels = g.parameter("channels", 128, "Filters.")
    entry = g.input("x")
    x: Source = g.use(convolved, entry, name="first", channels=channels)
    x = g.add(
        "Conv2d", x, name="conv", out_channels=channels, kernel_size=3, padding=1, padding_mode="reflect"
    )
    x = g.add("InstanceNorm2d", x, name="norm")
    g.output(g.add("Add", entry, x, name="add"), name="y")
    return g


def _growing() -> GraphBuilder:
    g = GraphBuilder("GrowNorm", "Twice the size: transposed convolution, instance norm, ReLU.")
    channels = g.parameter("channels", 32, "Filters.")
    x: Source = g.add(
        "ConvTranspose2d", g.input("x"), name="conv", out_channels=channels, kernel_size=3, stride=2, padding=1,
        output_padding=1,
    )  # fmt: skip
    g.output(g.add("ReLU", g.add("InstanceNorm2d", x, name="norm"), name="act"), name="y")
    return g


def cyclegan() -> Project:
    """Zhu et al., arXiv 1703.10593, at 32 × 32 and a quarter of the widths, with three residual blocks."""
    convolved, grow, down = _convolved(), _growing(), _down()
    residual = _residual(convolved)

    def generator(name: str, source: str, target: str) -> GraphBuilder:
        g = GraphBuilder(name, f"Makes pictures of the kind {target} from pictures of the kind {source}.")
        x: Source = g.use(convolved, g.input(source, shape=SMALL), name="stem", channels=16, kernel=7)
        x = g.use(convolved, x, name="down1", channels=32, stride=2)
        x = g.use(convolved, x, name="down2", channels=64, stride=2)
        x = g.use(residual, x, name="middle", channels=64, repeat=3)
        x = g.use(grow, x, name="up1", channels=32)
        x = g.use(grow, x, name="up2", channels=16)
        x = g.add("Conv2d", x, name="last", out_channels=3, kernel_size=7, padding=3, padding_mode="reflect")
        g.output(g.add("Tanh", x, name="tanh"), name=target)
        return g

    def discriminator(name: str, kind: str) -> GraphBuilder:
        g = GraphBuilder(name, f"Tells true pictures of the kind {kind} from made ones, patch by patch.")
        _patch_discriminator(g, g.input(kind, shape=SMALL), down)
        return g

    return _translation(
        "CycleGAN",
        generator("GeneratorAtoB", "a", "b"),
        generator("GeneratorBtoA", "b", "a"),
        discriminator("DiscriminatorA", "a"),
        discriminator("DiscriminatorB", "b"),
        data=DataChoice("unpaired-pictures", {"n": 240, "image_size": 32}), recipe="cycle", loss="mse", batch=2,
        epochs=30, rate=4e-4,
        notes=(
            "Four networks: A to B, B to A, and a discriminator for each kind. The recipe “cycle” lets each "
            "generator pass for the other kind (squared error against 1) while going there and back must give "
            "the same picture again (L1, weight 10). After ten epochs day has become night and night day, and the "
            "shapes keep their colours, if not yet their edges, though no picture had a partner."
        ),
    )  # fmt: skip


PRESETS = (
    Preset(
        "pix2pix",
        "Pix2Pix",
        "From sketch to picture: a U-Net draws, and a discriminator judges sketch and picture together.",
        GROUP,
        ("GAN", "U-Net", "PatchGAN", "image to image", "pairs", "conditional", "adversarial"),
        pix2pix,
        95,
    ),
    Preset(
        "cyclegan",
        "CycleGAN",
        "Two generators that must undo each other learn to translate pictures without any pairs.",
        GROUP,
        ("GAN", "cycle", "unpaired", "style", "residual", "instance norm", "image to image", "adversarial"),
        cyclegan,
        96,
    ),
)
