"""The trainer itself, in this process: curves, scores, resuming, stopping, and what it says when it fails."""

from __future__ import annotations

import json
import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from graph.build import GraphBuilder, project
from graph.files import load, to_data
from graph.model import DataChoice, Training
from runtime.data import get_source, load_prepared
from runtime.precision import precision_on
from runtime.runs import Recorder, Run, list_runs, new_folder
from runtime.training import evaluation
from runtime.training.loop import train
from runtime.training.preparing import prepare
from runtime.training.session import evaluation_size, steps_per_epoch

from .running import curve, digits_cnn, epochs, exploding, moons_mlp, run, too_wide


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def by_hand(epochs: int) -> list[tuple[float, float, float]]:
    """The same network trained by a loop as one writes it: train loss, validation loss and accuracy."""
    dataset, splits = load_prepared("digits", {}, val_fraction=0.15, test_fraction=0.15, seed=0)
    torch.manual_seed(0)
    model = nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1), nn.BatchNorm2d(8), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(),
        nn.Dropout(0.2), nn.Linear(128, 10),
    )  # fmt: skip
    optimizer = torch.optim.Adam(model.parameters(), lr=5e-3)
    shuffle = torch.Generator().manual_seed(0)
    found = []
    for _ in range(epochs):
        model.train()
        total = 0.0
        order = splits.train[torch.randperm(len(splits.train), generator=shuffle)]
        for rows in order.split(64):
            loss = nn.functional.cross_entropy(model(dataset.inputs[rows]), dataset.targets[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(rows)
        model.eval()
        with torch.no_grad():
            outputs = model(dataset.inputs[splits.validation])
            targets = dataset.targets[splits.validation]
            found.append((
                total / len(order),
                nn.functional.cross_entropy(outputs, targets).item(),
                (outputs.argmax(1) == targets).float().mean().item(),
            ))  # fmt: skip
    return found


def test_the_curve_is_that_of_a_loop_written_by_hand(tmp_path: Path) -> None:
    last, messages = run(digits_cnn(), tmp_path)
    assert last["event"] == "finished", last
    told = [(m["train_loss"], m["val_loss"], m["val_accuracy"]) for m in epochs(messages)]
    assert told == [pytest.approx(values, abs=1e-6) for values in by_hand(2)]
    assert [value[0] for value in told] == [value[0] for value in by_hand(2)]


def test_the_same_seed_gives_the_same_run_and_another_a_different_one(tmp_path: Path) -> None:
    first = curve(run(moons_mlp(), tmp_path / "a")[1])
    assert curve(run(moons_mlp(), tmp_path / "b")[1]) == first
    assert curve(run(moons_mlp(seed=1), tmp_path / "c")[1]) != first


def test_steps_are_told_once_each_and_in_order(tmp_path: Path) -> None:
    _, messages = run(digits_cnn(), tmp_path)
    steps = [message for message in messages if message["event"] == "steps"]
    assert [step for message in steps for step in message["step"]] == list(range(1, 41))
    assert all(len(m["step"]) == len(m["loss"]) == len(m["accuracy"]) for m in steps)
    assert steps[-1]["progress"] == 1.0 and steps[-1]["seconds_left"] == 0.0
    first = [loss for m in steps if m["epoch"] == 1 for loss in m["loss"]]
    sizes = [64] * 19 + [1257 - 19 * 64]
    mean = sum(loss * size for loss, size in zip(first, sizes, strict=True)) / 1257
    assert epochs(messages)[0]["train_loss"] == pytest.approx(mean)


def test_a_run_leaves_everything_behind(tmp_path: Path) -> None:
    made = digits_cnn()
    last, messages = run(made, tmp_path / "run")
    kept = Run(tmp_path / "run")
    assert kept.model.read_text().count("class DigitsNet") == 1
    assert to_data(load(kept.project)) == to_data(made)
    config = kept.read_config()
    assert config["seed"] == 0 and config["parameters"] == 8 * 9 + 8 + 16 + 1290
    assert config["versions"]["torch"] == torch.__version__
    lines = list(kept.read_metrics())
    assert [line["val_loss"] for line in lines if line["event"] == "epoch"] == [
        message["val_loss"] for message in epochs(messages)
    ]
    assert lines[-1]["event"] == "finished" and lines[-1]["test_loss"] == last["test_loss"]
    assert "Finished after 2 epochs." in kept.log.read_text()
    weights = load_file(kept.best)
    assert weights["layers.6.weight"].shape == (10, 128)
    assert [found.folder for found in list_runs(tmp_path)] == [kept.folder]
    assert new_folder("My Net: é1", tmp_path).name.startswith("my-net-1-")


def test_the_test_scores_are_those_of_the_best_weights(tmp_path: Path) -> None:
    last, messages = run(digits_cnn(epochs=4, learning_rate=0.05), tmp_path)
    best = min(epochs(messages), key=lambda message: message["val_loss"])
    assert last["best_epoch"] == best["epoch"]
    assert sum(map(sum, last["confusion"])) == 270
    right = sum(last["confusion"][number][number] for number in range(10))
    assert last["test_accuracy"] == pytest.approx(right / 270)
    assert last["report"]["3"]["support"] == sum(last["confusion"][3])
    session = prepare(digits_cnn(), tmp_path / "again")
    session.model.load_state_dict(load_file(tmp_path / "best.safetensors"))
    session.model.eval()
    with torch.no_grad():
        outputs = session.model(session.inputs[session.splits.test])
    loss = nn.functional.cross_entropy(outputs, session.targets[session.splits.test]).item()
    assert last["test_loss"] == pytest.approx(loss, abs=1e-6)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"optimizer": "SGD", "schedule": "plateau"},
        {"schedule": "cosine"},
        {
            "schedule": "multi_step",
            "schedule_options": {"milestones": "1"},
            "options": {"warmup_epochs": 1},
        },
    ],
    ids=["plain", "plateau", "cosine", "milestones"],
)
def test_a_run_resumed_is_the_run_that_never_stopped(tmp_path: Path, options: dict[str, Any]) -> None:
    """Interrupted in the middle of the second epoch, with dropout, batch norm and a schedule on the way."""
    made = digits_cnn(epochs=3, **options)
    whole = curve(run(made, tmp_path / "whole")[1])

    session = prepare(made, tmp_path / "parts")
    told = []
    recorder = Recorder(session.run, time.perf_counter)
    for message in _slowly(session):
        if message is not None:
            told.append(message)
            recorder.take(message)
        session.stopping = session.step >= 27
    recorder.close()
    assert told[-1]["event"] == "stopped" and session.batch == 7 and session.epoch == 1

    last, messages = run(made, tmp_path / "parts", resume=True)
    assert last["event"] == "finished"
    assert curve(told) + curve(messages) == whole
    one, two = (
        load_file(tmp_path / "whole/checkpoint.safetensors"),
        load_file(tmp_path / "parts/checkpoint.safetensors"),
    )
    assert one.keys() == two.keys()
    assert all(torch.equal(one[key], two[key]) for key in one)
    kept = [line["epoch"] for line in Run(tmp_path / "parts").read_metrics() if line["event"] == "epoch"]
    assert kept == [1, 2, 3]


