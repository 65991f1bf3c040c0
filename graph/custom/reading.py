"""What the code of a block says, found out on its syntax tree without running any of it."""

from __future__ import annotations

import ast
import hashlib
import warnings
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, TypeAlias

from graph.checks import MAX_TEXT, check_value
from graph.model import Exposed
from graph.names import is_usable, unique_name
from graph.values import BadValue, Value

GIVEN = {
    "torch": ("import torch",),
    "nn": ("from torch import nn", "import torch.nn as nn"),
    "F": ("import torch.nn.functional as F", "from torch.nn import functional as F"),
    "math": ("import math",),
}
"""Names every block's code may use without importing them, and the imports that mean the same."""


class CodeFault(ValueError):
    """Code that cannot be a block. The text is a sentence; ``line`` and ``column`` count from 1."""

    def __init__(self, sentence: str, line: int = 1, column: int = 1) -> None:
        super().__init__(sentence)
        self.line = line
        self.column = column


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name: the statement alone, the name it binds, the package it needs."""

    text: str
    name: str
    package: str
    line: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a block's code declares."""

    kind: Literal["class", "function"]
    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    parameters: tuple[Exposed, ...]
    imports: tuple[Import, ...]
    help: str = ""
    body: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    """The code without its imports: line numbers and lines."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Top-level names of what is imported besides torch and the standard names."""
        return tuple(dict.fromkeys(item.package for item in self.imports))


Definition: TypeAlias = ast.ClassDef | ast.FunctionDef
Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef


def fingerprint(code: str) -> str:
    """SHA-256 of the code, in hexadecimal: what a person trusts is exactly this text."""
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def fault_of(code: str) -> CodeFault | None:
    """What is wrong with the code as far as can be told without running it, or ``None``."""
    try:
        read(code)
    except CodeFault as fault:
        return fault
    return None


def read(code: str) -> Reading:
    """What the code declares; :class:`CodeFault` with a sentence and a line when it cannot be a block."""
    found = _read(code)
    if isinstance(found, CodeFault):
        raise CodeFault(str(found), found.line, found.column)
    return found


def reading_of(code: str) -> Reading | None:
    """The same, or ``None`` for code that cannot be a block."""
    found = _read(code)
    return found if isinstance(found, Reading) else None


@lru_cache(maxsize=512)
def _read(code: str) -> Reading | CodeFault:
    try:
        return _declared(code)
    except CodeFault as fault:
        return fault
    except RecursionError:
        return CodeFault("This is nested too deeply to be read.")


def _declared(code: str) -> Reading:
    if len(code) > MAX_TEXT:
        raise CodeFault(f"The code is longer than {MAX_TEXT:,} characters.")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice about escapes is for whoever runs the code
            tree = ast.parse(code)
    except SyntaxError as error:
        raise CodeFault(_syntax_sentence(error), error.lineno or 1, error.offset or 1) from None
    except (ValueError, RecursionError, MemoryError, OverflowError) as error:
        raise CodeFault(f"Python cannot read this: {error}.") from None
    imports, definition = _parts(tree)
    if isinstance(definition, ast.ClassDef):
        call = _class_parts(definition)
        parameters = _exposed(call[0], skip_self=True) if call[0] else ()
        inputs = _inputs(call[1], skip_self=True)
        function: ast.FunctionDef = call[1]
    else:
        parameters, inputs, function = _exposed(definition), _inputs(definition), definition
    outputs = _outputs(function, inputs)
    skipped = {
        number
        for part in tree.body
        if isinstance(part, (ast.Import, ast.ImportFrom))
        for number in range(part.lineno, (part.end_lineno or part.lineno) + 1)
    }
    lines = [(number, line) for number, line in enumerate(code.split("\n"), 1) if number not in skipped]
    return Reading(
        "class" if isinstance(definition, ast.ClassDef) else "function",
        definition.name,
        inputs,
        outputs,
        parameters,
        imports,
        ast.get_docstring(definition) or "",
        tuple(_trimmed(lines)),
    )


def _syntax_sentence(error: SyntaxError) -> str:
    text = (error.msg or "invalid syntax").strip()
    return f"Python cannot read this line: {text}."


def _trimmed(lines: list[tuple[int, str]]) -> list[tuple[int, str]]:
    """Without empty lines at both ends, and no spaces at the ends of lines that hold nothing else."""
    while lines and not lines[0][1].strip():
        lines = lines[1:]
    while lines and not lines[-1][1].strip():
        lines = lines[:-1]
    return lines


