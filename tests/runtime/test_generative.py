"""Generative recipes from end to end: they learn, show what they draw, go on where they stopped, and leave a script."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from graph.build import GraphBuilder, Source, project
from graph.files import load, save
from graph.model import DataChoice, Project, Training
from runtime import frechet
from runtime.headless import train_project
from runtime.protocol import Message, decode
from runtime.recipes import _signs, get_recipe
from runtime.runs import Run
from runtime.script import write_script
from runtime.training.advice import advisor_for
from runtime.training.errors import RunError
from runtime.training.loop import train
from runtime.training.picture_file import save_pictures
from runtime.training.preparing import prepare


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


def made(recipe: str, data: DataChoice, *networks: GraphBuilder, **training: Any) -> Project:
    wanted = {
        "epochs": 3,
        "batch_size": 128,
        "device": "cpu",
        "threads": 1,
        "learning_rate": 2e-3,
        **training,
    }
    return project(recipe, *networks, data=data, training=Training(recipe=recipe, **wanted))


DIGITS = DataChoice("digits", {"scaling": "-1 to 1"})
PALE = DataChoice("digits")
SMALL = {"n": 24, "image_size": 16}


def gan(**more: Any) -> Project:
    g = GraphBuilder("Forger")
    x = g.chain(g.input("noise", shape=(4,)), ("Linear", {"out_features": 64}), "BatchNorm1d", "Tanh")
    g.output(g.add("Unflatten", x, dim=1, unflattened_size=(1, 8, 8)))
    d = GraphBuilder("Detective")
    x = d.chain(
        d.input("x", shape=(1, 8, 8)), "Flatten", ("Dropout", {"p": 0.2}), ("Linear", {"out_features": 1})
    )
    d.output(d.add("Sigmoid", x))
    return made(
        "adversarial", DIGITS, g, d, loss="bce", options={"beta1": 0.5, "discriminator_steps": 2}, **more
    )


def _painter(name: str) -> GraphBuilder:
    g = GraphBuilder(name)
    x = g.add("Conv2d", g.input("x", shape=(3, 16, 16)), out_channels=3, kernel_size=3, padding=1)
    g.output(g.add("Tanh", x))
    return g


def _critic(name: str, inputs: int) -> GraphBuilder:
    g = GraphBuilder(name)
    given: list[Source] = [g.input(f"x{number}", shape=(3, 16, 16)) for number in range(inputs)]
    x = g.add("Concat", given) if inputs > 1 else given[0]
    g.output(g.add("Conv2d", x, out_channels=1, kernel_size=4, stride=2))
    return g


def pairs(**more: Any) -> Project:
    data = DataChoice("paired-pictures", SMALL)
    networks = (_painter("Painter"), _critic("Critic", 2))
    return made("image_to_image", data, *networks, loss="bce_with_logits", **{"batch_size": 8, **more})


def heaps(**more: Any) -> Project:
    data = DataChoice("unpaired-pictures", SMALL)
    networks = (_painter("ToB"), _painter("ToA"), _critic("CriticA", 1), _critic("CriticB", 1))
    options = {"identity": 0.5, "pool": 6}
    return made("cycle", data, *networks, loss="mse", options=options, **{"batch_size": 4, **more})


def vae(**more: Any) -> Project:
    g = GraphBuilder("Vae")
    x = g.chain(g.input("x", shape=(1, 8, 8)), "Flatten", ("Linear", {"out_features": 16}), "ReLU")
    mean = g.add("Linear", x, name="mean", out_features=3)
    spread = g.add("Linear", x, name="spread", out_features=3)
    drawn = g.chain(g.add("SampleNormal", mean, spread), ("Linear", {"out_features": 64}), "Sigmoid")
    g.output(g.add("Unflatten", drawn, dim=1, unflattened_size=(1, 8, 8)), name="again")
    g.output(mean, name="to_mean")
    g.output(spread, name="to_spread")
    return made("variational", PALE, g, loss="bce", options={"beta": 0.5}, **more)


def denoising(**more: Any) -> Project:
    g = GraphBuilder("Squeeze")
    x = g.chain(g.input("x", shape=(1, 8, 8)), "Flatten", ("Linear", {"out_features": 6}), "ReLU")
    x = g.chain(x, ("Linear", {"out_features": 64}), "Sigmoid")
    g.output(g.add("Unflatten", x, dim=1, unflattened_size=(1, 8, 8)))
    return made("autoencoding", PALE, g, loss="mse", options={"noise": 0.3}, **more)


def diffusion(**more: Any) -> Project:
    g = GraphBuilder("Denoiser")
    flat = g.add("Flatten", g.input("noisy", shape=(1, 8, 8)))
    time = g.add("TimeWaves", g.input("t", shape=(), dtype="int64"), dim=16)
    label = g.add("Embedding", g.input("label", shape=(), dtype="int64"), num_embeddings=11, embedding_dim=16)
    x = g.chain(g.add("Concat", [flat, time, label]), ("Linear", {"out_features": 64}), "SiLU")
    x = g.add("Linear", x, out_features=64)
    g.output(g.add("Unflatten", x, dim=1, unflattened_size=(1, 8, 8)))
    options = {"noise_steps": 30, "noise_schedule": "cosine"}
    return made("diffusion", DIGITS, g, loss="mse", options=options, **more)


def machines(**more: Any) -> Project:
    block = GraphBuilder("Machine")
    visible, hidden = block.parameter("visible", 64, "Below."), block.parameter("hidden", 16, "Above.")
    table = block.add("Parameter", name="weights", shape=(hidden, visible), start="normal", std=0.01)
    bias = block.add("Parameter", name="hidden_bias", shape=(hidden,))
    block.output(block.add("Sigmoid", block.add("TiedLinear", block.input("v"), table, bias)), name="h")
    back = block.add("Parameter", name="visible_bias", shape=(visible,))
    block.output(back, name="seen")
    g = GraphBuilder("Deep")
    low = g.use(block, g.add("Flatten", g.input("x", shape=(1, 8, 8))), name="low", visible=64, hidden=24)
    high = g.use(block, low["h"], name="high", visible=24, hidden=12)
    g.output(g.add("Linear", high["h"], out_features=10), name="scores")
    wanted = {"batch_size": 32, "learning_rate": 0.1, "optimizer": "SGD", "momentum": 0.5, **more}
    return made("contrastive_divergence", PALE, g, loss="cross_entropy", options={"fine_tuning": 1}, **wanted)


SMALL_ONES: dict[str, Callable[..., Project]] = {
    "adversarial": gan,
    "image_to_image": pairs,
    "cycle": heaps,
    "variational": vae,
    "autoencoding": denoising,
    "diffusion": diffusion,
    "contrastive_divergence": machines,
}
SHOWN = {
    "adversarial": {"samples": (64, 1, 8, 8), "real": (64, 1, 8, 8)},
    "image_to_image": {"triples": (12, 3, 16, 16)},
    "cycle": {"a_to_b": (12, 3, 16, 16), "b_to_a": (12, 3, 16, 16)},
    "variational": {"again": (20, 1, 8, 8), "samples": (40, 1, 8, 8), "codes": (270, 2)},
    "autoencoding": {"again": (30, 1, 8, 8), "codes": (270, 2)},
    "diffusion": {"samples": (20, 1, 8, 8), "steps": (48, 1, 8, 8)},
    "contrastive_divergence": {"again": (20, 1, 8, 8), "filters": (24, 1, 8, 8), "dreams": (20, 1, 8, 8)},
}


def run(what: Project, folder: Path, **more: Any) -> tuple[Message, list[Message]]:
    told: list[Message] = []
    return train_project(what, folder, emit=told.append, **more), told


def figures(told: list[Message]) -> list[dict[str, dict[str, float]]]:
    return [message["figures"] for message in told if message["event"] == "epoch"]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Message, list[Message]]]:
    """Each small project trained once."""
    torch.set_num_threads(1)
    home = tmp_path_factory.mktemp("whole")
    return {recipe: (home / recipe, *run(build(), home / recipe)) for recipe, build in SMALL_ONES.items()}


@pytest.mark.parametrize("recipe", SMALL_ONES)
def test_it_shows_what_it_draws(recipe: str, whole: Any) -> None:
    folder, last, told = whole[recipe]
    assert last["event"] == "finished", last
    names = {figure.name for figure in get_recipe(recipe).figures}
    assert set(figures(told)[-1]["validation"]) == names == set(last["scores"])
    shows = [message for message in told if message["event"] == "shows"]
    assert shows[0]["epoch"] == 0 and shows[-1]["epoch"] == 3
    kept = decode((Run(folder).shows / "00003.show").read_bytes())
    assert kept["shows"] == shows[-1]["shows"]
    found = {show["name"]: tuple((show.get("images") or show["points"])["shape"]) for show in kept["shows"]}
    assert found == SHOWN[recipe]
    for show in kept["shows"]:
        data = (show.get("images") or show["points"])["data"]
        assert len(set(data)) > 3, "something is to be seen"
        for titles in ("labels",):
            assert len(show.get(titles, data)) in (len(data), found[show["name"]][0])


@pytest.mark.parametrize("recipe", SMALL_ONES)
def test_a_run_goes_on_as_if_it_had_never_stopped(recipe: str, whole: Any, tmp_path: Path) -> None:
    """Stopped in the middle of the second epoch."""
    from runtime.training import loop

    project_ = SMALL_ONES[recipe]()
    session, part = prepare(project_, tmp_path), []
    before, loop.TICK = loop.TICK, 0.0
    try:
        for message in train(session):
            part += [message] if message is not None else []
            session.stopping = session.step >= session.steps_per_epoch + 2
    finally:
        loop.TICK = before
    assert part[-1]["event"] == "stopped" and session.epoch == 1 and session.batch == 2
    _, rest = run(project_, tmp_path, resume=True)
    assert figures(part) + figures(rest) == figures(whole[recipe][2])


def test_the_scripts_give_the_figures_of_the_runs(whole: Any, tmp_path: Path) -> None:
    """All in one interpreter that knows nothing of TorchLoom."""
    unheld, coarse_one = gan(validation_fraction=0.0), diffusion()
    coarse_one.training.options["precision"] = "automatic"
    more = {"unheld": unheld, "automatic": coarse_one}
    projects = {recipe: build() for recipe, build in SMALL_ONES.items()} | more
    told = {recipe: messages for recipe, (_, _, messages) in whole.items()}
    told |= {name: run(what, tmp_path / name)[1] for name, what in more.items()}
    files = [write_script(what, tmp_path / f"{name}.py")[0] for name, what in projects.items()]
    judged = subprocess.run(
        [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--line-length", "110", *map(str, files)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert judged.returncode == 0, judged.stdout
    program = "import runpy, sys\nfor file in sys.argv[1:]:\n    print('file', file, flush=True)\n"
    program += "    runpy.run_path(file, run_name='__main__')\n"
    done = subprocess.run(
        [sys.executable, "-I", "-c", program, *map(str, files)],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = done.stdout.split("file ")[1:]
    for recipe, text in zip(projects, said, strict=True):
        assert text.rstrip().endswith(": samples.png"), recipe
        epochs = [dict(re.findall(r"(\w+) (-?[\d.]+)(?=  |$)", line)) for line in text.splitlines()[1:4]]
        wanted = [
            {name: f"{value:.6f}" for name, value in epoch["train"].items()}
            | {f"val_{name}": f"{value:.6f}" for name, value in epoch["validation"].items()}
            for epoch in figures(told[recipe])
        ]
        assert [{k: epoch[k] for k in want} for epoch, want in zip(epochs, wanted, strict=True)] == wanted, (
            recipe
        )


def test_what_a_script_draws_is_a_file_that_viewers_open(tmp_path: Path) -> None:
    shades = torch.tensor([-1.0, 0.0, 1.0, 1.0]).view(4, 1, 1, 1).expand(4, 1, 2, 3)
    save_pictures(shades[:3], str(tmp_path / "grey.png"), shades, 2)
    with Image.open(tmp_path / "grey.png") as grey:
        assert (grey.mode, grey.size) == ("L", (6, 4))
        assert [grey.getpixel(place) for place in ((0, 0), (3, 1), (2, 2), (5, 3))] == [0, 127, 255, 255]
    colours = torch.zeros(1, 3, 2, 2)
    colours[0, 2, 0, 1] = 2.0
    save_pictures(colours, str(tmp_path / "blue.png"), colours, 1)
    with Image.open(tmp_path / "blue.png") as blue:
        assert blue.mode == "RGB" and blue.getpixel((1, 0)) == (0, 0, 255)


def test_a_trained_network_can_be_the_judge(
    whole: Any, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    g = GraphBuilder("Judge")
    x = g.chain(g.input("x", shape=(1, 8, 8)), "Flatten", ("Linear", {"out_features": 12}), "ReLU")
    g.output(g.add("Linear", x, out_features=10))
    judge = project("Judge", g, data=PALE, training=Training(epochs=2, threads=1, device="cpu"))
    run(judge, tmp_path / "judge")
    near = frechet.distance_of(whole["diffusion"][0], tmp_path / "judge", 200)
    assert near > 0
    pixels = frechet.distance_of(whole["variational"][0], None, 200)
    session = frechet.opened(whole["variational"][0])
    made_ = frechet.made_by(session, 200)
    assert made_.shape == (200, 1, 8, 8) and pixels > 0
    looking = frechet.judge_of(tmp_path / "judge")
    itself = shutil.copytree(whole["variational"][0], tmp_path / "itself")
    asked = load(itself / "project.json")
    asked.training.options["judge"] = str(itself)
    save(asked, itself / "project.json")
    assert frechet.judge_of(itself).shape == (1, 8, 8)
    real = session.inputs[:300]
    same = looking.features(real * 2 - 1, (-1.0, 1.0))
    assert same.shape == (300, 12) and torch.allclose(same, looking.features(real, (0.0, 1.0)), atol=1e-5)
    assert looking.features(torch.rand(3, 3, 20, 20), (0.0, 1.0)).shape == (3, 12)
    for wrong, words in (
        (whole["cycle"][0], "does not judge pictures"),
        (tmp_path, "is not the folder of a run"),
    ):
        with pytest.raises(RunError, match=words):
            frechet.judge_of(wrong)
    with pytest.raises(RunError, match="draws no pictures"):
        frechet.distance_of(whole["autoencoding"][0])
    from main import main

    words = [
        "frechet",
        str(whole["diffusion"][0]),
        "--judge",
        str(tmp_path / "judge"),
        "--samples",
        "200",
        "--json",
    ]
    assert main(words) == 0
    assert json.loads(capfd.readouterr().out)["distance"] == near
    assert main(["frechet", str(tmp_path)]) == 2
    assert "is not the folder of a run" in capfd.readouterr().err


def test_codes_that_are_not_drawn_by_a_layer_are_shown_without_new_samples(tmp_path: Path) -> None:
    g = GraphBuilder("Plain")
    flat = g.add("Flatten", g.input("picture", shape=(1, 8, 8)))
    mean, spread = (g.add("Linear", flat, out_features=2) for _ in range(2))
    pixels = g.add("Sigmoid", g.add("Linear", mean, out_features=64))
    g.output(g.add("Unflatten", pixels, dim=1, unflattened_size=(1, 8, 8)), "drawn")
    g.output(mean, "mean")
    g.output(spread, "log_variance")
    last, told = run(made("variational", PALE, g, loss="bce", epochs=1), tmp_path)
    assert last["event"] == "finished", last
    shown = {item["name"] for message in told if message["event"] == "shows" for item in message["shows"]}
    assert shown == {"again", "codes"}
    with pytest.raises(RunError, match="no layer SampleNormal"):
        frechet.distance_of(tmp_path, None, 4)


def test_what_does_not_fit_is_a_sentence(tmp_path: Path) -> None:
    wrong = gan()
    wrong.training.loss = "cross_entropy"
    assert "cannot use the loss" in run(wrong, tmp_path)[0]["sentence"]
    one = project("One", _painter("Alone"), data=DIGITS, training=Training(recipe="adversarial", loss="bce"))
    assert "trains 2 networks (Generator, Discriminator)" in run(one, tmp_path)[0]["sentence"]
    wrong = diffusion()
    wrong.data = DataChoice("digits-again")
    assert "the data has no classes" in run(wrong, tmp_path)[0]["sentence"]
    wrong = denoising()
    wrong.training.recipe = "contrastive_divergence"
    assert "needs a Boltzmann machine" in run(wrong, tmp_path)[0]["sentence"]
    wrong = machines()
    wrong.training.loss = "mse"
    assert "Fine-tuning learns classes" in run(wrong, tmp_path)[0]["sentence"]


def test_a_gan_of_points_shows_points(tmp_path: Path) -> None:
    g, d = GraphBuilder("Thrower"), GraphBuilder("Watcher")
    g.output(g.chain(g.input("noise", shape=(3,)), ("Linear", {"out_features": 2})))
    d.output(d.chain(d.input("x", shape=(2,)), ("Linear", {"out_features": 1})))
    points = made("adversarial", DataChoice("moons", {"n": 60}), g, d, loss="bce_with_logits", epochs=1)
    _, told = run(points, tmp_path)
    (show,) = next(message for message in told if message["event"] == "shows")["shows"]
    assert show["kind"] == "points" and show["classes"] == ["real", "made"]
    assert show["points"]["shape"] == [len(show["labels"]), 2] and set(show["labels"]) == {0, 1}


def test_standardised_pictures_are_shown_as_they_were(tmp_path: Path) -> None:
    standardised = gan(epochs=1)
    standardised.data = DataChoice("digits", {"scaling": "standardised"})
    _, told = run(standardised, tmp_path)
    real = next(
        show for line in told if line["event"] == "shows" for show in line["shows"] if show["name"] == "real"
    )
    session = prepare(vae(), tmp_path / "plain")
    wanted = (session.batch_of(session.splits.validation[:64])["input"] * 255).round().to(torch.uint8)
    assert real["images"]["data"] == wanted.numpy().tobytes()


def _epoch(**validation: float) -> Message:
    return {"event": "epoch", "figures": {"train": validation, "validation": validation}}


def test_signs_are_told_in_a_sentence() -> None:
    fine = {"variety": 0.9, "real_score": 0.7, "made_score": 0.3}
    history = [_epoch(**fine)] * 5
    assert _signs.adversarial(history) is None
    collapsed = _signs.adversarial([*history, *[_epoch(**{**fine, "variety": 0.1})] * 8])
    assert collapsed is not None and "mode collapse" in collapsed[0]
    won = _signs.adversarial([_epoch(variety=1.0, real_score=0.99, made_score=0.01)] * 3)
    assert won is not None and "never wrong" in won[0]
    smoothed = _signs.adversarial([_epoch(variety=1.0, real_score=0.9, made_score=0.01)] * 3)
    assert smoothed == won, "labels smoothed by 0.1"
    noisy = _signs.adversarial([_epoch(**{**fine, "variety": 1.3})] * 8)
    assert noisy is not None and "like noise" in noisy[0]
    slow = _signs.adversarial([_epoch(**{**fine, "variety": 0.28})] * 8)
    assert slow is None, "a generator begins with hardly any"
    lost = _signs.adversarial([_epoch(variety=1.0, real_score=0.5, made_score=0.5)] * 3)
    assert lost is not None and "the same" in lost[0]
    assert _signs.adversarial([_epoch(variety=0.0)] * 7) is None, "the beginning is wild"
    assert _signs.never_wrong([_epoch(discriminator_loss=0.3)] * 3) is None
    assert _signs.never_wrong([_epoch(discriminator_loss=0.001)] * 3) is not None
    assert "posterior" in (_signs.variational([_epoch(divergence=0.01)] * 3) or ("",))[0]
    assert _signs.variational([_epoch(divergence=8.0)] * 3) is None


def told(
    recipe: str, figure: str, train: list[float], held: list[float] | None = None, rate: float = 0.1
) -> str:
    """All that is said of a run whose figure went like this."""
    advisor, found = advisor_for(get_recipe(recipe)), []
    for number, value in enumerate(train):
        own = held[number] if held else value
        epoch = {"epoch": number + 1, "learning_rate": rate, "train_loss": value, "val_loss": own}
        figures = {"train": {figure: value}, "validation": {figure: own}}
        found += advisor.take({**epoch, "figures": figures})
    return " ".join(f"{one['text']} {one['hint']}" for one in found)


def test_common_signs_read_the_figure_that_should_fall() -> None:
    falling, rising = [1 / (number + 1) for number in range(12)], [0.5, 0.2, *[0.3] * 10]
    for recipe, figure in (("image_to_image", "difference"), ("cycle", "cycle_loss"), ("diffusion", "loss")):
        assert told(recipe, figure, falling) == ""
        heart = told(recipe, figure, falling, rising)
        assert "by heart" in heart and ("keeps the last weights" in heart) == (recipe != "image_to_image")
        assert "too high" in told(recipe, figure, [1.0, 1.1, 1.2, 1.5])
    assert told("adversarial", "generator_loss", [1.0, 2.0, 1.0, 3.0, 1.0, 4.0]) == "", "neither should fall"


def test_weights_thrown_off_are_told_from_a_rate_too_low() -> None:
    """An autoencoder of digits with a hundred times its rate: the same number to the last digit."""
    train = [0.14478, 0.14437081, 0.1443708, 0.14437081, 0.14437079, 0.1443708]
    off = told("autoencoding", "loss", train, [0.1418304592370987] * 6, rate=0.2)
    assert "Try 0.002 instead of 0.2" in off and "ten times as high" not in off
    slow = told(
        "autoencoding", "loss", [0.2 - n * 1e-5 for n in range(6)], [0.2 - n * 1e-5 for n in range(6)]
    )
    assert "ten times as high" in slow and "far too high" not in slow


def test_a_machine_that_does_not_learn_is_told() -> None:
    healthy = [0.0307, 0.014, 0.009, 0.0075, 0.006, 0.005, 0.0045, 0.004, 0.0373, 0.0176, 0.0132]
    assert told("contrastive_divergence", "reconstruction_error", healthy) == "", "the second one begins anew"
    flat = [0.041, 0.031, 0.031, 0.0305, 0.0308, 0.031, 0.0306]
    assert "try 0.1 instead of 1" in told("contrastive_divergence", "reconstruction_error", flat, rate=1.0)
    assert "too low: try 0.01" in told("contrastive_divergence", "reconstruction_error", flat, rate=0.001)


def test_a_segmentation_that_finds_one_class_only_is_told() -> None:
    def epoch(number: int, circle: float) -> Message:
        figures = {"dice background": 0.95, "dice circle": circle, "miou": 0.2}
        return {
            "epoch": number,
            "train_loss": 0.5,
            "figures": {"train": {"loss": 0.5}, "validation": figures},
        }

    assert get_recipe("segmentation").id == "segmentation"
    assert _signs.one_class([epoch(n, 0.0) for n in range(5)]) is None
    assert _signs.one_class([*(epoch(n, 0.0) for n in range(5)), epoch(6, 0.3)]) is None
    found = _signs.one_class([epoch(n, 0.0) for n in range(6)])
    assert found is not None and "taken for background" in found[0]


def test_a_loss_held_back_that_is_far_off_is_told_at_once() -> None:
    """A U-Net with a hundred times its rate: batch norm has seen other numbers than it sees now."""
    assert "many times" in told("segmentation", "loss", [1.028, 0.58], [2.2e6, 5647.0], rate=0.4)
    assert told("segmentation", "loss", [1.0, 0.001], [30.0, 0.9]) == "", "once, in the beginning"


def test_pictures_that_never_become_better_are_told() -> None:
    """Pix2Pix with a hundred times its rate."""
    stuck = [0.3429, 0.289, 0.2991, 0.31, 0.3075, 0.301, 0.306, 0.3085]
    assert "too high: try 0.002 instead of 0.02" in told("image_to_image", "difference", stuck, rate=0.02)
    assert told("image_to_image", "difference", [0.2699, 0.14, 0.1136, 0.097, 0.083, 0.08, 0.076, 0.07]) == ""
    assert "too low" in told("cycle", "cycle_loss", [0.5 - 0.01 * n for n in range(8)], rate=1e-6)


def test_a_diffusion_that_guesses_nothing_is_told() -> None:
    """With a hundred times its rate."""
    assert "nothing but zeros" in told(
        "diffusion", "loss", [62.92, 1.232, 1.012, 1.004, 1.005, 1.007], rate=0.2
    )
    assert told("diffusion", "loss", [0.26, 0.14, 0.11, 0.1, 0.09, 0.08]) == ""


def test_a_wide_gap_is_learning_by_heart_too() -> None:
    """A detector of 17 pictures: held back it still improves, but stays behind by far."""
    train = [34.0 * 0.85**number for number in range(30)]
    held = [28.0, 27.0, 26.0, *[25.9 - 0.45 * number for number in range(27)]]
    assert "worse by far" in told("detection", "loss", train, held)
    assert told("detection", "loss", train, [value * 1.2 for value in train]) == ""