def _slowly(session: Any) -> Any:
    """The loop with a message after every step."""
    from runtime.training import loop

    before, loop.TICK = loop.TICK, 0.0
    try:
        yield from train(session)
    finally:
        loop.TICK = before


def test_resuming_another_network_is_refused(tmp_path: Path) -> None:
    run(moons_mlp(epochs=1), tmp_path)
    g = GraphBuilder("MoonsNet")
    g.output(g.add("Linear", g.input("x", shape=(2,)), out_features=1))
    other = project("Moons", g, data=DataChoice("moons"), training=moons_mlp().training)
    last, _ = run(other, tmp_path, resume=True)
    assert last["event"] == "failed" and "its weights do not fit" in last["sentence"]
    last, _ = run(moons_mlp(), tmp_path / "nothing", resume=True)
    assert "has no checkpoint yet" in last["sentence"]
    (tmp_path / "checkpoint.safetensors").write_bytes(b"\0" * 100)
    last, _ = run(moons_mlp(), tmp_path, resume=True)
    assert "is damaged" in last["sentence"]


def test_stopping_keeps_the_best(tmp_path: Path) -> None:
    session = prepare(digits_cnn(epochs=50), tmp_path)
    messages = []
    for message in train(session):
        if message is not None:
            messages.append(message)
        session.stopping = session.epoch >= 2
    assert messages[-1]["event"] == "stopped" and messages[-1]["epochs"] == 2
    best = min(epochs(messages), key=lambda message: message["val_loss"])
    assert messages[-1]["best_epoch"] == best["epoch"]
    assert messages[-1]["test_accuracy"] > 0.5


