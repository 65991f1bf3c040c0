"""Encoder, drawn with TorchLoom. Needs torch alone."""

from torch import nn


class EncoderBlock(nn.Module):
    def __init__(self, heads):
        super().__init__()
        self.norm1 = nn.LayerNorm(16)
        self.attention = nn.MultiheadAttention(16, heads, batch_first=True)
        self.norm2 = nn.LayerNorm(16)
        self.fc1 = nn.Linear(16, 32)
        self.gelu1 = nn.GELU()
        self.fc2 = nn.Linear(32, 16)
        self.dropout1 = nn.Dropout(p=0.1)

    def forward(self, x):
        out = self.norm1(x)
        out, _ = self.attention(out, out, out)
        x = x + out
        out = self.gelu1(self.fc1(self.norm2(x)))
        return x + self.dropout1(self.fc2(out))


class Encoder(nn.Module):
    """Input int64 (B, T), output (B, 3); 7,043 parameters."""

    def __init__(self):
        super().__init__()
        self.embedding1 = nn.Embedding(20, 16)
        self.blocks = nn.Sequential(*[EncoderBlock(4) for _ in range(3)])
        self.head = nn.Linear(16, 3)

    def forward(self, x):
        x = self.embedding1(x)  # (B, T, 16)
        x = self.blocks(x)  # (B, T, 16)
        return self.head(x.mean(dim=1))  # (B, 3)
