"""Whether samples fit where the training happens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.data.dataset import Dataset

if TYPE_CHECKING:
    import torch

SHARE = 0.4
"""How much of a device's free memory the samples may take; the rest is for the model and its activations."""


def free_memory(device: torch.device) -> int | None:
    """Bytes free on an accelerator; ``None`` where memory is the computer's own, or not known."""
    import torch

    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "mps":
        return max(0, torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory())
    return None


def placed(dataset: Dataset, device: torch.device | str) -> Dataset:
    """The samples on the device if they fit there; otherwise unchanged, and batches travel one by one."""
    import torch

    where = torch.device(device)
    free = free_memory(where)
    if where.type == "cpu" or free is None or dataset.bytes > SHARE * free:
        return dataset
    return dataset.to(where)
