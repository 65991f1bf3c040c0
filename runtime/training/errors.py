"""What can go wrong in a run, said as a sentence. No torch here."""

from __future__ import annotations


class RunError(Exception):
    """A run that cannot start or go on: what happened, what to do, and the node it is about.

    ``node`` is an instance path that ends in the node's id: ``("g1", "n4", "n2")``.
    """

    def __init__(self, sentence: str, hint: str = "", node: tuple[str, ...] | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.hint = hint
        self.node = node


class NotFinite(Exception):
    """The loss became NaN or infinite at a step of this epoch; ``batch`` counts from 0."""

    def __init__(self, batch: int, value: float, figure: str = "") -> None:
        super().__init__(f"the loss is {value}")
        self.batch = batch
        self.value = value
        self.figure = figure
        """Which loss of a recipe of its own, by its title."""
