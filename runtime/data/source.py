"""How a data source is declared. One :class:`Source` says everything about one kind of data."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from graph.catalogue.spec import Param
from graph.values import BadValue
from runtime.data.schema import Cancelled, DataError, Schema

if TYPE_CHECKING:
    from runtime.data.dataset import Dataset

Category = Literal["Toy", "Tables", "Images", "Sequences", "Own data"]
FOLDER_VARIABLE = "TORCHLOOM_DATA"


def data_folder() -> Path:
    """Where downloads are kept: ``TORCHLOOM_DATA`` if set, else the user's cache folder."""
    chosen = os.environ.get(FOLDER_VARIABLE)
    if chosen:
        return Path(chosen).expanduser()
    from platformdirs import user_cache_path

    return user_cache_path("TorchLoom", appauthor=False) / "data"


def _never() -> bool:
    return False


def _quiet(fraction: float, text: str) -> None:
    del fraction, text


@dataclass(frozen=True, slots=True)
class Loading:
    """What a reader may use while it works: report progress, notice a cancel, find the data folder."""

    cancelled: Callable[[], bool] = _never
    progress: Callable[[float, str], None] = _quiet
    root: Path = field(default_factory=data_folder)

    def step(self, fraction: float, text: str) -> None:
        """Report how far the work is (0…1); raises :class:`Cancelled` if the person gave up."""
        if self.cancelled():
            raise Cancelled
        self.progress(fraction, text)


@dataclass(frozen=True, slots=True)
class Source:
    """One kind of data. See :mod:`runtime.data.sources` for where declarations live.

    ``describe`` makes the schema from checked options without loading, downloading or importing
    anything heavy; ``read`` makes the samples. ``options`` are typed like a layer's parameters.
    """

    id: str
    title: str
    category: Category
    help: str
    describe: Callable[[Mapping[str, Any]], Schema]
    read: Callable[[Mapping[str, Any], Loading], Dataset]
    options: tuple[Param, ...] = ()
    words: tuple[str, ...] = ()

    def settled(self, options: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """All options, checked, with defaults filled in; :class:`DataError` names the one that is wrong."""
        given = dict(options or {})
        known = [option.name for option in self.options]
        for name in given:
            if name not in known:
                has = f"It has {', '.join(known)}." if known else "It has none."
                raise DataError(f"{self.title} has no option {name}. {has}")
        try:
            return {
                option.name: option.check(given.get(option.name, option.default)) for option in self.options
            }
        except BadValue as problem:
            raise DataError(f"{self.title}: {problem}") from None

    def schema(self, options: Mapping[str, Any] | None = None) -> Schema:
        """What the samples look like under these options; answers at once."""
        return self.describe(self.settled(options))

    def load(
        self,
        options: Mapping[str, Any] | None = None,
        cancelled: Callable[[], bool] | None = None,
        progress: Callable[[float, str], None] | None = None,
        root: str | Path | None = None,
    ) -> Dataset:
        """Read, generate or download the samples.

        ``progress(fraction, text)`` is called now and then; ``cancelled()`` is asked as often. ``root``
        overrides the folder downloads are kept in. Raises :class:`DataError` or :class:`Cancelled`.
        """
        loading = Loading(
            cancelled or _never,
            progress or _quiet,
            Path(root).expanduser() if root is not None else data_folder(),
        )
        dataset = self.read(self.settled(options), loading)
        loading.step(1.0, f"{self.title}: {len(dataset):,} samples")
        return dataset
