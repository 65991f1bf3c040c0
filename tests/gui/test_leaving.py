"""The program can be left at any moment."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

LEAVE_AT_ONCE = """
import sys
from PySide6.QtCore import QTimer
from gui import app

make = app.make_application

def made(arguments):
    application = make(arguments)
    QTimer.singleShot({delay}, application.closeAllWindows)
    return application

app.make_application = made
if __name__ == "__main__":
    sys.exit(app.run(None))
"""


@pytest.mark.parametrize("delay", [300, 900])
def test_the_window_can_be_closed_while_torch_is_being_imported(tmp_path: Path, delay: int) -> None:
    script = tmp_path / "leave.py"
    script.write_text(LEAVE_AT_ONCE.format(delay=delay))
    folders = {f"XDG_{kind}_HOME": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "STATE", "CACHE")}
    done = subprocess.run(
        [sys.executable, str(script)],
        env=os.environ | folders | {"QT_QPA_PLATFORM": "offscreen", "PYTHONPATH": str(ROOT)},
        cwd=tmp_path, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "terminate" not in done.stderr and "Traceback" not in done.stderr
