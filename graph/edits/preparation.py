"""The edit of the data's preparation: its list of steps as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from graph.changes import ChangeSet
from graph.edits.base import Edit, checked
from graph.model import Project, Step
from graph.settings import normal_steps


@dataclass(slots=True)
class SetSteps:
    """Change the steps that prepare the data. Names of kinds and options are checked for their form only."""

    steps: Sequence[Step]

    def apply(self, project: Project, changes: ChangeSet) -> Edit:
        with checked():
            steps = normal_steps(self.steps)
        before = SetSteps(project.data.steps)
        project.data.steps = steps
        changes.project.add("data")
        return before
