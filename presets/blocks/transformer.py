"""Transformer layers from their parts: attention, residuals, norms and a small network for every step.

Post-norm as published (Vaswani et al., arXiv 1706.03762) normalises after each addition; pre-norm (Xiong et
al., arXiv 2002.04745) before attention and MLP, so that deep stacks train without warm-up.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from graph.build import GraphBuilder, Ref, Source, Symbol
from presets.blocks import ShippedBlock
from presets.blocks.once import once

GROUP = "Transformer"


@once
def mlp(activation: str = "ReLU") -> GraphBuilder:
    """Wider, activation, back again, with dropout: the same for every step."""
    g = GraphBuilder("MLP", "Wider, activation, back again: every step thinks by itself.")
    width = g.parameter("width", 64, "Features of every step.")
    hidden = g.parameter("hidden", 256, "Features in the middle.")
    dropout = g.parameter("dropout", 0.1, "Share of the features left out in training.")
    x = g.add("Linear", g.input("x"), name="widen", out_features=hidden)
    x = g.add("Dropout", g.add(activation, x, name=activation.lower()), name="dropout1", p=dropout)
    x = g.add("Linear", x, name="narrow", out_features=width)
    g.output(g.add("Dropout", x, name="dropout2", p=dropout), name="y")
    return g


class _Parts:
    """What both layers are made of: sublayers inside a residual, normalised before or after."""

    def __init__(self, g: GraphBuilder, norm_first: bool, activation: str, eps: float) -> None:
        self.g, self.norm_first, self.activation, self.eps = g, norm_first, activation, eps
        self.width = g.parameter("width", 64, "Features of every step; heads must divide it.")
        self.heads = g.parameter("heads", 4, "How many looks at once.")
        self.hidden = g.parameter("hidden", 256, "Features in the middle of the MLP.")
        self.dropout = g.parameter("dropout", 0.1, "Share of the features left out in training.")

    def residual(self, x: Source, number: int, layer: Callable[[Source], Source]) -> Source:
        """x + layer(norm(x)), or norm(x + layer(x))."""
        if self.norm_first:
            return self.g.add("Add", x, layer(self.norm(x, number)), name=f"add{number}")
        return self.norm(self.g.add("Add", x, layer(x), name=f"add{number}"), number)

    def norm(self, x: Source, number: int) -> Source:
        shape: tuple[Symbol, ...] = (self.width,)
        more: dict[str, Any] = {"eps": self.eps} if self.eps != 1e-5 else {}
        return self.g.add("LayerNorm", x, name=f"norm{number}", normalized_shape=shape, **more)

    def attention(
        self, name: str, number: int, memory: Source | None = None, **more: Any
    ) -> Callable[[Source], Source]:
        def layer(x: Source) -> Source:
            wires: dict[str, Any] = {"key": memory} if memory else {}
            found: Ref = self.g.add(
                "MultiheadAttention", x, name=name, embed_dim=self.width, num_heads=self.heads,
                dropout=self.dropout, need_weights=False, **wires, **more,
            )  # fmt: skip
            return self.g.add("Dropout", found, name=f"dropout{number}", p=self.dropout)

        return layer

    def mlp(self, x: Source) -> Source:
        return self.g.use(
            mlp(self.activation), x, name="mlp", width=self.width, hidden=self.hidden, dropout=self.dropout
        )


def _named(name: str, norm_first: bool) -> str:
    return f"PreNorm{name}" if norm_first else name


@once
def encoder_layer(
    norm_first: bool = False,
    activation: str = "ReLU",
    eps: float = 1e-5,
    causal: bool = False,
    padding: bool = False,
) -> GraphBuilder:
    """Self-attention, then an MLP, each inside a residual. ``causal`` hides what comes later (GPT);
    ``padding`` adds an input for the mask of what only fills up, (B, T)."""
    g = GraphBuilder(
        "CausalLayer" if causal else _named("EncoderLayer", norm_first),
        "Every step looks at all others, then thinks by itself.",
    )
    parts = _Parts(g, norm_first, activation, eps)
    more: dict[str, Any] = {"causal": True} if causal else {}
    x: Source = g.input("x")
    if padding:
        more["key_padding_mask"] = g.input("padding", dtype="bool")
    x = parts.residual(x, 1, parts.attention("attention", 1, **more))
    g.output(parts.residual(x, 2, parts.mlp), name="y")
    return g


@once
def decoder_layer(
    norm_first: bool = False, activation: str = "ReLU", eps: float = 1e-5, padding: bool = False
) -> GraphBuilder:
    """Causal self-attention, attention to the encoder's result, then an MLP, each inside a residual.
    ``padding`` adds an input for the mask of what only fills up in the memory, (B, S)."""
    g = GraphBuilder(
        _named("DecoderLayer", norm_first), "Look back at what is written, then at the source, then think."
    )
    parts = _Parts(g, norm_first, activation, eps)
    x: Source = g.input("x")
    memory = g.input("memory")
    more: dict[str, Any] = {"key_padding_mask": g.input("padding", dtype="bool")} if padding else {}
    x = parts.residual(x, 1, parts.attention("self_attention", 1, causal=True))
    x = parts.residual(x, 2, parts.attention("cross_attention", 2, memory, **more))
    g.output(parts.residual(x, 3, parts.mlp), name="y")
    return g


POST = "The norm stands after each addition, as published. Vaswani et al., arXiv 1706.03762, figure 1."
PRE = (
    "The norm stands before attention and MLP, so that deep stacks train without warm-up. Xiong et al., arXiv "
    "2002.04745."
)
ENCODER = ("sequence", "Transformer", "encoder", "attention", "residual", "layer norm")
DECODER = ("sequence", "Transformer", "decoder", "causal", "cross-attention", "residual", "layer norm")
BLOCKS = (
    ShippedBlock(
        "mlp",
        "MLP",
        "Wider, activation, back again: the same small network for every step.",
        ("Transformer", "MLP", "feed-forward", "linear"),
        "The feed-forward part of a Transformer. Vaswani et al., arXiv 1706.03762, section 3.3.",
        mlp,
        GROUP,
        ((10, 64),),
    ),
    ShippedBlock(
        "encoder-layer",
        "Transformer encoder layer, post-norm",
        "Every step looks at all others, then thinks by itself; norms after the additions.",
        (*ENCODER, "post-norm"),
        POST,
        encoder_layer,
        GROUP,
        ((10, 64),),
    ),
    ShippedBlock(
        "encoder-layer-pre",
        "Transformer encoder layer, pre-norm",
        "Every step looks at all others, then thinks by itself; norms in front, GELU.",
        (*ENCODER, "pre-norm", "GELU", "ViT"),
        PRE,
        lambda: encoder_layer(norm_first=True, activation="GELU"),
        GROUP,
        ((10, 64),),
    ),
    ShippedBlock(
        "decoder-layer",
        "Transformer decoder layer, post-norm",
        "Looks back at what is written, then at the source, then thinks; norms after the additions.",
        (*DECODER, "post-norm"),
        f"“x” is what is written so far, “memory” what the encoder gives. {POST}",
        decoder_layer,
        GROUP,
        ((10, 64), (12, 64)),
    ),
    ShippedBlock(
        "decoder-layer-pre",
        "Transformer decoder layer, pre-norm",
        "Looks back at what is written, then at the source, then thinks; norms in front, GELU.",
        (*DECODER, "pre-norm", "GELU"),
        f"“x” is what is written so far, “memory” what the encoder gives. {PRE}",
        lambda: decoder_layer(norm_first=True, activation="GELU"),
        GROUP,
        ((10, 64), (12, 64)),
    ),
    ShippedBlock(
        "gpt-layer",
        "Causal Transformer layer, pre-norm",
        "A decoder-only layer: every step looks at itself and what came before, then thinks.",
        ("sequence", "Transformer", "GPT", "causal", "language model", "pre-norm"),
        "Language models are stacks of these. Radford et al., “Language models are unsupervised multitask "
        "learners”, 2019.",
        lambda: encoder_layer(norm_first=True, activation="GELU", causal=True),
        GROUP,
        ((10, 64),),
    ),
)
