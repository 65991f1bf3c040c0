"""What a translator writes by itself, and where it looks while it writes."""

from __future__ import annotations

from typing import Any

import torch

from runtime.data.schema import END, Schema
from runtime.data.tokens import filled, joined, numbers_of, of_characters, readable, words_of
from runtime.protocol import Message
from runtime.showing import Look
from runtime.showing.looking import attention_of, attention_show, title_of

ROWS, LOOKS = 8, 3
"""Translations shown, and how many of them with their attention."""


def show(look: Look) -> list[Message]:
    batch = look.batch(ROWS)
    schema, source = look.session.dataset.schema, batch["input"]
    output = look.loop.greedy(source)
    words = schema.target_vocabulary or schema.vocabulary
    wanted = [readable(row, words) for row in batch["target"].tolist()]
    rows = [
        {"input": given, "output": text, "wanted": want, "right": text == want}
        for given, text, want in zip(
            (readable(row, schema.vocabulary) for row in source.tolist()),
            (readable(row, words) for row in output.tolist()),
            wanted,
            strict=True,
        )
    ]
    written = {"kind": "text", "name": "translations", "title": "Translations", "rows": rows, "compare": True}
    return [written, *attention(look.loop, schema, source[:LOOKS], output[:LOOKS])]


def attention(loop: Any, schema: Schema, source: torch.Tensor, output: torch.Tensor) -> list[Message]:
    """Where the network looked for each token it wrote: its own output of weights, or its cross-attention."""
    start = torch.full((len(output), 1), loop.start, device=output.device)
    with attention_of(loop.network, across=True) as layers:
        found = loop.network(source, torch.cat([start, output[:, :-1]], dim=1))
    own = [
        value
        for value in (found[1:] if isinstance(found, tuple) else ())
        if value.dim() == 3 and tuple(value.shape[1:]) == (output.shape[1], source.shape[1])
    ]
    named = {"attention": own[0]} if own else layers
    words = schema.target_vocabulary or schema.vocabulary
    read = [words_of(row, schema.vocabulary, marks=True) for row in source.tolist()]
    written = []
    for row in output.tolist():
        text = words_of(row, words, marks=True)
        written.append(text[: text.index(END) + 1] if END in text else text)
    return [
        attention_show(f"attention:{name}", title_of(name), read, written, weights)
        for name, weights in named.items()
    ]


def attempt(look: Look, text: str, options: dict[str, Any]) -> list[Message]:
    """Translate what a person typed: greedily, and by a beam of ``width``."""
    schema, loop = look.session.dataset.schema, look.loop
    numbers = numbers_of(text, schema.vocabulary)
    if END in schema.vocabulary:
        numbers.append(schema.vocabulary.index(END))
    length = max(len(numbers), schema.input_shape[0])
    source = filled([numbers], length).to(look.session.device)
    width = int(options.get("width") or loop.beam_width)
    words = schema.target_vocabulary or schema.vocabulary
    greedy, beam = loop.greedy(source), loop.beam(source, width)
    given = joined(words_of(numbers, schema.vocabulary), of_characters(schema.vocabulary))
    target = options.get("target")
    wanted = "" if target is None else readable(target.tolist(), words)
    rows = []
    for how, found in (("the likeliest token each time", greedy), (f"a beam of {width}", beam)):
        output = readable(found[0].tolist(), words)
        right = None if target is None else output == wanted
        rows.append({"input": how, "output": output, "wanted": wanted, "right": right})
    tried = {"kind": "text", "name": "tried", "title": f"“{given}”", "rows": rows, "compare": True}
    return [
        {**tried, "heads": ["decoded by", "network", "wanted"]},
        *attention(loop, schema, source, greedy),
    ]
