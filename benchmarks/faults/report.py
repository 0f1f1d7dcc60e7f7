"""The two tables: how near to the shortest time, and what was lost, repeated or accepted wrongly."""

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from ..figures import Counts, Figure, Findings
from .clients import BOUND, RULES
from .fleet import NODES, Client, Flight, Gallery, fly, gallery
from .work import SCENARIOS, THINKING, WRONG, Scenario, Work

QUESTION = "time against the lower bound and what is lost; two nodes with two slots, real processes"
_CLEAN = SCENARIOS[0]
_COMPARED: tuple[Client, Client] = ("batch", "bare")
_REPEATS = max(1, int(os.environ.get("EDITLOOP_BENCH_REPEATS", "3")))
"""Of the scenarios that have a target; each takes about a minute."""

_BASELINE = "bare asyncio client"
_HEAD = (
    "fault",
    "faults met",
    "runs lost",
    "bare lost",
    "answered edits repeated",
    "turns without a score",
    "wrong pictures found",
    "calls to the struck node of those allowed",
    "sent twice or again",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Flown:
    """All flights of one scenario."""

    scenario: Scenario
    ours: list[Flight]
    bare: Flight | None
    """Where there is a target."""

    counted: Flight | None
    """By the library, where calls to a node that was struck are to be counted."""


def measure(*, quick: bool) -> Findings:
    """Fly every scenario with ours and barely, and one at full size for processor time."""
    samples, side, large = (3, 64, 128) if quick else (64, 256, 1024)
    scenarios = SCENARIOS[:1] if quick else SCENARIOS
    findings = Findings(question=QUESTION)
    with gallery(samples, side) as shown:
        flown = [_flown(scenario, samples, shown, quick=quick) for scenario in scenarios]
    findings.figures.extend(_ratio(each) for each in flown)
    findings.figures.append(_start(flown[0]))
    with gallery(samples, large) as shown:
        findings.figures.extend(_processor(samples, shown, large))
    findings.tables.append(_losses(flown))
    findings.notes.extend(_told(samples, side))
    return findings


def _flown(scenario: Scenario, samples: int, shown: Gallery, *, quick: bool) -> _Flown:
    repeats = _REPEATS if scenario.target and not quick else 1
    first = Work(samples, 1)
    return _Flown(
        scenario=scenario,
        ours=[_fly("batch", scenario, Work(samples, 1 + nth), shown) for nth in range(repeats)],
        bare=_fly("bare", scenario, first, shown) if scenario.target else None,
        counted=_fly("ours", scenario, first, shown) if scenario.signal else None,
    )


def _fly(client: Client, scenario: Scenario, work: Work, shown: Gallery) -> Flight:
    flight = fly(client, scenario, work, shown, flying=work.samples)
    said = f"{client}, {scenario.name}, seed {work.seed}: {flight.ratio:.3f}; {flight.said}"
    print(said[:400], file=sys.stderr)  # long; shows that it goes on
    return flight


def _ratio(flown: _Flown) -> Figure:
    return Figure(
        what=flown.scenario.name,
        value=median(flight.ratio for flight in flown.ours),
        unit="x the lower bound",
        bare=flown.bare.ratio if flown.bare and not flown.bare.said["lost"] else None,
        baseline=_BASELINE if flown.bare else "",
        target=flown.scenario.target,
    )


def _start(flown: _Flown) -> Figure:
    return Figure(
        what=f"{flown.scenario.name}: the whole process beyond the span",
        value=median(flight.whole - flight.ratio for flight in flown.ours),
        unit="x the lower bound",
        bare=flown.bare.whole - flown.bare.ratio if flown.bare else None,
        baseline=_BASELINE,
        target=0.02,
    )


def _processor(samples: int, shown: Gallery, side: int) -> list[Figure]:
    work, few = Work(samples, 1), Work(2, 1)
    ours, bare = (_fly(client, _CLEAN, work, shown) for client in _COMPARED)
    our_few, bare_few = (_fly(client, _CLEAN, few, shown) for client in _COMPARED)
    what = f"CPU per 100 turns at {side}²"
    return [
        Figure(
            what=f"{what}, the start of the process included",
            value=ours.cpu,
            unit="s",
            bare=bare.cpu,
            baseline=_BASELINE,
            target=1.3,
            target_is="ratio",
        ),
        Figure(
            what=f"{what}, the slope between 2 and {samples} samples",
            value=_slope(our_few, ours),
            unit="s",
            bare=_slope(bare_few, bare),
            baseline=_BASELINE,
        ),
        Figure(
            what=f"peak PSS, {samples} runs in flight at {side}²",
            value=ours.took.peak_pss,
            unit="MB",
            bare=bare.took.peak_pss or None,
            baseline=_BASELINE,
            target=600,
        ),
    ]


def _slope(few: Flight, many: Flight) -> float:
    more = len(many.work.edits) - len(few.work.edits)
    return (many.took.spent.cpu - few.took.spent.cpu) / more * 100


def _losses(flown: Sequence[_Flown]) -> Counts:
    rows = [_row(each) for each in flown]
    return Counts(title="what was lost, repeated, accepted wrongly", head=_HEAD, rows=rows)


def _row(flown: _Flown) -> tuple[str, ...]:
    ours, bare, counted = flown.ours, flown.bare, flown.counted
    runs = sum(flight.work.samples for flight in ours)
    return (
        flown.scenario.name,
        f"{sum(_met(flight) for flight in ours)}",
        f"{sum(len(flight.said['lost']) for flight in ours)} of {runs}",
        f"{len(bare.said['lost'])} of {bare.work.samples}" if bare else "",
        f"{sum(flight.happened.repeated for flight in ours)}",
        f"{sum(flight.said['unscored'] for flight in ours)}",
        _found(ours),
        " of ".join(f"{count}" for count in _struck(counted)) if counted else "",
        f"{sum(_again(flight) for flight in ours)}",
    )


def _found(ours: list[Flight]) -> str:
    """Findings on record by pictures that were wrong."""
    wrong = sum(flight.happened.count("answered", kind) for flight in ours for kind in WRONG)
    found = sum(flight.said["noted"] for flight in ours)
    return f"{found} of {wrong}" if wrong or found else ""


def _met(flight: Flight) -> int:
    """How many faults the engines made."""
    struck = int(flight.struck_at is not None)
    faulty = sum(line.event == "asked" and bool(line.fault) for line in flight.happened.lines)
    return struck + faulty + flight.happened.count("turned away")


def _again(flight: Flight) -> int:
    """Requests beyond one for each edit, those that were turned away apart."""
    return flight.happened.count("asked") - len(flight.work.edits)


def _struck(flight: Flight) -> tuple[int, int]:
    """Calls to the struck node after it was struck, and how many the breaker allows.

    Allowed are the failures that open it, those that were sent beside them, and one probe after
    each pause.
    """
    struck_at = flight.struck_at or 0.0
    calls = sum(at > struck_at for at in flight.said["calls"][NODES[1]])
    left = flight.happened.ended - struck_at
    allowed, pause = RULES.failures + BOUND - 1, RULES.cooldown
    while left > 0:
        allowed, left = allowed + 1, left - pause
        pause = min(RULES.longest_cooldown, pause * 2)
    return calls, allowed


def _told(samples: int, side: int) -> list[str]:
    drawn = (
        f"{samples} samples of 1 to 5 turns; edits are log-normal about 0.8 s, critiques take "
        f"0.27 s, {THINKING} at once: 12 s and 4 s scaled 1:15"
    )
    bound = (
        "lower bound: the greatest of edit seconds by slots, critique seconds by capacity, and the "
        "longest sample; work that a fault destroyed counts, work that a client repeats does not"
    )
    ours = (
        "ours is `editloop batch -j 64` with its usual pauses, not scaled, and its usual checks; the "
        "calls to a struck node are counted in one more flight, by the library with scaled pauses"
    )
    bare = (
        "bare: asyncio and httpx2, the least busy node that could be reached lately, a fixed timeout "
        "of 40 s (600 s scaled), ten tries; bytes passed through, pictures written with fsync, "
        "nothing recorded or checked; no ratio where it lost samples"
    )
    return [
        drawn,
        bare,
        f"pictures of {side}² for the ratios; medians of {_REPEATS} where there is a target",
        ours,
        "the engines are simulated: processes that answer with a prepared picture after that time",
        "span: from the first request at a service to its last answer, by the services' own log",
        bound,
    ]
