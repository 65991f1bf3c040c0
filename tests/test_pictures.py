"""``make pictures`` from start to end: the real window in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parent.parent
MODES = ("light", "dark")


def test_a_picture_of_the_window_with_a_problem(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.pictures", "problem", "--folder", str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
        timeout=150,
    )
    assert done.returncode == 0, done.stderr
    with Image.open(tmp_path / "problem.png") as picture:
        assert picture.size == (1440, 900)
        colors = picture.convert("RGB").getcolors(1 << 20)
    assert colors is not None
    assert len(colors) > 200


def test_every_picture_of_the_readme_can_be_made() -> None:
    import re

    from tests.pictures.__main__ import GALLERY, PICTURES

    shown = set(
        re.findall(r"resources/pictures/([\w-]+)\.png", (ROOT / "README.md").read_text(encoding="utf-8"))
    )
    gallery = ROOT / "resources" / "pictures" / "GALLERY.md"
    close = set(re.findall(r'"([\w-]+)\.png"', gallery.read_text(encoding="utf-8")))
    assert shown and shown | close == set(PICTURES)
    assert {
        f"{preset}{zoom}-{mode}" for preset in GALLERY for zoom in ("-far", "", "-near") for mode in MODES
    } == close
    assert all((gallery.parent / f"{name}.png").is_file() for name in shown | close)
