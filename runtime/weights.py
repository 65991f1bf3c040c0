"""Weights to start from: files read without running code, compared with a network, put into it where they fit.

A project names its start weights by a bare file name (:attr:`graph.model.Project.weights`): a safetensors file
beside the project or, while that is unsaved, in the program's data folder. Its keys are those of the first
network's module. Files from elsewhere are compared first; what matches is kept under the network's own keys.

No torch at module level: the window reads the names and reports here, the tensors only in a worker.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from graph.model import Project
from graph.settings import WEIGHTS
from runtime.weights_alike import COUNTERS, Shape, alike

if TYPE_CHECKING:
    import torch
    from torch import nn

State: TypeAlias = Literal["matched", "missing", "unexpected", "wrong"]

ENDINGS = (".safetensors", ".pt", ".pth", ".bin", ".ckpt")
NESTS = ("state_dict", "model_state_dict", "model", "net", "network", "module", "weights", "params", "ema")
"""Under these keys training scripts keep the state_dict among other things."""
PREFIXES = ("module.", "_orig_mod.", "state_dict.", "model.", "net.", "network.", "backbone.", "encoder.")
"""Put before every key by DataParallel, torch.compile and people's own wrappers."""


class WeightsError(Exception):
    """Weights that cannot be used. The text is a sentence for the person."""


@dataclass(frozen=True, slots=True)
class Row:
    """One tensor: its key in the network and in the file ("" where it has none), and its shapes. ``alike`` says
    that not the name but the shape and the order have brought the two together."""

    state: State
    key: str
    file_key: str
    shape: Shape | None = None
    file_shape: Shape | None = None
    alike: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a file of weights has to do with a network. ``how`` says how names were brought together."""

    rows: tuple[Row, ...]
    how: str = ""

    def of(self, state: State) -> tuple[Row, ...]:
        return tuple(row for row in self.rows if row.state == state)

    def by_name(self) -> Report:
        """The same without what only shape and order have brought together."""
        rows = [row for row in self.rows if not row.alike]
        for row in self.rows:
            if row.alike and not row.key.endswith(COUNTERS):
                rows.append(Row("missing", row.key, "", row.shape, None))
            if row.alike:
                rows.append(Row("unexpected", "", row.file_key, None, row.file_shape))
        return Report(tuple(rows), self.how)

    @property
    def complete(self) -> bool:
        """Whether every tensor of the network is in the file."""
        return bool(self.of("matched")) and not self.of("missing") and not self.of("wrong")

    @property
    def sentence(self) -> str:
        """``14 of 16 tensors match. 2 have another shape.``"""
        matched, wrong = len(self.of("matched")), len(self.of("wrong"))
        missing, unexpected = len(self.of("missing")), len(self.of("unexpected"))
        total = matched + wrong + missing
        parts = [f"{matched:,} of {_tensors(total)} {'matches' if matched == 1 else 'match'}"]
        if wrong:
            parts.append(f"{wrong:,} {'has' if wrong == 1 else 'have'} another shape")
        if missing:
            parts.append(f"{missing:,} {'is' if missing == 1 else 'are'} not in the file")
        if unexpected:
            parts.append(f"{unexpected:,} of the file {'has' if unexpected == 1 else 'have'} no place here")
        alike = sum(row.alike for row in self.of("matched"))
        if alike:
            others = "all" if alike == matched else f"{alike:,} of them"
            parts.append(f"Their names differ, so {others} were brought together by shape and order")
        return ". ".join([*parts, *([self.how] if self.how else [])]) + "."


def _tensors(count: int) -> str:
    return f"{count:,} tensor{'' if count == 1 else 's'}"


# -- files and where they are --------------------------------------------------------------------------


def data_folder() -> Path:
    """Where weights wait for their project to be saved."""
    from platformdirs import user_data_path

    return user_data_path("TorchLoom", appauthor=False) / "weights"


def find(name: str, folder: Path | None) -> Path:
    """The file of a project's start weights; ``folder`` is that of the project's file, if it has one."""
    if not WEIGHTS.fullmatch(name):
        raise WeightsError(f"“{name[:60]}” is no name of a file with weights.")
    for place in ([folder] if folder is not None else []) + [data_folder()]:
        if (place / name).is_file():
            return place / name
    raise WeightsError(
        f"The start weights “{name}” are missing: they are neither beside the project nor in the data folder. "
        "Load them again, or remove them from the project."
    )


def start_of(project: Project, folder: Path | None) -> Path | None:
    """The project's start weights, ``None`` if it has none; :class:`WeightsError` if they are gone."""
    return find(project.weights, folder) if project.weights else None


