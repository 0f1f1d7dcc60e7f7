"""The turn curve: what one run with N turns says about every smaller number of turns."""

from collections.abc import Callable, Sequence

from ..scores import Produced
from . import published
from .boards.board import column
from .sheet import Pick, Sheet
from .systems import warned
from .tables import EMPTY, Cell, Column, Line, Table

_Known = dict[tuple[str | None, ...], Cell]
"""Numbers by the pictures that they are of: runs that have ended give the same ones again."""

_BOTH: tuple[tuple[str, Callable[[int], Pick]], ...] = (
    ("best so far", lambda turns: lambda run: run.best_at(turns)),
    ("last", lambda turns: lambda run: run.last_at(turns)),
)


def longest(sheets: Sequence[Sheet]) -> int:
    """The most turns that any run has."""
    return max((len(run.curve) for sheet in sheets for run in sheet.runs.values()), default=0)


def judged_everywhere(sheet: Sheet) -> tuple[int, int]:
    """How many of the pictures of all turns the judge has seen, and how many there are."""
    seen = total = 0
    for name, run in sheet.runs.items():
        for sha256 in run.pictures:
            total += 1
            seen += bool(sheet.book.about(name, sha256, sheet.sample))
    return seen, total


def table(sheets: Sequence[Sheet], *, references: bool = True) -> Table:
    """The overall number by turns allowed, of the best picture so far and of the last one.

    A run that ended earlier counts with what it had, so every number is over the same cases.

    Raises:
        InputError: where the official script stops, in the official profile.
    """
    most = longest(sheets)
    heads = [_head(sheet) for sheet in sheets]
    known: _Known = {}
    paper = published.TURNS if references and "EN G_O" in heads else ()
    turns = sorted({*range(1, most + 1), *(int(each) for one in paper for each in one.values)})
    unit = column(sheets[0].board.suite, heads[0])
    columns = tuple(unit.but(name=str(each)) for each in turns)
    lines = [
        Line(name=f"{sheet.name}, {kind}", cells=_cells(sheet, at, turns, most, known))
        for sheet in sheets
        for kind, at in _BOTH
    ]
    lines += [each.line(columns) for each in paper]
    return Table(
        key="turns",
        title=f"{heads[0]} by turns allowed",
        columns=columns,
        lines=tuple(lines),
        notes=_notes(sheets, bool(paper)),
    )


def _head(sheet: Sheet) -> str:
    return sheet.board.overall(sheet.rows())[0]


def _cells(
    sheet: Sheet, at: Callable[[int], Pick], turns: Sequence[int], most: int, known: _Known
) -> tuple[Cell, ...]:
    found: list[Cell] = []
    for each in turns:
        if each > most:
            found.append(EMPTY)
            continue
        pick = at(each)
        pictures = (sheet.name, *(sheet.picture(case.name, pick) for case in sheet.cases))
        if pictures not in known:
            known[pictures] = _main(sheet, pick)
        found.append(known[pictures])
    return tuple(found)


def _main(sheet: Sheet, pick: Pick) -> Cell:
    return sheet.board.overall(sheet.rows(pick))[1]


def _notes(sheets: Sequence[Sheet], paper: bool) -> tuple[str, ...]:
    found = [
        (
            "Best so far is chosen by the thinker of the run, never by the judge. A run that stopped"
            " earlier counts with the pictures that it had."
        )
    ]
    for sheet in sheets:
        seen, total = judged_everywhere(sheet)
        if seen < total:
            found.append(
                f"{sheet.name}: {seen} of {total} pictures of all turns are judged; the others make"
                " their cases unscored. `editloop eval score --every-turn` judges them."
            )
    if paper:
        found.append("The paper's numbers are of the last picture, from one run per column.")
        found += warned(sheets[0].board.suite)[:1]
    return tuple(found)


def effort(sheets: Sequence[Sheet], *, clock: bool = False) -> Table:
    """What the overall number costs: edits per case and, with `clock`, seconds and dollars.

    Seconds differ from run to run, so only reports that ask for them have them.
    """
    unit = column(sheets[0].board.suite, _head(sheets[0]))
    columns = [unit, Column(name="Edits per case"), Column(name="Score per edit", decimals=3)]
    if clock:
        columns += [
            Column(name="Seconds per case"),
            Column(name="Score per 100 s", decimals=3),
            Column(name="Dollars per case", decimals=4),
        ]
    lines = tuple(Line(name=sheet.name, cells=_effort(sheet, clock)) for sheet in sheets)
    notes: tuple[str, ...] = ("Edits are those that gave a picture.",)
    if clock:
        notes += ("Seconds are the editor's and the thinker's together, waiting apart.",)
    return Table(
        key="effort", title="Quality and effort", columns=tuple(columns), lines=lines, notes=notes
    )


def _effort(sheet: Sheet, clock: bool) -> tuple[Cell, ...]:
    score = _main(sheet, lambda run: run.answer_sha256)
    runs = list(sheet.runs.values())
    if not runs:
        return (score, *[EMPTY] * (5 if clock else 2))
    edits = _mean(runs, lambda run: sum(point.sha256 is not None for point in run.curve))
    found = [Cell(value=score.value), Cell(value=edits), _ratio(score.value, edits)]
    if clock:
        seconds = _mean(runs, lambda run: sum(p.edit_seconds + p.think_seconds for p in run.curve))
        cost = _mean(runs, lambda run: sum(p.edit_cost + p.think_cost for p in run.curve))
        found += [Cell(value=seconds), _ratio(score.value, seconds / 100), Cell(value=cost)]
    return (score, *found[1:])


def _mean(runs: Sequence[Produced], of: Callable[[Produced], float]) -> float:
    return sum(of(run) for run in sorted(runs, key=lambda run: run.case.name)) / len(runs)


def _ratio(value: float | None, by: float) -> Cell:
    return Cell(value=None if value is None or by <= 0 else value / by)
