"""Scripts read well, whatever the recipe: a linter and a formatter agree, nothing is idle, what is missing is said."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch

from graph.model import Project
from presets import find
from runtime.recipes import RECIPES
from runtime.script import training_script, write_script
from runtime.script_trim import trimmed, used_imports

PRESETS: dict[str, dict[str, Any]] = {
    "digits-cnn": {},
    "googlenet-aux": {"n": 8},
    "unet": {"n": 40},
    "detector": {"n": 40},
    "multi-task": {"n": 40},
    "word-kinds": {},
    "seq2seq-attention": {},
    "char-gpt": {},
    "bert": {},
    "autoencoder": {},
    "vae": {},
    "dcgan-14": {},
    "pix2pix": {"n": 40},
    "cyclegan": {"n": 40},
    "ddpm-classes": {},
    "dbn": {},
}
"""A preset for each recipe, with options that make its data small."""


def made(preset: str) -> Project:
    project = find(preset).build()
    project.data.options.update(PRESETS[preset])
    return project


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("styles")
    return {preset: write_script(made(preset), folder / f"{preset}.py")[0] for preset in PRESETS}


def test_every_recipe_is_among_them() -> None:
    assert {find(preset).build().training.recipe for preset in PRESETS} == set(RECIPES)


def test_linter_and_formatter_have_nothing_to_say(scripts: dict[str, Path]) -> None:
    folder = str(next(iter(scripts.values())).parent)
    # docstrings may be a little longer than code
    for words in (
        ["check", "--extend-select", "E501,I", "--line-length", "120"],
        ["format", "--check", "--line-length", "110"],
    ):
        judged = subprocess.run(
            [sys.executable, "-m", "ruff", *words, "--isolated", "--no-cache", folder],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert judged.returncode == 0, judged.stdout


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_is_idle_and_it_ends_with_its_scores(preset: str, scripts: dict[str, Path]) -> None:
    text = scripts[preset].read_text(encoding="utf-8")
    defined = [
        node.name for node in ast.walk(ast.parse(text)) if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    ]
    idle = [
        name for name in defined
        if name != "forward" and not name.startswith("__") and len(re.findall(rf"\b{name}\b", text)) < 2
    ]  # fmt: skip
    assert not idle
    main = text[text.index("def main()") :]
    assert main.index("evaluate(") < main.index("test_") < len(main) and "torch.save(" in main


def test_what_is_missing_is_a_sentence(
    scripts: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for preset in ("digits-cnn", "dbn"):
        alone = tmp_path / f"{preset}.py"
        alone.write_text(scripts[preset].read_text(encoding="utf-8"), encoding="utf-8")
        scope: dict[str, Any] = {"__name__": "script", "__file__": str(alone)}
        exec(compile(alone.read_text(encoding="utf-8"), str(alone), "exec"), scope)
        with pytest.raises(SystemExit, match=rf"{preset}_data.pt is missing: put the file"):
            scope["load_data"]()
    augmented = made("digits-cnn")
    from graph.model import Step

    augmented.data.steps.append(Step("rand_augment", where="train"))
    text = training_script(augmented).text
    monkeypatch.setitem(sys.modules, "torchvision", None)
    monkeypatch.setitem(sys.modules, "torchvision.transforms.v2", None)
    with pytest.raises(SystemExit, match="needs torchvision: pip install torchvision"):
        exec(compile(text, "script", "exec"), {"__name__": "script", "__file__": "script.py"})


LOOP = '''class Loop:
    """Something."""

    def __init__(self):
        self.seen = first(1)

    @property
    def idle(self):
        return later(2)

    def step(self):
        return self.seen


def first(x):
    return x


def later(x):
    return later(x - 1)
'''


def test_what_nothing_names_is_left_out() -> None:
    kept = trimmed(LOOP, "Loop().step()")
    assert kept == LOOP[: LOOP.index("    @property")] + LOOP[LOOP.index("    def step") : LOOP.index(
        "\n\n\ndef later"
    )]  # fmt: skip
    assert "later" in trimmed(LOOP, "Loop().step()\nprint(Loop().idle)")
    assert used_imports(["import math", "from a.b import c, d as e", "import x.y"], "math.pi + e + x.y.z") == [
        "import math", "from a.b import d as e", "import x.y",
    ]  # fmt: skip
