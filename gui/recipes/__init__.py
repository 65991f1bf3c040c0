"""The recipe of a project: choosing it, its options, the drawing of who is fed by what, and its loop as code."""
