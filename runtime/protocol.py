"""What the window and the worker say to each other. No torch in here.

Messages are plain dicts of numbers, strings, lists, ``None`` and bytes. An array travels as
``{"shape": [...], "dtype": "float32", "data": bytes}`` (see :func:`array`).

Commands, ``{"do": ...}``:

- ``train``: ``project`` (the JSON dict of :mod:`graph.files`), ``folder`` of the run, ``device``
  ("auto", "cpu", "cuda:0", "mps"; left out: the project's own choice), ``resume`` (bool), ``trusted`` (the
  fingerprints of code of a person's own that may run; see :mod:`runtime.trust`), ``weights`` (path of the file to
  start from).
- ``pause``, ``resume``, ``stop`` (keeps the best), ``learning_rate`` (``value``).
- ``watch``: ``place`` (instance path of the graph, network id first), ``node``, ``sample`` (a number,
  or a list of them), ``split`` ("validation", "train" or "test"); ``node: None`` ends the watching.
- ``boundary``: ``on`` (bool), ``size`` of the grid (default 80): class probabilities for 2-feature
  inputs.
- ``predict``: ``sample`` and ``split``, or ``inputs`` (an array, batch first, scaled like the data).
- ``try``: ``text`` (what a person typed), or ``sample`` and ``split``; ``width`` of a beam, ``length`` and
  ``temperature`` of what is written (left out: the recipe's own). For recipes about text. Or ``picture``: an array
  (C, H, W) of uint8, one channel or three, and ``invert`` (bool).
- ``evaluate``: ``split``. Scores of the weights as they are.
- ``results``: ``split``: where the network errs (:mod:`runtime.judging`). ``cases``: ``split``, ``samples`` (places in
  it) and ``part``: single samples with what was wanted and what was given.
- ``import``: ``source`` ("torchvision:NAME", "timm:NAME", "FILE.py:CLASS": running that file is trusted),
  ``arguments`` of the class, ``shapes`` of the inputs, ``weights`` (bool: take them along), ``title``. ``stop``
  cancels it between two of its steps.
- ``find_rate``: ``project``, ``device``, ``trusted``, ``weights`` as for ``train``: looks for a learning rate. ``stop``
  cancels it.
- ``devices``. ``credit`` (``count``, default 1). ``quit``.

Messages, ``{"event": ...}``:

- ``ready`` (``pid``, ``torch``, ``threads``), ``devices`` (``devices``: list of ``name``
  ("cuda:0"), ``title``, ``memory`` in bytes, see :mod:`runtime.devices`).
- ``starting`` (``text``, ``fraction`` or ``None``): loading data, building; may come many times.
- ``started``: ``folder``, ``device``, ``device_name``, ``epochs``, ``epoch`` (done so far), ``step``,
  ``steps_per_epoch``, ``batch_size``, ``parameters``, ``train``/``validation``/``test`` (row counts),
  ``accuracy`` (bool), ``task``, ``classes``, ``samples`` (rows of the validation split), ``features``
  (2 allows a boundary), ``shared`` (bool), ``reads_text`` (bool: ``try`` takes what a person types),
  ``takes_pictures`` (bool: and a picture of theirs), ``questions`` (what a row of a table is made of, for ``try`` with
  ``values``; empty where there are no rows: :mod:`runtime.data.entry`).
- ``steps``: ``step``, ``loss``, ``accuracy`` (or ``None``): lists of equal length;
  ``samples_per_second``, ``progress`` 0…1, ``seconds_left``, ``epoch`` (1-based, the one in progress),
  ``learning_rate``.
- ``epoch``: ``epoch`` (1-based), ``epochs`` (planned), ``step``, ``train_loss``, ``val_loss``, ``train_accuracy``,
  ``val_accuracy``, ``learning_rate``, ``seconds``, ``samples_per_second``, ``best`` (bool); ``scores`` where one
  beyond loss and accuracy decides which epoch is best. What cannot be measured is ``None``.
- ``maps``: ``place``, ``node``, ``step`` and ``samples``: a list of ``sample``, ``split``, ``label``,
  ``maps`` (array (C, H, W), (T, F) or (F,)), ``full_shape`` (before channels were capped and maps
  shrunk), ``input`` (array).
- ``boundary``: ``x`` and ``y`` ([low, high]), ``probabilities``: array (classes, rows, columns), rows
  along y from low to high; one plane of P(class 1), or of the value itself, when there is one output;
  ``points`` (array (N, 2)) and their ``labels``; all in the units of the data before scaling; ``step``.
- ``paused``, ``resumed``, ``learning_rate`` (``value``), ``log`` (``level``, ``text``).
  A recipe of its own adds ``figures`` to ``started`` (list of ``name``, ``title``, ``kind``, ``better``), ``steps``
  (per name a list) and ``epoch`` (``train`` and ``validation``, each a dict).
- ``shows``: ``epoch``, ``step``, ``shows`` (see :mod:`runtime.showing`). ``advice``: ``epoch``, ``text``, ``hint``.
- ``finding``: ``fraction``; ``rates``: ``rates``, ``losses`` (lists), ``suggested`` (or ``None``): the answer to
  ``find_rate``.
- ``fold``: the end of one run of a cross-validation, as ``finished``, with ``fold`` (from 1), ``folds`` (a list of what
  each reached) and ``spread`` (``mean`` and ``std`` of every number); the last is ``finished`` with the same.
- ``finished`` and ``stopped``: ``folder``, ``best_epoch``, ``best_val_loss``, ``epochs`` (done),
  ``seconds``, and what
  ``evaluation`` holds too: ``test_loss``, ``test_accuracy``, ``classes``, ``confusion``, ``report``.
- ``results``: ``split``, ``total`` samples it has and ``looked_at``, ``judge`` (its id) and ``parts``
  (:mod:`runtime.judging.views`). ``cases``: ``split``, ``part``, ``samples``, ``rows`` (in the data), ``views``.
  ``problem`` instead: why there are none.
- ``prediction``: ``outputs`` (array), ``probabilities`` (rows or ``None``), ``classes``, ``labels``, ``answers`` (of a
  regression: rows of name and number in the target's own units).
- ``tried``: ``text`` that was given, ``step``, ``shows`` (:mod:`runtime.showing`); ``problem``: why there are none. For
  a picture ``seen`` (array of uint8, as the network was given it) and what ``prediction`` holds.
- ``importing``: ``fraction``, ``text``; ``imported``: ``project`` (JSON dict; its weights are in the data folder),
  ``sentences`` about it, ``codes`` (the Python in it); ``import_failed``: ``sentence``, ``hint``.
- ``failed``: ``sentence``, ``hint``, ``node`` (instance path ending in the node's id, or ``None``),
  ``details``.
- ``died``: ``sentence``, ``hint``, ``exitcode``, ``details`` (the trace of a crash), ``restarted``; made by
  the client, for there is nobody left to say
  it.

**Credits.** ``steps``, ``epoch``, ``maps`` and ``boundary`` are sent only against a credit (while nothing trains,
an answer to ``watch`` or ``boundary`` is sent without one too). The worker
starts with :data:`START_CREDITS`; a message that used one up carries ``"credit": True``, and whoever
drew it gives it back with ``{"do": "credit"}``. Without credits the worker keeps training, gathers and
thins out what it would have sent; a slow reader costs it nothing.
"""

