"""Random configurations of every layer type, against torch itself on the CPU.

The shape checker may neither accept what torch refuses, nor refuse what torch accepts, nor give another
shape. Where it refuses on purpose, ``on_purpose`` says why. ``TORCHLOOM_FUZZ`` sets the number of
configurations per type (20 by default), ``TORCHLOOM_FUZZ_SEED`` another start.
"""

from __future__ import annotations

import os
import warnings
from random import Random
from typing import Any

import pytest
import torch

from graph.asking import Answer
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Given, LayerType
from graph.shapes import Inference
from graph.tensors import PROBE_SIZES, Tensor
from tests.graph import cases_sequences, cases_tensors  # noqa: F401  (add their makers to those of cases)
from tests.graph.cases import Case, case
from tests.graph.truth import Shape, predicted, run

COUNT = int(os.environ.get("TORCHLOOM_FUZZ", "20"))
SEED = os.environ.get("TORCHLOOM_FUZZ_SEED", "0")
SMALL = (3, 4)
PROBED = PROBE_SIZES["B"]
LAYERS = [layer for layer in CATALOGUE.values() if layer.inputs and layer.name != "Output"]
INFERENCE = Inference()

OURS = ("LastStep", "LearnedPositions", "PatchEmbedding", "TiedLinear")
"""Layers that torch has not, beside those that bring support code."""

UNBATCHED = ("a batch of", "a batch with", "one step", "columns of", "(B, C)", "at least 2 axes")


def on_purpose(layer: LayerType, answer: Answer, trial: Case) -> str | None:
    """Why the checker refuses what torch would take, or ``None`` if there is no good reason."""
    complaint = answer.complaint
    assert complaint is not None
    expected, text = complaint.expected, complaint.text
    if expected.startswith(UNBATCHED) and text.startswith("expects"):
        return "torch reads the batch of such an input as channels or features of a single sample"
    if expected.startswith("a fixed") or text.startswith(
        ("needs a fixed", "needs a last axis", "cannot tell")
    ):
        return "a layer's size cannot be the batch's"
    if text.startswith(("expects decimal numbers at", "expects whole numbers")):
        return "torch computes some functions on integers, but a network hardly ever means to"
    if layer.category == "Normalisation" and complaint.param in ("num_features", "num_channels"):
        return "torch does not look at the number of channels when there is nothing to learn or to remember"
    if (
        layer.name == "Pad"
        and text.startswith("has pad =")
        and trial.params.get("mode", "constant") != "constant"
    ):
        return "torch reads the batch of such an input as channels of a single sample"
    if layer.name == "ScaledDotProductAttention" and text.startswith("expects as many values as keys"):
        return "one of torch's kernels does not compare the number of keys and values"
    if (
        layer.name == "ScaledDotProductAttention"
        and len(trial.wires.shapes.get("attn_mask", [(1, 1)])[0]) == 1
    ):
        return "only some of torch's kernels take a mask of one axis"
    if text.startswith("is causal, which is a mask of its own"):
        return "of two masks only one would be used"
    if layer.support or layer.name in OURS:
        return (
            "torch has no such layer: its parts would compute something, but not what the layer says it does"
        )
    if layer.name == "CTCLoss" and text.startswith("expects padded targets"):
        return "torch also takes the targets of all samples one behind the other, which is no batch"
    if layer.name == "AdaptiveLogSoftmaxWithLoss" and "leaves none" in text:
        return "torch makes groups without features, which cannot tell their classes apart"
    if layer.category == "Losses" and (
        "so they need one shape" in text or "one target for each pair" in text
    ):
        return "torch stretches a target over the predictions, which is hardly ever meant"
    if text.startswith("expects a log-variance"):
        return "only in training does the variance count"
    if "one for each sequence" in text:
        return "torch packs as many sequences as there are lengths and leaves the others out"
    if text.startswith("needs both states or none"):
        return "a single state would be left out"
    return None


def truth(
    layer: LayerType, answer: Answer, trial: Case, batches: tuple[int, ...]
) -> list[dict[str, Shape]] | None:
    """Output shapes of real runs with these batch sizes; ``None`` when torch refuses or gives nothing."""
    values = dict(answer.values)
    found = []
    for batch in batches:
        for param in layer.params:
            if param.inferred is not None and values.get(param.name) is None:
                tensors = {
                    port: tuple(Tensor((shape,)) for shape in shapes)
                    for port, shapes in trial.wires.at(batch).items()
                }
                values[param.name] = param.inferred(Given(values, tensors))
        try:
            _, _, outputs = run(layer, values, trial.wires, batch)
        except (RuntimeError, ValueError, TypeError, IndexError, AssertionError, NotImplementedError):
            return None
        shapes = {port: tuple(value.shape) for port, value in outputs.items()}
        if any(0 in shape for shape in shapes.values()):
            return None
        found.append(shapes)
    return found


def verdict(layer: LayerType, trial: Case) -> str:
    """``ok``, ``refused``, or what is wrong."""
    inputs: dict[str, Any] = trial.wires.symbolic()
    answer = INFERENCE.ask(layer, trial.params, inputs)
    # what takes a part of the batch, which is warned of, is promised only for batches that are large enough
    part = answer.complaint is not None and "which has B in" in answer.complaint.text
    batches = PROBED if part or (answer.caution is not None and answer.caution.port) else SMALL
    real = truth(layer, answer, trial, batches)
    if answer.complaint is not None:
        if real is None or on_purpose(layer, answer, trial) is not None:
            return "refused"
        return f"FALSE REJECTION {layer.name} {trial}: {answer.complaint.text}"
    if real is None:
        return f"FALSE ACCEPTANCE {layer.name} {trial}: {answer.outputs}"
    for batch, shapes in zip(batches, real, strict=True):
        if predicted(answer, batch) != shapes:
            return f"WRONG SHAPE {layer.name} {trial}: {predicted(answer, batch)}, but torch gives {shapes}"
    return "ok"


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.name)
def test_agrees_with_torch(layer: LayerType) -> None:
    torch.set_num_threads(1)
    random = Random(f"{SEED}/{layer.name}")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        verdicts = [verdict(layer, case(random, layer)) for _ in range(COUNT)]
    wrong = [text for text in verdicts if text not in ("ok", "refused")]
    assert not wrong, "\n".join(wrong[:5])
    assert verdicts.count("ok") * 8 >= COUNT, f"only {verdicts.count('ok')} of {COUNT} were valid"
