"""The trace store: every run, turn, critique and answer of a thinker, in SQLite or PostgreSQL.

Importing it loads SQLAlchemy; whoever only needs records imports `memory`.
"""

from .annotation import Annotation, Trace
from .export import line as export_line
from .listing import RunFilter, RunSummary, Stats
from .store import Store, open_store

__all__ = [
    "Annotation",
    "RunFilter",
    "RunSummary",
    "Stats",
    "Store",
    "Trace",
    "export_line",
    "open_store",
]
