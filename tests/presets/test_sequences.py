"""Sequence networks: the published numbers, padding that changes nothing, and equality with torch by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from graph.build import project
from presets import find
from presets.bert import network
from presets.transformers import CHARACTERS
from runtime.data import SOURCES
from runtime.headless import train_project

from .made import INFERENCE, first, learns, made, module, samples


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


PARAMETERS = {
    "lstm": 17_985,  # 4·(64·4 + 64·64 + 2·64) + 64 + 1
    "bilstm": 35_969,  # twice the LSTM, and 128 + 1
    "gru": 13_505,  # 3·(64·4 + 64·64 + 2·64) + 64 + 1
    "char-rnn": 546,  # 13·13 + 13·13 + 2·13, and 13·13 + 13
    "char-rnn-long": 3_250,  # twice 25·25 + 25·25 + 2·25, and 25·25 + 25
    "time-series": 385,  # 16·5 + 16·16 + 2·16, and 16 + 1
    "sentiment-lstm": 469,  # 30·8, 4·(4·8 + 4·4 + 2·4), 4 + 1
    "variable-length": 469,
    "negations": 5_393,  # 63·16, twice 4·(16·16 + 16·16 + 2·16), 32 + 1
    "word-kinds": 5_383,  # 50·16, the same LSTM, 7·32 + 7
    "seq2seq": 53_645,
    "seq2seq-attention": 61_901,
    "seq2seq-dates": 63_118,  # 17 and 1 vectors of 64 more, and a score with its 64 weights and bias
    "transformer": 353_933,
    "transformer-pre-norm": 354_189,
    "char-gpt": 155_353,
    "char-gpt-tied": 154_624,  # 64 more for each of 14 more characters
    "bert": 972_522,
    "attention-by-hand": 4_321,
    "sequence-transformer": 18_305,
    "digits-vit": 138_890,
}


@pytest.mark.parametrize("preset_id", PARAMETERS)
def test_parameters(preset_id: str) -> None:
    assert sum(made(preset_id).parameters.values()) == PARAMETERS[preset_id]
    assert sum(weight.numel() for weight in module(preset_id).parameters()) == PARAMETERS[preset_id]


@pytest.mark.parametrize("preset_id", PARAMETERS)
def test_runs_and_learns(preset_id: str) -> None:
    (source,) = made(preset_id).sources.values()
    inputs = samples(source, tokens=2 if preset_id == "bert" else 3)  # there are two segments
    assert learns(module(preset_id), inputs)


def test_padded_steps_change_nothing() -> None:
    model = module("variable-length").eval()
    tokens = SOURCES["sentences"].load().inputs
    longer = torch.nn.functional.pad(tokens, (0, 5))
    assert torch.equal(model(longer), model(tokens))
    alone = torch.cat([model(row[row > 0].unsqueeze(0)) for row in tokens])
    assert torch.allclose(alone, model(tokens), atol=1e-6)
    plain = module("sentiment-lstm").eval()
    assert not torch.allclose(plain(longer), plain(tokens), atol=1e-3), "without lengths the filling is read"


def test_with_lengths_the_verdicts_are_learned_quickly(tmp_path: Path) -> None:
    last = train_project(find("variable-length").build(), tmp_path / "run", {"epochs": 15, "threads": 1})
    assert last["event"] == "finished" and last["test_accuracy"] == 1.0, last


def test_the_last_state_decides() -> None:
    model = module("sentiment-lstm").eval()
    tokens = torch.randint(0, 30, (3, 6))
    lstm = torch.nn.LSTM(8, 4, batch_first=True)
    lstm.load_state_dict(model.lstm.state_dict())
    outputs, _ = lstm(model.words.weight[tokens])
    assert torch.allclose(first(model(tokens)), outputs[:, -1] @ model.fc.weight.T + model.fc.bias, atol=1e-6)


def filled_up(tokens: int, lengths: tuple[int, ...]) -> torch.Tensor:
    """Random tokens from 1, with 0 behind the end of each row."""
    found = torch.randint(1, tokens, (len(lengths), max(lengths)))
    return found.masked_fill(torch.arange(max(lengths)) >= torch.tensor(lengths)[:, None], 0)


class AttentionByHand(nn.Module):
    """Luong's attention as a tutorial writes it: no packing, one sentence at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.words, self.digits = nn.Embedding(32, 64), nn.Embedding(13, 64)
        self.reader, self.writer = nn.GRU(64, 64, batch_first=True), nn.GRU(64, 64, batch_first=True)
        self.combine, self.head = nn.Linear(128, 64), nn.Linear(64, 13)

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        read, last = self.reader(self.words(source[source > 0])[None])
        written, _ = self.writer(self.digits(target)[None], last)
        weights = torch.softmax(written @ read.transpose(1, 2), dim=-1)
        joined = torch.cat([weights @ read, written], dim=-1)
        return self.head(torch.tanh(self.combine(joined)))[0], weights[0]


