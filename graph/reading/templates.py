"""The catalogue's printing, read backwards: which layer prints an expression like this one, and with what.

Every layer is printed with stand-ins for its inputs and parameters, in each of the forms it takes; an
expression that has one of these forms is that layer. So a new layer can be read as soon as it is declared.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

from graph.building import argument, call_text, constructor_text
from graph.catalogue import CATALOGUE
from graph.catalogue.spec import LayerType, Param, literal
from graph.reading.constants import dotted

_MOST = 1500
"""Forms of one layer that are looked at."""
_HOLE, _MINUS, _INPUT, _MODULE = "PARAMETER_", "NEGATED_", "ARGUMENT_", "MODULE"
_AXES = range(-4, 4)


@dataclass(frozen=True, slots=True)
class Template:
    """One form in which a layer is printed."""

    layer: LayerType
    tree: ast.expr
    values: Mapping[str, Any]
    """Parameters that this form implies."""
    ports: tuple[str, ...]
    """The port of every input stand-in, by number."""
    weight: int
    """How long the form is."""


@dataclass(slots=True)
class Match:
    """An expression as a layer: the trees of parameters and inputs, and the module's."""

    template: Template
    params: dict[str, ast.expr]
    inputs: dict[int, ast.expr]
    module: ast.expr | None


IsTensor = Callable[[ast.expr], bool]


def head(tree: ast.AST) -> str:
    """What an expression is at its outermost, for looking up."""
    if isinstance(tree, ast.Call):
        name = dotted(tree.func)
        if name.startswith(("self.", _MODULE)):
            return "()"
        if (
            name
            and not name.startswith(_INPUT)
            and name.partition(".")[0] in ("torch", "nn", "F", "torchvision")
        ):
            return name
        if isinstance(tree.func, ast.Attribute):
            return "." + tree.func.attr
        return name or "()"
    if isinstance(tree, ast.BinOp):
        return type(tree.op).__name__
    if isinstance(tree, ast.UnaryOp):
        return type(tree.op).__name__
    if isinstance(tree, ast.Compare):
        return type(tree.ops[0]).__name__
    if isinstance(tree, (ast.Name, ast.Attribute)):
        return "self" if dotted(tree).startswith(("self.", _MODULE)) else type(tree).__name__
    return type(tree).__name__


def functions(name: str, width: int) -> Sequence[Template]:
    """Forms of functions that start like this, those that say most first. ``width`` is the number of inputs
    of layers that take any number."""
    return _function_index(width).get(name, ())


def calls(layer: LayerType) -> Sequence[Template]:
    """The forms in which a layer that has a module is called."""
    return _sorted(_forms(layer.name, 1))


@cache
def _function_index(width: int) -> dict[str, list[Template]]:
    found: dict[str, list[Template]] = {}
    for layer in CATALOGUE.values():
        variadic = any(port.variadic for port in layer.inputs)
        if layer.call is not None and layer.module is None and (variadic or width == 1):
            for template in _forms(layer.name, width):
                found.setdefault(head(template.tree), []).append(template)
    return {name: _sorted(templates) for name, templates in found.items()}


def _sorted(templates: Sequence[Template]) -> list[Template]:
    return sorted(templates, key=rank)


def rank(template: Template) -> tuple[int, int]:
    """Longer forms say more; among equal ones the layer with the fewest inputs is meant."""
    return -template.weight, len(template.layer.inputs)


@cache
def _forms(name: str, width: int) -> tuple[Template, ...]:
    layer = CATALOGUE[name]
    seen: set[str] = set()
    made: list[Template] = []
    for ports in _wirings(layer, width):
        for values, texts in _fillings(layer, ports):
            names: dict[str, list[str]] = {}
            for number, port in enumerate(ports):
                names.setdefault(port, []).append(f"{_INPUT}{number}")
            text = _printed(call_text, layer, values, names, _MODULE, texts)
            if text is None or text in seen:
                continue
            seen.add(text)
            tree = ast.parse(text, mode="eval").body
            implied = {name: value for name, value in values.items() if name not in texts}
            made.append(Template(layer, tree, implied, ports, _weight(tree)))
            if len(made) >= _MOST:
                return tuple(made)
    return tuple(made)


def _printed(printing: Callable[..., str], *arguments: Any) -> str | None:
    """The text, or nothing where the layer cannot be printed so (a form that needs an input it has not)."""
    try:
        return printing(*arguments)
    except (KeyError, IndexError, TypeError, ValueError):
        return None


def _weight(tree: ast.AST) -> int:
    return sum(not isinstance(part, (ast.USub, ast.UnaryOp, ast.expr_context)) for part in ast.walk(tree))


def _wirings(layer: LayerType, width: int) -> Iterator[tuple[str, ...]]:
    """Which ports have a wire, in port order."""
    choices: list[tuple[tuple[str, ...], ...]] = []
    for port in layer.inputs:
        if port.variadic:
            choices.append(((port.name,) * width,))
        elif port.optional:
            choices.append(((), (port.name,)))
        else:
            choices.append(((port.name,),))
    for chosen in product(*choices):
        yield tuple(name for names in chosen for name in names)


