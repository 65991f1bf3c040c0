"""Sequence to sequence: an encoder reads one sequence, a decoder writes another, with and without attention."""

from __future__ import annotations

from graph.build import GraphBuilder, Source, Symbol, project
from graph.model import DataChoice, Project, Training
from presets import Preset
from presets._places import placed

GROUP = "Sequences"
SOURCE_TOKENS, TARGET_TOKENS = 32, 13
"""Number words (zero to nineteen, the tens, hundred, thousand, filling and end) and digits (ten of them, filling,
start and end)."""
DATE_TOKENS, DATE_SIGNS = 49, 14
"""Words of dates (months, ordinals, digits), and digits with a hyphen."""
WIDTH = 64
TRANSLATION = (
    "Translates number words into digits. “source” holds the words and “target” what is written so far, beginning "
    "with a start token; 0 fills up short sequences. The recipe “sequence_to_sequence” gives the decoder the right "
    "beginning (teacher forcing), counts cross-entropy for every token that is not filling, and writes new sequences "
    "token by token until the end token. The pairs held out were never seen: “exactly right” says how many of them "
    "are written without a mistake."
)


def translation(title: str, network: GraphBuilder, epochs: int = 20, rate: float = 3e-3) -> Project:
    """A project that translates ``source`` into ``target``."""
    return project(
        title,
        network,
        data=DataChoice("number-words"),
        training=Training(
            recipe="sequence_to_sequence",
            loss="cross_entropy",
            optimizer="Adam",
            learning_rate=rate,
            schedule="cosine",
            epochs=epochs,
            batch_size=64,
        ),
        notes=TRANSLATION,
    )


def _embedded(g: GraphBuilder, x: Source, tokens: int | Symbol, width: Symbol) -> Source:
    return g.add("Embedding", x, name="embedding", num_embeddings=tokens, embedding_dim=width, padding_idx=0)


def _encoder() -> GraphBuilder:
    g = GraphBuilder("Encoder", "Reads the source; its last state is all it has understood.")
    tokens = g.parameter("tokens", SOURCE_TOKENS, "Different tokens of the source.")
    width = g.parameter("width", WIDTH, "Length of the vectors and of the state.")
    source = g.input("source", dtype="int64")
    lengths = g.add("Lengths", source, name="lengths")
    x = _embedded(g, source, tokens, width)
    states, last = g.add("GRU", x, lengths=lengths, name="gru", hidden_size=width)
    g.output(last, name="last")
    g.output(states, name="states")
    return g


def _decoder() -> GraphBuilder:
    g = GraphBuilder("Decoder", "Goes on from the encoder's state; reads what is written so far.")
    tokens = g.parameter("tokens", TARGET_TOKENS, "Different tokens of the target.")
    width = g.parameter("width", WIDTH, "Length of the vectors and of the state.")
    x = _embedded(g, g.input("target", dtype="int64"), tokens, width)
    states, _ = g.add("GRU", x, h_0=g.input("state"), name="gru", hidden_size=width)
    g.output(states, name="states")
    return g


def _attention() -> GraphBuilder:
    """Luong et al., arXiv 1508.04025, section 3.1, with the dot product as score."""
    g = GraphBuilder("DotAttention", "Each state of the decoder asks all states of the encoder.")
    query, keys = g.input("query"), g.input("keys")
    hidden = g.add("Unsqueeze", g.input("padding", dtype="bool"), name="for_every_query", dim=1)
    scores = g.add("MatMul", query, keys, name="scores", transpose_other=True)
    scores = g.add("MaskedFill", scores, hidden, name="hide_filling", value=-1e9)
    weights = g.add("Softmax", scores, name="weights", dim=-1)
    g.output(g.add("MatMul", weights, keys, name="mixture"), name="context")
    g.output(weights, name="attention")
    return g


def _combination() -> GraphBuilder:
    """Luong et al., arXiv 1508.04025, equation 5."""
    g = GraphBuilder("Combination", "What was found and the decoder's own state become one vector.")
    width = g.parameter("width", WIDTH, "Length of the vector.")
    x: Source = g.add("Concat", [g.input("context"), g.input("state")], name="join", dim=-1)
    g.output(g.add("Tanh", g.add("Linear", x, name="fc", out_features=width), name="tanh"), name="y")
    return g


