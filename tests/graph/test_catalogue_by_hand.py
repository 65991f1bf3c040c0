"""Layer types asked by hand: what they say of wrong shapes, what cures it, and the numbers they give."""

from __future__ import annotations

from typing import Any

import pytest
import torch

from graph.asking import Answer
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import Example, Given, LayerType
from graph.shapes import Inference
from graph.tensors import Tensor
from graph.values import BadValue
from tests.graph.truth import Wires

ENDS = ("Input", "Output")
LAYERS = [layer for layer in CATALOGUE.values() if layer.name not in ENDS]
INFERENCE = Inference()

pytestmark = [
    pytest.mark.filterwarnings(
        "ignore:The PyTorch API of nested tensors:UserWarning"
    ),  # nn.Transformer's own
    pytest.mark.filterwarnings("ignore:LSTM with projections is not supported with oneDNN:UserWarning"),
]


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def ask(layer: LayerType, params: dict[str, Any], wires: Wires) -> Answer:
    return INFERENCE.ask(layer, params, wires.symbolic())


def of(name: str, params: dict[str, Any], **shapes: Any) -> Answer:
    """The answer for one layer; shapes by port, a first axis of 2 is the batch."""
    dtypes = {port: shape[0] for port, shape in shapes.items() if isinstance(shape[0], str)}
    plain = {port: shape[1] if port in dtypes else shape for port, shape in shapes.items()}
    return ask(CATALOGUE[name], params, Wires.of(Example({}, plain, dtypes)))


def complaint(name: str, params: dict[str, Any], **shapes: Any) -> Any:
    found = of(name, params, **shapes).complaint
    assert found is not None, f"{name} accepts {params} with {shapes}"
    return found


# --- messages ------------------------------------------------------------------------------------------------


def test_messages_say_who_expected_got() -> None:
    pinned = complaint("Conv2d", {"in_channels": 3}, input=(2, 64, 28, 28))
    assert pinned.text == "expects 3 channels but receives 64 in (B, 64, 28, 28)"
    assert (pinned.expected, pinned.got, pinned.port, pinned.param) == ("3", "64", "input", "in_channels")
    small = complaint("Conv2d", {"kernel_size": 7}, input=(2, 3, 5, 5))
    assert small.text == "needs an image of at least 7 × 7 for a kernel of 7 but receives (B, 3, 5, 5)"
    assert [patch.params for patch in small.patches] == [{"padding": 1}, {"kernel_size": 5}]
    flat = complaint("Conv2d", {}, input=(2, 784))
    assert flat.text == "expects a batch of images (B, C, H, W) but receives 2 axes, (B, 784)"
    wide = complaint("Linear", {"in_features": 9216}, input=(2, 1024))
    assert wide.text == "expects 9216 features but receives 1024 in (B, 1024)"
    heads = complaint("MultiheadAttention", {"num_heads": 5}, query=(2, 7, 16))
    assert heads.text == "has num_heads = 5, which does not divide the 16 features of (B, 7, 16)"
    assert [patch.params for patch in heads.patches] == [{"num_heads": 4}, {"num_heads": 8}]
    gone = complaint("Softmax", {"dim": 4}, input=(2, 3))
    assert gone.text == "has dim = 4, but the axes go from -2 to 1 in (B, 3)"
    uneven = complaint("Add", {}, inputs=[(2, 64, 28, 28), (2, 32, 28, 28)])
    assert uneven.text == "adds tensors of one shape, but its inputs are (B, 64, 28, 28) and (B, 32, 28, 28)"
    kinds = complaint("Embedding", {}, input=(2, 5))
    assert kinds.text == "expects whole numbers (int64) at input but receives decimal numbers, (B, 5)"
    numbers = complaint("Linear", {}, input=("int64", (2, 5)))
    assert numbers.text == "expects decimal numbers at input but receives whole numbers (int64), int64 (B, 5)"
    baked = complaint("Reshape", {"shape": (83, 784)}, input=(2, 1, 28, 28))
    assert (
        baked.text == "cannot arrange 784 values per sample as (83, 784), because it receives (B, 1, 28, 28)"
    )
    assert baked.patches[0].params == {"shape": (-1, 784)}


