"""Where the network errs: a widget for each kind of view that the trainer computes (:mod:`runtime.judging.views`)."""
