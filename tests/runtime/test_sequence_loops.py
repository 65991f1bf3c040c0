"""The loops for sequences by themselves, as plain torch: against losses written by hand, and beams gone through."""

from __future__ import annotations

import copy
import itertools
import math
from typing import Any

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from runtime.loops.language_model import LanguageModel
from runtime.loops.masked_language_model import MaskedLanguageModel
from runtime.loops.sequence_labelling import SequenceLabelling
from runtime.loops.sequence_to_sequence import SequenceToSequence, bleu

START, END = 1, 2


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)
    torch.manual_seed(0)


def update(loss: torch.Tensor, optimizer: torch.optim.Optimizer) -> None:
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()


class Translator(nn.Module):
    """A GRU reads the source without its filling, another goes on from there."""

    def __init__(self, tokens: int = 7) -> None:
        super().__init__()
        self.words, self.written = nn.Embedding(9, 8, padding_idx=0), nn.Embedding(tokens, 8)
        self.reader, self.writer = nn.GRU(8, 8, batch_first=True), nn.GRU(8, 8, batch_first=True)
        self.head = nn.Linear(8, tokens)

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
        packed = nn.utils.rnn.pack_padded_sequence(
            self.words(source), (source > 0).sum(1), batch_first=True, enforce_sorted=False
        )
        return self.head(self.writer(self.written(target), self.reader(packed)[1])[0])


def translator(network: nn.Module | None = None, **options: Any) -> SequenceToSequence:
    network = network or Translator()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    return SequenceToSequence(
        {"network": network}, {"network": optimizer}, None, update, start=START, end=END, longest=5, **options
    )


def pairs(count: int = 6) -> dict[str, torch.Tensor]:
    """Words 3…8 reversed as tokens 3…6, of one to three words."""
    source, target = torch.zeros(count, 4, dtype=torch.int64), torch.zeros(count, 5, dtype=torch.int64)
    for row in range(count):
        length = 1 + row % 3
        words = torch.randint(3, 7, (length,))
        source[row, : length + 1] = torch.cat([words, torch.tensor([END])])
        target[row, : length + 2] = torch.cat([torch.tensor([START]), words.flip(0), torch.tensor([END])])
    return {"input": source, "target": target}


def test_with_full_teacher_forcing_it_is_the_plain_loop() -> None:
    loop, batch = translator(), pairs()
    plain = copy.deepcopy(loop.network)
    optimizer = torch.optim.SGD(plain.parameters(), lr=0.1)
    for _ in range(3):
        figures = loop.step(batch)
        scores = plain(batch["input"], batch["target"][:, :-1])
        wanted = batch["target"][:, 1:]
        each = F.cross_entropy(scores.transpose(1, 2), wanted, reduction="none")
        loss = each[wanted != 0].mean()
        update(loss, optimizer)
        assert figures["loss"].item() == pytest.approx(loss.item(), rel=1e-6)
    for ours, theirs in zip(loop.network.parameters(), plain.parameters(), strict=True):
        assert torch.allclose(ours, theirs, atol=1e-6)


def test_filling_changes_nothing() -> None:
    loop, batch = translator().network.eval(), pairs()
    recipe = translator(loop)
    longer = {"input": F.pad(batch["input"], (0, 3)), "target": F.pad(batch["target"], (0, 4))}
    found, again = recipe.evaluate(batch), recipe.evaluate(longer)
    assert found["loss"].item() == pytest.approx(again["loss"].item(), rel=1e-6)
    assert found["accuracy"] == again["accuracy"]


def test_teacher_forcing_decays_and_mixes_in_what_the_network_would_write() -> None:
    loop, batch = translator(teacher_forcing=1.0, teacher_forcing_end=0.0), pairs(64)
    ratios = []
    for epoch in range(1, 6):
        loop.begin_epoch(epoch, 5)
        ratios.append(loop.ratio)
    assert ratios == [1.0, 0.75, 0.5, 0.25, 0.0]
    given = loop.mixed(batch["input"], batch["target"])
    right = batch["target"][:, :-1]
    assert torch.equal(given[:, 0], right[:, 0]) and torch.equal(given == 0, right == 0)
    free = torch.full_like(right, 0)
    free[:, 0] = START
    for place in range(1, right.shape[1]):
        free[:, place] = loop.following(batch["input"], free[:, :place]).argmax(-1)
    assert torch.equal(given, free.masked_fill(right == 0, 0)), "at 0 every word is its own"
    loop.ratio = 0.5
    share = (loop.mixed(batch["input"], batch["target"]) == right)[right > START].float().mean()
    assert 0.4 < share < 0.95
    assert set(loop.step(batch)) == {"loss", "accuracy"}


def test_a_beam_of_one_is_greedy_and_ends_where_it_ends() -> None:
    for seed in range(5):
        torch.manual_seed(seed)
        loop, batch = translator(), pairs(12)
        written = loop.greedy(batch["input"])
        assert written.shape == (12, 5) and torch.equal(loop.beam(batch["input"], 1), written)
        for row in written.tolist():
            assert START not in row
            if END in row:
                assert not any(row[row.index(END) + 1 :])


