"""Figures, not tests: ``make bench`` or ``python -m tests.benchmarks [NAME …] [--json]``.

Every file here is one benchmark: it has a function ``run(report)`` and calls
``report(name, value, unit, compared_with=…, compared_value=…, goal=…)`` for each figure. Compare within one
run wherever possible, because machines differ and ratios differ less. A new benchmark is a new file.
"""
