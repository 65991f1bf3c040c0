"""A picture file without further packages: what a script shows of its samples."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import torch


def save_pictures(images: torch.Tensor, path: str, like: torch.Tensor, columns: int) -> None:
    """Pictures (N, 1 or 3, H, W) side by side as a PNG file; black and white are those of the pictures ``like``."""
    low, high = like.aminmax()
    shades = ((images.detach() - low) / (high - low) * 255).clamp(0, 255).to("cpu", torch.uint8)
    count, channels, height, width = shades.shape
    rows = -(-count // columns)
    grid = torch.full((rows * columns, channels, height, width), 255, dtype=torch.uint8)
    grid[:count] = shades
    grid = grid.view(rows, columns, channels, height, width).permute(0, 3, 1, 4, 2)
    lines = grid.reshape(rows * height, -1).tolist()

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    kind = 2 if channels == 3 else 0  # colours, or shades of grey
    head = struct.pack(">2I5B", columns * width, rows * height, 8, kind, 0, 0, 0)
    content = zlib.compress(b"".join(b"\0" + bytes(line) for line in lines))
    file = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", content) + chunk(b"IEND", b"")
    Path(path).write_bytes(file)
