"""Activations: one function applied to every value."""

from __future__ import annotations

from graph.catalogue.rules import Rule
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Patch


def _number(name: str, default: float, help: str, low: float = -1e6, high: float = 1e6) -> Param:
    return Param(name, "float", default, help, minimum=low, maximum=high)


def _layer(name: str, formula: str, summary: str, help: str, words: tuple[str, ...] = (),
           params: tuple[Param, ...] = (), check: Rule | None = None, example: dict[str, object] | None = None,
           ) -> LayerType:  # fmt: skip
    examples = [Example({}, {"input": (2, 4, 3)})]
    if example:
        examples.append(Example(example, {"input": (2, 6)}))
    return LayerType(
        name=name,
        category="Activation",
        summary=summary,
        help=help,
        formula=formula,
        words=("activation", "nonlinearity", *words),
        params=params,
        module=f"nn.{name}",
        check=check,
        headline=tuple(param.name for param in params[:2]),
        examples=tuple(examples),
    )


def _in_order(low: str, high: str) -> Rule:
    def check(given: Given) -> Complaint | None:
        if given[low] < given[high]:
            return None
        return Complaint(
            f"has {low} = {given[low]:g}, which must be below {high} = {given[high]:g}, for "
            f"{given.one().text}",
            expected=f"less than {given[high]:g}", got=f"{given[low]:g}", param=low,
            patches=(Patch(f"Set {low} to {given[high] - 1:g}", {low: given[high] - 1.0}),),
        )  # fmt: skip

    return check


def _rrelu_order(given: Given) -> Complaint | None:
    if given["lower"] <= given["upper"]:
        return None
    return Complaint(
        f"has lower = {given['lower']:g}, which must not be above upper = {given['upper']:g}, "
        f"for {given.one().text}",
        expected=f"at most {given['upper']:g}", got=f"{given['lower']:g}", param="lower",
        patches=(Patch(f"Set lower to {given['upper']:g}", {"lower": given["upper"]}),),
    )  # fmt: skip


def _slopes(given: Given) -> Complaint | None:
    count, tensor = given["num_parameters"], given.one()
    channels = tensor.size(1) if tensor.rank > 1 else None
    if count == 1 or count == channels:
        return None
    got = tensor.dims[1] if tensor.rank > 1 else "nothing"
    return Complaint(
        f"learns {count} slopes, so it expects {count} channels, but receives {got} in {tensor.text}",
        expected=f"1 or {got}", got=str(count), port="input", param="num_parameters",
        patches=(
            Patch("Set num_parameters to 1", {"num_parameters": 1}),
            *((Patch(f"Set num_parameters to {channels}", {"num_parameters": channels}),) if channels else ()),
        ),
    )  # fmt: skip


