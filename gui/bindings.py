"""What each action of the table does in the main window, and when it is greyed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence
from shiboken6 import isValid

from graph.blocks import sharing
from gui.about import show_about
from gui.actions import CANVAS_ONLY
from gui.folders import log_folder
from gui.shortcuts import ShortcutsDialog
from gui.theme import MODES, theme

if TYPE_CHECKING:
    from gui.window import MainWindow

ZOOM = 1.25
BARS = ("", "parameters", "macs", "activations")
FLOWS = ("right", "down")
EXPORTS = ("module", "all", "script", "notebook", "weights", "onnx", "pt2", "picture")


class Bindings(QObject):
    """Made once, when all panels are there. Training binds its own actions."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self.window = window
        self.actions = window.actions_table
        self._files()
        self._canvas()
        self._rest()
        workspace = window.workspace
        for signal in (
            workspace.undo.undoTextChanged,
            workspace.undo.redoTextChanged,
            workspace.undo.canUndoChanged,
            workspace.undo.canRedoChanged,
        ):
            signal.connect(self._name_undo)
        workspace.selection_changed.connect(self._greying)
        workspace.selection_changed.connect(window.show_inspector)
        workspace.place_changed.connect(self._greying)
        theme().changed.connect(self._theme_changed)
        self._theme_changed()
        self._name_undo()
        self._greying()
        window.training.bind()

    def _files(self) -> None:
        bind, window, files = self.actions.bind, self.window, self.window.files
        bind("new", files.new)
        bind("start_page", window.show_start)
        bind("open", files.choose_and_open)
        bind("save", files.save)
        bind("save_as", files.save_as)
        bind("import_model", lambda: window.importer.ask())
        bind("load_weights", window.weights.ask)
        bind("quit", window.close)
        window.exporter.find_run = self._last_run
        for kind in EXPORTS:
            bind(f"export_{kind}", lambda kind=kind: window.exporter.ask(kind))

    def _last_run(self) -> Path | None:
        """The folder of the last run, if it kept weights."""
        result = self.window.training.session.result
        folder = Path(result["folder"]) if result else None
        return folder if folder is not None and (folder / "best.safetensors").is_file() else None

    def _canvas(self) -> None:
        bind, canvas = self.actions.bind, self.window.canvas
        for name, do in (
            ("cut", canvas.cut),
            ("copy", canvas.copy),
            ("paste", canvas.paste),
            ("duplicate", canvas.duplicate),
            ("delete", canvas.delete_selection),
            ("select_all", canvas.select_all),
            ("group", canvas.blocks.group),
            ("ungroup", canvas.blocks.ungroup),
            ("detach", canvas.blocks.detach),
            ("keep_block", canvas.blocks.keep),
            ("duplicate_shared", canvas.blocks.duplicate_shared),
            ("stop_sharing", canvas.blocks.stop_sharing),
            ("zoom_in", lambda: canvas.zoom_to(canvas.transform().m11() * ZOOM)),
            ("zoom_out", lambda: canvas.zoom_to(canvas.transform().m11() / ZOOM)),
            ("zoom_reset", lambda: canvas.zoom_to(1.0)),
            ("fit", canvas.fit),
            ("fit_selection", canvas.fit_selection),
            ("arrange", canvas.arrange),
            ("add_layer", canvas.add_at_cursor),
            ("minimap", self._minimap),
            ("add_after", canvas.add_after),
            ("connect", canvas.connecting.connect),
            ("replace", canvas.connecting.replace),
            ("extract", canvas.commands.extract),
            ("paste_inputs", lambda: canvas.commands.paste(keep_inputs=True)),
            ("delete_heal", canvas.delete_and_heal),
            ("select_upstream", lambda: canvas.commands.select_flow(True)),
            ("select_downstream", lambda: canvas.commands.select_flow(False)),
            ("frame", canvas.frame_selection),
            ("carry_on", lambda: canvas.commands.carry(True)),
            ("carry_back", lambda: canvas.commands.carry(False)),
            ("step_left", lambda: canvas.commands.step(-1, 0)),
            ("step_right", lambda: canvas.commands.step(1, 0)),
            ("step_up", lambda: canvas.commands.step(0, -1)),
            ("step_down", lambda: canvas.commands.step(0, 1)),
            ("bypass", lambda: canvas.commands.toggle_off("bypass")),
            ("mute", lambda: canvas.commands.toggle_off("mute")),
            ("collapse", lambda: canvas.commands.toggle("collapsed")),
            ("pin", lambda: canvas.commands.toggle("pinned")),
            ("freeze", lambda: canvas.commands.toggle("frozen")),
            ("snapping", canvas.toggle_snapping),
            ("find_node", canvas.find_bar.open_bar),
        ):
            bind(name, do)
        for name in sorted(CANVAS_ONLY):
            self.actions.attach(name, canvas)
        self.actions["minimap"].setChecked(canvas.minimap.wanted)
        self.actions["snapping"].setChecked(canvas.snapping)
        for name in BARS:
            bind(f"bars_{name or 'none'}", lambda name=name: self._bars(name))
        self._check_bars()
        for name in FLOWS:
            bind(f"flow_{name}", lambda name=name: self._turn(name))
        canvas.canvas.turned.connect(self._check_flow)
        self._check_flow()
        canvas.rename_requested.connect(lambda *_: self.window.rename())

    def _bars(self, cost: str) -> None:
        self.window.canvas.canvas.show_bars(cost)  # type: ignore[arg-type]
        self._check_bars()

    def _check_bars(self) -> None:
        for name in BARS:
            self.actions[f"bars_{name or 'none'}"].setChecked(self.window.canvas.canvas.bars == name)

    def _turn(self, flow: str) -> None:
        self.window.canvas.commands.turn(flow)  # type: ignore[arg-type]
        self._check_flow()

    def _check_flow(self) -> None:
        for name in FLOWS:
            self.actions[f"flow_{name}"].setChecked(self.window.canvas.canvas.flow == name)

    def _minimap(self) -> None:
        self.window.canvas.minimap.toggle()
        self.actions["minimap"].setChecked(self.window.canvas.minimap.wanted)

    def _rest(self) -> None:
        bind, window, workspace = self.actions.bind, self.window, self.window.workspace
        bind("rename", window.rename)
        bind("undo", workspace.undo.undo)
        bind("redo", workspace.undo.redo)
        bind("reset_layout", window.docks.reset)
        bind("find_layer", window.find_layer)
        bind("enter_block", window.enter_block)
        bind("leave_block", workspace.leave)
        networks = window.breadcrumbs.tabs.networks
        bind("add_network", networks.add)
        bind("next_network", lambda: networks.step(1))
        bind("previous_network", lambda: networks.step(-1))
        bind("edit_node", window.edit_node)
        bind("go_canvas", self._go_canvas)
        bind("next_problem", window.problems.go_to_next)
        bind("shortcuts", lambda: ShortcutsDialog(self.actions, window).open())
        bind("logs", lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(str(log_folder()))))
        bind("about", lambda: show_about(window))
        for mode in MODES:
            bind(f"theme_{mode}", lambda mode=mode: theme().choose(mode))

    def _go_canvas(self) -> None:
        """The canvas; from the canvas, on into the selected block."""
        if self.window.canvas.hasFocus() and self.actions["enter_block"].isEnabled():
            self.window.enter_block()
        else:
            self.window.show_editor()

    # -- names and greying -------------------------------------------------------------------------

    def _name_undo(self, *_: object) -> None:
        undo = self.window.workspace.undo
        if not isValid(undo):
            return  # the stack tells of its last change while it is taken down
        for name, can, what, plain in (
            ("undo", undo.canUndo(), undo.undoText(), self.tr("Undo")),
            ("redo", undo.canRedo(), undo.redoText(), self.tr("Redo")),
        ):
            action = self.actions[name]
            action.setEnabled(can)
            text = f"{plain} {what[:1].lower()}{what[1:]}".rstrip() if can else plain
            action.setText(text)
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{text} ({keys})" if keys else text)

    def _greying(self) -> None:
        workspace = self.window.workspace
        nodes = workspace.selected_nodes
        for name in ("cut", "copy", "duplicate", "delete"):
            self.actions[name].setEnabled(bool(workspace.selection))
        for name in ("bypass", "mute", "collapse", "pin", "freeze", "extract"):
            self.actions[name].setEnabled(bool(nodes))
        for name in ("rename", "connect", "replace", "add_after", "carry_on", "carry_back"):
            self.actions[name].setEnabled(len(nodes) == 1)
        self.actions["edit_node"].setEnabled(len(nodes) == 1)
        graph = workspace.graph
        block = len(nodes) == 1 and graph.nodes[nodes[0]].block is not None
        self.actions["group"].setEnabled(bool(workspace.selection))
        self.actions["ungroup"].setEnabled(any(graph.nodes[key].block for key in nodes))
        self.actions["detach"].setEnabled(block)
        self.actions["keep_block"].setEnabled(block or graph.id in workspace.project.blocks)
        self.actions["duplicate_shared"].setEnabled(bool(nodes))
        self.actions["stop_sharing"].setEnabled(not sharing(graph).isdisjoint(nodes))
        self.actions["enter_block"].setEnabled(block)
        self.actions["leave_block"].setEnabled(len(workspace.place) > 1)

    def _theme_changed(self) -> None:
        for mode in MODES:
            self.actions[f"theme_{mode}"].setChecked(theme().mode == mode)
