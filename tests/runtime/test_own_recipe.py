"""A recipe of a person's own: read without running, run only when trusted, exported word for word."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from graph.custom import fingerprint
from graph.files import from_data, to_data
from presets import find
from runtime.choice import ChoiceError
from runtime.data import DataError, prepared_schema
from runtime.facts import facts_for
from runtime.recipes import OWN, own_recipe, recipe_of, recipe_problem
from runtime.recipes.own import TEMPLATE
from runtime.recipes.own_text import own_text
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
        (("    def step(self, batch):", "    def step(self, batch)"), "mistake in line 26"),
        (("def evaluate", "def judge"), "in line 7: “MyRecipe” has no method evaluate"),
        (('roles = ("network",)', "roles = (3,)"), "line 13: roles of “MyRecipe” must be a list of names"),
        (('roles = ("network",)', "roles = made()"), "line 13: roles is read without running anything"),
        (('figures = ("loss",)', 'figures = ("loss", "loss")'), "line 14: figures .* each once"),
        (('watch = "loss"', 'watch = "beauty"'), "line 15: “MyRecipe” watches “beauty”"),
        (('watch = "loss"', "groups = {'all': 3}"), "line 15: groups of “MyRecipe” must tell"),
        (('{"network": ("target",)}', '{"critic": ("target",)}'), "line 16: wants speaks of “critic”"),
        (('{"network": ("target",)}', '{"network": (-1,)}'), "line 16: wants of “network” must be a list"),
        (("noise: float = 0.1", "noise=print"), "line 18: the option “noise” of “MyRecipe” needs a number"),
        (("noise: float = 0.1", "epochs: int = 3"), "line 18: every run has a setting “epochs” already"),
        (("loss, update, *", "update, *"), "line 18: “MyRecipe” needs __init__"),
        (("def evaluate(self, batch)", "def evaluate(self)"), "line 33: evaluate is given one thing"),
        (('(batch["input"],)', 'batch["input"]'), "line 24: what feeds “network” has to be a tuple"),
        (('{"network": (b', '{"net": (b'), "line 24: inputs feeds “net”, which is none of the roles"),
        (("def step", "def stride"), "line 7: “MyRecipe” has no method step"),
        (("class My", "class A:\n    def step(self): pass\n\nclass My"), "line 10: A and MyRecipe both"),
        (("class MyRecipe", "def MyRecipe"), "A recipe is one class|mistake in line"),
    ],
)
def test_what_cannot_be_a_recipe_is_a_sentence(change: tuple[str, str], sentence: str) -> None:
    changed = TEMPLATE.replace(*change)
    assert changed != TEMPLATE
    with pytest.raises(ChoiceError, match=sentence):
        own_recipe(changed)


def test_its_wishes_are_problems_before_a_run() -> None:
    (asks,) = facts_for(own()).networks
    assert asks.feeds[0].shape == (1, 8, 8) and asks.wants[0].shape == (10,)
    told = {
        '(batch["input"], batch["mask"])': "the column “mask”, but the data has only input, target",
        '(batch["input"], self.other(3))': None,
    }
    for given, sentence in told.items():
        made = own(TEMPLATE.replace('(batch["input"],)', given))
        if sentence:
            with pytest.raises(DataError, match=sentence):
                facts_for(made)
        else:
            (asks,) = facts_for(made).networks
            assert [feed.shape for feed in asks.feeds] == [(1, 8, 8), None], (
                "nobody knows what it makes itself"
            )
    drawing = own_recipe(TEMPLATE.replace('(batch["input"],)', "(noise, batch['input'] * 2)"))
    assert [link.source for link in drawing.links if link.target == "network"] == ["data:noise", "data:input"]
    assert facts_for(own(TEMPLATE.replace('("target",)', "((4,),)"))).networks[0].wants[0].shape == (4,)


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


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (('return {"loss": loss.detach()}', 'return {"los": loss}'), "step of the recipe gave los, but its"),
        (
            ('return {"loss": loss.detach()}', "return"),
            "step of the recipe gave nothing instead of its figures",
        ),
        (('{"loss": loss.detach()}', '{"loss": loss.item()}'), "“loss” that step gives is a float"),
        (
            ("update(loss, self", "update(los, self"),
            r"stopped in line 30, “self.update\(los, .*'los' is not defined",
        ),
        (('networks["network"]', 'networks["net"]'), "stopped in line 19, .* there is no 'net'"),
        (("import torch\n", "import torch\nimport nowhere\n"), "stopped in line 4, “import nowhere”"),
        (('{"loss": self.loss(', '{"lost": self.loss('), "method evaluate .* “loss” is missing"),
    ],
)
def test_a_mistake_in_it_is_told_with_its_line(
    change: tuple[str, str], sentence: str, tmp_path: Path
) -> None:
    last, _ = run(own(TEMPLATE.replace(*change)), tmp_path, trusted=None)
    assert last["event"] == "failed" and re.search(sentence, last["sentence"]), last["sentence"]
    assert last["hint"]


def test_a_mistake_in_a_layer_names_the_line_that_calls_it(tmp_path: Path) -> None:
    made = own(
        TEMPLATE.replace("self.network(x + ", "self.network(x.flatten(1) + ").replace(
            "like(x)", "like(x).flatten(1)"
        )
    )
    last, _ = run(made, tmp_path, trusted=None)
    assert "could not be computed: Expected" in last["sentence"] and "in line 29" in last["hint"]


def test_the_drawing_follows_the_names() -> None:
    recipe = recipe_of(begun("gan").training)
    links = {(link.source, link.target) for link in recipe.links}
    assert ("data:noise", "generator") in links and ("data:input", "generator") not in links
    assert ("data:input", "discriminator") in links
    paid = {source for source, target in links if target == "group:discriminator"}
    assert paid == {"loss:discriminator_loss"} and ("generator", "loss:discriminator_loss") in links
    assert recipe.uses_loss and own_recipe(TEMPLATE).uses_loss
    assert not own_recipe(TEMPLATE.replace("self.loss(", "torch.dist(")).uses_loss, "nothing to choose"
    assert own_recipe(TEMPLATE.replace("self.loss", "self.criterion")).uses_loss


def begun(preset: str) -> Any:
    """A preset with its recipe as a person's own, as the window begins one."""
    made = find(preset).build()
    recipe, schema = recipe_of(made.training), prepared_schema(made.data)
    text = own_text(recipe, recipe.keywords(made, schema), schema.kind == "image")
    assert text is not None
    made.training.recipe, made.training.code = OWN, text
    return made


