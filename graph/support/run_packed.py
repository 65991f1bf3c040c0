"""A recurrent layer over sequences of different lengths."""

from torch import nn


def run_packed(layer, x, lengths, state=None):
    """Runs a recurrent layer so that each sequence ends after its own length.

    What lies behind it changes neither the states nor, read backwards, the steps
    before, and gives zeros. ``lengths`` is (B,), each at least 1.
    """
    first, rnn = layer.batch_first, nn.utils.rnn
    steps = x.size(1 if first else 0)
    x = rnn.pack_padded_sequence(x, lengths.cpu(), first, enforce_sorted=False)
    x, state = layer(x, state)
    x, _ = rnn.pad_packed_sequence(x, first, total_length=steps)
    return x, state
