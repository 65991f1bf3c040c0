"""LSTMClassifier, drawn with TorchLoom. Needs torch alone."""

import torch
from torch import nn


class LSTMClassifier(nn.Module):
    """Input (B, T, 4), outputs (B, 1) and (B, 8); 1,041 parameters."""

    def __init__(self):
        super().__init__()
        self.lstm = nn.LSTM(4, 8, num_layers=2, batch_first=True, dropout=0.2)
        self.fc = nn.Linear(16, 1)

    def forward(self, x):
        x, (h_n, _) = self.lstm(x)  # (B, T, 8)
        x = x[:, -1]  # (B, 8)
        out = self.fc(torch.cat([x, h_n[0]], dim=1))  # (B, 1)
        return out, x
