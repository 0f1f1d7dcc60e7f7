"""The four suites behind one door."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from ....memory.errors import InputError
from ...score.rows import Row
from ...scores import Suite
from ...suites.gedit.aggregate import GEditRow
from ...suites.gedit.cases import COUNTS as GEDIT
from ...suites.imgedit.aggregate import ImgEditRow
from ...suites.imgedit.cases import COUNTS as IMGEDIT
from ...suites.imgedit.cases import HARD_COUNT
from ...suites.kris.aggregate import KrisRow
from ...suites.kris.cases import COUNTS as KRIS
from ...suites.profile import Lineage, Profile
from ...suites.rise.aggregate import RiseRow
from ...suites.rise.cases import COUNTS as RISE
from ..tables import Cell, Column, Table
from . import gedit, imgedit, kris, rise
from .values import CaseValue

TITLES: dict[Suite, str] = {
    "gedit": "GEdit-Bench",
    "imgedit": "ImgEdit-Bench",
    "imgedit-hard": "ImgEdit-Bench, hard set",
    "kris": "KRIS-Bench",
    "rise": "RISEBench",
}
SIZES: dict[Suite, int] = {
    "gedit": 2 * sum(GEDIT.values()),
    "imgedit": sum(IMGEDIT.values()),
    "imgedit-hard": HARD_COUNT,
    "kris": sum(KRIS.values()),
    "rise": sum(RISE.values()),
}
"""Cases of the published data sets."""

_UNITS: dict[Suite, Column] = {
    "gedit": gedit.COLUMNS[-1],
    "imgedit": imgedit.COLUMNS[0],
    "imgedit-hard": imgedit.COLUMNS[0],
    "kris": kris.COLUMNS[-1],
    "rise": rise.SCORE,
}
_R = TypeVar("_R", GEditRow, ImgEditRow, KrisRow, RiseRow)


@dataclass(frozen=True, slots=True)
class Board:
    """How one suite is read: its profile, and what its rows need beside themselves."""

    suite: Suite
    profile: Profile = "corrected"
    lineage: Lineage = "upstream"
    types: Mapping[str, str] = field(default_factory=dict[str, str])
    """The edit type of every case; only ImgEdit's rows lack it."""

    @property
    def unit(self) -> Column:
        """What `by_case` gives."""
        return _UNITS[self.suite]

    def tables(self, rows: Sequence[Row]) -> tuple[Table, ...]:
        """Every table of the suite.

        Raises:
            InputError: where the official script stops, in the official profile.
        """
        match self.suite:
            case "gedit":
                return gedit.tables(_of(rows, GEditRow), self.profile)
            case "imgedit":
                return imgedit.tables(_of(rows, ImgEditRow), self.types, self.profile)
            case "imgedit-hard":
                return imgedit.hard_tables(_of(rows, ImgEditRow), self.profile)
            case "kris":
                return kris.tables(_of(rows, KrisRow), self.profile)
            case "rise":
                return rise.tables(_of(rows, RiseRow), self.profile, self.lineage)

    def by_case(self, rows: Sequence[Row]) -> list[CaseValue]:
        """The suite's main measure of every case."""
        match self.suite:
            case "gedit":
                return gedit.by_case(_of(rows, GEditRow), self.profile)
            case "imgedit" | "imgedit-hard":
                return imgedit.by_case(_of(rows, ImgEditRow), self.types)
            case "kris":
                return kris.by_case(_of(rows, KrisRow), self.profile)
            case "rise":
                return rise.by_case(_of(rows, RiseRow), self.profile, self.lineage)

    def headline(self, tables: Sequence[Table]) -> dict[str, Cell]:
        """One line of numbers for all of a system, by column."""
        heads: dict[Suite, Callable[[Sequence[Table]], dict[str, Cell]]] = {
            "gedit": gedit.headline,
            "imgedit": imgedit.headline,
            "imgedit-hard": imgedit.headline,
            "kris": kris.headline,
            "rise": rise.headline,
        }
        return heads[self.suite](tables)

    def overall(self, rows: Sequence[Row]) -> tuple[str, Cell]:
        """The one number of a system, and its column in a headline.

        Raises:
            InputError: where the official script stops, in the official profile.
        """
        match self.suite:
            case "gedit":
                return gedit.overall(_of(rows, GEditRow), self.profile)
            case "imgedit":
                return imgedit.overall(_of(rows, ImgEditRow), self.types, self.profile)
            case "imgedit-hard":
                line = imgedit.hard_tables(_of(rows, ImgEditRow), self.profile)[0].lines[0]
                return line.name, line.cells[0]
            case "kris":
                return kris.overall(_of(rows, KrisRow), self.profile)
            case "rise":
                return rise.overall(_of(rows, RiseRow), self.profile, self.lineage)


def column(suite: Suite, name: str) -> Column:
    """The column of a headline."""
    if suite == "rise":
        return rise.SCORE.but(name=name) if name.endswith("score") else _percent(name)
    return _UNITS[suite].but(name=name)


def _percent(name: str) -> Column:
    return rise.ACCURACY.but(name=name, scale="")


def _of(rows: Iterable[Row], kind: type[_R]) -> list[_R]:
    found: list[_R] = []
    for row in rows:
        if not isinstance(row, kind):
            raise InputError(f"a {type(row).__name__} among the rows of {kind.__name__}")
        found.append(row)
    return found
