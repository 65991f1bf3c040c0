"""The shows of one run, epoch by epoch: those that just came, and those kept in the run's folder. No Qt."""

from __future__ import annotations

import struct
from collections import OrderedDict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gui.shows.contents import Content, ShowError, read
from runtime.protocol import decode

FOLDER = "shows"
SUFFIX = ".show"
KEPT = 48
"""So many epochs stay in memory; the others are read again when they are looked at."""
LARGEST = 256 * 2**20
"""Bytes of a file above which it is no show of ours."""


def kept_epochs(folder: Path) -> list[int]:
    """The epochs that a run's folder keeps shows of, in order."""
    try:
        found = [path.stem for path in (folder / FOLDER).iterdir() if path.suffix == SUFFIX]
    except OSError:
        return []
    return sorted(int(stem) for stem in found if stem.isascii() and stem.isdigit())


class Book:
    """Pages are epochs; 0 is before the first. ``folder`` is the run's, ``None`` before there is one."""

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder
        self.epochs: list[int] = kept_epochs(folder) if folder is not None else []
        self._pages: OrderedDict[int, tuple[Any, ...]] = OrderedDict()
        self._steps: dict[int, int] = {}

    def forget_after(self, epoch: int) -> None:
        """A run that is resumed writes the later epochs anew."""
        self.epochs = [number for number in self.epochs if number <= epoch]
        for number in [number for number in self._pages if number > epoch]:
            del self._pages[number]

    def take(self, message: Mapping[str, Any]) -> int:
        """A "shows" message of the worker; its epoch."""
        epoch = int(message["epoch"])
        self._keep(epoch, message)
        if epoch not in self.epochs:
            self.epochs = sorted([*self.epochs, epoch])
        return epoch

    def _keep(self, epoch: int, message: Mapping[str, Any]) -> None:
        self._pages[epoch] = tuple(message["shows"])
        self._pages.move_to_end(epoch)
        step = message.get("step")
        self._steps[epoch] = step if isinstance(step, int) else 0
        while len(self._pages) > KEPT and self._on_disk(next(iter(self._pages))):
            self._pages.popitem(last=False)

    def _on_disk(self, epoch: int) -> bool:
        return self.folder is not None and self._path(epoch).is_file()

    def _path(self, epoch: int) -> Path:
        assert self.folder is not None
        return self.folder / FOLDER / f"{epoch:05d}{SUFFIX}"

    def step(self, epoch: int) -> int:
        """The training step at which the page was made; 0 when it is not known."""
        return self._steps.get(epoch, 0)

    def page(self, epoch: int) -> list[Content | ShowError]:
        """The shows of an epoch; what is damaged stands there as the sentence about it. Raises
        :class:`ShowError` when the whole page cannot be read."""
        if epoch not in self._pages:
            self._keep(epoch, self._load(epoch))
        self._pages.move_to_end(epoch)
        found: list[Content | ShowError] = []
        for show in self._pages[epoch]:
            try:
                found.append(read(show))
            except ShowError as error:
                found.append(error)
        return found

    def _load(self, epoch: int) -> Mapping[str, Any]:
        if self.folder is None:
            raise ShowError(f"Epoch {epoch} was not kept.")
        path = self._path(epoch)
        try:
            if path.stat().st_size > LARGEST:
                raise ShowError(f"{path.name} in {path.parent} is too large to be a show.")
            message = decode(path.read_bytes())
        except OSError as error:
            raise ShowError(f"{path} cannot be read: {error.strerror or error}.") from None
        except (ValueError, KeyError, TypeError, struct.error, RecursionError):
            raise ShowError(
                f"{path.name} in {path.parent} is damaged. The other epochs can be seen."
            ) from None
        if not isinstance(message, Mapping) or not isinstance(message.get("shows"), list):
            raise ShowError(f"{path.name} in {path.parent} holds no shows. The other epochs can be seen.")
        return message
