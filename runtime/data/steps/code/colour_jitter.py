"""Pictures that are a little brighter or darker, paler or stronger, each in its own way."""

from __future__ import annotations

import torch


def grey_of(x: torch.Tensor) -> torch.Tensor:
    """The brightness (N, 1, H, W) that an eye sees; a grey picture is its own."""
    if x.shape[1] != 3:
        return x.mean(dim=1, keepdim=True)
    return 0.2989 * x[:, :1] + 0.587 * x[:, 1:2] + 0.114 * x[:, 2:]


def hue_turned(x: torch.Tensor, turn: torch.Tensor) -> torch.Tensor:
    """Colours (N, 3, H, W) in 0…1 moved around the colour circle by ``turn`` (N, 1, 1) of it (through HSV)."""
    high, low = x.amax(dim=1), x.amin(dim=1)
    spread = high - low
    divisor = torch.where(spread == 0, torch.ones_like(spread), spread)
    red, green, blue = ((high[:, None] - x) / divisor[:, None]).unbind(1)
    hue = torch.where(high == x[:, 1], 2 + red - blue, 4 + green - red)
    hue = torch.where(high == x[:, 0], blue - green, hue)
    hue = torch.where(spread == 0, torch.zeros_like(hue), hue)
    hue = (hue / 6 + turn) % 1.0 * 6
    place = (hue[:, None] + torch.tensor([5.0, 3.0, 1.0], device=x.device)[:, None, None]) % 6
    return high[:, None] - spread[:, None] * torch.minimum(place, 4 - place).clamp(0, 1)


class ColourJitter:
    """Changes brightness, contrast, saturation and hue of each picture (0…1), in this order, by factors drawn
    between 1 - value and 1 + value; the hue moves by up to ``hue`` of the colour circle either way."""

    def __init__(
        self, brightness: float = 0.0, contrast: float = 0.0, saturation: float = 0.0, hue: float = 0.0
    ) -> None:
        self.brightness, self.contrast, self.saturation, self.hue = brightness, contrast, saturation, hue

    def factor(self, x: torch.Tensor, spread: float) -> torch.Tensor:
        """One factor (N, 1, 1, 1) for each picture."""
        low = max(0.0, 1 - spread)
        return low + torch.rand(len(x), 1, 1, 1, device=x.device) * (1 + spread - low)

    def __call__(self, batch: dict[str, torch.Tensor]) -> dict[str, torch.Tensor]:
        x = batch["input"]
        if self.brightness:
            x = (x * self.factor(x, self.brightness)).clamp(0, 1)
        if self.contrast:
            mean = grey_of(x).mean(dim=(1, 2, 3), keepdim=True)
            x = torch.lerp(mean, x, self.factor(x, self.contrast)).clamp(0, 1)
        if self.saturation and x.shape[1] == 3:
            x = torch.lerp(grey_of(x), x, self.factor(x, self.saturation)).clamp(0, 1)
        if self.hue and x.shape[1] == 3:
            x = hue_turned(x, (torch.rand(len(x), 1, 1, device=x.device) * 2 - 1) * self.hue)
        return {**batch, "input": x}
