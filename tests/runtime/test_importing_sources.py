"""What can be imported: libraries' names, classes of a file, arguments, shapes; and the command of the terminal."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch")

from graph.files import load as load_project  # noqa: E402
from main import main  # noqa: E402
from runtime.importing.failure import ImportFailure  # noqa: E402
from runtime.importing.listing import classes_in, kind_of, library_models  # noqa: E402
from runtime.importing.sources import call_arguments, entries_of, load  # noqa: E402
from runtime.importing.tracing import Entry  # noqa: E402
from runtime.weights import keys_of, read, shapes_of  # noqa: E402

FILE = """
import math

import torch
from torch import nn

print("the file runs")


class Odd(nn.Module):
    def __init__(self, width, bias=True):
        super().__init__()
        self.fc = nn.Linear(width, width, bias=bias)

    def forward(self, x):
        y = self.fc(x)
        y.view(-1, 2, y.shape[1] // 2).transpose(1, 2).mul_(math.pi)
        return y


class Net(nn.Module):
    def __init__(self, width, classes=3):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(5, width), nn.ReLU(), Odd(width))
        self.head = nn.Linear(width, classes)

    def forward(self, x):
        return self.head(self.body(x))


class Helper:
    pass
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "own_models.py"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_the_lists_are_those_of_the_libraries() -> None:
    torchvision = pytest.importorskip("torchvision")
    models = torchvision.models
    theirs = {name for name in models.list_models() if not name.startswith("quantized_")}
    assert set(library_models("torchvision")) == theirs
    kinds = (models.segmentation, models.video, models.detection, models.optical_flow)
    assert all(
        kind_of(name) == kind.__name__.rpartition(".")[2]
        for kind in kinds
        for name in models.list_models(kind)
    )
    timm = pytest.importorskip("timm")
    assert set(library_models("timm")) == set(timm.list_models())


def test_classes_are_read_without_running_the_file(file: Path, capfd: Any) -> None:
    assert classes_in(file) == ["Net", "Odd"]
    assert "runs" not in capfd.readouterr().out
    with pytest.raises(ImportFailure, match="line 1"):
        file.write_text("class (", encoding="utf-8")
        classes_in(file)


def test_arguments_and_shapes_are_plain_values() -> None:
    assert call_arguments("64, depth=3, name='x', sizes=(1, 2)") == (
        [64],
        {"depth": 3, "name": "x", "sizes": (1, 2)},
    )
    assert call_arguments(" ") == ([], {})
    for text in ("open('x')", "64; 3", "**{}", "x"):
        with pytest.raises(ImportFailure):
            call_arguments(text)
    assert entries_of("3x32x32") == (Entry((3, 32, 32)),)
    assert entries_of("int64:7; 3×8") == (Entry((7,), "int64"), Entry((3, 8)))
    for text in ("0x3", "axb", "complex:3"):
        with pytest.raises(ImportFailure):
            entries_of(text)


@pytest.mark.parametrize(
    ("source", "arguments", "words"),
    [
        ("torchvision:resnet19", "", ("no model", "resnet18")),
        ("torchvision:quantized_resnet18", "", ("8 bits", "torchvision:resnet18")),
        ("resnet18", "", ("not clear", "torchvision:NAME")),
        ("FILE:Nothing", "", ("no class", "Net, Odd")),
        ("FILE:Net", "", ("needs width", "width=…")),
        ("FILE:Net", "4, depth=2", ("cannot take", "depth")),
        ("FILE:Net", "-1", ("could not be built", "line")),
        ("FILE:Helper", "", ("is no torch.nn.Module", "")),
        ("nowhere.py:Net", "", ("no file", "")),
    ],
)
def test_what_cannot_be_had_is_said_with_what_to_do(
    file: Path, source: str, arguments: str, words: tuple[str, str]
) -> None:
    with pytest.raises(ImportFailure) as refused:
        load(source.replace("FILE", str(file)), arguments)
    assert words[0] in str(refused.value) and words[1] in f"{refused.value} {refused.value.hint}"


def test_weights_that_cannot_be_downloaded_are_said_so(monkeypatch: Any, tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    from torch import hub

    def refuse(*_: Any, **__: Any) -> None:
        raise OSError("Name or service not known.")

    monkeypatch.setattr(hub, "download_url_to_file", refuse)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    with pytest.raises(ImportFailure) as refused:
        load("torchvision:squeezenet1_1", "", pretrained=True)
    assert "could not be had: Name or service not known." in str(refused.value)
    assert "without its weights" in refused.value.hint


def test_the_terminal_asks_for_trust_and_writes_project_and_weights(
    file: Path, tmp_path: Path, capfd: Any
) -> None:
    out = tmp_path / "net.loom"
    words = ["import", f"{file}:Net", "-o", str(out), "--input", "5", "--args", "width=4", "--json"]
    assert main(words) == 2 and not out.exists()
    refusal = capfd.readouterr()
    assert "--trust" in refusal.err and "runs" not in refusal.out
    assert main([*words, "--trust"]) == 0
    (told,) = [json.loads(line) for line in capfd.readouterr().out.splitlines() if line.startswith("{")]
    assert told["equal"] == "exactly" and told["python"] == 1
    made = load_project(out)
    (odd,) = [block for block in made.blocks.values() if block.code]
    assert odd.code.startswith("class Odd(nn.Module):") and "width=4" in odd.code
    kept = shapes_of(read(tmp_path / made.weights))
    assert keys_of(made, None) == kept
    assert main(["check", str(out)]) == 0
    assert main([*words, "--trust"]) == 2
    assert "exists already" in capfd.readouterr().err


def test_without_weights_only_what_is_not_learned_comes_along(tmp_path: Path) -> None:
    pytest.importorskip("torchvision")
    out = tmp_path / "swin.loom"
    assert main(["import", "torchvision:swin_t", "-o", str(out), "--input", "3x32x32"]) == 0
    made = load_project(out)
    kept = read(tmp_path / made.weights)
    assert kept and all("index" in key or "constant" in key for key in kept)
    assert main(["import", "torchvision:squeezenet1_1", "-o", str(out), "--input", "3x32x32", "--force"]) == 0
    assert load_project(out).weights == ""


def test_each_input_may_be_given_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "two.py"
    file.write_text(
        "from torch import nn\n\n\nclass Two(nn.Module):\n    def forward(self, a, b):\n        return a + b\n",
        encoding="utf-8",
    )
    out = tmp_path / "two.loom"
    assert main(["import", f"{file}:Two", "-o", str(out), "--input", "5", "--input", "1", "--trust"]) == 0
    inputs = [node for node in load_project(out).main.nodes.values() if node.type == "Input"]
    assert [node.params["shape"] for node in inputs] == [(5,), (1,)]
