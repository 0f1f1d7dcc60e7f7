"""What a caller may still have, and when there is room again."""

from datetime import datetime, timedelta
from math import ceil

from ...memory import LimitReached
from ...memory.store.jobs import Share
from ...memory.store.leases import now
from ..principals import Principal

_LONGEST = 3600
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)


def check(who: Principal, share: Share, seconds: float) -> None:
    """See that a caller may begin a run; `seconds` is how long one takes.

    Raises:
        LimitReached: it has had its share; `retry_after` says when there is more.
    """
    if who.runs_per_minute is not None and share.minute >= who.runs_per_minute:
        wait = _until(share.first_of_minute, _MINUTE)
        raise LimitReached(f"{who.runs_per_minute} runs a minute are had", retry_after=wait)

    if who.runs_at_once is not None and share.open >= who.runs_at_once:
        said = f"{share.open} runs are open, as many as {who.name!r} may have at once"
        raise LimitReached(f"{said}: wait for one of them", retry_after=_seconds(seconds))

    if who.cost_per_day is not None and share.cost >= who.cost_per_day:
        wait = _until(share.first_of_day, _DAY)
        said = f"${share.cost:.2f} of ${who.cost_per_day:.2f} were spent within 24 hours"
        raise LimitReached(said, retry_after=wait)


def full(waiting: int, at_once: int, seconds: float) -> LimitReached:
    """The refusal where no run more may wait."""
    wait = _seconds(seconds * (waiting + 1) / max(1, at_once))
    return LimitReached(f"{waiting} runs wait already: try again in {wait:g} s", retry_after=wait)


def _until(first: datetime | None, age: timedelta) -> float:
    """Seconds until something that began then is older than that."""
    return _seconds((first + age - now()).total_seconds() if first else age.total_seconds())


def _seconds(wait: float) -> float:
    return min(_LONGEST, max(1, ceil(wait)))
