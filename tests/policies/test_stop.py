from collections.abc import Callable, Sequence
from math import inf, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.memory import Run, SettingsError, Stop, StopReason
from editloop.policies import (
    AllOf,
    AnyOf,
    Budget,
    Declining,
    MaxTurns,
    Plateau,
    Repeated,
    Rule,
    Satisfied,
    StopPolicy,
    Unchanged,
)

MakeRun = Callable[..., Run]
Scores = Sequence[tuple[float, float] | float | bool | None]

RULES: list[Rule] = [
    Satisfied(),
    Unchanged(),
    Repeated(),
    Plateau(),
    Declining(),
    MaxTurns(),
    Budget(edits=3),
]


@pytest.mark.parametrize("rule", RULES, ids=repr)
def test_no_rule_stops_a_run_before_its_first_turn(rule: Rule, run_of: MakeRun) -> None:
    assert rule.decide(run_of([])) is None


@pytest.mark.parametrize(
    ("scores", "stops"),
    [
        ([(8, 8)], True),
        ([(10, 10)], True),
        ([(7.9, 10)], False),
        ([(10, 7.9)], False),
        ([(9, 9), (7, 9)], False),
        ([(7, 9), (9, 9)], True),
        ([(9, 9), None], False),
    ],
)
def test_satisfied_wants_both_scores_of_the_last_turn(
    scores: Scores, stops: bool, run_of: MakeRun
) -> None:
    assert bool(Satisfied(8, 8).decide(run_of(scores))) is stops


def test_satisfied_says_which_scores_reached_what(run_of: MakeRun) -> None:
    assert Satisfied(8, 7.5).decide(run_of([(9.25, 8)])) == Stop(
        reason=StopReason.SATISFIED, detail="semantic 9.2 and quality 8.0 reach 8 and 7.5"
    )


@pytest.mark.parametrize(
    ("said", "stops"),
    [
        ([True], True),
        ([False], False),
        ([True, False], False),
        ([3, True], True),
        ([True, 3], False),
    ],
)
def test_satisfied_obeys_the_flag_of_a_thinker_that_gives_no_scores(
    said: Scores, stops: bool, run_of: MakeRun
) -> None:
    stop = Satisfied(8, 8).decide(run_of(said))
    assert (stop and stop.reason) == (StopReason.SATISFIED if stops else None)


@pytest.mark.parametrize(
    ("scores", "flag", "stops"), [((7, 9), True, False), ((8, 8), False, True)]
)
def test_where_there_are_scores_and_a_flag_the_scores_decide(
    scores: tuple[float, float], flag: bool, stops: bool, run_of: MakeRun
) -> None:
    run = run_of([scores])
    turn = run.turns[0]
    assert turn.critique
    both = turn.but(critique=turn.critique.but(satisfied=flag))
    assert bool(Satisfied(8, 8).decide(run.with_turn(both))) is stops


@pytest.mark.parametrize(
    ("refined", "stops"),
    [("told 2", True), (" told 2\n", True), ("told 1", False), ("Told 2", False)],
)
def test_unchanged_compares_with_what_the_editor_was_just_told(
    refined: str, stops: bool, run_of: MakeRun
) -> None:
    stop = Unchanged().decide(run_of([5, 5], refined=refined))
    assert (stop and stop.reason) == (StopReason.UNCHANGED if stops else None)


def test_a_turn_without_a_critique_is_not_unchanged(run_of: MakeRun) -> None:
    assert Unchanged().decide(run_of([5, None], refined="told 2")) is None


@pytest.mark.parametrize(
    ("scores", "stops"),
    [
        ([5, 5], False),
        ([5, 5, 5], True),
        ([5, 5.1, 5.1], True),
        ([5, 5.2, 5.2], False),
        ([5, 4, 5.2], False),
        ([7, 8, 9], False),
        ([9, 1, 8], True),
        ([5, None, 5], False),
        ([5, None, 5, None, 5], True),
        ([None, None, None], False),
        ([False, False, False, False], False),
        ([5, False, 5, False], False),
        ([5, False, 5, 5], True),
    ],
)
def test_plateau_counts_scored_turns_without_a_gain(
    scores: Scores, stops: bool, run_of: MakeRun
) -> None:
    stop = Plateau(patience=2, epsilon=0.1).decide(run_of(scores))
    assert (stop and stop.reason) == (StopReason.PLATEAU if stops else None)


@pytest.mark.parametrize(
    ("scores", "stops"),
    [
        ([9, 8], False),
        ([9, 8, 7], True),
        ([9, False, 8, False, 7], True),
        ([9, False, 8, False], False),
        ([9, 8, 8], False),
        ([9, 8, 7, 7.5], False),
        ([1, 9, 8, 7], True),
        ([9, None, 8, 7], True),
        ([9, 8, 7, None], True),
    ],
)
def test_declining_wants_each_scored_turn_worse_than_the_one_before(
    scores: Scores, stops: bool, run_of: MakeRun
) -> None:
    stop = Declining(2).decide(run_of(scores))
    assert (stop and stop.reason) == (StopReason.DECLINING if stops else None)


@pytest.mark.parametrize(
    ("edits", "detail"),
    [
        (["a"], None),
        (["a", "b"], None),
        (["a", "a"], "turn 2 returned the bytes of turn 1"),
        (["a", "b", "a"], "turn 3 returned the bytes of turn 1"),
        (["a", "b", "b"], "turn 3 returned the bytes of turn 2"),
        (["a", "a", "b"], None),
        (["a", "a", None], None),
        ([None, "a", "a"], "turn 3 returned the bytes of turn 2"),
    ],
)
def test_repeated_names_the_turn_with_the_same_bytes(
    edits: list[str | None], detail: str | None, run_of: MakeRun
) -> None:
    stop = Repeated().decide(run_of([5] * len(edits), edits=edits))
    assert (stop and stop.detail) == detail