CURES = [
    ("Conv2d", {"kernel_size": 7}, {"input": (2, 3, 5, 5)}),
    ("Conv2d", {"groups": 5, "out_channels": 12}, {"input": (2, 6, 8, 8)}),
    ("Conv2d", {"padding": 9, "padding_mode": "reflect"}, {"input": (2, 3, 8, 8)}),
    ("Conv3d", {"in_channels": 2}, {"input": (2, 3, 8, 8, 8)}),
    ("ConvTranspose2d", {"output_padding": 3}, {"input": (2, 3, 8, 8)}),
    ("ConvTranspose1d", {"padding": 9, "kernel_size": 1}, {"input": (2, 3, 8)}),
    ("MaxPool2d", {"kernel_size": 2, "padding": 2}, {"input": (2, 3, 8, 8)}),
    ("MaxPool1d", {"kernel_size": 9}, {"input": (2, 3, 8)}),
    ("GroupNorm", {"num_groups": 4}, {"input": (2, 6, 8)}),
    ("LayerNorm", {"normalized_shape": (7,)}, {"input": (2, 6, 8)}),
    ("PReLU", {"num_parameters": 3}, {"input": (2, 6, 8)}),
    ("Hardtanh", {"min_val": 3.0}, {"input": (2, 6)}),
    ("Softmax", {"dim": 4}, {"input": (2, 6)}),
    ("LSTM", {"input_size": 9}, {"input": (2, 7, 4)}),
    ("LSTM", {"proj_size": 64}, {"input": (2, 7, 4)}),
    ("Embedding", {"padding_idx": 1000}, {"input": ("int64", (2, 7))}),
    ("MultiheadAttention", {"num_heads": 3}, {"query": (2, 7, 8)}),
    ("TransformerEncoderLayer", {"nhead": 3}, {"src": (2, 7, 8)}),
    ("Flatten", {"start_dim": 3, "end_dim": 1}, {"input": (2, 3, 4, 5)}),
    ("Unflatten", {"unflattened_size": (5, 4)}, {"input": (2, 24)}),
    ("Reshape", {"shape": (-1, 3, 5)}, {"input": (2, 24)}),
    ("Reshape", {"shape": (64, 24)}, {"input": (2, 24)}),
    ("Permute", {"dims": (0, 1)}, {"input": (2, 3, 4)}),
    ("Unsqueeze", {"dim": 5}, {"input": (2, 3)}),
    ("Select", {"index": 9}, {"input": (2, 3, 4)}),
    ("Slice", {"start": 9}, {"input": (2, 3, 4)}),
    ("Split", {"sizes": (2, 2)}, {"input": (2, 3, 4)}),
    ("Chunk", {"chunks": 4}, {"input": (2, 6, 4)}),
    ("Concat", {"dim": 1}, {"inputs": [(2, 3, 4), (2, 3, 5)]}),
    ("Stack", {"dim": 7}, {"inputs": [(2, 3), (2, 3)]}),
    ("MatMul", {}, {"input": (2, 3, 4), "other": (2, 5, 4)}),
    ("Mean", {"dim": (5,)}, {"input": (2, 3, 4)}),
    ("TopK", {"k": 9}, {"input": (2, 3, 4)}),
    ("Clamp", {}, {"input": (2, 3)}),
    ("Pad", {"pad": (1,)}, {"input": (2, 3)}),
    ("ReflectionPad2d", {"padding": 9}, {"input": (2, 3, 4, 4)}),
    ("Upsample", {}, {"input": (2, 3, 4, 4)}),
    ("Upsample", {"size": (3,), "scale_factor": 2.0}, {"input": (2, 3, 4)}),
    ("Upsample", {"scale_factor": 0.1}, {"input": (2, 3, 4, 4)}),
    ("Upsample", {"scale_factor": 2.0, "mode": "linear"}, {"input": (2, 3, 4, 4)}),
    ("Interpolate", {"size": (3,)}, {"input": (2, 3, 4, 4)}),
    ("PixelShuffle", {"upscale_factor": 3}, {"input": (2, 8, 4, 4)}),
    ("Expand", {"sizes": (-1,)}, {"input": (2, 3)}),
    ("Repeat", {"repeats": (2,)}, {"input": (2, 3)}),
    ("Unbind", {"count": 5}, {"input": (2, 3)}),
    ("IndexSelect", {"indices": (0, 9)}, {"input": (2, 3)}),
    ("Diagonal", {"offset": 9}, {"input": (2, 3, 3)}),
    ("Diff", {"n": 9}, {"input": (2, 3)}),
    ("Maxout", {"pieces": 4}, {"input": (2, 6)}),
    ("LayerScale", {"channels": 3}, {"input": (2, 6)}),
    ("WindowPartition", {"size": 4}, {"input": (2, 6, 6, 3)}),
    ("WindowMerge", {}, {"input": (2, 4, 3), "reference": (2, 2, 2, 3)}),
    ("MaskedConv2d", {"kernel_size": 2}, {"input": (2, 3, 6, 6)}),
    ("WeightStandardConv2d", {"groups": 4, "out_channels": 12}, {"input": (2, 6, 6, 6)}),
    ("FractionalMaxPool2d", {}, {"input": (2, 3, 6, 6)}),
    ("BlurPool2d", {"kernel_size": 9}, {"input": (2, 3, 4, 4)}),
    ("SpatialPyramidPool", {"levels": ()}, {"input": (2, 3, 4, 4)}),
    ("ResizeLike", {"mode": "linear"}, {"input": (2, 3, 4, 4), "reference": (2, 3, 8, 8)}),
    ("Spectrogram", {}, {"input": (2, 60)}),
    ("RadialBasis", {"in_features": 3}, {"input": (2, 6)}),
    ("VectorQuantizer", {"dim": 3}, {"input": (2, 6)}),
    ("AdaptiveLogSoftmaxWithLoss", {"cutoffs": (50, 20)}, {"input": (2, 16), "target": ("int64", (2,))}),
    ("AdaptiveLogSoftmaxWithLoss", {"div_value": 64.0}, {"input": (2, 16), "target": ("int64", (2,))}),
]


