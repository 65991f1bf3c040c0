"""Blocks written in Python: what their code says, found out without running any of it.

Such a block holds one class (a ``torch.nn.Module``) or one function. The arguments of ``forward`` (of the
function) that have no default are its inputs, what it returns its outputs; the constructor's (the
function's) arguments with a plain default are its parameters. Imports may stand above; ``torch``, ``nn``,
``F`` and ``math`` are always there.

Everything here is done on the syntax tree. Code runs in the worker alone, and only once a person trusts it
(:mod:`runtime.custom`, :mod:`runtime.trust`).
"""

from graph.custom.blocks import (
    TEMPLATE,
    TITLE,
    clashing_imports,
    code_block,
    code_used,
    fresh_block,
    is_function,
    is_template,
    mismatch,
    ports,
    untrusted,
)
from graph.custom.reading import (
    GIVEN,
    CodeFault,
    Import,
    Reading,
    fault_of,
    fingerprint,
    pasted,
    read,
    reading_of,
)

__all__ = [
    "GIVEN", "TEMPLATE", "TITLE", "CodeFault", "Import", "Reading", "clashing_imports", "code_block", "code_used",
    "fault_of", "fingerprint", "fresh_block", "is_function", "is_template", "mismatch", "pasted", "ports", "read",
    "reading_of", "untrusted",
]  # fmt: skip
