"""Sound as a picture of its frequencies."""

import torch
from torch import nn


class Spectrogram(nn.Module):
    """How strong each frequency is in short pieces of a signal (B, samples): (B, n_fft/2 + 1, frames)."""

    def __init__(self, n_fft=400, hop_length=200, power=2.0):
        super().__init__()
        self.n_fft, self.hop_length, self.power = n_fft, hop_length, power
        self.register_buffer("window", torch.hann_window(n_fft), persistent=False)

    def forward(self, x):
        waves = torch.stft(
            x,
            self.n_fft,
            self.hop_length,
            window=self.window,
            return_complex=True,
        )
        return waves.abs().pow(self.power)