from __future__ import annotations

import json
import struct
from typing import Any, TypeAlias

Message: TypeAlias = dict[str, Any]

START_CREDITS = 3
STEPS_PER_SECOND = 30.0
MAPS_PER_SECOND = 5.0

_HEAD = struct.Struct("<I")


def array(data: bytes, shape: list[int], dtype: str = "float32") -> Message:
    """An array as it travels."""
    return {"shape": shape, "dtype": dtype, "data": data}


def encode(message: Message) -> bytes:
    """A message as bytes: the length of a JSON text, the text, then all binary parts behind each other.

    JSON and raw bytes instead of pickle: what arrives can never run code, and another language or a remote
    trainer can speak it.
    """
    parts: list[bytes] = []

    def plain(value: Any) -> Any:
        if isinstance(value, (bytes, bytearray)):
            parts.append(bytes(value))
            return {"\0bytes": len(value)}
        raise TypeError(f"{type(value).__name__} cannot travel in a message")

    text = json.dumps(message, default=plain, separators=(",", ":")).encode()
    return b"".join((_HEAD.pack(len(text)), text, *parts))


def decode(data: bytes) -> Message:
    """The message that :func:`encode` packed."""
    (length,) = _HEAD.unpack_from(data)
    position = _HEAD.size + length

    def restore(value: dict[str, Any]) -> Any:
        nonlocal position
        if "\0bytes" not in value:
            return value
        start = position
        position += value["\0bytes"]
        return data[start:position]

    message: Message = json.loads(data[_HEAD.size : _HEAD.size + length], object_hook=restore)
    return message
