"""Preparation in a run: what is done once and what anew, statistics of training rows, seeds, resuming, scripts."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Step, Training
from runtime.data import DataError, Dataset, load_prepared, prepared_schema
from runtime.data.schema import classification
from runtime.data.steps import lazy
from runtime.data.steps.apply import prepare as prepare_steps
from runtime.data.stored import Stored
from runtime.facts import facts_for
from runtime.script import training_script, write_script
from runtime.training import checkpoint
from runtime.training.loop import train
from runtime.training.preparing import prepare

from .running import epochs, run

RECIPE = (
    Step("resize", {"size": 10}),
    Step("grey_to_colour"),
    Step("rotate", {"degrees": 10.0}, "train"),
    Step("colour_jitter", {}, "train"),
    Step("normalise", {"mean": "0.1307", "deviation": "0.3081"}),
)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def pictures(steps: Sequence[Step], shape: tuple[int, int, int] = (3, 10, 10), **training: Any) -> Project:
    """A small convolutional network on prepared digits."""
    g = GraphBuilder("Prepared")
    x: Any = g.add("ReLU", g.add("Conv2d", g.input("x", shape=shape), out_channels=6, kernel_size=3))
    x = g.add("Dropout", g.add("Flatten", g.add("MaxPool2d", x, kernel_size=2)), p=0.2)
    g.output(g.add("Linear", x, out_features=10))
    settings: dict[str, Any] = {"learning_rate": 5e-3, "epochs": 2, "threads": 1, "device": "cpu", **training}
    return project("Prepared", g, data=DataChoice("digits", {}, list(steps)), training=Training(**settings))


def test_what_training_and_evaluation_see() -> None:
    raw, splits = load_prepared("digits")
    data, again = load_prepared("digits", steps=RECIPE)
    assert torch.equal(splits.train, again.train)
    assert data.schema == prepared_schema(DataChoice("digits", {}, list(RECIPE)))
    assert data.schema.input_shape == (3, 10, 10) and data.schema.features == ("red", "green", "blue")
    resized = torch.nn.functional.interpolate(raw.inputs, (10, 10), mode="bilinear", antialias=True).repeat(
        1, 3, 1, 1
    )
    torch.testing.assert_close(data.inputs, (resized - 0.1307) / 0.3081)
    done = data.preparation
    assert done is not None
    assert torch.equal(done.before["input"], resized) and done.before["target"] is data.targets
    assert [made.text for made in done.once] == ["Resize(size=(10, 10))", "GreyToColour()"]
    assert [made.name for made in done.training] == ["Rotate", "ColourJitter", "Normalise"]
    assert [made.text for made in done.elsewhere] == [
        "Normalise(shift=(0.1307,), scale=(0.3081,), pictures=True)"
    ]
    torch.testing.assert_close(done.applied(raw.inputs[:5]), data.inputs[:5])
    assert data.input_scaler is not None
    torch.testing.assert_close(data.input_scaler.invert(data.inputs), resized)
    augment = done.augmentation()
    assert augment is not None
    batch = {name: values[:16] for name, values in done.before.items()}
    torch.manual_seed(7)
    first = augment(batch)["input"]
    second = augment(batch)["input"]
    torch.manual_seed(7)
    assert torch.equal(augment(batch)["input"], first) and not torch.equal(first, second)
    assert float((first - data.inputs[:16]).abs().mean()) < 0.4, "a little turned and brightened, no more"


def test_statistics_come_from_the_training_rows_only() -> None:
    raw, splits = load_prepared("iris", {"standardise": False})
    data, _ = load_prepared("iris", {"standardise": False}, steps=[Step("standardise"), Step("clip")])
    rows = raw.inputs[splits.train]
    expected = (raw.inputs - rows.mean(0)) / rows.std(0, correction=0)
    torch.testing.assert_close(data.inputs, expected.clamp(-3, 3))
    assert abs(float(data.inputs.mean())) > 1e-4, "over all rows the mean is not 0"
    shifted = replace(raw, inputs=raw.inputs.clone())
    shifted.inputs[splits.test] += 100
    from runtime.data.steps.apply import prepare as apply_steps

    again = apply_steps(shifted, splits.train, [Step("min_max"), Step("bins", {"count": 3})])
    plain = apply_steps(raw, splits.train, [Step("min_max"), Step("bins", {"count": 3})])
    assert torch.equal(again.inputs[splits.train], plain.inputs[splits.train])
    assert set(plain.inputs.unique().tolist()) == {0, 1, 2}


def test_scaling_twice_is_undone_in_one() -> None:
    """Views that show data in its own units undo the source's scaling and the steps' together."""
    raw, _ = load_prepared("iris", {"standardise": False})
    data, _ = load_prepared("iris", steps=[Step("min_max"), Step("scale")])
    assert data.input_scaler is not None
    torch.testing.assert_close(data.input_scaler.invert(data.inputs), raw.inputs, rtol=1e-4, atol=1e-4)
    assert data.preparation is not None
    torch.testing.assert_close(data.preparation.applied(raw.inputs[:9]), data.inputs[:9])
    clipped, _ = load_prepared("iris", steps=[Step("clip")])
    assert clipped.input_scaler is None


def test_a_random_crop_takes_the_middle_of_what_is_not_trained_on() -> None:
    steps = [Step("random_crop", {"size": 6, "padding": 1}, "train"), Step("standardise")]
    raw, splits = load_prepared("digits")
    data, _ = load_prepared("digits", steps=steps)
    middle = raw.inputs[..., 1:7, 1:7]
    rows = middle[splits.train]
    torch.testing.assert_close(data.inputs, (middle - rows.mean()) / rows.std(correction=0))
    assert data.preparation is not None and data.preparation.before["input"].shape[1:] == (1, 8, 8)
    assert prepared_schema(DataChoice("digits", {}, steps)).input_shape == (1, 6, 6)


def test_the_network_is_checked_against_what_the_steps_give(tmp_path: Path) -> None:
    facts = facts_for(pictures(RECIPE))
    assert facts is not None and facts.input_shape == (3, 10, 10)
    end, _ = run(pictures(RECIPE, shape=(1, 8, 8)), tmp_path / "a")
    assert end["event"] == "failed" and "gives 3 × 10 × 10 float32" in end["sentence"]
    wrong = pictures((Step("grey_to_colour"), Step("grey_to_colour")))
    with pytest.raises(DataError, match=r"Step 2 of the preparation, Grey to 3 channels"):
        facts_for(wrong)
    end, _ = run(wrong, tmp_path / "b")
    assert end["event"] == "failed" and end["sentence"].startswith("Step 2 of the preparation")


def test_mixed_targets_go_with_cross_entropy_and_losses_of_values_only(tmp_path: Path) -> None:
    mixed = pictures((Step("mixup", {}, "train"),), shape=(1, 8, 8), epochs=3)
    end, messages = run(mixed, tmp_path / "a")
    assert end["event"] == "finished" and end["test_accuracy"] > 0.8
    last = epochs(messages)[-1]
    assert 0.4 < last["train_accuracy"] <= 1 and last["val_loss"] < last["train_loss"]
    values = pictures((Step("cutmix", {}, "train"),), shape=(1, 8, 8), loss="mse", epochs=1)
    assert run(values, tmp_path / "b")[0]["event"] == "finished"
    refused = pictures((Step("mixup", {}, "train"),), shape=(1, 8, 8), loss="nll")
    with pytest.raises(DataError, match="Mixup makes targets between two classes"):
        facts_for(refused)


def _losses(made: Project, folder: Path, resume_after: int | None = None) -> list[float]:
    """The loss of every step; with ``resume_after`` the run is left at that step and continued by another session."""
    folder.mkdir(exist_ok=True)
    found: list[float] = []
    session = prepare(made, folder)
    for message in train(session):
        if message and message["event"] == "steps":
            found += message["loss"]
        if resume_after is not None and session.step >= resume_after and session.meter.losses == []:
            checkpoint.write(session.run.checkpoint, checkpoint.capture(session))
            found = found[: session.step]
            break
    if resume_after is not None:
        torch.manual_seed(12345)
        session = prepare(made, folder, resume=True)
        for message in train(session):
            if message and message["event"] == "steps":
                found += message["loss"]
    return found


def test_the_same_seed_gives_the_same_run_and_a_resumed_one_goes_on_bit_for_bit(tmp_path: Path) -> None:
    made = pictures(
        (*RECIPE, Step("cutout", {}, "train"), Step("mixup", {}, "train"), Step("noise", {}, "train"))
    )
    first = _losses(made, tmp_path / "a")
    assert len(first) == 40
    assert _losses(made, tmp_path / "b") == first
    assert _losses(made, tmp_path / "c", resume_after=7) == first
    made.training.seed = 1
    assert _losses(made, tmp_path / "d") != first


def test_channels_last_changes_where_numbers_lie_and_nothing_else(tmp_path: Path) -> None:
    plain = _losses(pictures(RECIPE, epochs=1), tmp_path / "a")
    fast = pictures(RECIPE, epochs=1, options={"channels_last": True})
    assert _losses(fast, tmp_path / "b") == pytest.approx(plain, rel=1e-3)
    assert _losses(fast, tmp_path / "c", resume_after=5) == _losses(fast, tmp_path / "d")
    session = prepare(fast, tmp_path / "e")
    weight = next(item for item in session.model.parameters() if item.dim() == 4)
    assert weight.is_contiguous(memory_format=torch.channels_last)
    assert ".to(device, memory_format=torch.channels_last)" in training_script(fast).text


CASES: dict[str, tuple[tuple[Step, ...], tuple[int, int, int]]] = {
    "recipe": (RECIPE, (3, 10, 10)),
    "once": (
        (Step("pad", {"padding": 1, "mode": "reflect"}), Step("standardise"), Step("clip")),
        (1, 10, 10),
    ),
    "mixed": (
        (
            Step("random_crop", {"size": 8, "padding": 1}, "train"),
            Step("shift", {}, "train"),
            Step("flip_sideways", {}, "train"),
            Step("standardise"),
            Step("noise", {}, "train"),
            Step("cutout", {}, "train"),
            Step("cutmix", {}, "train"),
        ),
        (1, 8, 8),
    ),
    "rand_augment": ((Step("grey_to_colour"), Step("rand_augment", {}, "train"), Step("scale")), (3, 8, 8)),
}


def test_the_script_holds_the_steps_and_gives_the_losses_of_the_run(tmp_path: Path) -> None:
    wanted = {}
    paths = []
    for name, (steps, shape) in CASES.items():
        made = pictures(steps, shape)
        end, messages = run(made, tmp_path / name)
        assert end["event"] == "finished", end
        wanted[name] = [
            (each["train_loss"], each["val_loss"], each["train_accuracy"]) for each in epochs(messages)
        ]
        folder = tmp_path / f"{name}-script"
        folder.mkdir()
        paths.append(write_script(made, folder / "train.py")[0])
    code = """
