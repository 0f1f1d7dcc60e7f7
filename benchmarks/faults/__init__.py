"""Faults with real processes: how close a batch stays to the shortest time, and what gets lost.

The engines are simulated (a picture that was made before, after the seconds that were drawn), the
processes, sockets, signals, files and the database are real. `python -m benchmarks faults`.
"""

from .report import QUESTION, measure

__all__ = ["QUESTION", "measure"]
