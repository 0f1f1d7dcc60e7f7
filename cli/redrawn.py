"""What is drawn anew at the foot of a terminal while work goes on. Loads rich."""

from collections.abc import Callable

from rich.console import Console, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table


def begun(console: Console, drawn: Callable[[], RenderableType], *, per_second: float = 4) -> Live:
    """Draw it until `stop` is called; what is printed meanwhile stays above it."""
    live = Live(
        get_renderable=drawn,
        console=console,
        refresh_per_second=per_second,
        redirect_stdout=False,
        redirect_stderr=False,
    )
    live.start()
    return live


def progress(label: str, done: int, total: int, text: str) -> Table:
    """A line with a bar."""
    table = Table.grid(padding=(0, 1))
    table.add_row(f"{label:<8}", ProgressBar(total=max(1, total), completed=done, width=24), text)
    return table
