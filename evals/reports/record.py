"""From the store to sheets; nothing is edited or judged."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ...memory.errors import InputError, PictureError, StoreError
from ...memory.images import LocalImages
from ...memory.store import Store
from ..produce.produced import produced
from ..score.rows import Case
from ..scores import Produced, Suite
from ..suites.gedit.cases import GEditCase
from ..suites.kris.cases import KrisCase
from ..suites.loading import ALL, read_cases
from ..suites.loading import Choice as Cases
from ..suites.pictures import PictureFile
from .gather import Choice, sheets, without_judge
from .sheet import Sheet
from .tables import Fact

THUMBNAIL = 256
"""The long side of a page's pictures, in pixels."""

_QUALITY = 80
_NOWHERE = PictureFile(Path())


async def read(
    store: Store, choice: Choice, data: Path | None = None, which: Cases = ALL
) -> list[Sheet]:
    """The sheets that a report is made of.

    Args:
        store: where runs and judgements are.
        choice: systems, judge and profile.
        data: the folder of the data set. Without it the cases are those of the runs, as far as
            their names say what a table needs.
        which: which cases of it.

    Raises:
        InputError: nothing on record fits, or the data are needed or cannot be read.
        StoreError: the store cannot be read.
    """
    runs = await produced(store, choice.suite)
    said = await store.judging.of(suite=choice.suite)
    cases = _cases(choice.suite, runs, data, which)
    facts = {run.system: _engines(await _settings(store, run)) for run in _first_of_each(runs)}
    return sheets(choice, cases, runs, said, facts=facts)


async def unjudged(
    store: Store, choice: Choice, data: Path | None = None, which: Cases = ALL
) -> Sheet:
    """The sheet of one system as an export needs it: whatever judges said, or did not say.

    Raises:
        InputError: no such system, or the data are needed or cannot be read.
        StoreError: the store cannot be read.
    """
    runs = await produced(store, choice.suite)
    return without_judge(choice, _cases(choice.suite, runs, data, which), runs)


def _cases(suite: Suite, runs: Iterable[Produced], data: Path | None, which: Cases) -> list[Case]:
    if data is not None:
        return list(read_cases(suite, data, which))
    names = sorted({run.case.name for run in runs})
    return list(which.of(iter([named(suite, name) for name in names])))


def named(suite: Suite, name: str) -> Case:
    """A case as far as its name tells; GEdit's without its subset, KRIS's without its words.

    Raises:
        InputError: the tables of this suite need more than names.
    """
    if suite == "gedit":
        language, group, key = name.split("/", 2)
        return GEditCase(key, group, "", language, False, _NOWHERE, None)
    if suite == "kris":
        category, _, id = name.partition("/")
        return KrisCase(id, category, "", "", (_NOWHERE,), None)
    raise InputError(
        f"tables of {suite} need the categories of its cases: name the folder of the data set with"
        " --data"
    )


def _first_of_each(runs: Iterable[Produced]) -> list[Produced]:
    """One run of each system; the settings of all its runs have one digest."""
    return list({run.system: run for run in sorted(runs, key=_place, reverse=True)}.values())


def _place(run: Produced) -> tuple[str, int, str]:
    return run.system, run.seed, run.case.name


async def _settings(store: Store, run: Produced) -> dict[str, Any]:
    return (await store.run(run.run_id)).settings


_SAID = {
    "editor": "Editor",
    "thinker": "Thinker",
    "first": "First instruction by",
    "rules": "Rules",
    "base": "Every turn edits",
    "turns": "Turns at most",
    "semantic": "Good enough (semantic)",
    "quality": "Good enough (quality)",
}
_DETAILS = {"editor_details": "Editor's details", "thinker_details": "Thinker's details"}


def _engines(settings: dict[str, Any]) -> tuple[Fact, ...]:
    """Editor, thinker and rules, and what the engines want known: models, steps, digests."""
    found = [
        Fact(name=title, value=str(settings[name]))
        for name, title in _SAID.items()
        if settings.get(name) is not None
    ]
    for name, title in _DETAILS.items():
        held: dict[str, Any] = settings.get(name) or {}
        if held:
            listed = ", ".join(f"{key} {held[key]}" for key in sorted(held))
            found.append(Fact(name=title, value=listed))
    return tuple(found)


async def thumbnails(images: LocalImages, wanted: Iterable[str]) -> dict[str, bytes]:
    """Small JPEGs of pictures, made once and kept; those that are gone or broken are left out."""
    found: dict[str, bytes] = {}
    for sha256 in wanted:
        try:
            view = await images.view(sha256, long_side=THUMBNAIL, quality=_QUALITY)
        except (StoreError, PictureError):
            continue
        found[sha256] = view.data
    return found
