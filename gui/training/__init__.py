"""Training as it is seen: pressing Train, the curves, the data. The work itself is done by the worker."""
