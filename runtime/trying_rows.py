"""What a trained network makes of a row of a table that a person typed: prepared as the data was, then given to it."""

from __future__ import annotations

from typing import Any

from runtime.data.entry import entry_of
from runtime.data.schema import DataError
from runtime.probes import predict
from runtime.protocol import Message
from runtime.training.errors import RunError
from runtime.training.session import Session

MOST = 200
"""Nobody types more numbers than these."""


def questions(session: Session) -> list[dict[str, Any]]:
    """What is asked for a row (:class:`runtime.data.entry.Question`); empty where no row can be typed."""
    entry = entry_of(session.dataset) if session.loop is None else None
    if entry is None or len(entry.questions) > MOST:
        return []
    return [question.told() for question in entry.questions]


def tried_row(session: Session, command: Message) -> Message:
    """The answer to the command ``try`` with ``values``, texts by the names of the columns."""
    answer: Message = {"event": "tried", "text": "", "step": session.step, "shows": []}
    entry = entry_of(session.dataset) if session.loop is None else None
    try:
        if entry is None:
            raise RunError(f"This network, trained by “{session.recipe.title}”, takes no row of a table.")
        values = {str(name): str(text) for name, text in dict(command["values"]).items()}
        inputs = session.dataset.as_prepared(entry.encode(values))
        found = predict(session, inputs)
        answer |= {name: found[name] for name in ("outputs", "probabilities", "classes", "answers")}
    except (DataError, RunError) as error:
        answer["problem"] = str(error)
    return answer
