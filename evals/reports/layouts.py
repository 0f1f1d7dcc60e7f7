"""Named reports: which tables, of which systems, beside which published lines."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from ...memory.errors import InputError
from . import curve, published, systems
from .boards.board import TITLES
from .facts import shared_facts
from .gallery import cases_of
from .published import Reference
from .sheet import Sheet, answers
from .tables import Cell, Column, Line, Report, Table

Layout = Literal["suite", "turns", "paradigms", "thinkers", "stages", "effort"]

_TITLES: dict[Layout, str] = {
    "suite": "{suite}",
    "turns": "{suite}: the turn curve",
    "paradigms": "{suite}: thinking before, while and both",
    "thinkers": "{suite}: thinkers compared",
    "stages": "{suite}: stages of training compared",
    "effort": "{suite}: quality and effort",
}
_REFERENCES: dict[Layout, tuple[Reference, ...]] = {
    "paradigms": published.PARADIGMS,
    "thinkers": published.THINKERS,
    "stages": published.STAGES,
}


def report(
    sheets: Sequence[Sheet],
    layout: Layout = "suite",
    *,
    references: bool = True,
    clock: bool = False,
    cases: int = 0,
) -> Report:
    """A report of one or several systems on one suite under one judge.

    Args:
        sheets: the systems, in the order of the lines.
        layout: `suite` has the suite's own tables for every system; the others are the paper's.
        references: whether the paper's numbers stand below.
        cases: how many cases to show with their pictures.
        clock: whether seconds and dollars stand in the effort table; they make each report unique.

    Raises:
        InputError: no system, systems that cannot stand in one table, or the official script stops.
    """
    _alike(sheets)
    suite = sheets[0].board.suite
    makers: Mapping[Layout, Callable[[], tuple[Table, ...]]] = {
        "turns": lambda: (curve.table(sheets, references=references), curve.effort(sheets)),
        "effort": lambda: (curve.effort(sheets, clock=clock),),
    }
    make = makers.get(layout, lambda: _suite(sheets, layout, references=references))
    tables = make()
    pictures, remark = cases_of(sheets, cases) if cases else ((), ())
    return Report(
        kind="report" if layout == "suite" else layout,
        suite=suite,
        title=_TITLES[layout].format(suite=TITLES[suite]),
        facts=shared_facts(sheets),
        notes=(*_missing(sheets), *remark),
        tables=tables,
        cases=pictures,
    )


def _alike(sheets: Sequence[Sheet]) -> None:
    if not sheets:
        raise InputError("no system to report on")
    kinds = {(s.board.suite, s.board.profile, s.board.lineage, s.judged) for s in sheets}
    if len(kinds) > 1:
        listed = "; ".join(f"{s.name}: {s.board.profile}, {s.judged}" for s in sheets)
        raise InputError(f"systems under different judges or profiles share no table: {listed}")


def _suite(sheets: Sequence[Sheet], layout: Layout, *, references: bool) -> tuple[Table, ...]:
    suite = sheets[0].board.suite
    each = [(sheet, sheet.tables()) for sheet in sheets]
    heads = [(sheet.name, sheet.board.headline(tables)) for sheet, tables in each]
    paper = _REFERENCES.get(layout, published.SYSTEMS.get(suite, ())) if references else ()
    found = [systems.table(suite, heads, paper)]
    if layout == "suite":
        found += [_named(sheet, table, len(sheets)) for sheet, tables in each for table in tables]
        found += [_samples(sheet) for sheet in sheets if sheet.book.samples > 1]
    else:
        found.append(curve.effort(sheets))
    return tuple(found)


def _named(sheet: Sheet, table: Table, of: int) -> Table:
    """A table that says whose it is, where there are several."""
    if of == 1:
        return table
    return table.but(key=f"{sheet.name}/{table.key}", title=f"{sheet.name}: {table.title}")


def _samples(sheet: Sheet) -> Table:
    """The overall number by each opinion of the judge, and how far they lie apart."""
    name = ""
    lines: list[Line] = []
    values: list[float] = []
    for sample in range(sheet.book.samples):
        name, cell = sheet.board.overall(sheet.opinion(sample).rows())
        lines.append(Line(name=f"opinion {sample + 1}", cells=(cell,)))
        values += [] if cell.value is None else [cell.value]
    mean = sum(values) / len(values) if values else None
    spread = max(values) - min(values) if values else None
    lines.append(Line(name="Mean", cells=(Cell(value=mean),), level="total"))
    lines.append(Line(name="Highest less lowest", cells=(Cell(value=spread),), level="total"))
    return Table(
        key=f"{sheet.name}/opinions",
        title=f"{sheet.name}: opinions of the judge",
        columns=(Column(name=name, decimals=3),),
        lines=tuple(lines),
    )


def _missing(sheets: Sequence[Sheet]) -> tuple[str, ...]:
    """Runs and pictures that are not there, said before any number."""
    found: list[str] = []
    for sheet in sheets:
        absent = sum(case.name not in sheet.runs for case in sheet.cases)
        empty = sum(
            case.name in sheet.runs and sheet.picture(case.name, answers) is None
            for case in sheet.cases
        )
        if absent:
            found.append(f"{sheet.name}: {absent} of {len(sheet.cases)} cases have no run.")
        if empty:
            runs = "1 run" if empty == 1 else f"{empty} runs"
            found.append(f"{sheet.name}: {runs} ended without a picture.")
    return tuple(found)
