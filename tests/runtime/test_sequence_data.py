"""The embedded sets for sequences: each rule checked against an independent one, and tokens as text and back."""

from __future__ import annotations

import datetime
import random
import re
from typing import Any

import pytest
import torch

from runtime.data import SOURCES, DataError, load_prepared
from runtime.data.schema import CLASS, END, MASK, SEPARATOR, START
from runtime.data.sources import sentence_pairs, translation, verdicts, word_kinds
from runtime.data.texts import sentences, shipped
from runtime.data.tokens import numbers_of, readable, words_of

NEW = [
    ("number-words", {}),
    ("number-words", {"digits": 2, "n": 400}),
    ("number-words", {"digits": 3, "n": 17, "seed": 5}),
    ("dates", {"n": 50}),
    ("verdicts", {"n": 200}),
    ("public-text", {}),
    ("public-text", {"unit": "words", "window": 12, "stride": 12, "words": 300, "lower": False}),
    ("sentence-pairs", {"n": 100}),
    ("word-kinds", {"n": 300}),
    ("sentence-pairs", {"text": "alice", "words": 200}),
]


@pytest.mark.parametrize(("source_id", "options"), NEW)
def test_samples_are_what_the_schema_promises(source_id: str, options: dict[str, object]) -> None:
    schema, data = SOURCES[source_id].schema(options), SOURCES[source_id].load(options)
    assert len(data) == schema.size == len(data.targets)
    assert tuple(data.inputs.shape[1:]) == schema.input_shape
    assert tuple(data.targets.shape[1:]) == schema.target_shape
    assert int(data.inputs.min()) >= 0 and int(data.inputs.max()) < len(schema.vocabulary)
    assert torch.equal(SOURCES[source_id].load(options).inputs, data.inputs), (
        "the same seed, the same samples"
    )
    assert {field.name for field in schema.fields} == set(data.fields)
    assert data.label(0) and schema.summary


def in_figures(words: list[str]) -> int:
    """An independent reading of number words: what stands before hundred or thousand is multiplied."""
    total = group = 0
    for word in words:
        if word == "hundred":
            group *= 100
        elif word == "thousand":
            total, group = total + group * 1000, 0
        elif word in translation.SMALL:
            group += translation.SMALL.index(word)
        else:
            group += 10 * (translation.TENS.index(word) + 2)
    return total + group


def test_number_words_say_their_number() -> None:
    assert " ".join(translation.number_words(305_012)) == "three hundred five thousand twelve"
    for number in [*range(1200), *random.Random(0).sample(range(10**6), 500), 999_999]:
        assert in_figures(translation.number_words(number)) == number
    data = SOURCES["number-words"].load({"n": 300})
    schema = data.schema
    assert (len(schema.vocabulary), len(schema.target_vocabulary)) == (32, 13)
    for source, target in zip(data.inputs.tolist(), data.targets.tolist(), strict=True):
        assert in_figures(words_of(source, schema.vocabulary)) == int(
            readable(target, schema.target_vocabulary)
        )
    assert len({tuple(row) for row in data.inputs.tolist()}) == len(data), "no number comes twice"
    written = [
        "".join(figures) for _, figures in translation.number_pairs({"seed": 0, "n": 900, "digits": 6})
    ]
    round_ones = [number for number in written if len(number) > 3 and number.count("0") > len(number) / 2]
    assert len(round_ones) > 30, (
        "what a person tries first is among them: forty thousand, one hundred thousand"
    )


def test_dates_in_words_are_their_date() -> None:
    data = SOURCES["dates"].load({"n": 400})
    schema = data.schema
    for source, target in zip(data.inputs.tolist(), data.targets.tolist(), strict=True):
        text, day = readable(source, schema.vocabulary), readable(target, schema.target_vocabulary)
        said = datetime.date.fromisoformat(day)
        assert text.endswith(f" {said.year}") and translation.MONTHS[said.month - 1] in text
        assert " ".join(translation.ordinal(said.day)) in text
    assert " ".join(translation.ordinal(21)) == "twenty first" and translation.ordinal(12) == ["twelfth"]
    assert " ".join(translation.date_words(datetime.date(1998, 5, 3), 0)) == "third of may 1 9 9 8"


def test_targets_begin_and_end_and_are_filled_up() -> None:
    data = SOURCES["number-words"].load({"n": 60})
    start, end = (data.schema.target_vocabulary.index(mark) for mark in (START, END))
    for row in data.targets.tolist():
        last = row.index(end)
        assert row[0] == start and not any(row[last + 1 :]) and all(row[:last])


def test_a_negation_turns_a_verdict_round() -> None:
    for text, good in verdicts.sentences({"n": 1000, "negations": 0.5, "seed": 3}):
        words = text.split()
        said = any(word in (*verdicts.GOOD, *verdicts.LIKE) for word in words)
        assert good == (said != any(word in ("not", "never", "nothing") for word in words)), text
    data, splits = load_prepared("verdicts")
    assert data.class_counts() == {"bad": 1000, "good": 1000}
    rows = [tuple(row) for row in data.inputs.tolist()]
    assert not {rows[row] for row in splits.train.tolist()} & {rows[row] for row in splits.test.tolist()}


