"""``main.py presets`` and ``main.py layers``."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Protocol

from graph.catalogue import CATALOGUE
from graph.model import Project
from graph.shapes import Inference
from runtime.commands.output import Output


class Listed(Protocol):
    """What is needed of a preset; this room does not know the presets themselves."""

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def tags(self) -> tuple[str, ...]: ...
    @property
    def build(self) -> Callable[[], Project]: ...


def list_presets(presets: Iterable[Listed], out: Output) -> int:
    """Every preset with the parameters its networks have together and the networks' names."""
    inference = Inference()
    rows = []
    for preset in presets:
        project = preset.build()
        shapes = inference.run(project)
        parameters = sum(network.parameters for network in shapes.networks.values())
        out.item(
            {
                "id": preset.id,
                "title": preset.title,
                "tags": preset.tags,
                "parameters": parameters,
                "networks": [network.name for network in project.networks.values()],
            }
        )
        rows.append((preset.id, f"{parameters:,}", preset.title, ", ".join(preset.tags)))
    out.table(("id", "parameters", "title", "tags"), rows)
    return 0


def list_layers(out: Output) -> int:
    """Every layer type with its parameters and what it is for."""
    rows = []
    for name, layer in CATALOGUE.items():
        out.item(
            {
                "type": name,
                "category": layer.category,
                "parameters": [
                    {
                        "name": param.name,
                        "kind": param.kind,
                        "default": param.default,
                        "inferred": param.inferred is not None,
                        "required": param.required and param.inferred is None and param.default is None,
                        "accepts": param.wanted,
                        "help": param.help,
                    }
                    for param in layer.params
                ],
                "inputs": [port.name for port in layer.inputs],
                "outputs": [port.name for port in layer.out_ports({})],
                "help": "\n\n".join(text for text in (layer.summary, layer.help) if text),
            }
        )
        rows.append((name, layer.category, layer.summary))
    out.table(("type", "category", "summary"), rows)
    return 0
