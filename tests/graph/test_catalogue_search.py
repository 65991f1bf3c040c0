"""Whatever a thing is called, the right layer comes first."""

from __future__ import annotations

import pytest

from graph.catalogue import CATALOGUE
from graph.other_names import OTHER_NAMES
from graph.palette import entries, search

ALL = entries()

CALLED = {
    "Linear": ("dense", "fully connected", "fully connected layer", "fc", "perceptron", "nn.Linear",
        "keras.layers.Dense", "fully-connected", "hidden layer",
        "time distributed"),
    "SiLU": ("swish",),
    "ConvTranspose2d": ("deconv", "deconvolution", "conv transpose", "transposed conv",
        "transposed convolution", "upconv", "Conv2DTranspose"),
    "Conv2d": ("convolution", "conv2d", "depthwise", "depthwise convolution", "dilated"),
    "BatchNorm2d": ("bn", "batch normalization", "BatchNormalization"),
    "LayerNorm": ("ln", "layer normalization"),
    "LocalResponseNorm": ("lrn", "local response normalization", "local response normalisation"),
    "RMSNorm": ("rms",),
    "AdaptiveAvgPool2d": ("global average pooling", "gap", "GlobalAveragePooling2D"),
    "AdaptiveMaxPool2d": ("global max pooling",),
    "AvgPool2d": ("average pooling", "avg pool"),
    "MaxPool2d": ("subsample", "max pool", "MaxPooling2D"),
    "MultiheadAttention": ("attention", "self attention", "self-attention", "mha", "cross attention"),
    "ScaledDotProductAttention": ("sdpa",),
    "Transformer": ("transformer",),
    "Add": ("residual", "skip connection", "shortcut", "plus"),
    "Concat": ("concatenate", "cat", "join", "torch.cat"),
    "Embedding": ("embedding", "word embedding"),
    "SinusoidalPositions": ("positional encoding",),
    "RotaryPositions": ("rope",),
    "ClassToken": ("class token", "cls"),
    "PatchEmbedding": ("patch embedding",),
    "StochasticDepth": ("drop path", "droppath"),
    "MSELoss": ("mse", "mean squared error", "l2 loss"),
    "CrossEntropyLoss": ("cross entropy", "loss"),
    "BCEWithLogitsLoss": ("binary cross entropy",),
    "BCELoss": ("bce",),
    "L1Loss": ("mae", "l1"),
    "HuberLoss": ("huber",),
    "KLDivLoss": ("kl divergence",),
    "TripletMarginLoss": ("triplet",),
    "ContrastiveLoss": ("contrastive", "infonce"),
    "HingeEmbeddingLoss": ("hinge",),
    "DiceLoss": ("dice",),
    "FocalLoss": ("focal",),
    "Reshape": ("reshape", "view"),
    "Permute": ("permute",),
    "Transpose": ("transpose",),
    "Squeeze": ("squeeze",),
    "Unsqueeze": ("unsqueeze",),
    "Flatten": ("flatten",),
    "Upsample": ("upsample", "resize", "upsample nearest", "nearest upsampling"),
    "Interpolate": ("interpolate",),
    "Sigmoid": ("sigmoid", "logistic"),
    "LeakyReLU": ("leaky relu", "lrelu", "LeakyReLU"),
    "GELU": ("gelu",),
    "Hardswish": ("hard swish",),
    "SwiGLU": ("swiglu",),
    "Maxout": ("maxout",),
    "Softmax": ("softmax",),
    "RNN": ("recurrent", "rnn"),
    "Threshold": ("thresholded relu",),
    "Einsum": ("einsum",),
    "MatMul": ("matmul", "matrix multiplication", "bmm"),
    "DotProduct": ("dot product", "inner product"),
    "Outer": ("outer product",),
    "Multiply": ("multiply", "gate"),
    "Sum": ("sum",),
    "Mean": ("mean",),
    "Max": ("max",),
    "Argmax": ("argmax",),
    "TopK": ("topk",),
    "Sort": ("sort",),
    "Clamp": ("clip", "clamp"),
    "Abs": ("abs",),
    "Power": ("pow",),
    "Sqrt": ("sqrt",),
    "Norm": ("norm",),
    "Normalize": ("normalize",),
    "Cast": ("cast",),
    "OneHot": ("one hot", "one-hot encoding"),
    "CausalMask": ("causal mask",),
    "PaddingMask": ("padding mask", "masking"),
    "MaskedFill": ("masked fill",),
    "Where": ("where",),
    "PixelShuffle": ("pixel shuffle", "depth to space"),
    "PixelUnshuffle": ("space to depth",),
    "Unfold": ("im2col",),
    "Fold": ("col2im",),
    "Gather": ("gather",),
    "Roll": ("roll",),
    "Flip": ("flip",),
    "Chunk": ("chunk",),
    "Split": ("split",),
    "Slice": ("slice",),
    "LastStep": ("last step",),
    "Stack": ("stack",),
    "GaussianNoise": ("noise",),
    "SampleNormal": ("reparameterization", "vae"),
    "VectorQuantizer": ("vq-vae", "codebook"),
    "DeformConv2d": ("deformable", "deformable convolution"),
    "CausalConv1d": ("causal convolution", "tcn"),
    "Step": ("heaviside",),
    "Identity": ("identity",),
    "ZeroPad2d": ("zero padding", "padding"),
    "ReflectionPad2d": ("reflection padding",),
    "Pad": ("pad",),
    "ChannelShuffle": ("channel shuffle",),
    "GridSample": ("grid sample",),
    "AffineGrid": ("spatial transformer",),
    "Detach": ("stop gradient",),
    "Modulate": ("film",),
    "AdaptiveInstanceNorm": ("adain",),
    "LayerScale": ("layer scale",),
    "TiedLinear": ("weight tying",),
    "Repeat": ("repeat", "tile"),
    "Expand": ("expand", "broadcast", "repeat vector"),
    "CumSum": ("cumsum",),
    "Var": ("var",),
    "Std": ("std",),
    "PairwiseDistance": ("distance",),
    "CosineSimilarity": ("cosine",),
    "Parameter": ("parameter",),
    "Buffer": ("buffer", "constant"),
    "Spectrogram": ("spectrogram", "stft"),
    "RadialBasis": ("rbf",),
    "MaxUnpool2d": ("unpool",),
    "SpatialPyramidPool": ("spp",),
    "GeneralizedMeanPool": ("gem",),
    "AddCoordinates": ("coordconv",),
    "Greater": ("greater",),
    "Equal": ("equal",),
    "LogicalNot": ("not",),
    "LogicalAnd": ("and",),
    "LogicalOr": ("or",),
    "Maximum": ("maximum",),
    "Minimum": ("minimum",),
    "Lerp": ("lerp",),
    "Diagonal": ("diagonal",),
    "Tril": ("tril",),
    "Unbind": ("unbind",),
    "Triu": ("triangular",),
    "Input": ("input",),
    "Output": ("output",),
    "LayerNorm2d": ("image norm",),
    "InstanceNorm2d": ("instance norm",),
    "GroupNorm": ("group norm",),
    "ReLU": ("relu", "F.relu"),
    "PReLU": ("prelu",),
    "Dropout": ("dropout", "drop"),
    "Dropout2d": ("spatial dropout",),
    "TimeWaves": ("timestep embedding",),
    "LogSoftmax": ("log softmax",),
    "ShiftTokens": ("teacher forcing",),
    "LSTM": ("bidirectional", "bidirectional lstm", "lstm bidirectional"),
}  # fmt: skip
"""Layer type -> what people type who look for it."""


@pytest.mark.parametrize("layer", CALLED)
def test_comes_first(layer: str) -> None:
    for typed in CALLED[layer]:
        found = [entry.title for entry in search(typed, ALL)]
        assert found[:1] == [layer], f"{typed}: {found[:4]}"


def test_every_type_is_found_by_its_name_and_by_its_words() -> None:
    """By its name first of all; by each of its words somewhere in the list."""
    for entry in ALL:
        assert search(entry.title, ALL)[0] is entry
    for entry in ALL[::9]:  # every ninth will do
        for word in entry.words:
            assert entry in search(word, ALL), f"{word} does not find {entry.title}"


def test_other_names_are_of_layers_that_exist_and_mean_one_thing() -> None:
    assert OTHER_NAMES.keys() <= CATALOGUE.keys()
    names = [
        name.replace(" ", "").replace("-", "").lower() for found in OTHER_NAMES.values() for name in found
    ]
    assert not {name for name in names if names.count(name) > 1}


def test_what_says_nothing_is_not_looked_for() -> None:
    assert [entry.title for entry in search("linear layer", ALL)] == [
        entry.title for entry in search("linear", ALL)
    ]
    assert search("layer", ALL)
