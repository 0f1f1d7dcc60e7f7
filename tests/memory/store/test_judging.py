"""Answers of judges: claimed by one, written once, read by anybody."""

from datetime import UTC, datetime

import pytest

from editloop.memory import Judgement
from editloop.memory.store import Call, Store, open_store
from editloop.memory.store.workers import worker_name

pytestmark = pytest.mark.anyio


def said(
    question: str = "q1", sample: int = 0, text: str | None = "4, \x00 and \ud800"
) -> Judgement:
    return Judgement(
        suite="rise",
        case="spatial_1",
        image_sha256="a" * 64,
        metric="quality",
        judge="gpt",
        protocol="ours@1",
        question=question,
        sample=sample,
        text=text,
        created=datetime(2026, 11, 21, tzinfo=UTC),
    )


def call(question: str = "q1", sample: int = 0) -> Call:
    return Call.of(said(question, sample))


async def test_an_answer_is_read_as_it_was_given(store: Store) -> None:
    assert await store.judging.add(said())
    assert await store.judging.said(["q1", "q2"], "gpt") == [said()]
    assert await store.judging.of(suite="rise", judge="gpt") == [said()]
    assert await store.judging.of(suite="gedit") == []


async def test_the_first_answer_stays(store: Store) -> None:
    assert await store.judging.add(said())
    assert not await store.judging.add(said(text="another"))
    assert await store.judging.said(["q1"], "gpt") == [said()]


async def test_a_call_is_claimed_by_one_worker(store: Store, rival: Store) -> None:
    mine = await store.judging.claim([call("q1"), call("q2")])
    assert (len(mine.mine), len(mine.held)) == (2, 0)
    theirs = await rival.judging.claim([call("q2"), call("q3")])
    assert (theirs.mine, theirs.held) == ({call("q3")}, {call("q2")})
    again = await store.judging.claim([call("q1")])
    assert again.mine == {call("q1")}


async def test_a_call_that_was_answered_is_nobodys(store: Store, rival: Store) -> None:
    await store.judging.claim([call()])
    await store.judging.add(said())
    for each in (store, rival):
        found = await each.judging.claim([call()])
        assert (found.mine, found.held) == (set(), set())


async def test_a_call_that_was_let_go_is_free(store: Store, rival: Store) -> None:
    await store.judging.claim([call()])
    await rival.judging.release([call()])  # not theirs: nothing happens
    assert (await rival.judging.claim([call()])).held == {call()}
    await store.judging.release([call()])
    assert (await rival.judging.claim([call()])).mine == {call()}


async def test_the_calls_of_a_process_that_is_gone_are_free(store: Store, store_url: str) -> None:
    host, _, mark, _ = worker_name().split(":")
    async with open_store(store_url, owner=f"{host}:999999999:{mark}:dead") as dead:
        await dead.judging.claim([call()])
    assert (await store.judging.claim([call()])).mine == {call()}


async def test_a_claim_that_was_not_renewed_runs_out(rival: Store, store_url: str) -> None:
    async with open_store(store_url, owner="worker three", lease_seconds=-1) as late:
        await late.judging.claim([call()])
        assert (await rival.judging.claim([call()])).mine == {call()}


async def test_samples_are_calls_of_their_own(store: Store) -> None:
    await store.judging.add(said(sample=0))
    found = await store.judging.claim([call(sample=0), call(sample=1)])
    assert found.mine == {call(sample=1)}
