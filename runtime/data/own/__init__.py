"""A person's own files: recognised, looked through once, described, read. Nothing in them is ever run.

- :func:`recognise` says of a dropped file or folder which source reads it, with which options and why.
- :func:`scan` looks the files through in a thread; afterwards ``Source.schema`` answers at once. :func:`facts`
  gives what was found: ``columns`` and ``preview`` rows of a table, ``classes`` of pictures, ``notes``.
- :func:`answer_at_once` is called once by the window in its own thread: from then on :class:`NotScanned` is
  raised there instead of a long wait.
- ``runtime.data.own.warnings.warnings(dataset, splits)`` gives sentences about what ruins training.

Importing this package does not import torch.
"""

from runtime.data.own.parted import PART_OPTIONS
from runtime.data.own.recognise import Recognised, recognise
from runtime.data.own.scans import NotScanned, answer_at_once, facts, is_own, scan

__all__ = [
    "PART_OPTIONS",
    "NotScanned",
    "Recognised",
    "answer_at_once",
    "facts",
    "is_own",
    "recognise",
    "scan",
]
