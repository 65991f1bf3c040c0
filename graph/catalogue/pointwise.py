"""Arithmetic of one tensor: constants, powers, roots, logarithms and conversions."""

from __future__ import annotations

from collections.abc import Callable

from graph.catalogue.rules import Rule, axis_exists, dim_param
from graph.catalogue.spec import Call, Complaint, Example, Given, LayerType, Param, Patch, Port

NUMBER = (Port("input", "number"),)


def elementwise(name: str, formula: str, summary: str, help: str, words: tuple[str, ...],
                call: Callable[[Call], str], params: tuple[Param, ...] = (), check: Rule | None = None,
                examples: tuple[Example, ...] = (), inputs: tuple[Port, ...] = NUMBER) -> LayerType:  # fmt: skip
    """A function of every value by itself."""
    return LayerType(
        name=name, category="Arithmetic", summary=summary, help=help, formula=formula, words=words, params=params,
        inputs=inputs, call=call, check=check, headline=tuple(param.name for param in params[:2]),
        examples=examples or (Example({}, {"input": (2, 3, 4)}),),
    )  # fmt: skip


def torch_function(name: str) -> Callable[[Call], str]:
    return lambda c: f"torch.{name}({c.one()})"


def constant(name: str, default: float, help: str) -> Param:
    return Param(name, "float", default, help, minimum=-1e12, maximum=1e12)


def _limits(given: Given) -> Complaint | None:
    low, high = given["min"], given["max"]
    if low is None and high is None:
        return Complaint(
            f"needs a smallest value, a largest one, or both, for {given.one().text}", expected="min or max",
            param="min", patches=(Patch("Set min to 0", {"min": 0.0}),),
        )  # fmt: skip
    return None


def _turned_limits(given: Given) -> Complaint | None:
    low, high = given["min"], given["max"]
    if low is None or high is None or low <= high:
        return None
    return Complaint(
        f"has min = {low:g} above max = {high:g}, so every value becomes {high:g}, for {given.one().text}",
        expected=f"at most {high:g}", got=f"{low:g}", param="min",
    )  # fmt: skip


def _clamp(c: Call) -> str:
    bounds = ", ".join(f"{name}={c[name]}" for name in ("min", "max") if c.values[name] is not None)
    return f"{c.one()}.clamp({bounds})"


def _scale(c: Call) -> str:
    return f"{c['factor']} * {c.one()}"


def _plus(c: Call) -> str:
    value = c["value"]
    return f"{c.one()} - {value[1:]}" if value.startswith("-") else f"{c.one()} + {value}"


_KINDS = {"float32": ".float()", "int64": ".long()", "bool": ".bool()"}

