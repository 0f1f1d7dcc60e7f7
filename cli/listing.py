"""`editloop runs list`: fast, so it asks for as little as it can."""

import json
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from math import sqrt
from typing import TYPE_CHECKING

from ..memory import short
from ..memory.store.listing import RunFilter, RunSummary
from ..memory.store.where import parse
from .options import Common
from .words import clipped, counted, duration

if TYPE_CHECKING:
    from rich.text import Text

    from .screen import Screen

_ALL = 1_000_000_000
_STYLES = {"done": "good", "open": "fair", "refused": "poor", "failed": "poor"}


def listed(where: str, limit: int, common: Common) -> int:
    """Print the runs that a filter chooses.

    Raises:
        SettingsError: the filter cannot be read.
        StoreError: the store cannot be read.
    """
    found = _found(parse(where), limit or _ALL, common)
    screen = common.screen
    if common.json:
        print(json.dumps([run.plain() for run in found], ensure_ascii=False))
        return 0

    if not found:
        screen.say("runs", "none of that kind" if where else "none yet")
        screen.next("editloop demo")
        return 0

    _print(found, screen)
    screen.next(f"editloop runs show {short(found[0].id)}")
    return 0


def _found(where: RunFilter, limit: int, common: Common) -> Sequence[RunSummary]:
    from ..memory.store.glance import glance

    address = common.store_address()
    if (quick := glance(address, where, limit)) is not None:
        return quick

    import anyio

    return anyio.run(_asked, address, where, limit)


async def _asked(address: str, where: RunFilter, limit: int) -> Sequence[RunSummary]:
    from ..memory.store import open_store

    async with open_store(address) as store:
        return await store.runs(where, limit)


def _print(found: Sequence[RunSummary], screen: "Screen") -> None:
    if not screen.colored(sys.stdout):
        for run in found:
            print(_line(run))
        return

    for run in found:
        screen.out.print(_colored(run), overflow="ellipsis", no_wrap=True)


def _line(run: RunSummary) -> str:
    return "".join(text for text, _ in _parts(run))


def _colored(run: RunSummary) -> "Text":
    from rich.text import Text

    return Text.assemble(*((text, style) for text, style in _parts(run)))


def _parts(run: RunSummary) -> list[tuple[str, str]]:
    """The columns of a line and their styles."""
    score = "" if run.semantic is None or run.quality is None else f"{_overall(run):.1f}"
    spent = f"{counted(run.turns, 'turn'):<9}{duration(run.seconds):>6}"
    return [
        (f"{short(run.id)}  ", "command"),
        (f"{_when(run.created):<12}", "label"),
        (f"{_word(run):<10}", _STYLES[run.status]),
        (f"{score:>4}  ", ""),
        (f"{spent}  ", "label"),
        (clipped(run.instruction, 100), ""),
    ]


def _overall(run: RunSummary) -> float:
    return sqrt((run.semantic or 0.0) * (run.quality or 0.0))


def _word(run: RunSummary) -> str:
    """Why a run ended, where that says more than that it did."""
    return run.stop.value if run.status == "done" and run.stop else run.status


def _when(moment: datetime) -> str:
    ago = (datetime.now(UTC) - moment).total_seconds()
    for unit, length in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if ago >= length:
            return f"{ago / length:.0f} {unit} ago"
    return "just now"
