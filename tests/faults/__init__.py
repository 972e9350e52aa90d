"""Faults injected from outside into the real product: killed processes, lost connections, full disks, forged evidence.

`python -m tests.faults` runs the long form of each and prints the table of `docs/reliability.md`.
"""
