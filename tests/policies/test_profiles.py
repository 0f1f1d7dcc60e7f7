from collections.abc import Callable

import pytest

from editloop.memory import Run, SettingsError, StopReason
from editloop.policies import (
    BestScore,
    Budget,
    FromSource,
    LastTurn,
    MaxTurns,
    Satisfied,
    Unchanged,
    exhaustive,
    reference,
    standard,
)

MakeRun = Callable[..., Run]


def test_the_reference_has_the_official_rules() -> None:
    rules = reference(turns=4)
    assert rules.stop == Satisfied(8.0, 8.0) | Unchanged() | MaxTurns(4)
    assert (rules.select, rules.base) == (LastTurn(), FromSource())
    assert rules.criticise_last is False


@pytest.mark.parametrize(
    ("scores", "refined", "reason"),
    [
        ([(8, 8)], "more", StopReason.SATISFIED),
        ([(7.9, 9)], "more", None),
        ([(2, 2)], "told 1", StopReason.UNCHANGED),
        ([5, 4, 3], "more", None),
        ([5, 5, 5, 5], "more", None),
        ([5, 5, 5, 5, 5], "more", StopReason.MAX_TURNS),
    ],
)
def test_the_reference_knows_neither_plateau_nor_decline(
    scores: list[float], refined: str, reason: StopReason | None, run_of: MakeRun
) -> None:
    stop = reference().stop.decide(run_of(scores, refined=refined))
    assert (stop and stop.reason) == reason


def test_the_reference_returns_the_last_turn_and_the_standard_the_best(run_of: MakeRun) -> None:
    run = run_of([7, 2])
    last, best = reference().select.pick(run), standard().select.pick(run)
    assert last is not None
    assert best is not None
    assert (last.number, best.number) == (2, 1)


def test_the_standard_criticises_the_last_turn_and_edits_the_source() -> None:
    rules = standard()
    assert (rules.select, rules.base) == (BestScore(), FromSource())
    assert rules.criticise_last is True


@pytest.mark.parametrize(
    ("scores", "edits", "reason"),
    [
        ([(8, 8)], [], StopReason.SATISFIED),
        ([5, 5], ["a", "a"], StopReason.REPEATED),
        ([5, 5, 5], [], StopReason.PLATEAU),
        ([5, 6, 7], [], None),
        ([3, 4, 5, 6, 7], [], StopReason.MAX_TURNS),
        ([None] * 5, [None] * 5, StopReason.MAX_TURNS),
    ],
)
def test_the_standard_stops(
    scores: list[float], edits: list[str], reason: StopReason | None, run_of: MakeRun
) -> None:
    stop = standard().stop.decide(run_of(scores, edits=edits))
    assert (stop and stop.reason) == reason


def test_a_rule_can_be_added_to_the_standard(run_of: MakeRun) -> None:
    run = run_of([3, 4])
    assert standard().stop.decide(run) is None
    stop = standard(stop=Budget(edits=2)).stop.decide(run)
    assert stop is not None
    assert stop.reason is StopReason.BUDGET


def test_impossible_thresholds_are_refused() -> None:
    with pytest.raises(SettingsError, match="semantic"):
        standard(semantic=12)
    with pytest.raises(SettingsError, match="turns"):
        reference(turns=0)


def test_exhaustive_rules_stop_at_the_limit_and_nowhere_before(run_of: MakeRun) -> None:
    rules = exhaustive(turns=3)
    assert isinstance(rules.select, BestScore)
    assert rules.criticise_last
    assert rules.stop.decide(run_of([10, 10], refined="told 2")) is None
    stop = rules.stop.decide(run_of([10, 10, 10], refined="told 3"))
    assert stop is not None
    assert stop.reason is StopReason.MAX_TURNS
