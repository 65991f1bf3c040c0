"""Sequence networks: the published numbers, padding that changes nothing, and equality with torch by hand."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from presets import find
from runtime.data import SOURCES
from runtime.headless import train_project

from .made import first, learns, made, module, samples


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
}


@pytest.mark.parametrize("preset_id", PARAMETERS)
def test_parameters(preset_id: str) -> None:
    assert sum(made(preset_id).parameters.values()) == PARAMETERS[preset_id]
    assert sum(weight.numel() for weight in module(preset_id).parameters()) == PARAMETERS[preset_id]


@pytest.mark.parametrize("preset_id", PARAMETERS)
def test_runs_and_learns(preset_id: str) -> None:
    (source,) = made(preset_id).sources.values()
    assert learns(module(preset_id), samples(source))


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
