"""Reports on a terminal: a table is set in the first way that fits its width."""

from typing import TYPE_CHECKING, NamedTuple

from ..tables import (
    Column,
    Line,
    Report,
    Table,
    common_scale,
    coverage,
    footnotes,
    has_counts,
    number,
    range_of,
    reasons,
)

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table as RichTable
    from rich.text import Text

_STYLES = {"part": "", "group": "italic", "total": "bold"}
_GAP = 2
_EACH = _GAP + 1  # what a column takes beside its text
_UNSCORED = 22
"""Reasons that need more room than this are folded."""


class _Way(NamedTuple):
    """How a table is set."""

    intervals: str
    """`beside`, `below` or `none`."""

    sideways: bool = False
    """Columns downwards, lines across: a terminal has more lines than columns."""


_WAYS = (
    _Way("beside"),
    _Way("below"),
    _Way("below", sideways=True),
    _Way("none"),
    _Way("none", sideways=True),
)


def show(report: Report, console: "Console") -> None:
    """Print a report."""
    from rich.text import Text

    console.print(Text(report.title, "bold"))
    width = max((len(fact.name) for fact in report.facts), default=0)
    for fact in report.facts:
        console.print(Text.assemble((f"{fact.name:<{width}}  ", "dim"), fact.value))
    for note in report.notes:
        console.print(Text(note))
    for table in report.tables:
        _show(table, console)


def _show(table: Table, console: "Console") -> None:
    from rich.text import Text

    fitting = (way for way in _WAYS if _width(table, way) <= console.width)
    way = next(fitting, _WAYS[-1])
    console.print()
    console.print(_sideways(table, way) if way.sideways else _upright(table, way))
    for note in (*table.notes, *footnotes(table)):
        console.print(Text(note, "dim"))
    if way.intervals == "none" and any(
        cell.low is not None for l in table.lines for cell in l.cells
    ):
        console.print(
            Text("Intervals need a wider terminal, or --markdown, --json or --csv.", "dim")
        )


def _width(table: Table, way: _Way) -> int:
    """How many columns of the terminal a table takes."""
    if way.sideways:
        below = len("unscored") if has_counts(table.lines) else 0
        first = max(below, *(len(_title(column, table)) for column in table.columns))
        rest = [
            max(_longest(_name(line)), _longest(reasons(line.counts)), *_lengths(table, line, way))
            for line in table.lines
        ]
        return first + sum(rest) + _EACH * (len(rest) + 1)
    first = max((len(_name(line)) for line in table.lines), default=0)
    rest = [len(_title(column, table)) for column in table.columns]
    for line in table.lines:
        rest = [max(pair) for pair in zip(rest, _lengths(table, line, way), strict=True)]
    if has_counts(table.lines):
        rest.append(max(len(coverage(line.counts)) for line in table.lines))
    if _absent(table):
        rest.append(_UNSCORED)
    return first + sum(rest) + _EACH * (len(rest) + 1)


def _longest(text: str) -> int:
    """The longest word."""
    return max(map(len, text.split()), default=0)


def _lengths(table: Table, line: Line, way: _Way) -> list[int]:
    found: list[int] = []
    for cell, column in zip(line.cells, table.columns, strict=True):
        value, interval = len(number(cell, column)), len(range_of(cell, column))
        if way.intervals == "beside":
            found.append(value + (interval + _GAP if interval else 0))
        else:
            found.append(max(value, interval if way.intervals == "below" else 0))
    return found


def _upright(table: Table, way: _Way) -> "RichTable":
    from rich.text import Text

    found = _grid(table)
    for column in table.columns:
        found.add_column(_title(column, table), justify="right", no_wrap=True)
    if has_counts(table.lines):
        found.add_column("scored", justify="right", no_wrap=True)
    if _absent(table):
        found.add_column("unscored", max_width=_UNSCORED)
    for line in table.lines:
        more = [coverage(line.counts)] * has_counts(table.lines)
        more += [reasons(line.counts)] * _absent(table)
        found.add_row(Text(_name(line)), *_cells(table, line, way), *more, style=_style(line))
    return found


def _sideways(table: Table, way: _Way) -> "RichTable":
    from rich.text import Text

    found = _grid(table)
    for line in table.lines:
        found.add_column(Text(_name(line)), justify="right", overflow="fold")
    cells = [_cells(table, line, way) for line in table.lines]
    for at, column in enumerate(table.columns):
        found.add_row(Text(_title(column, table)), *(line[at] for line in cells))
    if has_counts(table.lines):
        found.add_row(Text("scored", "dim"), *(coverage(line.counts) for line in table.lines))
    if _absent(table):
        found.add_row(Text("unscored", "dim"), *(reasons(line.counts) for line in table.lines))
    return found


def _grid(table: Table) -> "RichTable":
    from rich import box
    from rich.table import Table as RichTable
    from rich.text import Text

    scale = common_scale(table)
    title = Text(f"{table.title} ({scale})" if scale else table.title, "bold")
    found = RichTable(
        box=box.SIMPLE_HEAD,
        title=title,
        title_justify="left",
        pad_edge=False,
        collapse_padding=True,
        padding=(0, _GAP, 0, 0),
    )
    found.add_column("", no_wrap=True)
    return found


def _title(column: Column, table: Table) -> str:
    if not column.scale or common_scale(table):
        return column.name
    return f"{column.name} ({column.scale})"


def _name(line: Line) -> str:
    return f"{line.name} †" if line.origin == "published" else line.name


def _style(line: Line) -> str:
    return "dim italic" if line.origin == "published" else _STYLES[line.level]


def _absent(table: Table) -> bool:
    return any(reasons(line.counts) for line in table.lines)


def _cells(table: Table, line: Line, way: _Way) -> list["Text"]:
    from rich.text import Text

    found: list[Text] = []
    for cell, column in zip(line.cells, table.columns, strict=True):
        text = Text(number(cell, column))
        interval = range_of(cell, column)
        if interval and way.intervals != "none":
            text.append(f"{'  ' if way.intervals == 'beside' else chr(10)}{interval}", "dim")
        found.append(text)
    return found