@pytest.mark.parametrize(
    ("name", "params", "shapes"), CURES, ids=lambda value: value if isinstance(value, str) else ""
)
def test_a_patch_cures(name: str, params: dict[str, Any], shapes: dict[str, Any]) -> None:
    found = complaint(name, params, **shapes)
    assert found.patches, found.text
    assert any(of(name, {**params, **patch.params}, **shapes).complaint is None for patch in found.patches), (
        found
    )


def test_einsum_names_the_letter() -> None:
    def said(equation: str, *shapes: tuple[int, ...]) -> str:
        return str(complaint("Einsum", {"equation": equation}, inputs=list(shapes)).text)

    assert said("bij,bjk->bik", (2, 3, 4), (2, 5, 6)) == (
        "uses the letter j for 4 of (B, 3, 4) and for 5 of (B, 5, 6)"
    )
    assert said("bij->bi", (2, 3)) == "names 3 axes of input 1 (bij), which is (B, 3)"
    assert said("bi,bi->b", (2, 3)) == (
        "has the equation bi,bi->b, which is for 2 inputs, but receives 1: (B, 3)"
    )
    assert said("bi->bz", (2, 3)) == "has the letter z in its result, but in none of the inputs (B, 3)"
    assert said("bi->bb", (2, 3)).startswith("has the letter b twice in its result")
    assert said("bii->b", (2, 3, 4)) == "uses the letter i for 3 of (B, 3, 4) and for 4 of (B, 3, 4)"
    with pytest.raises(BadValue, match="equation must be an equation such as"):
        CATALOGUE["Einsum"].validated({"equation": "bij;bjk"})


def test_losses_say_what_does_not_fit() -> None:
    scores = complaint("CrossEntropyLoss", {}, input=(2, 7, 5), target=("int64", (2, 7)))
    assert scores.text == (
        "expects class numbers, one for each sample and place, but scores and target are (B, 7, 5) and "
        "int64 (B, 7); the classes must be axis 1, which a Transpose before input brings there"
    )
    shapes = complaint("MSELoss", {}, input=(2, 1), target=(2,))
    assert shapes.text == (
        "compares input and target value by value, so they need one shape, but they are (B, 1) and (B,)"
    )
    assert shapes.port == "target"


def test_refuses_what_meta_would_take() -> None:
    """EVIDENCE B.1: what torch's meta device accepts although the CPU does not."""
    for n in (1, 2, 3):
        complaint(f"ConvTranspose{n}d", {"in_channels": 3}, input=(2, 5, 6, 7, 8)[: n + 2])
    complaint("Softmax", {"dim": 2}, input=(2, 3))
    complaint("Upsample", {"scale_factor": 0.01}, input=(2, 3, 4, 4))
    complaint("AdaptiveAvgPool2d", {}, input=(2, 8))


