"""``main.py import``: a model of a library or of one's own file as a project."""

from __future__ import annotations

from pathlib import Path

from graph.files import FileError, save
from runtime.commands.output import Output, Refused


def import_(
    source: str,
    path: Path,
    out: Output,
    *,
    arguments: str = "",
    shapes: str = "",
    weights: bool = False,
    trust: bool = False,
    force: bool = False,
) -> int:
    """Write the project, and its weights beside it. A file's code runs only with ``trust``.

    JSON: an object with ``event`` "imported".
    """
    from runtime.importing.failure import ImportFailure
    from runtime.importing.listing import is_file

    if path.suffix != ".loom":
        path = path.with_name(path.name + ".loom")
    if path.exists() and not force:
        raise Refused(f"{path} exists already: choose another name, or replace it with --force.")
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent} to write into.")
    if is_file(source) and ":" in source and not trust:
        raise Refused(
            f"Importing from {source.rpartition(':')[0]} runs that file: it can do whatever you can. Look at it, "
            "and give --trust when you trust it."
        )
    from runtime.importing.job import Wish, do_import
    from runtime.trust import trust as remember

    try:
        done = do_import(
            Wish(source, arguments, shapes, weights),
            path.absolute().parent,
            lambda fraction, text: out.note(f"{fraction:4.0%}  {text}"),
        )
    except ImportFailure as error:
        out.note(str(error))
        if error.hint:
            out.note(error.hint)
        return 1
    try:
        save(done.project, path)
        if done.codes:
            remember(done.codes)  # it was made here, from a model that has just run
    except (FileError, OSError) as error:
        raise Refused(f"{path} cannot be written: {error}") from error
    project = done.project
    out.item(
        {
            "event": "imported",
            "file": str(path),
            "nodes": sum(len(graph.nodes) for graph in project.graphs()),
            "blocks": len(project.blocks),
            "equal": done.equal,
            "python": len(done.codes),
            "weights": project.weights or None,
            "sentences": list(done.sentences),
        }
    )
    for sentence in done.sentences:
        out.text(sentence)
    out.text(f"Wrote {path}. Open it with: main.py {path}")
    return 0
