"""What runs show of their answers: classes with their shares, yes and no, numbers over the true ones, own shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from graph.build import GraphBuilder, project
from graph.custom import fingerprint
from graph.model import DataChoice, Project, Training
from presets import find
from runtime.protocol import Message
from runtime.recipes import OWN, get_recipe
from runtime.recipes.own_text import own_text
from runtime.showing import Look, show_for

torch = pytest.importorskip("torch")

from runtime.showing.answering import class_line, share, yes_line  # noqa: E402
from runtime.training.preparing import prepare  # noqa: E402


def looked(made: Project, folder: Path, trusted: Any = ()) -> list[Message]:
    """What an untrained run would show."""
    made.training.threads = 1
    session = prepare(made, folder, "cpu", trusted=trusted)
    session.model.eval()
    show = show_for(session.recipe.id)
    assert show is not None
    with torch.no_grad():
        return show(Look(session, session.memory))


def values(found: Message) -> np.ndarray:
    return np.frombuffer(found["data"], found["dtype"]).reshape(found["shape"])


def test_lines_say_what_the_scores_say() -> None:
    names = ("cat", "dog")
    assert class_line(torch.tensor([0.9, 0.1]), 0, names) == ("cat 90%", True)
    assert class_line(torch.tensor([0.4, 0.6]), 0, names) == ("dog 60% · is cat", False)
    assert class_line(torch.tensor([0.2]), 0, names) == ("cat 80%", True)
    assert class_line(torch.tensor([0.7]), None, names) == ("dog 70%", None)
    assert class_line(torch.tensor([3.0, -1.0]), 0, ()) == ("0", True), (
        "scores that are no shares are not told"
    )
    assert yes_line("circle", 0.93, True) == ("circle: yes 93%", True)
    assert yes_line("circle", 0.25, True) == ("circle: no 75%", False)
    assert (share(0.999), share(1.0)) == ("99%", "100%")


def test_a_table_shows_its_own_units_and_pictures_of_all_classes(tmp_path: Path) -> None:
    (table,) = looked(find("iris-mlp").build(), tmp_path / "iris")
    assert table["quiet"] and table["kind"] == "text" and len(table["rows"]) == 22
    assert table["rows"][0]["input"].startswith("sepal length (cm) ")
    assert 4 < float(table["rows"][0]["input"].split(",")[0].split()[-1]) < 8
    (digits,) = looked(find("digits-cnn").build(), tmp_path / "digits")
    assert digits["kind"] == "answers" and digits["images"]["shape"] == [24, 1, 8, 8]
    told = {said["text"].split()[-1] for (said,) in digits["rows"] if not said["right"]}
    assert len(told) > 6, "samples of most classes, though the split is in their order"


def test_numbers_are_shown_over_the_true_ones_in_their_own_units(tmp_path: Path) -> None:
    (show,) = looked(find("diabetes-mlp").build(), tmp_path)
    assert show["kind"] == "against" and show["title"] == "Progression, predicted and true"
    truth = values(show["truth"])
    assert truth.min() > 20 and truth.max() < 350, "as in the table, not standardised"


def test_every_output_of_several_is_told(tmp_path: Path) -> None:
    net = GraphBuilder("Two")
    x = net.input("x", shape=(1, 8, 8))
    flat = net.add("Flatten", x)
    net.output(net.add("Linear", flat, out_features=10), name="digit")
    net.output(net.add("Linear", flat, out_features=10), name="again")
    training = Training(recipe="several", options={"losses": "digit: cross_entropy, again: mse × 0.5"})
    shows = looked(project("Two heads", net, data=DataChoice("digits"), training=training), tmp_path)
    assert [show["kind"] for show in shows] == ["answers", "against"]
    assert all(said["text"].startswith("digit: ") for (said,) in shows[0]["rows"])
    assert set(values(shows[1]["truth"]).tolist()) == {0.0, 1.0}, "one-hot"


def test_a_recipe_of_ones_own_shows_what_it_likes(tmp_path: Path) -> None:
    made = find("digits-cnn").build()
    code = own_text(get_recipe("autoencoding"))
    assert code is not None
    made = find("autoencoder").build()
    show = """
    def show(self, batch):
        return {"Upside down": batch["input"].flip(2), "Sizes": batch["input"].flatten(1).mean(1), "Said": ["a", "b"]}
"""
    made.training.recipe, made.training.code = OWN, code.rstrip() + "\n" + show
    found = looked(made, tmp_path, (fingerprint(made.training.code),))
    assert [one["kind"] for one in found] == ["pictures", "series", "text"]
    assert found[0]["images"]["shape"][0] == 64 and found[2]["rows"][1]["output"] == "b"
