"""First steps: regression, perceptrons and small networks on tables and points in the plane."""

from __future__ import annotations

from graph.build import GraphBuilder, project
from graph.model import DataChoice, Project, Training
from presets import Preset

GROUP = "First steps"
Layer = str | tuple[str, dict[str, object]]


def _linear(out: int) -> Layer:
    return ("Linear", {"out_features": out})


def _chain(name: str, features: int, *layers: Layer) -> GraphBuilder:
    g = GraphBuilder(name)
    g.output(g.chain(g.input("x", shape=(features,)), *layers), name="y")
    return g


def linear_regression() -> Project:
    return project(
        "Linear regression",
        _chain("LinearRegression", 3, _linear(1)),
        data=DataChoice("linear-toy"),
        training=Training(
            loss="mse", optimizer="SGD", learning_rate=0.005, momentum=0.0, epochs=100, batch_size=3
        ),
    )


def logistic_regression() -> Project:
    return project(
        "Logistic regression",
        _chain("LogisticRegression", 2, _linear(1), "Sigmoid"),
        data=DataChoice("logistic-toy"),
        training=Training(
            loss="bce", optimizer="SGD", learning_rate=1.0, momentum=0.0, epochs=1000, batch_size=6
        ),
        notes="The learning rate is bold: the loss jumps up and down at first, and the line between the classes with "
        "it. Try 0.1 to see the difference.",
    )


def softmax_regression() -> Project:
    return project(
        "Softmax regression",
        _chain("SoftmaxRegression", 4, _linear(3)),
        data=DataChoice("softmax-toy"),
        training=Training(
            loss="cross_entropy", optimizer="SGD", learning_rate=0.1, momentum=0.0, epochs=1000, batch_size=8
        ),
    )


def perceptron() -> Project:
    return project(
        "Perceptron on AND",
        _chain("Perceptron", 2, _linear(1), "Sigmoid"),
        data=DataChoice("logic-and"),
        training=Training(
            loss="bce", optimizer="SGD", learning_rate=0.1, momentum=0.0, epochs=1000, batch_size=4
        ),
        notes="Choose the data XOR to see what one neuron cannot learn.",
    )


def xor_mlp() -> Project:
    return project(
        "MLP on XOR",
        _chain("XorMLP", 2, _linear(4), "Sigmoid", _linear(1), "Sigmoid"),
        data=DataChoice("logic-xor"),
        training=Training(
            loss="bce", optimizer="SGD", learning_rate=0.5, momentum=0.9, epochs=1000, batch_size=4
        ),
        notes="Without momentum it often needs several thousand epochs.",
    )


def spiral_mlp() -> Project:
    return project(
        "MLP on two spirals",
        _chain("SpiralMLP", 2, _linear(32), "Tanh", _linear(32), "Tanh", _linear(1)),
        data=DataChoice("spirals"),
        training=Training(
            loss="bce_with_logits", optimizer="Adam", learning_rate=0.01, epochs=200, batch_size=64
        ),
    )


def iris_mlp() -> Project:
    return project(
        "MLP on iris flowers",
        _chain("IrisMLP", 4, _linear(16), "ReLU", _linear(3)),
        data=DataChoice("iris"),
        training=Training(
            loss="cross_entropy", optimizer="Adam", learning_rate=0.01, epochs=100, batch_size=16
        ),
    )


def diabetes_mlp() -> Project:
    return project(
        "MLP regression",
        _chain("DiabetesMLP", 10, _linear(32), "ReLU", ("Dropout", {"p": 0.2}), _linear(1)),
        data=DataChoice("diabetes"),
        training=Training(
            loss="mse", optimizer="AdamW", learning_rate=3e-3, weight_decay=0.01, epochs=80, batch_size=32
        ),
    )


PRESETS = (
    Preset(
        "linear-regression",
        "Linear regression",
        "One layer, four numbers: fit a plane through three points.",
        GROUP,
        ("regression", "MSE", "SGD"),
        linear_regression,
        10,
    ),
    Preset(
        "logistic-regression",
        "Logistic regression",
        "Watch a straight boundary move between two groups of points.",
        GROUP,
        ("classification", "sigmoid", "BCE"),
        logistic_regression,
        11,
    ),
    Preset(
        "softmax-regression",
        "Softmax regression",
        "Three classes from four features, with one layer and cross-entropy.",
        GROUP,
        ("classification", "softmax", "cross-entropy"),
        softmax_regression,
        12,
    ),
    Preset(
        "perceptron",
        "Perceptron on AND",
        "One neuron learns AND; change the data to XOR and see it fail.",
        GROUP,
        ("logic", "neuron", "AND"),
        perceptron,
        13,
    ),
    Preset(
        "xor-mlp",
        "MLP on XOR",
        "Why a hidden layer is needed: the smallest network that learns XOR.",
        GROUP,
        ("logic", "hidden layer", "XOR"),
        xor_mlp,
        14,
    ),
    Preset(
        "spiral-mlp",
        "MLP on two spirals",
        "A boundary that curls: two hidden layers untangle two spirals.",
        GROUP,
        ("classification", "decision boundary", "tanh"),
        spiral_mlp,
        15,
    ),
    Preset(
        "iris-mlp",
        "MLP on iris flowers",
        "A table with three classes, standardised, with held-out flowers.",
        GROUP,
        ("table", "classification", "iris"),
        iris_mlp,
        16,
    ),
    Preset(
        "diabetes-mlp",
        "MLP regression",
        "Predict a number from ten measurements, with dropout against overfitting.",
        GROUP,
        ("table", "regression", "dropout"),
        diabetes_mlp,
        17,
    ),
)
