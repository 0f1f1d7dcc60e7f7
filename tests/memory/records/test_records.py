from collections.abc import Callable
from datetime import UTC, datetime
from math import inf, nan, sqrt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from editloop.memory import (
    SOURCE,
    Critique,
    EditloopError,
    EditorBusy,
    Failure,
    Frozen,
    ImageRef,
    PictureError,
    Run,
    Sample,
    Score,
    Stop,
    StopReason,
    Task,
    Turn,
    Usage,
    new_run_id,
    short,
)

IMAGE = ImageRef(sha256="a" * 64, media_type="image/png", width=4, height=3, size=9)
EDIT = IMAGE.but(sha256="b" * 64)
CRITIQUE = Critique(score=Score(semantic=4, quality=9), reasoning="dark", refined="brighten more")
RUN = Run(
    id=new_run_id(),
    task=Task(source=IMAGE, instruction="brighten"),
    created=datetime(2026, 1, 1, tzinfo=UTC),
)
HALF = Turn(number=1, instruction="brighten", edited=EDIT, edit_seconds=2.0, edit_cost=0.5)


@pytest.mark.parametrize("record", [IMAGE, CRITIQUE, RUN, RUN.task, HALF, Usage()])
def test_a_record_cannot_be_changed_in_place(record: Frozen) -> None:
    for name in type(record).model_fields:
        with pytest.raises(ValidationError, match="frozen"):
            setattr(record, name, getattr(record, name))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Score(semantic=-0.1, quality=5),
        lambda: Score(semantic=5, quality=10.1),
        lambda: Score(semantic=nan, quality=5),
        lambda: Score(semantic=5, quality=inf),
        lambda: CRITIQUE.but(refined=""),
        lambda: IMAGE.but(sha256="A" * 64),
        lambda: IMAGE.but(sha256="a" * 63),
        lambda: IMAGE.but(width=0),
        lambda: IMAGE.but(size=0),
        lambda: IMAGE.but(colour="red"),
        lambda: RUN.task.but(instruction=""),
        lambda: RUN.task.but(seed=-1),
        lambda: HALF.but(number=0),
        lambda: HALF.but(base=-1),
        lambda: HALF.but(base=1),
        lambda: HALF.but(number=2, base=7),
        lambda: HALF.but(edit_cost=-1.0),
        lambda: RUN.but(id="short"),
        lambda: Usage(edits=-1),
        lambda: Sample.model_validate({"text": "", "verdict": "fine"}),
    ],
)
def test_a_value_out_of_its_range_is_refused(make: Callable[[], Any]) -> None:
    with pytest.raises(ValidationError):
        make()


@given(st.floats(0, 10), st.floats(0, 10))
def test_overall_is_the_geometric_mean_and_lies_between_the_scores(a: float, b: float) -> None:
    overall = Score(semantic=a, quality=b).overall
    assert overall == sqrt(a * b)
    assert min(a, b) <= overall + 1e-9
    assert overall <= max(a, b) + 1e-9


def test_overall_is_stored_nowhere() -> None:
    assert CRITIQUE.score is not None
    assert CRITIQUE.score.model_dump() == {"semantic": 4.0, "quality": 9.0}


def test_a_turn_is_added_and_its_second_half_takes_the_place_of_the_first() -> None:
    half = RUN.with_turn(HALF)
    whole = half.with_turn(HALF.but(critique=CRITIQUE))
    assert RUN.turns == ()
    assert half.turns == (HALF,)
    assert whole.turns == (HALF.but(critique=CRITIQUE),)
    assert (HALF.edit_done, HALF.done, whole.turns[0].done) == (True, False, True)


@pytest.mark.parametrize("number", [1, 4, 5])
def test_a_turn_that_does_not_follow_is_refused(number: int) -> None:
    run = RUN.with_turn(HALF).with_turn(HALF.but(number=2))
    with pytest.raises(ValueError, match=f"turn {number} does not follow 2 turns"):
        run.with_turn(HALF.but(number=number))


def test_a_picture_is_found_by_the_number_of_its_turn() -> None:
    failed = Failure.of(EditorBusy("later"))
    run = RUN.with_turn(HALF).with_turn(Turn(number=2, instruction="x", failure=failed))
    assert [run.picture(number) for number in (SOURCE, 1, 2)] == [IMAGE, EDIT, None]


