"""Files without a header that are known well enough to name their columns."""

from __future__ import annotations

from collections.abc import Sequence

CENSUS = (
    "age", "workclass", "fnlwgt", "education", "education-num", "marital-status", "occupation", "relationship",
    "race", "sex", "capital-gain", "capital-loss", "hours-per-week", "native-country",
)  # fmt: skip
"""The fourteen attributes of the Adult census file (Becker and Kohavi, UCI repository, 1996)."""
CENSUS_LABEL = "income"
CENSUS_CLASSES = ("<=50K", ">50K")


def known_names(rows: Sequence[Sequence[str]]) -> tuple[str, ...] | None:
    """The names of the columns of these rows, when the file is one of the known ones."""
    labels = {row[-1].strip().rstrip(".") for row in rows}
    if labels and labels <= set(CENSUS_CLASSES) and all(len(row) == len(CENSUS) + 1 for row in rows):
        return (*CENSUS, CENSUS_LABEL)
    return None
