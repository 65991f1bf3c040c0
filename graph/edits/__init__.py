"""Edits are data. Each checks itself, applies to a project, notes what it changed and returns its inverse.

An edit holds ids and values, never widgets. Bigger operations (paste, insert on a wire, delete with
healing) are lists of edits applied under one name by :class:`graph.document.Document`.
"""

from graph.edits.base import UNSET, Edit, EditError, Unset, uses_block
from graph.edits.code import SetCode
from graph.edits.graphs import AddGraph, RemoveGraph, SetFrames, SetHeader, SetProject
from graph.edits.nodes import AddNodes, Move, RemoveNodes, Rename, Retype, SetNote, SetParams, SetState
from graph.edits.preparation import SetSteps
from graph.edits.uses import SetBlock, SetShares
from graph.edits.wires import Connect, Disconnect

__all__ = [
    "UNSET", "AddGraph", "AddNodes", "Connect", "Disconnect", "Edit", "EditError", "Move", "RemoveGraph",
    "RemoveNodes", "Rename", "Retype", "SetBlock", "SetCode", "SetFrames", "SetHeader", "SetNote", "SetParams",
    "SetProject", "SetShares", "SetState", "SetSteps", "Unset", "uses_block",
]  # fmt: skip
