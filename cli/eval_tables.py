"""`editloop eval report|compare|export`, done: from the store to stdout, pages and folders."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import anyio

from ..evals.reports.boards.board import TITLES, Board
from ..evals.reports.compare import compare
from ..evals.reports.facts import version
from ..evals.reports.gather import Choice
from ..evals.reports.layouts import Layout, report
from ..evals.reports.record import read, thumbnails
from ..evals.reports.sheet import Sheet
from ..evals.reports.tables import Fact, Report
from ..evals.scores import Suite
from ..evals.suites.imgedit.cases import ImgEditCase
from ..evals.suites.loading import read_cases
from ..evals.suites.profile import Profile
from ..memory import InputError
from ..memory.images import LocalImages
from ..memory.store import Store, open_store
from .files import Target, check_free, write
from .options import Common
from .words import counted as many
from .words import size

if TYPE_CHECKING:
    from ..evals.reports.official.places import Layout as Places
    from .eval_options import CasesOptions
    from .eval_report import Form, Reading

_T = TypeVar("_T")


def reported(
    suite: Suite,
    systems: tuple[str, ...],
    layout: Layout,
    published: bool,
    clock: bool,
    chosen: "CasesOptions",
    reading: "Reading",
    form: "Form",
    common: Common,
) -> int:
    """Print a report.

    Raises:
        InputError: nothing on record fits.
        StoreError: the store cannot be read.
    """
    choice = _choice(suite, systems, reading)

    async def make(store: Store) -> Report:
        sheets = await _sheets(store, choice, chosen)
        cases = form.shown
        return report(sheets, layout, references=published, clock=clock, cases=cases)

    return _print(_asked(make, common), form, common)


def compared(
    suite: Suite,
    systems: tuple[str, str],
    other: tuple[str | None, Profile | None],
    mixed: bool,
    most: int,
    chosen: "CasesOptions",
    reading: "Reading",
    form: "Form",
    common: Common,
) -> int:
    """Print a comparison.

    Raises:
        InputError: nothing on record fits, or judges or profiles differ.
        StoreError: the store cannot be read.
    """
    from dataclasses import replace

    second = _choice(suite, systems[1:], reading)
    judge, profile = other
    first = replace(
        second,
        systems=systems[:1],
        judge=judge or second.judge,
        profile=profile or second.profile,
    )

    async def make(store: Store) -> Report:
        (old,) = await _sheets(store, first, chosen)
        (new,) = await _sheets(store, second, chosen)
        return compare(old, new, mixed=mixed, most=most, cases=form.shown)

    return _print(_asked(make, common), form, common)


def exported(
    suite: Suite,
    system: str,
    out: str,
    layout: "Places",
    chosen: "CasesOptions",
    seed: int,
    overwrite: bool,
    common: Common,
) -> int:
    """Fill a folder.

    Raises:
        InputError: no such system, or a file is in the way.
        StoreError: the store or a picture cannot be read.
    """
    from ..evals.reports.official.export import Exported, Exporter, folder_of
    from ..evals.reports.record import unjudged

    folder = folder_of(Path(out), overwrite=overwrite)
    images = LocalImages(common.choices().settings.images_folder)
    choice = Choice(suite, systems=(system,), seed=seed)

    async def make(store: Store) -> Exported:
        sheet = await unjudged(store, choice, _data(chosen), chosen.choice())
        return await Exporter(sheet, images, store.run, folder, layout).export()

    found = _asked(make, common)
    if common.json:
        from .lines import emit

        emit(found.as_json() | {"folder": out})
        return 0
    text = f"{many(found.cases, 'case')}, {many(found.written, 'file')} written, {found.kept} there"
    common.screen.say("exported", text)
    if found.without:
        common.screen.say("without", f"{many(found.without, 'case')} with no picture to export")
    return 0


def counted(
    suite: Suite,
    scores: str,
    chosen: "CasesOptions",
    reading: "Reading",
    form: "Form",
    common: Common,
) -> int:
    """Print tables of score files that the published scripts have written.

    Raises:
        InputError: there is none, one cannot be read, or ImgEdit's edit types are not known.
    """
    from ..evals.reports.official.scores import read_scores

    types: dict[str, str] = {}
    if suite == "imgedit":
        if not chosen.data:
            raise InputError("ImgEdit's score files hold no edit types: name its data with --data")
        cases = read_cases(suite, chosen.folder())
        types = {c.key: c.edit_type for c in cases if isinstance(c, ImgEditCase) and c.edit_type}
    rows = read_scores(suite, Path(scores), reading.profile)
    board = Board(suite, reading.profile, reading.lineage, types)
    facts = {
        "Suite": TITLES[suite],
        "Score files": scores,
        "Profile": reading.profile,
        "editloop": version(),
    }
    found = Report(
        kind="scores",
        suite=suite,
        title=f"{TITLES[suite]}: score files of the published scripts",
        facts=tuple(Fact(name=name, value=value) for name, value in facts.items()),
        tables=board.tables(rows),
        notes=("The files say what a judge gave, not which judge; pictures are not known.",),
    )
    return _print(found, form, common)


def _choice(suite: Suite, systems: tuple[str, ...], reading: "Reading") -> Choice:
    if reading.opinion < 1:
        raise InputError(f"--opinion {reading.opinion}: opinions are counted from 1")
    return Choice(
        suite,
        systems=systems,
        profile=reading.profile,
        lineage=reading.lineage,
        judge=reading.judge,
        version=reading.judge_version,
        protocol=reading.protocol,
        seed=reading.seed,
        sample=reading.opinion - 1,
    )


async def _sheets(store: Store, choice: Choice, chosen: "CasesOptions") -> list[Sheet]:
    return await read(store, choice, _data(chosen), chosen.choice())


def _data(chosen: "CasesOptions") -> Path | None:
    return chosen.folder() if chosen.data else None


def _asked(make: Callable[[Store], Awaitable[_T]], common: Common) -> _T:
    address = common.store_address()

    async def ask() -> _T:
        async with open_store(address) as store:
            return await make(store)

    return anyio.run(ask)


def _print(found: Report, form: "Form", common: Common) -> int:
    """The report on stdout, in one format; and the page, where one is wanted."""
    from ..evals.reports.formats.plain import as_csv, as_json, as_markdown
    from ..evals.reports.formats.terminal import show

    if common.json + form.csv + form.markdown > 1:
        raise InputError("one format goes to stdout: --json, --csv or --markdown")
    if form.html is not None:
        _page(found, form, common)
    if common.json:
        sys.stdout.write(as_json(found))
    elif form.csv or form.markdown:
        sys.stdout.write(as_csv(found) if form.csv else as_markdown(found))
    elif form.html is None:
        show(found, common.screen.out)
    return 0


def _page(found: Report, form: "Form", common: Common) -> None:
    from ..evals.reports.formats.page import as_html, named

    target = Target(Path(form.html or ""), "text/html", form.overwrite)
    check_free(target)
    images = LocalImages(common.choices().settings.images_folder)
    made = anyio.run(thumbnails, images, named(found.cases))
    data = as_html(found, made).encode()
    write(target, data)
    common.screen.say("page", f"{form.html}  ({size(len(data))}, {many(len(made), 'picture')})")
