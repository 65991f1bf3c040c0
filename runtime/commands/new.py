"""``main.py new``: a project file to start from."""

from __future__ import annotations

from pathlib import Path

from graph.files import FileError, save
from graph.model import Graph, Node, Project
from runtime.commands.output import Output, Refused


def write_new(project: Project | None, path: Path, force: bool, out: Output) -> int:
    """Write the project, or one with an input and an output only, to a new file."""
    if path.suffix != ".loom":
        path = path.with_name(path.name + ".loom")
    if path.exists() and not force:
        raise Refused(f"{path} exists already: choose another name, or replace it with --force.")
    try:
        save(project or empty(path.stem), path)
    except (FileError, OSError) as error:
        raise Refused(f"{path} cannot be written: {error}") from error
    out.item({"event": "written", "file": str(path)})
    out.text(f"Wrote {path}. Open it with: main.py {path}")
    return 0


def empty(title: str) -> Project:
    """A project whose one network has an input and an output, not yet connected."""
    network = Graph("g1", "Net")
    network.nodes["n1"] = Node("n1", "Input", "input", x=0, y=0)
    network.nodes["n2"] = Node("n2", "Output", "output", x=480, y=0)
    return Project(title=title, networks={"g1": network})
