"""`editloop eval report|compare|export`: what is on record, as tables, pages and files."""

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from .eval_options import NO_CASES, SUITE, CasesOptions, SuiteName
from .options import COMMONLY, PATH, Common

_SYSTEMS = Parameter(
    name=["--system", "-s"],
    metavar="NAME",
    negative="",
    help="A system, several times or with commas; all that have runs.",
)
_JUDGING = Group("What is read", sort_key=2)
_FORMS = Group("Format", sort_key=3)


@Parameter(name="*", group=_JUDGING)
@dataclass(frozen=True)
class Reading:
    """Whose judgements, and how they are read."""

    profile: Annotated[
        Literal["corrected", "official"],
        Parameter(help="official repeats the published scripts, their defects included."),
    ] = "corrected"
    lineage: Annotated[
        Literal["upstream", "bagel"],
        Parameter(help="Whose scripts official repeats: the benchmark's, or BAGEL's copies."),
    ] = "upstream"
    judge: Annotated[str | None, Parameter(metavar="MODEL", help="Whose judgements.")] = None
    judge_version: Annotated[
        str | None, Parameter(metavar="TEXT", help="The version that the judge was given.")
    ] = None
    protocol: Annotated[
        str | None,
        Parameter(metavar="NAME", help="Whose words the judge read: ours, official, or a digest."),
    ] = None
    seed: Annotated[int, Parameter(metavar="N", help="Which repetition.")] = 0
    opinion: Annotated[
        int, Parameter(metavar="K", help="Which of several opinions of the judge; 1 is the first.")
    ] = 1


@Parameter(name="*", group=_FORMS)
@dataclass(frozen=True)
class Form:
    """What a report is printed as."""

    csv: Annotated[bool, Parameter(negative="", help="Print CSV on stdout.")] = False
    markdown: Annotated[bool, Parameter(negative="", help="Print Markdown on stdout.")] = False
    html: Annotated[
        str | None,
        Parameter(metavar=PATH, help="Write a page with pictures, which needs nothing else."),
    ] = None
    cases: Annotated[
        int, Parameter(metavar="N", help="How many cases the page shows; 0 is none.")
    ] = 60
    overwrite: Annotated[bool, Parameter(negative="", help="Replace a page that exists.")] = False

    @property
    def shown(self) -> int:
        """How many cases are shown: none without a page."""
        return max(self.cases, 0) if self.html is not None else 0


READING, FORM = Reading(), Form()


def report(
    suite: Annotated[SuiteName, SUITE],
    /,
    *,
    system: Annotated[tuple[str, ...], _SYSTEMS] = (),
    layout: Annotated[
        Literal["suite", "turns", "paradigms", "thinkers", "stages", "effort"],
        Parameter(
            help="suite has its own tables; turns is the turn curve of one run (needs `eval score "
            "--every-turn`); paradigms, thinkers and stages are the paper's tables 3, 6 and 5."
        ),
    ] = "suite",
    ours_only: Annotated[
        bool, Parameter(negative="", help="Leave the paper's numbers out.")
    ] = False,
    clock: Annotated[
        bool, Parameter(negative="", help="Show seconds and dollars with --layout effort.")
    ] = False,
    scores: Annotated[
        str | None,
        Parameter(metavar=PATH, help="Count score files of the published scripts instead."),
    ] = None,
    chosen: CasesOptions = NO_CASES,
    reading: Reading = READING,
    form: Form = FORM,
    common: Common = COMMONLY,
) -> int:
    """Count what judges said, and print tables with 95 % intervals. Nothing is judged again.

    Raises:
        InputError: nothing on record fits, several judges fit, or the official script stops.
        StoreError: the store cannot be read.
    """
    from .eval_tables import counted, reported

    if scores is not None:
        return counted(suite, scores, chosen, reading, form, common)
    return reported(
        suite, _split(system), layout, not ours_only, clock, chosen, reading, form, common
    )


def compare(
    suite: Annotated[SuiteName, SUITE],
    first: Annotated[str, Parameter(name="FIRST", help="The system to compare against.")],
    second: Annotated[str, Parameter(name="SECOND", help="The system to compare with it.")],
    /,
    *,
    mixed: Annotated[
        bool, Parameter(negative="", help="Compare although judges or profiles differ.")
    ] = False,
    against_judge: Annotated[
        str | None, Parameter(metavar="MODEL", help="FIRST's judge, where it is another.")
    ] = None,
    against_profile: Annotated[
        Literal["corrected", "official"] | None,
        Parameter(help="FIRST's profile, where it is another."),
    ] = None,
    most: Annotated[
        int, Parameter(metavar="N", help="How many cases to list that changed most.")
    ] = 20,
    chosen: CasesOptions = NO_CASES,
    reading: Reading = READING,
    form: Form = FORM,
    common: Common = COMMONLY,
) -> int:
    """Compare two systems case by case: differences with paired intervals, wins, ties, losses.

    Raises:
        InputError: nothing on record fits, or judges or profiles differ without --mixed.
        StoreError: the store cannot be read.
    """
    from .eval_tables import compared

    other = (against_judge, against_profile)
    return compared(suite, (first, second), other, mixed, most, chosen, reading, form, common)


def export(
    suite: Annotated[SuiteName, SUITE],
    /,
    *,
    system: Annotated[str, Parameter(name=["--system", "-s"], metavar="NAME")],
    out: Annotated[str, Parameter(name=["--out", "-o"], metavar=PATH, help="The folder to fill.")],
    layout: Annotated[
        Literal["editthinker", "upstream"],
        Parameter(help="For EditThinker's and BAGEL's scripts, or for the benchmark's own."),
    ] = "editthinker",
    chosen: CasesOptions = NO_CASES,
    seed: Annotated[int, Parameter(metavar="N", help="Which repetition.")] = 0,
    overwrite: Annotated[
        bool, Parameter(negative="", help="Replace files that hold something else.")
    ] = False,
    common: Common = COMMONLY,
) -> int:
    """Lay a system's pictures out for the published scripts, which then run on them unchanged.

    The same command again goes on where the last one ended. The final picture is the answer of the
    run, which is its best turn; EditThinker's own script would take the last one.

    Raises:
        InputError: no such system, or a file that holds something else is in the way.
        StoreError: the store or a picture cannot be read.
    """
    from .eval_tables import exported

    return exported(suite, system, out, layout, chosen, seed, overwrite, common)


def _split(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name for given in names for name in given.split(",") if name)