def test_warns_of_what_torch_does_in_silence() -> None:
    def caution(name: str, params: dict[str, Any], **shapes: Any) -> str:
        answer = of(name, params, **shapes)
        assert answer.complaint is None
        return answer.caution.text if answer.caution else ""

    assert caution("Add", {}, inputs=[(2, 64, 28, 28), (2, 1, 28, 28)]) == (
        "stretches (B, 1, 28, 28) over (B, 64, 28, 28), because their shapes differ"
    )
    assert not caution("Add", {}, inputs=[(2, 64, 28, 28), (2, 64, 28, 28)])
    assert not caution("Multiply", {}, inputs=[(2, 64, 28, 28), (2, 64, 1, 1)])
    assert "pairs every sample" in caution("Subtract", {}, input=(2, 1), other=(2,))
    assert "axis of size 1" in caution("Softmax", {}, input=(2, 10, 1, 1))
    assert "samples of a batch" in caution("Softmax", {"dim": 0}, input=(2, 10))
    assert "mixes the samples" in caution("Reshape", {"shape": (-1, 7)}, input=(2, 14))
    assert "mixes the samples" in caution("Flatten", {"start_dim": 0}, input=(2, 14, 3))
    assert "batch" in caution("Permute", {"dims": (1, 0)}, input=(2, 14))
    assert "batch" in caution("Transpose", {"dim0": 0, "dim1": 1}, input=(2, 14))
    assert "batch" in caution("Concat", {"dim": 0}, inputs=[(2, 3), (2, 3)])
    assert "batch" in caution("Mean", {"dim": (0,)}, input=(2, 3))
    assert "leaves (B, 3) as it is" in caution("Squeeze", {"dim": 1}, input=(2, 3))
    assert "only one layer" in caution("LSTM", {"dropout": 0.5}, input=(2, 5, 4))


# --- numbers -------------------------------------------------------------------------------------------------


def test_macs_by_hand() -> None:
    assert of("Linear", {"out_features": 5}, input=(2, 8)).macs == 40
    assert of("Linear", {"out_features": 5}, input=(2, 7, 8)).macs == 280
    # 28·28 places · 32 filters · 3·3·1 products
    assert of("Conv2d", {"out_channels": 32, "padding": 1}, input=(2, 1, 28, 28)).macs == 28 * 28 * 32 * 9
    # depthwise: each of the 16 channels has a single 3 × 3 filter
    assert (
        of("Conv2d", {"out_channels": 16, "groups": 16, "padding": 1}, input=(2, 16, 8, 8)).macs
        == 64 * 16 * 9
    )
    # transposed: each of 5·5·3 input values paints 4·4·6 cells
    transposed = {"out_channels": 6, "kernel_size": 4, "stride": 2, "padding": 1}
    assert of("ConvTranspose2d", transposed, input=(2, 3, 5, 5)).macs == 75 * 96
    # 7 steps · 4 gates · 5 · (3 + 5)
    assert of("LSTM", {"hidden_size": 5}, input=(2, 7, 3)).macs == 7 * 4 * 5 * 8
    assert of("GRU", {"hidden_size": 5, "bidirectional": True}, input=(2, 7, 3)).macs == 2 * 7 * 3 * 5 * 8
    # four projections of 5 places of 8 · 8, and twice 5 · 5 · 8 for scores and mixing
    assert of("MultiheadAttention", {"num_heads": 2}, query=(2, 5, 8)).macs == 4 * 5 * 64 + 2 * 5 * 5 * 8
    assert of("MatMul", {}, input=(2, 3, 4), other=(2, 4, 5)).macs == 60


def test_parameters_by_hand() -> None:
    assert of("Conv2d", {"out_channels": 32, "padding": 1}, input=(2, 1, 28, 28)).parameters == 320
    assert of("Linear", {"out_features": 10}, input=(2, 3136)).parameters == 31_370
    assert of("LSTM", {"hidden_size": 64}, input=(2, 30, 4)).parameters == 17_985 - 65
    assert of("LSTM", {"hidden_size": 64, "bidirectional": True}, input=(2, 30, 4)).parameters == 35_969 - 129
    assert (
        of("Embedding", {"num_embeddings": 30, "embedding_dim": 8}, input=("int64", (2, 5))).parameters == 240
    )


