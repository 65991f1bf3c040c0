"""Starts TorchLoom: the window, or one command on the terminal.

Only the standard library is imported here: ``--help`` answers at once, and a worker process, which imports
this file again when it is spawned, pays nothing for it. Every command lives in its own file of
:mod:`runtime.commands`; this file reads the arguments and hands over a project.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from graph.model import Project
    from runtime.commands.output import Output

OK, PROBLEMS, USAGE, NO_WINDOW, INTERRUPTED = 0, 1, 2, 3, 130

VERSION = "0.1.0"

EPILOG = """\
without a command the window opens:
  main.py                  on the start page
  main.py PROJECT.loom     on a project file
  main.py PRESET           on a new project made from a preset

exit codes:
  0    everything went well
  1    problems were found, or the training failed
  2    the command line, a file or an option cannot be used
  3    the window cannot open here (no display, or Qt is missing)
  130  interrupted with Ctrl-C
"""

FORMATS = ("module", "script", "notebook", "onnx", "pt2", "svg", "png")


def build_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="main.py",
        description="TorchLoom: draw neural networks, check them, train them, watch them, export them.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"TorchLoom {VERSION}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    as_json = argparse.ArgumentParser(add_help=False)
    as_json.add_argument(
        "--json", action="store_true", help="one JSON object per line on standard output, nothing else there"
    )
    target = argparse.ArgumentParser(add_help=False)
    target.add_argument("target", metavar="PROJECT|PRESET", help="a .loom file, or a preset's id")

    trust = argparse.ArgumentParser(add_help=False)
    trust.add_argument(
        "--trust",
        action="store_true",
        help="let the project's own Python code run, this once; it can do whatever you can",
    )

    def command(name: str, text: str, *parents: argparse.ArgumentParser) -> argparse.ArgumentParser:
        return commands.add_parser(
            name, help=text, description=text[0].upper() + text[1:] + ".", parents=[*parents, as_json]
        )

    command("presets", "list the ready-made projects")
    command("layers", "list the layer types")
    command("check", "show problems with their fixes, shapes, parameters and MACs", target, trust)

    export = command("export", "write a network as code, a model file or a picture", target, trust)
    export.add_argument("-o", "--output", metavar="FILE", required=True, help="the file to write")
    export.add_argument(
        "--format", choices=FORMATS, help="what to write (default: by FILE's ending; module for .py)"
    )
    export.add_argument(
        "--weights",
        metavar="RUN|FILE",
        nargs="?",
        const="",
        help="also write the weights (safetensors and state_dict) beside FILE: those of a run folder or of a "
        "safetensors file, or without a value the untrained ones of the project's seed; "
        "a new FILE.safetensors or FILE.pt names the place to write them to",
    )
    export.add_argument("--network", metavar="NAME", help="which network, when there are several")

    train = command("train", "train a network, with progress on the terminal", target, trust)
    train.add_argument("--epochs", type=_at_least_one, metavar="N")
    train.add_argument("--device", metavar="NAME", help="cpu, cuda, cuda:1, mps, … (see: main.py devices)")
    train.add_argument("--seed", type=int, metavar="N")
    train.add_argument("--batch-size", type=_at_least_one, metavar="N")
    train.add_argument("--learning-rate", type=_positive, metavar="X")
    train.add_argument("--threads", type=_at_least_one, metavar="N", help="CPU threads (default: cores - 1)")
    train.add_argument("--run-folder", metavar="FOLDER", help="where the run is kept (default: under runs/)")
    train.add_argument(
        "--resume",
        action="store_true",
        help="go on from the checkpoint in --run-folder instead of starting anew",
    )
    train.add_argument(
        "--weights",
        metavar="FILE",
        help="start from what fits of this file (safetensors, a state_dict, a run folder) instead of the "
        "project's own start weights",
    )

    weights = command("weights", "compare a file of weights with a network", target, trust)
    weights.add_argument(
        "file", metavar="FILE", help="safetensors, a state_dict saved by torch, or a run folder"
    )

    frechet = command(
        "frechet", "measure how near the pictures a run draws are to those it learned from", trust
    )
    frechet.add_argument("run", metavar="RUN", help="folder of a run of a GAN, VAE or diffusion model")
    frechet.add_argument(
        "--judge",
        metavar="RUN",
        help="compare what the network of this run says of the pictures (default: pixels)",
    )
    frechet.add_argument(
        "--samples",
        type=_at_least_two,
        default=1000,
        metavar="N",
        help="how many pictures to draw (default: 1000)",
    )

    new = command("new", "write a project file, empty or made from a preset")
    new.add_argument("output", metavar="FILE", help="the .loom file to write")
    new.add_argument("--preset", metavar="ID", help="the preset to start from")
    new.add_argument("--force", action="store_true", help="replace an existing file")

    bring = command("import", "make a project of a torchvision or timm model, or of a class in a Python file")
    bring.add_argument(
        "source", metavar="SOURCE", help="torchvision:NAME, timm:NAME, or path/to/file.py:CLASS"
    )
    bring.add_argument("-o", "--output", metavar="FILE", required=True, help="the .loom file to write")
    bring.add_argument(
        "--weights",
        choices=("pretrained", "none"),
        default="none",
        help="a library's weights (default: none)",
    )
    bring.add_argument("--args", default="", metavar="ARGS", help="arguments of the class: '64, depth=3'")
    bring.add_argument(
        "--input",
        action="append",
        default=[],
        metavar="SHAPE",
        help="one sample's shape: 3x224x224, int64:128; once for each input, or several with ;",
    )
    bring.add_argument(
        "--trust", action="store_true", help="let the Python file run; it can do whatever you can"
    )
    bring.add_argument("--force", action="store_true", help="replace an existing file")

    command("devices", "list what training can run on")
    return parser


def _at_least_one(text: str) -> int:
    value = int(text)
    if value < 1:
        raise argparse.ArgumentTypeError(f"must be at least 1, not {text}")
    return value


def _at_least_two(text: str) -> int:
    value = int(text)
    if value < 2:
        raise argparse.ArgumentTypeError(f"must be at least 2, not {text}")
    return value


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise argparse.ArgumentTypeError(f"must be a number above 0, not {text}")
    return value


def main(arguments: Sequence[str] | None = None) -> int:
    """Run with these command-line arguments and return the exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    parser = build_parser()
    commands = _commands(parser)
    if not words:
        return open_window(None)
    if words[0] not in commands and not words[0].startswith("-"):
        return _open_named(words, parser)
    options = parser.parse_args(words)
    return _on_terminal(options)


