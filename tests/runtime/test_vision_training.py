"""The presets about pictures train through the real worker's path: losses fall, shows come, scripts agree."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from presets import find
from runtime.headless import train_project
from runtime.recipes import get_recipe

torch = pytest.importorskip("torch")

SIZES: dict[str, Any] = {"unet": 24, "fcn": 24, "detector": 48, "multi-task": 48, "transfer": 16}
SHOWN = {
    "unet": "masks", "fcn": "masks", "detector": "boxes", "multi-task": "answers", "transfer": "answers",
}  # fmt: skip


def trained(made: Project, folder: Path, **training: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    seen: list[dict[str, Any]] = []
    last = train_project(made, folder, {"threads": 1, "device": "cpu", **training}, seen.append)
    assert last["event"] == "finished", last.get("sentence")
    return last, seen


@pytest.mark.parametrize("preset_id", list(SIZES))
def test_the_loss_of_a_preset_falls_and_its_work_is_shown(tmp_path: Path, preset_id: str) -> None:
    made = find(preset_id).build()
    made.data.options["n"] = SIZES[preset_id]
    last, seen = trained(made, tmp_path, epochs=3, batch_size=8, schedule="constant")
    losses = [message["train_loss"] for message in seen if message["event"] == "epoch"]
    assert losses[-1] < losses[0]
    shows = [show for message in seen if message["event"] == "shows" for show in message["shows"]]
    assert {show["kind"] for show in shows} == {SHOWN[preset_id]}
    recipe = get_recipe(made.training.recipe)
    if recipe.id == "supervised":
        return
    told = [message["figures"]["validation"] for message in seen if message["event"] == "epoch"]
    assert all({figure.name for figure in recipe.figures} <= figures.keys() for figures in told)
    assert all(0 <= last["scores"][figure.name] <= 1 for figure in recipe.figures if figure.kind == "score")


def test_the_heads_of_googlenet_have_their_weights() -> None:
    made = find("googlenet-aux").build()
    keywords = get_recipe(made.training.recipe).keywords(made, _schema(made))
    assert keywords == {
        "feeds": ("input",),
        "losses": (
            ("scores", 0, "cross_entropy", 1.0, "target"),
            ("aux1_scores", 1, "cross_entropy", 0.3, "target"),
            ("aux2_scores", 2, "cross_entropy", 0.3, "target"),
        ),
    }


def test_googlenet_learns_with_all_three_heads(tmp_path: Path) -> None:
    """On small pictures, which its pooling to a fixed size takes as well."""
    made = find("googlenet-aux").build()
    made.main.inputs[0].params["shape"] = (3, 64, 64)
    made.data.options |= {"n": 12, "image_size": 64}
    last, seen = trained(made, tmp_path, epochs=2, batch_size=4)
    losses = [message["train_loss"] for message in seen if message["event"] == "epoch"]
    assert losses[-1] < losses[0]
    scores = last["scores"]
    parts = [scores[f"loss {name}"] for name in ("scores", "aux1_scores", "aux2_scores")]
    assert scores["loss"] == pytest.approx(parts[0] + 0.3 * parts[1] + 0.3 * parts[2], rel=1e-5)


def _schema(made: Project) -> Any:
    from runtime.data import get_source

    return get_source(made.data.source).schema(made.data.options)


def heads() -> Project:
    """A trunk with an early and a late head, the early one a third as important."""
    g = GraphBuilder("Heads")
    x = g.add("Flatten", g.input("x", shape=(1, 8, 8)), name="flatten")
    early = g.add("ReLU", g.add("Linear", x, name="first", out_features=16), name="relu")
    late = g.add("ReLU", g.add("Linear", early, name="second", out_features=16), name="relu2")
    g.output(g.add("Linear", late, name="head", out_features=10), name="scores")
    g.output(g.add("Linear", early, name="aux", out_features=10), name="aux_scores")
    return project(
        "Heads", g, data=DataChoice("digits"),
        training=Training(
            recipe="several", learning_rate=1e-2, epochs=5, batch_size=64,
            options={"losses": "scores: cross_entropy, aux_scores: cross_entropy × 0.3"},
        ),
    )  # fmt: skip


def tiny(preset_id: str) -> Project:
    made = find(preset_id).build()
    made.data.options["n"] = 24
    made.training.epochs, made.training.batch_size = 2, 8
    return made


@pytest.mark.parametrize("name", ["heads", "unet", "detector", "multi-task"])
def test_the_exported_script_gives_the_same_figures(tmp_path: Path, name: str) -> None:
    from runtime.script import training_script, write_files

    made = heads() if name == "heads" else tiny(name)
    made.training.threads = 1
    last, seen = trained(made, tmp_path / "run")
    script = training_script(made, stem="train")
    (tmp_path / "train.py").write_text(script.text)
    write_files(script, tmp_path)
    told = subprocess.run(
        [sys.executable, "train.py"], cwd=tmp_path, capture_output=True, text=True, timeout=120, check=True
    ).stdout.splitlines()
    epochs = [message for message in seen if message["event"] == "epoch"]
    lines = [line for line in told if line.startswith("epoch")]
    for line, message in zip(lines, epochs, strict=True):
        words = line.split()
        assert float(words[words.index("loss") + 1]) == pytest.approx(message["train_loss"], abs=2e-6)
        assert float(words[words.index("val_loss") + 1]) == pytest.approx(message["val_loss"], abs=2e-6)
    tested = told[-1].split()
    assert float(tested[tested.index("test_loss") + 1]) == pytest.approx(last["test_loss"], abs=2e-6)


def test_two_heads_learn_together(tmp_path: Path) -> None:
    last, _ = trained(heads(), tmp_path)
    scores = last["scores"]
    assert scores["accuracy"] > 0.85
    assert scores["loss"] == pytest.approx(scores["loss scores"] + 0.3 * scores["loss aux_scores"], rel=1e-5)
    assert scores["first_loss"] == pytest.approx(scores["loss scores"], rel=1e-5)


def test_data_of_another_kind_is_refused_in_a_sentence(tmp_path: Path) -> None:
    made = find("unet").build()
    made.data = DataChoice("shape-boxes", {"n": 20})
    last = train_project(made, tmp_path)
    assert last["event"] == "failed"
    assert last["sentence"] == (
        "Segmentation needs data with a mask for each picture; this data has boxes on each picture."
    )


def test_a_network_with_another_end_is_refused_in_a_sentence(tmp_path: Path) -> None:
    for preset_id, count, sentence in (
        (
            "unet",
            6,
            "should be (B, 7, 64, 64), for 7 classes of every pixel, but receives (B, 5, 64, 64) from “head”.",
        ),
        (
            "detector",
            8,
            "Output “cells” should be (B, rows, columns, 13), for objectness, x, y, width, height and 8 classes in "
            "every cell, but receives (B, 8, 8, 9) from “head”.",
        ),
        (
            "multi-task",
            3,
            "needs 3 Outputs of “MultiTask” (circle, square, triangle), but it has 4 (has_circle, has_square, "
            "has_triangle, has_star).",
        ),
    ):
        made = find(preset_id).build()
        made.data.options |= {"n": 12, "classes": count}
        last = train_project(made, tmp_path / preset_id)
        assert last["event"] == "failed" and last["sentence"].endswith(sentence), last["sentence"]
