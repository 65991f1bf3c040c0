"""The pictures of a batch as a person sees them, to draw masks and boxes over."""

from __future__ import annotations

import torch

from runtime.protocol import Message
from runtime.showing import Look, bytes_of


def pictures_of(look: Look, inputs: torch.Tensor) -> Message:
    """Pictures (N, C, H, W) as uint8: scaling with measured statistics is undone, −1…1 becomes 0…255."""
    scaler = look.session.dataset.input_scaler
    if scaler is not None:
        inputs = scaler.invert(inputs)
    low = -1.0 if bool((inputs < -0.01).any()) else 0.0
    return bytes_of(inputs, low)
