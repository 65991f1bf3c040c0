"""Opens the window, does what a person would do, and saves what is then seen into resources/pictures."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "resources" / "pictures"
SIZE = (1440, 900)
EDGE = 48
"""Pixels around a drawing."""
FAR, NEAR = 0.3, 1.6
"""Scales of the gallery, beside 1."""
PATIENCE = 120.0
"""Seconds any single step may take."""


class Stage:
    """The window and the few things every picture needs."""

    def __init__(self, folder: Path) -> None:
        from gui.app import make_application
        from gui.window import MainWindow

        self.application = make_application(["torchloom"])
        self.window = MainWindow()
        self.folder = folder
        self.window.resize(*SIZE)
        self.window.show()
        self.window.begin(None)
        self.window.wake()
        session = self.window.training.session
        self.until(lambda: self.window.workspace.ready and session.state == "idle")
        self.rest(1.0)

    def rest(self, seconds: float) -> None:
        """Let the window work for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.application.processEvents()
            time.sleep(0.005)

    def until(self, there: Callable[[], bool]) -> None:
        """Let the window work until something is so; fails after :data:`PATIENCE`."""
        end = time.monotonic() + PATIENCE
        while not there():
            if time.monotonic() > end:
                raise TimeoutError("The window did not get there in time.")
            self.application.processEvents()
            time.sleep(0.005)

    def theme(self, mode: str) -> None:
        self.window.actions_table[f"theme_{mode}"].trigger()

    def open(self, preset: str) -> None:
        self.window.files.open_preset(preset)
        self.rest(0.8)

    def save(self, name: str) -> None:
        path = self.folder / f"{name}.png"
        if not self.window.grab().save(str(path)):
            raise OSError(f"{path} cannot be written.")
        print(path)

    def save_network(self, name: str, zoom: str) -> None:
        """Only the drawing: all of it at 1:1 (``whole``) or from ``far``, or its middle from ``near``."""
        from PySide6.QtCore import QPoint, QRect, QSize

        canvas = self.window.canvas
        area = canvas.canvas.bounds().adjusted(-EDGE, -EDGE, EDGE, EDGE)
        canvas.minimap.hide()
        beside = self.window.size() - canvas.viewport().size()
        self.window.resize(area.size().toSize() + beside + QSize(40, 40))
        self.rest(0.2)
        canvas.fit()
        if zoom != "whole":
            canvas.zoom_to(FAR if zoom == "far" else NEAR)
        self.rest(0.4)
        canvas.minimap.hide()  # when not everything is in view it comes back
        box = canvas.mapFromScene(area).boundingRect()
        if zoom == "near":
            middle = area.center()
            busy = max(
                canvas.canvas.nodes.values(),
                key=lambda item: (
                    len(item.look.inputs) + len(item.look.outputs),
                    -(item.body.center() - middle).manhattanLength(),
                ),
            )
            canvas.centerOn(busy.body.center())
            self.rest(0.4)
            canvas.minimap.hide()
            box = QRect(canvas.viewport().rect().center() - QPoint(600, 190), QSize(1200, 380))
            box &= canvas.viewport().rect()
        path = self.folder / f"{name}.png"
        if not canvas.viewport().grab(box).save(str(path), "PNG", 0):
            raise OSError(f"{path} cannot be written.")
        print(path)
        self.window.resize(*SIZE)
        canvas.minimap.setVisible(self.window.actions_table["minimap"].isChecked())

    def close(self) -> None:
        self.window.training.session.close()
        self.window.hide()
        self.application.processEvents()


def training(stage: Stage) -> None:
    """The first network while it learns: curves in front."""
    session = stage.window.training.session
    stage.theme("light")
    stage.open("digits-cnn")
    stage.window.actions_table["train"].trigger()
    stage.until(lambda: len(session.history.epochs) >= 24)
    stage.save("training")


def maps(stage: Stage) -> None:
    """Feature maps of a convolution while it learns, in the dark."""
    window = stage.window
    session = window.training.session
    stage.theme("dark")
    stage.until(lambda: session.state == "idle")
    stage.open("mnist-cnn")
    window.actions_table["train"].trigger()
    window.docks.show("maps")
    first = next(node.id for node in window.workspace.graph.nodes.values() if node.type == "Conv2d")
    window.workspace.select([first])
    maps = window.training.maps
    assert maps is not None
    stage.until(lambda: maps.last is not None and len(session.history.epochs) >= 1)
    stage.rest(0.5)
    stage.save("feature-maps")
    window.actions_table["stop"].trigger()
    stage.until(lambda: session.state == "idle")


