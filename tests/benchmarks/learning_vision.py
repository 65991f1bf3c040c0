"""What the presets about pictures learn, each trained as it opens, on this machine's processor with one thread.

Scores are of pictures that were held out: digits, and generated scenes. The classifiers are trained several times,
for a seed also decides which digits are held out.
"""

from __future__ import annotations

import dataclasses
import statistics
import tempfile
import time
from pathlib import Path

from presets import find
from runtime.headless import train_project
from runtime.protocol import Message
from tests.benchmarks.report import Report

CLASSIFIERS = (("digits-cnn", "digits CNN"), ("small-resnet", "small ResNet on digits"))
SEEDS = (0, 1, 2, 3, 4)
SCORES = (
    ("unet", "U-Net", "miou", "mean IoU", "at least 0.90"),
    ("fcn", "FCN-8s", "miou", "mean IoU", "at least 0.70"),
    ("detector", "single-shot detector", "map50", "mAP@0.5", "at least 0.80"),
    ("multi-task", "multi-task", "accuracy", "right answers", "at least 0.95"),
)


def run(report: Report) -> None:
    for preset, title in CLASSIFIERS:
        since = time.perf_counter()
        found = [_trained(preset, seed)["test_accuracy"] for seed in SEEDS]
        name = f"{title}: test accuracy, {len(SEEDS)} seeds"
        report(f"{name}, mean", statistics.fmean(found), "", goal="at least 0.98")
        report(f"{name}, worst", min(found), "", goal="at least 0.97")
        report(f"{title}: training, each", (time.perf_counter() - since) / len(SEEDS), "s")
    for preset, title, score, words, goal in SCORES:
        since = time.perf_counter()
        last = _trained(preset)
        report(f"{title}: {words} on scenes held out", last["scores"][score], "", goal=goal)
        report(f"{title}: training, {last['epochs']} epochs", time.perf_counter() - since, "s")


def _trained(preset: str, seed: int | None = None) -> Message:
    """The last message of a preset trained as it is, or with another seed."""
    made = find(preset).build()
    made.training = dataclasses.replace(
        made.training, threads=1, device="cpu", seed=made.training.seed if seed is None else seed
    )
    with tempfile.TemporaryDirectory() as folder:
        last = train_project(made, Path(folder))
    if last["event"] != "finished":
        raise RuntimeError(last["sentence"])
    return last
