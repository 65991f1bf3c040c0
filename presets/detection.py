"""A single-shot detector: one look, a grid of answers. After Redmon et al., arXiv 1506.02640."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets.blocks.convolution import conv_norm
from presets.unet import GROUP

SIZE, CELLS, CLASSES = 64, 8, 4
WIDTHS = (16, 32, 64)


def _stage() -> GraphBuilder:
    g = GraphBuilder("Stage", "A convolution, then half the size.")
    channels = g.parameter("channels", 16, "Filters of the convolution.")
    x = g.use(conv_norm("LeakyReLU"), g.input("x"), name="conv", channels=channels)
    g.output(g.add("MaxPool2d", x, name="pool", kernel_size=2), name="y")
    return g


def _head() -> GraphBuilder:
    g = GraphBuilder("GridHead", "For every cell: is there a thing, where exactly, how large, and what.")
    classes = g.parameter("classes", CLASSES, "How many kinds of things.")
    x = g.use(conv_norm("LeakyReLU"), g.input("x"), name="conv", channels=128)
    x = g.add("Conv2d", x, name="answers", out_channels=5 + classes, kernel_size=1)
    g.output(g.add("Permute", x, name="cells_first", dims=(0, 2, 3, 1)), name="y")
    return g


def detector() -> Project:
    """64 × 64 pictures to 8 × 8 cells with nine numbers each: objectness, x, y, width, height, four classes."""
    stage = _stage()
    g = GraphBuilder("GridDetector")
    x: Source = g.input("picture", shape=(3, SIZE, SIZE))
    for number, channels in enumerate(WIDTHS, 1):
        x = g.use(stage, x, name=f"stage{number}", channels=channels)
    g.output(g.use(_head(), x, name="head", classes=CLASSES), name="cells")
    return project(
        "Single-shot detector",
        g,
        data=DataChoice("shape-boxes", {"image_size": SIZE}),
        training=Training(
            recipe="detection", loss="bce_with_logits", optimizer="AdamW", learning_rate=2e-3, schedule="cosine",
            epochs=20, batch_size=16,
        ),
        notes="Each of the 8 × 8 cells answers with nine numbers: whether the middle of a thing lies in it, the "
        "thing's place and size, and a score for each of four classes; the loss adds up box, objectness and class. "
        "The pictures are generated with exact boxes; after each epoch the boxes it finds are shown over them and "
        "scored (mAP@0.5).",
    )  # fmt: skip


PRESETS = (
    Preset(
        "detector",
        "Single-shot detector",
        "YOLO's idea: every cell of a grid says at once whether, where and what.",
        GROUP,
        ("image", "YOLO", "SSD", "detection", "boxes", "grid", "objectness"),
        detector,
        67,
    ),
)