import runpy, sys
for path in sys.argv[1:]:
    print("FILE")
    runpy.run_path(path, run_name="__main__")
"""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, paths)],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    line = re.compile(r"epoch +\d+  loss ([\d.]+)  accuracy ([\d.]+)  val_loss ([\d.]+)")
    for (name, losses), text in zip(wanted.items(), done.stdout.split("FILE")[1:], strict=True):
        got = [(float(a), float(b), float(c)) for a, c, b in line.findall(text)]
        assert got == [
            pytest.approx(each, abs=1e-6) for each in [(a, b, round(c, 4)) for a, b, c in losses]
        ], name
    for path in paths:
        checked = subprocess.run(
            [sys.executable, "-m", "ruff", "check", "--isolated", "--line-length", "120", str(path)],
            capture_output=True, text=True, timeout=150,
        )  # fmt: skip
        assert checked.returncode == 0, checked.stdout


def test_a_script_holds_no_more_than_its_steps_need() -> None:
    text = training_script(pictures(CASES["once"][0], CASES["once"][1])).text
    assert "class Pad:" in text and "class Normalise:" in text and "class Scale:" not in text
    assert "STEPS = [\n" in text and "its numbers were measured on the training split." in text
    assert "Needs torch alone." in text
    plain = training_script(pictures((), (1, 8, 8))).text
    assert "prepared(" not in plain and "augmented(" not in plain
    assert "Needs torch and torchvision." in training_script(pictures(*CASES["rand_augment"])).text
    turned = training_script(pictures(RECIPE)).text
    assert "class Rotate:" in turned and "return warped(batch, matrix, self.fill)" in turned
    only = training_script(pictures((Step("flip_sideways", {}, "train"),), (1, 8, 8))).text
    assert "TRAINING = [Flip()]" in only and "prepared(" not in only and "EVERYWHERE" not in only
    assert not any(word in turned for word in ("mask", "boxes", "corners_of", "pictures: tuple"))


def test_sets_larger_than_the_memory_are_prepared_as_they_are_read(tmp_path: Path) -> None:
    """Bytes in a file give the same as floats in memory, row by row, and stay bytes."""
    from runtime.data import Dataset
    from runtime.data.schema import Schema
    from runtime.data.steps.apply import prepare as apply_steps
    from runtime.data.steps.apply import unprepared
    from runtime.data.stored import Stored

    torch.manual_seed(0)
    pixels = torch.randint(256, (50, 1, 8, 6), dtype=torch.uint8)
    (tmp_path / "pixels").write_bytes(pixels.numpy().tobytes())
    stored = Stored.mapped(tmp_path / "pixels", pixels.shape)
    masks = torch.randint(3, (50, 8, 6))
    schema = Schema((1, 8, 6), "segmentation", "image", classes=("a", "b", "c"), target_shape=(8, 6))
    steps = [
        Step("pad", {"padding": 1}), Step("grey_to_colour"), Step("flip_sideways", {}, "train"), Step("standardise"),
        Step("resize", {"size": 4}),
    ]  # fmt: skip
    train = torch.arange(30)
    streamed = apply_steps(Dataset(stored, masks, schema), train, steps)
    plain = apply_steps(Dataset(pixels.float() / 255, masks, schema), train, steps)
    assert isinstance(streamed.inputs, Stored) and streamed.inputs.shape == plain.inputs.shape == (
        50,
        3,
        4,
        4,
    )
    rows = torch.tensor([7, 3, 49])
    torch.testing.assert_close(streamed.inputs[rows], plain.inputs[rows], rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(streamed.inputs[5], plain.inputs[5], rtol=1e-4, atol=1e-4)
    assert torch.equal(streamed.targets, plain.targets)
    assert streamed.preparation is not None and plain.preparation is not None
    assert isinstance(streamed.preparation.before["input"], Stored)
    assert unprepared(streamed).inputs is stored
    augment = streamed.preparation.augmentation()
    assert augment is not None
    batch = augment({name: values[rows] for name, values in streamed.preparation.before.items()})
    assert batch["input"].shape == (3, 3, 4, 4) and batch["target"].shape == (3, 4, 4)
    torch.testing.assert_close(streamed.inputs.to("cpu")[rows], streamed.inputs[rows])


@pytest.mark.parametrize("step", ["standardise", "min_max"])
def test_what_stays_in_a_file_is_measured_a_few_at_a_time(step: str, monkeypatch: pytest.MonkeyPatch) -> None:
    pixels = torch.randint(256, (60, 3, 4, 4), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    schema = classification((3, 4, 4), ("a", "b", "c"), "image")
    train, targets = torch.arange(40), torch.zeros(60, dtype=torch.int64)
    plain = prepare_steps(Dataset(pixels.float() / 255, targets, schema), train, [Step(step)])
    asked: list[int] = []
    floats = Stored.floats
    monkeypatch.setattr(lazy, "CHUNK", 16)
    monkeypatch.setattr(Stored, "floats", lambda self, part: asked.append(len(part)) or floats(self, part))
    kept = prepare_steps(Dataset(Stored(pixels), targets, schema), train, [Step(step)])
    assert asked and max(asked) == 16, "never all of them as floats"
    torch.testing.assert_close(kept.inputs[train], plain.inputs[train], rtol=1e-4, atol=1e-4)


def test_the_recipe_of_the_48_cnn_is_the_one_it_names() -> None:
    from presets import find

    made = find("cnn48").build()
    facts = facts_for(made)
    assert facts is not None and facts.input_shape == (3, 48, 48)
    data, _ = load_prepared(made.data.source, made.data.options, steps=made.data.steps)
    assert data.preparation is not None
    assert [step.text for step in data.preparation.once] == ["Resize(size=(48, 48))", "GreyToColour()"]
    assert [step.text for step in data.preparation.training] == [
        "Rotate(degrees=10.0)",
        "ColourJitter(brightness=0.2, contrast=0.2)",
        "Normalise(shift=(0.1307,), scale=(0.3081,), pictures=True)",
    ]
    assert [step.name for step in data.preparation.elsewhere] == ["Normalise"]


def test_a_recipe_of_its_own_is_augmented_in_the_run_and_in_its_script(tmp_path: Path) -> None:
    """Masks move along with pictures, and the script gives the figures of the run."""
    g = GraphBuilder("Masker")
    x: Any = g.add(
        "ReLU", g.add("Conv2d", g.input("x", shape=(3, 16, 16)), out_channels=4, kernel_size=3, padding=1)
    )
    schema = prepared_schema(DataChoice("shape-masks"))
    g.output(g.add("Conv2d", x, out_channels=schema.class_count, kernel_size=1))
    steps = [
        Step("resize", {"size": 16}), Step("standardise"), Step("flip_sideways", {}, "train"),
        Step("rotate", {"degrees": 20.0}, "train"),
    ]  # fmt: skip
    training = Training(recipe="segmentation", epochs=2, threads=1, device="cpu", batch_size=32)
    made = project("Masks", g, data=DataChoice("shape-masks", {"n": 120}, steps), training=training)
    end, messages = run(made, tmp_path / "run")
    assert end["event"] == "finished", end
    script = write_script(made, tmp_path / "train.py")[0]
    assert "batch = augmented(batch)" in script.read_text(encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(script)], cwd=tmp_path, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stderr
    got = [float(value) for value in re.findall(r"epoch +\d+  loss ([\d.]+)", done.stdout)]
    assert got == pytest.approx([each["train_loss"] for each in epochs(messages)], abs=1e-6)
