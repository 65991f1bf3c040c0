"""What the data, the loss and the recipe ask of a project's networks, as far as the graph has to agree with it.

Shapes are those of one sample, without the batch axis; -1 stands for a changing length.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Feed:
    """What an Input is given. ``what`` is how it is called in a sentence; "" where it is simply the data's samples.

    ``shape`` is ``None`` where the Input may take what it likes (noise). ``count`` is how many different whole numbers
    can come, so that an embedding they meet has room for each; ``units`` are called so. ``made`` tells that the recipe
    makes it, and not the data (noise, the step of a diffusion)."""

    shape: tuple[int, ...] | None
    dtype: str = "float32"
    what: str = ""
    count: int = 0
    units: str = "different tokens"
    made: bool = False


@dataclass(frozen=True, slots=True)
class Want:
    """What an Output has to give. ``what`` is how it is called in a sentence, ``reason`` why it has to be so.

    A word as an axis of ``shape`` stands for any size (``("rows", "columns", 9)``); ``None``: anything goes.
    ``axis`` is the one that counts classes or tokens, and ``wider`` says that more of them do no harm. ``like`` is the
    number of another Output whose shape this one must have."""

    shape: tuple[int | str, ...] | None
    what: str = ""
    reason: str = ""
    wider: bool = False
    axis: int = -1
    like: int | None = None


@dataclass(frozen=True, slots=True)
class Asks:
    """What is asked of one network: of its Inputs and Outputs, in their order.

    Further Outputs than those are left alone, unless ``exact``. ``note`` says why nothing feeds an Input too many.
    """

    feeds: tuple[Feed, ...]
    wants: tuple[Want, ...] = ()
    exact: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class DataFacts:
    """``name`` and ``recipe`` are how data and recipe are called in a sentence; ``networks`` what is asked of the
    project's networks in their order (``None``, or nothing: of this one nobody knows)."""

    name: str
    networks: tuple[Asks | None, ...] = ()
    recipe: str = ""

    def of(self, number: int) -> Asks | None:
        """What is asked of a network, counted from 0."""
        return self.networks[number] if number < len(self.networks) else None

    @property
    def input_shape(self) -> tuple[int, ...] | None:
        """What the first Input of the first network is given."""
        asks = self.of(0)
        return asks.feeds[0].shape if asks is not None and asks.feeds else None


def plain_facts(
    name: str,
    input_shape: tuple[int, ...],
    input_dtype: str = "float32",
    output: tuple[int, ...] | None = None,
    output_reason: str = "",
    wider: bool = False,
) -> DataFacts:
    """One network, one Input, and what its first Output has to give."""
    asks = Asks((Feed(input_shape, input_dtype),), (Want(output, reason=output_reason, wider=wider),))
    return DataFacts(name, (asks,))
