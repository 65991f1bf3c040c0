"""Code in files that somebody wrote with bad intent: it is text and stays text until a person trusts it."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from graph.code import CodeError, generate
from graph.custom import code_block, fault_of, read
from graph.document import Document
from graph.files import FileError, dumps, loads, to_data
from graph.fragment import copy, paste
from graph.model import Project
from graph.shapes import Inference
from runtime.custom import asker
from tests.graph.test_custom import GATE, net
from tests.graph.test_custom_code import gates
from tests.graph.test_hostile_files import PROPERTY, assert_refused_or_legal, is_sentence, spoil

EVIL_CODE = (
    "open({path!r}, 'w')",
    "import os; os.system('touch ' + {path!r})",
    "class A(nn.Module, metaclass=open({path!r}, 'w')):\n    def forward(self, x): return x",
    "@(lambda f: open({path!r}, 'w'))\ndef f(x):\n    return x",
    "def f(x, k=open({path!r}, 'w')):\n    return x",
    "def f(x: open({path!r}, 'w')):\n    return x",
    "class A(nn.Module):\n    open({path!r}, 'w')\n    def forward(self, x): return x",
    'def f(x):\n    """\n    return x',
    "def f(x):\n    return x\n'''\n\"\"\"",
    "# -*- coding: utf-7 -*-\ndef f(x):\n    return x",
    "def f(x):\n    return x\n\x0cimport os",
    "def f(x): return x\n    # \u2028import os",
    "from torch import nn as F\ndef f(x): return x",
    "def f(x):\n    global nn\n    nn = open({path!r}, 'w')\n    return x",
)


@pytest.mark.parametrize("template", EVIL_CODE)
def test_looking_at_code_never_runs_it(template: str, tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    code = template.replace("{path!r}", repr(str(ran)))
    fault = fault_of(code)
    assert fault is None or is_sentence(FileError(str(fault)))
    data = to_data(net())
    data["blocks"][0]["code"] = code.split("\n")
    text = json.dumps(data)
    if not assert_refused_or_legal(text):
        made = loads(text)
        inference = Inference()
        inference.run(made)
        inference.custom = asker([])
        shapes = inference.run(made)
        with pytest.raises(CodeError):
            generate(made, shapes, "g1")
        Document(made).check(paste(made, "g1", copy(made.main, ["n9"], made)))
    assert not ran.exists()


seeds = st.integers(0, 2**31)


@PROPERTY
@given(seeds)
def test_spoiled_projects_with_code(seed: int) -> None:
    dice = random.Random(seed)
    data: dict[str, Any] = json.loads(json.dumps(to_data(net())))
    for _ in range(6):
        spoiled = json.loads(json.dumps(data))
        for _ in range(dice.choice((1, 1, 3))):
            part = spoiled.get("blocks")
            inside = isinstance(part, (list, dict)) and part and dice.random() < 0.7
            spoil(dice, part if inside else spoiled)
        assert_refused_or_legal(json.dumps(spoiled))


@PROPERTY
@given(st.text(alphabet=st.sampled_from("def f(x):\n ,*=returncls:'\"\\#@{}[]\t0é"), max_size=80))
def test_any_text_is_read_or_refused_with_a_place(text: str) -> None:
    fault = fault_of(text)
    if fault is None:
        assert read(text).outputs
    else:
        assert str(fault).endswith((".", "”.")) and fault.line >= 1 and fault.column >= 0


@PROPERTY
@given(seeds)
def test_code_with_a_line_spoiled_is_read_or_refused(seed: int) -> None:
    dice = random.Random(seed)
    lines = GATE.split("\n")
    for _ in range(dice.choice((1, 2))):
        at = dice.randrange(len(lines))
        lines[at] = dice.choice(
            (lines[at][: len(lines[at]) // 2], lines[at] + " (", "", "    return", "def g(x): pass")
        )
    fault = fault_of("\n".join(lines))
    assert fault is None or 1 <= fault.line <= len(lines) + 1


def test_ports_and_defaults_that_were_tampered_with_do_not_reach_the_code() -> None:
    """A file may say anything of a block's parameters; only what its code says counts."""
    made: Project = gates()
    made.blocks["b1"].parameters[0].default = 99.0
    inference = Inference()
    inference.custom = asker(None)
    problems = inference.run(made).errors
    assert "does not fit its code" in problems[0].text
    assert loads(dumps(made)) == made
    assert code_block("b1", GATE).parameters[0].default == 1.5
