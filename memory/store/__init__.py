"""The trace store: every run, turn, critique and answer of a thinker, in SQLite or PostgreSQL.

Importing it loads SQLAlchemy; whoever only needs records imports `memory`.
"""

from .listing import RunFilter, RunSummary, Stats
from .store import Store, open_store

__all__ = ["RunFilter", "RunSummary", "Stats", "Store", "open_store"]
