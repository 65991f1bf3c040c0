"""The start page: presets and recent projects."""

from gui.start.page import StartPage

__all__ = ["StartPage"]
