"""Recurrent networks: sequences to a label, to a number, and to their own next character."""

from __future__ import annotations

from functools import partial

from graph.build import GraphBuilder, Source, project
from graph.model import DataChoice, Project, Training
from presets import Preset

GROUP = "Sequences"
DRIFT = (
    "Thirty steps of four numbers. The first number drifts up or down under noise, so no single step decides: the "
    "network has to keep what it has read. With the rule “order” among the options of the data it has to remember "
    "which of two pulses came first, which is much harder."
)


def last_step(kind: str, title: str) -> Project:
    """A recurrent layer over (30, 4) sequences; its last output decides between two classes."""
    g = GraphBuilder(f"{kind}Classifier")
    x = g.add(kind, g.input("x", shape=(30, 4)), name=kind.lower(), hidden_size=64)
    x = g.add("Select", x, name="last", dim=1, index=-1)
    x = g.add("Linear", x, name="fc", out_features=1)
    g.output(g.add("Sigmoid", x, name="sigmoid"), name="probability")
    return project(
        title,
        g,
        data=DataChoice("sequences"),
        training=Training(loss="bce", optimizer="Adam", learning_rate=1e-3, epochs=15, batch_size=32),
        notes=DRIFT,
    )


def bilstm() -> Project:
    """Both directions: the forward half of the last step joined with the backward half of the first step."""
    g = GraphBuilder("BiLSTMClassifier")
    x = g.add("LSTM", g.input("x", shape=(30, 4)), name="lstm", hidden_size=64, bidirectional=True)
    last = g.add("Select", x, name="last_step", dim=1, index=-1)
    first = g.add("Select", x, name="first_step", dim=1, index=0)
    ahead = g.add("Slice", last, name="ahead", dim=1, start=0, end=64)
    back = g.add("Slice", first, name="back", dim=1, start=64)
    x = g.add("Linear", g.add("Concat", ahead, back, name="both"), name="fc", out_features=1)
    g.output(g.add("Sigmoid", x, name="sigmoid"), name="probability")
    return project(
        "BiLSTM",
        g,
        data=DataChoice("sequences"),
        training=Training(loss="bce", optimizer="Adam", learning_rate=1e-3, epochs=15, batch_size=32),
        notes=(
            "The forward half has read everything at the last step, the backward half at the first: these two are "
            f"joined. {DRIFT}"
        ),
    )


def char_rnn() -> Project:
    """One-hot characters in, scores for the next character out, with as many hidden units as characters."""
    g = GraphBuilder("CharRNN")
    x = g.add("RNN", g.input("x", shape=(16, 13)), name="rnn", hidden_size=13)
    g.output(g.add("Linear", x, name="fc", out_features=13), name="scores")
    return project(
        "Char-RNN, short",
        g,
        data=DataChoice("char-wow"),
        training=Training(
            loss="cross_entropy", optimizer="Adam", learning_rate=0.05, epochs=100, batch_size=1
        ),
        notes=(
            "The sentence without its last character goes in, the sentence without its first should come out: at every "
            "character the next one. “Watch it learn” begins with the w alone and gives the network what it has "
            "written itself."
        ),
    )


def char_rnn_long() -> Project:
    """Two recurrent layers over windows of ten characters of one long sentence."""
    g = GraphBuilder("CharRNNLong")
    x = g.add("RNN", g.input("x", shape=(10, 25)), name="rnn", hidden_size=25, num_layers=2)
    g.output(g.add("Linear", x, name="fc", out_features=25), name="scores")
    return project(
        "Char-RNN, long",
        g,
        data=DataChoice("char-ship"),
        training=Training(
            loss="cross_entropy", optimizer="Adam", learning_rate=0.02, epochs=200, batch_size=170
        ),
        notes=(
            "Nine of ten next characters is all that can be right: at the beginning of a window nobody knows whether "
            "“t” is that of “to”, “them” or “tasks”. From ten characters on nothing is left to guess, and the network "
            "writes the whole sentence."
        ),
    )


