"""What an exported script does with the trained networks when it has printed its scores: draw, write, translate."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from graph.model import Project
from runtime.data.schema import Schema
from runtime.data.tokens import of_characters

SAMPLES = 64
LETTERS = 200


@dataclass(frozen=True, slots=True)
class Ending:
    """``lines`` of the main function, and what the files they read hold, by name."""

    lines: tuple[str, ...] = ()
    files: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """What an ending is written for; ``split`` is the one whose samples it takes."""

    project: Project
    schema: Schema
    stem: str
    split: str


def ending_of(recipe: str, given: Given) -> Ending:
    """The end of a recipe's script; nothing where its scores say all."""
    return ENDINGS[recipe](given) if recipe in ENDINGS else Ending()


def _drawn(given: Given) -> Ending:
    samples = f"recipe.sample(recipe.draw({SAMPLES}, device)).detach().cpu()"
    return Ending(("    # Samples to look at.", f'    torch.save({samples}, "samples.pt")'))


def _turned(given: Given) -> Ending:
    samples = f'recipe.sample(data["{given.split}"]["input"][:{SAMPLES}]).detach().cpu()'
    return Ending(("    # What becomes of some pictures.", f'    torch.save({samples}, "samples.pt")'))


def _denoised(given: Given) -> Ending:
    classes = len(given.project.main.inputs) > 2
    labels = [f"    labels = torch.arange({SAMPLES}, device=device) % recipe.classes"] if classes else []
    return Ending(
        (
            "    # Samples to look at, out of nothing but noise.",
            f"    noise = torch.randn({SAMPLES}, *recipe.shape, device=device)",
            *labels,
            f"    samples = recipe.sample(noise, {'labels, ' if classes else ''}steps=50)",
            '    torch.save(samples.cpu(), "samples.pt")',
        )
    )


def _translated(given: Given) -> Ending:
    return Ending(
        (
            "    # Several beginnings followed at once find better sentences than the likeliest word each time.",
            f'    source, target = data["{given.split}"]["input"], data["{given.split}"]["target"]',
            "    written, wanted = recipe.sentences(recipe.beam(source)), recipe.sentences(target[:, 1:])",
            "    exact = sum(found == truth for found, truth in zip(written, wanted, strict=True)) / len(wanted)",
            f'    print(f"with a beam of {{recipe.beam_width}}: {given.split}_exact {{exact:.6f}}")',
        )
    )


def _written(given: Given) -> Ending:
    words = given.schema.classes or given.schema.vocabulary
    name = f"{given.stem}_words.pt"
    start = f'data["{given.split}"]["input"][:1]'
    if given.schema.input_dtype != "int64":
        start += ".argmax(-1)"
    between = "" if of_characters(words) else " "
    return Ending(
        (
            "    # What it writes by itself, going on from a sample.",
            f'    words = torch.load(HERE / "{name}", weights_only=True)',
            f"    written = recipe.write({start}, {LETTERS})[0].tolist()",
            f'    print("{between}".join(words[number] for number in written))',
        ),
        {name: list(words)},
    )


ENDINGS: dict[str, Callable[[Given], Ending]] = {
    "adversarial": _drawn,
    "cycle": _turned,
    "image_to_image": _turned,
    "diffusion": _denoised,
    "sequence_to_sequence": _translated,
    "language_model": _written,
}
"""By recipe."""