def test_windows_give_receptive_fields() -> None:
    def window(name: str, params: dict[str, Any], shape: tuple[int, ...]) -> Any:
        return of(name, params, input=shape).window

    assert window("Conv2d", {"kernel_size": 3, "stride": 2, "dilation": 2}, (2, 3, 9, 9)) == (3, 2, 2)
    assert window("MaxPool2d", {"kernel_size": 2}, (2, 3, 8, 8)) == (2, 2, 1)
    assert window("AvgPool1d", {"kernel_size": 3, "stride": 1}, (2, 3, 8)) == (3, 1, 1)
    assert window("Conv2d", {"kernel_size": (1, 5)}, (2, 3, 8, 8)) == (5, 1, 1)
    assert window("ReLU", {}, (2, 3)) is None


def test_changing_lengths_stay_symbolic() -> None:
    def sequence(*sizes: int | str) -> Tensor:
        corners = [(83, 61), (89, 61), (83, 67), (89, 67)]
        table = [{"B": batch, "T": length} for batch, length in corners]
        return Tensor(tuple(tuple(corner.get(size, size) for size in sizes) for corner in table))  # type: ignore[arg-type, misc]

    def shown(name: str, params: dict[str, Any], *sizes: int | str) -> str:
        answer = INFERENCE.ask(CATALOGUE[name], params, {CATALOGUE[name].inputs[0].name: (sequence(*sizes),)})
        assert answer.complaint is None, answer.complaint
        return next(iter(answer.outputs.values())).text

    assert shown("LSTM", {"hidden_size": 5}, "B", "T", 4) == "(B, T, 5)"
    assert shown("Select", {}, "B", "T", 4) == "(B, 4)"
    assert shown("Conv1d", {"out_channels": 6, "padding": 1}, "B", 4, "T") == "(B, 6, T)"
    assert shown("MaxPool1d", {"kernel_size": 2}, "B", 4, "T") == "(B, 4, ⌊(T-1)/2⌋)"
    assert shown("AdaptiveAvgPool1d", {"output_size": 3}, "B", 4, "T") == "(B, 4, 3)"
    assert shown("Transpose", {}, "B", "T", 4) == "(B, 4, T)"
    assert shown("MultiheadAttention", {"num_heads": 2}, "B", "T", 4) == "(B, T, 4)"
    assert (
        shown("TransformerEncoder", {"num_layers": 1, "nhead": 2, "causal": True}, "B", "T", 4) == "(B, T, 4)"
    )
    assert shown("Mean", {"dim": (1,)}, "B", "T", 4) == "(B, 4)"


def test_worked_examples() -> None:
    def worked(name: str, params: dict[str, Any], shape: tuple[int, ...]) -> str:
        layer, wires = CATALOGUE[name], Wires.of(Example({}, {"input": shape}))
        answer = ask(layer, params, wires)
        assert layer.worked is not None
        return layer.worked(Given(answer.values, wires.symbolic()), answer.outputs)

    assert worked("Conv2d", {"out_channels": 32, "padding": 1}, (2, 1, 28, 28)).splitlines() == [
        "height = ⌊(28 + 2·1 − 1·(3 − 1) − 1)/1⌋ + 1 = 28",
        "width = ⌊(28 + 2·1 − 1·(3 − 1) − 1)/1⌋ + 1 = 28",
        "parameters = (3·3·1)·32 + 32 = 320",
    ]
    assert worked("Linear", {"out_features": 10}, (2, 3136)) == "parameters = 3136 · 10 + 10 = 31,370"
    assert worked("Flatten", {}, (2, 64, 7, 7)) == "64 · 7 · 7 = 3136"
    assert worked("ConvTranspose2d", {"out_channels": 1, "kernel_size": 4, "stride": 2, "padding": 1}, (2, 8, 7, 7)) \
        .startswith("height = (7 − 1)·2 − 2·1 + 1·(4 − 1) + 0 + 1 = 14")  # fmt: skip


def test_initial_parameters_work_on_a_usual_input() -> None:
    """What is dropped from the palette onto a fitting wire gives a shape, or a problem with a way out."""
    for layer in LAYERS:
        example = layer.examples[0]
        answer = ask(layer, dict(layer.initial), Wires.of(example))
        needs_a_number = {"Unflatten", "Reshape", "Split", "Expand", "Fold"}
        found = answer.complaint
        assert found is None or layer.name in needs_a_number or found.patches, f"{layer.name} {found}"
