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
        self._shows: Message | None = None

    def add(self, message: Message) -> None:
        """Take a message "steps", "epoch" or "shows" (of which the last one is kept)."""
        if message["event"] == "shows":
            self._shows = message
        elif message["event"] == "epoch":
            self._epochs.append(message)
            if len(self._epochs) > MOST_EPOCHS:
                self._epochs = self._epochs[1::2]
        elif self._steps is None:
            self._steps = {**message, **_lists(message)}
        else:
            before = _lists(self._steps)
            lists = {name: before[name] + values for name, values in _lists(message).items()}
            self._steps = {**message, **lists}
        if self._steps is not None and len(self._steps["step"]) > MOST_STEPS:
            self._steps |= {name: _halved(values, name) for name, values in _lists(self._steps).items()}

    def take(self) -> list[Message]:
        """All that waits, steps first; empties the box."""
        found = []
        if self._steps:
            lists = _lists(self._steps)
            figures = {name[1:]: values for name, values in lists.items() if name.startswith(FIGURE)}
            plain = {name: value for name, value in self._steps.items() if not name.startswith(FIGURE)}
            found.append(
                {**plain, "accuracy": lists["accuracy"] or None, **({"figures": figures} if figures else {})}
            )
        found += self._epochs
        if self._shows is not None:
            found.append(self._shows)
        self._steps, self._epochs, self._shows = None, [], None
        return found

    def __bool__(self) -> bool:
        return self._steps is not None or self._shows is not None or bool(self._epochs)


FIGURE = "."
"""Stands in front of the names of a recipe's figures while they wait, so that they are lists beside the others."""


def _lists(message: Message) -> dict[str, list[Any]]:
    """Everything in a message that has a value per step."""
    figures = {f"{FIGURE}{name}": list(values) for name, values in message.get("figures", {}).items()}
    waiting = {name: values for name, values in message.items() if name.startswith(FIGURE)}
    return {**{name: list(message[name] or ()) for name in _LISTS}, **figures, **waiting}


def _halved(values: list[Any], name: str) -> list[Any]:
    if name == "step":
        return values[1::2]
    return [(one + two) / 2 for one, two in zip(values[::2], values[1::2], strict=False)]
