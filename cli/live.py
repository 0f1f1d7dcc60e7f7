"""The two displays of a running edit: a table that is redrawn, and plain lines."""

from time import monotonic
from typing import TYPE_CHECKING, Protocol, Self

from .turns import Board, Row
from .words import changes, delta, duration, flag, visible

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.live import Live
    from rich.text import Text

    from ..agent.events import Event
    from .screen import Screen

_LONGEST = 600  # characters of an instruction in the table, which is to stay on the screen


class Watcher(Protocol):
    """Hears the events of one run."""

    def __enter__(self) -> Self:
        """Begin to show."""
        ...

    def __exit__(self, *_: object) -> None:
        """Leave the screen in order."""
        ...

    def hear(self, event: "Event") -> None:
        """Take an event in."""
        ...


class PlainLines:
    """One line per finished turn, for pipes, logs and agents."""

    def __init__(self, screen: "Screen") -> None:
        self._screen = screen
        self._board = Board()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def hear(self, event: "Event") -> None:
        """Print a turn when it is whole."""
        if row := self._board.hear(event):
            self._screen.say(f"turn {row.number}", _line(row))


class LiveTable:
    """The table of turns, redrawn in place."""

    def __init__(self, screen: "Screen", targets: tuple[float, float]) -> None:
        self._screen = screen
        self._targets = targets
        self._board = Board()
        self._live: Live | None = None

    def __enter__(self) -> Self:
        from .redrawn import begun

        self._screen.console.print()
        self._live = begun(self._screen.console, self._drawn, per_second=8)
        return self

    def __exit__(self, *_: object) -> None:
        for row in self._board.rows:
            row.busy = False
        if self._live:
            self._live.stop()
            self._screen.console.print()

    def hear(self, event: "Event") -> None:
        """Take an event in; the next refresh shows it."""
        self._board.hear(event)

    def _drawn(self) -> "RenderableType":
        from rich.table import Table

        table = Table(
            box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="label", expand=True
        )
        table.add_column("turn", justify="right", style="label")
        table.add_column("instruction", ratio=1, overflow="fold")
        for name in ("semantic", "quality", "overall", "change", "time"):
            table.add_column(name, justify="right", no_wrap=True)
        table.add_column("", no_wrap=True, min_width=8)
        for row in self._board.rows:
            table.add_row(*self._cells(row))
        return table

    def _cells(self, row: Row) -> "list[str | Text]":
        from rich.text import Text

        said = instruction(row)
        said.truncate(_LONGEST, overflow="ellipsis")
        semantic, quality = self._targets
        least = (semantic * quality) ** 0.5
        seconds = row.seconds if row.seconds is not None else monotonic() - row.started
        change = "" if row.overall is None else delta(row.overall, row.last_overall)
        return [
            str(row.number),
            said,
            _score(row.semantic, semantic),
            _score(row.quality, quality),
            _score(row.overall, least),
            Text(change, style="good" if change.startswith("+") else "label"),
            Text(duration(seconds) if row.busy or row.seconds else "", style="label"),
            _status(row),
        ]


def instruction(row: Row) -> "Text":
    """What the editor was told, with what is new and what is gone since the turn before."""
    from rich.text import Text

    told = visible(row.instruction)
    if row.before is None:
        return Text(told)

    styles = {"same": "", "added": "added", "gone": "gone"}
    parts = changes(visible(row.before), told)
    text = Text(" ").join(Text(words, style=styles[mark]) for mark, words in parts)
    return text.append(f"\n{visible(row.problem)}", style="poor") if row.problem else text


def _line(row: Row) -> str:
    if row.overall is None or row.semantic is None or row.quality is None:
        return row.problem or flag(row.satisfied)

    change = delta(row.overall, row.last_overall)
    scores = f"semantic {row.semantic:4.1f}  quality {row.quality:4.1f}  overall {row.overall:4.1f}"
    return f"{scores}  {change:>5}  {duration(row.seconds or 0):>6}  {row.instruction}"


def _score(value: float | None, target: float) -> "Text":
    from rich.text import Text

    if value is None:
        return Text("")

    style = "good" if value >= target else "fair" if value >= target - 2 else "poor"
    return Text(f"{value:.1f}", style=style)


def _status(row: Row) -> "Text":
    from rich.text import Text

    if row.busy:
        frame = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"[int(monotonic() * 8) % 10]
        return Text(f"{frame} {row.status}", style="label")

    style = {"answer": "good", "failed": "poor"}.get(row.status, "label")
    return Text(f"{'● ' if row.status == 'answer' else ''}{row.status}", style=style)