def test_a_learning_rate_set_by_hand_counts_from_the_next_step_and_the_schedule_goes_on(
    tmp_path: Path,
) -> None:
    made = digits_cnn(epochs=4, schedule="exponential", schedule_options={"gamma": 0.5})
    session = prepare(made, tmp_path)
    rates = []
    for message in train(session):
        if message is not None and message["event"] == "epoch":
            rates.append(message["learning_rate"])
            if message["epoch"] == 2:
                session.set_learning_rate(1.0)
    assert rates == pytest.approx([5e-3, 2.5e-3, 1.0, 0.5])


@pytest.mark.parametrize("exact", [True, False])
def test_nan_names_the_layer_that_gave_it_first(tmp_path: Path, exact: bool) -> None:
    """``exact=False`` is what a GPU does: notice late, then go through the epoch again."""
    session = prepare(exploding(), tmp_path)
    session.exact = exact
    with pytest.raises(Exception, match="“power” was the first to give values that are not finite") as caught:
        for _ in train(session):
            pass
    error: Any = caught.value
    node = {node.name: node.id for node in exploding().main.nodes.values()}["power"]
    assert error.node == ("g1", node)
    assert "Lower the learning rate, for instance from 50 to 5" in error.hint
    last, _ = run(exploding(), tmp_path)
    assert last["event"] == "failed" and last["sentence"] == error.sentence and last["node"] == ["g1", node]


def test_what_does_not_fit_is_a_sentence(tmp_path: Path) -> None:
    last, _ = run(moons_mlp(loss="bce"), tmp_path)
    assert "needs probabilities from 0 to 1" in last["sentence"] and "Sigmoid" in last["hint"]
    last, _ = run(moons_mlp(loss="cross_entropy"), tmp_path)
    assert last["event"] == "failed" and "(B, 2)" in last["sentence"]
    last, _ = run(moons_mlp(optimizer="Magic"), tmp_path)
    assert last["sentence"].startswith("There is no optimiser called “Magic”.")
    last, _ = run(moons_mlp(device="cuda:7"), tmp_path)
    assert last["sentence"] == "There is no device “cuda:7” on this machine."
    g = GraphBuilder("Empty")
    g.output(g.add("Flatten", g.input("x", shape=(2,))))
    last, _ = run(project("E", g, data=DataChoice("moons"), training=Training(loss="mse")), tmp_path)
    assert last["event"] == "failed"


def test_running_out_of_memory_is_a_sentence_with_a_batch_size(tmp_path: Path) -> None:
    last, _ = run(too_wide(), tmp_path)
    assert last["event"] == "failed"
    assert last["sentence"] == "The computer's memory is not enough for batches of 140 with this network."
    assert last["hint"] == "Try a batch size of 70."