def _fillings(layer: LayerType, ports: tuple[str, ...]) -> Iterator[tuple[dict[str, Any], dict[str, str]]]:
    """Values and texts to print a layer with: every parameter that shows, in every way it can show."""
    base = {param.name: _usual(param) for param in layer.params}
    names: dict[str, list[str]] = {}
    for number, port in enumerate(ports):
        names.setdefault(port, []).append(f"{_INPUT}{number}")
    shown: list[list[tuple[str, Any, str]]] = []
    plain = _printed(call_text, layer, base, names, _MODULE)
    for param in layer.params:
        ways = list(_ways(layer, param, base[param.name]))
        texts = {
            _printed(call_text, layer, base | {name: value}, names, _MODULE, {name: text} if text else {})
            for name, value, text in ways
        }
        if len(texts | {plain}) > 1:
            shown.append(ways)
    for chosen in product(*shown):
        values, written = dict(base), {}
        for name, value, text in chosen:
            values[name] = value
            if text:
                written[name] = text
        yield values, written


def _ways(layer: LayerType, param: Param, usual: Any) -> Iterator[tuple[str, Any, str]]:
    """(name, value, text): a number that is printed as itself has no text."""
    if param.kind == "bool":
        yield param.name, usual, ""
        yield param.name, not usual, ""
        return
    if param.kind == "choice":
        for choice in param.choices:
            yield param.name, choice, ""
        yield param.name, usual, _HOLE + param.name
        return
    yield param.name, usual, _HOLE + param.name
    yield param.name, usual, ""
    if param.optional:
        yield param.name, None, ""
    if usual is None or param.optional:
        yield param.name, 2, _HOLE + param.name
    if param.kind == "int" and "dim" in param.name:
        for axis in _AXES:
            yield param.name, axis, ""
    if param.kind in ("int", "float") and (param.minimum is None or param.minimum < 0):
        yield param.name, -2, f"-{_MINUS}{param.name}"
    for example in layer.examples:
        value = example.params.get(param.name, usual)
        if value != usual:
            yield param.name, value, _HOLE + param.name


def _usual(param: Param) -> Any:
    return param.default


# -- comparing --------------------------------------------------------------------------------------


def match(template: Template, tree: ast.expr, is_tensor: IsTensor) -> Match | None:
    """The expression as this form, if it has it."""
    found = Match(template, {}, {}, None)
    return found if _fits(template.tree, tree, found, is_tensor) else None


def _fits(form: ast.AST, tree: ast.AST, found: Match, is_tensor: IsTensor) -> bool:
    if isinstance(form, ast.Name) and isinstance(tree, ast.expr):
        if form.id.startswith(_INPUT):
            return _bound(found.inputs, int(form.id[len(_INPUT) :]), tree) and is_tensor(tree)
        if form.id.startswith(_HOLE):
            return _bound(found.params, form.id[len(_HOLE) :], tree) and not is_tensor(tree)
        if form.id.startswith(_MINUS):
            minus = ast.copy_location(ast.UnaryOp(op=ast.USub(), operand=tree), tree)
            return _bound(found.params, form.id[len(_MINUS) :], minus) and not is_tensor(tree)
        if form.id == _MODULE:
            if found.module is not None or not dotted(tree).startswith("self."):
                return found.module is not None and ast.dump(found.module) == ast.dump(tree)
            found.module = tree
            return True
    if isinstance(form, ast.Call) and isinstance(tree, ast.Call):
        return _fits_call(form, tree, found, is_tensor)
    spread = form.elts[0] if isinstance(form, (ast.List, ast.Tuple)) and len(form.elts) == 1 else None
    if isinstance(spread, ast.Starred):
        return isinstance(tree, (ast.List, ast.Tuple)) and _fits(
            spread.value, ast.Tuple(elts=tree.elts, ctx=ast.Load()), found, is_tensor
        )
    if isinstance(form, ast.List) and isinstance(tree, ast.Tuple):
        form = ast.Tuple(elts=form.elts, ctx=form.ctx)
    if type(form) is not type(tree):
        return False
    for field, wanted in ast.iter_fields(form):
        given = getattr(tree, field, None)
        if isinstance(wanted, ast.AST):
            if isinstance(wanted, (ast.expr_context, ast.operator, ast.unaryop, ast.cmpop)):
                if type(wanted) is not type(given) and not isinstance(wanted, ast.expr_context):
                    return False
            elif not isinstance(given, ast.AST) or not _fits(wanted, given, found, is_tensor):
                return False
        elif isinstance(wanted, list):
            if not isinstance(given, list) or len(wanted) != len(given):
                return False
            for one, other in zip(wanted, given, strict=True):
                if not _fits(one, other, found, is_tensor):
                    return False
        elif field != "kind" and (wanted != given or type(wanted) is not type(given)):
            return False
    return True