def bring_along(name: str, to: Path, folder: Path | None) -> None:
    """Have a project's weights stand beside it in the folder ``to``: copied there, as a whole or not at all.

    ``folder`` is where the project stood before. Raises :class:`WeightsError`; nothing is lost then.
    """
    target = to / name
    if target.is_file():
        return
    origin = find(name, folder)
    spare: str | None = None
    try:
        handle, spare = tempfile.mkstemp(prefix=f".{name[:40]}.", suffix=".tmp", dir=to)
        os.close(handle)
        shutil.copyfile(origin, spare)
        os.chmod(spare, 0o644)
        os.replace(spare, target)
        spare = None
    except OSError as error:
        reason = error.strerror or str(error)
        raise WeightsError(
            f"The start weights “{name}” could not be put beside the project: {reason}. They stay where they are."
        ) from None
    finally:
        if spare is not None:
            with suppress(OSError):
                os.unlink(spare)


def keep(tensors: Mapping[str, torch.Tensor], stem: str, folder: Path | None = None) -> str:
    """Write tensors (by the network's own keys) into the data folder, or another; gives the file's name.

    The name ends with a part of the content's checksum, so that no file ever replaces another one.
    """
    from safetensors.torch import save_file

    from runtime.training.checkpoint import storable

    folder = folder or data_folder()
    clean = re.sub(r"[^A-Za-z0-9_-]+", "-", stem).strip("-_")[:60] or "weights"
    spare = ""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, spare = tempfile.mkstemp(prefix=".weights-", suffix=".tmp", dir=folder)
        os.close(handle)
        save_file(storable(tensors), spare, {"format": "pt"})
        name = f"{clean}-{_checksum(Path(spare))[:8]}.safetensors"
        os.chmod(spare, 0o644)
        os.replace(spare, folder / name)
    except OSError as error:
        with suppress(OSError):
            os.unlink(spare)
        raise WeightsError(f"The weights could not be kept: {error.strerror or error}.") from None
    return name


def _checksum(path: Path) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**22):
            found.update(piece)
    return found.hexdigest()


def read(path: Path) -> dict[str, torch.Tensor]:
    """The tensors of a safetensors file, of a state_dict saved by torch (wherever a training script has put it
    in its checkpoint), or of a run's folder. Reading never runs code. :class:`WeightsError` with a sentence."""
    import torch
    from safetensors import SafetensorError
    from safetensors.torch import load_file

    if path.is_dir():
        path = path / "best.safetensors"
    if not path.is_file():
        raise WeightsError(f"There is no file of weights at {path}.")
    try:
        if path.suffix == ".safetensors":
            return dict(sorted(load_file(path).items()))  # it has no order but that of the names
        found = torch.load(path, map_location="cpu", weights_only=True)
    except torch.serialization.pickle.UnpicklingError:
        raise WeightsError(
            f"“{path.name}” is not opened: it holds more than tensors, which could run code, or it is damaged. "
            "Save the weights with torch.save(model.state_dict(), …) or as safetensors."
        ) from None
    except (OSError, SafetensorError, RuntimeError, EOFError, ValueError, KeyError) as error:
        reason = (str(error).splitlines() or [""])[0].rstrip(".")[:200]
        raise WeightsError(f"“{path.name}” cannot be read as weights; it may be damaged: {reason}.") from None
    tensors = _nested(found)
    if not tensors:
        raise WeightsError(f"“{path.name}” holds no weights.")
    return tensors


def _nested(found: Any, depth: int = 0) -> dict[str, torch.Tensor]:
    """The tensors of a checkpoint: of itself, or of the first part that has any."""
    import torch

    if not isinstance(found, Mapping) or depth > 3:
        return {}
    tensors = {str(key): item for key, item in found.items() if isinstance(item, torch.Tensor)}
    if tensors:
        return tensors
    known = [found[name] for name in NESTS if name in found]
    for part in (*known, *found.values()):
        tensors = _nested(part, depth + 1)
        if tensors:
            return tensors
    return {}


# -- comparing -----------------------------------------------------------------------------------------


def compare(
    model: Mapping[str, Shape], file: Mapping[str, Shape], renames: Mapping[str, str] | None = None
) -> Report:
    """What of the file fits the network, under the names that bring most together.

    ``renames`` (file's key -> network's key) are pairs that are known. Besides them the usual wrappers'
    prefixes are tried. What has no name in common then is brought together by shape and order, as far as that is
    certain (:mod:`runtime.weights_alike`); the report's rows say so.
    """
    names: Mapping[str, str] = dict(zip(file, file, strict=True))
    most, how = _matches(model, file, names), ""
    for other, told in _namings(model, file, renames or {}):
        count = _matches(model, file, other)
        if count > most:
            names, most, how = other, count, told
    if most < len(model):
        known = {key: names[key] for key in file if model.get(names[key]) == file[key]}
        found = alike(model, file, known)
        if len(found) * 2 >= len(model):  # fewer are chance
            return _report(model, file, {**names, **found}, how if known else "", set(found) - set(known))
    return _report(model, file, names, how)


def _matches(model: Mapping[str, Shape], file: Mapping[str, Shape], names: Mapping[str, str]) -> int:
    return sum(model.get(names[key]) == shape for key, shape in file.items() if key in names)


