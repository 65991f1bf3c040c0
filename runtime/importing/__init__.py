"""Any ``nn.Module`` as an editable project: watched while it runs, then drawn.

:func:`runtime.importing.job.do_import` does all of it; the steps are

- :mod:`~runtime.importing.listing`: what there is to import, found without running anything,
- :mod:`~runtime.importing.sources`: from what a person names to a model,
- :mod:`~runtime.importing.recorder`: one run, written down call by call, with the modules it happened in,
- :mod:`~runtime.importing.tracing`: runs at two batch sizes, so that the batch stays a letter,
- :mod:`~runtime.importing.reading`: calls as nodes (:mod:`~runtime.importing.plans`); what has no node becomes a
  piece of Python (:mod:`~runtime.importing.python`, :mod:`~runtime.importing.own_source`),
- :mod:`~runtime.importing.ports`, :mod:`~runtime.importing.hoisting`: what goes in and out of modules,
- :mod:`~runtime.importing.groups`: modules as blocks, equal ones as one block,
- :mod:`~runtime.importing.drawing`: blocks as a project,
- :mod:`~runtime.importing.result`: the weights under their new keys, and whether the outputs are equal.

A model that is imported is code that runs: only the worker process and the terminal use this package. The window
reads the lists of :mod:`~runtime.importing.listing`, which run nothing.
"""