def _fits_call(form: ast.Call, tree: ast.Call, found: Match, is_tensor: IsTensor) -> bool:
    if not _fits(form.func, tree.func, found, is_tensor):
        return False
    given = list(tree.args)
    for number, wanted in enumerate(form.args):
        if isinstance(wanted, ast.Starred) and isinstance(wanted.value, ast.Name):
            rest = given[number:]
            whole = rest[0] if len(rest) == 1 and isinstance(rest[0], (ast.Tuple, ast.List)) else None
            inside: ast.expr = whole or ast.Tuple(elts=rest, ctx=ast.Load())
            given[number:] = []
            if not rest or number + 1 != len(form.args) or not _fits(wanted.value, inside, found, is_tensor):
                return False
            break
        if number >= len(given) or not _fits(wanted, given[number], found, is_tensor):
            return False
    else:
        if len(given) < len(form.args):
            return False
    words = {word.arg: word.value for word in tree.keywords}
    if len(words) != len(tree.keywords):
        return False
    beyond = given[len(form.args) :] if not any(isinstance(part, ast.Starred) for part in form.args) else []
    missing = [word.arg for word in form.keywords if word.arg not in words]
    if len(beyond) > len(missing):
        return False
    words |= dict(zip(missing, beyond, strict=False))  # torch.cat(parts, 1) for torch.cat(parts, dim=1)
    if words.keys() != {word.arg for word in form.keywords}:
        return False
    return all(_fits(word.value, words[word.arg], found, is_tensor) for word in form.keywords)


def _bound(table: dict[Any, ast.expr], key: Any, tree: ast.expr) -> bool:
    if key in table:
        return ast.dump(table[key]) == ast.dump(tree)
    table[key] = tree
    return True


# -- constructors -----------------------------------------------------------------------------------


@cache
def modules() -> dict[str, tuple[LayerType, ...]]:
    """Layers by the class their constructor starts with."""
    found: dict[str, list[LayerType]] = {}
    for layer in CATALOGUE.values():
        if layer.module is not None:
            values = {param.name: _made(param) for param in layer.params}
            text = _printed(constructor_text, layer, values)
            made = ast.parse(text, mode="eval").body if text else None
            name = dotted(made.func) if isinstance(made, ast.Call) else layer.module
            found.setdefault(name, []).append(layer)
    return {name: tuple(layers) for name, layers in found.items()}


def _made(param: Param) -> Any:
    if param.default is not None or param.optional:
        return param.torch_default if param.torch_default is not None else param.default
    return {"shape": (2,), "ints": 2, "bool": False, "choice": param.choices[0] if param.choices else ""}.get(
        param.kind, 2
    )


def constructed(layer: LayerType, tree: ast.Call, is_tensor: IsTensor) -> dict[str, ast.expr] | None:
    """The trees of a constructor that a layer prints in a way of its own, or ``None`` if this is none.

    What the text names by keyword is looked for there; every other parameter has torch's default.
    """
    words = _keywords(tree)
    usual = {param.name: _made(param) for param in layer.params}
    named = {param.name for param in layer.params if param.name in words}
    open_ = [param for param in layer.params if param.kind in ("bool", "choice") and param.name not in named]
    for chosen in product(*(_choices(param) for param in open_)):
        values = usual | {param.name: choice for param, choice in zip(open_, chosen, strict=True)}
        plain = _printed(constructor_text, layer, values)
        if plain is None:
            continue
        shown = [name for name in usual if name in named or _shows(layer, values, plain, name, words)]
        texts = {name: _HOLE + name for name in shown if layer.param(name) not in open_}
        text = _printed(constructor_text, layer, values, texts)
        if text is None:
            continue
        form = ast.parse(text, mode="eval").body
        found = Match(Template(layer, form, {}, (), 0), {}, {}, None)
        if not _fits(form, tree, found, is_tensor):
            continue
        told = dict(found.params)
        for param, choice in zip(open_, chosen, strict=True):
            others = (other for other in _choices(param) if other != choice)
            if any(
                _printed(constructor_text, layer, values | {param.name: other}) != plain for other in others
            ):
                told[param.name] = ast.copy_location(ast.Constant(choice), tree)
        return told
    return None


def _shows(layer: LayerType, values: dict[str, Any], plain: str, name: str, words: set[str | None]) -> bool:
    """Whether a parameter stands in the constructor: always, or by a keyword that is there."""
    hole = _printed(constructor_text, layer, values, {name: _HOLE + name})
    if hole is None or hole == plain:
        return False
    more = _keywords(ast.parse(hole)) - _keywords(ast.parse(plain))
    return more <= words


def _keywords(tree: ast.AST) -> set[str | None]:
    return {part.arg for part in ast.walk(tree) if isinstance(part, ast.keyword)}


def _choices(param: Param) -> tuple[Any, ...]:
    return (param.torch_default, not param.torch_default) if param.kind == "bool" else param.choices


__all__ = [
    "Match",
    "Template",
    "argument",
    "calls",
    "constructed",
    "functions",
    "head",
    "literal",
    "match",
    "modules",
]