def test_the_book_goes_on_by_one() -> None:
    data = SOURCES["public-text"].load({"window": 20, "stride": 7})
    text, words = shipped(), data.schema.vocabulary
    assert data.ordered and len(words) == 39 and text.startswith("alice's adventures")
    for row in (0, 1, 50, len(data) - 1):
        assert "".join(words[token] for token in data.inputs[row].tolist()) == text[7 * row : 7 * row + 20]
        assert (
            "".join(words[token] for token in data.targets[row].tolist()) == text[7 * row + 1 : 7 * row + 21]
        )
    few = SOURCES["public-text"].load({"unit": "words", "words": 50})
    assert len(few.schema.vocabulary) == 50 and few.schema.vocabulary[:2] == ("", "<unknown>")
    assert not re.search(r"[^\x00-\x7f]", text), "plain characters only"


def test_pairs_of_sentences_are_packed_and_half_of_them_follow() -> None:
    for options in ({"n": 200}, {"text": "alice"}):
        data = SOURCES["sentence-pairs"].load(options)
        schema, segments = data.schema, data.fields["segments"]
        separator = schema.vocabulary.index(SEPARATOR)
        assert data.targets.float().mean() == 0.5 and MASK in schema.vocabulary
        for tokens, which in zip(data.inputs.tolist(), segments.tolist(), strict=True):
            assert tokens[0] == schema.vocabulary.index(CLASS) and tokens.count(separator) == 2
            border = tokens.index(separator) + 1
            length = len([token for token in tokens if token])
            assert which == [0] * border + [1] * (length - border) + [0] * (len(tokens) - length)
    book = sentences(longest=24)
    follows = {(book[number], book[number + 1]) for number in range(len(book) - 1)}
    for first, second, said in sentence_pairs.pairs({"text": "alice", "n": 100, "seed": 0}):
        assert said == ((first, second) in follows)


def test_many_words_are_of_two_kinds_and_filling_is_of_none() -> None:
    data = SOURCES["word-kinds"].load()
    schema = data.schema
    kinds: dict[int, set[int]] = {}
    for tokens, labels in zip(data.inputs.tolist(), data.targets.tolist(), strict=True):
        for token, label in zip(tokens, labels, strict=True):
            kinds.setdefault(token, set()).add(label)
    assert kinds.pop(0) == {-100}
    said = {
        schema.vocabulary[token]: {word_kinds.KINDS[label] for label in found}
        for token, found in kinds.items()
    }
    assert (
        said["play"] == {"noun", "verb"}
        and said["warm"] == {"adjective", "verb"}
        and said["the"] == {"article"}
    )
    assert data.label(0).split() == [
        word_kinds.KINDS[label] for label in data.targets[0].tolist() if label >= 0
    ]


def test_tokens_become_text_and_text_tokens() -> None:
    words = SOURCES["dates"].schema().vocabulary
    typed = numbers_of("The third of May 1998", words)
    assert readable(typed, words) == "the third of may 1998"
    digits = SOURCES["dates"].schema().target_vocabulary
    assert readable(numbers_of("1998-05-03", digits), digits) == "1998-05-03"
    with pytest.raises(DataError, match="“fourty” is not among the words of this data"):
        numbers_of("fourty", words)
    with pytest.raises(DataError, match="There is nothing in this text"):
        numbers_of("  ", words)
    with pytest.raises(
        DataError, match=r"“안” is not among the characters of this data. It knows ␣ ! ' a g i"
    ):
        numbers_of("안녕", ("", *sorted(set("wow it's amazing!"))))
    characters = SOURCES["public-text"].schema().vocabulary
    assert readable(numbers_of("Oh dear!", characters), characters) == "oh dear!"
    book = SOURCES["public-text"].schema({"unit": "words"}).vocabulary
    assert readable(numbers_of("oh dear ! said alice .", book), book) == "oh dear! said alice."


@pytest.mark.parametrize(
    ("source", "options"),
    [("public-text", {}), ("weather", {"horizon": 6, "predict": ("temperature",)})],
)
def test_no_target_of_a_training_window_is_one_that_is_held_out(source: str, options: dict[str, Any]) -> None:
    """A window of text is asked 64 tokens, each 16 behind the last; one of the weather 6 hours, each an hour later."""
    stride, asked = (16, 64) if source == "public-text" else (1, 6)

    def targets(rows: torch.Tensor) -> set[int]:
        return {place for row in rows.tolist() for place in range(row * stride, row * stride + asked)}

    dataset, splits = load_prepared(source, options)
    parts = [targets(rows) for rows in (splits.train, splits.validation, splits.test)]
    assert not parts[0] & parts[1] and not parts[1] & parts[2]
    assert splits.between == 2 * (asked // stride - 1)
    assert sum(map(len, (splits.train, splits.validation, splits.test))) + splits.between == len(dataset)
    third = load_prepared(source, options, fold=(1, 4)).splits
    assert not targets(third.train) & targets(third.validation) and len(third.train) > len(third.validation)
    assert third.between > splits.between
