"""All networks of a project in one module."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from graph.build import GraphBuilder, project
from graph.code import CodeError, generate, generate_all, load_module
from graph.model import Project
from presets import all_presets, find
from tests.graph.blocks_hand import shapes_of


def two(sizes: tuple[int, int]) -> Project:
    """Two networks that use one block, with inputs of a size each."""
    unit = GraphBuilder("Unit")
    x = unit.add("Linear", unit.input("x"), name="fc", out_features=4)
    unit.output(unit.add("Add", unit.add("ReLU", x), x), name="y")
    made = []
    for name, size in zip(("First", "Second"), sizes, strict=True):
        g = GraphBuilder(name)
        g.output(g.use(unit, g.input("x", shape=(size,)), name="unit"), name="y")
        made.append(g)
    return project("Two", *made)


def classes(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.ClassDef)]


def test_equal_classes_are_written_once(tmp_path: Path) -> None:
    made = two((3, 3))
    found = generate_all(made, shapes_of(made))
    assert found.class_names == ("First", "Second")
    assert classes(found.text) == ["Unit", "First", "Second"]
    path = tmp_path / "made.py"
    path.write_text(found.text, encoding="utf-8")
    for network, name in zip(made.networks, found.class_names, strict=True):
        alone = tmp_path / f"{name}.py"
        alone.write_text(generate(made, shapes_of(made), network).text, encoding="utf-8")
        torch.manual_seed(0)
        one = load_module(path, name)()
        torch.manual_seed(0)
        other = load_module(alone, name)()
        x = torch.randn(2, 3)
        assert torch.equal(one(x), other(x)) and list(one.state_dict()) == list(other.state_dict())


def test_different_classes_of_one_name_get_a_number(tmp_path: Path) -> None:
    made = two((3, 5))
    text = generate_all(made, shapes_of(made)).text
    assert classes(text) == ["Unit", "First", "Unit2", "Second"]
    assert "self.unit = Unit2()" in text
    path = tmp_path / "made.py"
    path.write_text(text, encoding="utf-8")
    assert load_module(path, "Second")()(torch.randn(2, 5)).shape == (2, 4)
    assert load_module(path, "First")()(torch.randn(2, 3)).shape == (2, 4)


def test_what_stands_in_the_way_is_said() -> None:
    made = two((3, 3))
    made.networks["g2"].edges.clear()
    with pytest.raises(CodeError, match="has nothing wired to"):
        generate_all(made, shapes_of(made))


def test_presets_with_several_networks_run_and_read_well(tmp_path: Path) -> None:
    several = [preset.id for preset in all_presets() if len(preset.build().networks) > 1]
    assert several
    for preset_id in several:
        made = find(preset_id).build()
        shapes = shapes_of(made)
        found = generate_all(made, shapes)
        path = tmp_path / f"{preset_id.replace('-', '_')}.py"
        path.write_text(found.text, encoding="utf-8")
        for network, name in zip(made.networks, found.class_names, strict=True):
            with torch.device("meta"):
                module = load_module(path, name)()
            assert sum(w.numel() for w in module.parameters()) == shapes.networks[network].parameters
    ruff = Path(sys.executable).with_name("ruff")
    rules = ["--isolated", "--select", "E,F,I,W", "--line-length", "120"]
    done = subprocess.run([ruff, "check", *rules, tmp_path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