@pytest.mark.parametrize(("turns", "stops"), [(1, False), (2, False), (3, True), (4, True)])
def test_max_turns_counts_failed_turns_too(turns: int, stops: bool, run_of: MakeRun) -> None:
    stop = MaxTurns(3).decide(run_of([None] * turns, edits=[None] * turns))
    assert (stop and stop.reason) == (StopReason.MAX_TURNS if stops else None)


@pytest.mark.parametrize(
    ("budget", "detail"),
    [
        (Budget(), None),
        (Budget(edits=3, seconds=5, cost=0.6), None),
        (Budget(edits=2), "2 of 2 edits are spent"),
        (Budget(seconds=4), "4 of 4 seconds are spent"),
        (Budget(cost=0.4), "0.5 of 0.4 dollars are spent"),
        (Budget(edits=1, cost=0.1), "2 of 1 edits are spent"),
    ],
)
def test_a_budget_ends_a_run_that_has_spent_it(
    budget: Budget, detail: str | None, run_of: MakeRun
) -> None:
    stop = budget.decide(run_of([5, 5]))
    assert (stop and stop.detail) == detail


@pytest.mark.parametrize(
    "make",
    [
        lambda: Satisfied(11, 8),
        lambda: Satisfied(8, -1),
        lambda: Satisfied(nan, 8),
        lambda: Plateau(0),
        lambda: Plateau(2, nan),
        lambda: Plateau(2, -0.1),
        lambda: Declining(0),
        lambda: MaxTurns(0),
        lambda: Budget(edits=-1),
        lambda: Budget(cost=nan),
    ],
)
def test_a_limit_that_makes_no_sense_is_refused_when_the_rule_is_made(
    make: Callable[[], Rule],
) -> None:
    with pytest.raises(SettingsError, match="give"):
        make()


class Says(Rule):
    """Always the same."""

    def __init__(self, detail: str | None) -> None:
        self.stop = Stop(reason=StopReason.PLATEAU, detail=detail) if detail is not None else None

    def decide(self, run: Run) -> Stop | None:
        return self.stop


YES, AGAIN, QUIET, NO = Says("yes"), Says("again"), Says(""), Says(None)


@pytest.mark.parametrize(
    ("rule", "detail"),
    [
        (NO | NO, None),
        (NO | YES, "yes"),
        (YES | NO, "yes"),
        (YES | AGAIN, "yes"),
        (AGAIN | YES, "again"),
        (NO & NO, None),
        (NO & YES, None),
        (YES & NO, None),
        (YES & AGAIN, "yes; again"),
        (AGAIN & QUIET & YES, "again; yes"),
        (YES & NO | AGAIN, "again"),
        (AGAIN & (NO | YES), "again; yes"),
        (AnyOf(()), None),
        (AllOf(()), None),
    ],
)
def test_or_is_any_and_and_is_all(rule: Rule, detail: str | None, run_of: MakeRun) -> None:
    stop = rule.decide(run_of([5]))
    assert (stop and stop.detail) == detail


def test_all_of_gives_the_reason_of_its_first_rule(run_of: MakeRun) -> None:
    stop = (MaxTurns(1) & Satisfied(5, 5)).decide(run_of([6]))
    assert stop == Stop(
        reason=StopReason.MAX_TURNS,
        detail="the limit of 1 turns; semantic 6.0 and quality 6.0 reach 5 and 5",
    )


def test_combining_is_associative() -> None:
    a, b, c = Satisfied(), Unchanged(), MaxTurns()
    assert (a | b) | c == a | (b | c) == AnyOf((a, b, c))
    assert (a & b) & c == a & (b & c) == AllOf((a, b, c))
    assert a | b & c == AnyOf((a, AllOf((b, c))))


def test_any_stop_policy_can_stand_on_the_right(run_of: MakeRun) -> None:
    class Mine:
        def decide(self, run: Run) -> Stop | None:
            return Stop(reason=StopReason.BUDGET, detail="mine")

    mine: StopPolicy = Mine()
    assert (Satisfied() | mine).decide(run_of([1])) == mine.decide(run_of([1]))
    assert (Satisfied() & mine).decide(run_of([1])) is None


LIMITS = st.one_of(st.just(inf), st.floats(0, 10))
ANY_RULE = st.one_of(
    st.builds(Satisfied, st.floats(0, 10), st.floats(0, 10)),
    st.builds(Plateau, st.integers(1, 4), st.floats(0, 2)),
    st.builds(Declining, st.integers(1, 4)),
    st.builds(MaxTurns, st.integers(1, 8)),
    st.builds(Budget, LIMITS, LIMITS, LIMITS),
    st.sampled_from([Unchanged(), Repeated()]),
)
ANY_SCORES = st.lists(st.none() | st.tuples(st.floats(0, 10), st.floats(0, 10)), max_size=7)


@settings(deadline=None)
@given(scores=ANY_SCORES, a=ANY_RULE, b=ANY_RULE, c=ANY_RULE)
def test_grouping_never_changes_a_decision(
    scores: Scores, a: Rule, b: Rule, c: Rule, run_of: MakeRun
) -> None:
    run = run_of(scores)
    assert ((a | b) | c).decide(run) == (a | (b | c)).decide(run)
    assert ((a & b) & c).decide(run) == (a & (b & c)).decide(run)
    assert bool((a | b).decide(run)) is (bool(a.decide(run)) or bool(b.decide(run)))
    assert bool((a & b).decide(run)) is (bool(a.decide(run)) and bool(b.decide(run)))
