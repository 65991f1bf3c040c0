"""Watching a network learn: what the worker shows after each epoch, of this run and of old ones."""
