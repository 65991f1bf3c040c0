"""JSON as text: strict when read, easy to read and to compare when written."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Mapping
from typing import Any, NoReturn

from graph.files.errors import FileError
from graph.values import MAX_INT

MAX_BYTES = 64 * 2**20
MAX_DEPTH = 24
LINE = 110

_STRING = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
_NO_BRACKET = re.compile(r"[^\[\]{}]+")
_ENCODE = json.JSONEncoder(ensure_ascii=False, allow_nan=False, sort_keys=True).encode


def parse(text: str) -> dict[str, Any]:
    """The object a JSON text holds. Refuses NaN, infinities, double keys, huge numbers and deep nesting."""
    if len(text) > MAX_BYTES:
        raise FileError(f"It is larger than {MAX_BYTES // 2**20} MB, which no project needs.")
    try:
        data = json.loads(
            text, object_pairs_hook=_object, parse_constant=_constant, parse_float=_float, parse_int=_int
        )
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise FileError(f"It is not valid JSON: {error.msg}, {place}.") from None
    except RecursionError:
        raise FileError("It is nested too deeply to be a project.") from None
    if not isinstance(data, dict):
        raise FileError("It is JSON, but not a TorchLoom project.")
    if _is_deep(text):
        raise FileError("It is nested too deeply to be a project.")
    return data


def _is_deep(text: str) -> bool:
    """Whether valid JSON is nested deeper than any project: take away innermost brackets, layer by layer."""
    brackets = _NO_BRACKET.sub("", _STRING.sub("", text))
    for _ in range(MAX_DEPTH):
        brackets = brackets.replace("[]", "").replace("{}", "")
    return bool(brackets)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        double = next(key for key, _ in pairs if key in seen or seen.add(key))  # type: ignore[func-returns-value]
        raise FileError(f"It holds the key “{double[:60]}” twice in one place.")
    return found


def _constant(text: str) -> NoReturn:
    raise FileError(f"It holds {text}, which is not a number.")


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise FileError("It holds a number that is too large.")
    return value


def _int(text: str) -> int:
    if len(text) > 17 or abs(int(text)) > MAX_INT:
        raise FileError("It holds a number that is too large.")
    return int(text)


def write(data: Mapping[str, Any]) -> str:
    """JSON with sorted keys (n2 before n10), small things on one line, so that two versions compare well."""
    try:
        text = _written(data, "") + "\n"
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise FileError("The project holds a character that a text file cannot keep.") from None
    except ValueError:
        raise FileError("The project holds a number that is not finite, which a file cannot keep.") from None
    return text


def _key(key: str) -> tuple[str, int, str]:
    head = key.rstrip("0123456789")
    tail = key[len(head) :]
    return (head, int(tail) if tail and len(tail) < 12 else -1, key)


def _written(value: Any, indent: str) -> str:
    flat = _flat(value)
    if flat is not None and len(flat) + len(indent) <= LINE and (indent or not isinstance(value, Mapping)):
        return flat
    inner = indent + "  "
    if isinstance(value, Mapping) and value:
        lines = [f"{inner}{_ENCODE(key)}: {_written(value[key], inner)}" for key in sorted(value, key=_key)]
        return "{\n" + ",\n".join(lines) + f"\n{indent}}}"
    if isinstance(value, (list, tuple)) and value:
        return "[\n" + ",\n".join(inner + _written(item, inner) for item in value) + f"\n{indent}]"
    return _ENCODE(value)


def _flat(value: Any) -> str | None:
    """The value on one line, or ``None`` when it obviously is too long for that."""
    if isinstance(value, (Mapping, list, tuple)) and len(value) > 12:
        return None
    return _ENCODE(value)
