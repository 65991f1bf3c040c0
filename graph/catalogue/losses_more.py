"""Losses torch has no class for: masks, rare classes, latent codes, pairs; and the softmax over very many classes."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

from graph.catalogue.losses import CATEGORY, INPUT_TARGET, same_shape
from graph.catalogue.rules import Outputs, Rule, axis_size, channels_match, first, rank_at_least, rank_is
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port
from graph.tensors import Tensor


def _call(function: str, ports: tuple[str, ...], usual: dict[str, float]) -> Callable[[Call], str]:
    def call(c: Call) -> str:
        keywords = [f"{key}={c[key]}" for key, value in usual.items() if c.changed(value, key)]
        return f"{function}({', '.join([*(c.one(port) for port in ports), *keywords])})"

    return call


def _loss(name: str, function: str, summary: str, help: str, formula: str, words: tuple[str, ...],
          inputs: tuple[Port, ...], check: Rule, examples: tuple[Example, ...], params: tuple[Param, ...] = (),
          ) -> LayerType:  # fmt: skip
    """A loss that is a function of :mod:`graph.support`; it always gives the mean over the batch."""
    usual = {param.name: param.default for param in params}
    return LayerType(
        name=name, category=CATEGORY, summary=summary, help=help, formula=formula,
        words=("loss", "criterion", "error", *words), params=params, inputs=inputs, support=(function,),
        call=_call(function, tuple(port.name for port in inputs), usual), check=check,
        headline=tuple(param.name for param in params[:2]), examples=examples,
    )  # fmt: skip


def _four(given: Given) -> Complaint | None:
    tensor = given.one()
    if tensor.rank >= 2 and tensor.size(-1) == 4:
        return None
    return Complaint(
        f"expects boxes of x1, y1, x2, y2 on the last axis, (B, …, 4), but receives {tensor.text}",
        expected="(B, …, 4)", got=tensor.text, port="input",
    )  # fmt: skip


def _embeddings(given: Given) -> Complaint | None:
    return rank_is(2, what="a batch of vectors (B, features)", port="first")(given)


def _cutoffs(given: Given) -> Complaint | None:
    limits, classes = tuple(given["cutoffs"]), given["n_classes"]
    if limits and limits == tuple(sorted(set(limits))) and limits[0] >= 1 and limits[-1] < classes:
        return None
    fitting = tuple(dict.fromkeys(number for number in (classes // 10, classes // 2) if 0 < number < classes))
    return Complaint(
        f"has cutoffs {', '.join(map(str, limits)) or 'of nothing'}, which must rise and stay below its {classes} "
        f"classes, for {given.one().text}",
        expected=f"rising numbers below {classes}", got=", ".join(map(str, limits)), param="cutoffs",
        patches=(Patch(f"Set cutoffs to {', '.join(map(str, fitting))}", {"cutoffs": fitting}),) if fitting else (),
    )  # fmt: skip


def _one_target(given: Given) -> Complaint | None:
    vectors, target = given.one(), given.one("target")
    if [shape[:1] for shape in vectors.shapes] == list(target.shapes):
        return None
    return Complaint(
        f"expects one class number for each row of {vectors.text}, but target is {target.text}",
        expected="(B,)", got=target.text, port="target",
    )  # fmt: skip


def _clusters_fit(given: Given) -> Complaint | None:
    """Every later group of classes works with a div_value-th of the features before it."""
    size, divisor, groups = given["in_features"], given["div_value"], len(given["cutoffs"])
    if all(int(size // divisor ** (number + 1)) >= 1 for number in range(groups)):
        return None
    return Complaint(
        f"divides its {size} features by {divisor:g} for each of {groups} groups, which leaves none, for "
        f"{given.one().text}",
        expected="at least 1 feature", got="0", param="div_value", port="input",
        patches=(Patch("Set div_value to 1", {"div_value": 1.0}),),
    )  # fmt: skip


def _adaptive_parameters(given: Given) -> int:
    size, limits = given["in_features"], [*given["cutoffs"], given["n_classes"]]
    head = limits[0] + len(limits) - 1
    total = size * head + (head if given["head_bias"] else 0)
    for number, (start, end) in enumerate(itertools.pairwise(limits)):
        inner = int(size // given["div_value"] ** (number + 1))
        total += size * inner + inner * (end - start)
    return int(total)


def _adaptive_worked(given: Given, outputs: Outputs) -> str:
    limits = [*given["cutoffs"], given["n_classes"]]
    groups = " + ".join(str(end - start) for start, end in itertools.pairwise(limits))
    return (
        f"{limits[0]} common classes, then {groups} rarer ones\nparameters = {_adaptive_parameters(given):,}"
    )


def _adaptive_shapes(given: Given) -> dict[str, Tensor]:
    tensor = given.one()
    return {"output": Tensor(tuple(shape[:1] for shape in tensor.shapes), tensor.dtype),
            "loss": Tensor(((),) * len(tensor.shapes), tensor.dtype)}  # fmt: skip


_MASKS: dict[str, Any] = {"input": (2, 1, 4, 4), "target": (2, 1, 4, 4)}
_PLACES = rank_at_least(3, "a batch of masks (B, C, …)")

LAYERS = (
    _loss(
        "DiceLoss", "dice_loss", "How badly two masks overlap: 0 is perfectly, 1 not at all.",
        "Twice the overlap divided by both areas, taken from 1. Small objects count as much as large ones, which "
        "cross-entropy does not see to. The input must be probabilities: a Sigmoid or Softmax stands before it.",
        "loss = mean(1 − (2 · Σ input · target + eps) / (Σ input + Σ target + eps))",
        ("dice", "segmentation", "overlap", "f1", "medical", "iou", "u-net"),
        INPUT_TARGET, first(_PLACES, same_shape("input", "target")),
        (Example({}, _MASKS), Example({"eps": 0.01}, {"input": (2, 3, 6), "target": (2, 3, 6)})),
        (Param("eps", "float", 1.0, "Keeps empty masks from dividing by zero.", minimum=1e-12, maximum=1e6),),
    ),
    _loss(
        "FocalLoss", "focal_loss", "Binary cross-entropy that looks at the hard cases.",
        "Where a network is already right the loss counts almost nothing, so millions of easy background places do "
        "not drown the few objects. Takes raw scores and targets of 0 and 1. Detectors such as RetinaNet learn with "
        "it.",
        "loss = mean(−α · (1 − p)^γ · ln p), p the probability of the right answer",
        ("focal", "retinanet", "imbalance", "detection", "hard examples", "rare classes"),
        INPUT_TARGET, same_shape("input", "target"),
        (Example({}, {"input": (2, 5), "target": (2, 5)}), Example({"alpha": 0.5, "gamma": 1.0}, _MASKS)),
        (Param("alpha", "float", 0.25, "Weight of the targets that are 1.", minimum=0, maximum=1),
         Param("gamma", "float", 2.0, "How strongly easy cases are weighted down; 0 not at all.", minimum=0,
               maximum=100)),
    ),
    _loss(
        "GIoULoss", "giou_loss", "How badly boxes overlap, with a gradient also where they do not touch.",
        "One minus the overlap of two boxes divided by their union, plus how empty the smallest box around both is: "
        "so boxes that miss each other are still drawn together. Boxes are x1, y1, x2, y2 on the last axis.",
        "loss = mean(1 − overlap/union + (hull − union)/hull)",
        ("iou", "intersection over union", "box regression", "detection", "yolo", "bounding box"),
        INPUT_TARGET, first(same_shape("input", "target"), _four),
        (Example({}, {"input": (2, 5, 4), "target": (2, 5, 4)}), Example({}, {"input": (2, 4), "target": (2, 4)})),
    ),
    _loss(
        "NormalKL", "normal_kl", "How far the codes of a VAE are from the standard normal distribution.",
        "The second half of a variational autoencoder's loss: the encoder's distributions should stay close to N(0, "
        "1), so that codes can be drawn later. Summed over the code, averaged over the batch. Scale and Add join it "
        "with the reconstruction.",
        "loss = mean over the batch of 0.5 · Σ (mean² + exp(log_variance) − 1 − log_variance)",
        ("kullback leibler", "kl divergence", "vae", "variational", "latent", "regularisation", "elbo"),
        (Port("mean", help="The centres of the distributions."),
         Port("log_variance", help="The logarithm of the variances, of the same shape.")),
        first(rank_at_least(2, "a batch of codes (B, …)", "mean"), same_shape("mean", "log_variance")),
        (Example({}, {"mean": (2, 5), "log_variance": (2, 5)}),
         Example({}, {"mean": (2, 3, 4, 4), "log_variance": (2, 3, 4, 4)})),
    ),
    _loss(
        "ContrastiveLoss", "contrastive_loss", "Each vector should be most like its partner among all of the batch.",
        "Two networks look at the same things in two ways: an image and its caption, a picture and the same picture "
        "turned. Vectors of one sample should point the same way, vectors of different samples should not. CLIP and "
        "SimCLR learn without labels with it; large batches help.",
        "loss = cross-entropy of the cosines / temperature, in both directions",
        ("infonce", "nt-xent", "clip", "simclr", "self-supervised", "metric learning", "embedding"),
        (Port("first", help="One vector for each sample."), Port("second", help="Its partner.")),
        first(_embeddings, same_shape("first", "second")),
        (Example({}, {"first": (2, 5), "second": (2, 5)}),
         Example({"temperature": 0.5}, {"first": (2, 3), "second": (2, 3)})),
        (Param("temperature", "float", 0.07, "The smaller, the more the nearest wrong partner counts.", minimum=1e-4,
               maximum=1e3),),
    ),
    LayerType(
        name="AdaptiveLogSoftmaxWithLoss", category=CATEGORY,
        summary="Linear, softmax and loss for very many classes, rare ones cheaply.",
        help=(
            "Language models over hundreds of thousands of words spend most of their time in the softmax. Here the "
            "classes, sorted by how common they are, are cut into groups; a rare group is looked at only when it is "
            "needed, and with fewer features. Gives the log-probability of each target, and the loss."
        ),
        formula="loss = mean(−output),  output = ln p(target)",
        words=("adaptive softmax", "vocabulary", "language model", "large output", "hierarchical softmax", "loss"),
        params=(
            Param("in_features", "int", None, "Size of the input's last axis.", minimum=1, required=True,
                  inferred=axis_size(-1)),
            Param("n_classes", "int", 10_000, "Number of classes.", minimum=2, maximum=100_000_000, required=True),
            Param("cutoffs", "shape", (1000, 5000), "Where the groups end, the common classes first.", minimum=1,
                  maximum=100_000_000, required=True),
            Param("div_value", "float", 4.0, "Each group works with so many times fewer features.", minimum=1,
                  maximum=64),
            Param("head_bias", "bool", False, "Add a learned constant to the scores of the common classes."),
        ),
        inputs=(Port("input"), Port("target", "int", help="The number of the right class.")),
        outputs=(Port("output"), Port("loss")), unpack="{output}, {loss}", module="nn.AdaptiveLogSoftmaxWithLoss",
        check=first(rank_is(2, what="a batch of features (B, features)"),
                    channels_match("in_features", -1, "features"), _one_target, _cutoffs, _clusters_fit),
        # torch looks at which targets are there, which the meta device cannot say
        shapes=_adaptive_shapes, worked=_adaptive_worked, headline=("n_classes",),
        examples=(
            Example({"n_classes": 30, "cutoffs": (5, 20)}, {"input": (2, 16), "target": (2,)}, {"target": "int64"}),
            Example({"n_classes": 6, "cutoffs": (3,), "div_value": 2.0, "head_bias": True},
                    {"input": (2, 5), "target": (2,)}, {"target": "int64"}),
        ),
    ),
)  # fmt: skip
