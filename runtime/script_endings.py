"""What an exported script does with the trained networks when it has printed its scores: draw, write, translate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from graph.model import Project
from runtime.choice import setting
from runtime.data.schema import END, Schema
from runtime.data.tokens import of_characters

SAMPLES = 64
SOME = 8
"""Pictures in a row."""
LETTERS = 200


@dataclass(frozen=True, slots=True)
class Ending:
    """``lines`` of the main function, what the files they read hold, by name, and the files of
    :mod:`runtime.training` whose functions they call."""

    lines: tuple[str, ...] = ()
    files: dict[str, Any] = field(default_factory=dict)
    support: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """What an ending is written for; ``split`` is the one whose samples it takes."""

    project: Project
    schema: Schema
    stem: str
    split: str

    @property
    def pictures(self) -> bool:
        """Whether the samples are pictures one can show: grey or in colour."""
        shape = self.schema.input_shape
        return self.schema.kind == "image" and len(shape) == 3 and shape[0] in (1, 3)


def ending_of(recipe: str, given: Given) -> Ending:
    """The end of a recipe's script; nothing where its scores say all."""
    return ENDINGS[recipe](given) if recipe in ENDINGS else Ending()


def _seen(given: Given, lines: Sequence[str], told: str, like: str = "input", row: str = "8") -> Ending:
    """Lines that make samples; pictures go into a file that any viewer opens, others into one of torch."""
    if not given.pictures:
        save = 'torch.save(samples.detach().cpu(), "samples.pt")'
        return Ending((*lines, f"    {save}", f'    print("{told}: samples.pt")'))
    save = f'save_pictures(samples, "samples.png", columns["{like}"], {row})'
    return Ending((*lines, f"    {save}", f'    print("{told}: samples.png")'), support=("picture_file",))


def _drawn(given: Given) -> Ending:
    lines = ("    # Samples to look at.", f"    samples = recipe.sample(recipe.draw({SAMPLES}, device))")
    return _seen(given, lines, f"{SAMPLES} samples")


def _some(given: Given, *columns: str) -> list[str]:
    """Some samples that the networks have not learned from."""
    names = "given" if len(columns) == 1 else "given, wanted"
    found = ", ".join(f'data["{given.split}"]["{column}"][:{SOME}]' for column in columns)
    return [f"    {names} = {found}"]


def _turned(given: Given) -> Ending:
    lines = [
        "    # Some pictures, and what becomes of them.",
        *_some(given, "input"),
        "    samples = torch.cat([given, recipe.sample(given)])",
    ]
    return _seen(given, lines, "pictures, and what becomes of them", row="len(given)")


def _translated_pictures(given: Given) -> Ending:
    lines = [
        "    # Some pictures, what becomes of them, and what should.",
        *_some(given, "input", "target"),
        "    samples = torch.cat([given, recipe.sample(given), wanted])",
    ]
    return _seen(given, lines, "given, made and wanted pictures", "target", "len(given)")


def _redrawn(given: Given) -> Ending:
    training = given.project.training
    noise = training.recipe == "autoencoding" and setting(training, "noise")
    spoilt = "what noise makes of them, and " if noise else ""
    lines = [
        f"    # Some samples, and below them {spoilt}how they are drawn again.",
        *_some(given, "input"),
        *(["    spoilt = recipe.spoilt(given)"] if noise else []),
        f"    samples = torch.cat([given, {'spoilt, recipe.redrawn(spoilt)' if noise else 'recipe.redrawn(given)'}])",
    ]
    return _seen(given, lines, "samples, and how they are drawn again", row="len(given)")


def _decoded(given: Given) -> Ending:
    """New samples of a variational autoencoder whose codes are drawn by the layer for that."""
    graphs = (given.project.main, *given.project.blocks.values())
    if not any(node.type == "SampleNormal" for graph in graphs for node in graph.nodes.values()):
        return Ending()
    lines = [
        "    # Codes drawn at random, and what the decoder makes of them: samples nobody has seen.",
        f'    mean = recipe.network(data["{given.split}"]["input"][:1])[1]',
        f"    codes = torch.randn({SAMPLES}, *mean.shape[1:], device=device)",
        "    samples = recipe.decode(codes)",
    ]
    return _seen(given, lines, f"{SAMPLES} samples of codes drawn at random")


def _denoised(given: Given) -> Ending:
    classes = len(given.project.main.inputs) > 2
    labels = [f"    labels = torch.arange({SAMPLES}, device=device) % recipe.classes"] if classes else []
    lines = [
        "    # Samples to look at, out of nothing but noise.",
        f"    noise = torch.randn({SAMPLES}, *recipe.shape, device=device)",
        *labels,
        f"    samples = recipe.sample(noise, {'labels, ' if classes else ''}steps=50)",
    ]
    return _seen(given, lines, f"{SAMPLES} samples")


def _joined(words: Sequence[str]) -> str:
    """What stands between the words of a text: nothing between characters."""
    return "" if of_characters(words) else " "


