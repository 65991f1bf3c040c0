"""What a trained network makes of a picture of one's own: brought to the data's shape and scale, then given to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from runtime.data.schema import IGNORED
from runtime.probes import predict, undisturbed
from runtime.protocol import Message
from runtime.showing import Look, bytes_of, show_for
from runtime.training.errors import RunError
from runtime.training.session import Session

GREY = (0.299, 0.587, 0.114)
"""Shares of red, green and blue in a grey (ITU-R BT.601, as PIL takes them)."""
LARGEST = 4096
"""Pixels along an edge of a picture that is taken."""
BLANK = {"segmentation", "detection", "image-to-image"}
"""Tasks whose show can be drawn for a picture without a known answer."""


def takes_pictures(session: Session) -> bool:
    """Whether a picture of one's own can be given to the network of this run."""
    schema = _raw_schema(session)
    fits = schema.kind == "image" and len(schema.input_shape) == 3
    return fits and (session.loop is None or schema.task in BLANK)


def _raw_schema(session: Session) -> Any:
    """What the samples looked like before the steps of a preparation."""
    dataset = session.dataset
    return dataset.preparation.schema if dataset.preparation is not None else dataset.schema


def picture_inputs(session: Session, picture: Message, invert: bool = False) -> torch.Tensor:
    """A picture (array (C, H, W) of uint8, C of 1 or 3) as inputs (1, C, H, W): cut to the shape's proportions from its
    middle, resized, and prepared as the data was. Raises :class:`RunError` when it is no such array."""
    schema = _raw_schema(session)
    shape = [int(size) for size in picture["shape"]]
    if picture.get("dtype") != "uint8" or len(shape) != 3 or shape[0] not in (1, 3):
        raise RunError("A picture must be an array (channels, height, width) of uint8.")
    if (
        not all(0 < size <= LARGEST for size in shape)
        or len(picture["data"]) != shape[0] * shape[1] * shape[2]
    ):
        raise RunError(f"A picture of the shape {shape} cannot be taken.")
    pixels = torch.frombuffer(bytearray(picture["data"]), dtype=torch.uint8).reshape(shape).float() / 255
    channels, height, width = schema.input_shape
    if channels == 1 and shape[0] == 3:
        pixels = (pixels * torch.tensor(GREY).view(3, 1, 1)).sum(0, keepdim=True)
    elif channels == 3 and shape[0] == 1:
        pixels = pixels.repeat(3, 1, 1)
    elif channels != shape[0]:
        raise RunError(f"The data has {channels} channels; a picture has one or three.")
    pixels = _fitted(1 - pixels if invert else pixels, height, width).unsqueeze(0)
    if session.project.data.options.get("scaling") == "-1 to 1":
        pixels = pixels * 2 - 1
    return session.dataset.as_prepared(pixels)


def _fitted(pixels: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """The largest middle part of a picture with these proportions, in this size."""
    high, wide = pixels.shape[1:]
    keep_high, keep_wide = min(high, round(wide * height / width)), min(wide, round(high * width / height))
    top, left = (high - keep_high) // 2, (wide - keep_wide) // 2
    part = pixels[:, top : top + max(1, keep_high), left : left + max(1, keep_wide)].unsqueeze(0)
    if part.shape[-2:] != (height, width):
        part = torch.nn.functional.interpolate(part, (height, width), mode="bilinear", antialias=True)
    return part[0].clamp(0, 1)


@dataclass(slots=True)
class OnePicture(Look):
    """A look at nothing but this picture, with the answer left open."""

    picture: torch.Tensor

    def batch(self, count: int, split: str = "validation") -> dict[str, torch.Tensor]:
        schema, device = self.session.dataset.schema, self.session.device
        if schema.task == "segmentation":
            target = torch.full((1, *self.picture.shape[-2:]), IGNORED, dtype=torch.int64)
        elif schema.task == "detection":
            target = torch.full((1, *schema.target_shape), -1.0)
        else:
            target = torch.zeros(1, *schema.target_shape)
        return {"input": self.picture.to(device), "target": target.to(device)}


def tried_picture(session: Session, command: Message) -> Message:
    """The answer to the command ``try`` with a ``picture``."""
    answer: Message = {"event": "tried", "text": "", "step": session.step, "shows": []}
    try:
        if not takes_pictures(session):
            raise RunError(
                f"This network, trained by “{session.recipe.title}”, takes no picture of one's own."
            )
        inputs = picture_inputs(session, command["picture"], bool(command.get("invert")))
        low, high = float(inputs.min()), float(inputs.max())
        if inputs.shape[1] in (1, 3):
            answer["seen"] = bytes_of(inputs, low, high if high > low else low + 1)
        if session.loop is None:
            found = predict(session, inputs)
            answer |= {name: found[name] for name in ("outputs", "probabilities", "classes")}
            return answer
        show = show_for(session.recipe.id)
        if show is not None:
            with undisturbed(session):
                answer["shows"] = show(OnePicture(session, dict(session.memory), inputs))
    except RunError as error:
        answer["problem"] = str(error)
    return answer
