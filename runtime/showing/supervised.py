"""What a plain supervised run on sequences can show: text that is written, verdicts, and a series with its forecast."""

from __future__ import annotations

from typing import Any

import torch

from runtime.data.schema import DataError
from runtime.data.tokens import filled, numbers_of, readable
from runtime.probes import probabilities
from runtime.protocol import Message
from runtime.showing import Look, floats_of
from runtime.showing.writing import continued, generated

STEPS = 200
"""Steps of a series that are shown."""
ROWS = 8


def show(look: Look) -> list[Message]:
    schema = look.session.dataset.schema
    if schema.task == "next-token" and len(schema.input_shape) <= 2:
        return generated(look)
    if schema.kind == "tokens" and schema.task in ("binary", "classification") and schema.vocabulary:
        batch = look.batch(ROWS)
        wanted = look.session.dataset.class_indices()
        rows = look.session.rows("validation")
        rows = (rows if len(rows) else look.session.rows("train"))[:ROWS]
        truth = [] if wanted is None else wanted[rows].tolist()
        return [_verdicts(look, batch["input"], truth, "verdicts")]
    if schema.kind == "series" and schema.task == "regression" and look.session.dataset.ordered:
        return [forecast(look)]
    return []


def forecast(look: Look) -> Message:
    """The first column to predict over the last training steps and the validation, in the data's own units."""
    session = look.session
    known, later = session.rows("train"), session.rows("validation")
    later = later[: STEPS * 3 // 4]
    rows = torch.cat([known[len(known) - min(len(known), STEPS - len(later)) :], later])
    inputs, targets = session.take(rows)
    predicted = session.forward(inputs)
    scaler = session.dataset.target_scaler
    if scaler is not None:
        targets, predicted = scaler.invert(targets), scaler.invert(predicted)
    names = session.dataset.schema.target_names
    return {
        "kind": "series",
        "name": "forecast",
        "title": names[0].capitalize() if names else "Forecast",
        "truth": floats_of(targets.reshape(len(rows), -1)[:, 0]),
        "predicted": floats_of(predicted.reshape(len(rows), -1)[:, 0]),
        "from": len(rows) - len(later),
    }


def _verdicts(look: Look, tokens: torch.Tensor, truth: list[int], name: str) -> Message:
    """Sentences with the class the network chooses and how sure it is."""
    session = look.session
    schema, classes = session.dataset.schema, session.dataset.schema.classes or ()
    outputs = session.forward(tokens)
    found = probabilities(session, outputs)
    shares = (outputs if found is None else found).reshape(len(tokens), -1)
    rows = []
    for number, row in enumerate(tokens.tolist()):
        if shares.shape[1] == 1:
            yes = float(shares[number, 0])
            chosen, share = (1, yes) if yes > 0.5 else (0, 1 - yes)
        else:
            chosen = int(shares[number, : len(classes)].argmax())
            share = float(shares[number, chosen])
        rows.append(
            {
                "input": readable(row, schema.vocabulary),
                "output": f"{classes[chosen]} {share:.0%}",
                "wanted": classes[truth[number]] if truth else "",
                "right": chosen == truth[number] if truth else None,
            }
        )
    return {"kind": "text", "name": name, "title": "Verdicts", "rows": rows}


def attempt(look: Look, text: str, options: dict[str, Any]) -> list[Message]:
    """Go on from a text, or judge a sentence, whichever the network was trained for."""
    schema = look.session.dataset.schema
    if schema.task == "next-token":
        return continued(look, text, options)
    if schema.kind != "tokens" or not schema.vocabulary or schema.task not in ("binary", "classification"):
        raise DataError("This network does not read text, so nothing can be typed for it.")
    numbers = numbers_of(text, schema.vocabulary)
    room = schema.input_shape[0]
    if len(numbers) > room > 0:
        raise DataError(f"This text has {len(numbers)} words, but the network was made for {room} at most.")
    tokens = filled([numbers], max(room, len(numbers))).to(look.session.device)
    return [_verdicts(look, tokens, [], "tried")]