def _labelled(given: Given) -> Ending:
    """Some sentences, and what each of their words is taken for."""
    words, classes = given.schema.vocabulary, given.schema.classes or ()
    if not words:
        return Ending()
    name = f"{given.stem}_words.pt"
    return Ending(
        (
            "    # Some sentences, and what it takes each word for.",
            f'    words, classes = torch.load(HERE / "{name}", weights_only=True)',
            *_some(given, "input"),
            "    for row, kinds in zip(given.tolist(), recipe.scores(given).argmax(-1).tolist(), strict=True):",
            '        pairs = [f"{words[word]}/{classes[kind]}" for word, kind in zip(row, kinds, strict=True) if word]',
            '        print("  ".join(pairs))',
        ),
        {name: [list(words), list(classes)]},
    )


def _guessed(given: Given) -> Ending:
    """Some sentences in which words are hidden, and what the network puts there."""
    words, name = given.schema.vocabulary, f"{given.stem}_words.pt"
    return Ending(
        (
            "    # Some sentences in which words are hidden, and what it puts there.",
            f'    words = torch.load(HERE / "{name}", weights_only=True)',
            f'    columns = {{name: values[:{SOME}] for name, values in data["{given.split}"].items()}}',
            '    hidden = recipe.masked(columns["input"])[1]',
            '    seen = columns["input"].masked_fill(hidden, recipe.mask)',
            '    guesses = recipe.guesses(seen, columns["segments"], 1)[..., 0]',
            "    for row, places, best in zip(seen, hidden, guesses, strict=True):",
            f'        text = "{_joined(words)}".join(words[number] for number in row.tolist() if number)',
            '        print(text, "→", ", ".join(words[number] for number in best[places].tolist()))',
        ),
        {name: list(words)},
    )


def _translated(given: Given) -> Ending:
    read, name = given.schema.vocabulary, f"{given.stem}_words.pt"
    write = given.schema.target_vocabulary or read
    left_out = f"not in (0, {read.index(END)})" if END in read else "!= 0"
    return Ending(
        (
            "    # Several beginnings followed at once find better sentences than the likeliest word each time.",
            f'    source, target = data["{given.split}"]["input"], data["{given.split}"]["target"]',
            "    written, wanted = recipe.sentences(recipe.beam(source)), recipe.sentences(target[:, 1:])",
            "    exact = sum(found == truth for found, truth in zip(written, wanted, strict=True)) / len(wanted)",
            f'    print(f"with a beam of {{recipe.beam_width}}: {given.split}_exact {{exact:.6f}}")',
            f'    read, write = torch.load(HERE / "{name}", weights_only=True)',
            f"    for row, found in zip(source[:{SOME}].tolist(), written[:{SOME}], strict=True):",
            f'        given = "{_joined(read)}".join(read[number] for number in row if number {left_out})',
            f'        print(given, "→", "{_joined(write)}".join(write[number] for number in found))',
        ),
        {name: [list(read), list(write)]},
    )


def foretold(schema: Schema, stem: str, outputs: str) -> Ending:
    """The end of a plain script about a text: a sample, and what the network says comes next at each place.

    ``outputs`` is the expression for what it gives for ``x``."""
    words = schema.classes or schema.vocabulary
    if schema.task != "next-token" or not words:
        return Ending()
    name, between = f"{stem}_words.pt", _joined(words)
    read = "x[0].argmax(-1)" if schema.input_dtype != "int64" else "x[0]"
    return Ending(
        (
            "    # What it reads, and what it says comes next at each place.",
            f'    words = torch.load(HERE / "{name}", weights_only=True)',
            '    x = data["test"][0][:1]',
            f"    for row in ({read}, {outputs}[0].argmax(-1)):",
            f'        print("{between}".join(words[number] for number in row.tolist()))',
        ),
        {name: list(words)},
    )


def _written(given: Given) -> Ending:
    words = given.schema.classes or given.schema.vocabulary
    name = f"{given.stem}_words.pt"
    start = f'data["{given.split}"]["input"][:1]'
    if given.schema.input_dtype != "int64":
        start += ".argmax(-1)"
    return Ending(
        (
            "    # What it writes by itself, going on from a sample.",
            f'    words = torch.load(HERE / "{name}", weights_only=True)',
            f"    written = recipe.write({start}, {LETTERS})[0].tolist()",
            f'    print("{_joined(words)}".join(words[number] for number in written))',
        ),
        {name: list(words)},
    )


ENDINGS: dict[str, Callable[[Given], Ending]] = {
    "adversarial": _drawn,
    "autoencoding": _redrawn,
    "contrastive_divergence": _redrawn,
    "cycle": _turned,
    "diffusion": _denoised,
    "image_to_image": _translated_pictures,
    "variational": _decoded,
    "sequence_labelling": _labelled,
    "sequence_to_sequence": _translated,
    "masked_language_model": _guessed,
    "language_model": _written,
}
"""By recipe."""
