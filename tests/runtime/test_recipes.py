"""Recipes of their own through the real trainer: what they measure, keep and show."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from runtime.headless import train_project
from runtime.recipes import RECIPES, SUPERVISED, Figure, Recipe, Role, get_recipe
from runtime.runs import Run
from runtime.script import write_script

SPELLED = Recipe(
    id="spelled",
    title="Spelled out",
    help="",
    roles=(Role("network", "Network"),),
    figures=(Figure("loss", "Loss"),),
    tasks=("classification",),
    loop="Supervised",
    watch="loss",
    groups=(("network", ("network",)),),
    uses_loss=True,
    source=get_recipe(SUPERVISED).whole,
)


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(RECIPES, "spelled", SPELLED)
    torch.set_num_threads(1)


def classifier(recipe: str, **training: Any) -> Project:
    begin = training.pop("begin", "")
    g = GraphBuilder("Small")
    x = g.chain(g.input("x", shape=(1, 8, 8)), "Flatten", ("Linear", {"out_features": 16}), "ReLU")
    g.output(g.chain(x, ("Dropout", {"p": 0.2}), ("Linear", {"out_features": 10})))
    wanted = {"epochs": 3, "batch_size": 256, "device": "cpu", "threads": 1, **training}
    made = project("Small", g, data=DataChoice("digits"), training=Training(recipe=recipe, **wanted))
    last = [node for node in made.main.nodes.values() if node.type == "Linear"][-1]
    last.start = begin
    return made


def run(made: Project, folder: Path, **more: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    told: list[dict[str, Any]] = []
    return train_project(made, folder, emit=told.append, **more), told


def epochs(told: list[dict[str, Any]]) -> list[tuple[float, float]]:
    return [(line["train_loss"], line["val_loss"]) for line in told if line["event"] == "epoch"]


def test_the_loop_written_out_gives_the_losses_of_the_fast_one(tmp_path: Path) -> None:
    last, told = run(classifier("spelled"), tmp_path / "spelled")
    fast, quick = run(classifier(SUPERVISED), tmp_path / "fast")
    assert last["event"] == fast["event"] == "finished"
    assert epochs(told) == epochs(quick) and len(epochs(told)) == 3
    assert last["test_loss"] == pytest.approx(fast["test_loss"], rel=1e-6)
    assert last["scores"] == {"loss": last["test_loss"]}


def test_figures_travel_and_are_kept(tmp_path: Path) -> None:
    _, told = run(classifier("spelled", schedule="exponential"), tmp_path)
    started = next(line for line in told if line["event"] == "started")
    assert started["figures"] == [{"name": "loss", "title": "Loss", "kind": "loss", "better": "low"}]
    assert all(line["figures"]["loss"] == line["loss"] for line in told if line["event"] == "steps")
    ends = [line for line in Run(tmp_path).read_metrics() if line["event"] == "epoch"]
    assert [line["figures"]["train"]["loss"] for line in ends] == [line["train_loss"] for line in ends]


def test_a_run_goes_on_bit_for_bit(tmp_path: Path) -> None:
    whole, told = run(classifier("spelled", epochs=4), tmp_path / "whole")
    run(classifier("spelled", epochs=2), tmp_path / "part")
    _, rest = run(classifier("spelled", epochs=4), tmp_path / "part", resume=True)
    assert epochs(rest) == epochs(told)[2:] and whole["event"] == "finished"


PRACTICES = {"clip_norm": 0.5, "clip_value": 0.2, "accumulate": 2, "l1": 1e-4, "ema": 0.9, "warmup_epochs": 1}


@pytest.mark.parametrize(
    "more",
    [
        {},
        {"initialisation": "he_normal", "schedule": "plateau", "optimizer": "SGD", "begin": "uniform 0.1"},
        {"options": PRACTICES, "schedule": "cosine"},
        {"options": {"patience": 1, "watch": "loss", "ema": 0.5}, "learning_rate": 0.5, "epochs": 8},
    ],
    ids=["plain", "start", "practices", "early"],
)
def test_the_script_gives_the_runs_figures(more: dict[str, Any], tmp_path: Path) -> None:
    made = classifier("spelled", **more)
    written = write_script(made, tmp_path / "train.py")
    for words in (["check"], ["format", "--check"]):
        judged = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--isolated", "--no-cache", "--line-length", "110", str(written[0])],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert judged.returncode == 0, judged.stdout
    done = subprocess.run(
        [sys.executable, "-I", str(written[0])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    said = re.findall(r"epoch +\d+ +loss (\S+) +val_loss (\S+)", done.stdout)
    _, told = run(made, tmp_path / "run")
    assert said == [(f"{train:.6f}", f"{val:.6f}") for train, val in epochs(told)] and len(said) > 1
    assert "best weights: test_loss" in done.stdout and (tmp_path / "network.pt").is_file()


def test_what_does_not_fit_is_a_sentence(tmp_path: Path) -> None:
    made = classifier("spelled")
    made.data = DataChoice("diabetes")
    last, _ = run(made, tmp_path / "data")
    assert last["sentence"] == "Spelled out needs data with classes; this data has numbers to predict."
    g = GraphBuilder("Two")
    both = g.add("Add", g.input("a", shape=(10,)), g.input("b", shape=(10,)))
    g.output(g.add("Linear", both, out_features=10))
    two = project("Two", g, data=DataChoice("digits"), training=Training(recipe="spelled"))
    last, _ = run(two, tmp_path / "two")
    assert "“Two” has 2 inputs (a, b), but the recipe “Spelled out” feeds 1." in last["sentence"]
    last, _ = run(classifier("spelled", learning_rate=1e30, optimizer="SGD"), tmp_path / "rate")
    assert last["event"] == "failed" and "“Loss” became" in last["sentence"]


def test_each_network_of_a_run_finds_its_own_weights(tmp_path: Path) -> None:
    from graph.code import generate
    from graph.shapes import Inference
    from runtime.exports.model import build

    g = GraphBuilder("Generator")
    drawn = g.add("Tanh", g.add("Linear", g.input("noise", shape=(4,)), out_features=64))
    g.output(g.add("Unflatten", drawn, dim=1, unflattened_size=(1, 8, 8)))
    d = GraphBuilder("Discriminator")
    judged = d.add("Linear", d.add("Flatten", d.input("image", shape=(1, 8, 8))), out_features=1)
    d.output(d.add("Sigmoid", judged))
    training = Training(recipe="adversarial", loss="bce", epochs=1, batch_size=512, device="cpu", threads=1)
    made = project("Pair", g, d, data=DataChoice("digits", {"scaling": "-1 to 1"}), training=training)
    last, _ = run(made, tmp_path)
    assert last["event"] == "finished", last
    shapes = Inference().run(made)
    weights = load_file(tmp_path / "best.safetensors")
    for network, role in zip(made.networks, ("generator", "discriminator"), strict=True):
        model = build(made, generate(made, shapes, network), tmp_path / "best.safetensors")
        for name, value in model.state_dict().items():
            assert torch.equal(value, weights[f"{role}.{name}"])
