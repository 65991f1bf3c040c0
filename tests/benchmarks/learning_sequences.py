"""What the presets about sequences learn, each trained as it opens, on this machine's processor.

Scores are of samples that were held out, except where a preset is to know its few sentences by heart.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from presets import find
from runtime.headless import train_project
from runtime.protocol import Message
from tests.benchmarks.report import Report


def run(report: Report) -> None:
    for preset, title in (
        ("sentiment-lstm", "sentiment LSTM"),
        ("variable-length", "sentiment LSTM, packed"),
    ):
        last, _, seconds = _trained(preset)
        report(f"{title}: right on its training sentences", 100 * last["test_accuracy"], "%", goal="100")
    last, _, seconds = _trained("negations")
    report(
        "verdicts with negations: right on held-out sentences",
        100 * last["test_accuracy"],
        "%",
        goal="at least 98",
    )
    for preset in ("char-rnn", "char-rnn-long", "char-gpt"):
        _, shows, seconds = _trained(preset)
        (row,) = next(show for show in shows["shows"] if show["name"] == "written")["rows"]
        same = sum(ours == theirs for ours, theirs in zip(row["output"], row["wanted"], strict=True))
        share = 100 * same / len(row["wanted"])
        report(f"{preset}: of its sentence, written from the beginning", share, "%", goal="100")
    for preset, goal in (
        ("seq2seq-attention", "at least 95"),
        ("seq2seq-dates", "at least 95"),
        ("transformer", "at least 95"),
        ("transformer-pre-norm", "at least 95"),
        ("seq2seq", "at least 90"),
    ):
        last, _, seconds = _trained(preset, {"decoded_rows": 100_000})
        report(f"{preset}: held-out pairs exactly right", 100 * last["scores"]["exact"], "%", goal=goal)
        report(f"{preset}: training", seconds, "s")
    last, _, seconds = _trained("char-gpt-tied")
    report(
        "language model: perplexity per character of the text held out",
        last["scores"]["perplexity"],
        "",
        compared_with="a table of which character follows which",
        compared_value=11.1,
        goal="under 11",
    )
    report("language model: training", seconds, "s")
    last, _, seconds = _trained("bert")
    report("BERT: hidden words guessed", 100 * last["scores"]["masked_accuracy"], "%", goal="at least 65")
    report(
        "BERT: right about the next sentence", 100 * last["scores"]["next_accuracy"], "%", goal="at least 80"
    )
    report("BERT: training", seconds, "s")


def _trained(preset: str, options: Mapping[str, Any] | None = None) -> tuple[Message, Message, float]:
    """(the last message, the last shows, seconds) of a preset trained as it is."""
    made = find(preset).build()
    made.training.options.update(options or {})
    shows: Message = {}

    def tell(message: Message) -> None:
        nonlocal shows
        if message["event"] == "shows":
            shows = message

    since = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        last = train_project(made, Path(folder), emit=tell)
    if last["event"] != "finished":
        raise RuntimeError(last["sentence"])
    return last, shows, time.perf_counter() - since
