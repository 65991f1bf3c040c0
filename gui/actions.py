"""Everything a person can do from a menu, a toolbar or the keyboard, in one table.

A view says what an action does with :meth:`Actions.bind`; an action nobody bound is greyed. Shortcuts can
be changed by the person (:mod:`gui.shortcuts`) and are kept in the settings.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication, QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from gui.icons import icon
from gui.settings import settings
from gui.theme import theme


@dataclass(frozen=True, slots=True)
class Spec:
    """One action. ``shortcut`` holds the default keys, several separated by ``", "``."""

    id: str
    menu: str
    text: str
    shortcut: str = ""
    icon: str = ""
    tip: str = ""
    checkable: bool = False
    color: str = ""
    submenu: str = ""


LINE = None
"""A separating line in the menu."""

TABLE: tuple[Spec | None, ...] = (
    Spec("new", "File", "New", "Ctrl+N", "file-plus-outline", "Start with an empty network"),
    Spec("start_page", "File", "Start page", "Ctrl+Shift+N", "home-outline", "Presets and recent projects"),
    Spec("open", "File", "Open…", "Ctrl+O", "folder-open-outline", "Open a project file"),
    Spec("recent", "File", "Open recent", icon="history"),
    LINE,
    Spec("save", "File", "Save", "Ctrl+S", "content-save-outline", "Save the project"),
    Spec("save_as", "File", "Save as…", "Ctrl+Shift+S"),
    LINE,
    Spec("import_model", "File", "Import model…", "Ctrl+I", "import",
         "A torchvision or timm model, or a class in a Python file, as a drawing"),
    Spec("data_file", "File", "Use a file as data…", "", "file-plus-outline",
         "A table, text or arrays of your own to learn from"),
    Spec("data_folder", "File", "Use a folder as data…", "", "folder-plus-outline",
         "A folder of pictures or texts of your own to learn from"),
    Spec("load_weights", "File", "Load weights…", "", "tray-arrow-down",
         "Start the training from a file of weights: what fits of it is taken"),
    Spec("export_module", "File", "Python module…", "Ctrl+E", "code-braces",
         "The network as a Python file that needs torch alone", submenu="Export"),
    Spec("export_all", "File", "All networks as one module…", "", "code-braces-box",
         "A Python file with the classes of all networks", submenu="Export"),
    Spec("export_script", "File", "Training script…", "", "play-outline",
         "A Python file that repeats the training", submenu="Export"),
    Spec("export_notebook", "File", "Notebook…", "", "notebook-outline", submenu="Export"),
    Spec("export_weights", "File", "Weights…", "", "tune-variant", submenu="Export"),
    Spec("export_onnx", "File", "ONNX model…", "", "transit-connection-variant", submenu="Export"),
    Spec("export_pt2", "File", "torch.export program…", "", "package-variant-closed", submenu="Export"),
    Spec("export_picture", "File", "Picture…", "", "file-image-outline",
         "The graph as SVG or PNG", submenu="Export"),
    LINE,
    Spec("quit", "File", "Quit", "Ctrl+Q"),
    Spec("undo", "Edit", "Undo", "Ctrl+Z", "undo"),
    Spec("redo", "Edit", "Redo", "Ctrl+Shift+Z, Ctrl+Y", "redo"),
    LINE,
    Spec("cut", "Edit", "Cut", "Ctrl+X", "content-cut"),
    Spec("copy", "Edit", "Copy", "Ctrl+C", "content-copy"),
    Spec("paste", "Edit", "Paste", "Ctrl+V", "content-paste"),
    Spec("paste_inputs", "Edit", "Paste keeping inputs", "Ctrl+Shift+V", "",
         "Paste, and wire the copies to what feeds the originals"),
    Spec("duplicate", "Edit", "Duplicate", "Ctrl+D", "content-duplicate"),
    Spec("duplicate_shared", "Edit", "Duplicate with the same weights", "Ctrl+Shift+D", "link-variant-plus",
         "Copies that use the weights of the originals"),
    Spec("stop_sharing", "Edit", "Stop sharing weights", "", "link-variant-off",
         "Give the selected layers weights of their own"),
    Spec("delete", "Edit", "Delete", "Delete, Backspace", "delete-outline"),
    Spec("delete_heal", "Edit", "Delete and join the wires", "Ctrl+Del, Ctrl+Backspace", "link-plus",
         "Delete the selected nodes and join the wires around them"),
    LINE,
    Spec("select_all", "Edit", "Select all", "Ctrl+A", "select-all"),
    Spec("select_upstream", "Edit", "Select what feeds it", "Shift+U"),
    Spec("select_downstream", "Edit", "Select what it feeds", "Shift+D"),
    Spec("rename", "Edit", "Rename…", "F2"),
    Spec("zoom_in", "View", "Zoom in", "Ctrl++, Ctrl+=", "magnify-plus-outline"),
    Spec("zoom_out", "View", "Zoom out", "Ctrl+-", "magnify-minus-outline"),
    Spec("zoom_reset", "View", "Actual size", "Ctrl+0"),
    Spec("fit", "View", "Fit all", "Home", "fit-to-page-outline", "Show the whole network"),
    Spec("fit_selection", "View", "Fit selection", "F, Shift+F", "", "Show the selected nodes"),
    LINE,
    Spec("step_left", "View", "Left", "Alt+Left", submenu="Go to the next node"),
    Spec("step_right", "View", "Right", "Alt+Right", submenu="Go to the next node"),
    Spec("step_up", "View", "Up", "Alt+Up", submenu="Go to the next node"),
    Spec("step_down", "View", "Down", "Alt+Down", submenu="Go to the next node"),
    LINE,
    Spec("minimap", "View", "Map of the network", "M", checkable=True),
    Spec("snapping", "View", "Snap to other nodes", checkable=True),
    Spec("go_canvas", "View", "Go to the canvas", "Ctrl+Return"),
    Spec("panels", "View", "Panels"),
    Spec("reset_layout", "View", "Reset layout"),
    LINE,
    Spec("bars_none", "View", "None", checkable=True, submenu="Bars on nodes"),
    Spec("bars_parameters", "View", "Parameters", checkable=True, submenu="Bars on nodes"),
    Spec("bars_macs", "View", "MACs", checkable=True, submenu="Bars on nodes"),
    Spec("bars_activations", "View", "Memory of activations", checkable=True, submenu="Bars on nodes"),
    Spec("theme_system", "View", "Follow the system", checkable=True, submenu="Theme"),
    Spec("theme_light", "View", "Light", checkable=True, submenu="Theme"),
    Spec("theme_dark", "View", "Dark", checkable=True, submenu="Theme"),
    Spec("add_layer", "Network", "Add layer at the cursor…", "Tab", "plus-circle-outline",
         "Search a layer and put it at the cursor"),
    Spec("add_after", "Network", "Add layer after the selected node…", "Shift+Tab", "",
         "Search a layer and put it behind the selected node"),
    Spec("connect", "Network", "Connect the selected node…", "W", "transit-connection-horizontal",
         "Choose a port that fits from a list"),
    Spec("replace", "Network", "Replace the selected layer…", "R", "swap-horizontal",
         "Make it another layer and keep its wires"),
    Spec("carry_on", "Network", "Move behind the next node", "Alt+Shift+Right, Alt+Shift+Down", "",
         "Change places with the node that the selected one feeds"),
    Spec("carry_back", "Network", "Move before the node in front", "Alt+Shift+Left, Alt+Shift+Up", "",
         "Change places with the node that feeds the selected one"),
    Spec("extract", "Network", "Extract from its wires", "Ctrl+Shift+X", "",
         "Take the selected nodes out and join the wires around them"),
    Spec("frame", "Network", "Add a frame", "C", "card-text-outline",
         "Put a titled frame around the selected nodes"),
    Spec("find_layer", "Network", "Search in the palette", "/", "magnify"),
    Spec("find_node", "Network", "Find a node…", "Ctrl+F", "text-search",
         "Find a node of the project by its name or type"),
    LINE,
    Spec("arrange", "Network", "Auto layout", "L, Ctrl+L", "sitemap-outline",
         "Arrange the nodes along their wires"),
    Spec("flow_right", "Network", "Left to right", "", "arrow-right",
         "Wires lead to the right: ports at the sides of nodes", checkable=True, submenu="Layout direction"),
    Spec("flow_down", "Network", "Top to bottom", "", "arrow-down",
         "Wires lead down: ports above and below nodes", checkable=True, submenu="Layout direction"),
    LINE,
    Spec("group", "Network", "Group into a block…", "Ctrl+G", "package-variant-closed",
         "Turn the selection into a block that can be used many times"),
    Spec("ungroup", "Network", "Ungroup", "Ctrl+Shift+G", "package-variant",
         "Replace a block's use by what is inside"),
    Spec("detach", "Network", "Make this use independent", "", "call-split",
         "Copy the block's definition for this use alone"),
    Spec("keep_block", "Network", "Save to my blocks", "", "content-save-outline",
         "Keep the block for other projects"),
    LINE,
    Spec("edit_node", "Network", "Edit the selected node", "Alt+Return", "",
         "Go to the parameters in the inspector"),
    Spec("enter_block", "Network", "Look inside the block", "Ctrl+Down"),
    Spec("leave_block", "Network", "Back to the outside", "Ctrl+Up", "arrow-left"),
    Spec("add_network", "Network", "Add another network", "", "plus",
         "A project may hold several networks, such as the two of a GAN"),
    Spec("next_network", "Network", "Next network", "Ctrl+PgDown"),
    Spec("previous_network", "Network", "Previous network", "Ctrl+PgUp"),
    LINE,
    LINE,
    Spec("bypass", "Network", "Bypass", "Ctrl+B", "debug-step-over",
         "Leave the selected nodes out: what arrives passes through"),
    Spec("mute", "Network", "Mute", "Ctrl+M", "volume-off",
         "Leave the selected nodes out, with what they give"),
    Spec("collapse", "Network", "Collapse", "Alt+C", "arrow-collapse", "Show the selected nodes as small tiles"),
    Spec("pin", "Network", "Pin", "P", "pin-outline", "Auto layout leaves the selected nodes where they are"),
    Spec("freeze", "Network", "Freeze the weights", "K", "lock",
         "Training leaves the weights of the selected nodes as they are"),
    LINE,
    Spec("next_problem", "Network", "Go to the next problem", "F8"),
    Spec("train", "Run", "Train", "F5", "play", "Train the network", color="ok"),
    Spec("pause", "Run", "Pause", "F6", "pause", "Pause the training, or go on"),
    Spec("stop", "Run", "Stop", "Shift+F5", "stop",
         "Stop training and keep the best state", color="error"),
    Spec("shortcuts", "Help", "Keyboard shortcuts", "F1", "keyboard-outline"),
    Spec("logs", "Help", "Open the log folder"),
    Spec("about", "Help", "About TorchLoom", icon="information-outline"),
)  # fmt: skip

MENUS = ("File", "Edit", "View", "Network", "Run", "Help")
CANVAS_ONLY = frozenset(
    {
        "add_layer",
        "fit",
        "fit_selection",
        "delete",
        "minimap",
        "pin",
        "freeze",
        "add_after",
        "connect",
        "replace",
        "delete_heal",
        "select_upstream",
        "select_downstream",
        "arrange",
        "frame",
        "step_left",
        "step_right",
        "step_up",
        "step_down",
        "carry_on",
        "carry_back",
    }
)
"""Single keys that belong to the canvas: typed in a text field they must stay text."""


def translated(text: str) -> str:
    return QCoreApplication.translate("Actions", text)


def specs() -> list[Spec]:
    return [spec for spec in TABLE if spec is not None]


def keys(text: str) -> list[QKeySequence]:
    """Key sequences from the table's form: ``"Ctrl+Shift+Z, Ctrl+Y"``."""
    return [QKeySequence(part) for part in text.split(", ") if part]


