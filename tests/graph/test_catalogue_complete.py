"""Every class of torch.nn and every function a network needs is there, or it is said why not."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from graph.building import build_call, build_module, take_apart
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Example, LayerType
from graph.shapes import Inference
from tests.graph.truth import Wires, run

INFERENCE = Inference()

_BASE = "a base class: it computes nothing by itself"
_CONTAINER = "a container: blocks, chains and ×N are containers here"
_LAZY = "its effect is what every size left on auto does: it follows from the input"
_PARALLEL = "spreads work over several machines or devices; it is no layer"

ABSENT = {
    "Module": _BASE, "RNNBase": _BASE, "RNNCellBase": _BASE, "Container": _BASE,
    **dict.fromkeys(("Sequential", "ModuleList", "ModuleDict", "ParameterList", "ParameterDict"), _CONTAINER),
    **dict.fromkeys((name for name in dir(nn) if name.startswith("Lazy")), _LAZY),
    "UninitializedParameter": "what lazy classes hold before they know their size",
    "UninitializedBuffer": "what lazy classes hold before they know their size",
    "DataParallel": _PARALLEL,
    "SyncBatchNorm": _PARALLEL,
    "CrossMapLRN2d": "the Caffe2 twin of LocalResponseNorm, not documented by torch",
    "NLLLoss2d": "the old name of NLLLoss, which torch is taking away",
    "UpsamplingBilinear2d": "Upsample with mode bilinear and align_corners; torch advises against the class",
    "UpsamplingNearest2d": "Upsample with mode nearest; torch advises against the class",
    "TripletMarginWithDistanceLoss": "takes a function; TripletMarginLoss knows the usual distances",
    "LinearCrossEntropyOptions": "options of LinearCrossEntropyLoss that do not change its result",
}  # fmt: skip
"""Classes of torch.nn that are no layer type, and why."""


def test_every_class_of_torch_nn_is_a_layer_or_was_judged() -> None:
    """Fails when a new torch brings a class that nobody has looked at."""
    classes = {name for name in dir(nn) if isinstance(getattr(nn, name), type)}
    ours = {(layer.module or "").removeprefix("nn.") for layer in CATALOGUE.values()}
    assert not classes - ours - ABSENT.keys(), "neither in the catalogue nor judged"
    assert not ABSENT.keys() & ours, "judged absent, but there"
    assert not ABSENT.keys() - classes, "judged, but not in this torch"


def test_there_are_well_over_two_hundred() -> None:
    assert len(CATALOGUE) >= 280
    with_torch = [layer for layer in CATALOGUE.values() if (layer.module or "").startswith("nn.")]
    assert len(with_torch) >= 130


OPERATIONS = (
    "add", "sub", "mul", "div", "matmul", "einsum", "expand", "repeat", "repeat_interleave", "roll", "flip",
    "gather", "index_select", "where", "clamp", "norm", "normalize", "cumsum", "cumprod", "argmax", "argmin",
    "topk", "sort", "argsort", "one_hot", "eq", "ne", "gt", "ge", "lt", "le", "logical_and", "logical_or",
    "logical_not", "logical_xor", "masked_fill", "triu", "tril", "cdist", "outer", "chunk", "unbind", "split",
    "unflatten", "movedim", "squeeze", "unsqueeze", "permute", "transpose", "reshape", "flatten", "float",
    "long", "detach", "rsqrt", "pow", "sqrt", "exp", "log", "log1p", "expm1", "abs", "sin", "cos", "tan",
    "maximum", "minimum", "std", "var", "mean", "sum", "prod", "amax", "amin", "logsumexp", "median",
    "quantile", "lerp", "dot", "diagonal", "diag_embed", "interpolate", "affine_grid", "grid_sample", "cat",
    "stack", "pad", "scatter_add", "logcumsumexp", "cummax", "diff", "erf", "floor", "ceil", "round",
    "remainder", "floor_divide", "sign", "reciprocal", "square", "neg", "rot90", "logaddexp", "atan2", "cross",
    "isnan", "nan_to_num", "any", "all", "count_nonzero", "scaled_dot_product_attention", "scale", "linear",
)  # fmt: skip
"""Functions of torch that a student or an import may meet."""

TYPE_OF = {
    "add": "Add", "sub": "Subtract", "mul": "Multiply", "div": "Divide", "normalize": "Normalize", "eq": "Equal",
    "ne": "NotEqual", "gt": "Greater", "ge": "GreaterEqual", "lt": "Less", "le": "LessEqual", "float": "Cast",
    "long": "Cast", "pow": "Power", "amax": "Max", "amin": "Min", "dot": "DotProduct", "cat": "Concat", "neg": "Negate",
    "linear": "Linear",
}  # fmt: skip


@pytest.mark.parametrize("name", OPERATIONS)
def test_operation_is_there(name: str) -> None:
    plain = {type_name.lower(): type_name for type_name in CATALOGUE}
    assert TYPE_OF.get(name) in CATALOGUE or name.replace("_", "") in plain, name


# --- multiply-accumulates --------------------------------------------------------------------------------------

NOT_COUNTED = {
    "Bilinear": "torch's counter does not know its kernel",
    "LSTM": "torch's counter does not look into recurrent kernels",
    "GRU": "torch's counter does not look into recurrent kernels",
    "RNN": "torch's counter does not look into recurrent kernels",
}
ONLY_THEIRS = {
    "ContrastiveLoss": "every sample with every other: not a number for one sample",
    "Cdist": "distances; torch computes large ones as a product of matrices",
    "VectorQuantizer": "distances; torch computes large ones as a product of matrices",
    "AdaptiveLogSoftmaxWithLoss": "depends on which classes the targets are",
}


def flops(layer: LayerType, example: Example) -> tuple[int, int]:
    """(ours · 2, torch's) for a batch of 7."""
    wires, batch = Wires.of(example), 7
    answer = INFERENCE.ask(layer, dict(example.params), wires.symbolic())
    assert answer.complaint is None, answer.complaint
    fast = torch.backends.mha.get_fastpath_enabled()
    torch.backends.mha.set_fastpath_enabled(False)  # the counter does not see inside the fast path
    try:
        with FlopCounterMode(display=False) as counter:
            run(layer, answer.values, wires, batch)
    finally:
        torch.backends.mha.set_fastpath_enabled(fast)
    return answer.macs * 2 * batch, counter.get_total_flops()


@pytest.mark.filterwarnings("ignore")
def test_macs_are_half_of_what_torchs_counter_says() -> None:
    """Over the whole catalogue: whoever multiplies and adds says so, and nobody else."""
    torch.set_num_threads(1)
    wrong = []
    for layer in CATALOGUE.values():
        if not layer.inputs or layer.name in ("Output", *NOT_COUNTED, *ONLY_THEIRS):
            continue
        for number, example in enumerate(layer.examples):
            if example.params.get("add_bias_kv") or example.params.get("add_zero_attn"):
                continue  # one key more, which we leave out of the count
            ours, theirs = flops(layer, example)
            if ours != theirs:
                wrong.append(f"{layer.name} {number}: {ours} instead of {theirs}")
    assert not wrong, "\n".join(wrong)


# --- devices ---------------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
def test_everything_stays_on_the_device_of_its_input() -> None:
    """No layer makes a tensor on the CPU while its input is elsewhere: meta stands for a graphics card here."""
    wrong = []
    for layer in CATALOGUE.values():
        if not layer.inputs or layer.name == "Output" or layer.shapes is not None:
            continue
        for number, example in enumerate(layer.examples):
            if example.params.get("momentum", 0) is None:
                continue  # batch norm counts its batches, which meta cannot
            wires = Wires.of(example)
            answer = INFERENCE.ask(layer, dict(example.params), wires.symbolic())
            module = build_module(layer, answer.values)
            if module is not None:
                module = module.to("meta")
            shapes = wires.at(3)
            tensors = [
                torch.empty(
                    shape, dtype=getattr(torch, wires.dtypes.get(port.name, "float32")), device="meta"
                )
                for port in layer.inputs
                for shape in shapes.get(port.name, [])
            ]
            call = build_call(layer, answer.values, {port: len(found) for port, found in shapes.items()})
            try:
                results = take_apart(layer, answer.values, call(module, *tensors))
            except (RuntimeError, NotImplementedError) as error:
                wrong.append(f"{layer.name} {number}: {error}"[:200])
                continue
            wrong += [
                f"{layer.name} {number}: {port}"
                for port, value in results.items()
                if value.device.type != "meta"
            ]
    assert not wrong, "\n".join(wrong)
