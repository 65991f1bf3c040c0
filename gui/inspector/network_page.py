"""The inspector's page when nothing is selected: the network or block that is shown, and the project."""

from __future__ import annotations

from typing import Any

from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QLineEdit, QPlainTextEdit

from graph.edits import EditError, SetHeader, SetProject
from graph.model import Graph
from gui.icons import pixmap
from gui.inspector.facts import FactTable
from gui.inspector.name_field import NameField
from gui.weights_chip import WeightsChip
from gui.widgets import Column, Heading, WrappedLabel, picture_label
from gui.words import bytes_text
from gui.workspace import Workspace
from runtime.data import DataError, get_source, prepared_schema


class NetworkPage(Column):
    """Totals, inputs and outputs; the project's title, data and notes."""

    def __init__(self, workspace: Workspace) -> None:
        super().__init__()
        self.workspace = workspace
        self.graph_id = workspace.graph_id
        self.is_block = self.graph_id in workspace.project.blocks
        head = QHBoxLayout()
        head.setSpacing(8)
        picture = "package-variant-closed" if self.is_block else "sitemap-outline"
        head.addWidget(picture_label(pixmap(picture, size=20)))
        self.title = QLabel()
        self.title.setProperty("title", True)
        head.addWidget(self.title, 1)
        self.layout_.addLayout(head)
        self.help = WrappedLabel(muted=True)
        self.layout_.addWidget(self.help)
        self.name = NameField(self._name_problem)
        self.name.renamed.connect(self._rename)
        self.name.setToolTip(self.tr("The name of the class in the code"))
        self.sentence = WrappedLabel()
        self.sentence.setProperty("sentence", "error")
        self.sentence.hide()
        self.name.refused.connect(self._refuse)
        grid = QGridLayout()
        grid.setColumnMinimumWidth(0, 96)
        grid.setColumnStretch(1, 1)
        grid.addWidget(QLabel(self.tr("class name")), 0, 0)
        grid.addWidget(self.name, 0, 1)
        grid.addWidget(self.sentence, 1, 0, 1, 2)
        self.layout_.addLayout(grid)
        self._header_part()
        self.flow_heading = Heading(self.tr("Flow"))
        self.layout_.addWidget(self.flow_heading)
        self.flow = FactTable()
        self.layout_.addWidget(self.flow)
        self.layout_.addWidget(Heading(self.tr("Cost")))
        self.cost = FactTable()
        self.layout_.addWidget(self.cost)
        self._last_part()
        self.layout_.addStretch(1)
        self.refresh()

    def _header_part(self) -> None:
        """What a block has besides its name (:mod:`gui.blocks.header_page`)."""

    def _last_part(self) -> None:
        self.layout_.addWidget(Heading(self.tr("Data")))
        self.data = WrappedLabel()
        self.layout_.addWidget(self.data)
        self.start_weights = WeightsChip(self.workspace)
        self.layout_.addWidget(self.start_weights.heading)
        self.layout_.addWidget(self.start_weights)
        self.layout_.addWidget(Heading(self.tr("Project")))
        self.project_title = QLineEdit(self.workspace.project.title)
        self.project_title.setAccessibleName(self.tr("Title of the project"))
        self.project_title.textEdited.connect(lambda text: self._set_project("title", text))
        self.notes = QPlainTextEdit(self.workspace.project.notes)
        self.notes.setAccessibleName(self.tr("Notes about the project"))
        self.notes.setPlaceholderText(self.tr("Notes about the project"))
        self.notes.setTabChangesFocus(True)
        self.notes.setMinimumHeight(90)
        self.notes.textChanged.connect(lambda: self._set_project("notes", self.notes.toPlainText()))
        self.layout_.addWidget(self.project_title)
        self.layout_.addWidget(self.notes)

    @property
    def graph(self) -> Graph:
        return self.workspace.project.graph(self.graph_id)

    def fits(self) -> bool:
        """Whether this page still describes the graph that is shown."""
        return self.workspace.graph_id == self.graph_id

    def refresh(self) -> None:
        """Show the present state."""
        graph, workspace = self.graph, self.workspace
        self.title.setText(graph.name)
        kind = self.tr("A block of this project.") if self.is_block else self.tr("The network.")
        self.help.setText(graph.help or kind)
        self.name.show_name(graph.name)
        shapes = workspace.graph_shapes
        flow = []
        for node in (*graph.inputs, *graph.outputs):
            found = shapes.nodes.get(node.id) if shapes else None
            tensors = [] if found is None else [*found.outputs.values(), *found.inputs.get("input", ())]
            flow.append((node.name, tensors[0].text if tensors else "–"))
        self.flow.show_rows(flow)
        rows = [
            (self.tr("nodes"), f"{len(graph.nodes):,}"),
            (self.tr("parameters"), f"{shapes.parameters:,}" if shapes else "–"),
            (self.tr("MACs per sample"), f"{shapes.macs:,}" if shapes else "–"),
        ]
        if shapes:
            rows.append((self.tr("weights"), bytes_text(4 * shapes.parameters)))
            rows.append(
                (self.tr("activations"), self.tr("{0} per sample").format(bytes_text(4 * shapes.activations)))
            )
        self.cost.show_rows(rows)
        if self.is_block:
            return
        self.data.setText(self._data_text())
        self.start_weights.refresh()
        project = workspace.project
        if self.project_title.text() != project.title:
            self.project_title.setText(project.title)
        if self.notes.toPlainText() != project.notes:
            self.notes.blockSignals(True)
            self.notes.setPlainText(project.notes)
            self.notes.blockSignals(False)

    def _values_here(self) -> dict[str, Any]:
        """What the block's parameters are at the use that was entered."""
        place = self.workspace.place
        around = self.workspace.shapes.at(place[:-1])
        use = around.nodes.get(place[-1].partition("[")[0]) if around else None
        return use.values if use else {}

    def _data_text(self) -> str:
        choice = self.workspace.project.data
        if not choice.source:
            return self.tr("No data is chosen yet.")
        try:
            source = get_source(choice.source)
            return f"{source.title}: {prepared_schema(choice).summary}"
        except DataError as error:
            return str(error)

    def _set_project(self, key: str, value: str) -> None:
        edit = SetProject("project", {key: value})
        self.workspace.perform(
            self.tr("Change the project's {0}").format(key), [edit], merge=f"project/{key}"
        )

    def _header(self, name: str) -> SetHeader:
        graph = self.graph
        return SetHeader(self.graph_id, name, graph.help, graph.parameters)

    def _rename(self, name: str) -> None:
        self.workspace.perform(self.tr("Rename {0}").format(self.graph.name), [self._header(name)])

    def _name_problem(self, name: str) -> str:
        try:
            self.workspace.document.check([self._header(name)])
        except EditError as error:
            return str(error)
        return ""

    def _refuse(self, sentence: str) -> None:
        self.sentence.setText(sentence)
        self.sentence.setVisible(bool(sentence))
