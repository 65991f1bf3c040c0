"""Graphs for the tests of the generator: a few that people would draw, and random ones."""

from __future__ import annotations

import random
from typing import Any

from graph.build import GraphBuilder, Ref, Wire, project
from graph.model import Project


def digits_cnn() -> Project:
    g = GraphBuilder("DigitsCNN")
    x: Any = g.input("x", shape=(1, 8, 8))
    for channels in (16, 32):
        x = g.add("Conv2d", x, out_channels=channels, kernel_size=3, padding=1)
        x = g.add("ReLU", x)
        x = g.add("MaxPool2d", x, kernel_size=2)
    x = g.add("Flatten", x)
    g.output(g.add("Linear", x, out_features=10))
    return project("Digits", g)


def residual_block(name: str, down: bool) -> GraphBuilder:
    b = GraphBuilder(name)
    planes, stride = b.parameter("planes", 16), b.parameter("stride", 1)
    x: Any = b.input("x")
    y: Any = b.add(
        "Conv2d", x, name="conv1", out_channels=planes, kernel_size=3, stride=stride, padding=1, bias=False
    )
    y = b.add("BatchNorm2d", y, name="bn1")
    y = b.add("ReLU", y, name="relu")
    y = b.add("Conv2d", y, name="conv2", out_channels=planes, kernel_size=3, padding=1, bias=False)
    y = b.add("BatchNorm2d", y, name="bn2")
    if down:
        d = GraphBuilder("Downsample")
        width, step = d.parameter("planes", 16), d.parameter("stride", 1)
        z: Any = d.add("Conv2d", d.input("x"), out_channels=width, kernel_size=1, stride=step, bias=False)
        d.output(d.add("BatchNorm2d", z))
        x = b.use(d, x, name="downsample", planes=planes, stride=stride)
    b.output(b.add("ReLU", b.add("Add", y, x), name="relu2"))
    return b


def small_resnet() -> Project:
    first, rest = residual_block("DownBlock", True), residual_block("Block", False)
    stage = GraphBuilder("Stage")
    planes, blocks, stride = (
        stage.parameter("planes", 16),
        stage.parameter("blocks", 2),
        stage.parameter("stride", 1),
    )
    x: Any = stage.use(first, stage.input("x"), planes=planes, stride=stride)
    stage.output(stage.use(rest, x, planes=planes, repeat=blocks - 1))
    g = GraphBuilder("SmallResNet")
    x = g.add(
        "Conv2d", g.input("x", shape=(3, 16, 16)), name="conv1", out_channels=12, kernel_size=3, padding=1
    )
    x = g.add("ReLU", g.add("BatchNorm2d", x, name="bn1"), name="relu")
    x = g.use(stage, x, name="layer1", planes=8, blocks=2)
    x = g.use(stage, x, name="layer2", planes=16, blocks=4, stride=2)
    x = g.add("Flatten", g.add("AdaptiveAvgPool2d", x, name="avgpool", output_size=1), name="flatten")
    g.output(g.add("Linear", x, name="fc", out_features=10))
    return project("Small ResNet", g)


def last_step() -> Project:
    g = GraphBuilder("LSTMClassifier")
    x = g.input("sequence", shape=(-1, 4))
    out, h_n, _ = g.add("LSTM", x, name="lstm", hidden_size=8, num_layers=2, dropout=0.2, batch_first=True)
    last = g.add("Select", out, name="last", dim=1, index=-1)
    first = g.add("Select", h_n, name="first", dim=0, index=0)
    g.output(g.add("Linear", g.add("Concat", [last, first], dim=1), name="fc", out_features=1), name="score")
    g.output(last, name="features")
    return project("LSTM", g)


def tiny_unet() -> Project:
    double = GraphBuilder("DoubleConv")
    width = double.parameter("width", 8)
    x: Any = double.input("x")
    for _ in range(2):
        x = double.add("ReLU", double.add("Conv2d", x, out_channels=width, kernel_size=3, padding=1))
    double.output(x)
    g = GraphBuilder("TinyUNet")
    one = g.use(double, g.input("image", shape=(1, 16, 16)), name="down1", width=4)
    two = g.use(double, g.add("MaxPool2d", one, name="pool1", kernel_size=2), name="down2", width=8)
    x = g.use(double, g.add("MaxPool2d", two, name="pool2", kernel_size=2), name="middle", width=16)
    x = g.add("Concat", [g.add("Upsample", x, name="up2", scale_factor=2.0), two], name="join2")
    x = g.use(double, x, name="merge2", width=8)
    x = g.add("Concat", [g.add("Upsample", x, name="up1", scale_factor=2.0), one], name="join1")
    x = g.use(double, x, name="merge1", width=4)
    g.output(g.add("Conv2d", x, name="head", out_channels=2, kernel_size=1))
    return project("U-Net", g)


