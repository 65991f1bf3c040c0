"""``main.py devices``: what training can run on."""

from __future__ import annotations

from runtime.commands.output import Output
from runtime.devices import list_devices as found_devices


def list_devices(out: Output) -> int:
    """Every device torch can compute on here, the best first."""
    rows = []
    for device in found_devices():
        out.item(device)
        rows.append((str(device["name"]), str(device["title"])))
    out.table(("device", "what it is"), rows)
    return 0