LAYERS = (
    elementwise(
        "Scale", "y = factor · x", "Multiply every value with a constant.",
        "Multiplies all values with one fixed number, such as 1/√d before an attention, or 0.1 to damp a "
        "branch.",
        ("multiply", "constant", "factor", "gain"), _scale, (constant("factor", 2.0, "The constant."),),
        examples=(Example({}, {"input": (2, 3)}), Example({"factor": -0.5}, {"input": (2, 3, 4)})),
    ),
    elementwise(
        "AddConstant", "y = x + value", "Add a constant to every value.",
        "Adds one fixed number to all values. A small one keeps divisors and logarithms away from zero.",
        ("offset", "shift", "bias", "plus"), _plus,
        (constant("value", 1.0, "The constant."),),
        examples=(Example({}, {"input": (2, 3)}), Example({"value": -0.5}, {"input": (2, 3, 4)})),
    ),
    elementwise(
        "Negate", "y = −x", "Turn the sign of every value.",
        "Makes positive values negative and the other way round.", ("minus", "sign", "negative"),
        lambda c: f"-{c.one()}",
    ),
    elementwise(
        "Power", "y = x^exponent", "Raise every value to a power.",
        "2 squares, 0.5 takes the root. Negative values have no real result for a broken exponent: they "
        "become NaN.",
        ("pow", "square", "exponent"), lambda c: f"{c.one()} ** {_bracket(c['exponent'])}",
        (constant("exponent", 2.0, "The power."),),
        examples=(Example({}, {"input": (2, 3)}), Example({"exponent": -1.0}, {"input": (2, 3, 4)})),
    ),
    elementwise("Abs", "y = |x|", "The absolute value.", "Makes negative values positive and leaves the others.",
           ("absolute", "magnitude"), torch_function("abs")),
    elementwise("Exp", "y = eˣ", "The exponential function.",
           "Turns any number into a positive one. A variational autoencoder makes a standard deviation of "
           "its logarithm with it. Values above 88 overflow.", ("exponential", "e"), torch_function("exp")),
    elementwise("Log", "y = ln x", "The natural logarithm.",
           "Undoes Exp. Zero gives minus infinity and negative values give NaN: add a small constant before.",
           ("logarithm", "ln"), torch_function("log")),
    elementwise("Sqrt", "y = √x", "The square root.",
           "The root of every value; negative values give NaN. Its gradient at zero is infinite.",
           ("square root", "root"), torch_function("sqrt")),
    elementwise("Square", "y = x²", "Every value times itself.",
           "Squares all values, so they become positive and large ones grow most.", ("power", "pow"),
           torch_function("square")),
    elementwise("Reciprocal", "y = 1 / x", "One divided by every value.",
           "Turns large values into small ones. Keep zeros away from it.", ("inverse", "divide"),
           torch_function("reciprocal")),
    elementwise("Sin", "y = sin x", "The sine of every value.",
           "A wave. Position encodings and networks for signals use "
           "it.", ("wave", "positional encoding", "siren"),
           torch_function("sin")),
    elementwise("Cos", "y = cos x", "The cosine of every value.",
           "A wave, a quarter period ahead of the sine. Position encodings use "
           "both.", ("wave", "positional encoding"),
           torch_function("cos")),
    elementwise("Sign", "y = −1, 0 or 1", "The sign of every value.",
           "Keeps only whether a value is negative, zero or positive. Its gradient is zero everywhere, so "
           "nothing before it learns through it.", ("signum", "binarise"), torch_function("sign")),
    LayerType(
        name="Clamp",
        category="Arithmetic",
        summary="Cut values off at a smallest and a largest one.",
        help=(
            "Values below min become min, values above max become max, the rest stays. Leave one of them "
            "empty to cut on one side only."
        ),
        formula="y = min(max(x, min), max)",
        words=("clip", "limit", "range", "hardtanh"),
        params=(
            Param("min", "float", None, "Smallest value.", minimum=-1e12, maximum=1e12, optional=True),
            Param("max", "float", None, "Largest value.", minimum=-1e12, maximum=1e12, optional=True),
        ),
        inputs=NUMBER,
        call=_clamp,
        check=_limits,
        caution=_turned_limits,
        headline=("min", "max"),
        initial={"min": 0.0, "max": 1.0},
        examples=(
            Example({"min": -0.5, "max": 0.5}, {"input": (2, 3, 4)}),
            Example({"max": 0.0}, {"input": (2, 3)}),
        ),
    ),
    elementwise(
        "Cast", "y = x as dtype", "Convert decimal numbers, whole numbers and true/false values.",
        "Whole numbers have to become float32 before a Linear can use them; decimal numbers lose what is "
        "behind the point when they become int64. No gradient passes through int64 or bool.",
        ("dtype", "convert", "float", "long", "to", "type"),
        lambda c: f"{c.one()}{_KINDS[c.values['dtype']]}",
        (Param("dtype", "choice", "float32", "The new kind of number.", choices=tuple(_KINDS)),),
        examples=(
            Example({}, {"input": (2, 3)}, {"input": "int64"}),
            Example({"dtype": "int64"}, {"input": (2, 3, 4)}),
            Example({"dtype": "bool"}, {"input": (2, 3)}, {"input": "int64"}),
        ),
        inputs=(Port("input", "any"),),
    ),
    LayerType(
        name="Normalize",
        category="Normalisation",
        summary="Divide vectors by their length.",
        help=(
            "Scales every vector along an axis to length 1, so that only its direction counts. Embeddings "
            "are normalised before they are compared. It learns nothing."
        ),
        formula="y = x / max(‖x‖ₚ, eps)",
        words=("l2 normalize", "unit length", "embedding", "norm"),
        params=(
            Param("p", "float", 2.0, "Which norm.", minimum=0.1, maximum=100),
            dim_param(1, "Axis of the vectors."),
            Param("eps", "float", 1e-12, "Smallest divisor.", minimum=0, maximum=1),
        ),
        call=lambda c: "F.normalize(" + ", ".join([c.one(), *(f"{name}={c[name]}" for name, default in
                       (("p", 2.0), ("dim", 1), ("eps", 1e-12)) if c.changed(default, name))]) + ")",
        check=axis_exists("dim"),
        headline=("p", "dim"),
        examples=(
            Example({}, {"input": (2, 5)}),
            Example({"p": 1.0, "dim": -1, "eps": 1e-6}, {"input": (2, 3, 4)}),
        ),
    ),
    LayerType(
        name="OneHot",
        category="Embedding",
        summary="Turn class numbers into rows of zeros with a single one.",
        help=(
            "Each whole number becomes a vector as long as there are classes, with a 1 at its place. It is "
            "the simplest way to feed characters or categories to a network; an Embedding learns better "
            "vectors."
        ),
        formula="y[i] = 1 where i = x, else 0",
        words=("one hot", "categorical", "dummy", "encode", "token"),
        params=(
            Param("num_classes", "int", 10, "Number of classes; the input holds 0 to num_classes − 1.", minimum=1,
                  maximum=10_000_000),
        ),
        inputs=(Port("input", "int"),),
        call=lambda c: f"F.one_hot({c.one()}, {c['num_classes']}).float()",
        headline=("num_classes",),
        examples=(
            Example({}, {"input": (2,)}, {"input": "int64"}),
            Example({"num_classes": 4}, {"input": (2, 5)}, {"input": "int64"}),
        ),
    ),
)  # fmt: skip


def _bracket(text: str) -> str:
    return f"({text})" if text.startswith("-") else text
