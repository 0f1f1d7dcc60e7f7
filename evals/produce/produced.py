"""What a system has made so far, from the record."""

from collections.abc import Sequence
from datetime import UTC, datetime

from ...memory.records import Critique, Failure, ImageRef, Run, Score, Task, Turn
from ...memory.store import Store
from ...memory.store.curves import Curve, CurveTurn
from ...policies.select import BestScore, LastTurn, Selector
from ..scores import CaseKey, Point, Produced, Suite
from .system import LABEL, Place, System

_SEEN = ImageRef(sha256="0" * 64, media_type="image/png", width=1, height=1, size=1)
_BEGUN = datetime.fromtimestamp(0, UTC)
_TASK = Task(source=_SEEN, instruction="-")


async def produced(store: Store, suite: Suite, system: System | None = None) -> list[Produced]:
    """The closed runs of a suite, one per case, system and seed: the latest where there are
    several. In the order of case, system and seed.

    Raises:
        StoreError: the store cannot be read.
    """
    prefix = system.prefix(suite) if system else f"{suite}/"
    latest = {each.value: each for each in await store.curves(LABEL, prefix) if each.stop_reason}
    found = [_produced(each) for each in latest.values()]
    return sorted(found, key=lambda each: (each.case.name, each.system, each.seed))


def _produced(run: Curve) -> Produced:
    place = Place.of(run.value)
    return Produced(
        case=CaseKey(suite=place.suite, name=place.case),
        system=place.system,
        digest=place.digest,
        seed=place.seed,
        run_id=run.run_id,
        sources=run.sources,
        curve=_points(run),
        answer=run.answer,
        answer_sha256=run.answer_sha,
        stop=run.stop_reason or "",
        failure=Failure.model_validate(run.failure) if run.failure else None,
    )


def _points(run: Curve) -> tuple[Point, ...]:
    select: Selector = LastTurn() if run.rules == "reference" else BestScore()
    turns = [_turn(each) for each in run.turns]
    return tuple(
        Point(
            number=each.number,
            sha256=each.edited_sha,
            semantic=each.semantic,
            quality=each.quality,
            best=_best(select, turns[:at]),
            edit_seconds=each.edit_seconds,
            edit_cost=each.edit_cost,
            think_seconds=each.think_seconds,
            think_cost=each.think_cost,
        )
        for at, each in enumerate(run.turns, 1)
    )


def _best(select: Selector, turns: Sequence[Turn]) -> int | None:
    """The answer if the run had ended here, by the selector of the run."""
    picked = select.pick(Run.model_construct(id="", task=_TASK, created=_BEGUN, turns=tuple(turns)))
    return picked.number if picked else None


def _turn(short: CurveTurn) -> Turn:
    """As much of the turn as selectors look at; what the store holds was checked when written."""
    critique = None
    if short.looked_at:
        score = None
        if short.semantic is not None and short.quality is not None:
            score = Score.model_construct(semantic=short.semantic, quality=short.quality)
        critique = Critique.model_construct(
            score=score, reasoning="", refined="-", satisfied=short.satisfied
        )
    edited = _SEEN if short.edited_sha else None
    return Turn.model_construct(
        number=short.number, instruction="", edited=edited, critique=critique
    )
