"""From the two or three readings of a RISEBench case to its values, its score and its mark."""

from collections.abc import Sequence

from ....memory.errors import InputError
from ....memory.records import Frozen
from ..profile import Lineage, Profile
from ..unscored import Unscored
from .cases import Flag, is_set

Reading = tuple[float, ...] | Unscored


class Values(Frozen):
    """What the judge said of a case, 1 to 5; None where it was not asked."""

    consistency: float | None = None
    reasoning: float | None = None
    plausibility: float | None = None


def asked(category: str, consistency_free: Flag, profile: Profile = "corrected") -> tuple[str, ...]:
    """The calls of a case, in order: consistency, reasoning, quality."""
    calls = ("consistency", "reasoning", "quality")
    if category == "logical_reasoning":
        return calls[:2]
    return calls[1:] if free(consistency_free, profile) else calls


def free(flag: Flag, profile: Profile) -> bool:
    """Whether consistency is left out: the published code takes even false for yes."""
    return is_set(flag) if profile == "official" else flag == "true"


def case_values(
    category: str,
    readings: Sequence[Reading],
    *,
    consistency_free: Flag = "missing",
    profile: Profile = "corrected",
) -> Values | Unscored:
    """The values of a case from its readings, in the order of `asked`; one failed call fails it.

    Raises:
        InputError: another number of readings than calls; official profile: where the script
            stops (too many numbers, a logical case without consistency).
    """
    calls = asked(category, consistency_free, profile)
    logical = category == "logical_reasoning"
    if len(readings) != len(calls):
        raise InputError(f"{len(readings)} readings for the {len(calls)} calls {', '.join(calls)}")
    if profile == "official" and logical and is_set(consistency_free):
        raise InputError("a logical case with consistency_free: the official report stops")
    entries: list[float | None] = [None] if calls[0] != "consistency" else []
    for reading in readings:
        if isinstance(reading, Unscored):
            return reading
        entries += reading
    return _values(entries, logical=logical)


def _values(entries: list[float | None], *, logical: bool) -> Values:
    if len(entries) == 3:  # also a logical case whose two answers held three numbers
        return Values(consistency=entries[0], reasoning=entries[1], plausibility=entries[2])
    if len(entries) == 2 and logical:
        first, second = (_five(each) for each in entries)
        return Values(consistency=first, reasoning=second)
    raise InputError(
        f"{len(entries)} numbers in the answers of one case: the official table cannot be built"
    )


def _five(mark: float | None) -> float | None:
    """0 or 1 onto 1 or 5; more than 1 is 1."""
    return None if mark is None else 4 * min(mark, 1) + 1


def score(values: Values, *, logical: bool, without_consistency: bool) -> float | None:
    """The weighted score of a case, 1 to 5; None if a value that it needs is absent.

    Wrong reasoning (1) halves it, down to 1 at least.
    """
    c, r, v = values.consistency, values.reasoning, values.plausibility
    if r is None:
        return None
    if logical:
        total = None if c is None else 0.3 * c + 0.7 * r
    elif without_consistency:
        total = None if v is None else 0.2 * v + 0.8 * r
    else:
        total = None if c is None or v is None else 0.3 * c + 0.5 * r + 0.2 * v
    return max(total * 0.5, 1.0) if total is not None and r == 1 else total


def weighs_without_consistency(flag: Flag, *, column: bool, profile: Profile) -> bool:
    """Which weights a non-logical case gets; `column` is whether any record has the field.

    Official: the truth of a table cell. Where the field is on some records only, the others hold
    a missing value there, which is true.
    """
    if profile == "official" and flag == "missing":
        return column
    return flag == "true"


def mark(
    values: Values, *, logical: bool, flag: Flag, profile: Profile, lineage: Lineage = "upstream"
) -> int:
    """1 if everything that was asked is 5, else 0.

    Bagel's scripts (and upstream's before April 2026) also ask for a consistency that was never
    judged, so that a case without it cannot count.
    """
    needed = [values.reasoning]
    if not logical:
        needed.append(values.plausibility)
    never = profile == "official" and lineage == "bagel"
    if logical or never or not free(flag, profile):
        needed.append(values.consistency)
    return int(all(each == 5 for each in needed))
