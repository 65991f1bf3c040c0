"""Diffusion: a network that guesses the noise in a picture, and so draws pictures from nothing but noise."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._places import placed

GROUP = "Generative networks"
WIDTH, TIME = 32, 128
SIZE = 16
"""Pixels each way: twice what the digits have, and half of it twice."""
NOTES = (
    "The recipe “diffusion” mixes noise into a picture, more with every step t up to 1000, and lets the network "
    "guess that noise (squared error). A picture is then drawn by starting from noise and taking away what is "
    "guessed, step by step."
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


def _down(timed: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("Down", "A timed block, kept for the way up; then half the size.")
    channels = g.parameter("channels", WIDTH, "Filters; a multiple of 8.")
    x = g.use(timed, g.input("x"), g.input("time"), name="block", channels=channels)
    halved = g.add("Conv2d", x, name="halve", out_channels=channels, kernel_size=3, stride=2, padding=1)
    g.output(halved, name="y")
    g.output(x, name="skip")
    return g


def _up(timed: GraphBuilder) -> GraphBuilder:
    g = GraphBuilder("Up", "Twice the size, joined with what was kept on the way down; then a timed block.")
    channels = g.parameter("channels", WIDTH, "Filters; a multiple of 8.")
    x: Source = g.add("Upsample", g.input("x"), name="doubled", scale_factor=2.0)
    x = g.add("Concat", [x, g.input("skip")], name="join")
    g.output(g.use(timed, x, g.input("time"), name="block", channels=channels), name="y")
    return g


def _to_noise() -> GraphBuilder:
    g = GraphBuilder("ToNoise", "From features to a guess for every pixel.")
    x: Source = g.add("GroupNorm", g.input("x"), name="norm", num_groups=8)
    x = g.add("Conv2d", g.add("SiLU", x, name="act"), name="conv", out_channels=1, kernel_size=3, padding=1)
    g.output(x, name="y")
    return g


PLACES = {
    "noisy": (0, 0), "stem": (1, 0), "down1": (2, 0), "down2": (2.9, 1.2), "bottom": (3.9, 2.4), "up2": (4.9, 1.2),
    "up1": (5.8, 0), "head": (6.8, 0), "noise": (7.8, 0), "t": (0, 3.4), "time": (1, 3.4),
}  # fmt: skip


def _unet(name: str, conditional: bool) -> GraphBuilder:
    """16 × 16 to 4 × 4 and back, with a skip at each size."""
    timed = _timed_block()
    down, up = _down(timed), _up(timed)
    g = GraphBuilder(name, "Guesses the noise that was mixed into a picture at step t.")
    noisy = g.input("noisy", shape=(1, SIZE, SIZE))
    time: Source = g.use(_time_embedding(), g.input("t", shape=(), dtype="int64"), name="time", width=TIME)
    if conditional:
        label = g.input("label", shape=(), dtype="int64")
        digit = g.add("Embedding", label, name="digit", num_embeddings=11, embedding_dim=TIME)
        time = g.add("Add", time, digit, name="both")
    x: Source = g.add("Conv2d", noisy, name="stem", out_channels=WIDTH, kernel_size=3, padding=1)
    first = g.use(down, x, time, name="down1", channels=WIDTH)
    second = g.use(down, first["y"], time, name="down2", channels=2 * WIDTH)
    x = g.use(timed, second["y"], time, name="bottom", channels=2 * WIDTH)
    x = g.use(up, x, second["skip"], time, name="up2", channels=2 * WIDTH)
    x = g.use(up, x, first["skip"], time, name="up1", channels=WIDTH)
    g.output(g.use(_to_noise(), x, name="head"), name="noise")
    return g


def _ddpm(title: str, name: str, conditional: bool) -> Project:
    """Ho et al., arXiv 2006.11239, small, without attention."""
    more: dict[str, tuple[float, float]] = {}
    if conditional:
        more = {"t": (-1, 3.4), "time": (0, 3.4), "label": (-1, 4.4), "digit": (0, 4.4), "both": (1, 3.7)}
    made = project(
        title,
        _unet(name, conditional),
        data=DataChoice("digits", {"image_size": SIZE, "scaling": "-1 to 1"}),
        training=Training(
            recipe="diffusion",
            loss="mse",
            optimizer="Adam",
            learning_rate=2e-3,
            schedule="cosine",
            epochs=40,
            batch_size=32,
            options={"noise_schedule": "cosine"},
        ),
        notes=NOTES + (CLASSES if conditional else ""),
    )
    return placed(made, PLACES | more)


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
