"""From the command to the answer, and to the window on the screen; torch must not be imported by then."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.report import Report

ROOT = Path(__file__).resolve().parent.parent.parent
REPEATS = 5

# The first thing that happens after the first paint is MainWindow.wake, which starts to import torch.
UNTIL_PAINTED = """
import json, sys, time
from gui.window import MainWindow
import main

def wake(self):
    from PySide6.QtWidgets import QApplication
    painted = time.time()
    print(json.dumps({"painted": painted, "torch": "torch" in sys.modules}), flush=True)
    QApplication.exit(0)

MainWindow.wake = wake
sys.exit(main.main([]))
"""


def run(report: Report) -> None:
    """Medians over fresh processes, each compared with what Python or Qt need alone."""
    with tempfile.TemporaryDirectory() as home:
        environment = {**os.environ, "HOME": home, "XDG_CONFIG_HOME": home, "XDG_DATA_HOME": home}
        bare = _seconds(["-c", "pass"], environment)
        answer = _seconds(["main.py", "--help"], environment)
        report("main.py --help answers", answer * 1000, "ms", "Python doing nothing", bare * 1000)
        qt = _seconds(["-c", "from PySide6.QtWidgets import QApplication; QApplication([])"], environment)
        painted, torch_loaded = _painted(environment)
        report("window painted", painted * 1000, "ms", "an empty QApplication", qt * 1000)
        report("torch imported by then", float(torch_loaded), "times of 1", goal="0")
        torch = _seconds(["-c", "import torch"], environment)
        report("importing torch, which follows", torch * 1000, "ms")


def _seconds(arguments: list[str], environment: dict[str, str]) -> float:
    times = []
    for _ in range(REPEATS):
        start = time.perf_counter()
        subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True
        )
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _painted(environment: dict[str, str]) -> tuple[float, bool]:
    """Seconds from starting Python to the first paint, and whether torch was imported in any run."""
    times, torch = [], False
    for _ in range(REPEATS):
        start = time.time()
        done = subprocess.run(
            [sys.executable, "-c", UNTIL_PAINTED],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        found = json.loads(done.stdout.splitlines()[-1])
        times.append(found["painted"] - start)
        torch = torch or found["torch"]
    return statistics.median(times), torch
