"""Which replica a waiting request goes to, and when waiting for a faster one is better.

Requests are planned in order, each to the place where it is expected to end first, be that place
free or not (list scheduling by earliest completion). Only what is planned to a free place is sent.
A fast replica that is about to be free thus keeps the last requests of a batch from a slow one;
as long as many wait, every place is used.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from .member import Member

M = TypeVar("M")

_GAIN = 1.25  # waiting must be expected to save a fifth: times vary, an idle replica is certain


@dataclass(slots=True)
class _Place(Generic[M]):
    """One of the requests that a replica may have at once."""

    member: Member[M]
    free_in: float
    seconds: float
    load: float
    """Outstanding requests with this one, by the replica's bound, weighted by its speed."""

    @property
    def ends_in(self) -> float:
        return self.free_in + self.seconds


Fits = Callable[[Member[M]], bool]


def plan(
    members: Sequence[Member[M]], waiting: Sequence[Fits[M]], now: float
) -> list[Member[M] | None]:
    """Return where each waiting request goes now; None where it waits."""
    usual = _usual(members)
    places = [place for member in members for place in _places(member, usual, now)]
    free = sum(place.free_in <= 0 for place in places)
    chosen: list[Member[M] | None] = []
    for fits in waiting:
        if not free:
            break
        place = _best([place for place in places if fits(place.member)])
        if place is None:
            chosen.append(None)
        elif place.free_in > 0:
            place.free_in += place.seconds  # planned, not sent
            chosen.append(None)
        else:
            places.remove(place)
            free -= 1
            _reload(places, place)
            chosen.append(place.member)

    return chosen + [None] * (len(waiting) - len(chosen))


def expected(members: Sequence[Member[M]], member: Member[M]) -> float:
    """Seconds of a usual answer of a replica; before its first, what the others take."""
    return member.mean or _usual(members)


def _usual(members: Sequence[Member[M]]) -> float:
    known = [member.mean for member in members if member.mean]
    return min(known) if known else 0.0  # hope: an unknown replica must be tried to be known


def _places(member: Member[M], usual: float, now: float) -> list[_Place[M]]:
    seconds = member.mean or usual
    room = member.room(now)
    closed = member.breaker.state == "closed" and member.ready and not member.leaving
    busy = member.remaining(seconds, now) if closed else []
    pause = max(member.paused_until - now, 1e-9)
    places = [_Place(member, max(left, pause), seconds, 0.0) for left in busy]
    for nth in range(room):
        load = (member.outstanding + nth + 1) / member.bound * (seconds or 1.0)
        places.append(_Place(member, 0.0, seconds, load))

    return places


def _best(places: list[_Place[M]]) -> _Place[M] | None:
    free = [place for place in places if place.free_in <= 0]
    soonest = min((p.ends_in for p in places if p.free_in > 0), default=None)
    if soonest is not None:
        free = [place for place in free if place.ends_in <= soonest * _GAIN]

    if free:
        return min(free, key=lambda place: (place.load, place.member.answered))

    return min(places, key=lambda place: place.ends_in, default=None)


def _reload(places: list[_Place[M]], sent: _Place[M]) -> None:
    """A free place was used; what was sent there frees it again, in the plan."""
    places.append(_Place(sent.member, sent.seconds or 1e-9, sent.seconds, 0.0))
