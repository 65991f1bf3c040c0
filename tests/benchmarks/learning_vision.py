"""What the presets about pictures learn, each trained as it opens, on this machine's processor with one thread.

Scores are of generated scenes that were held out.
"""

from __future__ import annotations

import dataclasses
import tempfile
import time
from pathlib import Path

from presets import find
from runtime.headless import train_project
from tests.benchmarks.report import Report

SCORES = (
    ("unet", "U-Net", "miou", "mean IoU", "at least 0.90"),
    ("fcn", "FCN-8s", "miou", "mean IoU", None),
    ("detector", "single-shot detector", "map50", "mAP@0.5", "at least 0.80"),
    ("multi-task", "multi-task", "accuracy", "right answers", None),
)


def run(report: Report) -> None:
    for preset, title, score, words, goal in SCORES:
        made = find(preset).build()
        made.training = dataclasses.replace(made.training, threads=1, device="cpu")
        since = time.perf_counter()
        with tempfile.TemporaryDirectory() as folder:
            last = train_project(made, Path(folder))
        if last["event"] != "finished":
            raise RuntimeError(last["sentence"])
        report(f"{title}: {words} on scenes held out", last["scores"][score], "", goal=goal)
        report(f"{title}: training, {last['epochs']} epochs", time.perf_counter() - since, "s")
