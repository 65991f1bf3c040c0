"""Downloads by torchvision, with our progress, cancelling and sentences around them."""

from __future__ import annotations

import errno
import http.client
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from runtime.data.schema import DataError
from runtime.data.source import Loading

PATIENCE = 30.0
"""Seconds a connection may stay silent before the download is given up."""


@contextmanager
def downloading(title: str, loading: Loading) -> Iterator[None]:
    """Let torchvision download inside this block.

    torchvision has no callback for progress and waits forever for a silent server. The one door it leaves is
    its progress bar, ``torchvision.datasets.utils.tqdm``, which is ours inside this block: it reports, and it
    raises :class:`Cancelled` between two chunks of 32 kB. A half-finished file fails its checksum and is
    fetched anew the next time. For the worker process only: the change is visible to all its threads.
    """
    from torchvision.datasets import utils

    class Progress:
        def __init__(self, total: int | None = None, **options: Any) -> None:
            self.total, self.done = total or 0, 0

        def __enter__(self) -> Progress:
            return self

        def __exit__(self, *error: object) -> None:
            return None

        def update(self, size: int) -> None:
            self.done += size
            megabytes = f"{self.done / 1e6:.1f}"
            if self.total:
                megabytes += f" of {self.total / 1e6:.1f}"
            loading.step(
                self.done / self.total if self.total else 0.0, f"Downloading {title}: {megabytes} MB"
            )

    bar, timeout = utils.tqdm, socket.getdefaulttimeout()
    utils.tqdm = Progress
    socket.setdefaulttimeout(PATIENCE)
    try:
        loading.root.mkdir(parents=True, exist_ok=True)
        yield
    except (RuntimeError, OSError, http.client.HTTPException) as error:
        raise DataError(_sentence(title, loading.root, error)) from error
    finally:
        utils.tqdm = bar
        socket.setdefaulttimeout(timeout)


def _sentence(title: str, root: Path, error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOSPC:
        return (
            f"{title} could not be stored: the disk that holds {root} is full. Free some space and try again."
        )
    if isinstance(error, (PermissionError, NotADirectoryError, FileExistsError)):
        why = os.strerror(number) if number else "it cannot be written"
        return f"{title} could not be stored in {root}: {why}. Choose another folder with TORCHLOOM_DATA."
    return (
        f"{title} could not be downloaded. Check the connection, or choose the digits that ship with "
        "TorchLoom (Handwritten digits)."
    )
