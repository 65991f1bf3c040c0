"""File ▸ Import model: a model of torchvision or timm, or a class in a Python file, becomes a drawing.

The window only lists names and shows progress; building and following a model happens in a process of its own,
which is ended when the person cancels.
"""

from gui.importing.dialog import ImportDialog
from gui.importing.importer import Importer

__all__ = ["ImportDialog", "Importer"]
