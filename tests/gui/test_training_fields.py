"""Settings of a run that depend on its recipe, and how far a cross-validation is, in words. No window."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from graph.catalogue.spec import Param
from graph.document import apply_edits
from graph.model import Project
from gui.training.fields import choose_data, practice_fields
from gui.training.history import History
from gui.training.progress import progress_text
from presets import find


def watched(project: Project) -> Param:
    return next(
        field.param for _, group in practice_fields(project) for field in group if field.param.name == "watch"
    )


def test_the_score_that_decides_is_chosen_from_those_that_are_measured() -> None:
    digits, gan = find("digits-cnn").build(), find("gan").build()
    assert watched(digits).choices == ("loss", "accuracy", "f1", "precision", "recall")
    assert watched(digits).default == "loss"
    assert watched(find("diabetes-mlp").build()).choices == ("loss", "mae", "r2")
    assert watched(find("ddpm").build()).choices == ("", "loss"), "nothing: the last epoch counts"
    assert watched(gan).choices == ("fid", "variety") and watched(gan).default == "fid"
    gan.training.options["watch"] = "accuracy"
    assert watched(gan).choices == ("fid", "variety", "accuracy"), "what is there can be seen and changed"


def test_folds_are_counted_and_told_with_their_spread() -> None:
    history = History()
    session: Any = SimpleNamespace(folds=3, fold=2, history=history, started={"epochs": 4}, state="running")
    steps = {"event": "steps", "epoch": 1, "seconds_left": 8.0, "samples_per_second": 900.0}
    assert progress_text(session, steps) == "Fold 2 of 3 · Epoch 1 of 4 · 8 s left · 900 samples/s"
    spread = {"val_accuracy": {"mean": 0.9512, "std": 0.0123}, "val_loss": {"mean": 0.2, "std": 0.01}}
    ended = {"event": "finished", "epochs": 4, "seconds": 5.0, "folds": [{}, {}, {}], "spread": spread}
    assert progress_text(session, ended) == "Finished 3 folds · validation accuracy 95.1 ± 1.2 %"
    history.begin({"figures": [{"name": "loss", "title": "Loss"}]}, "loss")
    ended["spread"] = {"loss": {"mean": 0.25, "std": 0.012}}
    assert progress_text(session, ended) == "Finished 3 folds · loss 0.25 ± 0.012"


def test_other_pictures_keep_the_range_that_the_generator_draws_in() -> None:
    gan = find("dcgan-14").build()
    assert gan.data.options["scaling"] == "-1 to 1"
    apply_edits(gan, choose_data(gan, "own-images", {"path": "/pictures"}))
    assert gan.data.options == {"path": "/pictures", "scaling": "-1 to 1"}
    # what is chosen, or taken back, for the same pictures stays so
    apply_edits(gan, choose_data(gan, "own-images", {"path": "/pictures"}))
    assert gan.data.options == {"path": "/pictures"}
    # an iris has no pixels
    apply_edits(gan, choose_data(gan, "digits", {"scaling": "-1 to 1"}))
    apply_edits(gan, choose_data(gan, "iris"))
    assert gan.data.options == {}