def watching(stage: Stage) -> None:
    """A translator's attention while it learns."""
    window = stage.window
    session = window.training.session
    stage.theme("light")
    stage.until(lambda: session.state == "idle")
    stage.open("seq2seq-attention")
    window.actions_table["train"].trigger()
    window.docks.show("shows")
    stage.until(lambda: len(session.history.epochs) >= 6)
    watch = window.training.watch
    assert watch is not None
    watch.beside.setChecked(True)
    stage.rest(1.0)
    stage.save("watching")
    session.stop()
    stage.until(lambda: session.state == "idle")


def recipe(stage: Stage) -> None:
    """Who is fed by what in a CycleGAN, in the dark."""
    stage.theme("dark")
    stage.open("cyclegan")
    stage.window.docks.show("recipe")
    stage.window.docks.show("training")
    stage.rest(1.5)
    stage.save("recipe")


def data(stage: Stage) -> None:
    """Pictures with boxes on the data page."""
    stage.theme("light")
    stage.open("detector")
    stage.window.docks.show("data")
    stage.rest(4.0)
    stage.save("data")


def problem(stage: Stage) -> None:
    """A size that does not fit: the red wire, the sentence and the repairs."""
    from graph.edits import SetParams

    window = stage.window
    stage.theme("light")
    stage.open("digits-cnn")
    workspace = window.workspace
    linear = [node.id for node in workspace.graph.nodes.values() if node.type == "Linear"][-1]
    workspace.perform("Set in_features", [SetParams(workspace.graph_id, linear, {"in_features": 9216})])
    stage.rest(0.3)
    window.docks.show("problems")
    window.docks.show("inspector")
    workspace.select([linear])
    stage.rest(0.5)
    stage.save("problem")
    window.workspace.undo.undo()


def blocks(stage: Stage) -> None:
    """ResNet-50: stem, stages, head, and the code beside them."""
    window = stage.window
    stage.theme("light")
    stage.open("resnet50")
    window.docks.show("code")
    stage.rest(1.0)
    stage.save("blocks")


def start(stage: Stage) -> None:
    """The start page."""
    stage.theme("light")
    stage.window.show_start()
    stage.rest(1.5)
    stage.save("start")


def results(stage: Stage) -> None:
    """Where a trained network errs, with the pictures behind one figure."""
    window = stage.window
    session = window.training.session
    stage.theme("light")
    stage.until(lambda: session.state == "idle")
    stage.open("digits-cnn")
    window.actions_table["train"].trigger()
    stage.until(lambda: len(session.history.epochs) >= 4)
    window.actions_table["stop"].trigger()
    stage.until(lambda: session.result is not None and session.state == "idle")
    window.docks.show("results")
    stage.rest(2.0)
    stage.save("results")


def network(preset: str, zoom: str, mode: str, stage: Stage) -> None:
    """The drawing of a network, without the window around it."""
    stage.theme(mode)
    stage.open(preset)
    stage.save_network(_name(preset, zoom, mode), zoom)


def _name(preset: str, zoom: str, mode: str) -> str:
    return f"{preset}-{mode}" if zoom == "whole" else f"{preset}-{zoom}-{mode}"


GALLERY = ("vgg16", "resnet50", "unet", "googlenet", "transformer")
PICTURES: dict[str, Callable[[Stage], None]] = {
    "training": training,
    "feature-maps": maps,
    "watching": watching,
    "results": results,
    "recipe": recipe,
    "data": data,
    "problem": problem,
    "blocks": blocks,
    "start": start,
} | {
    _name(preset, zoom, mode): partial(network, preset, zoom, mode)
    for mode in ("light", "dark")
    for preset in GALLERY
    for zoom in ("far", "whole", "near")
}


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.pictures", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"which ones: {', '.join(PICTURES)} (default: all)"
    )
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where to (default: resources/pictures)")
    options = parser.parse_args()
    for name in options.names:
        if name not in PICTURES:
            parser.error(f"there is no picture {name}: choose from {', '.join(PICTURES)}")
    if sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    ):
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        for variable in ("CONFIG", "DATA", "CACHE", "STATE"):
            os.environ[f"XDG_{variable}_HOME"] = home
        os.environ["TORCHLOOM_RUNS"] = str(Path(home) / "runs")
        from PySide6.QtCore import QSettings

        QSettings.setPath(QSettings.Format.IniFormat, QSettings.Scope.UserScope, home)
        stage = Stage(options.folder)
        try:
            for name in options.names or PICTURES:
                PICTURES[name](stage)
        finally:
            stage.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