def _parts(tree: ast.Module) -> tuple[tuple[Import, ...], Definition]:
    imports: list[Import] = []
    found: list[Definition] = []
    for number, part in enumerate(tree.body):
        if isinstance(part, (ast.Import, ast.ImportFrom)):
            imports += _imported(part)
        elif isinstance(part, (ast.ClassDef, ast.FunctionDef)):
            found.append(part)
        elif not (number == 0 and isinstance(part, ast.Expr) and _is_text(part.value)):
            raise CodeFault(
                "Only imports and one class or function may stand here: move this line into it.",
                part.lineno,
                part.col_offset + 1,
            )
    if not found:
        raise CodeFault(
            "There is no class and no function yet: write “class Name(nn.Module):” or “def name(x):”."
        )
    if len(found) > 1:
        raise CodeFault(
            f"“{found[1].name}” is a second class or function, and a block has one. Put it into "
            f"“{found[0].name}”, or into a block of its own.",
            found[1].lineno,
            found[1].col_offset + 1,
        )
    definition = found[0]
    if not is_usable(definition.name) or definition.name in GIVEN:
        raise CodeFault(
            f"“{definition.name[:60]}” cannot be the name: use letters, digits and _, a letter first, and no "
            "name that PyTorch or the generated code uses.",
            definition.lineno,
            definition.col_offset + 1,
        )
    for item in imports:
        if item.name == definition.name:
            raise CodeFault(f"“{item.name}” is imported and defined here: rename one of them.", item.line)
    return tuple(imports), definition


def _is_text(value: ast.expr) -> bool:
    return isinstance(value, ast.Constant) and isinstance(value.value, str)


def _imported(part: ast.Import | ast.ImportFrom) -> Iterator[Import]:
    if isinstance(part, ast.ImportFrom) and (part.level or part.module == "__future__"):
        raise CodeFault("Only whole packages can be imported here, by their full name.", part.lineno)
    for alias in part.names:
        if alias.name == "*":
            raise CodeFault("Name what you import: “*” could hide anything.", part.lineno)
        if isinstance(part, ast.ImportFrom):
            one: ast.stmt = ast.ImportFrom(part.module, [alias], 0)
            name, package = alias.asname or alias.name, (part.module or "").partition(".")[0]
        else:
            one = ast.Import([alias])
            name, package = alias.asname or alias.name.partition(".")[0], alias.name.partition(".")[0]
        text = ast.unparse(one)
        if name in GIVEN:
            same = text in GIVEN[name] or (name == "torch" and text.startswith("import torch."))
            if not same:
                meant = GIVEN[name][0]
                raise CodeFault(f"“{name}” stands for “{meant}” here: give this another name.", part.lineno)
            if text in GIVEN[name]:
                continue
        yield Import(text, name, package, part.lineno)


def _class_parts(definition: ast.ClassDef) -> tuple[ast.FunctionDef | None, ast.FunctionDef]:
    """The constructor, if there is one, and ``forward``."""
    if not definition.bases:
        raise CodeFault(
            f"“{definition.name}” must be a torch module: write “class {definition.name}(nn.Module):”.",
            definition.lineno,
        )
    methods: dict[str, Function] = {
        part.name: part
        for part in definition.body
        if isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    forward, constructor = methods.get("forward"), methods.get("__init__")
    if forward is None:
        raise CodeFault(f"“{definition.name}” has no “def forward(self, x):” yet.", definition.lineno)
    for method in (forward, constructor):
        if isinstance(method, ast.AsyncFunctionDef):
            raise CodeFault(f"“{method.name}” cannot be async.", method.lineno)
        if method is not None and not [*method.args.posonlyargs, *method.args.args]:
            raise CodeFault(f"“{method.name}” needs “self” as its first argument.", method.lineno)
    assert isinstance(forward, ast.FunctionDef) and not isinstance(constructor, ast.AsyncFunctionDef)
    return constructor, forward


def _arguments(function: ast.FunctionDef, skip_self: bool) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """The arguments with their defaults."""
    arguments = function.args
    for star in (arguments.vararg, arguments.kwarg):
        if star is not None:
            raise CodeFault(f"Name every argument: “*{star.arg}” cannot become a port.", star.lineno)
    plain = [*arguments.posonlyargs, *arguments.args]
    given: list[ast.expr | None] = [None] * (len(plain) - len(arguments.defaults))
    pairs = list(zip(plain, [*given, *arguments.defaults], strict=True))[1 if skip_self else 0 :]
    yield from pairs
    yield from zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)


def _inputs(function: ast.FunctionDef, skip_self: bool = False) -> tuple[str, ...]:
    """Arguments without a default."""
    found = []
    for argument, default in _arguments(function, skip_self):
        if default is None:
            if argument in function.args.kwonlyargs:
                raise CodeFault(
                    f"“{argument.arg}” stands behind the *, so it needs a default.", argument.lineno
                )
            found.append(_named(argument, "an input"))
    return tuple(found)


