"""Notebook, ONNX, torch.export and weights: each is opened again with the tool it is meant for."""

from __future__ import annotations

import nbformat
import pytest

from runtime.exports.notebook import notebook

SCRIPT = '''"""Trains a line.

Needs torch alone.
"""

import math

HALF = 0.5


# Doubles.
class Doubler:
    def __call__(self, x):
        return 2 * x


def main():
    print(Doubler()(HALF), math.pi)


if __name__ == "__main__":
    main()
'''


def test_a_script_becomes_a_notebook_cell_by_cell() -> None:
    text = notebook("A line", SCRIPT)
    page = nbformat.reads(text, as_version=4)
    nbformat.validate(page)
    assert page.cells[0].source == "# A line\n\nTrains a line.\n\nNeeds torch alone."
    code = [cell.source for cell in page.cells[1:]]
    assert code[0] == "import math\n\nHALF = 0.5"
    assert code[1].startswith("# Doubles.\nclass Doubler:")
    assert code[2].startswith("def main():")
    assert code[3] == 'if __name__ == "__main__":\n    main()'
    assert text == notebook("A line", SCRIPT)


def test_the_cells_run_in_order(capsys: pytest.CaptureFixture[str]) -> None:
    page = nbformat.reads(notebook("A line", SCRIPT), as_version=4)
    scope: dict[str, object] = {"__name__": "__main__"}
    for cell in page.cells[1:]:
        exec(cell.source, scope)
    assert capsys.readouterr().out == "1.0 3.141592653589793\n"