@pytest.mark.parametrize(
    ("preset", "outputs"),
    [
        ("gan", [[(1, 14, 14)], []]),
        ("pix2pix", [[(3, 64, 64)], []]),
        ("googlenet", [[(4,)]]),
        ("detector", [[]]),
        ("dbn", [[]]),
        ("seq2seq-attention", [[]]),
        ("ddpm-classes", None),
    ],
)
def test_any_recipe_can_be_gone_on_from(preset: str, outputs: list[list[Any]] | None) -> None:
    made = begun(preset)
    asks = facts_for(made).networks
    if outputs is not None:
        assert [[want.shape for want in one.wants] for one in asks] == outputs
    named = {figure.name: figure.better for figure in recipe_of(made.training).figures}
    assert named == {
        figure.name: figure.better for figure in recipe_of(find(preset).build().training).figures
    }


def test_what_began_as_a_recipe_trains_like_it(tmp_path: Path) -> None:
    told = []
    for made in (find("gan").build(), begun("gan")):
        made.training.epochs, made.training.threads, made.training.validation_fraction = 1, 1, 0.5
        last, messages = run(made, tmp_path / str(len(told)), trusted=None)
        assert last["event"] == "finished", last
        told.append((epochs(messages)[0]["figures"], last["best_score"]))
        shown = [
            show["title"] for message in messages if message["event"] == "shows" for show in message["shows"]
        ]
    assert told[0] == told[1] and "Made of the same noise" in shown
