"""What a person is told when something cannot be imported. No torch here: the window reads it too."""

from __future__ import annotations


class ImportFailure(Exception):
    """A model that could not be imported. The text is a sentence; ``hint`` says what to do."""

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.hint = hint
