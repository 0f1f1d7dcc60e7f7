"""What judges said who saw the answers of two systems side by side, in both orders."""

from collections import Counter
from collections.abc import Mapping, Sequence

from ..judges.preference import Pair
from ..score.asking import PairAsking
from ..scores import Judgement
from ..suites.statistics import interval
from .sheet import Sheet
from .tables import Cell, Column, Line, Table

METRIC = "preference"
_COLUMNS = (
    Column(name="Preferred", decimals=1, scale="%"),
    *(Column(name=name, decimals=0) for name in ("Won", "Tied", "Lost")),
    Column(name="Orders agree", decimals=1, scale="%"),
    Column(name="Unread", decimals=0),
)
_VALUES = {"second": 1.0, "equal": 0.5, "first": 0.0}


def table(first: Sheet, second: Sheet) -> Table | None:
    """How often the second system is preferred, by judge; None where nobody compared them.

    A tie counts half. Pairs of one and the same picture are not asked about, and left out.
    """
    by_judge: dict[str, list[Judgement]] = {}
    for each in second.preferences:
        name = f"{each.judge} {each.judge_version}".strip()
        by_judge.setdefault(f"{name}, {each.protocol}", []).append(each)
    pairs = list(_pairs(first, second)) if by_judge else []
    lines = [_line(name, pairs, by_judge[name]) for name in sorted(by_judge)]
    found = tuple(line for line in lines if line is not None)
    if not found:
        return None
    note = (
        f"Preferred is {second.name}; a tie counts half, and so does a choice that changes with the"
        " order: the judge then saw a place and no difference."
    )
    return Table(
        key="preferences", title="Side by side", columns=_COLUMNS, lines=found, notes=(note,)
    )


def _pairs(first: Sheet, second: Sheet) -> Sequence[Pair]:
    found: list[Pair] = []
    for case in first.cases:
        mine, theirs = first.picture(case.name), second.picture(case.name)
        sources = first.runs[case.name].sources if mine else ()
        if mine and theirs and mine != theirs and sources:
            found.append(Pair(first.board.suite, case, mine, theirs, sources))
    return found


def _line(name: str, pairs: Sequence[Pair], said: Sequence[Judgement]) -> Line | None:
    """One judge; None where it saw none of these pairs."""
    asking, answers = PairAsking(), _by_question(said)
    values: dict[str, float] = {}
    agreed, counted = 0, Counter[str]()
    for pair in pairs:
        asked = asking.questions(pair)
        about = {order: answers.get(each.digest, []) for order, each in asked.items()}
        if not all(about.values()):
            continue
        found, _ = asking.made(pair, about)
        counted[found.better or "unread"] += 1
        agreed += bool(found.agreed)
        if found.better is not None:
            values[found.case] = _VALUES[found.better]
    if not counted:
        return None
    numbers = [counted[each] for each in ("second", "equal", "first")]
    share = Cell(value=100 * agreed / len(values)) if values else Cell()
    cells = (_share(values), *(Cell(value=n) for n in numbers), share)
    return Line(name=name, cells=(*cells, Cell(value=counted["unread"])))


def _by_question(said: Sequence[Judgement]) -> Mapping[str, list[Judgement]]:
    found: dict[str, list[Judgement]] = {}
    for each in sorted(said, key=lambda each: (each.question, each.sample, each.attempt)):
        if each.sample == 0:
            found.setdefault(each.question, []).append(each)
    return found


def _share(values: Mapping[str, float]) -> Cell:
    if not values:
        return Cell()
    found = interval([100 * values[name] for name in sorted(values)], resamples=1000)
    if len(values) < 2:
        return Cell(value=found.mean)
    return Cell(value=found.mean, low=found.low, high=found.high)
