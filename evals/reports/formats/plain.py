"""Reports for programs and for files: JSON, CSV and Markdown."""

import csv
import json
from collections.abc import Iterator, Sequence
from io import StringIO

from ..tables import (
    Cell,
    Column,
    Line,
    Report,
    Table,
    coverage,
    footnotes,
    number,
    range_of,
    reasons,
)

_HEAD = (
    *("table", "line", "origin", "source", "level", "column", "scale"),
    *("value", "low", "high", "cases", "scored", "unscored"),
)


def as_json(report: Report) -> str:
    """One object with every number in full precision; cases without their pictures' bytes."""
    held = report.model_dump(mode="json", exclude={"cases"})
    return json.dumps(held, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def as_csv(report: Report) -> str:
    """One row per number, in full precision; facts and notes come first as rows of their own."""
    out = StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_HEAD)
    for fact in report.facts:
        rows.writerow(["facts", fact.name, *[""] * 5, fact.value, *[""] * 5])
    for note in report.notes:
        rows.writerow(["notes", *[""] * 6, note, *[""] * 5])
    for table in report.tables:
        rows.writerows(_rows(table))
    return out.getvalue()


def _rows(table: Table) -> Iterator[list[object]]:
    for line in table.lines:
        counts: list[object] = ["", "", ""]
        if line.counts is not None:
            counts = [line.counts.cases, line.counts.scored, reasons(line.counts)]
        for column, cell in zip(table.columns, line.cells, strict=True):
            place = [table.key, line.name, line.origin, line.source, line.level]
            yield [*place, column.name, column.scale, *_numbers(cell), *counts]


def _numbers(cell: Cell) -> list[object]:
    return ["" if each is None else each for each in (cell.value, cell.low, cell.high)]


def as_markdown(report: Report) -> str:
    """A page of tables; intervals stand in brackets."""
    parts = [f"# {_safe(report.title)}", _facts(report)]
    parts += [_safe(note) for note in report.notes]
    for table in report.tables:
        parts += [f"## {_safe(table.title)}", _table(table)]
        parts += [_safe(note) for note in (*table.notes, *footnotes(table))]
    return "\n\n".join(part for part in parts if part) + "\n"


def _facts(report: Report) -> str:
    return "\n".join(f"- {_safe(fact.name)}: {_safe(fact.value)}" for fact in report.facts)


def _table(table: Table) -> str:
    counted = any(line.counts is not None for line in table.lines)
    absent = any(reasons(line.counts) for line in table.lines)
    titles = ["", *(_title(column) for column in table.columns)]
    titles += ["Scored"] * counted + ["Unscored"] * absent
    head = [_row(titles), "|" + "---|" * len(titles)]
    lines = [_row(_cells(line, table.columns, counted, absent)) for line in table.lines]
    return "\n".join([*head, *lines])


def _cells(line: Line, columns: Sequence[Column], counted: bool, absent: bool) -> list[str]:
    name = f"**{_safe(line.name)}**" if line.level == "total" else _safe(line.name)
    if line.origin == "published":
        name = f"*{_safe(line.name)}* †"
    cells = [_cell(cell, column) for cell, column in zip(line.cells, columns, strict=True)]
    more = [coverage(line.counts)] * counted + [reasons(line.counts)] * absent
    return [name, *cells, *more]


def _cell(cell: Cell, column: Column) -> str:
    interval = range_of(cell, column)
    return f"{number(cell, column)} [{interval}]" if interval else number(cell, column)


def _title(column: Column) -> str:
    return f"{_safe(column.name)} ({column.scale})" if column.scale else _safe(column.name)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _safe(text: str) -> str:
    """A text that cannot break out of its cell or become markup."""
    line = " ".join(text.split())
    for sign in "\\`*|<>[]#":
        line = line.replace(sign, f"\\{sign}")
    return line
