"""Sequences as drawn and generated: padding, lengths, masks, positions, tied weights, against torch itself."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from graph.build import GraphBuilder, project
from graph.building import build_call, build_module
from graph.catalogue import CATALOGUE
from graph.code import generate, load_module, walk
from graph.shapes import Inference
from graph.support import load

INFERENCE = Inference()


@pytest.fixture(autouse=True, scope="module")
def _one_thread() -> None:
    torch.set_num_threads(1)


def made(g: GraphBuilder, folder: Path) -> Any:
    """The generated module of a network without problems, and its text."""
    drawn = project(g.graph.name, g)
    shapes = INFERENCE.run(drawn)
    assert not shapes.errors, [problem.text for problem in shapes.errors]
    source = generate(drawn, shapes, drawn.main.id)
    (folder / "model.py").write_text(source.text)
    torch.manual_seed(0)
    return load_module(folder / "model.py", source.class_name)(), source.text


def complaints(g: GraphBuilder) -> list[str]:
    return [problem.text for problem in INFERENCE.run(project(g.graph.name, g)).problems]


# --- recurrent layers that get lengths ------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["RNN", "LSTM", "GRU"])
@pytest.mark.parametrize(("layers", "both"), [(1, False), (2, True)])
def test_padded_steps_change_nothing(kind: str, layers: int, both: bool, tmp_path: Path) -> None:
    """With lengths every sequence gives what it gives alone, whatever stands in the padding."""
    g = GraphBuilder("Packed")
    x = g.input("x", shape=(-1, 3))
    lengths = g.input("lengths", shape=(), dtype="int64")
    rnn = g.add(kind, x, name="rnn", hidden_size=5, num_layers=layers, bidirectional=both, lengths=lengths)
    output, *states = rnn
    g.output(output)
    for wire in states:  # the batch comes first in what a network gives
        g.output(g.add("Transpose", wire, dim0=0, dim1=1))
    model, text = made(g, tmp_path)
    assert "run_packed(self.rnn, " in text
    sizes = (4, 7, 1)
    x = torch.randn(3, 7, 3)
    for row, size in enumerate(sizes):
        x[row, size:] = -1000.0
    output, *states = model(x, torch.tensor(sizes))
    for row, size in enumerate(sizes):
        alone, ends = model.rnn(x[row : row + 1, :size])
        torch.testing.assert_close(output[row : row + 1, :size], alone)
        assert (output[row, size:] == 0).all()
        for end, state in zip(ends if kind == "LSTM" else [ends], states, strict=True):
            torch.testing.assert_close(state[row], end[:, 0])
    output.sum().backward()
    assert all(weight.grad is not None for weight in model.parameters())


def test_lengths_with_a_starting_state_and_time_first(tmp_path: Path) -> None:
    g = GraphBuilder("Continued")
    x = g.input("x", shape=(6, 3))
    lengths = g.input("lengths", shape=(), dtype="int64")
    turned = g.add("Transpose", x, dim0=0, dim1=1)
    _, h_n = g.add("GRU", turned, name="first", hidden_size=4, batch_first=False)
    out, _ = g.add("GRU", turned, h_0=h_n, lengths=lengths, name="second", hidden_size=4, batch_first=False)
    g.output(g.add("Transpose", out, dim0=0, dim1=1))
    model, _ = made(g, tmp_path)
    x = torch.rand(2, 6, 3)
    out = model(x, torch.tensor([6, 4]))
    _, state = model.first(x.transpose(0, 1))
    alone, _ = model.second(x[1:, :4].transpose(0, 1), state[:, 1:].contiguous())
    torch.testing.assert_close(out[1, :4], alone[:, 0])
    assert (out[1, 4:] == 0).all()


def test_lengths_must_fit() -> None:
    g = GraphBuilder("Wrong")
    x = g.input("x", shape=(6, 3))
    lengths = g.add("Lengths", g.add("Argmax", x, dim=2))
    g.output(g.add("GRU", x, lengths=g.add("Unsqueeze", lengths, dim=1), name="gru"))
    assert complaints(g) == [
        "GRU “gru” expects lengths of (B,), one for each sequence, but receives int64 (B, 1), from "
        "“unsqueeze1”."
    ]


# --- what is made of tokens -----------------------------------------------------------------------------


def tokens() -> torch.Tensor:
    return torch.tensor([[5, 3, 2, 0, 0], [4, 1, 1, 2, 6]])


def of(name: str, *inputs: torch.Tensor, **params: Any) -> Any:
    """A layer of the catalogue run for real."""
    layer = CATALOGUE[name]
    ports = [port.name for port in layer.inputs][: len(inputs)]
    values = layer.validated(params)
    call = build_call(layer, values, dict.fromkeys(ports, 1))
    return call(build_module(layer, values), *inputs)


def test_lengths_and_masks() -> None:
    words = tokens()
    assert of("Lengths", words).tolist() == [3, 5]
    padding = torch.tensor([[False] * 3 + [True] * 2, [False] * 5])
    assert torch.equal(of("PaddingMask", words), padding)
    assert torch.equal(of("LengthMask", words, torch.tensor([3, 5])), padding)
    hidden = torch.ones(5, 5, dtype=torch.bool).triu(1)
    assert torch.equal(of("CausalMask", words, dtype="bool"), hidden)
    assert torch.equal(of("CausalMask", words), torch.zeros(5, 5).masked_fill(hidden, -torch.inf))
    x = torch.arange(20.0).view(2, 5, 2)
    assert of("MaskedMean", x, padding).tolist() == [[2.0, 3.0], [14.0, 15.0]]
    nothing = torch.full((1, 5, 2), torch.nan)
    assert of("MaskedMean", nothing, torch.ones(1, 5, dtype=torch.bool)).tolist() == [[0.0, 0.0]]
    assert of("LastStep", x, torch.tensor([3, 5])).tolist() == [[4.0, 5.0], [18.0, 19.0]]
    assert torch.equal(of("LastStep", x), x[:, -1])
    assert of("ShiftTokens", words, start_idx=9).tolist() == [[9, 5, 3, 2, 0], [9, 4, 1, 1, 2]]


def test_masks_say_the_same_in_every_attention(tmp_path: Path) -> None:
    """Both kinds of causal mask, the switch, and masks beside a padding mask; torch warns of none of them."""
    g = GraphBuilder("Masks")
    words = g.input("words", shape=(-1,), dtype="int64")
    x = g.add("Embedding", words, num_embeddings=7, embedding_dim=8)
    padding = g.add("PaddingMask", words)
    adding = g.add("CausalMask", x)
    hiding = g.add("CausalMask", words, dtype="bool")
    first = g.add("MultiheadAttention", x, name="attention", num_heads=2, causal=True)
    for mask in (adding, hiding):
        g.output(g.again(first, x), name=f"out{len(g.graph.outputs)}")
        node = g.graph.nodes[g.graph.edges_into(g.graph.outputs[-1].id)[0].source]
        node.params["causal"] = False
        g._wire(type(first)(node, ["output"]), [], {"attn_mask": mask}, {"attn_mask": False})
    g.output(first, name="out")
    g.output(g.add("MultiheadAttention", x, name="a", num_heads=2, causal=True, key_padding_mask=padding))
    g.output(g.add("TransformerEncoderLayer", x, name="e", nhead=2, dropout=0.0, dim_feedforward=8, causal=True,
                   src_key_padding_mask=padding))  # fmt: skip
    g.output(g.add("TransformerDecoderLayer", x, x, name="d", nhead=2, dim_feedforward=8, causal=True,
                   tgt_key_padding_mask=padding, memory_key_padding_mask=padding))  # fmt: skip
    model, _ = made(g, tmp_path)
    one, two, three, *_ = model(tokens())
    torch.testing.assert_close(one, two)
    torch.testing.assert_close(one, three)


def test_rotary_positions_know_only_distances() -> None:
    """The product of a turned query and a turned key depends on how far apart they are, and lengths stay."""
    rotate = load(("rotate_positions",))["rotate_positions"]
    query, key = torch.randn(8, dtype=torch.float64), torch.randn(8, dtype=torch.float64)
    scores = rotate(query.expand(1, 12, 8)) @ rotate(key.expand(1, 12, 8)).transpose(1, 2)
    for apart in (-5, 0, 3):
        line = scores[0].diagonal(apart)
        torch.testing.assert_close(line, line[:1].expand_as(line), rtol=1e-5, atol=1e-5)
    torch.testing.assert_close(rotate(query.expand(1, 12, 8)).norm(dim=-1), query.norm().expand(1, 12))
    first = rotate(torch.tensor([[1.0, 0.0], [1.0, 0.0]]))
    torch.testing.assert_close(first, torch.tensor([[1.0, 0.0], [math.cos(1), math.sin(1)]]))


def test_relative_positions_are_torchvisions() -> None:
    swin = pytest.importorskip("torchvision.models.swin_transformer")
    theirs = swin.ShiftedWindowAttention(8, [3, 3], [0, 0], 2)
    ours = load(("relative_position_bias",))["RelativePositionBias"](3, 2)
    assert torch.equal(ours.relative_position_index, theirs.relative_position_index)
    ours.load_state_dict({name: value for name, value in theirs.state_dict().items() if "relative" in name})
    scores = torch.randn(4, 2, 9, 9)
    assert torch.equal(ours(scores), scores + theirs.get_relative_position_bias())


def test_sinusoidal_positions_by_hand() -> None:
    added = of("SinusoidalPositions", torch.zeros(1, 3, 4), dim=4)
    by_hand = [[f(t / 10000 ** (2 * i / 4)) for i in (0, 1) for f in (math.sin, math.cos)] for t in range(3)]
    torch.testing.assert_close(added[0], torch.tensor(by_hand))


# --- a ViT's front and a tied language model --------------------------------------------------------------


def test_patches_class_token_and_learned_positions_are_torchvisions(tmp_path: Path) -> None:
    vision = pytest.importorskip("torchvision.models.vision_transformer")
    theirs = vision.VisionTransformer(8, 4, 1, 2, 12, 24, num_classes=3).eval()
    g = GraphBuilder("Front")
    x = g.add("PatchEmbedding", g.input("x", shape=(3, 8, 8)), name="conv_proj", embed_dim=12, patch_size=4)
    x = g.add("LearnedPositions", g.add("ClassToken", x, name="class_token"), name="pos_embedding", max_len=5)
    x = g.add("TransformerEncoder", x, name="layers", num_layers=1, nhead=2, dim_feedforward=24,
              activation="gelu", norm_first=True)  # fmt: skip
    g.output(g.add("Select", x, dim=1, index=0))
    model, text = made(g, tmp_path)
    assert "self.class_token = nn.Parameter(torch.zeros(1, 1, 12))" in text
    state = {key.removeprefix("encoder."): value for key, value in theirs.state_dict().items()}
    assert state.keys() & model.state_dict().keys() == {
        "class_token", "conv_proj.weight", "conv_proj.bias", "pos_embedding"
    }  # fmt: skip
    model.load_state_dict(state, strict=False)
    x = torch.randn(2, 3, 8, 8)
    tokens = torch.cat([theirs.class_token.expand(2, -1, -1), theirs._process_input(x)], dim=1)
    expected = model.layers.eval()(tokens + theirs.encoder.pos_embedding)[:, 0]
    torch.testing.assert_close(model(x), expected)


def test_learned_positions_are_cut_and_their_end_is_a_problem() -> None:
    g = GraphBuilder("Long")
    x = g.add("LearnedPositions", g.input("x", shape=(9, 4)), name="places", max_len=8)
    g.output(x)
    assert complaints(g) == [
        "LearnedPositions “places” has positions for 8 steps but receives 9 in (B, 9, 4)."
    ]


def test_a_tied_output_has_one_table(tmp_path: Path) -> None:
    """One entry in the state dict, and gradients from both uses."""
    g = GraphBuilder("Tied")
    words = g.input("words", shape=(-1,), dtype="int64")
    x, table = g.add(
        "Embedding", words, name="embedding", num_embeddings=7, embedding_dim=4, weight_output=True
    )
    bias = g.add("Parameter", name="bias", shape=(7,))
    g.output(g.add("TiedLinear", g.add("Tanh", x), table, bias, name="scores"))
    model, _ = made(g, tmp_path)
    assert set(model.state_dict()) == {"embedding.weight", "bias"}
    weight = model.embedding.weight
    words = tokens()
    scores = model(words)
    assert torch.equal(scores, F.linear(torch.tanh(F.embedding(words, weight)), weight, model.bias))
    scores.sum().backward()
    assert weight.grad is not None and bool((weight.grad.abs().sum(1) > 0).all())


def test_an_embedding_without_its_table_stays_in_a_chain(tmp_path: Path) -> None:
    g = GraphBuilder("Chain")
    x = g.add("Embedding", g.input("words", shape=(5,), dtype="int64"), num_embeddings=7, embedding_dim=4)
    g.output(g.add("Linear", x, out_features=2))
    model, _ = made(g, tmp_path)
    assert list(model.state_dict()) == ["layers.0.weight", "layers.1.weight", "layers.1.bias"]


def test_weighted_bag() -> None:
    bag = build_module(CATALOGUE["EmbeddingBag"], CATALOGUE["EmbeddingBag"].validated({"mode": "sum"}))
    assert isinstance(bag, nn.EmbeddingBag) and bag.mode == "sum"
    g = GraphBuilder("Bag")
    words = g.input("words", shape=(5,), dtype="int64")
    how = g.add("Softmax", g.add("Squeeze", g.add("Embedding", words, embedding_dim=1), dim=2), dim=1)
    g.output(g.add("EmbeddingBag", words, per_sample_weights=how, name="bag"))
    assert complaints(g) == [
        "EmbeddingBag “bag” can weigh its tokens only when it sums them, not as mean, but receives (B, 5)."
    ]


def test_walking_gives_what_forward_gives(tmp_path: Path) -> None:
    g = GraphBuilder("Walked")
    words = g.input("words", shape=(-1,), dtype="int64")
    x, table = g.add(
        "Embedding", words, name="embedding", num_embeddings=7, embedding_dim=4, weight_output=True
    )
    x = g.add("ClassToken", g.add("LearnedPositions", x, name="places", max_len=9), name="cls")
    out, _, _ = g.add("LSTM", g.add("Slice", x, dim=1, start=1), name="lstm", hidden_size=4,
                      lengths=g.add("Lengths", words, name="count"))  # fmt: skip
    scores = g.add("TiedLinear", out, table, name="scores")
    g.output(scores)
    drawn = project("Walked", g)
    shapes = INFERENCE.run(drawn)
    source = generate(drawn, shapes, "g1")
    (tmp_path / "model.py").write_text(source.text)
    model = load_module(tmp_path / "model.py", source.class_name)()
    found = walk(drawn, shapes, "g1", model, tokens(), [(scores.id,)])
    assert torch.equal(found[(scores.id,)], model(tokens()))
