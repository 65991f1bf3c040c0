"""Numbers as people read them."""

from __future__ import annotations


def count_text(number: float) -> str:
    """``812``, ``9,876``, ``25.6 M``, ``4.09 G``."""
    if number < 10_000:
        return f"{number:,.0f}"
    for size, unit in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size * 0.9995:
            value = number / size
            digits = 2 if value < 10 else 1 if value < 100 else 0
            return f"{value:.{digits}f} {unit}"
    return f"{number:,.0f}"


def bytes_text(size: float) -> str:
    """``512 B``, ``1.5 MB``, ``2.3 GB`` (powers of 1024)."""
    for unit in ("B", "KB", "MB", "GB"):
        if size < 1024:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 100 else f"{size:.1f} {unit}"
        size /= 1024
    return f"{size:.1f} TB"


def plural(count: int, one: str, many: str) -> str:
    """``"1 node"``, ``"3 nodes"``; both forms come translated."""
    return f"{count:,} {one if count == 1 else many}"
