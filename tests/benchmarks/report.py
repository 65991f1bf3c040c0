"""What a benchmark reports, and how it reads on the terminal."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number. ``compared_with`` says beside what it stands, ``goal`` what is hoped for: ``"at least 2"``,
    ``"at most 0.5"``, ``"under 100 ms"``, or a number that it has to be."""

    benchmark: str
    name: str
    value: float
    unit: str
    compared_with: str | None = None
    compared_value: float | None = None
    goal: str | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def met(self) -> bool | None:
        """Whether the goal is reached; ``None`` where there is none."""
        if self.goal is None:
            return None
        match = re.match(r"(at least|at most|under|)\s*([\d.]+)", self.goal)
        if match is None:
            raise ValueError(f"The goal “{self.goal}” is no number with “at least”, “at most” or “under”.")
        words, wanted = match[1], float(match[2])
        if words == "under":
            return self.value < wanted
        low = self.value >= wanted - 1e-9 or words == "at most"
        high = self.value <= wanted + 1e-9 or words == "at least"
        return low and high

    @property
    def text(self) -> str:
        line = f"  {self.name:<58} {_number(self.value):>10} {self.unit}"
        notes = []
        if self.compared_with is not None:
            beside = f" {_number(self.compared_value)} {self.unit}" if self.compared_value is not None else ""
            notes.append(f"{self.compared_with}:{beside}" if beside else f"against {self.compared_with}")
        if self.goal is not None:
            notes.append(f"goal {self.goal}{'' if self.met else ', missed'}")
        return line + (f"   ({'; '.join(notes)})" if notes else "")


def goals(figures: Iterable[Figure]) -> str:
    """A table of the figures that have a goal, and how many of them reach it."""
    held = [figure for figure in figures if figure.goal is not None]
    lines = [
        f"  {'yes' if figure.met else 'NO ':<3}  {figure.name:<62} {_number(figure.value):>8}  {figure.goal}"
        for figure in held
    ]
    return "\n".join([f"\ngoals met: {sum(map(bool, (f.met for f in held)))} of {len(held)}", *lines])


def _number(value: float) -> str:
    if value == int(value) and abs(value) >= 100:
        return f"{value:,.0f}"
    return f"{value:,.4g}" if abs(value) < 100 else f"{value:,.0f}"


class Report:
    """Collects the figures of one benchmark and hands each on at once."""

    def __init__(self, benchmark: str, emit: Callable[[Figure], None]) -> None:
        self.benchmark = benchmark
        self._emit = emit

    def __call__(
        self,
        name: str,
        value: float,
        unit: str,
        compared_with: str | None = None,
        compared_value: float | None = None,
        goal: str | None = None,
    ) -> None:
        self._emit(Figure(self.benchmark, name, float(value), unit, compared_with, compared_value, goal))


def median_ms(action: Callable[[], object], repeats: int = 9, warm_up: int = 1) -> float:
    """Median wall time of an action in milliseconds."""
    for _ in range(warm_up):
        action()
    times = []
    for _ in range(repeats):
        start = time.perf_counter()
        action()
        times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)
