"""What numbers rest on, said on every report."""

from collections.abc import Iterable, Sequence
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as version_of

from ..scores import Judgement
from .boards.board import SIZES, TITLES
from .sheet import Sheet
from .sureness import RESAMPLES
from .tables import Fact

_READINGS = {
    "corrected": "corrected: nothing is guessed, unscored is neither zero nor dropped unsaid",
    "official": "official: as the published scripts count, their defects included",
}


def shared_facts(sheets: Sequence[Sheet]) -> tuple[Fact, ...]:
    """The facts of one or several systems, in one order."""
    first = sheets[0]
    found = [Fact(name="Suite", value=TITLES[first.board.suite])]
    found += [_system(sheet) for sheet in sheets]
    found += _each("Profile", (_profile(sheet) for sheet in sheets))
    found += _each("Judge", (str(sheet.judged) for sheet in sheets))
    found += _each("Opinions per picture", (_opinions(sheet) for sheet in sheets))
    found.append(Fact(name="Cases", value=_cases(sheets)))
    shared = [fact for fact in first.facts if all(fact in sheet.facts for sheet in sheets)]
    found += shared
    for sheet in sheets:
        own = (fact for fact in sheet.facts if fact not in shared)
        found += [fact.but(name=f"{sheet.name}: {fact.name}") for fact in own]
    found.append(Fact(name="Intervals", value=f"95 %, bootstrap by case, {RESAMPLES} resamples"))
    found.append(Fact(name="editloop", value=version()))
    return tuple(found)


def _system(sheet: Sheet) -> Fact:
    return Fact(name="System", value=f"{sheet.name} (settings {sheet.digest[:12]})")


def _each(name: str, values: Iterable[str]) -> list[Fact]:
    """Every different value once."""
    return [Fact(name=name, value=value) for value in dict.fromkeys(values) if value]


def _profile(sheet: Sheet) -> str:
    reading = _READINGS[sheet.board.profile]
    scripts = f" ({sheet.board.lineage} scripts)" if sheet.board.profile == "official" else ""
    return f"{reading}{scripts}"


def judged(judgements: Iterable[Judgement]) -> tuple[Fact, ...]:
    """Who answered and on which days; days, not moments, for a run that was cut off ends later."""
    models, days = set[str](), set[str]()
    for each in judgements:
        models.add(each.said_model)
        days.add(each.created.date().isoformat())
    found = [Fact(name="Model that answered", value=name) for name in sorted(models - {""})]
    if days:
        first, last = min(days), max(days)
        found.append(Fact(name="Judged", value=first if first == last else f"{first} to {last}"))
    return tuple(found)


def _opinions(sheet: Sheet) -> str:
    return (
        f"{sheet.book.samples}, of which number {sheet.sample + 1} counts"
        if sheet.book.samples > 1
        else ""
    )


def _cases(sheets: Sequence[Sheet]) -> str:
    suite = sheets[0].board.suite
    counts = "; ".join(dict.fromkeys(str(len(sheet.cases)) for sheet in sheets))
    return f"{counts} of the {SIZES[suite]} that are published"


def version() -> str:
    """The version of editloop."""
    try:
        return version_of("editloop")
    except PackageNotFoundError:  # a checkout that was not installed
        return "unknown"
