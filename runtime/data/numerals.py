"""Numbers as people write them in tables: decimal commas, thousands separators, signs of percent and currency."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy

if TYPE_CHECKING:
    import polars
    from numpy.typing import NDArray

POINT, COMMA = "point", "comma"
WAYS = (POINT, COMMA)
"""What stands before the decimals: 1,234.5 or 1.234,5. Spaces and apostrophes may part thousands in both."""
GAP = "\u00a0\u202f '’"
"""What parts thousands beside a comma or a point."""
MONEY = "₩￦$€£¥"
BEFORE = rf"^([+-]?)\s*[{MONEY}]\s*([+-]?)"
BEHIND = rf"\s*(?:[{MONEY}%％]|원|円|元)$"
GROUPED = {
    POINT: rf"^[+-]?[1-9]\d{{0,2}}(?:[,{GAP}]\d{{3}})+(?:\.\d+)?$",
    COMMA: rf"^[+-]?(?:\d+,\d+|[1-9]\d{{0,2}}(?:[.{GAP}]\d{{3}})+(?:,\d+)?)$",
}
"""What a way reads in its own manner; everything else is read as Python would."""
DOTTED = r"^[+-]?[1-9]\d{0,2}(?:\.\d{3})+$"
"""What is a number in both ways, but not the same."""
SCALES = {"K": 1e3, "M": 1e6, "B": 1e9}
SCALED = r"^[+-]?\d+(?:[.,]\d+)?[KMB]$"
"""12.5M, as exchanges write volumes."""


def to_number(value: str, way: str = "") -> float:
    """The number a cell holds, NaN when it holds none. Infinity is none. Without a ``way`` any will do, plain numbers
    first."""
    text = re.sub(BEHIND, "", re.sub(BEFORE, r"\1\2", value.strip().replace("−", "-")))
    ways = (way,) if way else ("", *WAYS)
    for each in ways:
        found = _one(text, each)
        if found == found:
            return found
    return float("nan")


def _one(text: str, way: str) -> float:
    scale = 1.0
    if re.match(SCALED, text):
        text, scale = text[:-1], SCALES[text[-1]]
    if way and re.match(GROUPED[way], text):
        text = re.sub(f"[{GAP}{',' if way == POINT else '.'}]", "", text).replace(",", ".")
    try:
        number = float(text) * scale
    except ValueError:
        return float("nan")
    return number if abs(number) < float("inf") else float("nan")


def is_unclear(value: str) -> bool:
    """Whether a number means one thing with a decimal comma and another with a comma between thousands."""
    return re.match(r"^[+-]?[1-9]\d{0,2},\d{3}$", value.strip()) is not None


def numbers_in(cells: polars.Series) -> dict[str, NDArray[numpy.float64]]:
    """The cells as numbers by each way, NaN where they are none."""
    import polars as pl

    plain = _cast(cells)
    strange = int(numpy.isnan(plain).sum()) - cells.null_count()
    dotted = bool(cells.str.contains(DOTTED).any())
    if not strange and not dotted:
        return dict.fromkeys(WAYS, plain)
    bare = cells.str.replace("−", "-", literal=True).str.replace(BEFORE, "${1}${2}").str.replace(BEHIND, "")
    scaled = bare.str.contains(SCALED).fill_null(False)
    scale: float | NDArray[numpy.float64] = 1.0
    if scaled.any():
        letters = pl.select(pl.when(scaled).then(bare.str.slice(-1))).to_series()
        scale = letters.replace_strict(SCALES, default=1.0, return_dtype=pl.Float64).fill_null(1.0).to_numpy()
        bare = pl.select(pl.when(scaled).then(bare.str.head(-1)).otherwise(bare)).to_series()
    found = {}
    for way in WAYS:
        pure = bare.str.replace_all(f"[{GAP}{',' if way == POINT else '.'}]", "")
        pure = pure.str.replace(",", ".", literal=True)
        found[way] = (
            _cast(pl.select(pl.when(bare.str.contains(GROUPED[way])).then(pure).otherwise(bare)).to_series())
            * scale
        )
    return found


def _cast(cells: polars.Series) -> NDArray[numpy.float64]:
    import polars as pl

    found = cells.cast(pl.Float64, strict=False).fill_null(numpy.nan).to_numpy()
    return numpy.where(numpy.isinf(found), numpy.nan, found)
