"""A process of its own that is asked about code of a person, so that what hangs or crashes there harms nothing.

It is not the process that trains: code that never ends must be stopped without stopping a run. It starts
when first asked and ends when nothing was asked for a while.
"""

from __future__ import annotations

import multiprocessing
import queue
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from graph.asking import Answer
from graph.catalogue.spec import Complaint
from graph.tensors import Tensor
from graph.values import Value
from runtime.protocol import Message, decode, encode
from runtime.weights import Report

LIMIT = 10.0
"""Seconds that code may take for one answer."""
START = 300.0
"""Seconds until the process must be ready: torch is imported first."""
IDLE = 120.0
"""Seconds without a question after which the process ends."""

Take = Callable[[Message, Message], None]


class Prober:
    """Takes questions (dicts with ``do``), one after the other, and gives each with its answer to ``take``, in
    a thread of its own. An answer that could not be had is ``{"error": sentence}``."""

    def __init__(self, take: Take, limit: float = LIMIT, idle: float = IDLE) -> None:
        self._take = take
        self._limit = limit
        self._idle = idle
        self._questions: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None
        self._closing = False

    @property
    def pid(self) -> int | None:
        """The process that answers, if there is one."""
        process = self._process
        return process.pid if process is not None else None

    def ask(self, question: Message) -> None:
        """Put a question in the row. Returns at once."""
        self._questions.put(question)
        if self._thread is None:
            self._thread = threading.Thread(target=self._work, name="prober", daemon=True)
            self._thread.start()

    def close(self) -> None:
        """Stop asking, end the process and wait for it."""
        self._closing = True
        self._questions.put(None)
        if self._thread is not None:
            self._thread.join(10)

    def _work(self) -> None:
        while True:
            try:
                question = self._questions.get(timeout=self._idle if self._process else None)
            except queue.Empty:
                self._end()
                continue
            if question is None:
                self._end()
                return
            if self._closing:
                continue
            answer = self._answer(question)
            if not self._closing:
                self._take(question, answer)

    def _answer(self, question: Message) -> Message:
        limit = float(question.get("limit", self._limit))
        if not self._started():
            return {"error": "The process that runs code of one's own could not be started."}
        assert self._connection is not None and self._process is not None
        try:
            self._connection.send_bytes(encode(question))
        except OSError:
            self._end()
            return {"error": "The process that runs code of one's own has gone."}
        answer = self._received(limit)
        if answer is not None:
            return answer
        self._process.join(0.5)  # one that has hung up is dead in a moment
        alive = self._process.is_alive()
        self._end()
        if alive:
            return {"error": f"gave no answer within {limit:g} seconds, so it was stopped", "hangs": True}
        return {"error": "ended the process it ran in", "hangs": True}

    def _started(self) -> bool:
        if self._process is not None and self._process.is_alive():
            return True
        self._end()
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=main, args=(theirs,), name="torchloom-prober", daemon=True)
        process.start()
        theirs.close()
        self._process, self._connection = process, ours
        return self._received(START) is not None

    def _received(self, limit: float) -> Message | None:
        """The next message, or ``None`` when none came in time, the process died, or nobody waits any more."""
        assert self._connection is not None and self._process is not None
        deadline = time.monotonic() + limit
        while not self._closing and (left := deadline - time.monotonic()) > 0:
            ready = wait([self._connection, self._process.sentinel], timeout=min(left, 0.2))
            if self._connection in ready:
                try:
                    return decode(self._connection.recv_bytes())
                except (EOFError, OSError):
                    return None
            if ready:
                return None
        return None

    def _end(self) -> None:
        process, connection = self._process, self._connection
        self._process = self._connection = None
        if connection is not None:
            connection.close()
        if process is not None:
            with suppress(OSError):
                process.terminate()
            process.join(2)
            if process.is_alive():
                process.kill()
                process.join(2)


# -- questions and answers as messages -----------------------------------------------------------------


def code_question(code: str, params: Mapping[str, Any], inputs: Mapping[str, Tensor]) -> Message:
    """Ask what a block's code gives."""
    return {"do": "code", "code": code, "params": dict(params), "inputs": _tensors(inputs)}


def code_answer(question: Message, answer: Message) -> Answer:
    """What the process said, as the shapes want it."""
    values = {name: _tuples(value) for name, value in question["params"].items()}
    if "outputs" not in answer:
        text = answer.get("complaint") or str(answer.get("error", "")).removesuffix(".")
        return Answer(values, {}, complaint=Complaint(text))
    outputs = {name: _tensor(item) for name, item in answer["outputs"].items()}
    return Answer(values, outputs, int(answer["parameters"]))


def _tensors(tensors: Mapping[str, Tensor]) -> Message:
    return {
        name: {"shapes": [list(shape) for shape in tensor.shapes], "dtype": tensor.dtype}
        for name, tensor in tensors.items()
    }


def _tensor(data: Message) -> Tensor:
    return Tensor(tuple(tuple(shape) for shape in data["shapes"]), data["dtype"])


def _tuples(value: Any) -> Value:
    """JSON knows no tuples."""
    return tuple(_tuples(item) for item in value) if isinstance(value, (list, tuple)) else value


# -- the process ---------------------------------------------------------------------------------------


def main(connection: Connection) -> None:
    """Answer questions until the other end hangs up; ends with its parent, whatever the code is doing."""
    import faulthandler
    import os
    import signal

    import torch

    from runtime.link import Link

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    torch.set_num_threads(1)
    # what code prints is nobody's: the terminal belongs to the program
    with open(os.devnull, "w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
        faulthandler.disable()
        link = Link(connection)
        link.send({"event": "ready"})
        while True:
            question = link.commands.get()
            link.send(answered(question))


def answered(question: Message) -> Message:
    """The answer to one question, in the process that runs code."""
    if question.get("do") == "code":
        from runtime.custom import run_on_meta

        params = {name: _tuples(value) for name, value in question["params"].items()}
        inputs = {name: _tensor(item) for name, item in question["inputs"].items()}
        answer = run_on_meta(question["code"], params, inputs)
        if answer.complaint is not None:
            return {"complaint": answer.complaint.text}
        return {"outputs": _tensors(answer.outputs), "parameters": answer.parameters}
    if question.get("do") == "weights":
        return _weights(question)
    return {"error": f"“{question.get('do')}” is no question that can be answered."}


def _weights(question: Message) -> Message:
    """Compare a file of weights with a project's network; with ``kept``, keep what fits for the project."""
    from graph.code import CodeError
    from graph.files import FileError, from_data
    from runtime.training.errors import RunError
    from runtime.weights import WeightsError, compared

    try:
        report, name = compared(
            from_data(question["project"]),
            Path(question["path"]),
            question["trusted"],
            question["kept"],
            question.get("by_shape", True),
        )
    except (WeightsError, CodeError, RunError, FileError) as error:
        return {"error": str(error)}
    except (RuntimeError, TypeError, ValueError, AttributeError, MemoryError) as error:
        text = " ".join(str(error).split())[:300] or type(error).__name__
        return {"error": f"The network could not be built to compare it: {text}."}
    answer = {"name": name, **_told(report)}
    if any(row.alike for row in report.rows):
        answer["by_name"] = _told(report.by_name())
    return answer


def _told(report: Report) -> Message:
    rows = [
        {
            "state": row.state,
            "key": row.key,
            "file_key": row.file_key,
            "shape": row.shape,
            "file_shape": row.file_shape,
            "alike": row.alike,
        }
        for row in report.rows
    ]
    return {"rows": rows, "sentence": report.sentence}
