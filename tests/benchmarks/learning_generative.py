"""What the generative presets learn, as they are, on the digits that come with TorchLoom.

A convolutional network that was trained to read digits is the judge: it says whether drawn digits can be read, and its
features are compared by the Fréchet distance.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F

from presets import find
from runtime.frechet import coarse, frechet_distance, judge_of, made_by, opened
from runtime.headless import train_project
from runtime.training.session import Session
from tests.benchmarks.report import Report

SAMPLES = 500


def run(report: Report) -> None:
    with tempfile.TemporaryDirectory() as home:
        runs = Path(home)
        judge = runs / "judge"
        reading = trained("digits-cnn", judge)
        report("digits CNN, the judge: test accuracy", reading["test_accuracy"], "", goal="at least 0.98")
        for preset in ("gan", "dcgan-14"):
            _drawn(report, preset, runs / preset, judge)
        _told(report, runs / "ddpm", judge)
        _again(report, runs / "vae", judge)
        _machines(report, runs)


def trained(preset: str, folder: Path) -> dict[str, Any]:
    """Train a preset as it is; its last message."""
    since = time.perf_counter()
    last = train_project(find(preset).build(), folder)
    if last["event"] != "finished":
        raise RuntimeError(last.get("sentence", last["event"]))
    return {**last, "took": time.perf_counter() - since}


def read(judge: Session, pictures: torch.Tensor) -> torch.Tensor:
    """The digits that the judge reads on pictures in 0…1."""
    size = judge.dataset.schema.input_shape[-2:]
    with torch.no_grad():
        scores = judge.model(F.interpolate(pictures, size, mode="bilinear", antialias=True))
    found: torch.Tensor = scores.argmax(dim=1)
    return found


def _drawn(report: Report, preset: str, folder: Path, judge: Path) -> None:
    """A GAN: the distance of what it draws from real digits, before and after."""
    last = trained(preset, folder)
    session, looking = opened(folder), judge_of(judge)
    after = made_by(session, SAMPLES)
    session = opened(folder, best=False)
    before = made_by(session, SAMPLES)
    real = session.inputs
    pixels = [frechet_distance(coarse(real), coarse(made)) for made in (before, after)]
    span = (-1.0, 1.0)
    features = [
        frechet_distance(looking.features(real, span), looking.features(made, span))
        for made in (before, after)
    ]
    goal = "at most 0.333"
    report(f"{preset}: Fréchet distance of pixels, share left", pixels[1] / pixels[0], "×", goal=goal)
    report(f"{preset}: the same over the judge's features", features[1] / features[0], "×", goal=goal)
    report(f"{preset}: seconds of training", last["took"], "s")


def _told(report: Report, folder: Path, judge: Path) -> None:
    """Diffusion with classes: whether the judge reads what was to be drawn."""
    last = trained("ddpm-classes", folder)
    session, reader = opened(folder), opened(judge)
    torch.manual_seed(1)
    labels = torch.arange(SAMPLES) % 10
    made = session.loop.sample(torch.randn(SAMPLES, *session.loop.shape), labels, 20)
    share = (read(reader, (made + 1) / 2) == labels).float().mean().item()
    report("ddpm-classes: drawn digits that the judge reads", share, "", goal="at least 0.90")
    report("ddpm-classes: seconds of training", last["took"], "s")


def _again(report: Report, folder: Path, judge: Path) -> None:
    """VAE: digits it never saw, drawn again from twenty numbers."""
    last = trained("vae", folder)
    session, reader = opened(folder), opened(judge)
    batch = session.batch_of(session.splits.test)
    with torch.no_grad():
        again = session.loop.network(batch["input"])[0]
    blank = batch["input"].var(dim=0, correction=0).mean().item()
    left = F.mse_loss(again, batch["input"]).item() / blank
    report("vae: variance of the pixels that is lost", left, "×", goal="at most 0.35")
    share = (read(reader, again) == batch["target"]).float().mean().item()
    report("vae: test digits drawn again that the judge reads", share, "", goal="at least 0.90")
    report("vae: seconds of training", last["took"], "s")


def _machines(report: Report, runs: Path) -> None:
    """RBM and DBN: the error of what is drawn again, before and after."""
    last = trained("rbm", runs / "rbm")
    session = opened(runs / "rbm", best=False)
    with torch.no_grad():
        before = session.loop.evaluate(session.batch_of(session.splits.test))["reconstruction_error"].item()
    share = last["scores"]["reconstruction_error"] / before
    report("rbm: reconstruction error, share left", share, "×", goal="at most 0.5")
    report("rbm: seconds of training", last["took"], "s")
    last = trained("dbn", runs / "dbn")
    report("dbn: test accuracy after fine-tuning", last["scores"]["accuracy"], "", goal="at least 0.95")
    report("dbn: seconds of training", last["took"], "s")
