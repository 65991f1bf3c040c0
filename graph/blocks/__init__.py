"""Blocks as lists of edits: group and ungroup, expose, share, several networks, libraries.

Every function only reads the project and returns edits (or an object that holds them) for one
transaction. What cannot be done raises :class:`graph.edits.EditError` with a sentence.
"""

from graph.blocks.exposing import (
    add_parameter,
    change_parameter,
    expose,
    followers,
    free_name,
    move_parameter,
    others_than_default,
    stop_exposing,
    stop_following,
)
from graph.blocks.grouping import Group, GroupError, group
from graph.blocks.networks import (
    add_network,
    duplicate_network,
    move_network,
    remove_network,
    rename_network,
)
from graph.blocks.places import add_port, move_port, remove_port
from graph.blocks.sharing import can_share, duplicate_shared, partners, share, sharing, stop_sharing
from graph.blocks.ungrouping import rounds_of, ungroup
from graph.blocks.uses import Use, detach, detach_place, places_of, remove_block, rename_block, uses_of

__all__ = [
    "Group", "GroupError", "Use", "add_network", "add_parameter", "add_port", "can_share",
    "change_parameter", "detach", "detach_place", "duplicate_network", "duplicate_shared", "expose", "followers",
    "free_name", "group", "move_network", "move_parameter", "move_port", "others_than_default",
    "partners", "places_of", "remove_block", "remove_network", "remove_port", "rename_block",
    "rename_network", "rounds_of", "share", "sharing", "stop_exposing", "stop_following", "stop_sharing", "ungroup",
    "uses_of",
]  # fmt: skip
