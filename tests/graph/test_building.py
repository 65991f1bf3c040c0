"""Building a layer from the text of its declaration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def test_torch_may_import_inside_a_layer_while_qt_is_there() -> None:
    """PySide6 replaces the builtin import; under a layer's small builtins it once aborted the whole process."""
    code = (
        "import PySide6.QtWidgets, torch\n"
        "from torch.utils.flop_counter import FlopCounterMode\n"
        "from graph.building import build_call\n"
        "from graph.catalogue import CATALOGUE\n"
        "layer = CATALOGUE['ScaledDotProductAttention']\n"
        "call = build_call(layer, layer.validated({}), {port.name: 1 for port in layer.inputs[:3]})\n"
        "with FlopCounterMode(display=False):\n"
        "    print(tuple(call(None, *[torch.ones(2, 5, 8) for _ in range(3)]).shape))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=150
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "(2, 5, 8)"
