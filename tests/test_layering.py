"""Who may import whom, and what must not be imported before the window stands."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LIGHT = (
    "graph.model",
    "graph.edits",
    "graph.document",
    "graph.catalogue",
    "graph.shapes",
    "graph.code",
    "presets",
)


def imported_by(statement: str) -> set[str]:
    """Top-level names of all modules that are loaded after a statement, in a fresh interpreter."""
    code = f"import sys\n{statement}\nprint(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=150
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.mark.parametrize("module", LIGHT)
def test_what_the_window_needs_imports_neither_torch_nor_qt(module: str) -> None:
    loaded = imported_by(f"import {module}")
    assert not loaded & {"torch", "torchvision", "PySide6", "sklearn"}


def test_listing_presets_and_layers_needs_no_torch() -> None:
    loaded = imported_by(
        "import presets, graph.catalogue\n"
        "assert presets.all_presets() is not None\n"
        "for preset in presets.all_presets(): preset.build()"
    )
    assert not loaded & {"torch", "torchvision", "PySide6"}


def test_gui_has_no_torch_at_module_level() -> None:
    offenders = []
    for path in (ROOT / "gui").rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            names = []
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or ""]
            offenders += [
                f"{path.name}: {name}" for name in names if name.split(".")[0] in ("torch", "torchvision")
            ]
    assert not offenders


def test_everything_in_gui_imports_without_torch() -> None:
    """What gui pulls in through graph, presets and runtime counts too."""
    modules = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for path in sorted((ROOT / "gui").rglob("*.py"))
        if path.name != "__init__.py"
    ]
    loaded = imported_by("\n".join(f"import {module}" for module in modules) or "pass")
    assert not loaded & {"torch", "torchvision", "sklearn"}


def test_headless_rooms_need_no_qt() -> None:
    rooms = [
        ".".join(path.relative_to(ROOT).with_suffix("").parts)
        for room in ("graph", "presets", "runtime")
        for path in sorted((ROOT / room).rglob("*.py"))
        if path.name not in ("__init__.py", "__main__.py")
    ]
    loaded = imported_by("\n".join(f"import {module}" for module in rooms))
    assert not loaded & {"PySide6", "shiboken6", "pyqtgraph", "qtawesome"}


def test_import_rules_of_pyproject_hold() -> None:
    """The same contracts that ``make lint`` checks, so that pytest alone finds a breach too."""
    command = "from importlinter.cli import lint_imports_command as run; run()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
