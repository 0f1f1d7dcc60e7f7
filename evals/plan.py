"""What a run of a suite comes to: how many edits and judgements, and what they cost at most."""

from collections.abc import Iterator

from pydantic import Field

from ..memory.records import Frozen
from .suites.gedit.cases import GEditCase
from .suites.imgedit.cases import ImgEditCase
from .suites.loading import Case
from .suites.rise.cases import RiseCase
from .suites.rise.scoring import asked


class Plan(Frozen):
    """Counts of calls; costs in US dollars, as far as prices are known."""

    cases: int = Field(ge=0)
    runs: int = Field(ge=0)
    edits: int = Field(ge=0)
    """At most: every run uses all its turns."""

    judgements: int = Field(ge=0)
    """Of the answers alone, when every answer of the judge can be read."""

    edit_cost: float = 0.0
    judge_cost: float = 0.0


def plan(
    cases: Iterator[Case],
    *,
    seeds: int = 1,
    turns: int = 5,
    samples: int = 1,
    edit_cost: float = 0.0,
    call_cost: float = 0.0,
) -> Plan:
    """Count what is to be done for some cases.

    Raises:
        InputError: a row is not a case.
    """
    count = judgements = 0
    for case in cases:
        count += 1
        judgements += calls_of(case)
    runs, judgements = count * seeds, judgements * seeds * samples
    return Plan(
        cases=count,
        runs=runs,
        edits=runs * turns,
        judgements=judgements,
        edit_cost=runs * turns * edit_cost,
        judge_cost=judgements * call_cost,
    )


def calls_of(case: Case) -> int:
    """How many calls to a judge a picture of a case takes."""
    match case:
        case GEditCase():
            return 2
        case ImgEditCase():
            return 1
        case RiseCase():
            return len(asked(case.category, case.consistency_free))
        case _:
            return 3
