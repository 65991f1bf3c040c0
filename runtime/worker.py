"""The process that trains. Nothing of the window runs here, and nothing of torch runs in the window.

:func:`main` is what :class:`runtime.client.WorkerClient` starts; :mod:`runtime.protocol` has what is said.
"""

from __future__ import annotations

import faulthandler
import gc
import os
import signal
import time
import warnings
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.link import Link
from runtime.outbox import Outbox
from runtime.protocol import MAPS_PER_SECOND, Message
from runtime.training.errors import RunError

if TYPE_CHECKING:
    from runtime.probes import Watch
    from runtime.training.session import Session

LOOK_SHARE = 0.005
"""Looking into the model may take this share of the time; costly looks therefore come less often."""
LOOK_WITHIN = 10.0

clock = time.perf_counter


def main(connection: Connection, faults: str, warm: bool = True) -> None:
    """Run until told to quit. ``faults`` is the file a crash in native code leaves its trace in."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C in a terminal is the window's to answer
    with open(faults, "w", encoding="utf-8") as file:
        faulthandler.enable(file)
        link = Link(connection)
        warnings.simplefilter("ignore")
        Worker(link).run(warm)
        link.close()
        faulthandler.disable()
        gc.unfreeze()  # or the interpreter would complain on leaving


class Worker:
    """Takes commands one after the other; during a run, between two steps."""

    def __init__(self, link: Link) -> None:
        self.link = link
        self.outbox = Outbox()
        self.session: Session | None = None
        self.running = False
        self.watch: Watch | None = None
        self.boundary: int | None = None
        self._looks: dict[str, float] = {}
        self._paused = False
        self._quit = False

    def run(self, warm: bool = True) -> None:
        if warm:
            warm_up()
        import torch

        from runtime.devices import default_threads

        self.link.send(
            {"event": "ready", "pid": os.getpid(), "torch": torch.__version__, "threads": default_threads()}
        )
        while not self._quit:
            self._handle(self.link.commands.get())

    def _handle(self, command: Message) -> None:
        """One command. What it raises is told in a sentence; the worker lives on."""
        do = command.get("do")
        handler: Callable[[Message], None] | None = getattr(self, f"_do_{do}", None)
        if handler is None:
            self._log("error", f"The trainer does not know the command “{do}”.")
            return
        failure: Message | None = None
        try:
            handler(command)
        except Exception as error:  # noqa: BLE001, the worker must outlive whatever a model or data does
            from runtime.training.guard import failed

            failure = failed(error, self.session)
        if failure is None:
            return
        # Outside the except block: the traceback has let go of its tensors.
        if do == "train":
            self._fail(failure)
        else:
            self._log("error", f"{failure['sentence']} {failure['hint']}".strip())

    def _fail(self, failure: Message) -> None:
        """The run has failed: let go of it and say so."""
        self.session, self.running = None, False
        self.link.send(failure)
        gc.collect()
        import torch

        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _log(self, level: str, text: str) -> None:
        self.link.send({"event": "log", "level": level, "text": text})

    # -- training ------------------------------------------------------------------------------------

    def _do_train(self, command: Message) -> None:
        from graph.files import from_data
        from runtime.runs import Recorder
        from runtime.training.folds import folds_of, in_turn
        from runtime.training.preparing import prepare

        if self.running:
            self._log("error", "A run is in progress already. Stop it first.")
            return
        self._paused = False
        self.session, self.running, self.outbox = None, True, Outbox()
        recorder: Recorder | None = None

        def make(fold: int | None, folder: Path) -> Session:
            self.session = None
            self.session = prepare(
                from_data(command["project"]),
                folder,
                command.get("device") or "",
                bool(command.get("resume")),
                lambda fraction, text: self.link.send(
                    {"event": "starting", "text": text, "fraction": fraction}
                ),
                self._cancelled,
                trusted=command.get("trusted", ()),
                weights=Path(command["weights"]) if command.get("weights") else None,
                fold=fold,
            )
            return self.session

        try:
            folds = folds_of(from_data(command["project"]), bool(command.get("resume")))
            for session, recorder, message in in_turn(make, Path(command["folder"]), folds, clock):
                if not self._drive(session, recorder, message):
                    break  # commands that come from here on are meant for after the run
            if self.session is not None:
                self._look(self.session, now=True)
        except Exception as error:
            from runtime.data import Cancelled

            if isinstance(error, Cancelled):
                self.running = False
                self.link.send(
                    {"event": "stopped", "folder": command["folder"], "epochs": 0, "best_epoch": 0}
                )
                return
            self._keep(error, recorder)
            raise
        finally:
            self._flush(force=True)
            if recorder is not None:
                recorder.close()
        self.running = False

    def _drive(self, session: Session, recorder: Any, message: Message | None) -> bool:
        """Pass on what the trainer says and do what the window asks; whether the run goes on."""
        if message is not None:
            recorder.take(message)
            if message["event"] in ("steps", "epoch", "shows"):
                self.outbox.add(message)
            else:
                recorder.flush()
                self._flush(force=True)
                self.link.send(message)
            if message["event"] in ("finished", "stopped"):
                return False
        self._look(session)
        self._flush()
        recorder.flush()
        while not self.link.commands.empty():
            self._handle(self.link.commands.get())
            if self._paused:
                self._wait(session, recorder)
        return True

    def _wait(self, session: Session, recorder: Any) -> None:
        """Paused: save, then answer commands until the run is to go on."""
        from runtime.training.loop import save

        since = clock()
        save(session)
        self._flush(force=True)
        self.link.send({"event": "paused", "epoch": session.epoch, "step": session.step})
        recorder.log("Paused.")
        while self._paused and not session.stopping:
            self._handle(self.link.commands.get())
            self._look(session, now=True)
        self._paused = False
        session.idle += clock() - since
        if not session.stopping:
            self.link.send({"event": "resumed"})
            recorder.log("Resumed.")

    def _keep(self, error: Exception, recorder: Any) -> None:
        """A run that failed keeps its best weights and says why in its log."""
        from runtime.training.guard import failed
        from runtime.training.loop import save_best

        if recorder is not None:
            recorder.take(failed(error, self.session))
        if self.session is not None and self.session.best_weights:
            save_best(self.session)

    def _cancelled(self) -> bool:
        """Asked while data is loading: whether the person has pressed Stop meanwhile."""
        waiting = []
        stop = False
        while not self.link.commands.empty():
            command = self.link.commands.get()
            if command.get("do") in ("stop", "quit"):
                stop = True
            if command.get("do") != "stop":
                waiting.append(command)
        for command in waiting:
            self.link.commands.put(command)
        return stop

    def _flush(self, force: bool = False) -> None:
        """Send what has gathered, if the window has time for it (or the order of things demands it)."""
        if not self.outbox:
            return
        paid = self.link.spend()
        if paid or force:
            messages = self.outbox.take()
            if paid:
                messages[-1] = {**messages[-1], "credit": True}
            self.link.send({"event": "bundle", "messages": messages})

    # -- looking -------------------------------------------------------------------------------------

    def _look(self, session: Session, now: bool = False) -> None:
        """Send activations and boundary, up to 5 times a second and only against credits. ``now`` is for a run
        that rests: nothing would come back to what was left out for want of a credit, so it is sent all the same."""
        from runtime import probes

        if self.watch is not None and (now or clock() >= self._looks.get("maps", 0.0)):
            watch = self.watch
            self._show("maps", lambda: probes.maps(session, watch), now)
        if self.boundary is not None and (now or clock() >= self._looks.get("boundary", 0.0)):
            size = self.boundary
            self._show("boundary", lambda: probes.boundary(session, size), now)

    def _show(self, what: str, make: Callable[[], Message], now: bool) -> None:
        paid = self.link.spend()
        if not (paid or now):
            return
        since = clock()
        try:
            message = make()
        except (RunError, LookupError, ValueError, AttributeError) as error:
            if what == "maps":
                self.watch = None
            else:
                self.boundary = None
            message = {"event": "log", "level": "warning", "text": f"Nothing to show: {error}"}
        self.link.send({**message, "credit": True} if paid else message)
        cost = clock() - since
        self._looks[what] = clock() + max(1 / MAPS_PER_SECOND, min(LOOK_WITHIN, cost / LOOK_SHARE))

    def _do_watch(self, command: Message) -> None:
        from runtime.probes import Watch

        if command.get("node") is None:
            self.watch = None
            return
        samples = command.get("sample", 0)
        self.watch = Watch(
            tuple(command["place"]),
            str(command["node"]),
            tuple(int(item) for item in (samples if isinstance(samples, list) else [samples])),
            str(command.get("split", "validation")),
        )
        self._looks.pop("maps", None)
        self._look_at_rest()

    def _do_boundary(self, command: Message) -> None:
        self.boundary = max(8, min(400, int(command.get("size", 80)))) if command.get("on", True) else None
        self._looks.pop("boundary", None)
        self._look_at_rest()

    def _look_at_rest(self) -> None:
        """After a run the model is still here to be looked at."""
        if self.session is not None and not self.running:
            self._look(self.session, now=True)

    # -- the other commands --------------------------------------------------------------------------

    def _do_pause(self, command: Message) -> None:
        self._paused = self.running

    def _do_resume(self, command: Message) -> None:
        self._paused = False

    def _do_stop(self, command: Message) -> None:
        if self.session is not None and self.running:
            self.session.stopping = True

    def _do_learning_rate(self, command: Message) -> None:
        from runtime.optimizers import LEARNING_RATE

        session = self._needed()
        value = LEARNING_RATE.check(command.get("value"))
        session.set_learning_rate(value)
        self.link.send({"event": "learning_rate", "value": value, "step": session.step})

    def _do_devices(self, command: Message) -> None:
        from runtime.devices import list_devices

        self.link.send({"event": "devices", "devices": list_devices()})

    def _do_predict(self, command: Message) -> None:
        from runtime import probes

        session = self._needed()
        if "inputs" in command:
            self.link.send(probes.predict(session, probes.inputs_of(session, command["inputs"])))
            return
        samples = command.get("sample", 0)
        rows = probes.pick(
            session, command.get("split", "validation"), samples if isinstance(samples, list) else [samples]
        )
        self.link.send(probes.predict(session, session.take(rows)[0], rows))

    def _do_try(self, command: Message) -> None:
        from runtime.trying import tried

        self.link.send(tried(self._needed(), command))

    def _do_evaluate(self, command: Message) -> None:
        from runtime.probes import undisturbed
        from runtime.training.evaluation import scored

        session = self._needed()
        split = str(command.get("split", "test"))
        if split not in ("train", "validation", "test"):
            raise RunError(f"There is no split “{split}”.", "Choose train, validation or test.")
        with undisturbed(session):
            found = scored(session, split)
        self.link.send({"event": "evaluation", "split": split, **found})

    def _do_results(self, command: Message) -> None:
        from runtime.judging.exam import results

        self._judged(results, command)

    def _do_cases(self, command: Message) -> None:
        from runtime.judging.exam import cases

        self._judged(cases, command)

    def _judged(self, make: Callable[[Session, Message], Message], command: Message) -> None:
        """The answer, or in ``problem`` why there is none: whoever asked is waiting for it."""
        try:
            if self.running:  # also while a learning rate is looked for, with weights of its own
                raise RunError("A run is in progress.", "Look again when it has ended.")
            answer = make(self._needed(), command)
        except Exception as error:  # noqa: BLE001, whatever a model does with samples it is told in a sentence
            from runtime.training.guard import explain

            told = explain(error, self.session)
            problem = f"The mistakes could not be looked at. {told.sentence} {told.hint}".strip()
            answer = {"event": command["do"], "split": command.get("split", "test"), "problem": problem}
        self.link.send(answer)

    def _do_find_rate(self, command: Message) -> None:
        import tempfile

        from graph.files import from_data
        from runtime.training.finder import find_rate
        from runtime.training.preparing import prepare

        if self.running:
            self._log("error", "A run is in progress already. Stop it first.")
            return
        kept, self.running = self.session, True
        try:
            with tempfile.TemporaryDirectory(prefix="torchloom-rate-") as folder:
                self.session = prepare(
                    from_data(command["project"]),
                    Path(folder),
                    command.get("device") or "",
                    cancelled=self._cancelled,
                    trusted=command.get("trusted", ()),
                    weights=Path(command["weights"]) if command.get("weights") else None,
                )
                for message in find_rate(self.session):
                    if message is not None:
                        self.link.send(message)
                    while not self.link.commands.empty():
                        self._handle(self.link.commands.get())
        finally:
            self.session, self.running = kept, False

    def _do_import(self, command: Message) -> None:
        from runtime.importing.job import answer

        answer(command, self.link.send, self._cancelled)

    def _do_quit(self, command: Message) -> None:
        self._quit = True
        if self.session is not None:
            self.session.stopping = True

    def _needed(self) -> Session:
        if self.session is None:
            raise RunError("There is no trained network here yet.", "Train it first.")
        return self.session


def warm_up() -> None:
    """Train a small network on a few steps of data, so that everything a first step needs is imported and has
    been gone through once: a click then reaches it at once."""
    import tempfile

    from graph.build import GraphBuilder, project
    from graph.model import DataChoice, Training
    from runtime.headless import train_project

    g = GraphBuilder("Warm")
    picture = g.input("x", shape=(1, 8, 8))
    seen = g.chain(
        picture, ("Conv2d", {"out_channels": 4, "kernel_size": 3, "padding": 1}), "ReLU", "MaxPool2d"
    )
    g.output(g.chain(seen, "Flatten", ("Linear", {"out_features": 10})))
    training = Training(epochs=1, batch_size=512, device="cpu")
    made = project("Warm", g, data=DataChoice("digits"), training=training)
    with tempfile.TemporaryDirectory(prefix="torchloom-warm-") as folder:
        train_project(made, Path(folder))
    gc.collect()
    gc.freeze()  # what has been imported need not be gone through again and again while it trains


__all__ = ["Worker", "main"]
