"""What will be seen, said before there is anything to see."""

from __future__ import annotations

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

COMING = {
    "adversarial": QT_TRANSLATE_NOOP(
        "Shows", "pictures that the generator draws, always from the same noise, so that one sees it learn"
    ),
    "image_to_image": QT_TRANSLATE_NOOP(
        "Shows", "each given picture, what the generator makes of it, and what was wanted"
    ),
    "cycle": QT_TRANSLATE_NOOP("Shows", "pictures turned into the other kind, and back again"),
    "diffusion": QT_TRANSLATE_NOOP("Shows", "noise that becomes a picture, step by step"),
    "variational": QT_TRANSLATE_NOOP(
        "Shows", "pictures beside what the network rebuilds of them, and the code in two dimensions"
    ),
    "autoencoding": QT_TRANSLATE_NOOP("Shows", "pictures beside what the network rebuilds of them"),
    "contrastive_divergence": QT_TRANSLATE_NOOP(
        "Shows", "what the machine rebuilds, and the features it looks for"
    ),
    "sequence_to_sequence": QT_TRANSLATE_NOOP(
        "Shows", "translations, and where the network looked for each word"
    ),
    "masked_language_model": QT_TRANSLATE_NOOP(
        "Shows", "sentences with hidden words, and what the network puts there"
    ),
    "segmentation": QT_TRANSLATE_NOOP(
        "Shows", "masks over the pictures: the truth beside what the network sees"
    ),
    "detection": QT_TRANSLATE_NOOP("Shows", "boxes over the pictures, with class and score"),
    "sequence_labelling": QT_TRANSLATE_NOOP("Shows", "sentences with what the network takes each word for"),
    "language_model": QT_TRANSLATE_NOOP("Shows", "text that the network writes"),
    "several": QT_TRANSLATE_NOOP("Shows", "samples with what the network says at each of its outputs"),
    "own": QT_TRANSLATE_NOOP("Shows", "what your recipe gives in a method show(batch), if it has one"),
    "multi_task": QT_TRANSLATE_NOOP("Shows", "samples with the network's answer to each question"),
}
"""Recipe -> what its shows are about."""


def expectation(recipe: str, task: str) -> str:
    """A sentence for the empty panel."""

    def tr(text: str) -> str:
        return QCoreApplication.translate("Shows", text)

    if recipe in COMING:
        return tr("After each epoch you see here {0}. Every epoch is kept.").format(tr(COMING[recipe]))
    if task == "next-token":
        return tr("After each epoch you see here text that the network writes. Every epoch is kept.")
    if task in ("classification", "binary"):
        return tr(
            "After each epoch you see here samples with the class the network takes them for. Every epoch is kept."
        )
    if task == "regression":
        return tr(
            "After each epoch you see here what the network predicts over what is true. Every epoch is kept."
        )
    return tr(
        "Recipes that draw, write, translate or mark pictures show here after each epoch how far they have got. "
        "For this one, look at Charts, Feature maps and Results."
    )