def _ends(g: GraphBuilder) -> tuple[Source, Source]:
    return g.input("source", shape=(-1,), dtype="int64"), g.input("target", shape=(-1,), dtype="int64")


def seq2seq() -> Project:
    """Cho et al., arXiv 1406.1078; Sutskever et al., arXiv 1409.3215: one state has to hold it all."""
    g = GraphBuilder("Seq2Seq", "The encoder reads, its last state is handed to the decoder, which writes.")
    source, target = _ends(g)
    read = g.use(_encoder(), source, name="encoder", tokens=SOURCE_TOKENS, width=WIDTH)
    x = g.use(_decoder(), target, read["last"], name="decoder", tokens=TARGET_TOKENS, width=WIDTH)
    g.output(g.add("Linear", x, name="head", out_features=TARGET_TOKENS), name="scores")
    places = {
        "target": (1, 0),
        "source": (0, 1),
        "encoder": (1, 1),
        "decoder": (2, 0),
        "head": (3, 0),
        "scores": (4, 0),
    }
    return placed(translation("Sequence to sequence", g, epochs=30), places)


def _attentive(title: str, name: str, words: int, written: int) -> Project:
    """Encoder, decoder and attention between them for so many tokens on both sides."""
    g = GraphBuilder(name, "Each state of the decoder looks back at all states of the encoder.")
    source, target = _ends(g)
    padding = g.add("PaddingMask", source, name="padding")
    read = g.use(_encoder(), source, name="encoder", tokens=words, width=WIDTH)
    states = g.use(_decoder(), target, read["last"], name="decoder", tokens=written, width=WIDTH)
    looked = g.use(_attention(), states, read["states"], padding, name="attention")
    x = g.use(_combination(), looked["context"], states, name="combine", width=WIDTH)
    g.output(g.add("Linear", x, name="head", out_features=written), name="scores")
    g.output(looked["attention"], name="weights")
    places = {
        "target": (1, 0), "decoder": (2, 0), "combine": (4, 0), "head": (5, 0), "scores": (6, 0), "source": (0, 1.2),
        "encoder": (1, 1.2), "attention": (3, 1.2), "weights": (4, 1.7), "padding": (1, 2.4),
    }  # fmt: skip
    return placed(translation(title, g), places)


def seq2seq_with_attention() -> Project:
    return _attentive("Sequence to sequence with attention", "AttentionSeq2Seq", SOURCE_TOKENS, TARGET_TOKENS)


def dates() -> Project:
    """The same for dates, whose parts change places, which one sees in the attention."""
    made = _attentive("Dates in words", "DateTranslator", DATE_TOKENS, DATE_SIGNS)
    made.data = DataChoice("dates")
    made.notes = (
        "“third of may 1998” becomes 1998-05-03: the year comes first, the day last. The attention under “Watch it "
        "learn” shows how the network jumps back and forth; it often looks one word further on, at a state that has "
        "read the word already. No day of the pairs held out was seen in training."
    )
    return made


TAGS = ("text", "translation", "GRU", "encoder", "decoder", "seq2seq", "embedding", "teacher forcing")
PRESETS = (
    Preset(
        "seq2seq",
        "Sequence to sequence",
        "One GRU reads, its last state starts another that writes: translation through a single vector.",
        GROUP,
        TAGS,
        seq2seq,
        77,
    ),
    Preset(
        "seq2seq-attention",
        "Sequence to sequence with attention",
        "Every step that writes looks back at all steps that read: attention, before the Transformer.",
        GROUP,
        (*TAGS, "attention", "dot product", "Luong"),
        seq2seq_with_attention,
        77,
    ),
    Preset(
        "seq2seq-dates",
        "Dates in words",
        "“Third of may 1998” becomes 1998-05-03: attention jumps back and forth, and one can watch it.",
        GROUP,
        (*TAGS, "attention", "dot product", "dates"),
        dates,
        77,
    ),
)
