"""What a trained network makes of something a person gives it: a text, a row or a picture of theirs, or a sample of
the data.

A recipe that can take a text has a function ``attempt(look, text, options) -> list of shows`` in its file of
:mod:`runtime.showing`. Where the text is a sample of the data, the option ``target`` is what was wanted of it.
"""

from __future__ import annotations

import importlib
import importlib.util
from typing import TYPE_CHECKING, Any

from runtime.data.schema import CLASS, SEPARATOR, DataError
from runtime.data.tokens import readable
from runtime.probes import pick, undisturbed
from runtime.protocol import Message
from runtime.showing import Look
from runtime.training.errors import RunError
from runtime.training.session import Session

if TYPE_CHECKING:
    import torch


def takes_text(recipe: str) -> bool:
    """Whether a recipe can be given a text."""
    name = f"runtime.showing.{recipe}"
    return importlib.util.find_spec(name) is not None and hasattr(importlib.import_module(name), "attempt")


def reads_text(session: Session) -> bool:
    """Whether a person can type something for the network of this run."""
    schema = session.dataset.schema
    words = bool(schema.vocabulary) or schema.task == "next-token"
    supervised = schema.task in ("next-token", "binary", "classification")
    return words and takes_text(session.recipe.id) and (session.loop is not None or supervised)


def sample_text(session: Session, split: str, sample: int) -> tuple[str, torch.Tensor]:
    """A sample of the data as one would type it, and its target."""
    schema = session.dataset.schema
    words = schema.vocabulary or (schema.classes or ()) * (schema.task == "next-token")
    if not words:
        raise RunError("The samples of this data are no text.")
    row = pick(session, split, [sample])
    inputs = session.dataset.inputs[row][0]
    numbers = (inputs.argmax(-1) if inputs.is_floating_point() else inputs).tolist()
    if schema.task == "sentence-pairs":
        marked = readable(numbers, words, marks=True).replace(CLASS, "").strip()
        text = " | ".join(part.strip() for part in marked.split(SEPARATOR) if part.strip())
    else:
        text = readable(numbers, words)
    return text, session.dataset.targets[row][0]


def tried(session: Session, command: Message) -> Message:
    """The answer to the command ``try``; what cannot be done is a sentence in ``problem``."""
    if command.get("picture") is not None:
        from runtime.trying_pictures import tried_picture

        return tried_picture(session, command)
    if command.get("values") is not None:
        from runtime.trying_rows import tried_row

        return tried_row(session, command)
    answer: Message = {"event": "tried", "text": command.get("text") or "", "step": session.step, "shows": []}
    try:
        if not reads_text(session):
            raise RunError(f"This network, trained by “{session.recipe.title}”, does not read text.")
        options: dict[str, Any] = {
            name: command[name]
            for name in ("width", "length", "temperature")
            if command.get(name) is not None
        }
        if command.get("text") is None:
            split, sample = str(command.get("split", "validation")), int(command.get("sample", 0))
            answer["text"], options["target"] = sample_text(session, split, sample)
        attempt = importlib.import_module(f"runtime.showing.{session.recipe.id}").attempt
        with undisturbed(session):
            answer["shows"] = attempt(Look(session, session.memory), answer["text"], options)
    except (DataError, RunError) as error:
        answer["problem"] = str(error)
    return answer
