"""SmallResNet, drawn with TorchLoom. Needs torch alone."""

from torch import nn


class DownBlock(nn.Module):
    def __init__(self, in_channels, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(
            in_channels, planes, 3, stride=stride, padding=1, bias=False
        )
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.downsample = nn.Sequential(
            nn.Conv2d(in_channels, planes, 1, stride=stride, bias=False),
            nn.BatchNorm2d(planes),
        )
        self.relu2 = nn.ReLU()

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu2(self.bn2(self.conv2(out)) + self.downsample(x))


class Block(nn.Module):
    def __init__(self, planes, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(planes, planes, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(planes)
        self.relu = nn.ReLU()
        self.conv2 = nn.Conv2d(planes, planes, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(planes)
        self.relu2 = nn.ReLU()

    def forward(self, x):
        out = self.relu(self.bn1(self.conv1(x)))
        return self.relu2(self.bn2(self.conv2(out)) + x)


class SmallResNet(nn.Module):
    """Input (B, 3, 16, 16), output (B, 10); 20,994 parameters."""

    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 12, 3, padding=1)
        self.bn1 = nn.BatchNorm2d(12)
        self.relu = nn.ReLU()
        self.layer1 = nn.Sequential(DownBlock(12, 8), Block(8))
        self.layer2 = nn.Sequential(
            DownBlock(8, 16, stride=2), *[Block(16) for _ in range(3)]
        )
        self.avgpool = nn.AdaptiveAvgPool2d(1)
        self.flatten = nn.Flatten()
        self.fc = nn.Linear(16, 10)

    def forward(self, x):
        x = self.relu(self.bn1(self.conv1(x)))  # (B, 12, 16, 16)
        x = self.layer1(x)  # (B, 8, 16, 16)
        x = self.layer2(x)  # (B, 16, 8, 8)
        return self.fc(self.flatten(self.avgpool(x)))  # (B, 10)
