"""Drawn pictures judged by a network of one's choice while their run trains."""

from __future__ import annotations

import math
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.model import DataChoice
from gui.training.fields import judging_runs, practice_fields
from presets import find
from runtime.headless import train_project
from runtime.recipes import recipe_of
from runtime.recipes.judges import DIGITS
from runtime.runs import runs_root
from runtime.script import write_script
from runtime.training.judged import digits_judge

from .running import digits_cnn


def test_the_digits_network_sees_digits_and_is_the_same_every_time() -> None:
    from runtime.data import get_source
    from runtime.loops.adversarial import frechet_distance

    data = get_source("digits").load()
    with torch.random.fork_rng():
        judge = digits_judge()
        other = digits_judge()
    assert all(
        torch.equal(a, b) for a, b in zip(judge.network.parameters(), other.network.parameters(), strict=True)
    )
    with torch.no_grad():
        assert (judge.network(data.inputs).argmax(1) == data.targets).float().mean() > 0.97
    half, rest = judge.features(data.inputs[::2], (0.0, 1.0)), judge.features(data.inputs[1::2], (0.0, 1.0))
    noise = judge.features(torch.rand(800, 1, 8, 8), (0.0, 1.0))
    assert half.shape == (899, 32)
    assert frechet_distance(half, rest) < 0.05 * frechet_distance(half, noise)


def test_a_gan_is_judged_after_every_epoch_by_a_network_or_a_run(tmp_path: Path) -> None:
    gan = find("gan").build()
    gan.training.options["judge"] = DIGITS
    assert recipe_of(gan.training).figures[-1].name == "judged"
    told: list[dict[str, Any]] = []
    quick = {"epochs": 2, "threads": 1, "device": "cpu"}
    last = train_project(gan, tmp_path / "first", quick, told.append)
    assert last["event"] == "finished" and math.isfinite(last["scores"]["judged"]), last
    started = next(message for message in told if message["event"] == "started")
    assert started["figures"][-1]["title"] == "Fréchet distance, judged", "the charts draw it"
    values = [line["figures"]["validation"]["judged"] for line in told if line["event"] == "epoch"]
    assert len(values) == 2 and all(value > 0 for value in values)
    plain: list[dict[str, Any]] = []
    del gan.training.options["judge"]
    train_project(gan, tmp_path / "plain", quick, plain.append)
    losses = [[line["train_loss"] for line in lines if line["event"] == "epoch"] for lines in (told, plain)]
    assert losses[0] == losses[1], "a judge only looks"

    train_project(digits_cnn(epochs=1), runs_root() / "seen", {"threads": 1})
    assert judging_runs() == ("seen",)
    judge = next(f.param for _, group in practice_fields(gan) for f in group if f.param.name == "judge")
    assert judge.choices == ("pixels", DIGITS, "seen")
    gan.training.options["judge"] = "seen"
    last = train_project(gan, tmp_path / "second", quick)
    assert last["event"] == "finished" and last["scores"]["judged"] > 0
    gan.training.epochs, gan.training.threads, gan.training.device = 2, 1, "cpu"
    written = write_script(gan, tmp_path / "train.py")
    assert [path.name for path in written] == ["train.py", "train_data.pt", "train_judge.pt"]
    done = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, timeout=250
    )
    assert done.returncode == 0, done.stderr
    assert float(re.findall(r"test_judged ([\d.]+)", done.stdout)[0]) == pytest.approx(
        last["scores"]["judged"]
    )
    gan.training.options["judge"] = "lost"
    last = train_project(gan, tmp_path / "third", quick)
    assert last["event"] == "failed" and "is not the folder of a run" in last["sentence"]


def test_points_are_not_judged_by_who_looks_at_pictures(tmp_path: Path) -> None:
    from graph.build import GraphBuilder, project
    from graph.model import Training

    generator, discriminator = GraphBuilder("G"), GraphBuilder("D")
    generator.output(generator.add("Linear", generator.input("z", shape=(4,)), out_features=2), name="x")
    discriminator.output(
        discriminator.add("Linear", discriminator.input("x", shape=(2,)), out_features=1), name="y"
    )
    training = Training(
        recipe="adversarial", loss="bce_with_logits", options={"judge": DIGITS}, epochs=1, threads=1
    )
    made = project("Points", generator, discriminator, data=DataChoice("moons"), training=training)
    last = train_project(made, tmp_path)
    assert (
        last["event"] == "failed"
        and "judges pictures, but the samples of this data are none" in last["sentence"]
    )