def test_seq2seq_with_attention_is_the_one_written_by_hand() -> None:
    ours, theirs = module("seq2seq-attention").eval(), AttentionByHand().eval()
    for mine, wanted in (
        (ours.encoder.embedding, theirs.words),
        (ours.encoder.gru, theirs.reader),
        (ours.decoder.embedding, theirs.digits),
        (ours.decoder.gru, theirs.writer),
        (ours.combine.fc, theirs.combine),
        (ours.head, theirs.head),
    ):
        wanted.load_state_dict(mine.state_dict())
    source, target = filled_up(32, (5, 2, 7)), filled_up(13, (4, 4, 4))
    with torch.no_grad():
        scores, weights = ours(source, target)
        assert scores.shape == (3, 4, 13) and weights.shape == (3, 4, 7)
        for row, length in enumerate((5, 2, 7)):
            wanted_scores, wanted_weights = theirs(source[row], target[row])
            assert torch.allclose(scores[row], wanted_scores, atol=1e-5)
            assert torch.allclose(weights[row, :, :length], wanted_weights, atol=1e-6)
            assert not weights[row, :, length:].any(), "nothing looks at the filling"


def test_the_decoder_goes_on_from_the_last_state_that_counts() -> None:
    model = module("seq2seq").eval()
    source, target = filled_up(32, (6, 3)), filled_up(13, (5, 5))
    with torch.no_grad():
        scores = model(source, target)
        _, last = model.encoder.gru(model.encoder.embedding(source[1:, :3]))
        states, _ = model.decoder.gru(model.decoder.embedding(target[1:]), last)
        assert torch.allclose(scores[1:], model.head(states), atol=1e-6)


LAYER_NAMES = {
    "self_attn": "attention",
    "multihead_attn": "cross_attention",
    "linear1": "mlp.0",
    "linear2": "mlp.3",
}


def torch_names(theirs: nn.Module, ours: nn.Module, names: dict[str, str]) -> None:
    """Load our layer's weights into torch's, whose parts are called otherwise."""
    weights = ours.state_dict()
    renamed = {}
    for name in theirs.state_dict():
        part, _, rest = name.partition(".")
        renamed[name] = weights[f"{names.get(part, part)}.{rest}"]
    theirs.load_state_dict(renamed)


def torch_translator(ours: Any, norm_first: bool) -> Any:
    """torch's own Transformer with our weights."""
    theirs: Any = nn.Transformer(64, 4, 3, 3, 256, 0.1, batch_first=True, norm_first=norm_first)
    for number in range(3):
        torch_names(theirs.encoder.layers[number], ours.encoder[number], LAYER_NAMES)
        names = {**LAYER_NAMES, "self_attn": "self_attention"}
        torch_names(theirs.decoder.layers[number], ours.decoder[number], names)
    if norm_first:
        theirs.encoder.norm.load_state_dict(ours.encoder_norm.state_dict())
        theirs.decoder.norm.load_state_dict(ours.decoder_norm.state_dict())
    else:
        theirs.encoder.norm = theirs.decoder.norm = None  # the paper has none behind the last layer
    return theirs.eval()


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
@pytest.mark.parametrize(
    ("preset_id", "norm_first"), [("transformer", False), ("transformer-pre-norm", True)]
)
def test_the_transformer_is_torchs(preset_id: str, norm_first: bool) -> None:
    ours = module(preset_id).eval()
    theirs = torch_translator(ours, norm_first)
    source, target = filled_up(32, (7, 3, 5)), filled_up(13, (6, 6, 2))
    mask = nn.Transformer.generate_square_subsequent_mask(6)
    # with gradients, so that torch takes its plain path and not the one for nested tensors
    found = theirs(
        ours.read(source), ours.write(target), tgt_mask=mask, tgt_is_causal=True,
        src_key_padding_mask=source == 0, memory_key_padding_mask=source == 0,
    )  # fmt: skip
    assert torch.allclose(ours(source, target), ours.head(found), atol=1e-5)
    longer = nn.functional.pad(source, (0, 4))
    assert torch.allclose(ours(longer, target), ours(source, target), atol=1e-5), "filling changes nothing"
    later = target.clone()
    later[:, 4:] = 7
    assert torch.allclose(ours(source, later)[:, :4], ours(source, target)[:, :4], atol=1e-6), (
        "later is hidden"
    )


def test_positions_are_the_waves_of_the_paper() -> None:
    embedding = module("transformer").eval().read
    tokens = torch.tensor([[3, 3, 3, 3]])
    with torch.no_grad():
        waves = embedding(tokens)[0] - 8 * embedding.what(tokens)[0]
    for place in range(4):
        for number in range(32):
            angle = torch.tensor(place / 10000 ** (2 * number / 64))
            assert abs(float(waves[place, 2 * number] - torch.sin(angle))) < 1e-5
            assert abs(float(waves[place, 2 * number + 1] - torch.cos(angle))) < 1e-5


