"""What a listening client is told, moment by moment."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from hand_clock import FakeClock
from hypothesis import given, settings
from hypothesis import strategies as st
from making import critique
from mcp.server.mcpserver import Context

from editloop.memory import Failure, ImageRef, Run, Task, Turn
from editloop.server.host import Moment
from editloop.server.host.moments import moments
from editloop.server.mcp.following import Progress

pytestmark = pytest.mark.anyio
SOURCE = ImageRef(sha256="0" * 64, media_type="image/png", width=4, height=3, size=9)
BROKEN = Failure(border="thinker", kind="ThinkerError", message="nothing could be read")


@dataclass
class Wire:
    """Where progress is sent to."""

    sent: list[tuple[float, float | None, str]] = field(
        default_factory=list[tuple[float, float | None, str]]
    )

    async def report_progress(self, progress: float, total: float | None, message: str) -> None:
        self.sent.append((progress, total, message))

    @property
    def words(self) -> list[str]:
        return [said for _, _, said in self.sent]


def a_run(*turns: Turn, **settings: Any) -> Run:
    task = Task(source=SOURCE, instruction="warm")
    now = datetime(2026, 11, 21, tzinfo=UTC)
    run = Run(id="01abcdefgh", task=task, created=now, settings=settings, editor="e", thinker="t")
    return run.model_copy(update={"turns": turns})


def progress(wire: Wire, run: Run, clock: FakeClock | None = None) -> Progress:
    return Progress(cast("Context[Any]", wire), run, (clock or FakeClock()).now)


def passing(name: str, **facts: Any) -> Moment:
    return Moment(None, name, {"run": "01abcdefgh", "turn": 1, **facts})


def a_step(turn: int, done: int) -> Moment:
    return passing("turn.progress", turn=turn, done=done, of=9, what="steps")


async def test_steps_of_an_edit_lie_within_their_half_turn() -> None:
    wire = Wire()
    at = progress(wire, a_run(turns=5))
    for done in (1, 15, 30, 60):
        await at.hear(passing("turn.progress", done=done, of=30, what="steps"))
    assert wire.words[1] == "turn 1/5: editing, 15 of 30 steps"
    assert [round(place, 2) for place, _, _ in wire.sent] == [1.03, 1.45, 1.9, 1.9]
    assert all(total == 12 for _, total, _ in wire.sent)


async def test_a_retry_says_when_and_why() -> None:
    wire = Wire()
    failure = {"message": "the editor is busy"}
    await progress(wire, a_run()).hear(passing("turn.retrying", failure=failure, wait=2.0))
    assert wire.words == ["turn 1: once more in 2 s, the editor is busy"]


async def test_a_critique_without_scores_and_a_failed_one_are_told() -> None:
    wire = Wire()
    expert = critique(1, 1, "x").model_copy(update={"score": None, "satisfied": False})
    seen = Turn(number=1, instruction="warm", edited=SOURCE, critique=expert)
    failed = Turn(number=2, instruction="warm", edited=SOURCE, failure=BROKEN)
    at = progress(wire, a_run())
    for moment in moments(a_run(seen, failed)):
        await at.hear(moment)
    assert wire.words[2] == "turn 1: looked at"
    assert wire.words[-1] == "turn 2: nothing could be read"


async def test_a_moment_that_nobody_knows_is_passed_over() -> None:
    wire = Wire()
    await progress(wire, a_run()).hear(passing("turn.dreaming"))
    assert wire.sent == []


async def test_a_beat_says_how_long_it_has_lasted() -> None:
    wire, clock = Wire(), FakeClock()
    at = progress(wire, a_run(), clock)
    await at.hear(passing("turn.editing", instruction="warm"))
    await clock.pass_by(9.0)
    assert at.silent() == 9.0
    await at.beat()
    assert wire.words[-1] == "turn 1: editing, told 'warm' (9 s)"
    assert at.silent() == 0.0


@settings(deadline=None, max_examples=60)
@given(
    heard=st.lists(
        st.one_of(
            st.none(),
            st.builds(
                a_step,
                st.integers(1, 4),
                st.integers(0, 20),
            ),
            st.sampled_from(
                moments(
                    a_run(
                        *(
                            Turn(
                                number=n,
                                instruction="i",
                                edited=SOURCE,
                                critique=critique(n, n, "x"),
                            )
                            for n in (1, 2, 3)
                        )
                    )
                )
            ),
        )
    ),
    turns=st.integers(0, 5),
)
async def test_whatever_happens_the_numbers_grow_and_stay_below_the_whole(
    heard: list[Moment | None], turns: int
) -> None:
    wire = Wire()
    at = progress(wire, a_run(turns=turns))
    for moment in heard:
        await (at.beat() if moment is None else at.hear(moment))
    places = [place for place, _, _ in wire.sent]
    assert places == sorted(set(places))
    assert all(total is None or place <= total for place, total, _ in wire.sent)
