"""The files around the program: one command sets up, and says so when it cannot."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")
def test_without_a_new_enough_python_make_says_what_is_needed(tmp_path: Path) -> None:
    tools = tmp_path / "bin"
    tools.mkdir()
    for name in ("python3", "python3.11", "python3.12", "python3.13", "python"):
        old = tools / name
        old.write_text("#!/bin/sh\nexit 1\n", encoding="utf-8")
        old.chmod(0o755)
    for name in ("Makefile", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    make = shutil.which("make")
    assert make is not None
    environment = {"PATH": f"{tools}:/usr/bin:/bin"}
    done = subprocess.run([make, "setup"], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.returncode != 0
    assert "Python 3.11" in done.stderr
    assert "make run PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_the_version_is_the_same_everywhere() -> None:
    import main

    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert project["version"] == main.VERSION
    assert project["requires-python"] == ">=3.11"
    assert sys.version_info >= (3, 11)


def test_the_window_is_an_extra_so_that_servers_need_no_qt() -> None:
    with (ROOT / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)["project"]
    assert not [name for name in project["dependencies"] if "side" in name.lower() or "qt" in name.lower()]
    assert "PySide6-Essentials>=6.9,<6.12" in project["optional-dependencies"]["gui"]


def test_every_benchmark_has_a_run_function() -> None:
    import ast

    folder = ROOT / "tests" / "benchmarks"
    for path in folder.glob("*.py"):
        if path.name in ("__init__.py", "__main__.py", "report.py") or path.name.startswith("_"):
            continue
        names = [
            node.name for node in ast.parse(path.read_text(encoding="utf-8")).body if hasattr(node, "name")
        ]
        assert "run" in names, f"{path.name} has no run(report)"
