"""Expressions of exposed parameters: what they give, and what they refuse."""

from __future__ import annotations

import pytest

from graph.values import BadValue, evaluate


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("width * 4 + 1", 257),
        ("width // 3 % 5", 1),
        ("width ** -0.5", 0.125),
        ("(width // 4) ** 0.5", 4.0),
        ("2 ** heads", 16),
        ("-heads ** 2", -16),
    ],
)
def test_arithmetic(text: str, value: float) -> None:
    found = evaluate(text, {"width": 64, "heads": 4})
    assert found == value and type(found) is type(value)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("width // 0", "divides by zero"),
        ("0 ** -1", "divides by zero"),
        ("(0 - width) ** 0.5", "no number of a usable size"),
        ("9 ** 9 ** 9", "no number of a usable size"),
        ("1e300 ** 2", "no number of a usable size"),
        ("width ** 60", "too large"),
        ("width ** 1e308", "no number of a usable size"),
        ("depth ** 2", "“depth”, which is not a parameter"),
    ],
)
def test_what_cannot_be_worked_out_is_a_sentence(text: str, why: str) -> None:
    with pytest.raises(BadValue, match=why):
        evaluate(text, {"width": 64})