def test_a_tied_language_model_reads_and_writes_with_one_table() -> None:
    model = module("char-gpt-tied").eval()
    tables = [name for name, weight in model.named_parameters() if tuple(weight.shape) == (39, 64)]
    assert tables == ["characters.weight"]
    seen: list[torch.Tensor] = []
    model.norm.register_forward_hook(lambda _module, _inputs, output: seen.append(output))
    tokens = torch.randint(0, 39, (2, 9))
    with torch.no_grad():
        scores = model(tokens)
        assert torch.allclose(scores, seen[0] @ model.characters.weight.T, atol=1e-6)
        tokens[:, 5:] = 0
        assert torch.allclose(model(tokens)[:, :5], scores[:, :5], atol=1e-6)


class BertByHand(nn.Module):
    """BERT for pretraining on torch's encoder layers."""

    def __init__(self) -> None:
        super().__init__()
        self.what, self.which = nn.Embedding(1000, 128), nn.Embedding(2, 128)
        self.where = nn.Embedding(128, 128)
        self.norm = nn.LayerNorm(128, eps=1e-12)
        self.layers = nn.ModuleList(
            nn.TransformerEncoderLayer(128, 4, 512, 0.1, "gelu", layer_norm_eps=1e-12, batch_first=True)
            for _ in range(4)
        )
        self.fc, self.fc_norm = nn.Linear(128, 128), nn.LayerNorm(128, eps=1e-12)
        self.bias = nn.Parameter(torch.zeros(1000))
        self.pool, self.next = nn.Linear(128, 128), nn.Linear(128, 2)

    def forward(self, tokens: torch.Tensor, segments: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        places = torch.arange(tokens.shape[1])
        x = self.norm(self.what(tokens) + self.which(segments) + self.where(places))
        for layer in self.layers:
            x = layer(x, src_key_padding_mask=tokens == 0)
        words = self.fc_norm(nn.functional.gelu(self.fc(x))) @ self.what.weight.T + self.bias
        return words, self.next(torch.tanh(self.pool(x[:, 0])))


@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_bert_is_the_one_written_by_hand() -> None:
    ours, theirs = module("bert").eval(), BertByHand()
    with torch.no_grad():
        ours.masked.bias.normal_()
        theirs.where.weight.copy_(ours.embedding.where[0])
        theirs.bias.copy_(ours.masked.bias)
    for mine, wanted in (
        (ours.embedding.what, theirs.what),
        (ours.embedding.which, theirs.which),
        (ours.embedding.norm, theirs.norm),
        (ours.masked.fc, theirs.fc),
        (ours.masked.norm, theirs.fc_norm),
        (ours.following.pool, theirs.pool),
        (ours.following.fc, theirs.next),
    ):
        wanted.load_state_dict(mine.state_dict())
    for mine, wanted in zip(ours.layers, theirs.layers, strict=True):
        torch_names(wanted, mine, LAYER_NAMES)
    theirs.eval()
    tokens = filled_up(1000, (12, 7, 9))
    segments = (torch.arange(12) > 4).long().expand(3, -1)
    for mine, wanted in zip(ours(tokens, segments), theirs(tokens, segments), strict=True):
        assert torch.allclose(mine, wanted, atol=1e-4)


def test_vocabularies_of_networks_and_data_agree() -> None:
    for preset_id, node in (("char-gpt-tied", "characters"), ("negations", "words"), ("word-kinds", "words")):
        made = find(preset_id).build()
        (embedding,) = [each for each in made.main.nodes.values() if each.name == node]
        schema = SOURCES[made.data.source].schema(made.data.options)
        assert embedding.params["num_embeddings"] == len(schema.vocabulary)
    assert len(SOURCES["public-text"].schema().vocabulary) == CHARACTERS
    pairs = SOURCES[find("bert").build().data.source].schema()
    assert len(pairs.vocabulary) <= 1000 and pairs.input_shape[0] <= 128
    for preset_id, counts in (("transformer", (32, 13)), ("seq2seq-dates", (49, 14))):
        words = SOURCES[find(preset_id).build().data.source].schema()
        assert (len(words.vocabulary), len(words.target_vocabulary)) == counts


def test_bert_base_has_the_published_number_of_parameters() -> None:
    base = project("BERT base", network(width=768, heads=12, depth=12, tokens=30_522, places=512))
    assert INFERENCE.run(base).networks["g1"].parameters == 110_106_428


@pytest.mark.parametrize(
    ("preset_id", "most"), [("transformer", 180), ("transformer-pre-norm", 180), ("bert", 120)]
)
def test_the_code_stays_short(preset_id: str, most: int) -> None:
    (source,) = made(preset_id).sources.values()
    assert len(source.text.splitlines()) <= most


@pytest.mark.parametrize("preset_id", ["transformer", "transformer-pre-norm"])
def test_a_transformer_opens_as_embeddings_layers_and_head(preset_id: str) -> None:
    main = made(preset_id).project.main
    assert {
        "source",
        "target",
        "read",
        "write",
        "filling",
        "encoder",
        "decoder",
        "head",
        "scores",
    } <= main.names()
    repeats = {node.name: node.params["repeat"] for node in main.nodes.values() if "repeat" in node.params}
    assert repeats == {"encoder": 3, "decoder": 3} and len(main.nodes) <= 11
