"""Whether a window can open here, told before Qt is asked: Qt would abort the process instead of saying why.

Imports no Qt, so that it can be asked where Qt is missing.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Mapping

HEADLESS = (
    "Without a window, `main.py check`, `main.py train` and `main.py export` work (see `main.py --help`)."
)

ALWAYS_NEEDED = {
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
    "libfreetype.so.6": "libfreetype6",
    "libglib-2.0.so.0": "libglib2.0-0",
}
"""System libraries that Qt links against even off screen, and the Debian packages that bring them."""

FOR_X11 = {
    "libX11-xcb.so.1": "libx11-xcb1",
    "libxcb.so.1": "libxcb1",
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render.so.0": "libxcb-render0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-shm.so.0": "libxcb-shm0",
    "libxcb-sync.so.1": "libxcb-sync1",
    "libxcb-util.so.1": "libxcb-util1",
    "libxcb-xfixes.so.0": "libxcb-xfixes0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
}

FOR_WAYLAND = {"libwayland-client.so.0": "libwayland-client0", "libwayland-cursor.so.0": "libwayland-cursor0"}

NEEDS_NO_SCREEN = {"offscreen", "minimal", "minimalegl", "vnc", "linuxfb", "eglfs"}


def obstacle(environment: Mapping[str, str] = os.environ) -> str | None:
    """Why no window can open, as a sentence that says what to do, or ``None`` when one can."""
    try:
        import PySide6
    except ModuleNotFoundError:
        return (
            "The window needs PySide6, which is not installed here: install it with "
            f'`python -m pip install ".[gui]"` in TorchLoom\'s folder. {HEADLESS}'
        )
    if sys.platform.startswith("linux"):
        platform = environment.get("QT_QPA_PLATFORM", "").split(";")[0].split(":")[0]
        sentence = None
        if platform not in NEEDS_NO_SCREEN:
            sentence = _without_screen(platform, environment)
        sentence = sentence or _missing(ALWAYS_NEEDED)
        if sentence is not None:
            return sentence
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return (
            f"Qt does not start here: {error}. Reinstall it with `python -m pip install PySide6-Essentials`."
        )
    return None


def _missing(libraries: Mapping[str, str]) -> str | None:
    absent = [(library, package) for library, package in libraries.items() if not _loads(library)]
    if not absent:
        return None
    names = ", ".join(library for library, _ in absent)
    packages = " ".join(package for _, package in absent)
    verb = "libraries are" if len(absent) > 1 else "library is"
    return (
        f"The window cannot open because Qt's system {verb} missing ({names}): "
        f"on Debian or Ubuntu, install with `sudo apt install {packages}`. {HEADLESS}"
    )


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _without_screen(platform: str, environment: Mapping[str, str]) -> str | None:
    """Why neither X11 nor Wayland can be used; ``platform`` is what Qt was told to use, if anything."""
    if platform != "xcb" and _wayland_answers(environment):
        return _missing(FOR_WAYLAND)
    if platform.startswith("wayland"):
        return f"The window cannot open because no Wayland display answers. {HEADLESS}"
    if not environment.get("DISPLAY"):
        return (
            "The window cannot open because there is no display (DISPLAY is not set, and no Wayland "
            f"display answers): start it from a desktop session or under `xvfb-run`. {HEADLESS}"
        )
    absent = _missing(FOR_X11)
    if absent is not None:
        return absent
    if not _x11_answers():
        return (
            f"The window cannot open because the display {environment['DISPLAY']} does not answer: "
            f"check DISPLAY, or log in with `ssh -X` when it is a remote one. {HEADLESS}"
        )
    return None


def _wayland_answers(environment: Mapping[str, str]) -> bool:
    import socket

    name = environment.get("WAYLAND_DISPLAY")
    if not name:
        return False
    path = os.path.join(environment.get("XDG_RUNTIME_DIR", ""), name)
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def _x11_answers() -> bool:
    """Connect the way Qt's xcb plugin does, to the display in the process's environment."""
    xcb = ctypes.CDLL("libxcb.so.1")
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    try:
        return bool(xcb.xcb_connection_has_error(connection) == 0)
    finally:
        xcb.xcb_disconnect(connection)
