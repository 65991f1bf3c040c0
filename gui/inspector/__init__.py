"""What is selected: its name, parameters, shapes, cost, formula, help and problems."""

from gui.inspector.inspector import Inspector

__all__ = ["Inspector"]
