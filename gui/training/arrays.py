"""Arrays from the worker as pictures: bytes to numpy, numpy to colours."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtGui import QImage

COLOR_MAPS = ("viridis", "magma", "grey", "blue-red")


def unpack(message: dict[str, Any]) -> NDArray[np.float32]:
    """The array in a message of the worker (see :mod:`runtime.protocol`)."""
    flat = np.frombuffer(message["data"], dtype=message["dtype"])
    return flat.reshape(message["shape"])


@cache
def table(name: str) -> NDArray[np.uint8]:
    """A colour map as 256 rows of red, green and blue."""
    steps = np.linspace(0.0, 1.0, 256)
    if name == "grey":
        return (np.stack([steps] * 3, axis=1) * 255).astype(np.uint8)
    if name == "blue-red":
        anchors = np.array([[33, 102, 172], [247, 247, 247], [178, 24, 43]], dtype=float)
        parts = [np.interp(steps, [0.0, 0.5, 1.0], anchors[:, channel]) for channel in range(3)]
        return np.stack(parts, axis=1).astype(np.uint8)
    import pyqtgraph

    found: NDArray[np.uint8] = pyqtgraph.colormap.get(name).getLookupTable(nPts=256)[:, :3].astype(np.uint8)
    return found


def levels(values: NDArray[np.float32], color_map: str) -> tuple[float, float]:
    """What the colour map's ends stand for. The two-sided map keeps 0 in its middle."""
    finite = values[np.isfinite(values)]
    if finite.size == 0:
        return 0.0, 1.0
    low, high = float(finite.min()), float(finite.max())
    if color_map == "blue-red":
        reach = max(abs(low), abs(high)) or 1.0
        return -reach, reach
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def painted(values: NDArray[np.float32], color_map: str, low: float, high: float) -> QImage:
    """A plane (H, W) as a picture; what is not a number becomes pure magenta."""
    bad = ~np.isfinite(values)
    scaled = np.where(bad, 0.0, (values - low) / (high - low))
    rgb = table(color_map)[np.clip(scaled * 255.0, 0, 255).astype(np.uint8)]
    rgb[bad] = (255, 0, 255)
    rgb = np.ascontiguousarray(rgb)
    height, width = values.shape
    return QImage(rgb.data, width, height, 3 * width, QImage.Format.Format_RGB888).copy()


def picture(values: NDArray[np.float32]) -> QImage:
    """An input (1, H, W) or (3, H, W) as a person would see it, stretched from its lowest to its highest."""
    low, high = levels(values, "grey")
    if values.shape[0] == 3:
        scaled = np.clip((values - low) / (high - low) * 255, 0, 255).astype(np.uint8)
        rgb = np.ascontiguousarray(scaled.transpose(1, 2, 0))
        return QImage(
            rgb.data, rgb.shape[1], rgb.shape[0], 3 * rgb.shape[1], QImage.Format.Format_RGB888
        ).copy()
    return painted(values[0], "grey", low, high)
