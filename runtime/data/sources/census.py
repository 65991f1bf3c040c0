"""A generated stand-in for the Adult census table: the same fourteen attributes, holes and label, no real people."""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.data.known import CENSUS, CENSUS_CLASSES, CENSUS_LABEL
from runtime.data.options import SEED, STANDARDISE, count
from runtime.data.schema import Schema, classification
from runtime.data.source import Loading, Source

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

SCHOOLS = {
    "9th": 5, "10th": 6, "11th": 7, "HS-grad": 9, "Some-college": 10, "Assoc-voc": 11, "Assoc-acdm": 12,
    "Bachelors": 13, "Masters": 14, "Prof-school": 15, "Doctorate": 16,
}  # fmt: skip
SCHOOL_WEIGHTS = (2, 3, 4, 32, 22, 4, 3, 17, 6, 2, 1)
JOBS = {
    "Adm-clerical": 0.0, "Craft-repair": 0.1, "Exec-managerial": 1.2, "Farming-fishing": -0.8,
    "Handlers-cleaners": -0.9, "Machine-op-inspct": -0.4, "Other-service": -1.1, "Prof-specialty": 0.9, "Sales": 0.2,
    "Tech-support": 0.6, "Transport-moving": -0.1,
}  # fmt: skip
OFFICES = ("Private", "Self-emp-not-inc", "Self-emp-inc", "Local-gov", "State-gov", "Federal-gov")
OFFICE_WEIGHTS = (72, 8, 4, 7, 5, 4)
COUNTRIES = (
    "United-States",
    "Canada",
    "Cuba",
    "England",
    "Germany",
    "India",
    "Mexico",
    "Peru",
    "Philippines",
)
COUNTRY_WEIGHTS = (89, 1, 1, 1, 1, 1, 3, 1, 2)


def people(n: int, seed: int) -> list[list[str]]:
    """``n`` rows of fourteen attributes and the label, every cell as it stands in the file.

    The label follows age, schooling, occupation, marriage, hours and gains, with some chance; race, sex and country
    play no part in it. About one row in twelve has a ``?``.
    """
    dice = random.Random(seed)
    rows = []
    for _ in range(n):
        age = min(90, 17 + int(dice.gammavariate(3.2, 6.8)))
        school = dice.choices(list(SCHOOLS), SCHOOL_WEIGHTS)[0]
        years = SCHOOLS[school]
        job = dice.choice(list(JOBS)) if years < 13 or dice.random() < 0.3 else dice.choice(
            ("Exec-managerial", "Prof-specialty", "Sales", "Tech-support")
        )  # fmt: skip
        sex = dice.choice(("Female", "Male"))
        married = dice.random() < min(0.75, 0.02 * (age - 16))
        if married:
            marriage, place = "Married-civ-spouse", "Husband" if sex == "Male" else "Wife"
        else:
            marriage = dice.choices(("Never-married", "Divorced", "Widowed"), (60, 30, 2 + age // 8))[0]
            place = "Own-child" if age < 25 else dice.choice(("Not-in-family", "Unmarried"))
        hours = max(5, min(99, round(dice.gauss(40 + 3 * (JOBS[job] > 0.5), 10))))
        gain = dice.choice((2174, 3103, 5178, 7298, 7688, 15024)) if dice.random() < 0.08 else 0
        loss = dice.choice((1485, 1740, 1887, 1902, 2002)) if dice.random() < 0.05 else 0
        score = (
            0.5 * (years - 11) + 1.6 * JOBS[job] + (2.6 if married else 0.0) + 0.07 * (hours - 40)
            - 0.004 * (age - 48) ** 2 + (3.5 if gain > 5000 else 0.0) + (1.0 if loss > 1800 else 0.0) - 1.5
        )  # fmt: skip
        rich = score + 0.35 * math.log((u := dice.uniform(1e-9, 1 - 1e-9)) / (1 - u)) > 0
        office = dice.choices(OFFICES, OFFICE_WEIGHTS)[0]
        country = dice.choices(COUNTRIES, COUNTRY_WEIGHTS)[0]
        if dice.random() < 0.06:
            office = job = "?"
        if dice.random() < 0.02:
            country = "?"
        race = dice.choices(("White", "Black", "Asian-Pac-Islander", "Amer-Indian-Eskimo", "Other"),
                            (80, 10, 5, 2, 3))[0]  # fmt: skip
        weight = str(round(dice.lognormvariate(12, 0.5)))
        rows.append(
            [str(age), office, weight, school, str(years), marriage, job, place, race, sex, str(gain), str(loss),
             str(hours), country, CENSUS_CLASSES[rich]]
        )  # fmt: skip
    return rows


def census_text(n: int = 3000, seed: int = 0) -> str:
    """The rows exactly as the file ``adult.data`` writes them: no header, a comma and a space between."""
    return "".join(", ".join(row) + "\n" for row in people(n, seed))


def describe(options: Mapping[str, Any]) -> Schema:
    return classification((len(CENSUS),), CENSUS_CLASSES, "table", size=options["n"], features=CENSUS)


def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
    import polars

    from runtime.data.columns import Gatherer
    from runtime.data.table import Table

    rows = people(options["n"], options["seed"])
    columns = []
    for name, cells in zip((*CENSUS, CENSUS_LABEL), zip(*rows, strict=True), strict=True):
        gatherer = Gatherer(name)
        gatherer.add(polars.Series(list(cells), dtype=polars.String))
        columns.append(gatherer.finish())
    table = Table(Path("census"), tuple(columns), len(rows), "", "", False)
    return table.dataset(standardise=options["standardise"])


SOURCES = (
    Source(
        id="census",
        title="Census (generated)",
        category="Tables",
        help=(
            "People that do not exist, in the layout of the Adult census file: age, work, schooling, marriage, hours "
            "and more in fourteen columns of numbers and categories, with holes; to tell is who earns more than 50K. "
            "Open the real file by dropping it on the window."
        ),
        words=("adult", "income", "uci", "binary", "categories", "missing", "generated"),
        options=(count(3000, "How many people to generate.", 100), STANDARDISE, SEED),
        describe=describe,
        read=read,
    ),
)
