"""Text to values and back, in the inspector's fields."""

from __future__ import annotations

import pytest

from graph.catalogue.spec import Param
from graph.values import BadValue, Expr
from gui.inspector.values import read_expression, read_number, read_shape, shown, step

WHOLE = Param("n", "int", 1, minimum=1, maximum=10)
RATE = Param("lr", "float", 0.001, minimum=0, maximum=10)
SHARE = Param("p", "float", 0.5, minimum=0, maximum=1)
SHAPE = Param("shape", "shape", (1, 28, 28), minimum=-1)
NONE: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    ("value", "text"),
    [(None, ""), (3, "3"), (True, "true"), (0.001, "0.001"), (1e-8, "1e-08"),
     ((1, 28), "1, 28"), (Expr("a * 2"), "a * 2")],
)  # fmt: skip
def test_shown(value: object, text: str) -> None:
    assert shown(value) == text


def test_numbers() -> None:
    assert read_number(" 7 ", WHOLE, NONE) == 7
    assert read_number("1e-3", RATE, NONE) == 0.001
    assert read_number(".5", SHARE, NONE) == 0.5
    assert read_number("0,5", SHARE, NONE) == 0.5
    for text in ("11", "0", "2.5", "two", "", "1 2"):
        with pytest.raises(BadValue, match="n must be a whole number from 1 to 10"):
            read_number(text, WHOLE, NONE)
    with pytest.raises(BadValue, match="p must be a number from 0 to 1"):
        read_number("1.5", SHARE, NONE)


def test_expressions_need_the_blocks_names() -> None:
    names = frozenset({"planes", "stride"})
    assert read_number("planes*4", WHOLE, names) == Expr("planes * 4")
    with pytest.raises(BadValue, match="“plane” is not a parameter of this block"):
        read_expression("plane", WHOLE, names)
    with pytest.raises(BadValue, match="holds something else"):
        read_expression("__import__('os')", WHOLE, names)


def test_shapes_are_read_as_people_write_them() -> None:
    for text in ("1, 28, 28", "1×28×28", "(1, 28, 28)", "1 28 28", "1x28x28"):
        assert read_shape(text, SHAPE) == (1, 28, 28)
    assert read_shape("T, 4", SHAPE) == (-1, 4)
    with pytest.raises(BadValue, match="“wide” is no number"):
        read_shape("1, wide", SHAPE)
    with pytest.raises(BadValue):
        read_shape("1, -5", SHAPE)


def test_steps_go_by_ones_or_by_the_size_of_the_number() -> None:
    assert step(3, 1, WHOLE) == 4 and step(10, 1, WHOLE) == 10 and step(1, -1, WHOLE) == 1
    assert step(0.001, 1, RATE) == pytest.approx(0.002)
    assert step(0.001, -1, RATE) == pytest.approx(0.0009)
    assert step(0.5, 1, SHARE) == pytest.approx(0.55)
    assert step(1.0, 1, SHARE) == 1.0
    assert isinstance(step(2, 1, WHOLE), int) and isinstance(step(0.5, 1, SHARE), float)
