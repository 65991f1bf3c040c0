"""The worked examples of CONTRIBUTING.md are run as they stand there."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import Any

import pytest
import torch
from PySide6.QtWidgets import QApplication

ROOT = Path(__file__).resolve().parent.parent


def examples() -> dict[str, str]:
    """The Python blocks of the page by the path in their first line."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    found = re.findall(r"```python\n# (\S+\.py)\n(.*?)```", text, re.DOTALL)
    return dict(found)


def run(path: str) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": "example"}
    exec(compile(examples()[path], path, "exec"), scope)
    return scope


def test_the_page_has_its_examples_in_rooms_that_exist() -> None:
    assert len(examples()) == 8
    for path in examples():
        assert (ROOT / path).parent.is_dir()
        assert not (ROOT / path).exists(), f"{path} exists by now: choose another example"


def test_the_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    from graph.build import GraphBuilder, project
    from graph.building import build_call
    from graph.catalogue import CATALOGUE
    from graph.shapes import Inference

    layer = run("graph/catalogue/rolling.py")["LAYERS"][0]
    monkeypatch.setitem(CATALOGUE, layer.name, layer)
    x = torch.arange(6).reshape(1, 6)
    rolled = build_call(layer, layer.validated({"shifts": 2, "dim": 1}), {"input": 1})(None, x)
    assert rolled.tolist() == [[4, 5, 0, 1, 2, 3]]

    net = GraphBuilder("Net")
    net.output(net.add("Roll", net.input("x", shape=(3, 8)), dim=4))
    problem = Inference().run(project("Rolled", net)).problems[0]
    assert "dim = 4" in problem.text
    assert problem.param == "dim"


def test_the_preset() -> None:
    from graph.shapes import Inference
    from runtime.facts import facts_for

    preset = run("presets/moons_mlp.py")["PRESETS"][0]
    made = preset.build()
    shapes = Inference().run(made, facts_for(made))
    assert shapes.problems == []
    assert shapes.networks["g1"].parameters == 2 * 16 + 16 + 16 * 2 + 2


def test_the_data_source() -> None:
    source = run("runtime/data/sources/ripples.py")["SOURCES"][0]
    schema = source.schema({"n": 50})
    data = source.load({"n": 50})
    assert data.inputs.shape == (50, *schema.input_shape)
    assert data.targets.shape == (50, *schema.target_shape)
    x, y = data.inputs[0].tolist()
    radius = (x * x + y * y) ** 0.5
    assert data.targets[0].item() == pytest.approx(math.cos(2 * radius) / (1 + radius), rel=1e-4)


def test_the_step() -> None:
    import inspect

    (kind,) = run("runtime/data/steps/blurring.py")["STEPS"]
    blur = run("runtime/data/steps/code/blur.py")[kind.code[1]]
    assert set(inspect.signature(blur).parameters) == {param.name for param in kind.params}
    picture = torch.zeros(1, 1, 3, 3)
    picture[0, 0, 1, 1] = 36
    soft = blur(**kind.settled({"chance": 1.0}))({"input": picture})["input"]
    assert soft[0, 0].tolist() == [[9, 6, 9], [6, 4, 6], [9, 6, 9]]


def test_the_recipe(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from dataclasses import replace

    from graph.build import GraphBuilder, project
    from graph.model import DataChoice, Training
    from runtime.headless import train_project
    from runtime.recipes import RECIPES

    declared = replace(
        run("runtime/recipes/mutual.py")["RECIPE"], source=examples()["runtime/loops/mutual.py"]
    )
    monkeypatch.setitem(RECIPES, "mutual", declared)
    networks = []
    for name in ("First", "Second"):
        g = GraphBuilder(name)
        g.output(g.chain(g.input("x", shape=(1, 8, 8)), "Flatten", ("Linear", {"out_features": 10})))
        networks.append(g)
    training = Training(recipe="mutual", epochs=3, batch_size=128, device="cpu", threads=1)
    told: list[dict[str, Any]] = []
    made = project("Mutual", *networks, data=DataChoice("digits"), training=training)
    last = train_project(made, tmp_path, emit=told.append)
    assert last["event"] == "finished", last
    ends = [message["figures"]["validation"] for message in told if message["event"] == "epoch"]
    assert all(ends[-1][name] < ends[0][name] for name in ("first_loss", "second_loss"))


def test_the_interaction(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    from graph.build import GraphBuilder, project
    from gui.canvas import view as canvas_view
    from gui.workspace import Workspace

    gesture = run("gui/canvas/interactions/pick_flow.py")["PickFlow"]
    monkeypatch.setattr(canvas_view, "STARTERS", (gesture, *canvas_view.STARTERS))
    net = GraphBuilder("Net")
    x = net.input("x", shape=(8,))
    first = net.add("Linear", x)
    second = net.add("ReLU", first)
    out = net.output(second)
    workspace = Workspace(project("Chain", net))
    view = canvas_view.CanvasView(workspace)
    view.resize(1200, 400)
    view.show()
    view.fit()
    node = workspace.graph.nodes[first.id]
    at = view.mapFromScene(node.x + 85, node.y + 20)
    held = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, held, QPoint(at))
    assert workspace.selection == {first.id, second.id, out.id}
