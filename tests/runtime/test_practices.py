"""Clipping, gathering, averaging, weighing and stopping: each against the same thing done by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Training
from presets import find
from runtime.choice import ChoiceError
from runtime.practices import practices_of
from runtime.schedules import make_schedule
from runtime.training import watching
from runtime.training.average import Average
from runtime.training.preparing import prepare
from runtime.training.steps import Careful

from .running import digits_cnn, epochs, moons_mlp, run


def asked(**options: Any) -> Careful:
    return Careful(practices_of(Training(options=options)), None)


def line(weight: float = 1.0) -> tuple[nn.Linear, torch.optim.SGD]:
    """y = w x, moved by SGD with rate 1."""
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, weight)
    return model, torch.optim.SGD(model.parameters(), lr=1.0)


def test_gradients_are_cut_in_length_and_by_value() -> None:
    model, optimizer = line()
    asked(clip_norm=0.5)(model(torch.tensor([[3.0]])).sum(), optimizer)
    assert model.weight.item() == pytest.approx(0.5)  # gradient 3 shortened to 0.5
    model, optimizer = line()
    asked(clip_value=0.25)(model(torch.tensor([[-3.0]])).sum(), optimizer)
    assert model.weight.item() == pytest.approx(1.25)


def test_l1_pulls_towards_zero_by_the_sign() -> None:
    model, optimizer = line(-2.0)
    asked(l1=0.1)(model(torch.tensor([[0.0]])).sum(), optimizer)
    assert model.weight.item() == pytest.approx(-1.9)


def test_gathered_batches_move_as_one_large_batch() -> None:
    model, optimizer = line()
    gather = asked(accumulate=3)
    for value in (1.0, 2.0, 6.0):
        assert model.weight.item() == 1.0
        gather(model(torch.tensor([[value]])).sum(), optimizer)
    assert model.weight.item() == pytest.approx(1.0 - 3.0)  # the mean of 1, 2 and 6


def test_the_average_follows_by_its_formula_and_steps_in() -> None:
    model, _ = line(1.0)
    average = Average(model, 0.75)
    with torch.no_grad():
        model.weight.fill_(5.0)
    average.update()
    with average.in_place():
        assert model.weight.item() == pytest.approx(0.75 * 1 + 0.25 * 5)
    assert model.weight.item() == 5.0


def test_a_run_stops_early_and_keeps_the_best(tmp_path: Path) -> None:
    last, messages = run(
        moons_mlp(epochs=200, learning_rate=1.0, optimizer="SGD", momentum=0.99, options={"patience": 3}),
        tmp_path,
    )
    done = len(epochs(messages))
    assert last["event"] == "finished" and last["early"] and done < 200
    assert done - last["best_epoch"] == 3
    assert any("Stopped early" in message.get("text", "") for message in messages)


def test_accuracy_can_decide(tmp_path: Path) -> None:
    last, messages = run(digits_cnn(epochs=3, options={"watch": "accuracy"}), tmp_path)
    best = max(message["val_accuracy"] for message in epochs(messages))
    assert (
        last["best_score"] == {"name": "accuracy", "value": pytest.approx(best)}
        and last["best_val_loss"] is None
    )
    wrong, _ = run(digits_cnn(epochs=1, options={"watch": "beauty"}), tmp_path / "wrong")
    assert wrong["sentence"] == "There is no score “beauty” to watch."


def test_scores_that_decide_are_those_of_scikit_learn() -> None:
    from sklearn import metrics

    given, truth = torch.tensor([0, 1, 1, 2, 0, 1, 2, 2]), torch.tensor([0, 1, 2, 2, 1, 1, 0, 2])
    for name in ("f1", "precision", "recall"):
        wanted = getattr(metrics, f"{name}_score")(truth, given, average="macro")
        assert getattr(watching, name)(given, truth, 3) == pytest.approx(wanted)
    outputs, numbers = torch.tensor([[1.0], [2.5], [4.0]]), torch.tensor([[1.5], [2.0], [5.0]])
    assert watching.mae(outputs, numbers, torch.tensor([10.0])) == pytest.approx(20 / 3)
    assert watching.r2(outputs, numbers) == pytest.approx(metrics.r2_score(numbers, outputs))


def test_any_score_can_decide_and_stop(tmp_path: Path) -> None:
    options = {"watch": "f1", "patience": 1}
    last, messages = run(moons_mlp(epochs=30, learning_rate=0.2, options=options), tmp_path)
    scores = [message["scores"]["f1"] for message in epochs(messages)]
    assert last["early"] and last["best_score"] == {"name": "f1", "value": max(scores)}
    assert last["best_epoch"] == scores.index(max(scores)) + 1 == len(scores) - 1
    wrong, _ = run(digits_cnn(epochs=1, options={"watch": "r2"}), tmp_path / "wrong")
    assert wrong["sentence"] == "There is no R² to watch: this data is of another kind."


def test_a_plateau_is_one_for_scores_that_should_be_high_too() -> None:
    _, optimizer = line(1.0)
    training = Training(schedule="plateau", schedule_options={"patience": 1, "factor": 0.5})
    schedule, rate = make_schedule(training, optimizer), optimizer.param_groups[0]["lr"]
    rates = []
    for accuracy in (0.8, 0.9, 0.9, 0.9):
        schedule.step(-accuracy)
        rates.append(optimizer.param_groups[0]["lr"])
    assert rates == [rate, rate, rate, rate / 2]


def test_a_plateau_needs_a_score_to_follow() -> None:
    _, optimizer = line(1.0)
    training = Training(recipe="diffusion", schedule="plateau")
    with pytest.raises(ChoiceError, match="has none: its last epoch counts"):
        make_schedule(training, optimizer)
    training.options["watch"] = "loss"
    assert make_schedule(training, optimizer) is not None


def test_the_best_loss_can_be_below_zero(tmp_path: Path) -> None:
    g = GraphBuilder("Net")
    g.output(g.add("Linear", g.input("x", shape=(10,)), out_features=1))
    made = project(
        "Counts",
        g,
        data=DataChoice("diabetes"),
        training=Training(loss="poisson_nll", epochs=2, threads=1, device="cpu"),
    )
    last, messages = run(made, tmp_path)
    best = min(message["val_loss"] for message in epochs(messages))
    assert last["best_val_loss"] == best and last["best_score"] == {"name": "loss", "value": best}


def test_balanced_classes_weigh_as_in_scikit_learn(tmp_path: Path) -> None:
    from sklearn.utils.class_weight import compute_class_weight

    session = prepare(digits_cnn(options={"class_weights": "balanced"}), tmp_path, "cpu")
    labels = session.targets[session.splits.train].numpy()
    wanted = compute_class_weight("balanced", classes=torch.arange(10).numpy(), y=labels)
    assert session.loss_of.weight.tolist() == pytest.approx(wanted.tolist(), rel=1e-5)


def test_what_cannot_be_is_a_sentence() -> None:
    with pytest.raises(ChoiceError, match="at least 2 folds"):
        practices_of(Training(options={"folds": 1}))
    with pytest.raises(ChoiceError, match="patience must be"):
        practices_of(Training(options={"patience": -1}))


def test_what_would_come_to_nothing_is_said_before_it_begins(tmp_path: Path) -> None:
    end, _ = run(digits_cnn(epochs=1, options={"accumulate": 500}), tmp_path / "a")
    assert "a step gathers 500 batches, but the whole run has 20." in end["sentence"]
    short = {"schedule": "one_cycle", "schedule_options": {"total_steps": 2}}
    end, _ = run(digits_cnn(epochs=3, **short), tmp_path / "b")
    assert end["sentence"].startswith("The one cycle is planned for 2 epochs, but the run has 3.")
    run(digits_cnn(epochs=1, schedule="one_cycle"), tmp_path / "c")
    end, _ = run(digits_cnn(epochs=3, schedule="one_cycle"), tmp_path / "c", resume=True)
    assert end["sentence"] == "The one cycle of this run was planned for 1 epochs and cannot go on to 3."
    made = find("ddpm").build()
    made.training.options["patience"] = 3
    end, _ = run(made, tmp_path / "d")
    assert "has no score that decides which epoch is best, so it cannot stop early" in end["sentence"]


def test_gathered_gradients_survive_a_checkpoint(tmp_path: Path) -> None:
    options = {"accumulate": 4, "ema": 0.9, "clip_norm": 1.0}
    _, whole = run(digits_cnn(epochs=4, options=options), tmp_path / "whole")
    run(digits_cnn(epochs=2, options=options), tmp_path / "part")
    _, rest = run(digits_cnn(epochs=4, options=options), tmp_path / "part", resume=True)
    assert [m["val_loss"] for m in epochs(rest)] == [m["val_loss"] for m in epochs(whole)][2:]
