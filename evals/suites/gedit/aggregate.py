"""The tables of GEdit-Bench: per language the eleven groups and their plain mean."""

from collections.abc import Iterable, Sequence
from math import sqrt

from ....memory.errors import InputError
from ....memory.records import Frozen
from ..averages import mean_of_present, mean_or_none
from ..profile import Profile
from ..unscored import Counts, Unscored, counts, total
from .cases import GROUPS, LANGUAGES

_BLANK = Unscored(reason="incomplete", detail="the row holds no score")


class GEditRow(Frozen):
    """The scores of one case, or why there are none."""

    key: str
    group: str
    language: str
    intersection: bool | None = None
    """None where the data do not say: inside the subset in the official profile, outside of it
    in the corrected one."""

    semantics: float | None = None
    quality: float | None = None
    why: Unscored | None = None

    @property
    def overall(self) -> float | None:
        """The root of semantics times quality.

        Raises:
            InputError: their product is negative.
        """
        if self.semantics is None or self.quality is None:
            return None
        if self.semantics * self.quality < 0:
            raise InputError(
                f"row {self.key!r}: semantics {self.semantics:g} times quality {self.quality:g} is"
                " negative, it has no root"
            )
        return sqrt(self.semantics * self.quality)


class Means(Frozen):
    """Semantics, quality and overall, 0 to 10; None where the official scripts print NaN, or where
    there is nothing to average."""

    semantics: float | None
    quality: float | None
    overall: float | None
    counts: Counts


class GroupLine(Frozen):
    """One group, in full and for the intersection subset; `Average` is the mean of the groups."""

    group: str
    full: Means
    intersection: Means


class GEditTable(Frozen):
    """One language."""

    language: str
    profile: Profile
    groups: tuple[GroupLine, ...]
    average: GroupLine
    """Every group weighs the same; overall is the mean of the groups' overalls."""

    averaged_groups: int
    """Groups in the full average; 11 unless the profile is corrected and some have no score."""


def aggregate(rows: Iterable[GEditRow], profile: Profile = "corrected") -> tuple[GEditTable, ...]:
    """The tables of English and Chinese.

    Official: rows that appear twice count twice, a blank score or an empty group makes its group
    and the average None. Corrected: the last row of a case counts, means are over what is scored,
    and the average is over the groups that have a mean.

    Raises:
        InputError: a negative product; official profile: a group without any row (the script
            does not find its file).
    """
    listed = list(rows)
    if profile == "official":
        _all_files(listed)
    return tuple(_table(listed, language, profile) for language in LANGUAGES)


def _all_files(rows: Sequence[GEditRow]) -> None:
    there = {row.group for row in rows}
    if absent := [group for group in GROUPS if group not in there]:
        raise InputError(
            f"no row of {', '.join(absent)}: the official script stops without the group's file"
        )


def _table(rows: Sequence[GEditRow], language: str, profile: Profile) -> GEditTable:
    by_group: dict[str, list[GEditRow]] = {group: [] for group in GROUPS}
    for row in rows:
        if row.language == language and row.group in by_group:
            by_group[row.group].append(row)
    lines = tuple(_line(group, by_group[group], profile) for group in GROUPS)
    return GEditTable(
        language=language,
        profile=profile,
        groups=lines,
        average=GroupLine(
            group="Average",
            full=_average([line.full for line in lines], profile),
            intersection=_average([line.intersection for line in lines], profile),
        ),
        averaged_groups=sum(line.full.overall is not None for line in lines)
        if profile == "corrected"
        else len(lines),
    )


def _line(group: str, rows: list[GEditRow], profile: Profile) -> GroupLine:
    repeated = 0
    if profile == "corrected":
        last = {row.key: row for row in rows}
        repeated = len(rows) - len(last)
        rows = list(last.values())
    inside = [row for row in rows if _inside(row, profile)]
    return GroupLine(
        group=group,
        full=_means(rows, profile, repeated),
        intersection=_means(inside, profile, 0),
    )


def _inside(row: GEditRow, profile: Profile) -> bool:
    """A blank flag is a missing value, which the official script takes for true."""
    return profile == "official" if row.intersection is None else row.intersection


def _means(rows: Sequence[GEditRow], profile: Profile, repeated: int) -> Means:
    average = mean_or_none if profile == "official" else mean_of_present
    whys = [_why(row, profile) for row in rows]
    if profile == "corrected":
        rows = [row for row, why in zip(rows, whys, strict=True) if why is None]
    return Means(
        semantics=average(row.semantics for row in rows),
        quality=average(row.quality for row in rows),
        overall=average(row.overall for row in rows),
        counts=counts(whys, repeated=repeated),
    )


def _why(row: GEditRow, profile: Profile) -> Unscored | None:
    if row.semantics is None or row.quality is None:
        return row.why or _BLANK
    worst = min(row.semantics, row.quality, 10 - row.semantics, 10 - row.quality)
    if profile == "corrected" and not worst >= 0:
        detail = f"{row.semantics:g} and {row.quality:g} are not both on the scale of 0 to 10"
        return Unscored(reason="out_of_range", detail=detail)
    return None


def _average(means: Sequence[Means], profile: Profile) -> Means:
    average = mean_or_none if profile == "official" else mean_of_present
    return Means(
        semantics=average(each.semantics for each in means),
        quality=average(each.quality for each in means),
        overall=average(each.overall for each in means),
        counts=total(each.counts for each in means),
    )
