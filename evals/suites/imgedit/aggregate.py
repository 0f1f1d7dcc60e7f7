"""The table of ImgEdit-Bench: a mean per edit type and two overall numbers."""

from collections.abc import Iterable, Mapping

from ....memory.records import Frozen
from ..averages import mean, running_mean
from ..profile import Profile
from ..unscored import Counts, Unscored, counts

_BLANK = Unscored(reason="incomplete", detail="the row holds no score")


class ImgEditRow(Frozen):
    """The score of one case (1 to 5), or why there is none."""

    key: str
    score: float | None = None
    why: Unscored | None = None


class TypeLine(Frozen):
    """One edit type."""

    edit_type: str
    score: float | None
    """1 to 5; two decimals in the official profile."""

    counts: Counts


class ImgEditTable(Frozen):
    """All edit types, and the case counts of the whole."""

    profile: Profile
    types: tuple[TypeLine, ...]
    """In order of first appearance; official: only those with a scored case."""

    macro: float | None
    """The mean of the edit types, as on the published leaderboard."""

    micro: float | None
    """The mean of all cases, as in BAGEL's and EditThinker's scripts; there it includes cases
    that have no edit type."""

    counts: Counts


def aggregate(
    rows: Iterable[ImgEditRow], types: Mapping[str, str], profile: Profile = "corrected"
) -> ImgEditTable:
    """The table of the basic cases; `types` gives the edit type of every key.

    Official: every stage is rounded to two decimals, and rows without a score are dropped.
    Corrected: nothing is rounded, the last row of a case counts, and every case of `types` without a row is
    counted as having no picture.
    """
    listed = list(rows)
    repeated = 0
    if profile == "corrected":
        last = {row.key: row for row in listed}
        repeated = len(listed) - len(last)
        listed = [*last.values(), *_absent(last, types)]
    by_type: dict[str, list[ImgEditRow]] = {}
    for row in listed:
        if row.key in types:
            by_type.setdefault(types[row.key], []).append(row)
    lines = [_line(name, members, profile) for name, members in by_type.items()]
    if profile == "official":
        lines = [line for line in lines if line.score is not None]
    return ImgEditTable(
        profile=profile,
        types=tuple(lines),
        macro=_mean((line.score for line in lines), profile),
        micro=_mean((row.score for row in listed if _counts(row, types, profile)), profile),
        counts=_counted(listed, repeated),
    )


def hard_score(rows: Iterable[ImgEditRow], profile: Profile = "corrected") -> TypeLine:
    """The one line of the hard set; no score if no answer could be read."""
    listed = list(rows)
    if profile == "corrected":
        listed = list({row.key: row for row in listed}.values())
    return _line("hard", listed, profile)


def _absent(there: Mapping[str, ImgEditRow], types: Mapping[str, str]) -> list[ImgEditRow]:
    why = Unscored(reason="missing_image", detail="no row for this case")
    return [ImgEditRow(key=key, why=why) for key in types if key not in there]


def _counts(row: ImgEditRow, types: Mapping[str, str], profile: Profile) -> bool:
    return profile == "official" or row.key in types


def _line(name: str, rows: list[ImgEditRow], profile: Profile) -> TypeLine:
    score = _mean((row.score for row in rows), profile)
    return TypeLine(edit_type=name, score=score, counts=_counted(rows, 0))


def _mean(values: Iterable[float | None], profile: Profile) -> float | None:
    present = [each for each in values if each is not None]
    if profile == "corrected":
        return mean(present)
    found = running_mean(present)
    return None if found is None else round(found, 2)


def _counted(rows: list[ImgEditRow], repeated: int) -> Counts:
    whys = [None if row.score is not None else row.why or _BLANK for row in rows]
    return counts(whys, repeated=repeated)
