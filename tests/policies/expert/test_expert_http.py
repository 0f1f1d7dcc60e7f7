"""The expert through the real openai client, against a server on the loopback."""

import base64
import io
import json
from dataclasses import replace
from typing import Any

import anyio
import pytest
from loopback import Server
from PIL import Image

from editloop.memory import MalformedCritique, ThinkerBusy, ThinkerError
from editloop.policies import Comparison
from editloop.policies.expert import Expert

pytestmark = [pytest.mark.anyio, pytest.mark.usefixtures("loopback")]

GOOD = '{"reasoning": "fine", "satisfied": true, "refined": null}'
POOR = '{"reasoning": "dark", "satisfied": false, "refined": "brighter still"}'


def _completion(text: str, finish_reason: str = "stop") -> dict[str, Any]:
    """What Chat Completions answer."""
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1,
        "model": "gpt-4.1",
        "choices": [{"index": 0, "finish_reason": finish_reason, "message": message}],
        "usage": {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100},
    }


def _response(text: str) -> dict[str, Any]:
    """What the Responses API answers."""
    said: dict[str, Any] = {"type": "output_text", "text": text, "annotations": []}
    message: dict[str, Any] = {"type": "message", "id": "msg_1", "role": "assistant"}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-4.1",
        "status": "completed",
        "output": [message | {"status": "completed", "content": [said]}],
        "parallel_tool_calls": False,
        "tool_choice": "auto",
        "tools": [],
    }


def _shade(url: str) -> int:
    kind, data = url.split(";base64,")
    assert kind == "data:image/jpeg"
    shade = Image.open(io.BytesIO(base64.b64decode(data))).convert("L").getpixel((0, 0))
    assert isinstance(shade, int)
    return shade


async def test_chat_completions_get_text_two_pictures_a_schema_and_no_tools(
    server: Server, comparison: Comparison
) -> None:
    server.says(**_completion(POOR))
    async with Expert("openai-chat:gpt-4.1", temperature=0.5, max_tokens=900) as expert:
        opinion = await expert.critique(comparison)
    [asked] = server.asked
    assert asked.path == "/v1/chat/completions"
    [message] = asked.json["messages"]
    assert message["role"] == "user"
    assert [part["type"] for part in message["content"]] == ["text", "image_url", "image_url"]
    shades = [_shade(part["image_url"]["url"]) for part in message["content"][1:]]
    assert shades == pytest.approx([40, 90], abs=2)
    assert "tools" not in asked.json
    schema = asked.json["response_format"]["json_schema"]["schema"]
    assert list(schema["properties"]) == ["reasoning", "satisfied", "refined"]
    assert schema["required"] == ["reasoning", "satisfied", "refined"]
    assert schema["properties"]["satisfied"]["type"] == "boolean"
    assert asked.json["response_format"]["json_schema"]["strict"] is True
    assert (asked.json["seed"], asked.json["temperature"]) == (7, 0.5)
    assert asked.json["max_completion_tokens"] == 900
    assert opinion.critique.refined == "brighter still"
    assert (opinion.sample.text, opinion.sample.response_id) == (POOR, "chatcmpl-1")
    assert opinion.sample.cost > 0  # a thousand tokens at list price


async def test_the_responses_api_gets_the_same(server: Server, comparison: Comparison) -> None:
    server.says(**_response(GOOD))
    async with Expert("openai:gpt-4.1", scores=False) as expert:
        opinion = await expert.critique(comparison)
    [asked] = server.asked
    assert asked.path == "/v1/responses"
    [message] = asked.json["input"]
    kinds = [part["type"] for part in message["content"]]
    assert kinds == ["input_text", "input_image", "input_image"]
    assert asked.json["text"]["format"]["type"] == "json_schema"
    assert not asked.json.get("tools")
    assert opinion.critique.satisfied is True


async def test_fresh_samples_differ_in_their_seed_alone(
    server: Server, comparison: Comparison
) -> None:
    server.says(**_completion(GOOD))
    async with Expert("openai-chat:gpt-4.1") as expert:
        await expert.critique(comparison)
        await expert.critique(replace(comparison, seed=8))
    first, second = (asked.json for asked in server.asked)
    assert (first.pop("seed"), second.pop("seed")) == (7, 8)
    assert json.dumps(first) == json.dumps(second)


@pytest.mark.parametrize("status", [408, 429, 500, 503])
async def test_a_busy_server_is_asked_once(
    status: int, server: Server, comparison: Comparison
) -> None:
    server.status, server.body = status, b'{"error": {"message": "try later"}}'
    async with Expert("openai-chat:gpt-4.1") as expert:
        with pytest.raises(ThinkerBusy, match=f"{status}.*try later"):
            await expert.critique(comparison)
    assert len(server.asked) == 1


async def test_a_server_that_asks_to_wait_is_quoted(server: Server, comparison: Comparison) -> None:
    server.status, server.headers["retry-after"] = 429, "3"
    async with Expert("openai-chat:gpt-4.1") as expert:
        with pytest.raises(ThinkerBusy) as caught:
            await expert.critique(comparison)
    assert caught.value.retry_after == 3


@pytest.mark.parametrize("status", [400, 401, 404])
async def test_a_refusal_is_not_worth_another_try(
    status: int, server: Server, comparison: Comparison
) -> None:
    server.status, server.body = status, b'{"error": {"message": "no"}}'
    async with Expert("openai-chat:gpt-4.1") as expert:
        with pytest.raises(ThinkerError) as caught:
            await expert.critique(comparison)
    assert not caught.value.retryable


async def test_a_server_that_says_nothing_is_left(server: Server, comparison: Comparison) -> None:
    server.body = None
    async with Expert("openai-chat:gpt-4.1", seconds=1) as expert:
        with pytest.raises(ThinkerBusy, match="no answer in 1 s"):
            await expert.critique(comparison)
        await server.left.wait()


async def test_a_cancelled_critique_takes_its_request_back(
    server: Server, comparison: Comparison
) -> None:
    server.body = None
    async with Expert("openai-chat:gpt-4.1") as expert, anyio.create_task_group() as group:
        group.start_soon(expert.critique, comparison)
        await server.arrived.wait()
        group.cancel_scope.cancel()
    await server.left.wait()


async def test_an_answer_that_was_cut_is_kept(server: Server, comparison: Comparison) -> None:
    server.says(**_completion(GOOD[:30], "length"))
    async with Expert("openai-chat:gpt-4.1") as expert:
        with pytest.raises(MalformedCritique) as caught:
            await expert.critique(comparison)
    sample = caught.value.sample
    assert sample is not None
    assert (sample.text, sample.verdict, sample.finish_reason) == (GOOD[:30], "truncated", "length")


@pytest.mark.parametrize("body", [b"<html>", b"{}", b"[]", b""])
async def test_a_body_of_another_kind_is_no_critique(
    body: bytes, server: Server, comparison: Comparison
) -> None:
    server.body = body
    async with Expert("openai-chat:gpt-4.1") as expert:
        with pytest.raises(ThinkerError):
            await expert.critique(comparison)
