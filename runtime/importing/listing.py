"""What there is to import, found by reading and not by running: a library's models, a file's classes.

No torch here, and nothing is imported: the window shows these lists.
"""

from __future__ import annotations

import ast
import importlib.util
import re
from functools import lru_cache
from pathlib import Path

from runtime.importing.failure import ImportFailure

LIBRARIES = ("torchvision", "timm")
DTYPES = ("float32", "int64", "int32", "bool")
_REGISTERED = re.compile(r"^@register_model(?:\(([^)]*)\))?.*?^def (\w+)", re.MULTILINE | re.DOTALL)
_KINDS = ("", "segmentation", "video", "detection", "optical_flow", "quantization")
"""Folders of torchvision's models: those for one picture, and others."""


def is_file(source: str) -> bool:
    """Whether a source names a Python file, whose code would run."""
    return source.partition(":")[0] not in LIBRARIES


def installed(library: str) -> bool:
    """Whether a library is there."""
    return importlib.util.find_spec(library) is not None


@lru_cache(maxsize=4)
def library_models(library: str) -> tuple[str, ...]:
    """The models of a library by name, in order; empty when it is not installed. Those that compute with small
    whole numbers are left out: they cannot be drawn."""
    return tuple(sorted(name for name, kind in _registered(library).items() if kind != "quantization"))


@lru_cache(maxsize=4)
def _registered(library: str) -> dict[str, str]:
    """The models of a library by name, and the kind of each."""
    spec = importlib.util.find_spec(library)
    if spec is None or spec.origin is None:
        return {}
    found: dict[str, str] = {}
    for kind in _KINDS if library == "torchvision" else ("",):
        for path in sorted((Path(spec.origin).parent / "models" / kind).glob("*.py")):
            text = path.read_text(encoding="utf-8", errors="replace")
            for match in _REGISTERED.finditer(text):
                named = re.search(r"name=[\"']([^\"']+)", match.group(1) or "")
                found.setdefault(named.group(1) if named else match.group(2), kind)
    return found


def kind_of(name: str) -> str:
    """What a model of torchvision is for: "segmentation", "video", "detection", "optical_flow", "quantization", or
    "" for the classes of one picture and for unknown names."""
    return _registered("torchvision").get(name, "")


def usual_shapes(name: str) -> str:
    """What a model of torchvision is usually given, one sample: ``3x224x224``."""
    kind = kind_of(name)
    if kind == "video":
        return "3x16x224x224" if name.startswith(("mvit", "swin3d", "s3d")) else "3x16x112x112"
    if kind == "optical_flow":
        return "3x128x128; 3x128x128"
    if kind == "detection":
        return "3x300x300" if name.startswith("ssd300") else "3x320x320"
    return "3x299x299" if name == "inception_v3" else "3x224x224"


def classes_in(path: Path) -> list[str]:
    """Classes of a file that look like models, read from its syntax tree; nothing runs. What says it is a
    module comes first."""
    try:
        tree = ast.parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ImportFailure(f"{path} cannot be read: {error.strerror or error}.") from None
    except (SyntaxError, ValueError) as error:
        where = f" in line {error.lineno}" if isinstance(error, SyntaxError) and error.lineno else ""
        raise ImportFailure(f"Python cannot read {path.name}{where}: {first_line(error)}.") from None
    classes = [part for part in tree.body if isinstance(part, ast.ClassDef)]
    known: set[str] = set()
    for part in classes:
        bases = [ast.unparse(base).rpartition(".")[2] for base in part.bases]
        if any(base == "Module" or base == "Sequential" or base in known for base in bases):
            known.add(part.name)
    ordered = [part.name for part in classes if part.name in known]
    return ordered[::-1] + [part.name for part in classes if part.name not in known and part.bases]


def first_line(error: BaseException) -> str:
    """What an exception says, on one line."""
    text = str(error).strip().splitlines()
    return text[0].rstrip(".") if text else type(error).__name__
