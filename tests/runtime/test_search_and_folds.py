"""The search for a learning rate, cross-validation, and what curves say."""

from __future__ import annotations

import statistics
from pathlib import Path

import pytest
import torch

from runtime.data import get_source
from runtime.data.splits import fold_of, split
from runtime.recipes import get_recipe
from runtime.runs import Run
from runtime.training.advice import SIGNS, Advisor, advisor_for
from runtime.training.finder import find_rate, smoothed, suggested
from runtime.training.preparing import prepare

from .running import digits_cnn, moons_mlp, run


def test_the_rate_where_the_loss_falls_fastest_is_suggested(tmp_path: Path) -> None:
    session = prepare(digits_cnn(optimizer="SGD", momentum=0.9), tmp_path, "cpu")
    *finding, last = list(find_rate(session))
    assert last is not None and last["event"] == "rates"
    assert len(last["rates"]) == len(last["losses"]) and len(finding) <= len(last["rates"]) <= 120
    assert 1e-4 < last["suggested"] < 1.0


def test_the_suggestion_by_hand() -> None:
    rates = [10.0**exponent for exponent in range(-8, 0)]
    assert suggested(rates, [2.0, 2.0, 2.0, 1.9, 1.2, 1.0, 1.5, 4.0]) == 1e-4  # around it 1.9 -> 1.2 -> 1.0
    assert suggested(rates, [2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.1, 3.0]) is None
    late = suggested([1.0, 2.0, 3.0, 4.0, 5.0, 6.0], [2.0, 2.0, 2.0, 2.0, 1.5, 1.0])
    assert late == pytest.approx(6 / 10**0.5, rel=0.05), "the steepest place is too near the lowest"
    chance = suggested(rates, [9.0, 2.0, 2.0, 2.0, 1.9, 1.5, 1.0, 4.0])
    assert chance == 1e-3, "the fall at the beginning came of the batches"
    step = smoothed([1.0] * 40 + [0.0] * 40)
    assert step[39] + step[40] == pytest.approx(1.0) and step[20] > 0.99, (
        "what is smoothed comes neither early nor late"
    )


def test_folds_cover_everything_once_with_every_class_in_proportion() -> None:
    dataset = get_source("digits").load()
    whole = split(dataset, 0.1, 0.2, 3)
    parts = [fold_of(dataset, whole, number, 5, 3) for number in range(5)]
    held = torch.cat([part.validation for part in parts]).sort().values
    assert torch.equal(held, torch.cat([whole.train, whole.validation]).sort().values)
    for part in parts:
        assert torch.equal(part.test, whole.test)
        assert not set(part.train.tolist()) & set(part.validation.tolist())
        counts = torch.bincount(dataset.targets[part.validation], minlength=10)
        assert counts.min() >= 27 and counts.max() <= 31


def test_a_cross_validation_tells_mean_and_spread_and_keeps_every_run(tmp_path: Path) -> None:
    last, messages = run(moons_mlp(epochs=3, options={"folds": 3}), tmp_path)
    assert last["event"] == "finished" and last["fold"] == 3 and len(last["folds"]) == 3
    assert [message["fold"] for message in messages if message["event"] == "fold"] == [1, 2]
    losses = [fold["val_loss"] for fold in last["folds"]]
    assert last["spread"]["val_loss"]["mean"] == pytest.approx(statistics.fmean(losses))
    assert last["spread"]["val_loss"]["std"] == pytest.approx(statistics.stdev(losses))
    assert len(set(losses)) == 3
    for folder in (tmp_path, tmp_path / "fold2", tmp_path / "fold3"):
        assert Run(folder).best.is_file() and Run(folder).read_config()["rows"]["train"] > 0
    assert list(Run(tmp_path).read_metrics())[-1]["spread"] == last["spread"]
    again, _ = run(moons_mlp(options={"folds": 3}), tmp_path, resume=True)
    assert again["sentence"] == "A cross-validation cannot be continued."


def test_a_fold_that_cannot_begin_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "fold2").write_text("A file stands where the folder of the second fold has to go.")
    last, _ = run(moons_mlp(epochs=1, options={"folds": 2}), tmp_path)
    assert last["event"] == "failed" and "could not be written" in last["sentence"], last
    assert "Failed: A file of the run" in Run(tmp_path).log.read_text(encoding="utf-8")


