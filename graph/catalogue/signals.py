"""Sounds, coordinates and codes: spectra, Fourier features, radial basis functions, vector quantisation."""

from __future__ import annotations

from graph.catalogue.rules import (
    Outputs,
    axis_size,
    channels_match,
    first,
    rank_at_least,
    rank_is,
)
from graph.catalogue.spec import Complaint, Example, Given, LayerType, Param, Patch, Port

_FEATURES = rank_at_least(2, "a batch of features (B, …, features)")


def _features(name: str = "in_features") -> Param:
    return Param(
        name, "int", None, "Size of the input's last axis.", minimum=1, required=True, inferred=axis_size(-1)
    )


def _long_enough(given: Given) -> Complaint | None:
    """torch reflects half a window at both ends."""
    tensor, least = given.one(), given["n_fft"] // 2 + 1
    if all(shape[1] >= least for shape in tensor.shapes):
        return None
    size = tensor.size(1) or 0
    return Complaint(
        f"needs a signal of at least {least} samples for pieces of {given['n_fft']} but receives {tensor.text}",
        expected=f"at least {least}", got=tensor.dims[1], port="input", param="n_fft",
        patches=(Patch(f"Set n_fft to {size}", {"n_fft": size}),) if size > 1 else (),
    )  # fmt: skip


def _spectrum_worked(given: Given, outputs: Outputs) -> str:
    samples, (frequencies, frames) = given.one().dims[1], outputs["output"].dims[1:]
    return (
        f"frequencies: ⌊{given['n_fft']}/2⌋ + 1 → {frequencies}\n"
        f"frames: ⌊{samples}/{given['hop_length']}⌋ + 1 → {frames}"
    )


def _mixable(given: Given) -> Complaint | None:
    return rank_is(3, what="a batch of sequences (B, T, features)")(given)


