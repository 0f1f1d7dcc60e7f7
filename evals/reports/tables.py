"""What every report is made of: tables of cells that know how sure they are."""

from collections.abc import Sequence
from typing import Literal

from pydantic import Field

from ...memory.records import Frozen
from ..suites.unscored import Counts, Reason

Origin = Literal["measured", "published"]
"""`published` lines are quoted from a paper, and no picture of theirs was seen here."""

Level = Literal["part", "group", "total"]
"""How a line is set: a category, a group of categories, or everything."""


class Cell(Frozen):
    """A number and its 95 % interval, in the unit of its column; None where there is no number."""

    value: float | None = None
    low: float | None = None
    high: float | None = None


EMPTY = Cell()


class Column(Frozen):
    """What the cells of a column are."""

    name: str
    decimals: int = Field(default=2, ge=0)
    scale: str = ""
    """The unit or range, `0 to 10`; for a person."""


class Line(Frozen):
    """One row of a table."""

    name: str
    cells: tuple[Cell, ...]
    """One per column."""

    level: Level = "part"
    origin: Origin = "measured"
    source: str = ""
    """Where a published line stands."""

    counts: Counts | None = None
    """None on published lines, and where cases are not what the line counts."""


class Table(Frozen):
    """Lines under columns."""

    key: str
    """A short name for programs, unique within its report."""

    title: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    notes: tuple[str, ...] = ()
    """What a reader must know, a sentence each."""

    def line(self, name: str) -> Line:
        """The line of that name.

        Raises:
            KeyError: there is none.
        """
        return {line.name: line for line in self.lines}[name]

    def value(self, line: str, column: str) -> float | None:
        """The number at a place.

        Raises:
            KeyError: there is no such line or column.
        """
        place = {each.name: at for at, each in enumerate(self.columns)}
        return self.line(line).cells[place[column]].value


class Fact(Frozen):
    """Something that a number rests on: the judge, a version, a digest."""

    name: str
    value: str


class Shown(Frozen):
    """A case as a page shows it."""

    name: str
    part: str
    instruction: str = ""
    pictures: tuple["ShownPicture", ...] = ()
    remark: str = ""
    """Its score, its change, or why it has neither."""


class ShownPicture(Frozen):
    """A picture of a case, by name; only a page asks for its bytes."""

    sha256: str
    caption: str


class Report(Frozen):
    """What is printed, in whatever format."""

    kind: str
    """`report`, `turns`, `compare`…"""

    suite: str
    title: str
    facts: tuple[Fact, ...]
    tables: tuple[Table, ...]
    notes: tuple[str, ...] = ()
    cases: tuple[Shown, ...] = ()
    """Only for pages; other formats leave them out."""

    def table(self, key: str) -> Table:
        """The table of that key.

        Raises:
            KeyError: there is none.
        """
        return {table.key: table for table in self.tables}[key]


def number(cell: Cell, column: Column) -> str:
    """The number of a cell as it is printed; a dash where there is none."""
    return "–" if cell.value is None else f"{cell.value:.{column.decimals}f}"


def range_of(cell: Cell, column: Column) -> str:
    """The interval of a cell as it is printed; empty where there is none."""
    if cell.low is None or cell.high is None:
        return ""
    return f"{cell.low:.{column.decimals}f} to {cell.high:.{column.decimals}f}"


def reasons(counts: Counts | None) -> str:
    """Why cases have no number: `2 empty, 1 missing image`; nothing where all have one."""
    if counts is None:
        return ""
    listed = [f"{n} {words(why)}" for why, n in sorted(counts.unscored.items())]
    if counts.repeated:
        listed.append(f"{counts.repeated} repeated")
    return ", ".join(listed)


def words(why: Reason) -> str:
    """A reason for a person."""
    return why.replace("_", " ")


def coverage(counts: Counts | None) -> str:
    """`38 of 40`; nothing on published lines."""
    return "" if counts is None else f"{counts.scored} of {counts.cases}"


def footnotes(table: Table) -> tuple[str, ...]:
    """Where the published lines of a table come from; they are marked with a dagger."""
    lines = [each for each in table.lines if each.origin == "published"]
    sources = dict.fromkeys(each.source for each in lines)
    if len(sources) > 1:
        sources = dict.fromkeys(f"{each.name}, {each.source}" for each in lines)
    return (f"† Published, not measured here: {'; '.join(sources)}.",) if sources else ()


def common_scale(table: Table) -> str:
    """The scale of all columns; empty where they differ or have none."""
    scales = {column.scale for column in table.columns}
    return scales.pop() if len(scales) == 1 else ""


def has_counts(lines: Sequence[Line]) -> bool:
    """Whether any line says how many cases it rests on."""
    return any(line.counts is not None for line in lines)
