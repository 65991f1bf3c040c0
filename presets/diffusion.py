"""Diffusion: a network that guesses the noise in a picture, and so draws pictures from nothing but noise."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset

GROUP = "Generative networks"
WIDTH, TIME = 32, 128
NOTES = (
    "The recipe “diffusion” mixes noise into a picture, more with every step t up to 1000, and lets the network "
    "guess that noise (squared error). A picture is then drawn by starting from noise and taking away what is "
    "guessed, step by step. That recipe is still to come; until then the network can be changed, checked and "
    "exported as Python."
)
CLASSES = (
    " “label” is the digit, 0 to 9; 10 stands for no label, which a part of the training uses, so that the "
    "drawing can be pushed towards a digit (classifier-free guidance, Ho and Salimans, arXiv 2207.12598)."
)


def _time_embedding() -> GraphBuilder:
    g = GraphBuilder(
        "TimeEmbedding", "How much noise there is, as a vector: waves of the step, then two layers."
    )
    width = g.parameter("width", TIME, "Length of the vector.")
    x: Source = g.add("TimeWaves", g.input("t"), name="waves", dim=width)
    x = g.add("Linear", x, name="fc1", out_features=width)
    x = g.add("SiLU", x, name="act")
    g.output(g.add("Linear", x, name="fc2", out_features=width), name="time")
    return g


def _timed_block() -> GraphBuilder:
    g = GraphBuilder("TimedResidual", "Two convolutions that know the time, added to what came in.")
    channels = g.parameter("channels", WIDTH, "Filters; a multiple of 8.")
    entry, time = g.input("x"), g.input("time")
    x: Source = g.add("GroupNorm", entry, name="norm1", num_groups=8)
    x = g.add(
        "Conv2d", g.add("SiLU", x, name="act1"), name="conv1", out_channels=channels, kernel_size=3, padding=1
    )
    shift = g.add("Linear", g.add("SiLU", time, name="time_act"), name="time_shift", out_features=channels)
    x = g.add("GroupNorm", g.add("ShiftChannels", x, shift, name="tell_time"), name="norm2", num_groups=8)
    x = g.add(
        "Conv2d", g.add("SiLU", x, name="act2"), name="conv2", out_channels=channels, kernel_size=3, padding=1
    )
    across = g.add("Conv2d", entry, name="shortcut", out_channels=channels, kernel_size=1)
    g.output(g.add("Add", across, x, name="add"), name="y")
    return g


def _unet(name: str, conditional: bool) -> GraphBuilder:
    """28 × 28 to 7 × 7 and back, with a skip at each size."""
    block = _timed_block()
    g = GraphBuilder(name, "Guesses the noise that was mixed into a picture at step t.")
    noisy = g.input("noisy", shape=(1, 28, 28))
    time: Source = g.use(_time_embedding(), g.input("t", shape=(), dtype="int64"), name="time", width=TIME)
    if conditional:
        label = g.input("label", shape=(), dtype="int64")
        digit = g.add("Embedding", label, name="digit", num_embeddings=11, embedding_dim=TIME)
        time = g.add("Add", time, digit, name="time_and_digit")

    def timed(x: Source, name: str, channels: int) -> Source:
        return g.use(block, x, time, name=name, channels=channels)

    x: Source = g.add("Conv2d", noisy, name="stem", out_channels=WIDTH, kernel_size=3, padding=1)
    large = timed(x, "down1", WIDTH)
    x = g.add("Conv2d", large, name="halve1", out_channels=WIDTH, kernel_size=3, stride=2, padding=1)
    middle = timed(x, "down2", 2 * WIDTH)
    x = g.add("Conv2d", middle, name="halve2", out_channels=2 * WIDTH, kernel_size=3, stride=2, padding=1)
    x = timed(x, "bottom", 2 * WIDTH)
    x = g.add("Upsample", x, name="double2", scale_factor=2.0)
    x = timed(g.add("Concat", [x, middle], name="join2"), "up2", 2 * WIDTH)
    x = g.add("Upsample", x, name="double1", scale_factor=2.0)
    x = timed(g.add("Concat", [x, large], name="join1"), "up1", WIDTH)
    x = g.add("SiLU", g.add("GroupNorm", x, name="norm", num_groups=8), name="act")
    g.output(g.add("Conv2d", x, name="last", out_channels=1, kernel_size=3, padding=1), name="noise")
    return g


def _ddpm(title: str, name: str, conditional: bool) -> Project:
    """Ho et al., arXiv 2006.11239, small, without attention."""
    return project(
        title,
        _unet(name, conditional),
        data=DataChoice("digits", {"image_size": 28, "scaling": "-1 to 1"}),
        training=Training(
            recipe="diffusion", loss="mse", optimizer="Adam", learning_rate=1e-3, epochs=50, batch_size=128
        ),
        notes=NOTES + (CLASSES if conditional else ""),
    )


def ddpm() -> Project:
    return _ddpm("Diffusion", "DiffusionUNet", conditional=False)


def ddpm_with_classes() -> Project:
    return _ddpm("Diffusion with classes", "ClassDiffusionUNet", conditional=True)


PRESETS = (
    Preset(
        "ddpm",
        "Diffusion",
        "A U-Net that knows the time guesses the noise in a picture: taken away step by step, a digit appears.",
        GROUP,
        ("diffusion", "DDPM", "U-Net", "noise", "time embedding", "digits", "unsupervised", "image"),
        ddpm,
        97,
    ),
    Preset(
        "ddpm-classes",
        "Diffusion with classes",
        "The diffusion U-Net is also told which digit to draw: a vector for the class joins that of the time.",
        GROUP,
        (
            "diffusion",
            "DDPM",
            "U-Net",
            "class conditioning",
            "classifier-free guidance",
            "time embedding",
            "digits",
        ),
        ddpm_with_classes,
        98,
    ),
)
