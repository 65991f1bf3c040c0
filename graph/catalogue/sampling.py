"""What generative networks need besides: drawing random numbers inside the network, and telling it the time."""

from __future__ import annotations

from graph.catalogue.rules import first, rank_is
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Port
from graph.tensors import Tensor


def _same_shape(given: Given) -> Complaint | None:
    mean, spread = given.one("mean"), given.one("log_variance")
    if mean.shapes == spread.shapes:
        return None
    return Complaint(
        f"expects a log-variance for every mean, {mean.text}, but receives {spread.text}",
        expected=mean.text, got=spread.text, port="log_variance",
    )  # fmt: skip


def _one_per_channel(given: Given) -> Complaint | None:
    pictures, shift = given.one(), given.one("shift")
    if shift.shapes == tuple(shape[:2] for shape in pictures.shapes):
        return None
    wanted = Tensor(tuple(shape[:2] for shape in pictures.shapes)).text
    return Complaint(
        f"expects one number for each channel at shift, {wanted}, but receives {shift.text}",
        expected=f"a batch of {wanted}", got=shift.text, port="shift",
    )  # fmt: skip


LAYERS = (
    LayerType(
        name="SampleNormal",
        category="Dropout",
        summary="Draw from the normal distributions that a network describes.",
        help=(
            "The middle of a variational autoencoder: the encoder gives a mean and the logarithm of a variance for "
            "every number of the code, and this draws the code. The noise is drawn apart from both (the "
            "reparameterisation trick), so the gradient reaches them. In evaluation it gives the mean."
        ),
        formula="z = mean + exp(log_variance / 2) · ε,  ε from N(0, 1)",
        words=("vae", "reparameterisation", "reparameterization", "gaussian", "sampling", "latent", "noise"),
        inputs=(
            Port("mean", help="The centres of the distributions."),
            Port("log_variance", help="The logarithm of the variances, of the same shape."),
        ),
        support=("sample_normal",),
        module="SampleNormal",
        check=_same_shape,
        examples=(
            Example({}, {"mean": (2, 5), "log_variance": (2, 5)}),
            Example({}, {"mean": (2, 3, 4, 4), "log_variance": (2, 3, 4, 4)}),
        ),
    ),
    LayerType(
        name="SampleBernoulli",
        category="Dropout",
        summary="Throw a coin for every probability: 0 or 1.",
        help=(
            "Turns probabilities into states, as the units of a Boltzmann machine do: a 1 comes as often as its "
            "probability says. No gradient passes through it. In evaluation it gives the probabilities."
        ),
        formula="y = 1 with probability x, else 0",
        words=("bernoulli", "coin", "rbm", "boltzmann", "binary", "stochastic", "gibbs", "sampling"),
        inputs=(Port("input", help="Probabilities from 0 to 1."),),
        support=("sample_bernoulli",),
        module="SampleBernoulli",
        examples=(
            Example({}, {"input": (2, 5)}),
            Example({}, {"input": (2, 3, 4)}),
        ),
    ),
    LayerType(
        name="TimeWaves",
        category="Embedding",
        summary="A number for each sample as a vector of sines and cosines.",
        help=(
            "Tells a diffusion network how much noise there is: the step t becomes waves of different speed, so "
            "that near steps look alike and far ones do not. Two Linear layers usually follow."
        ),
        formula="y = [sin(t ωᵢ), cos(t ωᵢ)],  ωᵢ = 10000^(−2i / dim)",
        words=("timestep embedding", "time embedding", "diffusion", "ddpm", "sinusoidal", "noise level"),
        params=(
            Param("dim", "int", 64, "Length of the vector; half sines, half cosines.", minimum=1, maximum=65_536),
        ),
        inputs=(Port("input", "number", help="The step of each sample, (B,): (B, dim) comes out."),),
        support=("time_waves",),
        call=lambda c: f"time_waves({c.one()}, {c['dim']})",
        headline=("dim",),
        examples=(
            Example({"dim": 8}, {"input": (2,)}, {"input": "int64"}),
            Example({"dim": 5}, {"input": (2, 3)}),
        ),
    ),
    LayerType(
        name="ShiftChannels",
        category="Combine",
        summary="Add one number to each channel of a picture.",
        help=(
            "Every channel of every picture is raised by a number of its own, the same for all pixels. That is how "
            "a network for pictures is told something that is no picture: the time of a diffusion step, the class "
            "to draw. A Linear makes the numbers."
        ),
        formula="y[b, c, h, w] = x[b, c, h, w] + shift[b, c]",
        words=("conditioning", "film", "time embedding", "per-channel", "broadcast", "modulate", "diffusion"),
        inputs=(
            Port("input", help="Pictures, (B, C, H, W)."),
            Port("shift", help="One number for each channel, (B, C)."),
        ),
        call=lambda c: f"{c.one()} + {c.one('shift')}[:, :, None, None]",
        check=first(rank_is(4, what="a batch of pictures (B, C, H, W)"), _one_per_channel),
        examples=(
            Example({}, {"input": (2, 3, 4, 5), "shift": (2, 3)}),
            Example({}, {"input": (2, 1, 6, 6), "shift": (2, 1)}),
        ),
    ),
)  # fmt: skip
