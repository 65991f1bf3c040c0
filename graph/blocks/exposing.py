"""The parameters that a block shows to those who use it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from graph.blocks.substitution import substituted, substituted_params
from graph.blocks.uses import Use, uses_of
from graph.checks import layer_type
from graph.edits import UNSET, Edit, EditError, SetHeader, SetParams, Unset
from graph.model import BLOCK, Exposed, Graph, Node, Project
from graph.names import is_usable, unique_name
from graph.values import BadValue, Expr, Value, expressions, shown

RESERVED = frozenset({"repeat", "over"})
"""Names that a use of a block keeps for itself."""


def _parameter(block: Graph, name: str) -> Exposed:
    found = next((item for item in block.parameters if item.name == name), None)
    if found is None:
        raise EditError(f"“{block.name}” has no parameter “{name}”.")
    return found


def _header(block: Graph, parameters: list[Exposed]) -> SetHeader:
    return SetHeader(block.id, block.name, block.help, parameters)


def free_name(block: Graph, wanted: str) -> str:
    """A name for a new parameter of the block, after the node's parameter that will follow it."""
    wanted = "blocks" if wanted == "repeat" else wanted  # how many stand in a row
    return unique_name(wanted, {item.name for item in block.parameters} | RESERVED)


def expose(project: Project, block: Graph, node_id: str, param: str, name: str = "",
           default: Value | Unset = UNSET, help: str = "") -> list[Edit]:  # fmt: skip
    """Let a node's parameter follow a parameter of the block.

    Without ``name`` a new one is made, called like the node's parameter; with the name of one that is
    there already, the node follows that. ``default`` is the value of uses that do not set it: without it
    the node's present value, so that nothing changes.
    """
    if block.id not in project.blocks:
        raise EditError(f"“{block.name}” is a network: only a block has parameters.")
    node = block.nodes[node_id]
    name = name or free_name(block, param)
    edits: list[Edit] = []
    if name not in {item.name for item in block.parameters}:
        if name in RESERVED:
            raise EditError(f"“{name}” cannot be a parameter's name: every use of a block has it already.")
        value = default if not isinstance(default, Unset) else _present(project, node, param)
        if expressions(value):
            raise EditError(f"“{param}” of “{node.name}” follows a parameter of the block already.")
        if value is None and node.type != BLOCK and layer_type(node.type).param(param).inferred is not None:
            raise EditError(
                f"“{param}” of “{node.name}” follows from what arrives, so there is nothing to expose. "
                "Give it a value of its own first."
            )
        text = help or _help(project, node, param)
        edits.append(_header(block, [*block.parameters, Exposed(name, value, text)]))
    return [*edits, SetParams(block.id, node_id, {param: Expr(name)})]


def _present(project: Project, node: Node, param: str) -> Value:
    if param in node.params:
        return node.params[param]
    if node.type != BLOCK:
        default: Any = layer_type(node.type).param(param).default
        return default if not isinstance(default, list) else tuple(default)
    if param == "repeat":
        return 1
    used = project.blocks.get(node.block or "")
    return _parameter(used, param).default if used else None


def _help(project: Project, node: Node, param: str) -> str:
    if node.type != BLOCK:
        return layer_type(node.type).param(param).help
    used = project.blocks.get(node.block or "")
    found = next((item.help for item in used.parameters if item.name == param), "") if used else ""
    return found


def add_parameter(block: Graph, name: str, default: Value, help: str = "") -> list[Edit]:
    """A parameter that no node follows yet."""
    if name in RESERVED:
        raise EditError(f"“{name}” cannot be a parameter's name: every use of a block has it already.")
    return [_header(block, [*block.parameters, Exposed(name, default, help)])]


def followers(block: Graph, name: str) -> list[Node]:
    """Nodes inside whose parameters use a parameter of the block."""
    return [
        node
        for node in block.nodes.values()
        if any(name in expressions(value) for value in node.params.values())
    ]


def others_than_default(project: Project, block: Graph, name: str) -> list[Use]:
    """Uses that set a parameter to something else than its default."""
    default = _parameter(block, name).default
    return [use for use in uses_of(project, block.id) if use.node.params.get(name, default) != default]


