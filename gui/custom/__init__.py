"""Blocks written in Python: their editor, the question whether code may run, and who asks what it gives."""