def time_series() -> Project:
    """Ten days of five measurements to the next day's temperature."""
    g = GraphBuilder("WeatherRNN")
    x = g.add("RNN", g.input("x", shape=(10, 5)), name="rnn", hidden_size=16)
    x = g.add("Select", x, name="last", dim=1, index=-1)
    g.output(g.add("Linear", x, name="fc", out_features=1), name="tomorrow")
    return project(
        "Time series",
        g,
        data=DataChoice("time-series"),
        training=Training(
            loss="mse",
            optimizer="Adam",
            learning_rate=0.01,
            epochs=40,
            batch_size=64,
            initialisation="xavier_uniform",
            options={"init_layers": "linear"},
        ),
        notes=(
            "The last days are held out; “Watch it learn” shows where they begin. Results compare the forecast with "
            "the naive one, that tomorrow is as today: a network is worth only what it is better than that."
        ),
    )


def _sentiment(title: str, g: GraphBuilder, state: Source, epochs: int, warmup: int = 0) -> Project:
    """From the last state of one layer, (1, B, 4), to one score for each sentence."""
    last = g.add("Select", state, name="last_state", dim=0, index=-1)
    g.output(g.add("Linear", last, name="fc", out_features=1), name="score")
    return project(
        title,
        g,
        data=DataChoice("sentences"),
        training=Training(
            loss="bce_with_logits",
            optimizer="Adam",
            learning_rate=0.5,
            epochs=epochs,
            batch_size=18,
            options={"warmup_epochs": warmup} if warmup else {},
        ),
    )


def sentiment() -> Project:
    """Words become vectors, an LSTM reads them all, filling included."""
    g = GraphBuilder("SentimentLSTM", "Words to vectors, an LSTM, and a score from its last state.")
    x = g.add("Embedding", g.input("tokens", shape=(6,), dtype="int64"), name="words", num_embeddings=30,
              embedding_dim=8)  # fmt: skip
    _, h_n, _ = g.add("LSTM", x, name="lstm", hidden_size=4)
    # At full size from the first step, a rate of 0.5 drives the gates into their ends, where nothing learns.
    made = _sentiment("Sentiment LSTM", g, h_n, epochs=200, warmup=100)
    made.notes = (
        "18 sentences that all train and test: the network learns them by heart, and knows no other words. For "
        "sentences that it has never seen take “Verdicts with negations”. The learning rate of 0.5 is high and is "
        "reached slowly (warm-up)."
    )
    return made


def variable_length() -> Project:
    """The same with lengths: the LSTM stops at the end of each sentence and never reads the filling."""
    g = GraphBuilder("PackedLSTM", "The LSTM is told where each sentence ends.")
    tokens = g.input("tokens", shape=(-1,), dtype="int64")
    lengths = g.add("Lengths", tokens, name="lengths", note="How many words are not filling.")
    x = g.add("Embedding", tokens, name="words", num_embeddings=30, embedding_dim=8, padding_idx=0)
    _, h_n, _ = g.add("LSTM", x, lengths=lengths, name="lstm", hidden_size=4)
    made = _sentiment("Sequences of different lengths", g, h_n, epochs=60)
    made.notes = (
        "Sentences of two to six words stand in one batch, filled up with 0. The wire from “lengths” lets the "
        "LSTM end each sentence where its words end: the filling changes nothing, however long it is."
    )
    return made


def negations() -> Project:
    """Two directions over whole sentences: in "not a bad film", no single word decides."""
    g = GraphBuilder(
        "NegationLSTM", "Words to vectors, an LSTM from both ends, and a score from its last states."
    )
    tokens = g.input("tokens", shape=(-1,), dtype="int64")
    lengths = g.add("Lengths", tokens, name="lengths", note="How many words are not filling.")
    x = g.add("Embedding", tokens, name="words", num_embeddings=63, embedding_dim=16, padding_idx=0)
    _, h_n, _ = g.add("LSTM", x, lengths=lengths, name="lstm", hidden_size=16, bidirectional=True)
    ahead = g.add("Select", h_n, name="ahead", dim=0, index=0)
    back = g.add("Select", h_n, name="back", dim=0, index=1)
    x = g.add("Concat", ahead, back, name="both")
    g.output(g.add("Linear", x, name="fc", out_features=1), name="score")
    return project(
        "Verdicts with negations",
        g,
        data=DataChoice("verdicts"),
        training=Training(
            loss="bce_with_logits", optimizer="Adam", learning_rate=0.01, epochs=15, batch_size=32
        ),
        notes=(
            "“The story was not boring” is good, “a lovely book” too, “not a lovely book” is not. Sentences held out "
            "were never seen: who only counts nice words is right in 60 of 100."
        ),
    )


