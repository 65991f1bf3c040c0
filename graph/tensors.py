"""What is known of a value on a wire before anything runs: its dtype and a symbolic shape.

The batch size (and, where a network has one, the sequence length ``T``) is not a number while a
person draws. Every shape is therefore inferred for several *probes* at once, e.g. batch 83 and 89,
and an axis that came out as 83 and 89 is ``B``, one that came out as 332 and 356 is ``4B``. The
idea of two probes is Keras's (``compute_output_spec`` of its torch backend); fitting ``k·B + c``
instead of calling the axis unknown is ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

BATCH = "B"
LENGTH = "T"
PROBE_SIZES = {BATCH: (83, 89), LENGTH: (61, 67)}


def probes(symbols: tuple[str, ...]) -> list[dict[str, int]]:
    """The sizes each probe gives the symbols: all corners, ``2 ** len(symbols)`` of them."""
    return [
        {symbol: PROBE_SIZES[symbol][number >> bit & 1] for bit, symbol in enumerate(symbols)}
        for number in range(2 ** len(symbols))
    ]


@dataclass(frozen=True, slots=True)
class Tensor:
    """dtype (torch's name, e.g. ``"float32"``) and one concrete shape per probe."""

    shapes: tuple[tuple[int, ...], ...]
    dtype: str = "float32"

    @property
    def rank(self) -> int:
        return len(self.shapes[0])

    @property
    def kind(self) -> str:
        """``"float"``, ``"int"`` or ``"bool"``; complex counts as float."""
        if self.dtype == "bool":
            return "bool"
        return "int" if self.dtype.startswith(("int", "uint")) else "float"

    def size(self, axis: int) -> int | None:
        """The number of elements along an axis, or ``None`` when it is symbolic or there is no such axis."""
        if not -self.rank <= axis < self.rank:
            return None
        sizes = {shape[axis] for shape in self.shapes}
        return sizes.pop() if len(sizes) == 1 else None

    def fixed(self, start: int = 1) -> int | None:
        """Product of the axes from ``start`` on, or ``None`` when one of them is symbolic."""
        total = 1
        for axis in range(start, self.rank):
            size = self.size(axis)
            if size is None:
                return None
            total *= size
        return total

    @property
    def dims(self) -> tuple[str, ...]:
        """Every axis as text: ``("B", "64", "28", "28")``."""
        return tuple(_axis_text(tuple(shape[axis] for shape in self.shapes)) for axis in range(self.rank))

    @property
    def text(self) -> str:
        """``"(B, 64, 28, 28)"``, with the dtype in front when it is not the usual float."""
        return _tensor_text(self)

    @property
    def batched(self) -> bool:
        """Whether axis 0 grows with the batch and nothing else does in a way that mixes samples."""
        return self.rank > 0 and self.size(0) is None and BATCH in self.dims[0]

    def elements(self) -> int:
        """Number of elements for one sample (batch 1, ``T`` at its probe size), rounded up."""
        first = 1
        for size in self.shapes[0]:
            first *= size
        if len(self.shapes) == 1:
            return first
        return -(-first // PROBE_SIZES[BATCH][0]) if self.batched else first


def symbols_of(count: int) -> tuple[str, ...]:
    """Which symbols ``count`` probes stand for."""
    return {1: (), 2: (BATCH,), 4: (BATCH, LENGTH)}[count]


@lru_cache(maxsize=4096)
def _tensor_text(tensor: Tensor) -> str:
    body = f"({', '.join(tensor.dims)}{',' if tensor.rank == 1 else ''})"
    return body if tensor.dtype == "float32" else f"{tensor.dtype} {body}"


@lru_cache(maxsize=4096)
def _axis_text(sizes: tuple[int, ...]) -> str:
    if len(set(sizes)) == 1:
        return str(sizes[0])
    return _polynomial_text(_fit(sizes))


def _fit(sizes: tuple[int, ...]) -> dict[tuple[str, ...], Fraction]:
    """Multilinear polynomial through the sizes at all corners, e.g. ``{("B",): 4, (): 1}``."""
    symbols = symbols_of(len(sizes))
    low = [Fraction(PROBE_SIZES[symbol][0]) for symbol in symbols]
    step = [Fraction(PROBE_SIZES[symbol][1] - PROBE_SIZES[symbol][0]) for symbol in symbols]
    # Newton form: coefficient of prod (s - low) over a subset is an alternating sum of corners.
    terms: dict[tuple[str, ...], Fraction] = {}
    everyone = range(len(symbols))
    for count in range(len(symbols) + 1):
        for chosen in combinations(everyone, count):
            total = Fraction(0)
            for inner in range(count + 1):
                for flipped in combinations(chosen, inner):
                    corner = sum(1 << bit for bit in flipped)
                    total += (-1) ** (count - inner) * sizes[corner]
            for bit in chosen:
                total /= step[bit]
            # expand prod (s - low)
            for inner in range(count + 1):
                for kept in combinations(chosen, inner):
                    factor = total
                    for bit in chosen:
                        if bit not in kept:
                            factor *= -low[bit]
                    key = tuple(symbols[bit] for bit in kept)
                    terms[key] = terms.get(key, Fraction(0)) + factor
    return {key: value for key, value in terms.items() if value}


def _polynomial_text(terms: dict[tuple[str, ...], Fraction]) -> str:
    """``4B+1``; halves and thirds, which floor divisions leave, are shown as ``⌊(T-1)/2⌋``."""
    denominator = 1
    for value in terms.values():
        denominator = max(denominator, value.denominator)
    whole = {key: value * denominator for key, value in terms.items()}
    if any(value.denominator != 1 for value in whole.values()):
        return "?"
    parts = []
    for key in sorted(whole, key=lambda key: (-len(key), key)):
        number = int(whole[key])
        symbol = "·".join(key)
        size = symbol if abs(number) == 1 and symbol else f"{abs(number)}{symbol}"
        parts.append(("-" if number < 0 else "+") + size)
    text = "".join(parts).lstrip("+")
    if denominator == 1:
        return text
    return f"⌊({text})/{denominator}⌋" if len(parts) > 1 else f"⌊{text}/{denominator}⌋"
