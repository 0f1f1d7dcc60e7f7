"""What a benchmark found, and how it is shown."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from rich.console import Console
from rich.table import Table

from .measure import Machine


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One measured value beside the same thing done barely."""

    what: str
    value: float
    unit: str
    bare: float | None = None
    """What the bare baseline took in the same run, in the same unit."""

    baseline: str = ""
    """What the baseline was, in a few words."""

    target: float | None = None
    """At most this much of what `target_is` names."""

    target_is: Literal["value", "ratio"] = "value"

    @property
    def ratio(self) -> float | None:
        """How many times the bare baseline."""
        return self.value / self.bare if self.bare else None

    @property
    def met(self) -> bool | None:
        """Whether the target is met; none without a target."""
        if self.target is None:
            return None
        held = self.value if self.target_is == "value" else self.ratio
        return held is not None and held <= self.target

    def facts(self) -> dict[str, Any]:
        """What JSON shows."""
        return asdict(self) | {"ratio": self.ratio, "met": self.met}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A table of what was counted, row by row, where a single value would not say it."""

    title: str
    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All figures of one benchmark."""

    question: str
    figures: list[Figure] = field(default_factory=list[Figure])
    notes: list[str] = field(default_factory=list[str])
    """What the reader of the figures must know."""

    tables: list[Counts] = field(default_factory=list[Counts])

    def facts(self) -> dict[str, Any]:
        """What JSON shows."""
        figures = [figure.facts() for figure in self.figures]
        tables = [asdict(table) for table in self.tables]
        return {
            "question": self.question,
            "figures": figures,
            "notes": self.notes,
            "tables": tables,
        }


def described(at: Machine) -> str:
    """Return where the figures come from, in a line."""
    load = ", ".join(f"{x:.1f}" for x in at.load)
    return (
        f"{at.date}; {at.cores} cores ({at.processor}), {at.memory_gb:g} GB; Python {at.python}; "
        f"{at.system}; load at start {load} ({'quiet' if at.quiet else 'NOT QUIET'})"
    )


def show(console: Console, name: str, findings: Findings) -> None:
    """Draw the table of one benchmark."""
    table = Table(title=f"{name}: {findings.question}", title_justify="left")
    table.add_column("measured", ratio=3)
    for heading in ("ratio to bare", "editloop", "bare", "target"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("bare baseline", ratio=2)
    for figure in findings.figures:
        table.add_row(figure.what, *_cells(figure), figure.baseline)
    console.print(table)
    for counts in findings.tables:
        _draw(console, counts)
    for note in findings.notes:
        console.print(f"  {note}", soft_wrap=True, highlight=False)
    console.print()


def _draw(console: Console, counts: Counts) -> None:
    table = Table(title=counts.title, title_justify="left")
    for nth, heading in enumerate(counts.head):
        table.add_column(heading, justify="right" if nth else "left")
    for row in counts.rows:
        table.add_row(*row)
    console.print(table)


def markdown(at: Machine, findings: Iterable[tuple[str, Findings]]) -> str:
    """Return the same tables for a page of the documentation."""
    lines = [f"Measured {described(at)}.", ""]
    for name, found in findings:
        lines += [f"### `{name}`: {found.question}", ""]
        lines += ["| measured | ratio to bare | editloop | bare | target | bare baseline |"]
        lines += ["|---|---:|---:|---:|---:|---|"]
        lines += [f"| {' | '.join((f.what, *_cells(f), f.baseline))} |" for f in found.figures]
        for table in found.tables:
            lines += [
                "",
                f"| {' | '.join(table.head)} |",
                f"|---{'|---:' * (len(table.head) - 1)}|",
            ]
            lines += [f"| {' | '.join(row)} |" for row in table.rows]
        lines += ["", *[f"- {note}" for note in found.notes], ""]
    return "\n".join(lines)


def _cells(figure: Figure) -> tuple[str, str, str, str]:
    ratio = f"{figure.ratio:.2f}x" if figure.ratio is not None else ""
    value = f"{figure.value:,.4g} {figure.unit}"
    bare = f"{figure.bare:,.4g} {figure.unit}" if figure.bare is not None else ""
    return ratio, value, bare, _target(figure)


def _target(figure: Figure) -> str:
    if figure.target is None:
        return ""

    unit = f" {figure.unit}" if figure.target_is == "value" else "x"
    return f"{figure.target:g}{unit}: {'met' if figure.met else 'missed'}"