def word_kinds() -> Project:
    """A class for every word: two directions, for the neighbours on both sides tell what a word is."""
    g = GraphBuilder("WordKinds", "Words to vectors, an LSTM from both ends, and scores for every word.")
    tokens = g.input("tokens", shape=(-1,), dtype="int64")
    lengths = g.add("Lengths", tokens, name="lengths", note="How many words are not filling.")
    x = g.add("Embedding", tokens, name="words", num_embeddings=50, embedding_dim=16, padding_idx=0)
    x = g.add("LSTM", x, lengths=lengths, name="lstm", hidden_size=16, bidirectional=True)
    g.output(g.add("Linear", x, name="fc", out_features=7), name="scores")
    return project(
        "Kinds of words",
        g,
        data=DataChoice("word-kinds"),
        training=Training(
            recipe="sequence_labelling",
            loss="cross_entropy",
            optimizer="Adam",
            learning_rate=0.01,
            epochs=10,
            batch_size=32,
        ),
        notes="“We play” and “the play”: what a word is, its neighbours tell. Places that only fill up do not count.",
    )


PRESETS = (
    Preset(
        "lstm",
        "LSTM, last step",
        "An LSTM reads thirty steps; its last output decides.",
        GROUP,
        ("sequence", "LSTM", "classification"),
        partial(last_step, "LSTM", "LSTM, last step"),
        70,
    ),
    Preset(
        "bilstm",
        "BiLSTM",
        "Read the sequence from both ends and join what was learnt.",
        GROUP,
        ("sequence", "LSTM", "bidirectional"),
        bilstm,
        71,
    ),
    Preset(
        "gru",
        "GRU",
        "The same task with the gated recurrent unit: fewer weights than an LSTM.",
        GROUP,
        ("sequence", "GRU", "classification"),
        partial(last_step, "GRU", "GRU"),
        72,
    ),
    Preset(
        "char-rnn",
        "Char-RNN, short",
        "Learn to write “wow it's amazing!” one character at a time.",
        GROUP,
        ("text", "RNN", "next character"),
        char_rnn,
        73,
    ),
    Preset(
        "char-rnn-long",
        "Char-RNN, long",
        "Two recurrent layers learn a sentence of 180 characters by heart.",
        GROUP,
        ("text", "RNN", "next character"),
        char_rnn_long,
        74,
    ),
    Preset(
        "time-series",
        "Time series",
        "Predict tomorrow's temperature from ten days of weather.",
        GROUP,
        ("sequence", "RNN", "regression"),
        time_series,
        75,
    ),
    Preset(
        "sentiment-lstm",
        "Sentiment LSTM",
        "Good or bad? Words become vectors, an LSTM reads them one by one and its last state decides.",
        GROUP,
        ("text", "words", "LSTM", "embedding", "sentiment", "classification", "binary"),
        sentiment,
        76,
    ),
    Preset(
        "variable-length",
        "Sequences of different lengths",
        "Padding and packing: short sentences are filled up, and the filling changes nothing.",
        GROUP,
        ("text", "words", "LSTM", "padding", "packing", "lengths", "variable length", "sentiment"),
        variable_length,
        76,
    ),
    Preset(
        "negations",
        "Verdicts with negations",
        "Not a bad film: a small word turns the meaning round, and an LSTM from both ends finds it.",
        GROUP,
        ("text", "words", "LSTM", "bidirectional", "negation", "sentiment", "binary"),
        negations,
        76,
    ),
    Preset(
        "word-kinds",
        "Kinds of words",
        "Noun or verb? A class for every word of a sentence, told by its neighbours on both sides.",
        GROUP,
        ("text", "words", "LSTM", "bidirectional", "sequence labelling", "tagging", "part of speech"),
        word_kinds,
        76,
    ),
)
