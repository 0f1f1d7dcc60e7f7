"""The trace store: every run, turn, critique and answer of a thinker, in SQLite or PostgreSQL.

The names load their module when they are first asked for: what lists are made of loads with the
records, the store itself with SQLAlchemy.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .annotation import Annotation as Annotation
    from .annotation import Trace as Trace
    from .export import line as export_line
    from .judging import Call as Call
    from .judging import Claimed as Claimed
    from .judging import Judging as Judging
    from .listing import RunFilter as RunFilter
    from .listing import RunSummary as RunSummary
    from .listing import Stats as Stats
    from .store import Store as Store
    from .store import open_store as open_store

_HOMES = {
    "Annotation": (".annotation", "Annotation"),
    "Call": (".judging", "Call"),
    "Claimed": (".judging", "Claimed"),
    "Judging": (".judging", "Judging"),
    "RunFilter": (".listing", "RunFilter"),
    "RunSummary": (".listing", "RunSummary"),
    "Stats": (".listing", "Stats"),
    "Store": (".store", "Store"),
    "Trace": (".annotation", "Trace"),
    "export_line": (".export", "line"),
    "open_store": (".store", "open_store"),
}

__all__ = [
    "Annotation",
    "Call",
    "Claimed",
    "Judging",
    "RunFilter",
    "RunSummary",
    "Stats",
    "Store",
    "Trace",
    "export_line",
    "open_store",
]


def __getattr__(name: str) -> object:
    if home := _HOMES.get(name):
        return getattr(import_module(home[0], __name__), home[1])

    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
