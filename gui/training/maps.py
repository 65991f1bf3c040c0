"""Feature maps: what the chosen node gives for the chosen sample, refreshed while it trains."""

from __future__ import annotations

from typing import Any

import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from graph.model import OUTPUT, Graph
from gui.icons import icon
from gui.theme import theme
from gui.training.arrays import COLOR_MAPS, levels, painted, picture, unpack
from gui.training.mapgrid import Magnifier, MapGrid, planes_of
from gui.training.session import TrainingSession
from gui.widgets import IconButton
from gui.workspace import Workspace

SPLITS = ("validation", "train", "test")


class FeatureMapsPanel(QWidget):
    """Follows the selected node; a pinned one stays."""

    def __init__(self, workspace: Workspace, session: TrainingSession, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.workspace = workspace
        self.session = session
        self.watched: tuple[tuple[str, ...], str] | None = None
        self.last: dict[str, Any] | None = None
        self._build()
        workspace.selection_changed.connect(self._selected)
        session.message.connect(self._message)
        session.state_changed.connect(lambda _state: self._say())
        theme().changed.connect(self._icons)
        self._icons()
        self._say()

    def _build(self) -> None:
        self.title = QLabel()
        self.pin = IconButton()
        self.pin.setCheckable(True)
        self.pin.setAutoRaise(True)
        self.pin.setToolTip(self.tr("Keep this node when another one is selected"))
        self.pin.toggled.connect(self._selected)
        self.split = QComboBox()
        words = (self.tr("validation"), self.tr("training"), self.tr("test"))
        for name, word in zip(SPLITS, words, strict=True):
            self.split.addItem(word, name)
        self.split.setToolTip(self.tr("From which part of the data the sample is taken"))
        self.split.setAccessibleName(self.split.toolTip())
        self.split.currentIndexChanged.connect(self._watch)
        self.sample = QSpinBox()
        self.sample.lineEdit().setTextMargins(4, 0, 0, 0)
        self.sample.setAccessibleName(self.tr("Sample"))
        self.sample.setPrefix(self.tr("sample "))
        self.sample.setMaximum(99_999)
        self.sample.valueChanged.connect(self._watch)
        self.colors = QComboBox()
        self.colors.addItems(COLOR_MAPS)
        self.colors.setToolTip(self.tr("Colour map"))
        self.colors.setAccessibleName(self.colors.toolTip())
        self.colors.currentIndexChanged.connect(self._draw)
        self.together = QCheckBox(self.tr("one scale"))
        self.together.setToolTip(self.tr("The same colours mean the same values in all channels"))
        self.together.toggled.connect(self._draw)
        self.save = IconButton()
        self.save.setAutoRaise(True)
        self.save.setToolTip(self.tr("Save the maps as a picture…"))
        self.save.clicked.connect(self._save)
        bar = QHBoxLayout()
        bar.setContentsMargins(8, 4, 8, 0)
        for widget in (self.pin, self.title):
            bar.addWidget(widget)
        bar.addStretch(1)
        for widget in (self.split, self.sample, self.colors, self.together, self.save):
            bar.addWidget(widget)
        self.input = Magnifier()
        self.input.setFixedWidth(120)
        self.grid = MapGrid()
        self.grid.hovered.connect(self._enlarge)
        self.large = Magnifier()
        row = QHBoxLayout()
        row.setContentsMargins(8, 0, 8, 6)
        row.addWidget(self.input)
        row.addWidget(self.grid, 1)
        row.addWidget(self.large)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(bar)
        column.addLayout(row, 1)

    def _icons(self) -> None:
        self.pin.setIcon(icon("pin-outline"))
        self.save.setIcon(icon("content-save-outline"))

    # -- what is watched ---------------------------------------------------------------------------

    def _selected(self) -> None:
        nodes = self.workspace.selected_nodes
        if len(nodes) == 1 and not self.pin.isChecked():
            self.watched = (self.workspace.place, nodes[0])
            self.last = None
            self._watch()

    def _first_choice(self) -> tuple[tuple[str, ...], str] | None:
        """Before anything is selected: the first layer that has weights."""
        network = self.workspace.project.main
        here = self.workspace.shapes.at((network.id,))
        for node in network.nodes.values():
            if here and node.id in here.nodes and here.nodes[node.id].parameters:
                return (network.id,), node.id
        return None

    def _graph(self) -> Graph | None:
        """The graph the watched node stands in."""
        if self.watched is None:
            return None
        place, _ = self.watched
        graph = self.workspace.project.networks.get(place[0])
        for step in place[1:]:
            use = graph.nodes.get(step.partition("[")[0]) if graph else None
            graph = self.workspace.project.blocks.get(use.block) if use and use.block else None
        return graph

    def _node_name(self) -> str:
        graph = self._graph()
        node = graph.nodes.get(self.watched[1]) if graph and self.watched else None
        return node.name if node else ""

    def _asked(self) -> str:
        """The node to ask for: an output shows what arrives there."""
        graph = self._graph()
        if graph is None or self.watched is None or self.watched[1] not in graph.nodes:
            return ""
        place, node_id = self.watched
        if len(place) == 1 and graph.nodes[node_id].type == OUTPUT:
            wires = graph.edges_into(node_id)
            return wires[0].source if wires else node_id
        return node_id

    def _in_run(self) -> bool:
        """Whether the watched node was there when the run began."""
        graph = self._graph()
        return graph is not None and (graph.id, self._asked()) in self.session.nodes

    def _watch(self) -> None:
        """Tell the worker what to look at."""
        if self.watched is None:
            self.watched = self._first_choice()
        self._say()
        if self.session.started is None:
            return
        if self.watched is None or not self._in_run():
            self.session.send({"do": "watch", "node": None})
            return
        self.session.send(
            {
                "do": "watch",
                "place": list(self.watched[0]),
                "node": self._asked(),
                "sample": self.sample.value(),
                "split": self.split.currentData(),
            }
        )

    def _message(self, message: dict[str, Any]) -> None:
        event = message["event"]
        if event == "started":
            self.last = None
            self.sample.setMaximum(max(0, message.get("samples", 1) - 1))
            self._watch()
        elif event == "maps" and message["samples"]:
            self.last = message
            self._draw()

    # -- drawing -----------------------------------------------------------------------------------

    def _say(self) -> None:
        name = self._node_name()
        self.title.setText(f"<b>{name}</b>" if name else self.tr("No node chosen"))
        if self.last is None:
            if self.session.started is None:
                text = self.tr("Press Train, then select a node to see what it makes of a sample.")
            elif not name:
                text = self.tr("Select a node to see what it makes of a sample.")
            elif not self._in_run():
                text = self.tr("{0} is newer than this run. Press Train to see what it makes of a sample.")
                text = text.format(name)
            else:
                text = self.tr("Waiting for the trainer…")
            self.grid.clear(text)
            self.large.show_image(QImage(), "")
            self.input.show_image(QImage(), "")

    def _draw(self) -> None:
        if self.last is None:
            return
        sample = self.last["samples"][0]
        shape = " × ".join(str(size) for size in sample["full_shape"])
        step = self.tr("step {0:,}").format(self.last["step"])
        self.title.setText(f"<b>{self._node_name()}</b> &nbsp; {shape} &nbsp; {step}")
        values = planes_of(unpack(sample["maps"]))
        self.grid.show_planes(values, self.colors.currentText(), self.together.isChecked())
        entry = unpack(sample["input"])
        if entry.ndim == 1:
            numbers = "\n".join(f"{value:.4g}" for value in entry[:8]) + ("\n…" if entry.size > 8 else "")
            self.input.show_image(QImage(), f"{sample['label']}\n\n{numbers}")
            self._enlarge(self.grid.channel)
            return
        if entry.ndim == 3 and entry.shape[0] in (1, 3):
            image = picture(entry)
        else:
            plane = planes_of(entry)[0]
            image = painted(plane, "grey", *levels(plane, "grey"))
        self.input.show_image(image, str(sample["label"]))
        self._enlarge(self.grid.channel)

    def _enlarge(self, channel: int) -> None:
        """The channel under the mouse; without a mouse the first one."""
        if not len(self.grid.tiles):
            return
        shown = max(0, channel)
        if self.grid.planes.shape[:2] == (1, 1):
            values = self.grid.planes[0, 0]
            text = self.tr("number {0}\n{1:.4g}").format(shown, values[shown]) if channel >= 0 else ""
            spread = self.tr("{0:.3g} … {1:.3g}\nmean {2:.3g}").format(
                values.min(), values.max(), values.mean()
            )
            self.large.show_image(QImage(), f"{text}\n\n{spread}".strip())
            return
        plane = self.grid.planes[shown]
        finite = plane[np.isfinite(plane)]
        text = self.tr("channel {0}").format(shown)
        if finite.size:
            numbers = f"{finite.min():.3g} … {finite.max():.3g}"
            text = f"{text}\n{numbers}\n" + self.tr("mean {0:.3g}").format(finite.mean())
            if not finite.any():
                text += "\n" + self.tr("all zero: a dead channel?")
        self.large.show_image(self.grid.tiles[shown], text)

    def _save(self) -> None:
        if not self.grid.tiles:
            return
        path, _ = QFileDialog.getSaveFileName(
            self, self.tr("Save the maps"), f"{self._node_name()}.png", self.tr("Pictures (*.png)")
        )
        if path and not self.grid.grab().save(path):
            self.workspace.message.emit(
                "error", self.tr("The picture could not be written to {0}.").format(path)
            )
