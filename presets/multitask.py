"""Several answers from one network: a shared trunk with four heads, and a borrowed backbone with a new head."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Step, Training
from presets import Preset
from presets.blocks import residual
from presets.blocks.convolution import vgg_stage

GROUP = "Pixels and boxes"
QUESTIONS = ("circle", "square", "triangle", "star")
STAGES = ((16, 1), (32, 1), (64, 2), (64, 2))
"""Channels and convolutions. A place of the last stage sees 70 pixels, more than the largest shape has, so that corners
can be counted."""
SIZE = 64


def _trunk() -> GraphBuilder:
    g = GraphBuilder("Trunk", "What all answers share: from the picture to 64 features.")
    x: Source = g.input("x")
    for number, (channels, convolutions) in enumerate(STAGES, 1):
        x = g.use(vgg_stage(True), x, name=f"stage{number}", channels=channels, convolutions=convolutions)
    # is there a circle anywhere? the strongest answer of all places says it, where a mean would drown it
    x = g.add("AdaptiveMaxPool2d", x, name="strongest", output_size=1)
    g.output(g.add("Flatten", x, name="flatten"), name="y")
    return g


def multi_task() -> Project:
    """One trunk, and one yes/no answer for each kind of shape."""
    g = GraphBuilder("MultiTask")
    x = g.use(_trunk(), g.input("picture", shape=(3, SIZE, SIZE)), name="trunk")
    for question in QUESTIONS:
        g.output(g.add("Linear", x, name=f"head_{question}", out_features=1), name=f"has_{question}")
    return project(
        "Multi-task",
        g,
        data=DataChoice(
            "shape-questions",
            {"image_size": SIZE, "n": 3000},
            steps=[Step("flip_sideways", where="train"), Step("flip_upside_down", where="train")],
        ),
        training=Training(
            recipe="multi_task", loss="bce_with_logits", optimizer="AdamW", learning_rate=3e-3, schedule="cosine",
            epochs=12, batch_size=32,
        ),
        notes="Four questions about one picture: is there a circle, a square, a triangle, a star? Each answer is one "
        "number, a logit, with a binary cross-entropy of its own. In the generated scenes each kind is there or not, "
        "whatever else there is. Squares and triangles are told apart by their corners: with three stages of one "
        "convolution each a feature sees 22 pixels, less than a large square has, and the network confuses them.",
    )  # fmt: skip


def _backbone() -> GraphBuilder:
    """ResNet-18 without its last layer."""
    changing = residual.stage(residual.basic(), residual.basic(down=True))
    g = GraphBuilder("Backbone", "ResNet-18 without its last layer: from the picture to 512 features.")
    x: Source = g.use(residual.stem(), g.input("x"), name="stem")
    x = g.use(residual.stage(residual.basic()), x, name="layer1", planes=64, blocks=2)
    for number in (2, 3, 4):
        x = g.use(changing, x, name=f"layer{number}", planes=32 * 2**number, blocks=2, stride=2)
    x = g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1)
    g.output(g.add("Flatten", x, name="flatten"), name="features")
    return g


def transfer() -> Project:
    """A backbone as one block, and a head for the classes of the data at hand."""
    g = GraphBuilder("Transfer")
    x = g.use(_backbone(), g.input("x", shape=(3, SIZE, SIZE)), name="backbone")
    g.output(g.add("Linear", x, name="head", out_features=len(QUESTIONS)), name="scores")
    return project(
        "Transfer learning",
        g,
        data=DataChoice("pictures", {"image_size": SIZE, "n": 600}),
        training=Training(
            loss="cross_entropy", optimizer="SGD", learning_rate=0.01, momentum=0.9, weight_decay=1e-4,
            schedule="cosine", epochs=8, batch_size=16,
            options={"unfreeze_after": 3, "unfreeze_rate": 0.1},
        ),
        notes="Give the backbone weights that were learned elsewhere (File, Load weights: they come in the order of "
        "torchvision's resnet18) and close its padlock (K, or in the inspector): then only the new head learns, which "
        "fits the four classes of the data, and after three epochs the backbone too, at a tenth of the rate. Until "
        "then the padlock is open, for what starts from chance has nothing to keep. A folder of your own pictures is "
        "put in on the data page.",
    )  # fmt: skip


PRESETS = (
    Preset(
        "transfer",
        "Transfer learning",
        "A backbone trained elsewhere and a new head: few pictures are enough.",
        "ResNet",
        ("image", "ResNet", "transfer learning", "backbone", "fine-tuning", "pretrained"),
        transfer,
        55,
    ),
    Preset(
        "multi-task",
        "Multi-task",
        "One trunk, four yes/no answers: what is learned for one question helps the others.",
        GROUP,
        ("image", "multi-task", "several outputs", "multi-label", "shared trunk"),
        multi_task,
        68,
    ),
)
