"""DigitsCNN, drawn with TorchLoom. Needs torch alone."""

from torch import nn


class DigitsCNN(nn.Module):
    """Input (B, 1, 8, 8), output (B, 10); 6,090 parameters."""

    def __init__(self):
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv2d(1, 16, 3, padding=1),  # (B, 16, 8, 8)
            nn.ReLU(),  # (B, 16, 8, 8)
            nn.MaxPool2d(2),  # (B, 16, 4, 4)
            nn.Conv2d(16, 32, 3, padding=1),  # (B, 32, 4, 4)
            nn.ReLU(),  # (B, 32, 4, 4)
            nn.MaxPool2d(2),  # (B, 32, 2, 2)
            nn.Flatten(),  # (B, 128)
            nn.Linear(128, 10),  # (B, 10)
        )

    def forward(self, x):
        return self.layers(x)
