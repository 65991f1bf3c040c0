"""What a plain supervised run shows: answers beside the truth, text that is written, a series with its forecast."""

from __future__ import annotations

from typing import Any

import torch

from runtime.data.schema import DataError
from runtime.data.tokens import filled, numbers_of, readable
from runtime.probes import probabilities
from runtime.protocol import Message
from runtime.showing import Look, answering, floats_of
from runtime.showing._pictures import pictures, shows_pictures, side_by_side
from runtime.showing.looking import attention_of, attention_show, title_of
from runtime.showing.writing import continued, generated

STEPS = 200
"""Steps of a series that are shown."""
ROWS = 8


def show(look: Look) -> list[Message]:
    schema = look.session.dataset.schema
    if schema.task == "next-token" and len(schema.input_shape) <= 2:
        return generated(look)
    if schema.kind == "tokens" and schema.task in ("binary", "classification") and schema.vocabulary:
        rows = look.spread(ROWS)
        return [_verdicts(look, look.session.batch_of(rows)["input"], _classes(look, rows), "verdicts")]
    if schema.kind == "series" and schema.task == "regression" and look.session.dataset.ordered:
        return [forecast(look)]
    if schema.task in ("classification", "binary"):
        return judged(look)
    if schema.task == "regression" and len(schema.target_shape) <= 1:
        return [numbers(look)]
    if schema.task == "regression" and len(schema.target_shape) == 3 and shows_pictures(look):
        return [pictured(look)]
    return []


def _classes(look: Look, rows: torch.Tensor) -> list[int]:
    """The true classes of some rows."""
    found = look.session.dataset.class_indices()
    return [] if found is None else found[rows.to(found.device)].tolist()


def judged(look: Look) -> list[Message]:
    """Samples, each with the class the network takes it for and how sure it is."""
    session = look.session
    rows = look.spread(answering.ROWS)
    batch, truth = session.batch_of(rows), _classes(look, rows)
    outputs = session.forward(batch["input"])
    found = probabilities(session, outputs)
    shares = (outputs if found is None else found).float().flatten(1)
    if len(truth) != len(shares):
        return []
    classes = session.dataset.schema.classes or ()
    lines = [[answering.class_line(row, wanted, classes)] for row, wanted in zip(shares, truth, strict=True)]
    shows = [answering.answers(look, "answers", "Answers", batch, lines)]
    if session.dataset.schema.kind == "series":
        steps = [str(number + 1) for number in range(batch["input"].shape[1])]
        shows += looks(look, batch["input"][:1], steps)
    return [answering.quiet(one) for one in shows]


def looks(look: Look, sample: torch.Tensor, steps: list[str]) -> list[Message]:
    """Which steps of one sample look at which, in the last layer of attention, if there is one."""
    with attention_of(look.session.model, across=False) as layers:
        look.session.forward(sample)
    return [
        attention_show(f"attention:{name}", title_of(name), [steps], [steps], weights)
        for name, weights in list(layers.items())[-1:]
        if weights.shape[1:] == (len(steps), len(steps))
    ]


def numbers(look: Look) -> Message:
    """Predicted numbers over the true ones, in the data's own units."""
    batch = look.session.batch_of(look.spread(answering.POINTS))
    outputs = look.session.forward(batch["input"]).float().flatten(1)
    found, truth = answering.in_own_units(look, outputs, batch["target"].float().reshape(outputs.shape))
    names = look.session.dataset.schema.target_names
    title = f"{names[0].capitalize() if names else 'Target'}, predicted and true"
    return answering.quiet(answering.against("against", title, found[:, 0], truth[:, 0]))


def pictured(look: Look) -> Message:
    """Given, made and wanted pictures side by side."""
    batch = look.batch(ROWS)
    made = look.session.forward(batch["input"])
    images = side_by_side(batch["input"], made, batch["target"])
    return pictures(look, "triples", "Made", images, 3, column_titles=["given", "made", "wanted"])


def forecast(look: Look) -> Message:
    """The first column to predict, over the last training steps and then those held out, in the data's own units."""
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
    target = options.get("target")
    truth = [] if target is None else [int(target.flatten()[0])]
    return [_verdicts(look, tokens, truth, "tried")]
