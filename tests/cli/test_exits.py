"""Which ending has which code."""

from datetime import UTC, datetime

import pytest

from editloop.cli.exits import Exit, gravest, of_error, of_run
from editloop.memory import (
    BudgetSpent,
    Critique,
    EditloopError,
    EditorBusy,
    Failure,
    ImageRef,
    InputError,
    LeaseLost,
    PictureError,
    Run,
    RunNotFound,
    Score,
    SettingsError,
    Stop,
    StopReason,
    StoreFull,
    Task,
    ThinkerError,
    Turn,
    UnsupportedInstruction,
)

REF = ImageRef(sha256="0" * 64, media_type="image/png", width=1, height=1, size=1)


def ended(
    reason: StopReason, scores: tuple[float, float] | None, failure: Failure | None = None
) -> Run:
    critique = scores and Critique(
        score=Score(semantic=scores[0], quality=scores[1]), reasoning="", refined="x"
    )
    turn = Turn(number=1, instruction="x", edited=REF, critique=critique or None)
    run = Run(id="a" * 26, task=Task(source=REF, instruction="x"), created=datetime.now(UTC))
    if scores:
        run = run.with_turn(turn)
    return run.ended(Stop(reason=reason), 1 if scores else None, failure)


@pytest.mark.parametrize(
    ("reason", "scores", "code"),
    [
        (StopReason.SATISFIED, (8, 8), Exit.ACCEPTED),
        (StopReason.UNCHANGED, (8, 9), Exit.ACCEPTED),
        (StopReason.UNCHANGED, (8, 7.9), Exit.NOT_REACHED),
        (StopReason.MAX_TURNS, (7, 9), Exit.NOT_REACHED),
        (StopReason.FAILED, (7, 9), Exit.NOT_REACHED),
        (StopReason.BUDGET, (7, 9), Exit.LIMIT),
        (StopReason.BUDGET, (9, 9), Exit.ACCEPTED),
        (StopReason.BUDGET, None, Exit.LIMIT),
        (StopReason.REFUSED, None, Exit.REFUSED),
        (StopReason.FAILED, None, Exit.BACKEND),
    ],
)
def test_the_scores_of_the_answer_decide(
    reason: StopReason, scores: tuple[float, float] | None, code: Exit
) -> None:
    assert of_run(ended(reason, scores), semantic=8, quality=8) == code


@pytest.mark.parametrize(("satisfied", "code"), [(True, Exit.ACCEPTED), (False, Exit.NOT_REACHED)])
def test_without_scores_the_stop_flag_of_the_answer_decides(satisfied: bool, code: Exit) -> None:
    run = ended(StopReason.MAX_TURNS, (1, 1))
    flagged = Critique(reasoning="", refined="x", satisfied=satisfied)
    run = run.with_turn(run.turns[0].but(critique=flagged))
    assert of_run(run, semantic=8, quality=8) == code


def test_any_picture_will_do_when_that_was_said() -> None:
    poor = ended(StopReason.BUDGET, (1, 1))
    assert of_run(poor, semantic=8, quality=8, accept_best=True) == Exit.ACCEPTED
    none = ended(StopReason.BUDGET, None)
    assert of_run(none, semantic=8, quality=8, accept_best=True) == Exit.LIMIT


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (SettingsError("x"), 2),
        (RunNotFound("x"), 2),
        (InputError("x"), 5),
        (PictureError("x"), 5),
        (UnsupportedInstruction("x"), 5),
        (EditorBusy("x"), 4),
        (ThinkerError("x"), 4),
        (StoreFull("x"), 7),
        (LeaseLost("x"), 7),
        (BudgetSpent("x"), 6),
    ],
)
def test_every_border_has_its_code(error: EditloopError, code: int) -> None:
    assert of_error(error) == code


def test_many_pictures_have_the_gravest_code() -> None:
    assert gravest([Exit.ACCEPTED, Exit.NOT_REACHED, Exit.BACKEND]) == Exit.BACKEND
    assert gravest([Exit.ACCEPTED, Exit.ACCEPTED]) == Exit.ACCEPTED
