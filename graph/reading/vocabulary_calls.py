"""The table of calls: which functions, methods and operators are which node, argument by argument.

Each line is a :class:`graph.reading.vocabulary_rule.Rule` with the targets it reads. What does not fit one has a
function in one of the files that :mod:`graph.reading.vocabulary_special` puts together.
"""

from __future__ import annotations

from graph.reading.vocabulary import Reader
from graph.reading.vocabulary_rule import Rule
from graph.reading.vocabulary_special import SPECIAL

_ONE = "input"
_DROP = "input, p=0.5, ~training=True, ~inplace=False"


def _pool(n: int) -> list[tuple[str, str, str]]:
    most = "kernel_size, stride=None, padding=0"
    return [
        (f"F.max_pool{n}d torch.max_pool{n}d", f"MaxPool{n}d",
         f"input, {most}, dilation=1, ceil_mode=False, return_indices=False"),
        (f"F.max_pool{n}d_with_indices", f"MaxPool{n}d",
         f"input, {most}, dilation=1, ceil_mode=False, return_indices=True"),
        (f"F.avg_pool{n}d" + (" torch.avg_pool1d" if n == 1 else ""), f"AvgPool{n}d",
         f"input, {most}, ceil_mode=False, count_include_pad=True" + (", divisor_override=None" if n > 1 else "")),
        (f"F.lp_pool{n}d", f"LPPool{n}d", "input, norm_type, kernel_size, stride=None, ceil_mode=False"),
        (f"F.adaptive_avg_pool{n}d", f"AdaptiveAvgPool{n}d", "input, output_size"),
        (f"F.adaptive_max_pool{n}d", f"AdaptiveMaxPool{n}d", "input, output_size, return_indices=False"),
        (f"F.max_unpool{n}d", f"MaxUnpool{n}d", "input, indices, kernel_size, stride=None, padding=0"),
    ]  # fmt: skip


