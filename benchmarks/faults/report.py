"""The two tables: how near to the shortest time, and what was lost, repeated or accepted wrongly."""

import sys
from collections.abc import Sequence
from statistics import median

from ..figures import Counts, Figure, Findings
from .clients import BOUND, RULES
from .fleet import NODES, Flight, Gallery, fly, gallery
from .work import SCENARIOS, THINKING, WRONG, Scenario, Work

QUESTION = "time against the lower bound and what is lost; two nodes with two slots, real processes"
_CLEAN = SCENARIOS[0]
_REPEATS = 3  # of the scenarios that have a target
_BASELINE = "bare asyncio client: least busy node, fixed timeout, files written, nothing recorded"
_HEAD = (
    "fault",
    "faults met",
    "runs lost",
    "bare lost",
    "answered edits repeated",
    "critiques without a score",
    "wrong pictures found",
    "calls to the struck node, allowed",
    "sent twice or again",
)


def measure(*, quick: bool) -> Findings:
    """Fly every scenario with ours and barely, and one at full size for processor time."""
    samples, side, large = (3, 64, 128) if quick else (64, 256, 1024)
    scenarios = SCENARIOS[:1] if quick else SCENARIOS
    findings = Findings(question=QUESTION)
    with gallery(samples, side) as shown:
        flown = [_flown(scenario, samples, shown, quick=quick) for scenario in scenarios]
    for ours, bare in flown:
        findings.figures.append(_ratio(ours, bare))
    findings.figures.append(_start(flown[0][0]))
    with gallery(samples, large) as shown:
        findings.figures.extend(_processor(samples, shown, large))
    findings.tables.append(_losses(flown))
    findings.notes.extend(_told(samples, side))
    return findings


def _flown(
    scenario: Scenario, samples: int, shown: Gallery, *, quick: bool
) -> tuple[list[Flight], Flight]:
    repeats = _REPEATS if scenario.target and not quick else 1
    ours = [_fly("ours", scenario, Work(samples, seed), shown) for seed in range(1, repeats + 1)]
    return ours, _fly("bare", scenario, Work(samples, 1), shown)


def _fly(client: str, scenario: Scenario, work: Work, shown: Gallery) -> Flight:
    flight = fly(client, scenario, work, shown, flying=work.samples)
    said = f"{client}, {scenario.name}, seed {work.seed}: {flight.ratio:.3f}; {flight.said}"
    print(said[:400], file=sys.stderr)  # long; shows that it goes on
    return flight


def _ratio(ours: Sequence[Flight], bare: Flight) -> Figure:
    return Figure(
        what=bare.scenario.name,
        value=median(flight.ratio for flight in ours),
        unit="x the lower bound",
        bare=bare.ratio,
        baseline=_BASELINE,
        target=bare.scenario.target,
    )


def _start(ours: Sequence[Flight]) -> Figure:
    return Figure(
        what="clean: the whole process beyond the span",
        value=median(flight.whole - flight.ratio for flight in ours),
        unit="x the lower bound",
        target=0.02,
    )


def _processor(samples: int, shown: Gallery, side: int) -> list[Figure]:
    work = Work(samples, 1)
    ours, bare = (_fly(client, _CLEAN, work, shown) for client in ("ours", "bare"))
    what = f"CPU per 100 turns at {side}²"
    turns = len(work.edits)
    return [
        Figure(
            what=f"{what}, from the start of the process",
            value=ours.cpu,
            unit="s",
            bare=bare.cpu,
            baseline=_BASELINE,
            target=1.3,
            target_is="ratio",
        ),
        Figure(
            what=f"{what}, once it runs",
            value=ours.said["cpu"] / turns * 100,
            unit="s",
            bare=bare.said["cpu"] / turns * 100,
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


def _losses(flown: Sequence[tuple[list[Flight], Flight]]) -> Counts:
    rows = [_row(ours, bare) for ours, bare in flown]
    return Counts(title="what was lost, repeated, accepted wrongly", head=_HEAD, rows=rows)


def _row(ours: list[Flight], bare: Flight) -> tuple[str, ...]:
    runs = sum(flight.work.samples for flight in ours)
    lost = sum(len(flight.said["lost"]) for flight in ours)
    struck = [_struck(flight) for flight in ours if flight.struck_at is not None]
    return (
        bare.scenario.name,
        f"{sum(_met(flight) for flight in ours)}",
        f"{lost} of {runs}",
        f"{len(bare.said['lost'])} of {bare.work.samples}",
        f"{sum(flight.happened.repeated for flight in ours)}",
        f"{sum(flight.said['unscored'] for flight in ours)} of {runs}",
        _found(ours),
        ", ".join(f"{calls} <= {allowed}" for calls, allowed in struck),
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
        f"0.27 s, {THINKING} at once: 12 s and 4 s scaled 1:15, as are all pauses and time limits"
    )
    bound = (
        "lower bound: the greatest of edit seconds by slots, critique seconds by capacity, and the "
        "longest sample; work that a fault destroyed counts, work that a client repeats does not"
    )
    return [
        drawn,
        f"pictures of {side}² for the ratios; medians of {_REPEATS} where there is a target",
        "the engines are simulated: processes that answer with a prepared picture after that time",
        "span: from the first request at a service to its last answer, by the services' own log",
        bound,
    ]
