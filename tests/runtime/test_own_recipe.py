"""A recipe of a person's own: read without running, run only when trusted, exported word for word."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.custom import fingerprint
from graph.files import from_data, to_data
from runtime.choice import ChoiceError
from runtime.recipes import OWN, own_recipe, recipe_problem
from runtime.recipes.own import TEMPLATE
from runtime.script import write_script

from .running import digits_cnn, epochs, run


def test_the_template_declares_itself() -> None:
    recipe = own_recipe(TEMPLATE)
    assert (recipe.title, recipe.loop, recipe.watch) == ("My recipe", "MyRecipe", "loss")
    assert [role.name for role in recipe.roles] == ["network"]
    assert [(option.name, option.kind, option.default) for option in recipe.options] == [
        ("noise", "float", 0.1)
    ]
    assert recipe.help.startswith("The network's output is compared with the target.")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (("    def step(self, batch):", "    def step(self, batch)"), "mistake in line"),
        (("def evaluate", "def judge"), "has no method evaluate"),
        (('roles = ("network",)', "roles = (3,)"), "roles of “MyRecipe” must be a list of names"),
        (('watch = "loss"', 'watch = "beauty"'), "watches “beauty”"),
        (("noise: float = 0.1", "noise=print"), "needs a number"),
        (("def step", "def stride"), "A recipe is one class"),
    ],
)
def test_what_cannot_be_a_recipe_is_a_sentence(change: tuple[str, str], sentence: str) -> None:
    with pytest.raises(ChoiceError, match=sentence):
        own_recipe(TEMPLATE.replace(*change))


def own(code: str = TEMPLATE, **more: Any) -> Any:
    return digits_cnn(recipe=OWN, code=code, epochs=2, **more)


def test_reading_runs_nothing_and_running_needs_trust(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    evil = TEMPLATE + f"\nopen({str(mark)!r}, 'w').close()\n"
    made = from_data(to_data(own(evil)))
    assert made.training.code == evil and recipe_problem(made.training) is None
    last, _ = run(made, tmp_path / "run")
    assert last["event"] == "failed" and "not trusted" in last["sentence"] and not mark.exists()
    trusted, messages = run(made, tmp_path / "run", trusted=[fingerprint(evil)])
    assert trusted["event"] == "finished" and mark.exists() and len(epochs(messages)) == 2


def test_its_script_gives_its_figures(tmp_path: Path) -> None:
    made = own(options={"noise": 0.3})
    written = write_script(made, tmp_path / "train.py")
    assert "class MyRecipe:" in written[0].read_text() and "noise=0.3" in written[0].read_text()
    done = subprocess.run(
        [sys.executable, "-I", str(written[0])],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    _, messages = run(made, tmp_path / "run", trusted=None)
    for message in epochs(messages):
        assert f"loss {message['train_loss']:.6f}  val_loss {message['val_loss']:.6f}" in done.stdout


def test_a_mistake_in_it_is_told(tmp_path: Path) -> None:
    last, _ = run(
        own(TEMPLATE.replace('return {"loss": loss.detach()}', 'return {"los": loss}')),
        tmp_path,
        trusted=None,
    )
    assert last["sentence"] == "A step of the recipe gave los, but its figure “loss” is missing."
