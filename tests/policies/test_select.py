from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.memory import SOURCE, Run, Turn
from editloop.policies import (
    BaseChoice,
    BestScore,
    FromBest,
    FromPrevious,
    FromSource,
    LastTurn,
    Selector,
)

MakeRun = Callable[..., Run]
Scores = Sequence[tuple[float, float] | float | bool | None]

FEW = st.sampled_from([0.0, 3.0, 5.0, 8.0])  # few values, so that ties are common
SCORED = st.none() | st.tuples(FEW, FEW) | st.tuples(st.floats(0, 10), st.floats(0, 10))
TURNS = st.lists(st.tuples(SCORED, st.booleans()), max_size=8)


def _overall(turn: Turn | None) -> float | None:
    return turn.score.overall if turn and turn.score else None


@settings(deadline=None, max_examples=300)
@given(turns=TURNS)
def test_the_best_score_does_no_harm(
    turns: list[tuple[tuple[float, float] | None, bool]], run_of: MakeRun
) -> None:
    edits = [f"edit {i}" if edited else None for i, (_, edited) in enumerate(turns)]
    run = run_of([score for score, _ in turns], edits=edits)
    answer = BestScore().pick(run)
    scored = [turn for turn in run.turns if turn.critique]
    if not scored:
        assert answer == next((turn for turn in run.turns if turn.edited), None)
        return

    best = _overall(answer)
    assert answer is not None
    assert answer.edited is not None
    assert best is not None
    assert best >= (_overall(scored[0]) or 0.0)
    assert all((_overall(turn) or 0.0) < best for turn in scored if turn.number < answer.number)
    assert all((_overall(turn) or 0.0) <= best for turn in scored)


@pytest.mark.parametrize(
    ("selector", "scores", "edits", "number"),
    [
        (BestScore(), [], [], None),
        (BestScore(), [5, 7, 6], [], 2),
        (BestScore(), [7, 7], [], 1),
        (BestScore(), [(10, 0), (3, 3)], [], 2),
        (BestScore(), [(4, 9), (6, 6), (9, 4)], [], 1),
        (BestScore(), [None, 0], [], 2),
        (BestScore(), [None, None], [], 1),
        (BestScore(), [None, None], [None, "a"], 2),
        (BestScore(), [None], [None], None),
        (BestScore(), [False, True, True], [], 2),
        (BestScore(), [None, False, True], [None, "a", "b"], 3),
        (BestScore(), [False, False, False], [], 3),
        (BestScore(), [False, False, None], [], 2),
        (BestScore(), [None, False, False], ["a", "b", None], 2),
        (BestScore(), [3, False, 2, False], [], 1),
        (BestScore(), [6, False, True], [], 3),
        (BestScore(), [False, 0, None], [], 2),
        (LastTurn(), [], [], None),
        (LastTurn(), [9, 1], [], 2),
        (LastTurn(), [9, None], [], 2),
        (LastTurn(), [9, None], ["a", None], 1),
        (LastTurn(), [None], [None], None),
    ],
)
def test_a_selector_picks(
    selector: Selector,
    scores: Scores,
    edits: list[str | None],
    number: int | None,
    run_of: MakeRun,
) -> None:
    picked = selector.pick(run_of(scores, edits=edits))
    assert (picked and picked.number) == number


@pytest.mark.parametrize(
    ("choice", "scores", "edits", "base"),
    [
        (FromSource(), [9, 9], [], SOURCE),
        (FromBest(), [], [], SOURCE),
        (FromBest(), [5, 7, 6], [], 2),
        (FromBest(), [7, 7], [], 1),
        (FromBest(), [None], [], SOURCE),
        (FromBest(), [None, 1], [], 2),
        (FromBest(), [5, None], ["a", None], 1),
        (FromBest(), [False, False], [], SOURCE),
        (FromBest(), [False, True], [], 2),
        (FromBest(), [False, 4, False], [], 2),
        (FromBest(), [0, False], [], 1),
        (FromPrevious(), [], [], SOURCE),
        (FromPrevious(), [9, 1], [], 2),
        (FromPrevious(), [9, None], [], 2),
        (FromPrevious(), [9, None], ["a", None], 1),
        (FromPrevious(), [None], [None], SOURCE),
    ],
)
def test_a_base_is_chosen(
    choice: BaseChoice, scores: Scores, edits: list[str | None], base: int, run_of: MakeRun
) -> None:
    run = run_of(scores, edits=edits)
    assert choice.choose(run) == base
    assert run.picture(choice.choose(run)) is not None


@settings(deadline=None, max_examples=300)
@given(turns=st.lists(st.tuples(SCORED | st.booleans(), st.booleans()), max_size=8))
def test_an_answer_is_never_one_that_was_turned_down_while_another_was_praised_or_scored(
    turns: list[tuple[tuple[float, float] | bool | None, bool]], run_of: MakeRun
) -> None:
    edits = [f"edit {i}" if edited else None for i, (_, edited) in enumerate(turns)]
    run = run_of([said for said, _ in turns], edits=edits)
    answer = BestScore().pick(run)
    said = {said for said, edited in turns if edited}
    assert (answer is None) == (not any(edits))
    if answer and said - {None, False}:
        assert answer.critique
        assert answer.score or answer.critique.satisfied
    if any(each is True for each in said):
        assert answer
        assert answer.critique
        assert answer.critique.satisfied
