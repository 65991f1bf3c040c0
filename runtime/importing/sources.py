"""From what a person names to a model: ``torchvision:resnet18``, ``timm:…``, ``file.py:Class``.

Names and classes are listed without running anything: a file's classes come from its syntax tree.
"""

from __future__ import annotations

import ast
import importlib.util
import inspect
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from graph.names import is_usable
from runtime.importing.failure import ImportFailure
from runtime.importing.listing import (
    DTYPES,
    classes_in,
    first_line,
    kind_of,
    library_models,
    usual_shapes,
)
from runtime.importing.own_source import FOLDERS
from runtime.importing.tracing import Entry

if TYPE_CHECKING:
    from torch import nn


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model, what its project is called, the inputs it is made for, and what there is to say about it."""

    model: nn.Module
    title: str
    entries: tuple[Entry, ...]
    sentences: tuple[str, ...] = ()


def _timm() -> Any:
    try:
        import timm
    except ImportError:
        raise ImportFailure("timm is not installed.", "Install it: pip install timm.") from None
    return timm


def load(source: str, arguments: str = "", pretrained: bool = False) -> Loaded:
    """Build the model that ``source`` names. A file is run: only after a person has agreed."""
    head, colon, name = source.rpartition(":")
    if head == "torchvision":
        return _torchvision(name, pretrained)
    if head == "timm":
        return _from_timm(name, pretrained)
    if not colon or not head:
        raise ImportFailure(
            f"What “{source}” names is not clear.",
            "Write torchvision:NAME, timm:NAME, or the path of a Python file, a colon and a class.",
        )
    return _from_file(Path(head), name, arguments)


def _torchvision(name: str, pretrained: bool) -> Loaded:
    import torchvision

    kind = kind_of(name)
    if kind == "quantization":
        raise ImportFailure(
            f"{name} computes with whole numbers of 8 bits, which layers of a drawing do not.",
            f"Import torchvision:{name.removeprefix('quantized_')}: the same network with decimal numbers.",
        )
    if name not in library_models("torchvision"):
        close = _close(name, library_models("torchvision"))
        raise ImportFailure(f"torchvision has no model “{name}”.", close)
    options: dict[str, Any] = {}
    if name in ("googlenet", "inception_v3") and not pretrained:
        options["init_weights"] = False
    if kind in ("segmentation", "detection"):
        options["weights_backbone"] = None
    model = _with_weights(
        name,
        lambda: torchvision.models.get_model(name, weights="DEFAULT" if pretrained else None, **options),
        pretrained,
    )
    entries = entries_of(usual_shapes(name))
    if kind == "detection":
        backbone: nn.Module = model.backbone  # type: ignore[assignment]
        return Loaded(backbone, f"{name}_backbone", entries, (_BACKBONE.format(name),))
    return Loaded(model, name, entries)


_BACKBONE = (
    "This is the backbone of {0}, which makes the features. What comes behind it takes lists of pictures and sorts "
    "boxes out by rules, which no drawing holds. The preset “Single-shot detector” shows a detector as a whole."
)


def _from_timm(name: str, pretrained: bool) -> Loaded:
    timm = _timm()
    if name not in timm.list_models():
        raise ImportFailure(f"timm has no model “{name}”.", _close(name, timm.list_models()))
    model = _with_weights(name, lambda: timm.create_model(name, pretrained=pretrained), pretrained)
    config = getattr(model, "default_cfg", None) or {}
    size = tuple(config.get("input_size", (3, 224, 224)))
    return Loaded(model, name, (Entry(size),))


def _with_weights(name: str, build: Callable[[], nn.Module], pretrained: bool) -> nn.Module:
    try:
        return build()
    except Exception as error:  # a library and its way to the network raise many things
        if not pretrained:
            raise ImportFailure(f"{name} could not be built: {first_line(error)}.") from error
        raise ImportFailure(
            f"The pretrained weights of {name} could not be had: {first_line(error)}.",
            "Try again when there is a connection, or import it without its weights.",
        ) from error


def _close(name: str, names: Sequence[str]) -> str:
    import difflib

    found = difflib.get_close_matches(name, names, 3)
    return f"Did you mean {' or '.join(found)}?" if found else "The window lists all of them."


# -- a file of one's own ---------------------------------------------------------------------------


def _from_file(path: Path, name: str, arguments: str) -> Loaded:
    from torch import nn

    if not path.is_file():
        raise ImportFailure(f"There is no file {path}.")
    kind = getattr(_executed(path), name, None)
    if not callable(kind):
        known = ", ".join(classes_in(path)) or "none"
        raise ImportFailure(f"{path.name} has no class “{name}”.", f"Its classes: {known}.")
    given, named = call_arguments(arguments)
    _check_arguments(kind, name, given, named)
    try:
        model = kind(*given, **named)
    except Exception as error:
        raise ImportFailure(f"{name} could not be built: {_told(error, path)}") from error
    if not isinstance(model, nn.Module):
        raise ImportFailure(f"{name} of {path.name} is no torch.nn.Module.")
    return Loaded(model, name if is_usable(name) else path.stem, (Entry(),))


def _executed(path: Path) -> Any:
    """The module of a file. Its folder can be imported from, as when Python runs the file itself."""
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.insert(0, folder)
        FOLDERS.add(folder)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    if spec is None or spec.loader is None:
        raise ImportFailure(f"{path.name} is no Python file.")
    module = importlib.util.module_from_spec(spec)
    before = sys.modules.get(path.stem)
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        if before is not None:
            sys.modules[path.stem] = before
        else:
            del sys.modules[path.stem]
        raise ImportFailure(f"{path.name} cannot be imported: {_told(error, path)}") from error
    return module


def call_arguments(text: str) -> tuple[list[Any], dict[str, Any]]:
    """``64, depth=3`` as positional and named values. Only plain values: numbers, texts, tuples, lists."""
    if not text.strip():
        return [], {}
    try:
        call = ast.parse(f"f({text})", mode="eval").body
        assert isinstance(call, ast.Call)
        positional = [ast.literal_eval(item) for item in call.args]
        named = {item.arg: ast.literal_eval(item.value) for item in call.keywords if item.arg}
        if len(named) != len(call.keywords):
            raise ValueError
    except (SyntaxError, ValueError, AssertionError, RecursionError, MemoryError):
        raise ImportFailure(
            f"The arguments “{text}” cannot be read.", "Write them as in a call: 64, depth=3, name='x'."
        ) from None
    return positional, named


def _check_arguments(kind: Any, name: str, given: list[Any], named: dict[str, Any]) -> None:
    """Missing or unknown arguments in a sentence, before the class complains in Python's words."""
    try:
        signature = inspect.signature(kind)
    except (TypeError, ValueError):
        return
    try:
        signature.bind(*given, **named)
    except TypeError as error:
        partial = signature.bind_partial
        try:
            bound = partial(*given, **named).arguments
        except TypeError:
            raise ImportFailure(
                f"{name} cannot take these arguments: {error}.", f"It takes {signature}."
            ) from None
        missing = [
            item.name for item in signature.parameters.values()
            if item.default is item.empty and item.name not in bound
            and item.kind in (item.POSITIONAL_ONLY, item.POSITIONAL_OR_KEYWORD, item.KEYWORD_ONLY)
        ]  # fmt: skip
        example = ", ".join(f"{item}=…" for item in missing)
        raise ImportFailure(
            f"{name} needs {', '.join(missing)}.", f"Give its arguments: {example}."
        ) from None


def _told(error: BaseException, path: Path) -> str:
    """An exception as one line, with the line of the file it came from."""
    line = None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    where = f" (line {line})" if line else ""
    return f"{type(error).__name__}: {first_line(error)}{where}."


def entries_of(shapes: str, dtype: str = "") -> tuple[Entry, ...]:
    """``3x224x224`` (one sample, without the batch) as an input; several are separated by ``;``. ``int64:16``
    says the dtype too."""
    found = []
    for text in filter(None, (part.strip() for part in shapes.split(";"))):
        kind, colon, sizes = text.rpartition(":")
        kind = kind.strip() if colon else dtype or "float32"
        words = sizes.replace("×", "x").replace(",", "x").strip(" ()").split("x")
        try:
            shape = tuple(int(word) for word in words if word.strip())
        except ValueError:
            shape = (0,)
        if kind not in DTYPES or not all(1 <= size <= 1_000_000 for size in shape) or len(shape) > 6:
            raise ImportFailure(
                f"“{text}” is no input shape.",
                "Write one sample's sizes: 3x224x224, or int64:128 for tokens.",
            )
        found.append(Entry(shape, kind))
    return tuple(found)
