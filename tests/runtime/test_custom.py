"""Code of a person: who may run it, where it runs, and what happens when it hangs or crashes."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest

from graph.build import GraphBuilder, project
from graph.custom import code_block, fingerprint
from graph.files import save
from graph.model import DataChoice, Project, Training
from graph.tensors import Tensor
from main import main
from runtime.headless import train_project
from runtime.prober import Prober, code_answer, code_question
from runtime.protocol import Message
from runtime.training.errors import RunError
from runtime.trust import refuse_untrusted, trust, trust_file, trusted
from tests.conftest import PATIENCE

SCALE = """\
class Scale(nn.Module):
    def __init__(self, start=1.0, sizes=(1, 2)):
        super().__init__()
        self.by = nn.Parameter(torch.tensor(start))

    def forward(self, x):
        return x * self.by
"""


def scaled(code: str = SCALE) -> Project:
    g, block = GraphBuilder("Net"), GraphBuilder("Stand_in")
    block.graph = code_block("", code)
    x = g.use(block, g.input("x", shape=(4,)), name="mine")
    g.output(g.add("Linear", x, out_features=3))
    training = Training(epochs=1, batch_size=50, device="cpu", threads=1)
    return project("Scaled", g, data=DataChoice("iris"), training=training)


def test_the_list_of_what_is_trusted() -> None:
    assert trusted() == frozenset()
    trust(["one", "two"])
    trust(["two", "three"])
    assert trusted() == {fingerprint(text) for text in ("one", "two", "three")}
    assert fingerprint("one") == "7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed"
    assert json.loads(trust_file().read_text())["sha256"][0] == fingerprint("one")
    assert [path.name for path in trust_file().parent.iterdir()] == ["trusted-code.json"]


@pytest.mark.parametrize("text", ["", "{", "[]", '{"sha256": 5}', '{"sha256": ["x", 7, null]}', "\0"])
def test_a_damaged_list_trusts_nothing_and_is_mended(text: str) -> None:
    trust_file().parent.mkdir(parents=True)
    trust_file().write_text(text)
    assert trusted() == frozenset()
    trust(["one"])
    assert trusted() == {fingerprint("one")}


def test_a_project_is_refused_until_its_code_is_trusted() -> None:
    made = scaled()
    with pytest.raises(RunError, match="“Scale” cannot run yet: its code is not trusted"):
        refuse_untrusted(made, trusted(), "g1")
    trust([SCALE])
    refuse_untrusted(made, trusted(), "g1")
    refuse_untrusted(made, None, "g1")
    made.blocks["b1"].code += "\n"
    with pytest.raises(RunError):
        refuse_untrusted(made, trusted(), "g1")  # any change asks again


def test_training_refuses_and_then_trains(tmp_path: Path) -> None:
    told: list[Message] = []
    last = train_project(scaled(), tmp_path / "a", emit=told.append)
    assert last["event"] == "failed"
    assert last["sentence"] == "“Scale” cannot run yet: its code is not trusted."
    assert not (tmp_path / "a" / "model.py").exists()
    last = train_project(scaled(), tmp_path / "b", trusted={fingerprint(SCALE)})
    assert last["event"] == "finished"
    assert "class Scale(nn.Module):" in (tmp_path / "b" / "model.py").read_text()


def test_what_fails_while_training_names_the_line_of_the_code(tmp_path: Path) -> None:
    code = SCALE.replace(
        "return x * self.by",
        "if x.device.type != 'meta':\n            raise ValueError('no')\n        return x",
    )
    last = train_project(scaled(code), tmp_path / "run", trusted=None)
    assert last["sentence"] == "“mine” could not be computed, in line 8 of the code of “Scale”: no."


class Row:
    """A prober whose answers are collected."""

    def __init__(self, limit: float = 30.0, idle: float = 60.0) -> None:
        self.answers: list[tuple[Message, Message]] = []
        self._come = threading.Event()
        self.prober = Prober(self._take, limit, idle)

    def _take(self, question: Message, answer: Message) -> None:
        self.answers.append((question, answer))
        self._come.set()

    def ask(self, code: str) -> tuple[Message, Message]:
        self._come.clear()
        self.prober.ask(
            code_question(code, {"start": 2.0, "sizes": (3, 4)}, {"x": Tensor(((83, 4), (89, 4)))})
        )
        assert self._come.wait(PATIENCE)
        return self.answers[-1]


def test_the_prober_answers_and_survives_what_code_does() -> None:
    row = Row()
    try:
        answer = code_answer(*row.ask(SCALE))
        assert answer.outputs == {"output": Tensor(((83, 4), (89, 4)))}
        assert (answer.parameters, answer.values) == (1, {"start": 2.0, "sizes": (3, 4)})
        first = row.prober.pid
        wrong = code_answer(*row.ask(SCALE.replace("x * self.by", "x.nope")))
        assert wrong.complaint is not None and wrong.complaint.text.startswith(
            "fails in line 7 of its code: Attribute"
        )
        assert row.prober.pid == first
        died = code_answer(*row.ask("import os\n" + SCALE.replace("return", "os._exit(3)\n        return")))
        assert died.complaint is not None and died.complaint.text == "ended the process it ran in"
        row.prober._limit = 0.5
        hung = code_answer(*row.ask(SCALE.replace("return", "while True: pass\n        return")))
        assert hung.complaint is not None
        assert hung.complaint.text == "gave no answer within 0.5 seconds, so it was stopped"
        assert row.prober.pid is None
    finally:
        row.prober.close()


def test_closing_does_not_wait_for_what_hangs() -> None:
    row = Row()
    row.prober.ask(code_question("def f(x):\n    while True: pass\n    return x", {}, {"x": Tensor(((1,),))}))
    while row.prober.pid is None:
        time.sleep(0.01)
    row.prober.close()
    assert row.prober.pid is None and not row.answers


def test_the_prober_ends_when_nothing_is_asked() -> None:
    row = Row(idle=0.2)
    try:
        row.ask(SCALE)
        deadline = time.monotonic() + PATIENCE
        while row.prober.pid is not None and time.monotonic() < deadline:
            time.sleep(0.02)
        assert row.prober.pid is None
    finally:
        row.prober.close()


def test_the_terminal_asks_for_trust(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    save(scaled(), "own.loom")

    def run(*words: str) -> tuple[int, str]:
        code = main([*words])
        said = capsys.readouterr()
        return code, said.out + said.err

    code, said = run("check", "own.loom")
    assert code == 1 and "Scale “mine” waits: its code is not trusted yet" in said and "--trust" in said
    code, said = run("train", "own.loom", "--run-folder", "a")
    assert code == 1 and "“Scale” cannot run yet: its code is not trusted." in said
    code, said = run("export", "own.loom", "-o", "own.py")
    assert code == 1 and "its code is not trusted yet" in said and "--trust" in said
    assert run("check", "own.loom", "--trust")[0] == 0
    assert run("check", "own.loom")[0] == 1  # once is not for ever
    assert run("train", "own.loom", "--trust", "--run-folder", "b")[0] == 0
    trust([SCALE])
    assert run("check", "own.loom")[0] == 0
    assert run("export", "own.loom", "-o", "own.py")[0] == 0
    assert "class Scale(nn.Module):" in (tmp_path / "own.py").read_text()
    code, said = run("export", "own.loom", "-o", "own.onnx")
    assert code == 0 and (tmp_path / "own.onnx").exists()