def _namings(
    model: Mapping[str, Shape], file: Mapping[str, Shape], renames: Mapping[str, str]
) -> Iterator[tuple[dict[str, str], str]]:
    """Ways to call the file's tensors, with what is said about each."""
    if renames:
        yield {key: renames.get(key, key) for key in file}, "Names were translated"
    names = {key: key for key in file}
    stripped: list[str] = []
    for _ in range(3):
        prefix = next(
            (prefix for prefix in PREFIXES if any(name.startswith(prefix) for name in names.values())), ""
        )
        if not prefix:
            break
        names = {key: name.removeprefix(prefix) for key, name in names.items()}
        stripped.append(prefix)
        told = f"“{''.join(stripped)}” was left out of the names"
        yield dict(names), told
        if renames:
            yield (
                {key: renames.get(name, name) for key, name in names.items()},
                f"{told}, and they were translated",
            )
    for first in dict.fromkeys(key.partition(".")[0] + "." for key in model):
        yield {key: first + key for key in file}, f"“{first}” was put before the names"


def _report(
    model: Mapping[str, Shape],
    file: Mapping[str, Shape],
    names: Mapping[str, str],
    how: str,
    unlike: Collection[str] = (),
) -> Report:
    found: dict[str, str] = {}
    for key in sorted(file, key=lambda key: model.get(names[key]) != file[key]):
        if names[key] in model:
            found.setdefault(names[key], key)
    rows: list[Row] = []
    for key, shape in model.items():
        theirs = found.get(key)
        if theirs is not None:
            state: State = "matched" if file[theirs] == shape else "wrong"
            rows.append(Row(state, key, theirs, shape, file[theirs], theirs in unlike))
        elif not key.endswith(COUNTERS):  # older files do not count batches, and nothing needs it
            rows.append(Row("missing", key, "", shape, None))
    used = set(found.values())
    rows += [Row("unexpected", "", key, None, shape) for key, shape in file.items() if key not in used]
    return Report(tuple(rows), how)


# -- into a model --------------------------------------------------------------------------------------


def shapes_of(tensors: Mapping[str, torch.Tensor]) -> dict[str, Shape]:
    return {key: tuple(tensor.shape) for key, tensor in tensors.items()}


def fitting(
    model: Mapping[str, Shape], tensors: Mapping[str, torch.Tensor], renames: Mapping[str, str] | None = None
) -> tuple[dict[str, torch.Tensor], Report]:
    """The tensors that fit, under the network's own keys, and the whole report."""
    report = compare(model, shapes_of(tensors), renames)
    return {row.key: tensors[row.file_key] for row in report.of("matched")}, report


def start_from(model: nn.Module, path: Path, renames: Mapping[str, str] | None = None) -> Report:
    """Put what fits of a file into a model; the rest (a head of another size) stays as it is.

    :class:`WeightsError` when the file cannot be read or nothing of it fits.
    """
    tensors, report = fitting(shapes_of(model.state_dict()), read(path), renames)
    if not tensors:
        raise WeightsError(f"Nothing in “{path.name}” fits this network: no name and shape agree.")
    model.load_state_dict(tensors, strict=False)
    return report


def keys_of(project: Project, trusted: Collection[str] | None) -> dict[str, Shape]:
    """Keys and shapes of the first network's module, which is built on ``meta`` for it. Runs generated code and
    a person's own; only a worker or the terminal does. Raises :class:`graph.code.CodeError`,
    :class:`runtime.training.errors.RunError`."""
    import torch

    from graph.code import generate, load_module
    from graph.shapes import Inference
    from runtime.custom import asker
    from runtime.trust import refuse_untrusted

    refuse_untrusted(project, trusted, project.main.id)
    inference = Inference()
    inference.custom = asker(trusted)
    source = generate(project, inference.run(project), project.main.id)
    with tempfile.TemporaryDirectory(prefix="torchloom-keys-") as folder:
        path = Path(folder) / "model.py"
        path.write_text(source.text, encoding="utf-8")
        made = load_module(path, source.class_name)
        with torch.device("meta"):
            return shapes_of(made().state_dict())


def compared(
    project: Project, path: Path, trusted: Collection[str] | None, kept: bool = False, by_shape: bool = True
) -> tuple[Report, str]:
    """A file against a project's first network. With ``kept``, what fits is written into the data folder under
    the network's keys, and the name to put into the project comes second. Without ``by_shape`` only names count."""
    found = read(path)
    report = compare(keys_of(project, trusted), shapes_of(found))
    report = report if by_shape else report.by_name()
    tensors = {row.key: found[row.file_key] for row in report.of("matched")}
    if kept and not tensors:
        raise WeightsError(f"Nothing in “{path.name}” fits this network: no name and shape agree.")
    stem = path.name if path.is_dir() else path.stem
    return report, keep(tensors, stem) if kept else ""