def _inside(block: Graph, bindings: Mapping[str, Value]) -> list[Edit]:
    """Set the parameters of the nodes inside to what they are with names replaced."""
    edits: list[Edit] = []
    for node in block.nodes.values():
        if node.shares is not None:
            continue  # SetParams keeps those that share alike
        try:
            after = substituted_params(node, bindings)
        except BadValue as error:
            raise EditError(f"“{node.name}” in “{block.name}” cannot be worked out. {error}") from None
        if after != node.params:
            changed: dict[str, Value | Unset] = {
                key: after.get(key, UNSET) for key, value in node.params.items() if after.get(key) != value
            }
            edits.append(SetParams(block.id, node.id, changed))
    return edits


def _at_uses(project: Project, block: Graph, name: str, new: str | None) -> list[Edit]:
    """Rename a parameter at all uses that set it, or clear it there."""
    edits: list[Edit] = []
    for use in uses_of(project, block.id):
        if name in use.node.params and use.node.shares is None:
            values: dict[str, Value | Unset] = {name: UNSET}
            if new is not None:
                values[new] = use.node.params[name]
            edits.append(SetParams(use.graph.id, use.node.id, values))
    return edits


def stop_exposing(project: Project, block: Graph, name: str) -> list[Edit]:
    """Take a parameter off the block: inside, its default stands from now on, at every use."""
    default = _parameter(block, name).default
    left = [item for item in block.parameters if item.name != name]
    return [
        *_inside(block, {name: default}),
        *_at_uses(project, block, name, None),
        _header(block, left),
    ]


def stop_following(project: Project, block: Graph, node_id: str, param: str) -> list[Edit]:
    """Give a node's parameter the value it has by default; a parameter nobody follows any more goes too."""
    node = block.nodes[node_id]
    bindings = {item.name: item.default for item in block.parameters}
    names = expressions(node.params.get(param))
    try:
        value: Value | Unset = substituted(node.params[param], bindings)
    except BadValue as error:
        raise EditError(f"“{param}” of “{node.name}” cannot be worked out. {error}") from None
    if value is None and node.type != BLOCK and not layer_type(node.type).param(param).optional:
        value = UNSET
    edits: list[Edit] = [SetParams(block.id, node_id, {param: value})]
    together = {node.id, node.shares or node.id}
    together |= {other.id for other in block.nodes.values() if other.shares in together}
    idle = {
        name for name in names
        if not any(
            name in expressions(held)
            for other in block.nodes.values() for key, held in other.params.items()
            if not (other.id in together and key == param)
        )
    }  # fmt: skip
    for name in sorted(idle & bindings.keys()):
        edits += _at_uses(project, block, name, None)
    if idle:
        edits.append(_header(block, [item for item in block.parameters if item.name not in idle]))
    return edits


def change_parameter(project: Project, block: Graph, name: str, *, new_name: str | None = None,
                     default: Value | Unset = UNSET, help: str | None = None) -> list[Edit]:  # fmt: skip
    """Rename a parameter (inside and at every use), or change its default or help."""
    old = _parameter(block, name)
    after = replace(old)
    edits: list[Edit] = []
    if new_name is not None and new_name != name:
        if new_name in RESERVED:
            raise EditError(
                f"“{new_name}” cannot be a parameter's name: every use of a block has it already."
            )
        if any(item.name == new_name for item in block.parameters):
            raise EditError(f"“{block.name}” has a parameter “{new_name}” already.")
        if not is_usable(new_name):
            raise EditError(f"{shown(new_name)} cannot be a parameter's name: use letters, digits and _.")
        after.name = new_name
        edits += [*_inside(block, {name: Expr(new_name)}), *_at_uses(project, block, name, new_name)]
    if not isinstance(default, Unset):
        after.default = default
    if help is not None:
        after.help = help
    if after == old:
        return []
    header = _header(block, [after if item.name == name else item for item in block.parameters])
    return [header, *edits]


def move_parameter(block: Graph, name: str, position: int) -> list[Edit]:
    """Put a parameter at another place of the list."""
    moved = _parameter(block, name)
    rest = [item for item in block.parameters if item.name != name]
    rest.insert(max(0, min(position, len(rest))), moved)
    return [] if rest == block.parameters else [_header(block, rest)]