LAYERS = (
    _layer(
        "ReLU", "y = max(0, x)", "Negative values become zero.",
        "Keeps positive values and sets negative ones to zero. Cheap, and its gradient does not shrink for "
        "positive values, so deep networks learn well with it. The usual choice behind convolutions and "
        "linear layers.",
        ("rectifier", "rectified linear unit", "relu"),
    ),
    _layer(
        "ReLU6", "y = min(max(0, x), 6)", "ReLU that never exceeds 6.",
        "A ReLU that is cut off at 6, which keeps values in a small range for low-precision arithmetic. "
        "MobileNets use it.",
        ("mobilenet", "clipped"),
    ),
    _layer(
        "LeakyReLU", "y = x for x > 0, negative_slope · x otherwise",
        "ReLU that lets a little of the negative through.",
        "Negative values are multiplied by a small slope instead of being set to zero, so no unit can go "
        "dead. Discriminators of GANs and YOLO networks use it.",
        ("leaky", "lrelu"),
        (_number("negative_slope", 0.01, "Slope for negative values."),), example={"negative_slope": 0.2},
    ),
    _layer(
        "PReLU", "y = x for x > 0, a · x otherwise; a is learned", "Leaky ReLU whose slope is learned.",
        "Like LeakyReLU, but the slope for negative values is a parameter of the network: one for all "
        "channels, or one for each.",
        ("parametric relu",),
        (Param("num_parameters", "int", 1, "1, or the number of channels.", minimum=1, maximum=1_000_000),
         _number("init", 0.25, "Slope to start with.")),
        _slopes, {"num_parameters": 6, "init": 0.1},
    ),
    _layer(
        "RReLU", "y = x for x > 0, a · x otherwise; a random in training, (lower + upper)/2 in evaluation",
        "Leaky ReLU with a random slope while training.",
        "The slope for negative values is drawn anew for every value while training, which works against "
        "overfitting. In evaluation the mean slope is used.",
        ("randomized leaky relu",),
        (_number("lower", 0.125, "Smallest slope."), _number("upper", 1 / 3, "Largest slope.")),
        _rrelu_order, {"lower": 0.1, "upper": 0.2},
    ),
    _layer(
        "ELU", "y = x for x > 0, alpha · (eˣ − 1) otherwise", "Smooth for negative values, down to −alpha.",
        "Like ReLU for positive values; negative ones bend smoothly towards −alpha. The mean of the outputs "
        "is closer to zero than with ReLU, which can speed up learning.",
        ("exponential linear unit",), (_number("alpha", 1.0, "Where negative values level off."),),
        example={"alpha": 0.5},
    ),
    _layer(
        "SELU", "y = 1.0507 · (max(0, x) + min(0, 1.6733 · (eˣ − 1)))",
        "ELU scaled so that layers normalise themselves.",
        "With suitable initial weights, mean and variance stay near 0 and 1 from layer to layer without "
        "batch norm. Use AlphaDropout with it instead of Dropout.",
        ("scaled elu", "self-normalising"),
    ),
    _layer(
        "CELU", "y = max(0, x) + min(0, alpha · (exp(x/alpha) − 1))", "An ELU whose derivative has no jump.",
        "Continuously differentiable for every alpha, where ELU has a corner unless alpha is 1.",
        ("continuously differentiable elu",), (Param("alpha", "float", 1.0, "Where negative values level off.",
                                                     minimum=1e-6, maximum=1e6),),
        example={"alpha": 2.0},
    ),
    _layer(
        "GELU", "y = x · Φ(x), Φ the normal distribution function", "A smooth ReLU, as Transformers use it.",
        "Weights each value by the chance that a normal random number is smaller. It looks like a ReLU with "
        "a soft corner and a small dip below zero. BERT, GPT and ViT use it.",
        ("gaussian error linear unit", "bert", "gpt"),
        (Param("approximate", "choice", "none", "tanh computes a slightly different, faster formula.",
               choices=("none", "tanh")),),
        example={"approximate": "tanh"},
    ),
    _layer(
        "SiLU", "y = x · σ(x)", "Each value times its own sigmoid; also called swish.",
        "A smooth activation that dips below zero for small negative values. EfficientNet, YOLO and "
        "diffusion networks use it.",
        ("swish", "sigmoid linear unit"),
    ),
    _layer(
        "Mish", "y = x · tanh(ln(1 + eˣ))", "A smooth activation much like swish.",
        "Smooth everywhere, unbounded above and slightly negative below zero. YOLOv4 made it known.",
        ("yolo",),
    ),
    _layer(
        "Hardswish", "y = x · min(max(x + 3, 0), 6) / 6", "Swish made of straight pieces, cheap on phones.",
        "Comes close to SiLU without computing an exponential. MobileNetV3 uses it.",
        ("hard swish", "mobilenet"),
    ),
    _layer(
        "Hardsigmoid", "y = min(max(x/6 + 1/2, 0), 1)", "Sigmoid made of straight pieces.",
        "Goes from 0 to 1 in a straight line between −3 and 3. A cheap gate for small devices.",
        ("hard sigmoid", "gate"),
    ),
    _layer(
        "Hardtanh", "y = min(max(x, min_val), max_val)", "Cut values off at a smallest and a largest one.",
        "A straight line between two limits and constant outside of them.",
        ("hard tanh", "clip", "clamp"),
        (_number("min_val", -1.0, "Smallest output."), _number("max_val", 1.0, "Largest output.")),
        _in_order("min_val", "max_val"), {"min_val": -2.0, "max_val": 0.5},
    ),
    _layer(
        "Sigmoid", "y = 1 / (1 + e⁻ˣ)", "Squeeze every value into 0 to 1.",
        "Turns any number into one between 0 and 1, which can be read as a probability. Use it as the last "
        "layer of a yes/no network with binary cross-entropy, or as a gate. Inside deep networks its "
        "gradient vanishes.",
        ("logistic", "probability", "gate"),
    ),
    _layer(
        "Tanh", "y = (eˣ − e⁻ˣ) / (eˣ + e⁻ˣ)", "Squeeze every value into −1 to 1.",
        "Like the sigmoid, but centred on zero. Recurrent cells use it, and generators of images in −1…1 end "
        "with it.",
        ("hyperbolic tangent",),
    ),
    _layer(
        "LogSigmoid", "y = ln(1 / (1 + e⁻ˣ))", "Logarithm of the sigmoid, computed safely.",
        "Gives log-probabilities of a yes/no decision without rounding very negative inputs to minus "
        "infinity.",
        ("log probability",),
    ),
    _layer(
        "Softplus", "y = ln(1 + exp(beta · x)) / beta", "A smooth ReLU that is always positive.",
        "Never reaches zero, so it suits outputs that must be positive, such as a standard deviation. Above "
        "the threshold it continues as a straight line for the sake of numerics.",
        ("smooth relu", "positive"),
        (Param("beta", "float", 1.0, "How sharp the bend is.", minimum=1e-6, maximum=1e6),
         _number("threshold", 20.0, "From beta · x above this on it is a straight line.")),
        example={"beta": 2.0, "threshold": 5.0},
    ),
    _layer(
        "Softsign", "y = x / (1 + |x|)", "Squeeze into −1 to 1, more gently than tanh.",
        "Approaches its limits polynomially instead of exponentially, so it saturates later than tanh.",
    ),
    _layer(
        "Softshrink", "y = x − lambd for x > lambd, x + lambd for x < −lambd, 0 between",
        "Pull values towards zero by a fixed amount.",
        "Small values become zero and large ones lose lambd. It is the step that makes sparse codes sparse.",
        ("soft thresholding", "sparse"), (Param("lambd", "float", 0.5, "Amount.", minimum=0, maximum=1e6),),
        example={"lambd": 0.1},
    ),
    _layer(
        "Hardshrink", "y = x for |x| > lambd, 0 otherwise", "Set small values to zero.",
        "Keeps values beyond lambd unchanged and removes the rest.",
        ("hard thresholding", "sparse"), (_number("lambd", 0.5, "Limit."),), example={"lambd": 0.1},
    ),
    _layer(
        "Tanhshrink", "y = x − tanh(x)", "What tanh leaves over.",
        "Close to zero for small values and close to x ∓ 1 for large ones.",
    ),
    _layer(
        "Threshold", "y = x for x > threshold, value otherwise", "Replace everything up to a limit.",
        "Values above the threshold stay, all others become one fixed value. With 0 and 0 it is ReLU.",
        ("limit", "step"),
        (Param("threshold", "float", 0.0, "Limit.", minimum=-1e6, maximum=1e6, required=True),
         Param("value", "float", 0.0, "What replaces the rest.", minimum=-1e6, maximum=1e6, required=True)),
        example={"threshold": 0.1, "value": -1.0},
    ),
)  # fmt: skip
