"""The exported training script: runs alone, and its losses are those of the run."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from runtime.protocol import Message
from runtime.script import training_script, write_script

from .running import digits_cnn, epochs, moons_mlp, run
from .test_data_downloads import mnist_files, place

ALONE = """
import runpy, sys
for path in sys.argv[1:]:
    print("FILE", path)
    runpy.run_path(path, run_name="__main__")
names = {name.split(".")[0] for name in sys.modules}
assert not names & {"graph", "runtime", "presets", "gui", "sklearn", "PySide6"}
"""


def xor() -> Project:
    g = GraphBuilder("Xor")
    x: Any = g.input("x", shape=(2,))
    x = g.add("Tanh", g.add("Linear", x, out_features=4))
    g.output(g.add("Sigmoid", g.add("Linear", x, out_features=1)))
    training = Training(
        loss="bce", optimizer="SGD", learning_rate=0.5, momentum=0.5, epochs=30, batch_size=4, threads=1,
        schedule="step", schedule_options={"step_size": 10, "gamma": 0.5}, initialisation="normal",
        options={"nesterov": True, "init_std": 0.5}, device="cpu",
    )  # fmt: skip
    return project("Xor", g, data=DataChoice("logic-xor"), training=training)


def next_character() -> Project:
    """A recurrent network that guesses the next character, one class per step."""
    g = GraphBuilder("Chars")
    source = DataChoice("char-wow")
    from runtime.data import get_source

    width = get_source("char-wow").schema({}).input_shape[-1]
    x: Any = g.input("x", shape=(-1, width))
    output, _ = g.add("RNN", x, hidden_size=8, batch_first=True)
    g.output(g.add("Linear", output, out_features=width))
    return project("Chars", g, data=source, training=Training(epochs=3, threads=1, device="cpu"))


def regression() -> Project:
    g = GraphBuilder("Progress")
    x: Any = g.add("Linear", g.input("x", shape=(10,)), out_features=8)
    g.output(g.add("Linear", g.add("ReLU", x), out_features=1))
    training = Training(loss="smooth_l1", optimizer="RMSprop", epochs=2, threads=1, device="cpu",
                        schedule="plateau", weight_decay=0.1, options={"watch": "mae"})  # fmt: skip
    return project("Progress", g, data=DataChoice("diabetes"), training=training)


def practices() -> Project:
    """All of them, with a padlock that opens after an epoch and a rate of its own."""
    made = digits_cnn(
        schedule="step",
        options={
            "clip_norm": 0.5,
            "clip_value": 0.1,
            "accumulate": 2,
            "l1": 1e-5,
            "ema": 0.9,
            "warmup_epochs": 1,
            "class_weights": "balanced",
            "watch": "accuracy",
            "patience": 1,
            "unfreeze_after": 1,
        },
    )
    nodes = {node.name: node for node in made.main.nodes.values()}
    nodes["conv"].frozen, nodes["fc"].rate = True, 0.5
    return made


CASES = {
    "digits": lambda: digits_cnn(schedule="cosine", optimizer="AdamW", initialisation="he_normal"),
    "single": lambda: digits_cnn(
        batch_size=157, epochs=1, options={"label_smoothing": 0.1, "watch": "recall"}
    ),
    "moons": lambda: moons_mlp(options={"watch": "f1", "ema": 0.9, "patience": 2}),
    "half": lambda: moons_mlp(options={"precision": "bfloat16"}, validation_fraction=0.0),
    "automatic": lambda: moons_mlp(options={"precision": "automatic"}),
    "xor": xor,
    "chars": next_character,
    "regression": regression,
    "practices": practices,
}

LINE = re.compile(
    r"epoch +(\d+)  loss ([\d.]+)(?:  accuracy ([\d.]+))?(?:  val_loss ([\d.]+))?(?:  val_accuracy ([\d.]+))?"
    r"(?:  val_(?:f1|recall|mae) ([\d.]+))?"
)


def printed(message: Message) -> tuple[str | None, ...]:
    """An epoch of the run with the digits a script prints."""
    values = [("train_loss", ".6f"), ("train_accuracy", ".4f"), ("val_loss", ".6f"), ("val_accuracy", ".4f")]
    return (
        str(message["epoch"]),
        *(None if message[key] is None else format(message[key], digits) for key, digits in values),
        next((format(value, ".6f") for value in message.get("scores", {}).values()), None),
    )


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str | None, ...]]]:
    """What each case's script prints per epoch, all run by one interpreter that knows nothing of us."""
    folder = tmp_path_factory.mktemp("scripts")
    for name, make in CASES.items():
        write_script(make(), folder / f"{name}.py")
    done = subprocess.run(
        [sys.executable, "-I", "-c", ALONE, *(str(folder / f"{name}.py") for name in CASES)],
        cwd=folder, capture_output=True, text=True, timeout=170, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, list[tuple[str | None, ...]]] = {}
    for line in done.stdout.splitlines():
        if line.startswith("FILE"):
            rows = found.setdefault(Path(line[5:]).stem, [])
        elif match := LINE.match(line):
            rows.append(match.groups())
    check = [sys.executable, "-m", "ruff"]
    for words in (["check"], ["format", "--check"]):
        judged = subprocess.run(
            [*check, *words, "--isolated", "--no-cache", "--line-length", "110", str(folder)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert judged.returncode == 0, judged.stdout
    return found


@pytest.mark.parametrize("name", CASES)
def test_the_scripts_curve_is_the_runs(
    name: str, scripts: dict[str, list[tuple[str | None, ...]]], tmp_path: Path
) -> None:
    torch.set_num_threads(1)
    last, messages = run(CASES[name](), tmp_path)
    assert last["event"] == "finished", last
    assert scripts[name] == [printed(message) for message in epochs(messages)]


def test_tiny_data_is_written_out_and_larger_data_lies_beside(tmp_path: Path) -> None:
    assert training_script(xor()).files == {}
    assert "[[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]]" in training_script(xor()).text
    assert [path.name for path in write_script(digits_cnn(), tmp_path / "d.py")] == ["d.py", "d_data.pt"]
    parts = torch.load(tmp_path / "d_data.pt", weights_only=True)
    assert [len(parts[split][0]) for split in ("train", "validation", "test")] == [1257, 270, 270]
    assert "HERE = Path()" in training_script(digits_cnn(), notebook=True).text


@pytest.mark.parametrize("options", [{}, {"scaling": "standardised", "image_size": 14, "rgb": True}])
def test_torchvisions_data_is_fetched_by_the_script(
    options: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On small files in MNIST's own format, so that nothing is downloaded; the samples are the same."""
    place(tmp_path / "data", "MNIST", mnist_files())
    monkeypatch.setenv("TORCHLOOM_DATA", str(tmp_path / "data"))
    g = GraphBuilder("Net")
    size = options.get("image_size", 28)
    x: Any = g.add("Flatten", g.input("x", shape=(3 if options else 1, size, size)))
    g.output(g.add("Linear", x, out_features=10))
    made = project("M", g, data=DataChoice("mnist", options), training=Training(threads=1, device="cpu"))
    paths = write_script(made, tmp_path / "mnist.py")
    assert [path.name for path in paths] == ["mnist.py", "mnist_rows.pt"]
    scope: dict[str, Any] = {"__name__": "script", "__file__": str(paths[0])}
    exec(compile(paths[0].read_text(), str(paths[0]), "exec"), scope)
    found = scope["load_data"]()
    from runtime.data import load_prepared

    dataset, splits = load_prepared("mnist", options)
    for split in ("train", "validation", "test"):
        rows = getattr(splits, split)
        assert torch.equal(found[split][0], dataset.inputs[rows]), split
        assert torch.equal(found[split][1], dataset.targets[rows])
    assert numpy.isfinite(found["train"][0].numpy()).all()