def _commands(parser: argparse.ArgumentParser) -> set[str]:
    return {
        name
        for action in parser._actions
        if isinstance(action, argparse._SubParsersAction)
        for name in action.choices
    }


def _open_named(words: list[str], parser: argparse.ArgumentParser) -> int:
    """``main.py NAME``: NAME is a project file or a preset."""
    if len(words) > 1:
        parser.error(f"unexpected argument {words[1]} after {words[0]}, which is not a command")
    if not Path(words[0]).exists():
        if _looks_like_a_file(words[0]):
            parser.error(f"there is no file {words[0]}")
        from presets import UnknownPreset, find

        try:
            find(words[0])
        except UnknownPreset as error:
            parser.error(f"there is no file and no command named {words[0]}. {error}")
    return open_window(words[0])


def _looks_like_a_file(name: str) -> bool:
    return name.endswith(".loom") or os.sep in name or "/" in name


def open_window(name: str | None) -> int:
    """Open the window on a project file, a preset's id or the start page."""
    from gui.preflight import obstacle

    sentence = obstacle()
    if sentence is not None:
        print(sentence, file=sys.stderr)
        return NO_WINDOW
    from gui.app import run

    return run(name)


def _on_terminal(options: argparse.Namespace) -> int:
    from runtime.commands.output import Output, Refused, json_only

    with json_only() if options.json else contextlib.nullcontext(sys.stdout) as stream:
        out = Output(stream, options.json)
        try:
            return _dispatch(options, out)
        except Refused as error:
            out.note(str(error))
            return USAGE
        except KeyboardInterrupt:
            out.note("Interrupted.")
            return INTERRUPTED
        except BrokenPipeError:
            # Whoever read our output has seen enough; keep Python from complaining when it flushes at exit.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return OK


def _dispatch(options: argparse.Namespace, out: Output) -> int:
    if options.command == "presets":
        from presets import all_presets
        from runtime.commands.listing import list_presets

        return list_presets(all_presets(), out)
    if options.command == "layers":
        from runtime.commands.listing import list_layers

        return list_layers(out)
    if options.command == "devices":
        from runtime.commands.devices import list_devices

        return list_devices(out)
    if options.command == "new":
        from runtime.commands.new import write_new

        project = _from_preset(options.preset) if options.preset else None
        return write_new(project, Path(options.output), options.force, out)

    if options.command == "frechet":
        from runtime.commands.frechet import frechet

        judge = Path(options.judge) if options.judge else None
        return frechet(Path(options.run), judge, options.samples, options.trust, out)
    if options.command == "import":
        from runtime.commands.import_ import import_

        return import_(
            options.source,
            Path(options.output),
            out,
            arguments=options.args,
            shapes=";".join(options.input),
            weights=options.weights == "pretrained",
            trust=options.trust,
            force=options.force,
        )

    from runtime.commands.projects import given

    project = _load(options.target)
    outside = given(options.target, options.trust, getattr(options, "weights", None))
    if options.command == "check":
        from runtime.commands.check import check

        return check(project, out, outside)
    if options.command == "export":
        from dataclasses import replace

        from runtime.commands.export import export

        return export(
            project,
            Path(options.output),
            options.format,
            out,
            weights=options.weights,
            network=options.network,
            given=replace(outside, weights=None),
        )
    if options.command == "weights":
        from runtime.commands.weights import weights

        return weights(project, Path(options.file), outside, out)
    from runtime.commands.train import train

    overrides = {
        name: getattr(options, name)
        for name in ("epochs", "device", "seed", "batch_size", "learning_rate", "threads")
        if getattr(options, name) is not None
    }
    folder = Path(options.run_folder) if options.run_folder else None
    return train(project, overrides, folder, options.resume, out, outside)


def _load(target: str) -> Project:
    """The project in a file, or a fresh one from a preset."""
    from runtime.commands.projects import read_project

    if Path(target).is_file() or _looks_like_a_file(target):
        return read_project(Path(target))
    return _from_preset(target)


def _from_preset(name: str) -> Project:
    from presets import UnknownPreset, find
    from runtime.commands.output import Refused

    try:
        return find(name).build()
    except UnknownPreset as error:
        raise Refused(str(error)) from None


if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