def keys_now(spec: Spec) -> str:
    """The person's keys for an action, or the default."""
    chosen = settings().value(f"shortcuts/{spec.id}", None)
    return spec.shortcut if chosen is None else str(chosen)


def first_key(action_id: str) -> str:
    """The first key of an action, for a menu beside the pointer."""
    found = keys(next(keys_now(spec) for spec in specs() if spec.id == action_id))
    return found[0].toString() if found else ""


def action_at(pressed: QKeySequence) -> str:
    """The action that has a key now, or an empty text."""
    return next((spec.id for spec in specs() if pressed in keys(keys_now(spec))), "")


class Actions(QObject):
    """One QAction for each row of the table."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._actions: dict[str, QAction] = {}
        for spec in specs():
            action = QAction(translated(spec.text), self)
            action.setObjectName(spec.id)
            action.setCheckable(spec.checkable)
            action.setEnabled(False)
            if spec.tip:
                action.setStatusTip(translated(spec.tip))
            self._actions[spec.id] = action
            action.setShortcuts(keys(self.shortcut(spec)))
            self._tip(spec)
        theme().changed.connect(self._icons)
        self._icons()

    def __getitem__(self, action_id: str) -> QAction:
        return self._actions[action_id]

    def bind(self, action_id: str, do: Callable[[], object]) -> QAction:
        """Say what an action does; it is enabled from now on."""
        action = self._actions[action_id]
        action.triggered.connect(lambda *_: do())
        action.setEnabled(True)
        return action

    def shortcut(self, spec: Spec) -> str:
        """The person's keys for an action, or the default."""
        return keys_now(spec)

    def change_shortcut(self, action_id: str, text: str) -> None:
        """Give an action other keys; the default's text takes the person's choice back."""
        spec = next(spec for spec in specs() if spec.id == action_id)
        store = settings()
        if text == spec.shortcut:
            store.remove(f"shortcuts/{action_id}")
        else:
            store.setValue(f"shortcuts/{action_id}", text)
        self._actions[action_id].setShortcuts(keys(text))
        self._tip(spec)

    def attach(self, action_id: str, widget: QWidget) -> None:
        """Make an action's keys work only while ``widget`` (or a child) has the focus."""
        from PySide6.QtCore import Qt

        action = self._actions[action_id]
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        widget.addAction(action)

    def fill(self, bar: QMenuBar) -> dict[str, QMenu]:
        """Build the menus; returns them (and sub-menus) by their untranslated names."""
        menus = {name: bar.addMenu(translated(name)) for name in MENUS}
        last: str | None = None
        for spec in TABLE:
            if spec is None:
                menus[last or "File"].addSeparator()
                continue
            last = spec.menu
            target = menus[spec.menu]
            if spec.submenu:
                if spec.submenu not in menus:
                    menus[spec.submenu] = target.addMenu(translated(spec.submenu))
                target = menus[spec.submenu]
            target.addAction(self._actions[spec.id])
        return menus

    def _tip(self, spec: Spec) -> None:
        action = self._actions[spec.id]
        shown = ", ".join(
            key.toString(QKeySequence.SequenceFormat.NativeText) for key in action.shortcuts()[:1]
        )
        text = translated(spec.tip or spec.text.rstrip("…"))
        action.setToolTip(f"{text} ({shown})" if shown else text)

    def _icons(self) -> None:
        for spec in specs():
            if spec.icon:
                color = getattr(theme(), spec.color) if spec.color else theme().text
                self._actions[spec.id].setIcon(icon(spec.icon, color))