@pytest.mark.parametrize("number", [-1, 2])
def test_there_is_no_picture_of_a_turn_that_never_was(number: int) -> None:
    with pytest.raises(IndexError, match="has 1 turns"):
        RUN.with_turn(HALF).picture(number)


@pytest.mark.parametrize(
    ("stop", "answer", "status"),
    [
        (None, None, "open"),
        (Stop(reason=StopReason.SATISFIED), 1, "done"),
        (Stop(reason=StopReason.FAILED), 1, "done"),
        (Stop(reason=StopReason.FAILED), None, "failed"),
        (Stop(reason=StopReason.REFUSED), None, "refused"),
    ],
)
def test_the_status_follows_from_the_ending(
    stop: Stop | None, answer: int | None, status: str
) -> None:
    run = RUN.with_turn(HALF)
    run = run.ended(stop, answer) if stop else run
    assert run.status == status
    assert run.best == (HALF if answer else None)
    assert run.last == HALF


@pytest.mark.parametrize("answer", [-1, 0, 2, 3])
def test_only_a_turn_with_an_edit_is_an_answer(answer: int) -> None:
    failed = Turn(number=2, instruction="x", failure=Failure.of(EditorBusy("later")))
    run = RUN.with_turn(HALF).with_turn(failed)
    with pytest.raises(ValueError, match=rf"turn {answer} cannot be the answer .* one of \[1\]"):
        run.ended(Stop(reason=StopReason.FAILED), answer)


def test_a_turn_edits_the_source_or_an_earlier_turn() -> None:
    assert [HALF.but(number=3, base=base).base for base in (SOURCE, 1, 2)] == [0, 1, 2]
    with pytest.raises(ValidationError, match=r"turn 3 cannot edit the picture of turn 3: its"):
        HALF.but(number=3, base=3)


def test_usage_sums_edits_and_samples_of_all_turns() -> None:
    samples = (
        Sample(text="?", verdict="malformed", seconds=1.0, input_tokens=10, output_tokens=2),
        Sample(text="!", verdict="ok", seconds=0.5, input_tokens=10, output_tokens=3, cost=0.25),
    )
    failed = Turn(number=2, instruction="x", failure=Failure.of(EditorBusy("later")))
    run = RUN.with_turn(HALF.but(samples=samples, critique=CRITIQUE)).with_turn(failed)
    assert run.usage == Usage(
        edits=1, samples=2, seconds=3.5, input_tokens=20, output_tokens=5, cost=0.75
    )
    assert RUN.usage == Usage()


AMOUNTS = st.integers(0, 1000)
USAGES = st.builds(
    Usage, edits=AMOUNTS, samples=AMOUNTS, seconds=AMOUNTS, input_tokens=AMOUNTS, cost=AMOUNTS
)


@given(USAGES, USAGES, USAGES)
def test_the_order_of_a_sum_does_not_matter(a: Usage, b: Usage, c: Usage) -> None:
    assert (a + b) + c == a + (b + c) == c + b + a
    assert a + Usage() == a


def test_a_run_survives_json() -> None:
    run = RUN.with_turn(HALF.but(critique=CRITIQUE)).ended(Stop(reason=StopReason.SATISFIED), 1)
    assert Run.model_validate_json(run.model_dump_json()) == run


@pytest.mark.parametrize("error", [EditorBusy("later"), PictureError("a bomb")])
def test_a_failure_is_the_error_as_data(error: EditloopError) -> None:
    failure = Failure.of(error)
    assert (failure.border, failure.kind) == (error.border, type(error).__name__)
    assert (failure.message, failure.retryable) == (str(error), isinstance(error, EditorBusy))


def test_names_are_unique_and_have_26_characters_that_are_hard_to_confuse() -> None:
    names = [new_run_id() for _ in range(2000)]
    assert len(set(names)) == len(names)
    assert {len(name) for name in names} == {26}
    assert not set("".join(names)) & set("ilou")


def test_names_sort_by_time(monkeypatch: pytest.MonkeyPatch) -> None:
    times = [0, 1, 31, 32, 33, 1_000, 1_767_225_600_000, 1_767_225_600_001, 2**48 - 1]
    names: list[str] = []
    for milliseconds in times:
        monkeypatch.setattr("time.time_ns", lambda now=milliseconds: now * 1_000_000)
        names.append(new_run_id())
    assert names == sorted(names)


def test_people_see_the_end_of_a_name() -> None:
    assert short("01kdv3xyzabcdefghjkmnpqrst") == "npqrst"
