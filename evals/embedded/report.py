"""The report as Markdown."""

from collections.abc import Callable, Iterable, Sequence
from statistics import mean

from .running import Row

HEAD = """# The embedded engines on real photographs

Written by `make report-embedded`; not edited by hand. Editor `retouch`, thinker `measured`, at most
{turns} turns, good enough at {semantic:g} and {quality:g}. Scores are the thinker's own; **right** is
an outside check on plain sRGB facts that shares no instrument with it (`evals/embedded/cases.py`).

{runs} runs on {photos} photographs: {right} right, {accepted} reached the target scores, {more} took
more than one turn, {gain} of these ended above their first turn, and {worse} ended below it.
"""


def report(rows: Sequence[Row], *, turns: int, semantic: float, quality: float) -> str:
    """Write the whole page."""
    several = [row for row in rows if len(row.scores) > 1]
    head = HEAD.format(
        turns=turns,
        semantic=semantic,
        quality=quality,
        runs=len(rows),
        photos=len({row.photo for row in rows}),
        right=sum(row.right for row in rows),
        accepted=sum(
            row.run.stop is not None and row.run.stop.reason == "satisfied" for row in rows
        ),
        more=len(several),
        gain=sum(row.best > row.first for row in several),
        worse=sum(row.best < row.first for row in rows),
    )
    return "\n".join([head, _by_instruction(rows), _by_run(rows)])


def _by_instruction(rows: Sequence[Row]) -> str:
    titles = ["kind", "instruction", "right", "turns", "first", "best", "better", "the check"]
    lines: list[list[str]] = []
    for case in dict.fromkeys(row.case for row in rows):
        own = [row for row in rows if row.case is case]
        lines.append(
            [
                case.kind,
                case.instruction,
                f"{sum(row.right for row in own)} of {len(own)}",
                _mean(own, lambda row: len(row.run.turns)),
                _mean(own, lambda row: row.first),
                _mean(own, lambda row: row.best),
                f"{sum(row.best > row.first for row in own)}",
                case.means,
            ]
        )
    return "## By instruction (means)\n\n" + _table(titles, lines)


def _by_run(rows: Sequence[Row]) -> str:
    titles = ["photo", "instruction", "overall by turn", "answer", "stop", "clipped", "right"]
    lines = [
        [
            row.photo,
            row.case.instruction,
            ", ".join(f"{score:.1f}" for score in row.scores),
            str(row.run.answer or "none"),
            row.run.stop.reason.value if row.run.stop else "open",
            f"{row.before.clipped:.1%} to {row.after.clipped:.1%}" if row.after else "",
            "yes" if row.right else "**no**",
        ]
        for row in sorted(rows, key=lambda row: (row.photo, row.case.instruction))
    ]
    return "\n## By run\n\n" + _table(titles, lines)


def _mean(rows: Sequence[Row], of: Callable[[Row], float]) -> str:
    return f"{mean(of(row) for row in rows):.1f}"


def _table(titles: Sequence[str], lines: Iterable[Sequence[str]]) -> str:
    head = [f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}"]
    return "\n".join([*head, *(f"| {' | '.join(line)} |" for line in lines)]) + "\n"
