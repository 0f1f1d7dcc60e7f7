"""Who is asking: a name, what it may see, and its share."""

from dataclasses import dataclass

LABEL = "principal"
"""The label under which a run names whose it is; nobody else may set it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """A caller of a door, known by its token; or the one person at this machine."""

    name: str
    sees_all: bool = False
    """May see and steer the runs of everybody, those of the command line included."""

    runs_per_minute: int | None = None
    runs_at_once: int | None = None
    """Open runs, those that wait included."""

    cost_per_day: float | None = None
    """US dollars in 24 hours."""


LOCAL = Principal(name="local", sees_all=True)
"""Whoever reaches a door of this machine that asks for no token."""