class Table(nn.Module):
    """Says the same of the next token whatever the source, by the token in front: a Markov chain."""

    def __init__(self, likely: list[list[float]]) -> None:
        super().__init__()
        self.likely = nn.Parameter(torch.tensor(likely).log())

    def forward(self, source: torch.Tensor, target: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.likely[target], source


def test_a_wide_beam_finds_the_best_of_all_sequences() -> None:
    torch.manual_seed(3)
    likely = torch.rand(5, 5).softmax(-1)
    likely[:, :2] = 1e-9  # filling and start are never written
    likely /= likely.sum(-1, keepdim=True)
    loop = translator(Table(likely.tolist()))
    best, found = -math.inf, ()
    for length in range(1, 5):
        for words in itertools.product((3, 4), repeat=length - 1):
            row = (START, *words, END)
            value = sum(math.log(likely[a, b]) for a, b in itertools.pairwise(row)) / length
            if value > best:
                best, found = value, row[1:]
    for words in itertools.product((3, 4), repeat=4):  # never ended within the longest
        value = sum(math.log(likely[a, b]) for a, b in itertools.pairwise((START, *words))) / 4
        if value > best:
            best, found = value, words
    written = loop.beam(torch.zeros(2, 3, dtype=torch.int64), width=200, longest=4)
    assert written[0].tolist()[: len(found)] == list(found) and torch.equal(written[0], written[1])


def test_exact_share_counts_whole_sequences() -> None:
    likely = torch.full((5, 5), 1e-6)
    for token, following in ((START, 3), (3, 4), (4, END)):
        likely[token, following] = 1.0
    loop = translator(Table(likely.tolist()), decoded_rows=3)
    target = torch.tensor(
        [[START, 3, 4, END, 0], [START, 3, END, 0, 0], [START, 3, 4, END, 0], [START, 4, END, 0, 0]]
    )
    loop.evaluate({"input": torch.ones(4, 2, dtype=torch.int64), "target": target})
    found = loop.summary()
    assert found["exact"] == pytest.approx(2 / 3), "the fourth is beyond decoded_rows"
    assert loop.summary() == {}, "and the next split begins anew"


def test_bleu_by_hand() -> None:
    assert bleu([[1, 2, 3, 4, 5]], [[1, 2, 3, 4, 5]]) == 1.0
    # "the the the the the the the" against "the cat is on the mat": 2 of 7 words, no pair
    assert bleu([[1] * 7], [[1, 2, 3, 4, 1, 5]]) == 0.0
    # 5 of 6 words, 3 of 5 pairs, 2 of 4 triples, 1 of 3 runs of four; as long as wanted
    written, wanted = [[1, 2, 3, 4, 9, 6]], [[1, 2, 3, 4, 5, 6]]
    assert bleu(written, wanted) == pytest.approx((5 / 6 * 3 / 5 * 2 / 4 * 1 / 3) ** 0.25)
    # a short text: all runs are right, but it is 4 long instead of 6
    assert bleu([[1, 2, 3, 4]], [[1, 2, 3, 4, 5, 6]]) == pytest.approx(math.exp(1 - 6 / 4))
    # counts of a corpus are added before they are divided; two words have no run of three
    assert bleu([[1, 2], [3, 9]], [[1, 2], [3, 4]]) == pytest.approx((3 / 4 * 1 / 2) ** 0.5)
    assert bleu([], []) == 0.0


class Letters(nn.Module):
    """A GRU over one-hot rows or token numbers."""

    def __init__(self, tokens: int = 5) -> None:
        super().__init__()
        self.tokens, self.gru, self.head = tokens, nn.GRU(tokens, 6, batch_first=True), nn.Linear(6, tokens)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = x if x.is_floating_point() else F.one_hot(x, self.tokens).float()
        return self.head(self.gru(x)[0])


def letters(network: nn.Module, **options: Any) -> LanguageModel:
    optimizer = torch.optim.Adam(network.parameters(), lr=0.05)
    return LanguageModel({"network": network}, {"network": optimizer}, None, update, window=6, **options)


def test_perplexity_is_e_to_the_mean_over_all_tokens() -> None:
    loop = letters(Letters().eval())
    whole = torch.randint(0, 5, (7, 7))
    batches = [{"input": part[:, :-1], "target": part[:, 1:]} for part in whole.split(3)]
    losses = [loop.evaluate(batch)["loss"].item() for batch in batches]
    wanted = math.exp((3 * losses[0] + 3 * losses[1] + losses[2]) / 7)
    assert loop.summary()["perplexity"] == pytest.approx(wanted, rel=1e-6)


def test_writing_takes_the_likeliest_or_draws_by_temperature() -> None:
    network = Letters()
    loop, hot = letters(network), letters(network, one_hot=5)
    text = torch.tensor([[0, 1, 2, 3, 4, 0, 1, 2, 3, 4]])
    for _ in range(60):
        loop.step({"input": text[:, :6], "target": text[:, 1:7]})
    assert loop.write(text[:, :2], 8, 0.0).tolist() == text.tolist()
    assert torch.equal(hot.write(text[:, :2], 8, 0.0), text)
    with torch.no_grad():
        network.head.weight.zero_()
        network.head.bias.copy_(torch.tensor([0.0, math.log(3.0), -99, -99, -99]))
    drawn = loop.write(torch.zeros(4000, 1, dtype=torch.int64), 1, 1.0)[:, 1]
    assert (drawn == 1).float().mean().item() == pytest.approx(3 / 4, abs=0.03)
    cold = loop.write(torch.zeros(4000, 1, dtype=torch.int64), 1, 0.5)[:, 1]
    assert (cold == 1).float().mean().item() == pytest.approx(9 / 10, abs=0.03)


class Reader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.words, self.head, self.next = nn.Embedding(30, 8), nn.Linear(8, 30), nn.Linear(8, 2)

    def forward(self, tokens: torch.Tensor, segments: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        x = self.words(tokens)
        return self.head(x), self.next(x.mean(1))


def reader(**options: Any) -> MaskedLanguageModel:
    network = Reader()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    return MaskedLanguageModel(
        {"network": network},
        {"network": optimizer},
        None,
        update,
        mask=3,
        marks=(0, 1, 2, 3),
        tokens=30,
        **options,
    )


def test_fifteen_in_a_hundred_words_are_hidden_in_three_ways() -> None:
    tokens = torch.randint(4, 30, (2000, 22))
    tokens[:, 0], tokens[:, 20], tokens[:, 21] = 1, 2, 0
    given, hidden = reader().masked(tokens)
    assert (hidden.sum(1) == 3).all(), "15 % of 19 words are 2.85"
    assert not hidden[:, [0, 20, 21]].any() and torch.equal(given[~hidden], tokens[~hidden])
    masked = (given == 3)[hidden].float().mean().item()
    stays = (given == tokens)[hidden].float().mean().item()
    assert masked == pytest.approx(0.8, abs=0.02) and stays == pytest.approx(0.1 + 0.1 / 26, abs=0.02)
    assert given[hidden].min() >= 3, "another word is never a mark"
    short = torch.tensor([[1, 7, 2, 0]])
    assert reader().masked(short)[1].tolist() == [[False, True, False, False]], "at least one"


def test_the_loss_is_the_sum_of_both_games() -> None:
    loop = reader(next_weight=2.0)
    tokens = torch.randint(4, 30, (5, 12))
    batch = {"input": tokens, "segments": torch.zeros_like(tokens), "target": torch.tensor([0, 1, 1, 0, 1])}
    torch.manual_seed(5)
    figures = loop.evaluate(batch)
    torch.manual_seed(5)
    given, hidden = loop.masked(tokens)
    words, sentences = loop.network(given, batch["segments"])
    first = F.cross_entropy(words[hidden], tokens[hidden])
    second = F.cross_entropy(sentences, batch["target"])
    assert figures["masked_loss"].item() == pytest.approx(first.item(), rel=1e-6)
    assert figures["loss"].item() == pytest.approx((first + 2 * second).item(), rel=1e-6)
    guesses = loop.guesses(tokens, batch["segments"], 3)
    assert guesses.shape == (5, 12, 3) and guesses.min() > 3
    before = figures["loss"].item()
    for _ in range(40):
        loop.step(batch)
    torch.manual_seed(5)
    assert loop.evaluate(batch)["loss"].item() < before


def test_labels_of_filling_do_not_count() -> None:
    network = Letters()
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    loop = SequenceLabelling({"network": network}, {"network": optimizer}, None, update)
    tokens, labels = (
        torch.randint(0, 5, (3, 4)),
        torch.tensor([[1, 2, 3, 4], [2, 2, -100, -100], [0, -100, -100, -100]]),
    )
    scores = network(tokens).detach()
    places = [(row, step) for row in range(3) for step in range(4) if labels[row, step] >= 0]
    each = [-scores[place].log_softmax(-1)[labels[place]] for place in places]
    hits = [bool(scores[place].argmax() == labels[place]) for place in places]
    found = loop.evaluate({"input": tokens, "target": labels})
    assert found["loss"].item() == pytest.approx(float(sum(each)) / 7, rel=1e-6)
    assert found["accuracy"].item() == pytest.approx(sum(hits) / 7)
    rows = [all(hits[:4]), all(hits[4:6]), hits[6]]
    assert found["exact"].item() == pytest.approx(sum(rows) / 3)
    longer = {"input": F.pad(tokens, (0, 2)), "target": F.pad(labels, (0, 2), value=-100)}
    assert loop.evaluate(longer)["loss"].item() == pytest.approx(found["loss"].item(), rel=1e-6)
    first = loop.step({"input": tokens, "target": labels})["loss"]
    assert loop.evaluate({"input": tokens, "target": labels})["loss"] < first
