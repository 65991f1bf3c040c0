"""What torch can compute on here. For the worker and the terminal: the window never asks torch about CUDA."""

from __future__ import annotations

import platform
from pathlib import Path
from typing import Any

from runtime.training.errors import RunError


def list_devices() -> list[dict[str, Any]]:
    """Every device, the best first: ``name`` as torch takes it ("cuda:0"), ``title`` for people, ``memory``
    in bytes (``None`` where torch cannot tell), ``threads`` for the CPU."""
    import psutil
    import torch

    found: list[dict[str, Any]] = []
    if torch.cuda.is_available():
        for number in range(torch.cuda.device_count()):
            facts = torch.cuda.get_device_properties(number)
            found.append({"name": f"cuda:{number}", "title": facts.name, "memory": facts.total_memory})
    if torch.backends.mps.is_available():
        found.append({"name": "mps", "title": "Apple GPU (Metal)", "memory": None})
    memory = psutil.virtual_memory().total
    found.append(
        {
            "name": "cpu",
            "title": _processor(),
            "memory": memory,
            "threads": default_threads(),
            "cores": _CORES,
        }
    )
    return found


def pick_device(wanted: str) -> str:
    """The device to train on: "auto" is the best there is; :class:`RunError` for one that is not here."""
    names = [device["name"] for device in list_devices()]
    if wanted in ("", "auto"):
        return str(names[0])
    if wanted == "cuda" and "cuda:0" in names:
        return "cuda:0"
    if wanted not in names:
        raise RunError(
            f"There is no device “{wanted}” on this machine.",
            f"Choose one of {', '.join(names)}, or auto.",
        )
    return wanted


def _cores() -> int:
    import torch

    return int(torch.get_num_threads())


def _processor() -> str:
    named = Path("/proc/cpuinfo")
    if named.is_file():
        for line in named.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "CPU"


def default_threads() -> int:
    """One thread less than torch would take by itself: with all cores busy elsewhere, small operations that
    wait for each other become a hundred times slower."""
    return max(1, _CORES - 1)


_CORES = _cores()