def encoder() -> Project:
    """Pre-norm Transformer blocks with residual sums, repeated."""
    b = GraphBuilder("EncoderBlock")
    heads = b.parameter("heads", 2)
    x: Any = b.input("x")
    norm = b.add("LayerNorm", x, name="norm1")
    attended, _ = b.add(
        "MultiheadAttention", norm, norm, norm, name="attention", num_heads=heads, batch_first=True
    )
    x = b.add("Add", x, attended)
    y: Any = b.add("GELU", b.add("Linear", b.add("LayerNorm", x, name="norm2"), name="fc1", out_features=32))
    b.output(b.add("Add", x, b.add("Dropout", b.add("Linear", y, name="fc2", out_features=16), p=0.1)))
    g = GraphBuilder("Encoder")
    x = g.add("Embedding", g.input("tokens", shape=(-1,), dtype="int64"), num_embeddings=20, embedding_dim=16)
    x = g.use(b, x, name="blocks", heads=4, repeat=3)
    g.output(g.add("Linear", g.add("Mean", x, dim=(1,)), name="head", out_features=3))
    return project("Encoder", g)


GOLDEN = {
    "digits_cnn": digits_cnn,
    "small_resnet": small_resnet,
    "last_step": last_step,
    "tiny_unet": tiny_unet,
    "encoder": encoder,
}

Value = tuple[Ref | Wire, Any]