def told(train: list[float], held: list[float] | None = None) -> list[str]:
    advisor = Advisor(SIGNS)
    found = []
    for number, loss in enumerate(train):
        value = held[number] if held else loss
        epoch = {"epoch": number + 1, "train_loss": loss, "val_loss": value, "learning_rate": 0.1}
        found += [message["text"] for message in advisor.take(epoch)]
    return found


def test_weights_thrown_off_by_a_high_rate_are_told_from_a_run_that_is_done() -> None:
    def told_of(losses: list[float], right: list[float]) -> list[str]:
        advisor = Advisor(SIGNS)
        return [
            message["text"]
            for number, (loss, share) in enumerate(zip(losses, right, strict=True))
            for message in advisor.take(
                {
                    "epoch": number,
                    "train_loss": loss,
                    "val_loss": loss,
                    "val_accuracy": share,
                    "learning_rate": 0.1,
                }
            )
        ]

    plateau = [2.506, 2.327, 2.324, 2.318, 2.332, 2.33, 2.331]  # digits with a rate of 0.1 instead of 0.001
    (sentence,) = told_of(plateau, [0.1] * 7)
    assert "learned nothing since its first epoch" in sentence
    assert told_of(plateau, [0.1, 0.3, 0.4, 0.5, 0.5, 0.5, 0.5]) == [], "it has learned"
    assert told_of([0.02] + [0.0101] * 6, [0.99] * 7) == [], "it is done"


def test_curves_are_read_and_each_thing_is_said_once() -> None:
    falling = [1 / (number + 1) for number in range(12)]
    assert told(falling) == []
    heart = told(falling, [0.9, 0.7, 0.6, 0.62, 0.65, 0.7, 0.75, 0.8, 0.9, 1.0, 1.1, 1.2])
    assert len(heart) == 1 and "by heart" in heart[0]
    assert "learning rate is probably too high" in told([1.0, 0.2, 1.1, 0.2, 1.2, 0.3])[0]
    assert told([2.3, 0.4, 0.05, 0.02, 0.05, 0.02, 0.05]) == [], "jumps of a loss that is small already"
    assert told([0.68, 0.618, 0.251, 0.033, 0.043, 0.034, 0.03]) == [], (
        "a fall, and a little to and fro below it"
    )
    assert "has become larger" in told([1.0, 1.1, 1.2, 1.5])[0]
    assert "not learning" in told([2.3026] * 8)[0]
    assert told([0.3, 0.31, 0.3, 0.29, 0.28, 0.3]) == []


def test_a_loss_that_falls_slowly_and_a_wild_beginning_of_a_long_run_are_no_signs() -> None:
    def told_of(losses: list[float], epochs: int) -> list[str]:
        advisor, found = Advisor(SIGNS), []
        for number, loss in enumerate(losses, 1):
            epoch = {
                "epoch": number,
                "epochs": epochs,
                "train_loss": loss,
                "val_loss": loss,
                "val_accuracy": 0.75,
            }
            found += advisor.take({**epoch, "learning_rate": 0.1})
        return [message["text"] for message in found]

    slow = [0.571 - 0.002 * number for number in range(8)]
    assert told_of(slow, 8) == []
    wild = [0.654, 0.694, 1.272, 2.502, 0.376, 0.37]
    assert told_of(wild, 1000) == [] and "has become larger" in told_of(wild, 6)[0]


@pytest.mark.parametrize(
    ("planned", "exact", "fall", "wanted"),
    [(12, 0.3, 0.8, True), (13, 0.3, 0.8, False), (12, 0.97, 0.8, False), (12, 0.3, 0.97, False)],
    ids=["cut short", "not over yet", "good already", "no longer learning"],
)
def test_a_run_that_ends_while_it_learns_is_told_to_go_on(
    planned: int, exact: float, fall: float, wanted: bool
) -> None:
    advisor, found = advisor_for(get_recipe("sequence_to_sequence")), []
    for number in range(1, 13):
        loss = 2.0 * fall**number
        figures = {name: {"loss": loss, "accuracy": 0.95, "exact": exact} for name in ("train", "validation")}
        epoch = {"epoch": number, "epochs": planned, "train_loss": loss, "val_loss": loss, "figures": figures}
        found += advisor.take({**epoch, "learning_rate": 0.001})
    assert [message["hint"] for message in found] == (
        ["Raise the number of epochs and choose “Continue the last run”."] if wanted else []
    )
