"""The small measured tables that come with scikit-learn: iris, wine, breast cancer, diabetes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset, Scaling
from runtime.data.options import STANDARDISE
from runtime.data.schema import Schema, classification, regression
from runtime.data.source import Loading, Source

IRIS = ("sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)")
WINE = (
    "alcohol", "malic_acid", "ash", "alcalinity_of_ash", "magnesium", "total_phenols", "flavanoids",
    "nonflavanoid_phenols", "proanthocyanins", "color_intensity", "hue", "od280/od315_of_diluted_wines",
    "proline",
)  # fmt: skip
CELLS = (
    "radius", "texture", "perimeter", "area", "smoothness", "compactness", "concavity", "concave points",
    "symmetry", "fractal dimension",
)  # fmt: skip
BREAST_CANCER = (
    *(f"mean {name}" for name in CELLS),
    *(f"{name} error" for name in CELLS),
    *(f"worst {name}" for name in CELLS),
)
DIABETES = ("age", "sex", "bmi", "bp", "s1", "s2", "s3", "s4", "s5", "s6")

STANDARDISE_TARGET = Param(
    "standardise_target", "bool", True,
    "Train on the target with mean 0 and deviation 1, measured on the training split only.",
)  # fmt: skip

Describe = Callable[[Mapping[str, Any]], Schema]


def _describe_classes(features: tuple[str, ...], classes: tuple[str, ...], size: int) -> Describe:
    def describe(options: Mapping[str, Any]) -> Schema:
        return classification((len(features),), classes, "table", size=size, features=features)

    return describe


def _describe_diabetes(options: Mapping[str, Any]) -> Schema:
    return regression((len(DIABETES),), "table", size=442, features=DIABETES, target_names=("progression",))


def _reader(name: str, describe: Describe) -> Callable[[Mapping[str, Any], Loading], Dataset]:
    def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
        import sklearn.datasets
        import torch

        loading.step(0.1, "Reading the table")
        # The diabetes table is stored in its original units; scaling is our own option.
        found = sklearn.datasets.load_diabetes(scaled=False) if name == "diabetes" else (
            getattr(sklearn.datasets, f"load_{name}")()
        )  # fmt: skip
        schema = describe(options)
        targets = torch.from_numpy(found.target)
        targets = targets.long() if schema.task == "classification" else targets.float().unsqueeze(1)
        target_scaling: Scaling = "standardise" if options.get("standardise_target") else "none"
        return Dataset(
            torch.from_numpy(found.data).float(),
            targets,
            schema,
            scaling="standardise" if options["standardise"] else "none",
            target_scaling=target_scaling,
        )

    return read


def _table(
    id: str, title: str, help: str, describe: Describe, words: tuple[str, ...], *more: Param
) -> Source:
    return Source(
        id=id,
        title=title,
        category="Tables",
        help=f"{help} It comes with scikit-learn and needs no download.",
        words=("sklearn", "uci", "offline", *words),
        options=(STANDARDISE, *more),
        describe=describe,
        read=_reader(id.replace("-", "_"), describe),
    )


SOURCES = (
    _table(
        "iris",
        "Iris flowers",
        "150 flowers of three species, each with four lengths in centimetres (Fisher, 1936).",
        _describe_classes(IRIS, ("setosa", "versicolor", "virginica"), 150),
        ("flowers", "classification"),
    ),
    _table(
        "wine",
        "Wine",
        "178 wines from three growers, each with thirteen chemical measurements.",
        _describe_classes(WINE, ("class_0", "class_1", "class_2"), 178),
        ("classification",),
    ),
    _table(
        "breast-cancer",
        "Breast cancer",
        "569 tumours with thirty measurements of their cell nuclei, malignant or benign (Wisconsin).",
        _describe_classes(BREAST_CANCER, ("malignant", "benign"), 569),
        ("binary", "medical"),
    ),
    _table(
        "diabetes",
        "Diabetes",
        "442 patients with ten measurements; the number to predict is the disease's progress after a year.",
        _describe_diabetes,
        ("regression", "medical"),
        STANDARDISE_TARGET,
    ),
)
