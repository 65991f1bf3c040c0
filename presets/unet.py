"""U-Net: down to see what, up to see where. Ronneberger et al., arXiv 1505.04597, figure 1.

With batch norm, padding, and a sixteenth of the widths, for 64 × 64 pictures.
"""

from __future__ import annotations

from graph.build import GraphBuilder, Ref, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets.blocks.unet import double_conv, down, up

SIZE, CLASSES = 64, 5
WIDTHS = (16, 32, 64)
GROUP = "Pixels and boxes"
MASKS = (
    "Every pixel gets one score per class: background, circle, square, triangle and star. The pictures are generated "
    "with exact masks; after each epoch the masks it draws are shown over the pictures, and the overlap with the true "
    "ones is measured (mean IoU)."
)


def segmentation(title: str, g: GraphBuilder, rate: float, notes: str = "") -> Project:
    """A project whose output are scores for every pixel: (B, classes, H, W)."""
    return project(
        title,
        g,
        data=DataChoice("shape-masks", {"image_size": SIZE}),
        training=Training(
            recipe="segmentation", loss="cross_entropy", optimizer="AdamW", learning_rate=rate, schedule="cosine",
            epochs=15, batch_size=16,
        ),
        notes=f"{MASKS} {notes}".strip(),
    )  # fmt: skip


def unet() -> Project:
    """Three steps down, three up, joined across at every size."""
    g = GraphBuilder("UNet")
    x: Source = g.input("picture", shape=(3, SIZE, SIZE))
    kept: list[Ref] = []
    for number, channels in enumerate(WIDTHS, 1):
        kept.append(g.use(down(), x, name=f"down{number}", channels=channels))
        x = kept[-1]["pooled"]
    x = g.use(double_conv(), x, name="bottom", channels=2 * WIDTHS[-1])
    for number, (level, channels) in reversed(list(enumerate(zip(kept, WIDTHS, strict=True), 1))):
        x = g.use(up(), level["skip"], x, name=f"up{number}", channels=channels)
    g.output(g.add("Conv2d", x, name="head", out_channels=CLASSES, kernel_size=1), name="masks")
    return segmentation("U-Net", g, rate=4e-3)


PRESETS = (
    Preset(
        "unet",
        "U-Net",
        "Down to see what is there, up to see where; wires across carry the detail.",
        GROUP,
        ("image", "U-Net", "segmentation", "masks", "encoder", "decoder", "skip connection"),
        unet,
        65,
    ),
)
