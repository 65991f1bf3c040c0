"""``main.py export``: a network as code, notebook, model file or picture, with its weights if wanted."""

from __future__ import annotations

from pathlib import Path

from graph.code import CodeError, Source, generate
from graph.custom import untrusted
from graph.model import Graph, Project
from graph.shapes import ProjectShapes
from runtime.choice import ChoiceError
from runtime.commands.output import Output, Refused
from runtime.commands.projects import TRUST_HINT, Given
from runtime.data import DataError
from runtime.exports.model import ExportError, build, write_weights
from runtime.facts import facts_for
from runtime.weights import WeightsError

BY_ENDING = {
    ".py": "module", ".ipynb": "notebook", ".onnx": "onnx", ".pt2": "pt2", ".svg": "svg", ".png": "png",
}  # fmt: skip
WEIGHT_ENDINGS = (".safetensors", ".pt", ".pth")


def export(
    project: Project,
    path: Path,
    kind: str | None,
    out: Output,
    weights: str | None = None,
    network: str | None = None,
    given: Given | None = None,
) -> int:
    """Write one file, and the weights beside it when ``weights`` is given.

    ``weights`` is a run folder or a weights file to take them from, "" for the untrained ones of the
    project's seed, or a new file to write those to. 1 when the network has problems.
    """
    kind = kind or BY_ENDING.get(path.suffix.lower())
    if kind is None:
        known = ", ".join(BY_ENDING)
        raise Refused(
            f"What to write into {path} is not clear: choose a --format, or one of the endings {known}."
        )
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent} to write into.")
    graph = _chosen(project, network)
    origin, copies = _weight_files(weights, path)
    try:
        return _write(project, graph, path, kind, out, origin, copies, given or Given())
    except CodeError as error:
        out.note(str(error))
        trusted = given.trusted if given is not None else ()
        if trusted is not None and untrusted(project, trusted, graph.id):
            out.note(TRUST_HINT)
        out.note("`main.py check` shows what is wrong, and the fixes.")
        return 1
    except (ExportError, ChoiceError, DataError, WeightsError, OSError) as error:
        raise Refused(str(error)) from error


def _chosen(project: Project, name: str | None) -> Graph:
    if name is None:
        return project.main
    for network in project.networks.values():
        if network.name == name:
            return network
    names = ", ".join(network.name for network in project.networks.values())
    raise Refused(f"There is no network {name} in this project: choose from {names}.")


def _weight_files(weights: str | None, path: Path) -> tuple[Path | None, list[Path]]:
    """Where trained weights come from (``None``: untrained), and the files to write weights to."""
    beside = [path.with_suffix(ending) for ending in WEIGHT_ENDINGS[:2]]
    if weights is None:
        return None, []
    if weights == "":
        return None, beside
    given = Path(weights)
    if given.is_dir():
        return run_weights(given), beside
    if given.exists():
        return given, [copy for copy in beside if copy != given]
    if given.suffix in WEIGHT_ENDINGS and given.parent.is_dir():
        return None, [given]
    raise Refused(f"There is no run folder and no weights file {given}.")


def run_weights(folder: Path) -> Path:
    """The best weights a run kept; :class:`Refused` when there are none."""
    found = folder / "best.safetensors"
    if not found.is_file():
        raise Refused(f"{folder} holds no weights: there is no {found.name} of a run in it.")
    return found


def _write(
    project: Project,
    graph: Graph,
    path: Path,
    kind: str,
    out: Output,
    origin: Path | None,
    copies: list[Path],
    given: Given,
) -> int:
    # What trains has to agree with the data; what is only taken along need not.
    facts = facts_for(project) if kind in ("script", "notebook") else None
    shapes = given.inference().run(project, facts)
    if kind in ("svg", "png"):
        from graph.code.picture import write_picture

        write_picture(project, shapes, graph.id, path, kind)
        _wrote(path, kind, out)
        if not copies:
            return 0
    source = generate(project, shapes, graph.id)
    if kind == "module":
        path.write_text(source.text, encoding="utf-8")
        _wrote(path, kind, out)
    elif kind in ("script", "notebook"):
        _write_script(project, graph, shapes, path, kind, out, given)
    if kind in ("onnx", "pt2") or copies:
        _write_with_weights(project, graph, source, path, kind, out, origin, copies, given)
    return 0


def _write_script(
    project: Project,
    graph: Graph,
    shapes: ProjectShapes,
    path: Path,
    kind: str,
    out: Output,
    given: Given,
) -> None:
    from runtime.exports.notebook import notebook
    from runtime.script import training_script, write_files

    if graph is not project.main:
        raise Refused(f"Only {project.main.name} is trained, so only its {kind} can be written.")
    script = training_script(
        project, shapes, path.stem, notebook=kind == "notebook", start=given.start(project)
    )
    text = notebook(project.title, script.text) if kind == "notebook" else script.text
    path.write_text(text, encoding="utf-8")
    _wrote(path, kind, out)
    for beside in write_files(script, path.parent):
        _wrote(beside, "data", out)


def _write_with_weights(
    project: Project,
    graph: Graph,
    source: Source,
    path: Path,
    kind: str,
    out: Output,
    origin: Path | None,
    copies: list[Path],
    given: Given,
) -> None:
    start = None if origin is not None or graph is not project.main else given.start(project)
    model = build(project, source, origin, start)
    if kind == "pt2":
        from runtime.exports.program import write_pt2

        write_pt2(source, model, path)
        _wrote(path, kind, out)
    elif kind == "onnx":
        from runtime.exports.program import write_onnx

        write_onnx(source, [node.name for node in graph.outputs], model, path)
        _wrote(path, kind, out)
    for copy in copies:
        write_weights(model, copy)
        _wrote(copy, "weights", out)
    if origin is None and start is None:
        out.note("These weights are untrained. Name a run folder with --weights to take trained ones.")


def _wrote(path: Path, kind: str, out: Output) -> None:
    out.item({"event": "written", "format": kind, "file": str(path)})
    out.text(f"Wrote {path}")