def test_batch_norm_never_meets_a_last_batch_of_one(tmp_path: Path) -> None:
    assert steps_per_epoch(1257, 157, True) == 8 and 1257 % 157 == 1
    assert steps_per_epoch(1257, 157, False) == 9
    assert steps_per_epoch(5, 1, True) == 5
    last, messages = run(digits_cnn(batch_size=157, epochs=1), tmp_path)
    assert last["event"] == "finished" and epochs(messages)[0]["step"] == 8
    picture, text = get_source("digits").schema(), get_source("char-ship").schema()
    assert evaluation_size(64, 64, picture) == 512 and evaluation_size(64, 150_528, picture) == 64
    assert evaluation_size(64, 10, text) == 512
    words = replace(text, classes=tuple(map(str, range(20_000))))  # 10 places, 20,000 scores each
    assert evaluation_size(64, 10, words) == 2**24 // 200_000


def test_without_validation_the_training_loss_decides(tmp_path: Path) -> None:
    last, messages = run(moons_mlp(validation_fraction=0.0, test_fraction=0.0, epochs=2), tmp_path)
    assert last["event"] == "finished" and last["test_loss"] is None
    assert epochs(messages)[0]["val_loss"] is None and epochs(messages)[0]["best"]


def test_bfloat16_trains_too(tmp_path: Path) -> None:
    last, _ = run(digits_cnn(options={"precision": "bfloat16"}), tmp_path)
    assert last["event"] == "finished" and last["test_accuracy"] > 0.5
    last, _ = run(digits_cnn(options={"precision": "float16"}), tmp_path)
    assert "works on a CUDA device only" in last["sentence"]


def test_automatic_precision_is_bfloat16_where_the_device_has_units_for_it(tmp_path: Path) -> None:
    settled = precision_on(Training(options={"precision": "automatic"}), torch.device("cpu"))
    able = torch.cpu.get_capabilities()
    assert settled == ("bfloat16" if able.get("amx_bf16") or able.get("avx512_bf16") else "float32")
    assert precision_on(Training(options={"precision": "automatic"}), torch.device("meta")) == "float32"
    losses = [
        epochs(run(digits_cnn(options={"precision": precision}), tmp_path / precision)[1])[-1]["train_loss"]
        for precision in ("automatic", settled)
    ]
    assert losses[0] == losses[1]


def test_messages_are_json(tmp_path: Path) -> None:
    _, messages = run(moons_mlp(), tmp_path)
    for message in messages:
        json.dumps(message, allow_nan=False)
    assert math.isfinite(messages[-1]["seconds"])


def test_spare_scores_do_no_harm(tmp_path: Path) -> None:
    """A head for twelve classes trains on ten: the graph only hints at it, so the run must take it."""
    made = digits_cnn(epochs=1)
    last = next(node for node in made.main.nodes.values() if node.name == "fc")
    last.params["out_features"] = 12
    done, _ = run(made, tmp_path / "run")
    assert done["event"] == "finished" and len(done["confusion"]) == 10
    last.params["out_features"] = 9
    refused, _ = run(made, tmp_path / "narrow")
    assert refused["event"] == "failed" and "“fc”" in refused["sentence"]


def test_a_recipe_that_nobody_knows_is_a_sentence_and_leaves_nothing_behind(tmp_path: Path) -> None:
    last, _ = run(digits_cnn(recipe="alchemy"), tmp_path / "run")
    assert last["event"] == "failed"
    assert "“alchemy”. Choose one of supervised" in last["sentence"]
    assert not (tmp_path / "run").exists()


def test_a_text_too_long_to_hold_all_its_scores_is_scored_bit_by_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    g = GraphBuilder("Ship")
    x = g.add("Embedding", g.input("x", shape=(10,), dtype="int64"), num_embeddings=25, embedding_dim=8)
    g.output(g.add("Linear", x, out_features=25))
    data = DataChoice("char-ship", {"encoding": "tokens"})
    session = prepare(
        project("Ship", g, data=data, training=Training(threads=1, device="cpu")), tmp_path / "ship"
    )
    whole = evaluation.scored(session, "test")
    monkeypatch.setattr(evaluation, "LARGEST", 1)
    parts = evaluation.scored(session, "test")
    assert parts["test_loss"] == pytest.approx(whole.pop("test_loss"), abs=1e-6)
    assert {**whole, **parts} == {**parts, **{name: whole[name] for name in ("scores", "curves")}}
