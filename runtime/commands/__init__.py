"""What ``main.py`` does on the terminal, one command per file. Each takes a project and returns an exit code.

0: it went well; 1: problems were found or the training failed; 2: something given cannot be used;
130: it was interrupted.
"""
