"""What a pool of thinkers promises."""

import anyio
import pytest
from making import critique, picture

from editloop.memory import MalformedCritique, Sample, ThinkerBusy
from editloop.policies import Comparison, Opinion
from editloop.policies.pool import ThinkerPool
from editloop.tools.pool import PoolRules

pytestmark = pytest.mark.anyio

SEEN = Comparison(picture(1), picture(2), "warmer", "warmer", key="run:1")


class Scripted:
    """Raises what it is told to, or answers."""

    def __init__(self, name: str, error: Exception | None = None) -> None:
        self.name, self.error, self.asked = name, error, 0
        self.details = {"model": f"{name}-8b"}

    async def critique(self, comparison: Comparison) -> Opinion:
        self.asked += 1
        await anyio.lowlevel.checkpoint()
        if self.error:
            raise self.error
        return Opinion(critique(8, 8, self.name), Sample(text="", verdict="ok"))


async def test_a_thinker_that_is_gone_is_replaced_by_another() -> None:
    gone, here = Scripted("gone", ThinkerBusy("no connection")), Scripted("here")
    async with ThinkerPool(rules=PoolRules(failures=1)) as pool:
        pool.add(gone)
        pool.add(here)
        assert (await pool.critique(SEEN)).critique.refined == "here"
        assert (await pool.critique(SEEN)).critique.refined == "here"
    assert (gone.asked, here.asked) == (1, 2)


async def test_an_answer_that_cannot_be_read_is_no_failure_and_not_asked_elsewhere() -> None:
    odd, other = Scripted("odd", MalformedCritique("no <score>")), Scripted("other")
    async with ThinkerPool(rules=PoolRules(failures=1)) as pool:
        pool.add(odd)
        with pytest.raises(MalformedCritique):
            await pool.critique(SEEN)
        pool.add(other)
        assert pool.snapshot().replicas[0].state == "serving"
    assert (odd.asked, other.asked) == (1, 0)


async def test_paid_critiques_are_asked_for_once() -> None:
    gone, here = Scripted("gone", ThinkerBusy("no connection")), Scripted("here")
    async with ThinkerPool(paid=True) as pool:
        pool.add(gone)
        pool.add(here)
        with pytest.raises(ThinkerBusy, match="no connection"):
            await pool.critique(SEEN)
    assert here.asked == 0


def test_a_pool_puts_on_record_what_its_replicas_do() -> None:
    pool = ThinkerPool()
    pool.add(Scripted("a"))
    pool.add(Scripted("b"))
    assert pool.details == {"replicas": "a, b", "a.model": "a-8b", "b.model": "b-8b"}
