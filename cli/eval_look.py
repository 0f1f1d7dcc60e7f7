"""`editloop eval list` and `editloop eval check`."""

import json
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter

from .eval_options import NO_CASES, NO_JUDGE, SUITE, CasesOptions, JudgeOptions, SuiteName
from .exits import Exit
from .options import COMMONLY, Common

if TYPE_CHECKING:
    from ..evals.plan import Plan
    from ..evals.suites.found import Found

_NEEDS = {
    "gedit": (1212, "Parquet, Arrow or JSON lines with pictures", "2 calls, 0 to 10"),
    "imgedit": (737, "singleturn.json or basic_edit.json, and the pictures", "1 call, 1 to 5"),
    "imgedit-hard": (47, "UGE_edit.json, and the pictures", "1 call, 1 to 5"),
    "kris": (1267, "CATEGORY/annotation.json or final_data.json", "3 calls, 1 to 5"),
    "rise": (360, "datav2_total_w_subtask.json or data_total.json", "2 or 3 calls, 1 to 5"),
}


def list_(*, common: Common = COMMONLY) -> int:
    """Name the suites."""
    if common.json:
        names = ("suite", "cases", "data", "judge")
        print(json.dumps([dict(zip(names, (n, *each), strict=True)) for n, each in _NEEDS.items()]))
        return Exit.ACCEPTED
    for name, (cases, data, judge) in _NEEDS.items():
        print(f"{name:<14}{cases:>6,} cases   {judge:<22}{data}")
    common.screen.next("editloop eval check SUITE --data DIR")
    return Exit.ACCEPTED


def check(
    suite: Annotated[SuiteName, SUITE],
    /,
    *,
    cases: CasesOptions = NO_CASES,
    judge: JudgeOptions = NO_JUDGE,
    seeds: Annotated[int, Parameter(metavar="N", help="Runs of each case; 1.")] = 1,
    turns: Annotated[int | None, Parameter(metavar="N", help="Of each run; 5.")] = None,
    call_tokens: Annotated[
        tuple[int, int],
        Parameter(metavar="IN OUT", help="Tokens of a judge's call, for the cost; 2500 300."),
    ] = (2500, 300),
    common: Common = COMMONLY,
) -> int:
    """Look at a folder; 0 when all published cases and pictures are there, else 3."""
    from ..evals.judges.at import judge_at
    from ..evals.plan import plan
    from ..evals.suites.loading import check as look
    from ..evals.suites.loading import read_cases

    found = look(suite, cases.folder())
    settings = common.choices({"turns": turns}).settings
    price = judge_at(judge.judge, settings.backends).judge.price if judge.judge else None
    planned = None
    if not found.problems:
        planned = plan(
            read_cases(suite, cases.folder(), cases.choice()),
            seeds=seeds,
            turns=settings.turns,
            samples=judge.samples,
            edit_cost=settings.edit_cost,
            call_cost=price.of(*call_tokens) if price else 0.0,
        )
    if common.json:
        known: dict[str, Any] = planned.model_dump() if planned else {}
        print(json.dumps(found.model_dump() | {"complete": found.complete, "plan": known}))
    else:
        _tell(found, planned, priced=price is not None)
    if found.problems:
        return Exit.REFUSED
    return Exit.ACCEPTED if found.complete else Exit.NOT_REACHED


def _tell(found: "Found", planned: "Plan | None", *, priced: bool) -> None:
    for part in found.parts:
        of = "not a published name" if part.expected is None else f"of {part.expected}"
        print(f"{part.name:<34}{part.found:>6} {of}")
    print(f"{'cases':<34}{found.cases:>6}")
    print(f"{'pictures':<34}{found.pictures:>6}, {found.missing_pictures} missing")
    for name in found.missing_examples:
        print(f"  missing: {name}")
    for problem in found.problems:
        print(f"problem: {problem}")
    if planned:
        cost = f", at most ${planned.edit_cost:,.2f}" if planned.edit_cost else ""
        print(f"{'runs':<34}{planned.runs:>6}, at most {planned.edits:,} edits{cost}")
        judged = f", about ${planned.judge_cost:,.2f}" if priced else ""
        print(f"{'judgements of the answers':<34}{planned.judgements:>6}{judged}")
