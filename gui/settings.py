"""The person's own choices that outlive the program: theme, layout, recent files."""

from __future__ import annotations

from PySide6.QtCore import QSettings

ORGANISATION = "TorchLoom"
APPLICATION = "TorchLoom"


def settings() -> QSettings:
    """The store; an INI file in the user's configuration folder on every platform."""
    return QSettings(QSettings.Format.IniFormat, QSettings.Scope.UserScope, ORGANISATION, APPLICATION)
