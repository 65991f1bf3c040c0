"""What the window opens on."""

from __future__ import annotations

from graph.build import GraphBuilder, project
from graph.model import Project

FIRST_PRESET = "digits-cnn"


def first_project() -> Project:
    """A small convolutional network for handwritten digits, with its data: Train works at once."""
    from presets import find

    return find(FIRST_PRESET).build()


def empty_project() -> Project:
    """One network with an input and an output and nothing between them."""
    builder = GraphBuilder("Network")
    builder.output(builder.input())
    return project("Untitled", builder)