def _named(argument: ast.arg, what: str) -> str:
    if not is_usable(argument.arg) or argument.arg == "repeat":
        raise CodeFault(
            f"“{argument.arg[:60]}” cannot be the name of {what}: PyTorch or the generated code uses it.",
            argument.lineno,
            argument.col_offset + 1,
        )
    return argument.arg


def _by_position(function: ast.FunctionDef) -> None:
    if function.args.posonlyargs and function.args.defaults:
        raise CodeFault("A parameter must be given by name: take the “/” away.", function.lineno)


def _exposed(function: ast.FunctionDef, skip_self: bool = False) -> tuple[Exposed, ...]:
    """Arguments with a plain default. A constructor has no others."""
    found = []
    _by_position(function)
    for argument, default in _arguments(function, skip_self):
        if default is None:
            if not skip_self:
                continue
            raise CodeFault(
                f"“{argument.arg}” needs a default, such as {argument.arg}=64: it becomes a parameter of the block.",
                argument.lineno,
                argument.col_offset + 1,
            )
        found.append(Exposed(_named(argument, "a parameter"), _plain(argument.arg, default)))
    return tuple(found)


def _plain(name: str, default: ast.expr) -> Value:
    try:
        value: Value = ast.literal_eval(default)
        check_value(value, name)
        if isinstance(value, str) and len(value) > 200:
            raise BadValue("It is too long.")
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError):
        raise CodeFault(
            f"The default of “{name}” must be a number, a text, True or False, None, or a tuple of such.",
            default.lineno,
            default.col_offset + 1,
        ) from None
    return value


def _outputs(function: ast.FunctionDef, inputs: Iterable[str]) -> tuple[str, ...]:
    """Names for what is returned: the variables' own where they can be, else numbered ones."""
    first: tuple[str, ...] | None = None
    for statement in _returns(function.body):
        value = statement.value
        if value is None or (isinstance(value, ast.Constant) and value.value is None):
            raise CodeFault(f"“{function.name}” must return a tensor here.", statement.lineno)
        if isinstance(value, (ast.Dict, ast.List, ast.Set, ast.Constant)):
            raise CodeFault("Return a tensor, or several with commas between them.", statement.lineno)
        parts = value.elts if isinstance(value, ast.Tuple) else [value]
        if not parts or any(isinstance(part, ast.Starred) for part in parts):
            raise CodeFault("Name every tensor that is returned.", statement.lineno)
        names = _output_names(parts, inputs)
        if first is not None and len(first) != len(names):
            raise CodeFault(
                f"{len(names)} tensors are returned here, but {len(first)} further up: it must always be the "
                "same number.",
                statement.lineno,
            )
        first = first or names
    if first is None:
        raise CodeFault(f"“{function.name}” returns nothing yet.", function.lineno)
    return first


def _output_names(parts: list[ast.expr], inputs: Iterable[str]) -> tuple[str, ...]:
    taken, names = set(inputs), []
    for number, part in enumerate(parts, 1):
        plain = f"output{number}" if len(parts) > 1 else "output"
        name = part.id if isinstance(part, ast.Name) and is_usable(part.id) else plain
        if name in taken:
            name = plain if name != plain and plain not in taken else unique_name(plain, taken)
        taken.add(name)
        names.append(name)
    return tuple(names)


def _returns(body: list[ast.stmt]) -> Iterator[ast.Return]:
    """The return statements of a function itself, not of what is defined inside."""
    for part in body:
        if isinstance(part, ast.Return):
            yield part
        elif not isinstance(part, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            for name in ("body", "orelse", "finalbody"):
                yield from _returns(getattr(part, name, []))
            for handler in (*getattr(part, "handlers", []), *getattr(part, "cases", [])):
                yield from _returns(handler.body)


# -- renaming and pasting ------------------------------------------------------------------------------


def pasted(reading: Reading, name: str) -> list[tuple[int, str]]:
    """The definition as it stands in a module, called ``name``: the lines of the code with their numbers."""
    if name == reading.name:
        return list(reading.body)
    text = "\n".join(line for _, line in reading.body)
    places: dict[int, list[int]] = {}
    for part in ast.walk(ast.parse(text)):
        if isinstance(part, ast.Name) and part.id == reading.name:
            places.setdefault(part.lineno, []).append(part.col_offset)
    lines = [line.encode() for _, line in reading.body]
    before, after = reading.name.encode(), name.encode()
    for number, columns in places.items():
        for column in sorted(columns, reverse=True):
            line = lines[number - 1]
            lines[number - 1] = line[:column] + after + line[column + len(before) :]
    word = b"class" if reading.kind == "class" else b"def"
    for number, line in enumerate(lines):
        if line.startswith(word + b" ") and line[len(word) :].lstrip().startswith(before):
            at = line.index(before, len(word))
            lines[number] = line[:at] + after + line[at + len(before) :]
            break
    return [(number, line.decode()) for (number, _), line in zip(reading.body, lines, strict=True)]
