"""The trainer. :func:`runtime.training.preparing.prepare` makes a session, :func:`runtime.training.loop.train`
runs it as a generator of messages that its driver may pause, poll and stop between two steps."""
