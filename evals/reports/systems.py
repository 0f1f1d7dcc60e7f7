"""Systems under each other, and the paper's lines below them."""

from collections.abc import Mapping, Sequence

from ..scores import Suite
from . import published
from .boards.board import column
from .published import Reference
from .tables import EMPTY, Cell, Line, Table


def table(
    suite: Suite,
    heads: Sequence[tuple[str, Mapping[str, Cell]]],
    references: Sequence[Reference] = (),
    *,
    key: str = "systems",
    title: str = "Systems",
    notes: tuple[str, ...] = (),
) -> Table:
    """One line of headline numbers per system; references are marked as published."""
    names = dict.fromkeys(name for _, head in heads for name in head)
    columns = tuple(column(suite, name) for name in names)
    lines = [
        Line(name=name, cells=tuple(head.get(each, EMPTY) for each in names))
        for name, head in heads
    ]
    fitting = [each for each in references if names.keys() & each.values.keys()]
    lines += [each.line(columns) for each in fitting]
    if fitting:
        notes = (*notes, *warned(suite))
    return Table(key=key, title=title, columns=columns, lines=tuple(lines), notes=notes)


def warned(suite: Suite) -> tuple[str, ...]:
    """What a reader of published lines must know."""
    first = (
        "Published lines are quoted from the paper: other judge versions, settings and seeds; a"
        " difference to them is no proof of anything."
    )
    return (first, *published.NOTES.get(suite, ()))
