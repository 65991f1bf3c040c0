"""Noise and forgetting beyond dropout: whole branches, whole areas, additive noise."""

from __future__ import annotations

from graph.catalogue.rules import LAYOUTS, rank_at_least, rank_is
from graph.catalogue.spec import Example, LayerType, Param

LAYERS = (
    LayerType(
        name="StochasticDepth",
        category="Dropout",
        summary="Leave out a whole branch at random while training.",
        help=(
            "Stands at the end of a residual branch, before the addition: with probability p the branch gives zeros, "
            "so the block only passes its input on. Very deep networks train faster and better with it; "
            "EfficientNet, Swin and ConvNeXt use it. row decides for each sample, batch for all at once. In "
            "evaluation it does nothing."
        ),
        formula="y = x · mask / (1 − p) in training, one mask value per sample,  y = x in evaluation",
        words=("drop path", "droppath", "survival", "residual", "regularisation"),
        params=(
            Param("p", "float", 0.1, "Chance that the branch is left out.", minimum=0, maximum=1, required=True),
            Param("mode", "choice", "row", "row: each sample by itself. batch: all samples together.",
                  choices=("row", "batch")),
        ),
        support=("stochastic_depth",), module="StochasticDepth",
        check=rank_at_least(1, "a batch (B, …)"), headline=("p",),
        examples=(Example({}, {"input": (2, 3, 4, 4)}), Example({"p": 0.5, "mode": "batch"}, {"input": (2, 6)})),
    ),
    LayerType(
        name="DropBlock2d",
        category="Dropout",
        summary="Set square areas of feature maps to zero while training.",
        help=(
            "Neighbouring pixels say nearly the same, so dropping single ones hides nothing; this hides whole "
            "squares of every channel, and the network must look at more than one part of an object. In evaluation "
            "it does nothing."
        ),
        formula="y = x · mask · (cells / kept cells) in training,  y = x in evaluation",
        words=("dropblock", "dropout", "regularisation", "cutout", "spatial dropout"),
        params=(
            Param("p", "float", 0.1, "Share of the values that is dropped.", minimum=0, maximum=1, required=True),
            Param("block_size", "int", 7, "Edge of the squares; an even number counts as one less.", minimum=1,
                  maximum=4096, required=True),
        ),
        support=("drop_block",), module="DropBlock2d",
        check=rank_is(4, what=LAYOUTS[2]), headline=("p", "block_size"),
        examples=(Example({}, {"input": (2, 3, 9, 8)}), Example({"p": 0.3, "block_size": 3}, {"input": (2, 3, 5, 5)})),
    ),
    LayerType(
        name="GaussianNoise",
        category="Dropout",
        summary="Add normal noise while training.",
        help=(
            "Every value gets a random number with mean 0 added, new at each step, so that small differences stop to "
            "matter. On its input, an autoencoder becomes a denoising one. In evaluation it does nothing."
        ),
        formula="y = x + std · ε, ε from N(0, 1), in training,  y = x in evaluation",
        words=("noise", "jitter", "denoising autoencoder", "augmentation", "regularisation"),
        params=(Param("std", "float", 0.1, "Standard deviation of the noise.", minimum=0, maximum=1e6),),
        support=("gaussian_noise",), module="GaussianNoise", headline=("std",),
        examples=(Example({}, {"input": (2, 6)}), Example({"std": 0.5}, {"input": (2, 3, 4, 4)})),
    ),
)  # fmt: skip
