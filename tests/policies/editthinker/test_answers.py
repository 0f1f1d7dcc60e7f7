"""What comes back, and what is made of it."""

import json
from dataclasses import replace
from typing import Any

import anyio
import pytest
from chat_server import ChatServer, Reply, completion, refusal

from editloop.memory import (
    EditloopError,
    MalformedCritique,
    Score,
    ThinkerBusy,
    ThinkerError,
    ThinkerRejected,
)
from editloop.policies import Comparison
from editloop.policies.editthinker import EditThinker

pytestmark = pytest.mark.anyio

REST = '<score>{"semantic": 7, "quality": 8.5}</score>\n<answer>make the sky bluer</answer>'
WHOLE = f"<think>the sky is dim</think>\n{REST}"


@pytest.mark.parametrize(
    "message",
    [
        {"content": WHOLE},
        {"content": REST, "reasoning": "the sky is dim"},
        {"content": REST, "reasoning_content": "the sky is dim"},
        {"content": f"\n\n{REST}", "reasoning": "\nthe sky is dim\n", "reasoning_content": None},
        {"content": f"the sky is dim</think>{REST}"},
    ],
)
async def test_reasoning_is_found_wherever_the_server_puts_it(
    message: dict[str, Any], server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    server.reply = completion(**message)
    opinion = await thinker.critique(comparison)
    assert opinion.critique.reasoning == "the sky is dim"
    assert opinion.critique.score == Score(semantic=7, quality=8.5)
    assert opinion.critique.refined == "make the sky bluer"
    assert opinion.critique.spread is None
    assert opinion.also == ()


async def test_the_sample_is_the_answer_and_what_it_cost(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    server.reply = completion(WHOLE, id="chatcmpl-9", usage=(2345, 67))
    sample = (await thinker.critique(replace(comparison, seed=5))).sample
    assert (sample.text, sample.verdict, sample.problem) == (WHOLE, "ok", None)
    assert (sample.seed, sample.finish_reason, sample.response_id) == (5, "stop", "chatcmpl-9")
    assert (sample.input_tokens, sample.output_tokens) == (2345, 67)
    assert sample.seconds > 0


async def test_reasoning_that_was_moved_stands_in_the_sample_again(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    server.reply = completion(REST, reasoning="the sky is dim")
    assert (await thinker.critique(comparison)).sample.text == WHOLE


@pytest.mark.parametrize(
    ("reply", "verdict", "says"),
    [
        (completion(WHOLE, finish_reason="length"), "truncated", "after 67 tokens"),
        (completion("", finish_reason="length"), "truncated", "allow more by max_tokens"),
        (completion(None, reasoning="hm", finish_reason="length"), "truncated", "cut short"),
        (completion("What a nice picture!"), "malformed", "no <score>"),
        (completion(""), "malformed", "no <score>"),
        (completion(None), "malformed", "no <score>"),
        (completion(None, reasoning=WHOLE), "malformed", "without a reasoning parser"),
        (completion(None, refusal="I cannot help"), "malformed", "I cannot help"),
        (completion("", finish_reason="content_filter"), "malformed", "no <score>"),
        (completion(WHOLE[:-9], finish_reason="abort"), "malformed", "ends inside"),
        (completion(WHOLE[:-9], finish_reason=None), "malformed", "ends inside"),
        (completion("a\0b"), "malformed", "no character"),
    ],
)
async def test_an_answer_without_a_critique_is_refused_with_the_answer_and_asked_for_once(
    reply: Reply,
    verdict: str,
    says: str,
    server: ChatServer,
    thinker: EditThinker,
    comparison: Comparison,
) -> None:
    server.reply = reply
    with pytest.raises(MalformedCritique, match=says) as caught:
        await thinker.critique(comparison)
    sample = caught.value.sample
    assert sample is not None
    assert (sample.verdict, sample.problem) == (verdict, str(caught.value))
    assert (sample.output_tokens, sample.response_id, sample.seed) == (67, "chatcmpl-1", 0)
    assert "\0" not in sample.text
    assert len(server.chats) == 1


async def test_an_answer_without_a_finish_reason_is_not_said_to_have_one(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    server.reply = completion(WHOLE, finish_reason=None)
    assert (await thinker.critique(comparison)).sample.finish_reason is None


HTML = Reply(b"<html>Welcome to nginx!</html>", media_type="text/html")


@pytest.mark.parametrize(
    ("reply", "kind", "says"),
    [
        (refusal(429, "too many", **{"Retry-After": "3"}), ThinkerBusy, "429: too many; it asks to wait 3 s"),
        (refusal(503, "overloaded"), ThinkerBusy, "503: overloaded"),
        (refusal(500, "broken"), ThinkerBusy, "500: broken"),
        (Reply(b"<html>", status=502), ThinkerBusy, "502"),
        (refusal(408, "slow"), ThinkerBusy, "408"),
        (refusal(400, "Invalid grammar: unmatched ("), ThinkerRejected, r"400: Invalid grammar: unmatched \("),
        (refusal(400, "maximum context length is 4096"), ThinkerRejected, "maximum context length is 4096"),
        (refusal(401, "Unauthorized"), ThinkerError, "give the server's key"),
        (refusal(404, "The model `x` does not exist.", type="NotFoundError"), ThinkerError, "`x` does not exist"),
        (Reply(b'{"detail": "Not Found"}', status=404), ThinkerError, "does not look like vLLM"),
        (Reply(b"<html>", status=405), ThinkerError, "does not look like vLLM"),
        (Reply(b'{"detail": "no field uuid"}', status=422), ThinkerRejected, "no field uuid"),
        (HTML, ThinkerError, "does not look like vLLM"),
        (Reply(b'{"a": 1}'), ThinkerError, "does not look like vLLM"),
        (Reply(b'{"choices": []}'), ThinkerError, "does not look like vLLM"),
        (Reply(b"[]"), ThinkerError, "does not look like vLLM"),
        (Reply(b'{"cho'), ThinkerError, "JSON"),
        (replace(completion(WHOLE), cut=True), ThinkerBusy, "cannot be reached"),
    ],
)  # fmt: skip
async def test_a_call_without_an_answer_is_an_error_after_one_request(
    reply: Reply,
    kind: type[EditloopError],
    says: str,
    server: ChatServer,
    thinker: EditThinker,
    comparison: Comparison,
) -> None:
    server.reply = reply
    with pytest.raises(EditloopError, match=says) as caught:
        await thinker.critique(comparison)
    assert type(caught.value) is kind
    assert len(server.chats) == 1
    server.reply = completion(WHOLE)
    assert (await thinker.critique(comparison)).critique.refined == "make the sky bluer"


async def test_how_long_to_wait_travels_with_the_error(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    server.reply = refusal(429, "too many", **{"Retry-After": "7"})
    with pytest.raises(ThinkerBusy) as caught:
        await thinker.critique(comparison)
    assert caught.value.retry_after == 7


async def test_a_long_explanation_is_passed_on_in_part(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    server.reply = refusal(400, "no " * 10_000)
    with pytest.raises(ThinkerError) as caught:
        await thinker.critique(comparison)
    assert len(str(caught.value)) < 1000


async def test_a_server_that_went_away_may_be_tried_again(
    free_tcp_port: int, comparison: Comparison
) -> None:
    async with EditThinker(f"http://127.0.0.1:{free_tcp_port}", model="m") as thinker:
        with pytest.raises(ThinkerBusy, match="cannot be reached"):
            await thinker.critique(comparison)


async def test_a_server_that_hangs_is_given_up_after_the_time_limit(
    server: ChatServer, comparison: Comparison
) -> None:
    server.reply = Reply(None)
    async with EditThinker(server.url, model="m", seconds=1) as thinker:
        with pytest.raises(ThinkerBusy, match="within 1 s"):
            await thinker.critique(comparison)
        with anyio.fail_after(60):
            await server.left.wait()  # the request is gone, and the thinker still open


async def test_cancelling_a_critique_closes_its_connection(
    server: ChatServer, comparison: Comparison
) -> None:
    server.reply = Reply(None)
    async with EditThinker(server.url, model="m") as thinker:
        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                group.start_soon(thinker.critique, comparison)
                await server.arrived.wait()
                assert not server.left.is_set()
                group.cancel_scope.cancel()
            await server.left.wait()
        server.reply = completion(WHOLE)
        assert (await thinker.critique(comparison)).critique.refined == "make the sky bluer"


async def test_unicode_arrives_as_it_was_written(
    server: ChatServer, thinker: EditThinker, comparison: Comparison
) -> None:
    server.reply = completion(WHOLE.replace("bluer", "更蓝 🟦"))
    opinion = await thinker.critique(replace(comparison, asked="让天空更蓝 🟦"))
    assert opinion.critique.refined == "make the sky 更蓝 🟦"
    assert "让天空更蓝 🟦" in json.loads(server.chats[0].body)["messages"][0]["content"][2]["text"]
