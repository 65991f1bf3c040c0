"""Data: where samples come from, what they look like, and how they are divided.

``SOURCES`` holds every source by id. A source's ``schema(options)`` answers at once, without torch and
without loading; ``load(options)`` gives a :class:`Dataset`; :func:`load_prepared` also splits and scales it.
Importing this package does not import torch.
"""

from runtime.data.dataset import Dataset, Scaler
from runtime.data.loading import Prepared, load_prepared
from runtime.data.registry import SOURCES, get_source
from runtime.data.schema import Cancelled, DataError, Schema
from runtime.data.source import Source, data_folder
from runtime.data.splits import Splits, split
from runtime.data.steps.plan import prepared_schema

__all__ = [
    "SOURCES",
    "Cancelled",
    "DataError",
    "Dataset",
    "Prepared",
    "Scaler",
    "Schema",
    "Source",
    "Splits",
    "data_folder",
    "get_source",
    "load_prepared",
    "prepared_schema",
    "split",
]