TABLE: tuple[tuple[str, ...], ...] = (
    # activations
    *((f"F.{name} torch.{name} .{name}", kind, "input, ~inplace=False") for name, kind in (
        ("relu", "ReLU"), ("sigmoid", "Sigmoid"), ("tanh", "Tanh"))),
    *((f"F.{kind.lower()}", kind, "input, ~inplace=False") for kind in (
        "ReLU6", "SELU", "SiLU", "Mish", "Hardswish", "Hardsigmoid", "LogSigmoid", "Softsign", "Tanhshrink")),
    ("torch.selu", "SELU", "input"),
    ("torch.special.expit", "Sigmoid", _ONE),
    ("F.elu", "ELU", "input, alpha=1.0, ~inplace=False"),
    ("F.celu torch.celu", "CELU", "input, alpha=1.0, ~inplace=False"),
    ("F.gelu", "GELU", "input, approximate=none"),
    ("F.leaky_relu", "LeakyReLU", "input, negative_slope=0.01, ~inplace=False"),
    ("F.rrelu torch.rrelu", "RReLU", "input, lower=0.125, upper=0.3333333333333333, ~training=False, ~inplace=False"),
    ("F.hardtanh", "Hardtanh", "input, min_val=-1.0, max_val=1.0, ~inplace=False"),
    ("F.softplus", "Softplus", "input, beta=1.0, threshold=20.0"),
    ("F.softshrink", "Softshrink", "input, lambd=0.5"),
    ("F.hardshrink torch.hardshrink .hardshrink", "Hardshrink", "input, lambd=0.5"),
    ("F.threshold torch.threshold", "Threshold", "input, threshold, value, ~inplace=False"),
    ("F.glu", "GLU", "input, dim=-1"),
    ("F.softmax", "Softmax", "input, dim, ~_stacklevel=3, dtype=None"),
    ("torch.softmax .softmax", "Softmax", "input, dim, dtype=None"),
    ("F.log_softmax", "LogSoftmax", "input, dim, ~_stacklevel=3, dtype=None"),
    ("torch.log_softmax .log_softmax", "LogSoftmax", "input, dim, dtype=None"),
    ("F.softmin", "Softmin", "input, dim, ~_stacklevel=3, dtype=None"),
    # dropout
    ("F.dropout torch.dropout", "Dropout", _DROP),
    *((f"F.{name}", kind, _DROP) for name, kind in (
        ("dropout1d", "Dropout1d"), ("dropout2d", "Dropout2d"), ("dropout3d", "Dropout3d"),
        ("alpha_dropout", "AlphaDropout"), ("feature_alpha_dropout", "FeatureAlphaDropout"))),
    # pooling, resizing
    *_pool(1), *_pool(2), *_pool(3),
    ("F.pixel_shuffle torch.pixel_shuffle", "PixelShuffle", "input, upscale_factor"),
    ("F.pixel_unshuffle torch.pixel_unshuffle", "PixelUnshuffle", "input, downscale_factor"),
    ("torch.channel_shuffle F.channel_shuffle", "ChannelShuffle", "input, groups"),
    ("F.unfold", "Unfold", "input, kernel_size, dilation=1, padding=0, stride=1"),
    ("F.fold", "Fold", "input, output_size, kernel_size, dilation=1, padding=0, stride=1"),
    ("F.local_response_norm", "LocalResponseNorm", "input, size, alpha=1e-4, beta=0.75, k=1.0"),
    ("F.normalize", "Normalize", "input, p=2.0, dim=1, eps=1e-12, out=None"),
    ("F.cosine_similarity torch.cosine_similarity", "CosineSimilarity", "x1, x2, dim=1, eps=1e-8"),
    ("F.pairwise_distance", "PairwiseDistance", "x1, x2, p=2.0, eps=1e-6, keepdim=False"),
    # shape
    ("torch.flatten .flatten", "Flatten", "input, start_dim=0, end_dim=-1"),
    ("torch.unflatten .unflatten", "Unflatten", "input, dim, sizes>unflattened_size"),
    ("torch.permute .permute", "Permute", "input, *dims"),
    ("torch.transpose .transpose torch.swapaxes .swapaxes torch.swapdims .swapdims", "Transpose",
     "input, dim0, dim1"),
    ("torch.unsqueeze .unsqueeze", "Unsqueeze", "input, dim"),
    ("torch.select .select", "Select", "input, dim, index"),
    ("torch.repeat_interleave .repeat_interleave", "RepeatInterleave", "input, repeats, dim, output_size=None"),
    ("torch.diagonal .diagonal", "Diagonal", "input, offset=0, dim1=0, dim2=1"),
    ("torch.triu .triu", "Triu", "input, diagonal=0"),
    ("torch.tril .tril", "Tril", "input, diagonal=0"),
    ("torch.gather .gather", "Gather", "input, dim, index, sparse_grad=False"),
    ("torch.sort .sort", "Sort", "input, dim=-1, descending=False, stable=False"),
    ("torch.argsort .argsort", "Argsort", "input, dim=-1, descending=False, stable=False"),
    (".view_as .reshape_as", "ReshapeLike", "input, other>reference"),
    (".expand_as", "ExpandLike", "input, other>reference"),
    # putting together
    ("torch.cat torch.concat torch.concatenate", "Concat", "tensors>inputs, dim=0, out=None"),
    ("torch.stack", "Stack", "tensors>inputs, dim=0, out=None"),
    ("torch.outer .outer", "Outer", "input, vec2>other"),
    ("torch.cdist", "Cdist", "x1, x2, p=2.0, ~compute_mode=None"),
    ("torch.logaddexp .logaddexp", "LogAddExp", "input, other"),
    ("torch.atan2 .atan2", "Atan2", "input, other"),
    ("torch.linalg.cross", "Cross", "input, other, dim=-1"),
    ("torch.cross .cross", "Cross", "input, other, dim"),
    ("torch.logical_xor .logical_xor", "LogicalXor", "input, other"),
    ("torch.scatter_add .scatter_add", "ScatterAdd", "input, dim, index, src>source"),
    ("F.grid_sample", "GridSample",
     "input, grid, mode=bilinear, padding_mode=zeros, align_corners=None"),
    ("torch.logical_and .logical_and &", "LogicalAnd", "input, other"),
    ("torch.logical_or .logical_or |", "LogicalOr", "input, other"),
    ("torch.maximum .maximum", "Maximum", "input, other"),
    ("torch.minimum .minimum", "Minimum", "input, other"),
    ("torch.matmul .matmul @ torch.bmm .bmm torch.mm .mm", "MatMul", "input, other"),
    ("torch.where", "Where", "condition, input, other"),
    ("torch.masked_fill .masked_fill", "MaskedFill", "input, mask, value"),
    # pointwise
    *((f"torch.{name} .{name}", kind, _ONE) for name, kind in (
        ("neg", "Negate"), ("negative", "Negate"), ("abs", "Abs"), ("absolute", "Abs"), ("exp", "Exp"),
        ("log", "Log"), ("sqrt", "Sqrt"), ("square", "Square"), ("reciprocal", "Reciprocal"), ("sin", "Sin"),
        ("cos", "Cos"), ("sign", "Sign"))),
    *((f"torch.{name} .{name}", kind, _ONE) for name, kind in (
        ("rsqrt", "Rsqrt"), ("log1p", "Log1p"), ("expm1", "Expm1"), ("log2", "Log2"), ("tan", "Tan"),
        ("asin", "Asin"), ("acos", "Acos"), ("atan", "Atan"), ("sinh", "Sinh"), ("cosh", "Cosh"), ("erf", "Erf"),
        ("floor", "Floor"), ("ceil", "Ceil"), ("round", "Round"), ("isnan", "IsNaN"), ("detach", "Detach"),
        ("logical_not", "LogicalNot"))),
    ("~-", "Negate", _ONE),
    ("torch.clamp .clamp torch.clip .clip", "Clamp", "input, min=None, max=None"),
    ("torch.clamp_min .clamp_min", "Clamp", "input, min"),
    ("torch.clamp_max .clamp_max", "Clamp", "input, max"),
    # along axes
    *((f"torch.{name} .{name}", kind, "input, dim, keepdim=False, dtype=None") for name, kind in (
        ("mean", "Mean"), ("sum", "Sum"), ("prod", "Prod"))),
    *((f"torch.{name} .{name}", kind, "input, dim, keepdim=False") for name, kind in (
        ("amax", "Max"), ("amin", "Min"), ("logsumexp", "LogSumExp"), ("argmax", "Argmax"), ("argmin", "Argmin"))),
    ("torch.std .std", "Std", "input, dim, unbiased=True, keepdim=False"),
    ("torch.var .var", "Var", "input, dim, unbiased=True, keepdim=False"),
    *((f"torch.{name} .{name}", kind, "input, dim, keepdim=False") for name, kind in (
        ("any", "Any"), ("all", "All"))),
    ("torch.logcumsumexp .logcumsumexp", "LogCumSumExp", "input, dim"),
    ("torch.cummax .cummax", "CumMax", "input, dim"),
    ("torch.count_nonzero .count_nonzero", "CountNonzero", "input, dim"),
    ("torch.diff .diff", "Diff", "input, n=1, dim=-1, prepend=None, append=None"),
    ("torch.cumprod .cumprod", "CumProd", "input, dim, dtype=None"),
    ("torch.cumsum .cumsum", "CumSum", "input, dim, dtype=None"),
    ("torch.topk .topk", "TopK", "input, k, dim=-1, largest=True, ~sorted=True"),
    # attention
    ("F.scaled_dot_product_attention", "ScaledDotProductAttention",
     "query, key, value, attn_mask=None, ~dropout_p=0.0, is_causal=False, scale=None, enable_gqa=False"),
)  # fmt: skip
"""Targets, layer type, signature."""


def _calls() -> dict[str, Reader]:
    found: dict[str, Reader] = {}
    for targets, kind, signature in TABLE:
        for target in targets.split():
            found[target] = Rule(kind, signature)
    for targets, reader in SPECIAL.items():
        for target in targets.split():
            found[target] = reader
    return found


CALLS: dict[str, Reader] = _calls()
"""How each target is read."""
