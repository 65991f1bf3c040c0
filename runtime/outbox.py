"""What waits to be sent while the window has no time: gathered, thinned out, sent in one piece."""

from __future__ import annotations

from typing import Any

from runtime.protocol import Message

MOST_STEPS = 4000
MOST_EPOCHS = 2000
_LISTS = ("step", "loss", "accuracy")


class Outbox:
    """Steps and epochs since the last bundle. Memory stays bounded: above the limits, neighbouring steps are
    averaged in pairs and every second epoch is left out."""

    def __init__(self) -> None:
        self._steps: Message | None = None
        self._epochs: list[Message] = []

    def add(self, message: Message) -> None:
        """Take a message "steps" or "epoch"."""
        if message["event"] == "epoch":
            self._epochs.append(message)
            if len(self._epochs) > MOST_EPOCHS:
                self._epochs = self._epochs[1::2]
        elif self._steps is None:
            self._steps = {**message, **{name: list(message[name] or ()) for name in _LISTS}}
        else:
            lists = {name: self._steps[name] + list(message[name] or ()) for name in _LISTS}
            self._steps = {**message, **lists}
        if self._steps is not None and len(self._steps["step"]) > MOST_STEPS:
            self._steps.update({name: _halved(self._steps[name], name) for name in _LISTS})

    def take(self) -> list[Message]:
        """All that waits, steps first; empties the box."""
        found = [{**self._steps, "accuracy": self._steps["accuracy"] or None}] if self._steps else []
        found += self._epochs
        self._steps, self._epochs = None, []
        return found

    def __bool__(self) -> bool:
        return self._steps is not None or bool(self._epochs)


def _halved(values: list[Any], name: str) -> list[Any]:
    if name == "step":
        return values[1::2]
    return [(one + two) / 2 for one, two in zip(values[::2], values[1::2], strict=False)]
