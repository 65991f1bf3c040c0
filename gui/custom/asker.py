"""Asks a process of its own what blocks written in Python give, if their code is trusted. Runs none of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QTimer, Signal

from graph.asking import Answer
from graph.changes import ChangeSet
from graph.coded import UNTRUSTED, Waiting
from graph.custom import fingerprint, is_template, untrusted
from graph.model import Graph
from graph.tensors import Tensor
from gui.voice import Voice
from gui.workspace import Workspace
from runtime.prober import Prober, code_answer, code_question
from runtime.protocol import Message
from runtime.trust import trust, trusted

ASKED = Waiting("is being asked what its code gives")
MOST = 5_000
"""So many answers are remembered."""


class CodeAsker(QObject):
    """One for the window. ``trust_changed`` tells that code may run which might not before."""

    trust_changed = Signal()

    def __init__(self, workspace: Workspace) -> None:
        super().__init__(workspace)
        self.workspace = workspace
        self._trusted: frozenset[str] | None = None
        self._here: frozenset[str] = frozenset()
        """Trusted in this session."""
        self._known: dict[Any, Answer] = {}
        self._asked: dict[Any, int] = {}
        self._callers: dict[int, Callable[[Message], None]] = {}
        self._number = 0
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(0)
        self._later.timeout.connect(workspace.refresh_shapes)
        hand_on = _Hand(Voice(self._take))
        self.hand_on = hand_on
        self.prober = Prober(hand_on)
        self.destroyed.connect(partial(_end, self.prober, hand_on))
        workspace.inference.custom = self.ask
        workspace.changed.connect(self._project_changed)
        workspace.typed.connect(self._typed)

    def _project_changed(self, changes: ChangeSet) -> None:
        """With another project the list is read anew: another window may have written it."""
        if changes.everything:
            self._trusted = None

    # -- trust ---------------------------------------------------------------------------------------

    @property
    def trusted(self) -> frozenset[str]:
        """Fingerprints of all code that may run."""
        if self._trusted is None:
            self._trusted = trusted() | self._here
        return self._trusted

    def may_run(self, code: str) -> bool:
        """Whether a person has said that this text may run, or it is the program's own."""
        return fingerprint(code) in self.trusted or is_template(code)

    def trust(self, codes: Iterable[str]) -> None:
        """From now on these texts may run, here and in later sessions."""
        codes = [code for code in codes if not self.may_run(code)]
        if not codes:
            return
        try:
            trust(codes)
        except OSError as error:
            text = self.tr("What you trust could not be remembered: {0}.").format(error.strerror or error)
            self.workspace.message.emit("warning", text)
        self._here |= {fingerprint(code) for code in codes}
        self._trusted = None
        self.trust_changed.emit()
        self._later.start()

    def _typed(self, before: str, after: str) -> None:
        """What one writes oneself may run, unless it grows out of something that may not."""
        if self.may_run(before):
            self.trust([after])

    def waiting(self, network: str | None = None) -> dict[str, Graph]:
        """The blocks (of one network, or of the project) whose code is not trusted yet."""
        return untrusted(self.workspace.project, self.trusted, network)

    def trust_all(self) -> None:
        """Trust all code of the project that is open."""
        self.trust([block.code for block in self.waiting().values()])

    # -- asking --------------------------------------------------------------------------------------

    def ask(
        self, code: str, name: str, params: Mapping[str, Any], inputs: Mapping[str, Tensor]
    ) -> Answer | Waiting:
        """What is known now. The first time the question goes out, and fresh shapes follow its answer."""
        if not self.may_run(code):
            return UNTRUSTED
        key = (
            code,
            repr(sorted(params.items())),
            tuple(sorted((port, repr(t)) for port, t in inputs.items())),
        )
        if key in self._known:
            return self._known[key]
        if key not in self._asked:
            question = code_question(code, params, inputs)
            self._asked[key] = self.put(question, lambda answer: self._learn(key, question, answer))
        return ASKED

    def put(self, question: Message, then: Callable[[Message], None]) -> int:
        """Put any question to the process; ``then`` gets its answer in the window's thread. Gives a number with
        which it can be forgotten."""
        self._number += 1
        self._callers[self._number] = then
        self.prober.ask({**question, "number": self._number})
        return self._number

    def forget(self, number: int) -> None:
        """Nobody waits for this answer any more."""
        self._callers.pop(number, None)

    def _take(self, said: tuple[Message, Message]) -> None:
        question, answer = said
        then = self._callers.pop(question["number"], None)
        if then is not None:
            then(answer)

    def _learn(self, key: Any, question: Message, answer: Message) -> None:
        self._asked.pop(key, None)
        if len(self._known) > MOST:
            self._known.clear()
        self._known[key] = code_answer(question, answer)
        self._later.start()

    def retry(self) -> None:
        """Ask once more where code failed or hung: the computer may be less busy now, a package installed."""
        self._known = {key: answer for key, answer in self._known.items() if answer.complaint is None}
        self._later.start()

    def close(self) -> None:
        """End the process that runs code."""
        self.hand_on.shut = True
        self.prober.close()


class _Hand:
    """Hands answers on from the prober's thread, until the window goes."""

    def __init__(self, voice: Voice) -> None:
        self.voice = voice
        self.shut = False

    def __call__(self, question: Message, answer: Message) -> None:
        if not self.shut:
            self.voice.say((question, answer))


def _end(prober: Prober, hand_on: _Hand, *_: object) -> None:
    hand_on.shut = True
    prober.close()
