"""Editors in one pool that differ in what they can do, or in what they cost."""

from collections.abc import Callable
from typing import Any

import pytest
from pooling import SOURCE, Asker, by, pool_of

from editloop.memory import EditorBusy, EditorRejected

pytestmark = pytest.mark.anyio
Hand = Callable[..., Any]


async def test_a_failed_edit_goes_to_another_editor_that_can_do_it_and_is_told_so(
    clock: Any, hand: Hand
) -> None:
    flux, fill, plain = (
        hand("flux", 1.0, mask=True, seed=True),
        hand("fill", 1.0, mask=True),
        hand("plain", 0.1),
    )
    flux.error = EditorBusy("flux is gone")
    async with Asker(pool_of(clock, flux, plain)) as asker:
        await asker.ask("1", mask=None)
        await clock.pass_by(1)
        asker.pool.add(fill)
        flux.seconds = 0.5
        await asker.ask("2", mask=SOURCE)
        await clock.pass_by(3)
    assert by(asker.answers["1"]) == "plain"
    assert by(asker.answers["2"]) == "fill"
    assert asker.answers["2"].notes[-1] == "made by fill"


async def test_what_one_kind_of_editor_refuses_another_may_do(clock: Any, hand: Hand) -> None:
    fill, plain = hand("fill", 1.0, mask=True), hand("plain", 1.0)
    fill.error = EditorRejected("fill needs a mask")
    async with Asker(pool_of(clock, fill, plain)) as asker:
        await asker.ask("1")
        await clock.pass_by(3)
        assert asker.pool.snapshot().replicas[0].failed == 0
    assert by(asker.answers["1"]) == "plain"
    assert "fill needs a mask" in asker.answers["1"].notes[0]


async def test_an_editor_that_costs_money_is_not_asked_while_a_free_one_answers(
    clock: Any, hand: Hand
) -> None:
    free, paid = hand("free", 1.0), hand("paid", 0.1, cost=0.1)
    async with Asker(pool_of(clock, free, paid, bound=1)) as asker:
        await asker.ask("1", "2", "3", "4")
        await clock.pass_by(5)
    assert paid.keys == []
    assert {by(edited) for edited in asker.answers.values()} == {"free"}


async def test_an_editor_that_costs_money_is_asked_once_when_the_free_ones_failed(
    clock: Any, hand: Hand
) -> None:
    free, other = hand("free", 1.0), hand("other", 1.0)
    paid, dear = hand("paid", 1.0, cost=0.1), hand("dear", 1.0, cost=0.1)
    free.error = other.error = paid.error = dear.error = EditorBusy("500")
    async with Asker(pool_of(clock, free, other, paid, dear)) as asker:
        await asker.ask("1")
        await clock.pass_by(5)
        paid.error = dear.error = None
        await asker.ask("2")
        await clock.pass_by(5)
    assert (len(free.keys), len(other.keys)) == (2, 2)
    assert len(paid.keys) + len(dear.keys) == 2
    assert str(asker.errors["1"]) == "500"
    assert "one that costs money was asked" in asker.answers["2"].notes[0]
