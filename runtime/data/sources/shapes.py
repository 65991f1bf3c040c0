"""The same generated scenes three times: with a mask, with boxes, and with questions to answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from graph.catalogue.spec import Param
from runtime.data.dataset import Dataset
from runtime.data.options import SCALING, SEED, count, image_scaling
from runtime.data.schema import Schema, Task
from runtime.data.source import Loading, Source
from runtime.data.sources.pictures import SHAPES
from runtime.data.sources.shapes_scenes import COPIES, Scenes, draw

if TYPE_CHECKING:
    import torch

BACKGROUND = "background"
OPTIONS = (
    count(1000),
    Param("image_size", "int", 64, "Pixels each way.", minimum=16, maximum=512),
    Param("classes", "int", 4, "How many different shapes.", minimum=2, maximum=len(SHAPES)),
    Param("noise", "float", 0.05, "Standard deviation of the noise.", minimum=0, maximum=1),
    SCALING,
    SEED,
)


def _schema(
    options: Mapping[str, Any], task: Task, classes: tuple[str, ...], target: tuple[int, ...], dtype: str
) -> Schema:
    size = options["image_size"]
    return Schema(
        input_shape=(3, size, size),
        task=task,
        kind="image",
        classes=classes,
        target_shape=target,
        target_dtype=dtype,
        size=options["n"],
        features=("red", "green", "blue"),
    )


def _kinds(options: Mapping[str, Any]) -> tuple[str, ...]:
    return tuple(SHAPES)[: options["classes"]]


def describe_masks(options: Mapping[str, Any]) -> Schema:
    size = options["image_size"]
    return _schema(options, "segmentation", (BACKGROUND, *_kinds(options)), (size, size), "int64")


def describe_boxes(options: Mapping[str, Any]) -> Schema:
    kinds = _kinds(options)
    return _schema(options, "detection", kinds, (COPIES * len(kinds), 5), "float32")


def describe_questions(options: Mapping[str, Any]) -> Schema:
    kinds = _kinds(options)
    return _schema(options, "multi-label", kinds, (len(kinds),), "float32")


def _questions(scenes: Scenes, kinds: int) -> torch.Tensor:
    """1 where a kind is in the picture: (N, kinds) float32."""
    import torch

    return (scenes.boxes[..., 0, None] == torch.arange(kinds)).any(dim=1).float()


def _reader(
    describe: Callable[[Mapping[str, Any]], Schema], targets: Callable[[Scenes, int], torch.Tensor]
) -> Callable[[Mapping[str, Any], Loading], Dataset]:
    def read(options: Mapping[str, Any], loading: Loading) -> Dataset:
        scenes = draw(
            options["n"],
            options["classes"],
            options["image_size"],
            options["noise"],
            options["seed"],
            loading,
        )
        pictures = scenes.pictures
        if options["scaling"] == "-1 to 1":
            pictures.mul_(2).sub_(1)
        wanted = targets(scenes, options["classes"])
        return Dataset(pictures, wanted, describe(options), scaling=image_scaling(options))

    return read


def _source(
    id: str, title: str, describe: Callable[[Mapping[str, Any]], Schema],
    targets: Callable[[Scenes, int], torch.Tensor], help: str, *words: str,
) -> Source:  # fmt: skip
    scenes = (
        "Generated pictures of coloured shapes (circle, square, triangle, star, …) of any size, turn and colour "
        "on a cloudy, noisy background; each kind is there not at all, once or twice."
    )
    return Source(
        id=id,
        title=title,
        category="Images",
        help=f"{scenes} {help}",
        words=("shapes", "scenes", "generated", *words),
        options=OPTIONS,
        describe=describe,
        read=_reader(describe, targets),
    )


SOURCES = (
    _source(
        "shape-masks", "Shapes with masks", describe_masks, lambda scenes, kinds: scenes.masks,
        "The target is a mask: the class of every pixel, where 0 is the background.",
        "segmentation", "mask", "pixels", "u-net", "fcn",
    ),
    _source(
        "shape-boxes", "Shapes with boxes", describe_boxes, lambda scenes, kinds: scenes.boxes,
        "The targets are boxes: class, middle, width and height of every shape, in shares of the picture.",
        "detection", "boxes", "yolo", "ssd", "objects",
    ),
    _source(
        "shape-questions", "Shapes with questions", describe_questions, _questions,
        "The targets are answers: is there a circle, is there a square, …? Each is 0 or 1, and one says nothing "
        "about another.",
        "multi-label", "multi-task", "attributes", "questions", "yes no",
    ),
)  # fmt: skip
