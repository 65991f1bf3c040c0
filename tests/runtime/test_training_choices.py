"""Losses, optimisers, schedules and initialisations: built object and printed line agree, values by hand."""

from __future__ import annotations

import math

import pytest
import torch
from torch import nn

from graph.model import Training
from runtime.choice import ChoiceError, chosen
from runtime.initialisation import INITIALISATIONS, initialise, initialise_text
from runtime.losses import LOSSES, answer_rule
from runtime.optimizers import OPTIMIZERS, extras
from runtime.protocol import decode, encode
from runtime.schedules import SCHEDULES


def test_messages_survive_the_way() -> None:
    message = {
        "event": "maps",
        "a": [1, 2.5, None],
        "maps": [{"data": b"\x00\xff", "shape": [2]}, {"data": b"xyz"}],
    }
    assert decode(encode(message)) == message
    assert math.isnan(decode(encode({"loss": math.nan}))["loss"])


@pytest.mark.parametrize("name", LOSSES)
def test_a_loss_reads_as_it_is_built(name: str) -> None:
    loss = LOSSES[name]
    values = loss.settled(Training())
    built = loss.make(values)
    assert loss.text(values) == f"nn.{type(built).__name__}()"


def test_an_option_that_differs_is_printed_and_used() -> None:
    loss = LOSSES["cross_entropy"]
    values = loss.settled(Training(options={"label_smoothing": 0.1}))
    assert loss.text(values) == "nn.CrossEntropyLoss(label_smoothing=0.1)"
    assert loss.make(values).label_smoothing == 0.1
    with pytest.raises(ChoiceError, match=r"Cross-entropy: label_smoothing must be a number from 0 to 0\.99"):
        loss.settled(Training(options={"label_smoothing": 3.0}))


def test_right_answers() -> None:
    rule = answer_rule(LOSSES["cross_entropy"], "classification", 3)
    assert rule is not None
    assert rule.right(torch.tensor([[0.0, 2, 1], [5, 0, 0]]), torch.tensor([1, 2])).tolist() == [True, False]
    rule = answer_rule(LOSSES["bce_with_logits"], "binary", 1)
    assert rule is not None
    assert rule.right(torch.tensor([[0.2], [-0.1]]), torch.tensor([[1.0], [1.0]])).tolist() == [
        [True],
        [False],
    ]
    rule = answer_rule(LOSSES["mse"], "classification", 2)
    assert rule is not None
    assert rule.right(torch.tensor([[0.9, 0.2]]), torch.tensor([[1.0, 0.0]])).tolist() == [True]
    assert answer_rule(LOSSES["mse"], "regression", 1) is None


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_an_optimiser_steps_like_torchs(name: str) -> None:
    optimizer = OPTIMIZERS[name]
    training = Training(learning_rate=0.1, momentum=0.9)
    values = optimizer.settled(training)
    weight = nn.Parameter(torch.tensor([1.0]))
    built = optimizer.make({**values}, [weight])
    assert f"torch.optim.{type(built).__name__}" == optimizer.made_by
    assert extras(optimizer, 0.1, 0.0)["lr"] == 0.1


def test_sgd_reads_well_and_nesterov_needs_momentum() -> None:
    sgd = OPTIMIZERS["SGD"]
    values = sgd.settled(Training(momentum=0.9))
    assert sgd.text(values, "model.parameters()") == "torch.optim.SGD(model.parameters(), momentum=0.9)"
    with pytest.raises(ChoiceError, match="momentum above 0"):
        sgd.text(sgd.settled(Training(momentum=0.0, options={"nesterov": True})))


@pytest.mark.parametrize(
    ("name", "options", "expected"),
    [
        ("step", {"step_size": 2, "gamma": 0.5}, [1, 1, 0.5, 0.5, 0.25]),
        ("exponential", {"gamma": 0.5}, [1, 0.5, 0.25, 0.125]),
        ("cosine", {}, [1, 0.75, 0.25, 0]),
    ],
)
def test_schedules_by_hand(name: str, options: dict[str, float], expected: list[float]) -> None:
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], lr=1.0)
    schedule = SCHEDULES[name]
    made = schedule.make(schedule.settled(Training(epochs=3, schedule_options=dict(options))), optimizer)
    rates = []
    for _ in expected:
        rates.append(optimizer.param_groups[0]["lr"])
        optimizer.step()
        made.step()
    assert rates == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("name", INITIALISATIONS)
def test_the_printed_initialisation_does_the_same(name: str) -> None:
    choice = INITIALISATIONS[name]
    values = choice.settled(Training())

    def fresh() -> nn.Module:
        torch.manual_seed(1)
        return nn.Sequential(nn.Conv2d(1, 8, 3), nn.BatchNorm2d(8), nn.LSTM(8, 4), nn.Linear(8, 4))

    one, two = fresh(), fresh()
    torch.manual_seed(2)
    initialise(one, choice, values)
    torch.manual_seed(2)
    text = initialise_text(choice, values)
    if text:
        scope = {"nn": nn}
        exec(text, scope)
        scope["initialise"](two)  # type: ignore[operator]
    for (key, left), right in zip(one.state_dict().items(), two.state_dict().values(), strict=True):
        assert torch.equal(left, right), key
    assert torch.equal(one[1].weight, torch.ones(8))  # type: ignore[union-attr, arg-type]


def test_xavier_keeps_its_bound_and_can_be_limited_to_linear_layers() -> None:
    model = nn.Sequential(nn.Conv1d(1, 1, 3), nn.Linear(100, 50))
    before = model[0].weight.clone()  # type: ignore[operator, union-attr]
    choice = INITIALISATIONS["xavier_uniform"]
    initialise(model, choice, choice.settled(Training(options={"init_layers": "linear"})))
    assert torch.equal(model[0].weight, before)  # type: ignore[arg-type]
    assert 0.19 < float(model[1].weight.detach().abs().max()) <= math.sqrt(6 / 150)  # type: ignore[operator, union-attr]
    assert not model[1].bias.any()  # type: ignore[operator, union-attr]


def test_an_unknown_choice_is_a_sentence() -> None:
    with pytest.raises(ChoiceError, match="There is no loss called “huh”"):
        chosen(LOSSES, "huh", "loss")
