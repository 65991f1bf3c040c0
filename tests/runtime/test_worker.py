"""The worker through its client: a real process, a real pipe, real runs."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
import torch

from graph.files import to_data
from runtime.outbox import MOST_STEPS, Outbox
from runtime.runs import Run
from tests.conftest import PATIENCE

from .listening import Listener
from .running import curve, digits_cnn, exploding, moons_mlp, run, too_wide


@pytest.fixture(scope="module")
def shared() -> Iterator[Listener]:
    """One worker for the tests of this file that leave it alive."""
    with Listener() as listener:
        listener.wait("ready")
        yield listener


@pytest.fixture
def worker(shared: Listener) -> Listener:
    shared.messages.clear()
    return shared


def numbers(value: dict[str, Any]) -> Any:
    return np.frombuffer(value["data"], value["dtype"]).reshape(value["shape"])


def test_a_run_tells_its_story_in_order(worker: Listener, tmp_path: Path) -> None:
    worker.train(digits_cnn(), tmp_path / "w")
    last = worker.wait("finished")
    kinds = [message["event"] for message in worker.messages]
    assert kinds.index("starting") < kinds.index("started") < kinds.index("epoch") < kinds.index("finished")
    started = worker.all("started")[0]
    assert started["train"] == 1257 and started["steps_per_epoch"] == 20 and len(started["classes"]) == 10
    steps = [step for message in worker.all("steps") for step in message["step"]]
    assert steps == list(range(1, 41))
    torch.set_num_threads(1)
    here, messages = run(digits_cnn(), tmp_path / "h")
    assert curve(worker.messages) == curve(messages)
    assert last["test_loss"] == here["test_loss"] and last["confusion"] == here["confusion"]
    assert Run(tmp_path / "w").checkpoint.is_file()


def test_pause_resume_rate_and_stop(worker: Listener, tmp_path: Path) -> None:
    worker.train(digits_cnn(epochs=10_000), tmp_path)
    worker.wait("epoch")
    worker.client.send({"do": "pause"})
    step = worker.wait("paused")["step"]
    assert Run(tmp_path).checkpoint.is_file(), "a paused run can be continued even if the program is ended"
    worker.client.send({"do": "learning_rate", "value": 0.001})
    assert worker.wait("learning_rate")["value"] == 0.001
    worker.client.send({"do": "devices"})
    assert worker.wait("devices")["devices"][-1]["name"] == "cpu"
    counted = [value for message in worker.all("steps") for value in message["step"]]
    assert counted[-1] <= step
    worker.client.send({"do": "resume"})
    worker.wait("resumed")
    worker.wait("steps", where=lambda m: m["step"][-1] > step and m["learning_rate"] == 0.001)
    worker.client.send({"do": "stop"})
    last = worker.wait("stopped")
    assert last["best_epoch"] >= 1 and last["test_accuracy"] > 0.3
    assert Run(tmp_path).best.is_file()


def test_a_stopped_run_goes_on_where_it_stood(worker: Listener, tmp_path: Path) -> None:
    made = digits_cnn(epochs=4)
    whole = curve(run(made, tmp_path / "whole")[1])
    worker.train(made, tmp_path / "parts")
    worker.wait("epoch")
    worker.client.send({"do": "stop"})
    stopped = worker.wait("stopped", where=lambda m: True) if not worker.all("finished") else None
    before = curve(worker.messages)
    worker.messages.clear()
    worker.train(made, tmp_path / "parts", resume=True)
    worker.wait("finished")
    assert before + curve(worker.messages) == whole or stopped is None


def test_activations_of_layers_and_functions(worker: Listener, tmp_path: Path) -> None:
    made = digits_cnn(epochs=2)
    ids = {node.name: node.id for node in made.main.nodes.values()}
    worker.client.send({"do": "watch", "place": ["g1"], "node": ids["pool"], "sample": 3})
    worker.train(made, tmp_path)
    while_running = worker.wait("maps", where=lambda m: m["node"] == ids["pool"])
    assert while_running["samples"][0]["maps"]["shape"] == [8, 4, 4]
    worker.wait("finished")
    for name, shape in (("conv", [8, 8, 8]), ("relu", [8, 8, 8]), ("fc", [10])):
        worker.messages.clear()
        worker.client.send({"do": "watch", "place": ["g1"], "node": ids[name], "sample": [3, 5]})
        told = worker.wait("maps", where=lambda m, node=ids[name]: m["node"] == node)
        assert [sample["sample"] for sample in told["samples"]] == [3, 5]
        assert told["samples"][0]["maps"]["shape"] == shape == told["samples"][0]["full_shape"]
        found = {sample["sample"]: numbers(sample["maps"]) for sample in told["samples"]}
        if name == "relu":
            assert found[3].min() == 0.0
    worker.client.send({"do": "predict", "sample": [3, 5]})
    outputs = numbers(worker.wait("prediction")["outputs"])
    np.testing.assert_allclose(outputs[0], found[3], rtol=1e-5, atol=1e-5)
    assert len(worker.all("prediction")[0]["probabilities"][0]) == 10
    worker.client.send({"do": "watch", "node": None})


def test_a_function_is_watched_by_walking_the_graph(worker: Listener, tmp_path: Path) -> None:
    made = moons_mlp()
    ids = {node.name: node.id for node in made.main.nodes.values()}
    worker.train(made, tmp_path)
    worker.wait("finished")
    found = {}
    for name in ("tanh", "second", "skip"):
        worker.messages.clear()
        worker.client.send({"do": "watch", "place": ["g1"], "node": ids[name], "sample": 0})
        told = worker.wait("maps", where=lambda m, node=ids[name]: m["node"] == node)
        found[name] = numbers(told["samples"][0]["maps"])
    np.testing.assert_allclose(found["skip"], found["tanh"] + found["second"], rtol=1e-5, atol=1e-6)
    worker.client.send({"do": "watch", "node": None})


def test_the_boundary_separates_the_points(worker: Listener, tmp_path: Path) -> None:
    worker.client.send({"do": "boundary", "on": True, "size": 40})
    worker.train(moons_mlp(epochs=40), tmp_path)
    worker.wait("finished")
    worker.messages.clear()
    worker.client.send({"do": "boundary", "on": True, "size": 40})
    told = worker.wait("boundary")
    plane = numbers(told["probabilities"])
    assert plane.shape == (1, 40, 40) and plane.min() >= 0 and plane.max() <= 1
    points, labels = numbers(told["points"]), np.array(told["labels"])
    columns = ((points[:, 0] - told["x"][0]) / (told["x"][1] - told["x"][0]) * 39).round().astype(int)
    rows = ((points[:, 1] - told["y"][0]) / (told["y"][1] - told["y"][0]) * 39).round().astype(int)
    assert ((plane[0, rows, columns] > 0.5) == (labels > 0.5)).mean() > 0.85
    worker.client.send({"do": "boundary", "on": False})


def test_a_failed_run_names_the_node_and_the_worker_lives_on(worker: Listener, tmp_path: Path) -> None:
    worker.train(exploding(), tmp_path / "bad")
    failed = worker.wait("failed")
    ids = {node.name: node.id for node in exploding().main.nodes.values()}
    assert failed["node"] == ["g1", ids["power"]] and "“power”" in failed["sentence"]
    assert "Lower the learning rate" in failed["hint"] and "Traceback" in failed["details"]
    assert "Failed:" in Run(tmp_path / "bad").log.read_text()
    worker.messages.clear()
    worker.train(too_wide(), tmp_path / "wide")
    assert worker.wait("failed")["hint"] == "Try a batch size of 70."
    worker.messages.clear()
    worker.client.send({"do": "train", "project": {"nonsense": 1}, "folder": str(tmp_path / "x")})
    assert worker.wait("failed")["sentence"]
    worker.messages.clear()
    worker.client.send({"do": "dance"})
    assert "dance" in worker.wait("log")["text"]
    worker.train(moons_mlp(epochs=1), tmp_path / "good")
    worker.wait("finished")


def test_a_window_that_never_draws_does_not_hold_up_the_run(worker: Listener, tmp_path: Path) -> None:
    """No credits come back for the whole run; then the reader itself stands still for a while."""
    worker.credits = False
    worker.blocked.clear()
    worker.client.send({"do": "boundary", "on": True})
    worker.train(moons_mlp(epochs=10_000, batch_size=8), tmp_path)
    log = Run(tmp_path).metrics
    deadline = time.monotonic() + PATIENCE
    while (not log.is_file() or log.stat().st_size < 20_000) and time.monotonic() < deadline:
        time.sleep(0.05)
    done = [line["epoch"] for line in Run(tmp_path).read_metrics() if line["event"] == "epoch"]
    assert len(done) >= 3, "the run went on while nobody read"
    worker.client.send({"do": "stop"})
    worker.blocked.set()
    worker.wait("stopped")
    assert len([message for message in worker.messages if message.get("credit")]) <= 3
    told = [message["epoch"] for message in worker.all("epoch")]
    assert told == sorted(told) and told[-1] == worker.wait("stopped")["epochs"]
    worker.client.send({"do": "boundary", "on": False})
    worker.credits = True
    worker.client.credit(3)


def test_what_is_asked_for_after_a_run_comes_without_a_credit(worker: Listener, tmp_path: Path) -> None:
    """A short run can be over before the window asks, its credits used up and no step left to wait for."""
    worker.credits = False
    worker.train(moons_mlp(epochs=60), tmp_path)
    worker.wait("finished")
    while worker.client.alive and len([told for told in worker.messages if told.get("credit")]) < 3:
        worker.client.send({"do": "boundary", "on": True, "size": 8})  # use up what credits are left
        time.sleep(0.05)
    worker.messages.clear()
    worker.client.send({"do": "boundary", "on": True, "size": 8})
    assert "credit" not in worker.wait("boundary")
    worker.client.send({"do": "boundary", "on": False})
    worker.credits = True
    worker.client.credit(3)


def test_what_waits_is_thinned_out() -> None:
    box = Outbox()
    for step in range(1, 3 * MOST_STEPS + 1):
        box.add({"event": "steps", "step": [step], "loss": [float(step % 2)], "accuracy": None})
    (message,) = box.take()
    assert len(message["step"]) <= MOST_STEPS and message["step"][-1] == 3 * MOST_STEPS
    assert set(message["loss"][:1000]) == {0.5} and message["accuracy"] is None
    assert not box


def test_nothing_is_left_behind_after_closing() -> None:
    with Listener() as listener:
        listener.wait("ready")
        pid = listener.client.pid
        assert pid is not None and psutil.pid_exists(pid)
    assert not psutil.pid_exists(pid)
    assert not listener.client.send({"do": "devices"})
    assert os.getpid() != pid
    assert to_data(moons_mlp())["data"]["source"] == "moons"