LAYERS = (
    LayerType(
        name="Spectrogram", category="Shape", summary="Sound as a picture: how strong each frequency is over time.",
        help=(
            "Cuts a signal into short overlapping pieces and measures the frequencies of each (a Fourier transform "
            "with a Hann window). Speech and music networks look at it as at an image; an Unsqueeze behind it gives "
            "the channel. It learns nothing."
        ),
        formula="y[f, t] = |Σₙ x[t·hop + n] · window[n] · exp(−2πi·f·n/n_fft)|^power",
        words=("audio", "sound", "stft", "fourier transform", "fft", "speech", "music", "frequency", "waveform"),
        params=(
            Param("n_fft", "int", 400, "Length of a piece, in samples.", minimum=2, maximum=1_000_000),
            Param("hop_length", "int", 200, "Step from piece to piece, in samples.", minimum=1, maximum=1_000_000),
            Param("power", "float", 2.0, "1 gives amplitudes, 2 energies.", minimum=0.1, maximum=10),
        ),
        support=("spectrogram",), module="Spectrogram",
        check=first(rank_is(2, what="a batch of signals (B, samples)"), _long_enough), worked=_spectrum_worked,
        headline=("n_fft", "hop_length"),
        examples=(Example({}, {"input": (2, 1000)}),
                  Example({"n_fft": 16, "hop_length": 4, "power": 1.0}, {"input": (2, 50)})),
    ),
    LayerType(
        name="FourierMix", category="Attention", summary="Mix all steps of a sequence by a Fourier transform.",
        help=(
            "Stands where a Transformer has its attention: a Fourier transform over features and steps lets every "
            "step see every other, without a single parameter. FNet trains with it much faster, a little less well."
        ),
        formula="y = Re(FFT over time and features of x)",
        words=("fnet", "fourier", "fft", "token mixing", "attention free"),
        call=lambda c: f"torch.fft.fft2({c.one()}).real", check=_mixable,
        examples=(Example({}, {"input": (2, 5, 8)}),),
    ),
    LayerType(
        name="FourierFeatures", category="Embedding", summary="Coordinates as sines and cosines of many frequencies.",
        help=(
            "A network that gets a bare coordinate paints only smooth pictures. This gives it each coordinate as "
            "waves of doubling frequency, and fine detail becomes learnable. NeRF and networks that store an image "
            "use it."
        ),
        formula="y = [sin(2ᵏ π x), cos(2ᵏ π x)] for k = 0 … count − 1;  features = in · 2 · count",
        words=("positional encoding", "nerf", "coordinates", "implicit", "sinusoidal", "frequency", "siren"),
        params=(Param("count", "int", 6, "How many frequencies.", minimum=1, maximum=32),),
        support=("fourier_features",), call=lambda c: f"fourier_features({c.one()}, {c['count']})", check=_FEATURES,
        worked=lambda given, outputs: (
            f"{given.one().dims[-1]} · 2 · {given['count']} = {outputs['output'].dims[-1]}"
        ),
        headline=("count",),
        examples=(Example({}, {"input": (2, 3)}), Example({"count": 2}, {"input": (2, 5, 2)})),
    ),
    LayerType(
        name="RadialBasis", category="Linear", summary="How near the input is to each of some learned points.",
        help=(
            "Every output is a bell curve around a learned centre: 1 at the centre, falling to 0 with the distance, "
            "as wide as was learned. With a Linear behind it this is an RBF network, which draws round borders where "
            "a perceptron draws straight ones."
        ),
        formula="y[k] = exp(−‖x − centre[k]‖² / width[k]²),  parameters = in_features · out_features + out_features",
        words=("rbf", "radial basis function", "gaussian", "kernel", "centres", "prototype"),
        params=(_features(),
                Param("out_features", "int", 10, "Number of centres.", minimum=1, maximum=1_000_000, required=True)),
        support=("radial_basis",), module="RadialBasis",
        check=first(_FEATURES, channels_match("in_features", -1, "features")),
        worked=lambda given, outputs: (
            f"parameters = {given['in_features']} · {given['out_features']} + {given['out_features']} = "
            f"{(given['in_features'] + 1) * given['out_features']:,}"
        ),
        headline=("out_features",),
        examples=(Example({"out_features": 5}, {"input": (2, 3)}), Example({"out_features": 4}, {"input": (2, 6, 2)})),
    ),
    LayerType(
        name="VectorQuantizer", category="Embedding", summary="Replace each vector by the nearest of a learned book.",
        help=(
            "The middle of a VQ-VAE: every vector becomes the nearest code, so a picture becomes a grid of whole "
            "numbers. The gradient passes straight through to the encoder. Add the loss to the network's own: it "
            "pulls codes and vectors together. Vectors stand on the last axis; a MoveDim brings an image's channels "
            "there."
        ),
        formula="y = nearest code;  loss = ‖sg(x) − y‖² + commitment · ‖x − sg(y)‖²,  parameters = num_codes · dim",
        words=("vq", "vq-vae", "codebook", "quantisation", "quantise", "discrete", "nearest neighbour", "tokens"),
        params=(
            Param("num_codes", "int", 512, "Number of codes.", minimum=1, maximum=10_000_000, required=True),
            Param("dim", "int", None, "Size of the input's last axis.", minimum=1, required=True,
                  inferred=axis_size(-1)),
            Param("commitment", "float", 0.25, "How strongly the encoder is held to its codes.", minimum=0,
                  maximum=1e3),
        ),
        outputs=(Port("output"), Port("indices", "int", help="Number of each vector's code."),
                 Port("loss", help="To be added to the network's loss.")),
        support=("vector_quantizer",), module="VectorQuantizer", unpack="{output}, {indices}, {loss}",
        check=first(_FEATURES, channels_match("dim", -1, "features")),
        worked=lambda given, outputs: (
            f"parameters = {given['num_codes']} · {given['dim']} = {given['num_codes'] * given['dim']:,}"
        ),
        headline=("num_codes",),
        examples=(Example({"num_codes": 7}, {"input": (2, 4, 4, 3)}),
                  Example({"num_codes": 3, "commitment": 1.0}, {"input": (2, 5)})),
    ),
)  # fmt: skip
