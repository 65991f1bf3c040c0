"""The one theme of the window: light, dark or following the system.

    from gui.theme import theme

    painter.setPen(theme().wire)
    painter.fillRect(rect, theme().category("Convolution"))
    theme().changed.connect(self.update)

Colours are attributes of :class:`gui.colors.Colors`. The theme also sets the application's palette and
its single style sheet (``resources/style.qss``, where ``@name`` is replaced by the colour of that name).
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any, Literal

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from gui.colors import CATEGORIES, DARK, DTYPES, LIGHT, NAMES, SERIES, Colors
from gui.settings import settings

Mode = Literal["system", "light", "dark"]
MODES: tuple[Mode, ...] = ("system", "light", "dark")
RESOURCES = Path(__file__).resolve().parent.parent / "resources"


class Theme(QObject):
    """Which colours apply now. Any name of :data:`gui.colors.NAMES` is an attribute."""

    changed = Signal()
    """Colours differ now; repaint."""

    def __init__(self) -> None:
        super().__init__()
        self.mode: Mode = "system"
        self.colors: Colors = LIGHT
        self._follows = False
        self._styled = False

    def __getattr__(self, name: str) -> QColor:
        if name in NAMES:
            return getattr(self.colors, name)
        raise AttributeError(f"The theme has no colour “{name}”.")

    @property
    def dark(self) -> bool:
        return self.colors is DARK

    def _of(self, pair: tuple[str, str]) -> QColor:
        return QColor(pair[1] if self.dark else pair[0])

    def category(self, name: str) -> QColor:
        """The colour of a layer category; grey for one it does not know."""
        return self._of(CATEGORIES.get(name, CATEGORIES["Inputs and outputs"]))

    def dtype(self, kind: str) -> QColor:
        """The colour of a tensor kind: ``float``, ``int`` or ``bool``."""
        return self._of(DTYPES.get(kind, DTYPES["any"]))

    def series(self, name: str) -> QColor:
        """The colour of a line in a chart: ``training``, ``validation``, ``third``, …"""
        return self._of(SERIES[name])

    def severity(self, name: str) -> QColor:
        """The colour of ``error``, ``warning``, ``hint``, ``info`` or ``ok``."""
        return {"error": self.error, "warning": self.warning, "ok": self.ok}.get(name, self.muted)

    def start(self) -> None:
        """Apply the remembered choice to the application, and follow the system from now on."""
        chosen = settings().value("theme", "system")
        if not self._follows:
            QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
            self._follows = True
        self.choose(chosen if chosen in MODES else "system", remember=False)

    def choose(self, mode: Mode, remember: bool = True) -> None:
        """Switch to ``light``, ``dark`` or ``system``."""
        if remember:
            settings().setValue("theme", mode)
        self.mode = mode
        self._apply()

    def _system_changed(self) -> None:
        if self.mode == "system":
            self._apply()

    def _apply(self) -> None:
        dark = self.mode == "dark"
        if self.mode == "system":
            dark = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark
        self.colors = DARK if dark else LIGHT
        application = QApplication.instance()
        if isinstance(application, QApplication):
            if not self._styled:
                application.setStyle("Fusion")
                self._styled = True
            application.setPalette(palette(self.colors))
            application.setStyleSheet(style_sheet(self.colors))
        self.changed.emit()


def palette(colors: Colors) -> QPalette:
    """Qt's palette, for everything the style sheet does not name."""
    result = QPalette()
    role = QPalette.ColorRole
    for name, color in (
        (role.Window, colors.window),
        (role.WindowText, colors.text),
        (role.Base, colors.field),
        (role.AlternateBase, colors.panel),
        (role.Text, colors.text),
        (role.Button, colors.raised),
        (role.ButtonText, colors.text),
        (role.BrightText, colors.error),
        (role.ToolTipBase, colors.raised),
        (role.ToolTipText, colors.text),
        (role.PlaceholderText, colors.muted),
        (role.Highlight, colors.selection),
        (role.HighlightedText, colors.text),
        (role.Link, colors.accent),
        (role.LinkVisited, colors.accent),
        (role.Accent, colors.accent),
        (role.Light, colors.hover),
        (role.Midlight, colors.raised),
        (role.Mid, colors.border),
        (role.Dark, colors.border),
        (role.Shadow, QColor(0, 0, 0)),
    ):
        result.setColor(name, color)
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        result.setColor(QPalette.ColorGroup.Disabled, name, colors.disabled)
    return result


@cache
def _template() -> str:
    return (RESOURCES / "style.qss").read_text(encoding="utf-8")


def style_sheet(colors: Colors) -> str:
    """The style sheet with the colours put in."""

    def value(match: re.Match[str]) -> str:
        if match[1] == "icons":
            return (RESOURCES / "icons" / ("dark" if colors is DARK else "light")).as_posix()
        return getattr(colors, match[1]).name()

    return re.sub(r"@([a-z_]+)", value, _template())


_theme: list[Any] = []


def theme() -> Theme:
    """The theme that all views share."""
    if not _theme:
        _theme.append(Theme())
    return _theme[0]
