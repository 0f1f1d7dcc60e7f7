"""From the record to sheets: which runs, which judge, which cases."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from ...memory.errors import InputError
from ..score.book import Book
from ..score.rows import Case
from ..scores import METRICS, Judgement, Produced, Suite
from ..suites.imgedit.cases import ImgEditCase
from ..suites.profile import Lineage, Profile
from .boards.board import TITLES, Board
from .facts import judged
from .preferences import METRIC as PREFERENCE
from .sheet import Judged, Sheet, in_order
from .tables import Fact

NOBODY = Judged("nobody", "", "none")


@dataclass(frozen=True, slots=True)
class Choice:
    """What a report is about. What is not chosen must be clear from the record."""

    suite: Suite
    systems: tuple[str, ...] = ()
    """All of them, by name, where none is given."""

    profile: Profile = "corrected"
    lineage: Lineage = "upstream"
    judge: str | None = None
    version: str | None = None
    protocol: str | None = None
    """The whole name or its beginning: `official`, `ours@1f2e`."""

    seed: int = 0
    sample: int = 0


def sheets(
    choice: Choice,
    cases: Iterable[Case],
    produced: Iterable[Produced],
    judgements: Iterable[Judgement],
    *,
    facts: Mapping[str, tuple[Fact, ...]] | None = None,
) -> list[Sheet]:
    """One sheet per system, in the order asked for, else by name.

    Args:
        choice: what is asked for.
        cases: every case that the numbers are about.
        produced: the runs on record of that suite, of any system.
        judgements: what is on record of that suite, by any judge.
        facts: what else is known about each system: models, digests of templates.

    Raises:
        InputError: no such system, no judgement, or several judges to choose from.
    """
    chosen = list(cases)
    made = list(produced)
    if not chosen and not made:
        begin = f"begin with editloop eval run {choice.suite} --data DIR"
        raise InputError(f"nothing of {TITLES[choice.suite]} is on record; {begin}")
    if not chosen:
        raise InputError(f"no case of {TITLES[choice.suite]} is of that kind")
    names = {case.name for case in chosen}
    runs = _runs(choice, (each for each in made if each.case.name in names))
    about = [each for each in judgements if each.case in names]
    said = _by_judge(choice, about)
    who = _judge(choice, list(said))
    pairs = tuple(each for each in about if each.metric == PREFERENCE)
    book, ordered = Book(said[who]), in_order(chosen)
    if choice.sample >= book.samples:
        raise InputError(
            f"there is no opinion {choice.sample + 1}: {who} was asked {book.samples} times at most"
        )
    board = Board(choice.suite, choice.profile, choice.lineage, _types(chosen))
    return [
        Sheet(
            system=system,
            digest=next(iter(own.values())).digest,
            seed=choice.seed,
            judged=who,
            board=board,
            cases=ordered,
            runs=own,
            book=book,
            sources={name: run.sources[0] for name, run in own.items() if run.sources},
            facts=(*(facts or {}).get(system, ()), *judged(_about(own, said[who]))),
            sample=choice.sample,
            preferences=pairs,
        )
        for system, own in runs.items()
    ]


def without_judge(choice: Choice, cases: Iterable[Case], produced: Iterable[Produced]) -> Sheet:
    """The sheet of the one system asked for, with no judgement: for what needs none.

    Raises:
        InputError: no such system.
    """
    chosen = list(cases)
    names = {case.name for case in chosen}
    runs = _runs(choice, (each for each in produced if each.case.name in names))
    ((system, own),) = runs.items()
    return Sheet(
        system=system,
        digest=next(iter(own.values())).digest,
        seed=choice.seed,
        judged=NOBODY,
        board=Board(choice.suite, types=_types(chosen)),
        cases=in_order(chosen),
        runs=own,
        book=Book(()),
    )


def _types(cases: Iterable[Case]) -> dict[str, str]:
    return {c.key: c.edit_type for c in cases if isinstance(c, ImgEditCase) and c.edit_type}


def _runs(choice: Choice, produced: Iterable[Produced]) -> dict[str, dict[str, Produced]]:
    """By system, then by case."""
    found: dict[str, dict[str, Produced]] = {}
    for each in produced:
        if each.seed == choice.seed:
            found.setdefault(each.system, {})[each.case.name] = each
    wanted = choice.systems or tuple(sorted(found))
    if absent := [name for name in wanted if name not in found]:
        there = ", ".join(sorted(found)) or "none"
        seed = f" with seed {choice.seed}" if choice.seed else ""
        raise InputError(
            f"no run{seed} of {', '.join(map(repr, absent))} on {TITLES[choice.suite]};"
            f" on record are: {there}"
        )
    if not wanted:
        raise InputError(
            f"no run on {TITLES[choice.suite]} is on record: `editloop eval run` first"
        )
    return {name: found[name] for name in dict.fromkeys(wanted)}


def _by_judge(choice: Choice, judgements: Iterable[Judgement]) -> dict[Judged, list[Judgement]]:
    calls = METRICS[choice.suite]
    found: dict[Judged, list[Judgement]] = {}
    for each in judgements:
        if each.metric in calls:
            who = Judged(each.judge, each.judge_version, each.protocol)
            found.setdefault(who, []).append(each)
    return found


def _judge(choice: Choice, judges: Sequence[Judged]) -> Judged:
    fitting = sorted((each for each in judges if _fits(choice, each)), key=str)
    if len(fitting) == 1:
        return fitting[0]
    listed = "; ".join(str(each) for each in fitting or sorted(judges, key=str))
    if fitting:
        raise InputError(
            f"several judges have scored these pictures: {listed}. Choose one with --judge,"
            " --judge-version or --protocol"
        )
    if judges:
        raise InputError(f"no such judge has scored these pictures; on record are: {listed}")
    raise InputError("nothing of this has been judged yet: `editloop eval score` first")


def _fits(choice: Choice, who: Judged) -> bool:
    return (
        choice.judge in (None, who.judge)
        and choice.version in (None, who.version)
        and (choice.protocol is None or who.protocol.startswith(choice.protocol))
    )


def _about(runs: Mapping[str, Produced], said: Iterable[Judgement]) -> Iterable[Judgement]:
    """What was said of the pictures of these runs."""
    pictures = {(name, sha256) for name, run in runs.items() for sha256 in run.pictures}
    return (each for each in said if (each.case, each.image_sha256) in pictures)
