"""GEdit-Bench: eleven groups per language, in full and for the intersection subset."""

from collections.abc import Callable, Iterable, Sequence

from ....memory.errors import InputError
from ...suites.gedit.aggregate import GEditRow, GEditTable, GroupLine, Means, aggregate
from ...suites.gedit.cases import GROUPS, LANGUAGES
from ...suites.profile import Profile
from ..sureness import Draws, draw, sure
from ..tables import Cell, Column, Line, Table
from .values import CaseValue

COLUMNS = tuple(Column(name=name, decimals=3, scale="0 to 10") for name in ("SC", "PQ", "O"))
_LANGUAGE = {"en": "English", "cn": "Chinese"}
_PICKS: tuple[Callable[[GEditRow], float | None], ...] = (
    lambda row: row.semantics,
    lambda row: row.quality,
    lambda row: row.overall,
)
_Drawn = tuple[Draws | None, ...]


def tables(rows: Sequence[GEditRow], profile: Profile) -> tuple[Table, ...]:
    """Two tables per language that has cases: all of them, and the intersection subset.

    Raises:
        InputError: where the official script stops.
    """
    found: list[Table] = []
    for table in aggregate(rows, profile):
        own = [row for row in rows if row.language == table.language]
        if own:
            found.append(_table(table, own, intersection=False))
            inside = [row for row in own if _inside(row, profile)]
            if inside:
                found.append(_table(table, inside, intersection=True))
    return tuple(found)


def by_case(rows: Iterable[GEditRow], profile: Profile) -> list[CaseValue]:
    """Overall of each case; in the corrected profile only of scores that are on the scale."""
    return [
        CaseValue(
            f"{row.language}/{row.group}/{row.key}",
            f"{row.language}/{row.group}",
            row.overall if _counts(row, profile) else None,
            row.why,
        )
        for row in rows
    ]


def _inside(row: GEditRow, profile: Profile) -> bool:
    return profile == "official" if row.intersection is None else row.intersection


def _counts(row: GEditRow, profile: Profile) -> bool:
    if row.semantics is None or row.quality is None:
        return False
    on_scale = 0 <= row.semantics <= 10 and 0 <= row.quality <= 10
    return on_scale or profile == "official"


def _table(table: GEditTable, rows: Sequence[GEditRow], *, intersection: bool) -> Table:
    profile = table.profile
    lines, drawn = list[Line](), list[_Drawn]()
    for at, group in enumerate(table.groups):
        members = [row for row in rows if row.group == group.group and _counts(row, profile)]
        drawn.append(_draws(members, profile, seed=at))
        lines.append(_line(group, [drawn[-1]], intersection=intersection))
    average = _line(table.average, drawn, intersection=intersection).but(level="total")
    notes = _notes(table, intersection=intersection)
    language = _LANGUAGE[table.language]
    return Table(
        key=f"{table.language}_intersection" if intersection else table.language,
        title=f"{language}, intersection subset" if intersection else language,
        columns=COLUMNS,
        lines=(*lines, average),
        notes=notes,
    )


def _draws(members: Sequence[GEditRow], profile: Profile, *, seed: int) -> _Drawn:
    names = _names(members, profile)
    return tuple(
        draw({name: _one(pick(row)) for name, row in zip(names, members, strict=True)}, seed=seed)
        for pick in _PICKS
    )


def _names(members: Sequence[GEditRow], profile: Profile) -> list[str]:
    """Names to draw by: a case that appears twice counts twice in the official profile only."""
    if profile == "corrected":
        return [row.key for row in members]
    return [f"{row.key}\0{at:09}" for at, row in enumerate(members)]


def _one(value: float | None) -> tuple[float, ...]:
    return () if value is None else (value,)


def _line(group: GroupLine, drawn: Sequence[_Drawn], *, intersection: bool) -> Line:
    means = group.intersection if intersection else group.full
    values = (means.semantics, means.quality, means.overall)
    cells = tuple(sure(value, [each[at] for each in drawn]) for at, value in enumerate(values))
    return Line(name=group.group, cells=cells, counts=means.counts)


def _notes(table: GEditTable, *, intersection: bool) -> tuple[str, ...]:
    found = ["The average is the plain mean of the groups, whatever their sizes."]
    groups: list[Means] = [
        line.intersection if intersection else line.full for line in table.groups
    ]
    absent = sum(each.overall is None for each in groups)
    if absent:
        left = "make it empty" if table.profile == "official" else "are left out of it"
        found.append(f"{absent} of {len(groups)} groups have no number and {left}.")
    return tuple(found)


def overall(rows: Sequence[GEditRow], profile: Profile) -> tuple[str, Cell]:
    """O of the first language that has cases: its column in a headline, and the number.

    Raises:
        InputError: there is no case, or the official script stops.
    """
    for table in aggregate(rows, profile):
        own = [row for row in rows if row.language == table.language and _counts(row, profile)]
        if any(row.language == table.language for row in rows):
            value = table.average.full.overall
            return f"{table.language.upper()} G_O", sure(value, _overalls(own, profile))
    raise _nothing()


def _overalls(rows: Sequence[GEditRow], profile: Profile) -> list[Draws | None]:
    found: list[Draws | None] = []
    for at, group in enumerate(GROUPS):
        members = [row for row in rows if row.group == group]
        values = (_one(row.overall) for row in members)
        named = dict(zip(_names(members, profile), values, strict=True))
        found.append(draw(named, seed=at))
    return found


def _nothing() -> InputError:
    return InputError("no case of GEdit-Bench is on record for this system")


def headline(found: Sequence[Table]) -> dict[str, Cell]:
    """What one system's line in a table of systems holds, by column."""
    cells: dict[str, Cell] = {}
    for table in found:
        if table.key in LANGUAGES:
            for column, cell in zip(table.columns, table.line("Average").cells, strict=True):
                cells[f"{table.key.upper()} G_{column.name}"] = cell
    if not cells:
        raise _nothing()
    return cells
