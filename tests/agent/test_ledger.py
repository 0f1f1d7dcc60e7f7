"""What may be spent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from editloop.agent import Ledger
from editloop.memory import BudgetSpent, EditorBusy


def test_room_is_held_while_a_call_runs() -> None:
    ledger = Ledger(cost=1.0)
    with ledger.reserve(cost=0.6), pytest.raises(BudgetSpent), ledger.reserve(cost=0.6):
        pass


def test_what_a_call_really_cost_is_what_is_booked() -> None:
    ledger = Ledger(cost=1.0)
    with ledger.reserve(edits=1, cost=0.6) as held:
        held.real = 0.1
    assert (ledger.spent_cost, ledger.spent_edits) == (0.1, 1)


def test_a_call_that_failed_costs_nothing_and_a_broken_off_one_its_estimate() -> None:
    ledger = Ledger(cost=1.0)
    with pytest.raises(EditorBusy), ledger.reserve(edits=1, cost=0.6):
        raise EditorBusy("full")
    assert (ledger.spent_cost, ledger.spent_edits) == (0.0, 0)
    with pytest.raises(KeyboardInterrupt), ledger.reserve(edits=1, cost=0.6):
        raise KeyboardInterrupt
    assert ledger.spent_cost == 0.6


def test_a_refused_call_reserves_nothing() -> None:
    ledger = Ledger(edits=1)
    with pytest.raises(BudgetSpent, match="budget of 1 edits"), ledger.reserve(edits=2):
        pass
    with ledger.reserve(edits=1):
        pass


@given(st.lists(st.floats(0.01, 0.5), max_size=40), st.floats(0.1, 3))
def test_the_limit_is_never_exceeded_when_estimates_hold(costs: list[float], limit: float) -> None:
    ledger = Ledger(cost=limit)
    for cost in costs:
        try:
            with ledger.reserve(cost=cost) as held:
                held.real = cost
        except BudgetSpent:
            continue
    assert ledger.spent_cost <= limit + 1e-6