class _Random:
    """Writes random layers behind the values that are there. All values are (B, channels, 6, 6)."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.blocks: list[tuple[GraphBuilder, str]] = []

    def block(self, number: int) -> None:
        """A definition: ``kind`` tells ports and width of the result."""
        rng = self.rng
        kind = rng.choice(["chain", "chain", "residual", "residual", "two_in", "two_out", "stage", "cell"])
        b = GraphBuilder(f"Block{number}")
        width = b.parameter("width", 4)
        x: Any = b.input("x")
        if kind == "chain":
            for _ in range(rng.randint(1, 3)):
                x = b.add(*rng.choice([("ReLU", x), ("BatchNorm2d", x), ("Identity", x)]))
            size = rng.choice([1, 3])
            x = b.add("Conv2d", x, out_channels=width, kernel_size=size, padding=size // 2)
            if rng.random() < 0.5:
                x = b.add("Dropout", x, p=0.3)
        elif kind == "residual":
            scale = b.parameter("scale", 0.5)
            y: Any = b.add("Conv2d", x, out_channels=width * 2, kernel_size=1)
            y = b.add("BatchNorm2d", b.add("ReLU", y))
            y = b.add("Conv2d", y, out_channels=width, kernel_size=3, padding=1, bias=rng.random() < 0.5)
            x = b.add("Conv2d", x, name="project", out_channels=width, kernel_size=1)
            x = (
                b.add("Add", y, b.add("Scale", x, factor=scale))
                if rng.random() < 0.7
                else b.add("Add", x, y, y)
            )
        elif kind == "two_in":
            other = b.input("other")
            x = b.add("Concat", [x, b.add("Tanh", other)])
            x = b.add("Conv2d", x, out_channels=width, kernel_size=1)
        elif kind == "cell":
            h = b.input("h", shape=(6, 6))
            y: Any = b.add("Linear", x, out_features=6, bias=rng.random() < 0.5)
            x = b.add(rng.choice(["Tanh", "Sigmoid"]), b.add("Add", y, h))
            b.output(x, name="last", carries=h)
        elif kind == "two_out":
            x = b.add("Conv2d", x, out_channels=width, kernel_size=1)
            b.output(b.add("Sigmoid", x), name="gate")
        else:
            inner = [block for block, kind_ in self.blocks if kind_ in ("chain", "residual")]
            if not inner:
                return
            count = b.parameter("count", 2)
            x = b.use(rng.choice(inner), x, width=width)
            x = b.use(rng.choice(inner), x, width=width, repeat=rng.choice([count, count + 1, 3, 1]))
            if rng.random() < 0.3:
                x = b.add("ReLU", x)
        b.output(x, name="result")
        self.blocks.append((b, kind))

    def network(self, number: int) -> GraphBuilder:
        rng = self.rng
        g = GraphBuilder(f"Net{number}")
        values: list[tuple[Any, int]] = []
        for name in ["x", "second", "third"][: rng.choice([1, 1, 1, 2, 3])]:
            channels = rng.randint(1, 4)
            values.append((g.input(name, shape=(channels, 6, 6)), channels))
        shared: list[tuple[Ref, int]] = []
        for _ in range(rng.randint(2, 16)):
            self.step(g, values, shared)
        outs = [values[-1]] if rng.random() < 0.7 else rng.sample(values, min(len(values), 2))
        for number, (value, _) in enumerate(outs):
            if rng.random() < 0.3:
                value = g.add("Linear", g.add("Flatten", value), out_features=3)
            g.output(value, name=f"out{number}")
        return g

    def step(self, g: GraphBuilder, values: list[tuple[Any, int]], shared: list[tuple[Ref, int]]) -> None:
        rng = self.rng
        # mostly go on from the newest value, so that chains and long branches appear
        x, channels = values[-1] if rng.random() < 0.7 else rng.choice(values)
        kind = rng.random()
        width = rng.randint(1, 6)
        if kind < 0.25:
            name = rng.choice(
                ["", "", f"layer_{len(g.graph.nodes)}", f"{'long' * rng.randint(1, 14)}{len(g.graph.nodes)}"]
            )
            ref = g.add("Conv2d", x, name=name, out_channels=width, kernel_size=3, padding=1)
            shared.append((ref, channels))
            values.append((ref, width))
        elif kind < 0.45:
            layer = rng.choice(["ReLU", "BatchNorm2d", "Sigmoid", "Dropout", "Abs", "Negate", "GELU"])
            values.append((g.add(layer, x), channels))
        elif kind < 0.6:
            partners = [value for value in values if value[1] == channels]
            chosen = [rng.choice(partners) for _ in range(rng.randint(1, 2))]
            operation = rng.choice(["Add", "Multiply"])
            values.append((g.add(operation, [x, *(value for value, _ in chosen)]), channels))
        elif kind < 0.68:
            chosen = [rng.choice(values) for _ in range(rng.randint(1, 3))]
            values.append(
                (g.add("Concat", [x, *(v for v, _ in chosen)]), channels + sum(c for _, c in chosen))
            )
        elif kind < 0.74 and channels > 1:
            first, second = g.add("Split", x, sizes=(1, channels - 1), dim=1)
            values += [(first, 1), (second, channels - 1)]
        elif kind < 0.78 and shared:
            ref, wanted = rng.choice(shared)
            fits = [value for value, c in values if c == wanted and value is not ref]
            if fits:
                values.append((g.again(ref, rng.choice(fits)), ref.node.params["out_channels"]))  # type: ignore[arg-type]
        elif self.blocks:
            self.use(g, values, x, width)

    def first_channel(self, g: GraphBuilder, x: Any) -> Ref:
        return g.add("Select", x, dim=1, index=0)

    def use(self, g: GraphBuilder, values: list[tuple[Any, int]], x: Any, width: int) -> None:
        rng = self.rng
        block, kind = rng.choice(self.blocks)
        if kind == "cell":  # the channels of an image are its steps
            over = rng.choice(["time", "time backwards"])
            result = g.use(
                block, x, over=over, **({"h": self.first_channel(g, x)} if rng.random() < 0.4 else {})
            )
            values.append((result["result"], next(count for value, count in values if value is x)))
            return
        params: dict[str, Any] = {} if rng.random() < 0.3 else {"width": width}
        width = params.get("width", 4)
        if kind == "stage" and rng.random() < 0.7:
            params["count"] = rng.randint(1, 4)
        if kind == "residual" and rng.random() < 0.5:
            params["scale"] = rng.choice([0.25, 2.0])
        if kind == "two_in":
            ref = g.use(block, x, rng.choice(values)[0], **params)
            values.append((ref, width))
        elif kind == "two_out":
            ref = g.use(block, x, **params)
            values += [(wire, width) for wire in ref][: rng.randint(1, 2)]
        else:
            repeat = rng.choice([1, 1, 2, 3]) if kind != "stage" else 1
            values.append((g.use(block, x, repeat=repeat, **params), width))


def random_project(seed: int) -> Project:
    """A project that is sure to be sound: chains, sums, concatenations, splits, blocks, rows, sharing."""
    rng = random.Random(seed)
    writer = _Random(rng)
    for number in range(rng.randint(0, 4)):
        writer.block(number)
    return project(f"Random {seed}", writer.network(seed))
