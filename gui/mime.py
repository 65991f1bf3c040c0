"""What travels while a layer is dragged from the palette to the canvas."""

from __future__ import annotations

import json

from PySide6.QtCore import QMimeData

LAYER_MIME = "application/x-torchloom-layer"


def layer_mime(type: str, block: str | None = None) -> QMimeData:
    """A layer type, or the use of a block of this project."""
    data = QMimeData()
    data.setData(LAYER_MIME, json.dumps({"type": type, "block": block}).encode())
    data.setText(type)
    return data


def read_layer(data: QMimeData) -> tuple[str, str | None] | None:
    """(type, block id) of a dragged layer, or ``None`` for anything else."""
    if not data.hasFormat(LAYER_MIME):
        return None
    try:
        content = json.loads(bytes(data.data(LAYER_MIME).data()))
        kind, block = content["type"], content["block"]
    except (ValueError, KeyError, TypeError):
        return None
    if not isinstance(kind, str) or not (block is None or isinstance(block, str)):
        return None
    return kind, block
