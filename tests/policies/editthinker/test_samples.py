"""One critique of several samples."""

import json
from collections.abc import Sequence
from statistics import pstdev

import anyio
import pytest
from chat_server import Answers, Asked, ChatServer, Reply, completion, refusal

from editloop.memory import EditloopError, MalformedCritique, Score, Spread, ThinkerBusy
from editloop.policies import Comparison, Opinion
from editloop.policies.editthinker import EditThinker
from editloop.policies.editthinker.sampling import Sampling

pytestmark = pytest.mark.anyio


def says(semantic: float, quality: float, refined: str = "bluer") -> Reply:
    score = json.dumps({"semantic": semantic, "quality": quality})
    text = f"<think>{refined}!</think><score>{score}</score><answer>{refined}</answer>"
    return completion(text, id=f"chatcmpl-{refined}", usage=(100, 10))


def by_seed(*replies: Reply) -> Answers:
    """The reply of each sample, in whatever order the requests arrive."""

    def chosen(asked: Asked) -> Reply:
        seed: int = asked.json["seed"]
        return replies[seed % len(replies)]

    return chosen


async def critique(server: ChatServer, comparison: Comparison, *replies: Reply) -> Opinion:
    server.reply, server.wanted = by_seed(*replies), len(replies)
    async with EditThinker(server.url, samples=len(replies)) as thinker:
        with anyio.fail_after(60):
            return await thinker.critique(comparison)


async def test_scores_are_the_mean_and_the_spread_says_how_far_they_lie_apart(
    server: ChatServer, comparison: Comparison
) -> None:
    opinion = await critique(server, comparison, says(6, 9), says(8, 9), says(10, 6))
    assert opinion.critique.score == Score(semantic=8, quality=8)
    assert opinion.critique.spread == Spread(
        samples=3, semantic=pstdev([6, 8, 10]), quality=pstdev([9, 9, 6])
    )


async def test_the_words_are_those_of_the_sample_nearest_to_the_mean(
    server: ChatServer, comparison: Comparison
) -> None:
    replies = says(1, 1, "low"), says(9, 9, "high"), says(6, 6, "middle")
    opinion = await critique(server, comparison, *replies)
    assert (opinion.critique.refined, opinion.critique.reasoning) == ("middle", "middle!")
    assert opinion.sample.response_id == "chatcmpl-middle"
    assert [each.response_id for each in opinion.also] == ["chatcmpl-low", "chatcmpl-high"]


async def test_on_a_tie_the_earlier_sample_speaks(
    server: ChatServer, comparison: Comparison
) -> None:
    opinion = await critique(server, comparison, says(4, 4, "first"), says(8, 8, "second"))
    assert opinion.critique.refined == "first"


async def test_all_samples_are_asked_for_at_once_with_seeds_of_their_own(
    server: ChatServer, comparison: Comparison
) -> None:
    """The server answers none before all are there."""
    opinion = await critique(server, comparison, says(7, 7), says(7, 7), says(7, 7))
    bodies = [asked.json for asked in server.chats]
    assert sorted(body["seed"] for body in bodies) == [0, 1, 2]
    assert {body["temperature"] for body in bodies} == {0.7}
    assert [each.seed for each in (opinion.sample, *opinion.also)] == [0, 1, 2]
    assert opinion.critique.spread == Spread(samples=3, semantic=0, quality=0)


async def test_another_seed_of_the_comparison_shares_no_seed_with_this_one() -> None:
    seeds = [seed for given in (0, 1, 2) for seed in Sampling(samples=3).seeds(given)]
    assert len(set(seeds)) == 9


@pytest.mark.parametrize(
    ("broken", "verdict"),
    [
        (completion("I like it"), "malformed"),
        (completion("<think>", finish_reason="length"), "truncated"),
        (refusal(503, "away"), "failed"),
        (refusal(400, "never"), "failed"),
    ],
)
async def test_a_sample_that_cannot_be_read_counts_for_nothing_and_stays_on_record(
    broken: Reply, verdict: str, server: ChatServer, comparison: Comparison
) -> None:
    opinion = await critique(server, comparison, broken, says(6, 6, "six"), says(8, 8, "eight"))
    assert opinion.critique.score == Score(semantic=7, quality=7)
    assert opinion.critique.spread == Spread(samples=2, semantic=1, quality=1)
    assert [each.verdict for each in opinion.also] == [verdict, "ok"]
    assert opinion.also[0].problem


async def test_one_readable_sample_is_a_critique_without_a_spread(
    server: ChatServer, comparison: Comparison
) -> None:
    opinion = await critique(server, comparison, completion("?"), says(6, 7))
    assert opinion.critique.score == Score(semantic=6, quality=7)
    assert opinion.critique.spread is None


async def test_without_a_readable_sample_all_answers_travel_with_the_error(
    server: ChatServer, comparison: Comparison
) -> None:
    replies: Sequence[Reply] = (refusal(503, "away"), completion("one"), completion("two"))
    with pytest.raises(MalformedCritique) as caught:
        await critique(server, comparison, *replies)
    assert caught.value.sample is not None
    assert caught.value.sample.text == "one"
    assert [each.text for each in caught.value.also] == ["", "two"]


async def test_without_any_answer_the_error_is_that_of_the_call(
    server: ChatServer, comparison: Comparison
) -> None:
    with pytest.raises(EditloopError, match="503: away") as caught:
        await critique(server, comparison, refusal(503, "away"), refusal(503, "away"))
    assert type(caught.value) is ThinkerBusy


async def test_cancelling_ends_the_requests_of_all_samples(
    server: ChatServer, comparison: Comparison
) -> None:
    server.reply, server.wanted = Reply(None), 3
    async with EditThinker(server.url, model="m", samples=3) as thinker:
        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                group.start_soon(thinker.critique, comparison)
                await server.enough.wait()
                group.cancel_scope.cancel()
            await server.all_left.wait()
