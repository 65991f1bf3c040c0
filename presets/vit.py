"""ViT-B/16: a picture as a sentence of 196 patches and a class token. Dosovitskiy et al., arXiv 2010.11929.

Drawn as torchvision has it.
"""

from __future__ import annotations

from typing import Any

from graph.build import GraphBuilder, Source
from graph.model import Project
from presets import Preset
from presets._imagenet import imagenet
from presets.blocks.transformer import encoder_layer

WIDTH, PATCH, HEADS, DEPTH = 768, 16, 12, 12


def _tokens() -> GraphBuilder:
    g = GraphBuilder("Tokens", "One token for each patch, one for the class, and where each stands.")
    width = g.parameter("width", WIDTH, "Length of the vector of each token.")
    patch = g.parameter("patch", PATCH, "Pixels of a patch each way.")
    places = g.parameter("places", 197, "Patches, and one more for the class token.")
    x = g.add("PatchEmbedding", g.input("picture"), name="patches", embed_dim=width, patch_size=patch)
    x = g.add("ClassToken", x, name="class_token")
    g.output(g.add("LearnedPositions", x, name="positions", max_len=places), name="y")
    return g


def vit_b_16() -> Project:
    """ViT-B/16 for 224 × 224 pictures and 1000 classes."""
    g = GraphBuilder("ViTB16")
    picture = g.input("picture", shape=(3, 224, 224))
    places = (224 // PATCH) ** 2 + 1
    x: Source = g.use(_tokens(), picture, name="tokens", width=WIDTH, patch=PATCH, places=places)
    layer = encoder_layer(norm_first=True, activation="GELU", eps=1e-6)
    sizes: dict[str, Any] = {"width": WIDTH, "heads": HEADS, "hidden": 4 * WIDTH}
    x = g.use(layer, x, name="layers", repeat=DEPTH, **sizes, dropout=0.0)
    x = g.add("LayerNorm", x, name="norm", eps=1e-6)
    x = g.add("Select", x, name="class_only", dim=1, index=0)
    g.output(g.add("Linear", x, name="head", out_features=1000), name="scores")
    return imagenet(
        "ViT-B/16",
        g,
        optimizer="AdamW",
        learning_rate=3e-4,
        weight_decay=0.3,
        schedule="cosine",
        notes="Only the class token goes on to the head: it has looked at all patches in every layer.",
    )


PRESETS = (
    Preset(
        "vit-b16",
        "ViT-B/16",
        "A picture as a sentence: 196 patches and a class token, read by twelve Transformer layers.",
        "Transformers",
        ("image", "Transformer", "ViT", "attention", "patches", "class token", "ImageNet"),
        vit_b_16,
        82,
    ),
)
