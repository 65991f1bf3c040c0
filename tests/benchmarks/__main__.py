"""Runs each benchmark in a process of its own, so that none warms up or slows down the next."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import pkgutil
import subprocess
import sys
from pathlib import Path

import tests.benchmarks
from tests.benchmarks.report import Figure, Report, goals

ROOT = Path(__file__).resolve().parent.parent.parent
HELPERS = {"__main__", "report"}


def available() -> list[str]:
    """Names of all benchmarks, as typed on the command line (``start-up`` is ``start_up.py``)."""
    found = [module.name for module in pkgutil.iter_modules(tests.benchmarks.__path__)]
    return sorted(
        name.replace("_", "-") for name in found if name not in HELPERS and not name.startswith("_")
    )


def run_here(name: str) -> None:
    """Run one benchmark in this process: figures become JSON lines on stdout, all else goes to stderr."""
    figures = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    with contextlib.redirect_stdout(sys.stderr), figures:
        module = importlib.import_module(f"tests.benchmarks.{name.replace('-', '_')}")
        module.run(Report(name, lambda figure: print(json.dumps(figure.as_dict()), file=figures, flush=True)))


def run_apart(name: str, as_json: bool, found: list[Figure]) -> bool:
    """Run one benchmark in a process of its own and print its figures as they come, which are added to ``found``;
    whether it went well."""
    command = [sys.executable, "-m", "tests.benchmarks", "--here", name]
    environment = {"QT_QPA_PLATFORM": "offscreen", **os.environ}
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            found.append(Figure(**json.loads(line)))
            print(line.rstrip() if as_json else found[-1].text, flush=True)
    return process.returncode == 0


def main() -> int:
    names = available()
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks", description="Print TorchLoom's figures."
    )
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(names)} (default: all)"
    )
    parser.add_argument(
        "--timm",
        action="store_true",
        help="importing: one model of each timm module instead of torchvision's",
    )
    parser.add_argument("--json", action="store_true", help="one JSON object per line and nothing else")
    parser.add_argument("--here", metavar="NAME", choices=names, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.here:
        run_here(options.here)
        return 0
    for name in options.names:
        if name not in names:
            parser.error(f"there is no benchmark {name}: choose from {', '.join(names)}")
    failed: list[str] = []
    found: list[Figure] = []
    chosen = options.names or [name for name in names if name != "importing-timm"]
    for name in [f"{name}-timm" if options.timm and name == "importing" else name for name in chosen]:
        if not options.json:
            print(f"\n{name}", flush=True)
        if not run_apart(name, options.json, found):
            failed.append(name)
    if not options.json:
        print(goals(found))
    if failed:
        print(f"failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
