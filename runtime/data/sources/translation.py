"""Generated translations: number words into digits, dates in words into dates in figures."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SEED, count
from runtime.data.schema import END, START, Schema
from runtime.data.source import Loading, Source
from runtime.data.tokens import filled

SMALL = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
DIGITS = tuple("0123456789")
NUMBER_WORDS = ("", END, *SMALL, *TENS, "hundred", "thousand")
"""32 tokens of the source."""
NUMBERS = ("", START, END, *DIGITS)
"""13 tokens of the target."""
ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth", "eleventh",
    "twelfth", "thirteenth", "fourteenth", "fifteenth", "sixteenth", "seventeenth", "eighteenth", "nineteenth",
    "twentieth",
)  # fmt: skip
MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
    "december",
)  # fmt: skip
DATE_WORDS = ("", END, "the", "of", *MONTHS, *ORDINALS, "twenty", "thirty", "thirtieth", *DIGITS)
DATES = ("", START, END, "-", *DIGITS)
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)


def number_words(number: int) -> list[str]:
    """0…999,999 in English words: 1,203 is one thousand two hundred three."""
    if number >= 1000:
        rest = number_words(number % 1000) if number % 1000 else []
        return [*number_words(number // 1000), "thousand", *rest]
    if number >= 100:
        rest = number_words(number % 100) if number % 100 else []
        return [SMALL[number // 100], "hundred", *rest]
    if number >= 20:
        return [TENS[number // 10 - 2], *([SMALL[number % 10]] if number % 10 else [])]
    return [SMALL[number]]


def ordinal(day: int) -> list[str]:
    """1…31 as a place in a row: twenty first."""
    if day <= 20:
        return [ORDINALS[day - 1]]
    if day == 30:
        return ["thirtieth"]
    return ["twenty" if day < 30 else "thirty", ORDINALS[day % 10 - 1]]


def date_words(day: date, form: int) -> list[str]:
    """A date in one of three manners: third of may 1998, the third of may 1998, may third 1998."""
    month, number, year = MONTHS[day.month - 1], ordinal(day.day), list(str(day.year))
    if form == 2:
        return [month, *number, *year]
    return [*(["the"] if form == 1 else []), *number, "of", month, *year]


Pair = tuple[list[str], list[str]]


def _round(dice: random.Random, length: int) -> int:
    """A number of so many digits, about half of them zeros: 12,005 is what people try first and chance seldom makes."""
    rest = (dice.randrange(10) if dice.random() < 0.5 else 0 for _ in range(length - 1))
    return int("".join(map(str, (dice.randrange(1, 10), *rest))))


def number_pairs(options: Mapping[str, Any]) -> list[Pair]:
    """Different numbers, as many of each count of digits as there are (small ones are few), some of them round."""
    dice = random.Random(options["seed"])
    digits = options["digits"]
    wanted = min(options["n"], 10**digits)
    chosen: set[int] = set()
    for length in range(1, digits + 1):
        low, high = (0, 10) if length == 1 else (10 ** (length - 1), 10**length)
        share = min((wanted - len(chosen)) // (digits - length + 1), high - low)
        some = {_round(dice, length) for _ in range(share // 3)} if length > 1 else set()
        others = [number for number in dice.sample(range(low, high), share) if number not in some]
        chosen |= some | set(others[: share - len(some)])
    found = sorted(chosen)
    dice.shuffle(found)
    return [(number_words(number), list(str(number))) for number in found]


def date_pairs(options: Mapping[str, Any]) -> list[Pair]:
    """Different days of two centuries, each said in one of three manners."""
    dice = random.Random(options["seed"])
    days = (LAST_DAY - FIRST_DAY).days + 1
    found = dice.sample(range(days), min(options["n"], days))
    return [
        (date_words(day, dice.randrange(3)), list(day.isoformat()))
        for day in (FIRST_DAY + timedelta(days=number) for number in found)
    ]


def _numbers_size(options: Mapping[str, Any]) -> int:
    digits, wanted = options["digits"], min(options["n"], 10 ** options["digits"])
    total = 0
    for length in range(1, digits + 1):
        room = 10 if length == 1 else 9 * 10 ** (length - 1)
        total += min((wanted - total) // (digits - length + 1), room)
    return total


def _longest_words(digits: int) -> int:
    """Words of the longest number with so many digits."""
    return {1: 1, 2: 2, 3: 4, 4: 6, 5: 7, 6: 9}[digits]


def _schema(words: Sequence[str], written: Sequence[str], source: int, target: int, size: int) -> Schema:
    return Schema(
        input_shape=(source + 1,),  # and the end token
        input_dtype="int64",
        task="translation",
        kind="tokens",
        target_shape=(target + 2,),  # start and end
        size=size,
        vocabulary=tuple(words),
        target_vocabulary=tuple(written),
    )


def describe_numbers(options: Mapping[str, Any]) -> Schema:
    digits = options["digits"]
    return _schema(NUMBER_WORDS, NUMBERS, _longest_words(digits), digits, _numbers_size(options))


def describe_dates(options: Mapping[str, Any]) -> Schema:
    size = min(options["n"], (LAST_DAY - FIRST_DAY).days + 1)
    return _schema(DATE_WORDS, DATES, 9, 10, size)


def _reader(
    describe: Callable[[Mapping[str, Any]], Schema], pairs: Callable[[Mapping[str, Any]], list[Pair]]
) -> Callable[[Mapping[str, Any], Loading], Dataset]:
    def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
        schema = describe(options)
        words = {word: number for number, word in enumerate(schema.vocabulary)}
        written = {word: number for number, word in enumerate(schema.target_vocabulary)}
        found = pairs(options)
        sources = [[words[word] for word in (*source, END)] for source, _ in found]
        targets = [[written[word] for word in (START, *target, END)] for _, target in found]
        return Dataset(
            filled(sources, schema.input_shape[0]), filled(targets, schema.target_shape[0]), schema
        )

    return read


WORDS = ("translation", "sequence to sequence", "words", "tokens", "seq2seq", "generated", "attention")
SOURCES = (
    Source(
        id="number-words",
        title="Number words",
        category="Sequences",
        help=(
            "Generated pairs: “three hundred five thousand twelve” and 305012. 32 different words and marks on one "
            "side, 13 on the other. No number comes twice, so those held out were never seen."
        ),
        words=(*WORDS, "numbers", "digits"),
        options=(
            count(9000, "How many pairs to generate."),
            Param("digits", "int", 6, "Digits of the largest numbers.", minimum=2, maximum=6),
            SEED,
        ),
        describe=describe_numbers,
        read=_reader(describe_numbers, number_pairs),
    ),
    Source(
        id="dates",
        title="Dates in words",
        category="Sequences",
        help=(
            "Generated pairs: “third of may 1998” and 1998-05-03, from 1900 to 2099, said in three manners. The day, "
            "the month and the year change places, so that a network has to look back. No day comes twice."
        ),
        words=(*WORDS, "dates", "calendar"),
        options=(count(5000, "How many pairs to generate."), SEED),
        describe=describe_dates,
        read=_reader(describe_dates, date_pairs),
    ),
)
