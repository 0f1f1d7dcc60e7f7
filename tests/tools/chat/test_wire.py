"""What really goes to a model server, and what does not."""

import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
import pybase64
import pytest
from chat_server import ChatServer, Reply, chat_server, completion
from chatting import Agents, attached, noise
from loopback import Asked
from making import critique
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from editloop.agent import EditAgent
from editloop.policies import ScriptedThinker
from editloop.tools import Picture, ScriptedEditor
from editloop.tools.chat import ImageEditing

pytestmark = pytest.mark.anyio


def calls(**arguments: Any) -> Reply:
    """The answer of a model that wants an edit."""
    function = {"name": "edit_image", "arguments": json.dumps(arguments)}
    tool = {"id": "call_1", "type": "function", "function": function}
    return completion(None, finish_reason="tool_calls", tool_calls=[tool])


def user_items(asked: Asked) -> list[dict[str, Any]]:
    """What the request says in the user's name, item by item."""
    messages = [m for m in asked.json["messages"] if m["role"] == "user"]
    return [item for m in messages for item in m["content"] if isinstance(item, dict)]


def pictures(asked: Asked) -> list[bytes]:
    urls = [item["image_url"]["url"] for item in user_items(asked) if item["type"] == "image_url"]
    assert all(url.startswith("data:image/jpeg;base64,") for url in urls)
    return [pybase64.b64decode(url.split(",", 1)[1]) for url in urls]


def answers(asked: Asked) -> Reply:
    """Edit what was attached, then say so."""
    if asked.json["messages"][-1]["role"] == "user" and len(pictures(asked)) == 1:
        handle = user_items(asked)[1]["text"][1:15]
        return calls(image=handle, instruction="brighten it")
    return completion("Done.")


@asynccontextmanager
async def chat(server: ChatServer, agent: EditAgent) -> AsyncGenerator[Agent[None, str]]:
    """A chat with a client of its own, which is closed at the end of the block."""
    async with httpx2.AsyncClient(timeout=300) as client:
        provider = OpenAIProvider(base_url=f"{server.url}/v1", api_key="none", http_client=client)
        model = OpenAIChatModel("gpt-5.2", provider=provider)
        yield Agent(model, capabilities=[ImageEditing(agent)])


async def test_previews_go_as_image_parts_beside_their_handles_and_no_picture_goes_in_full(
    scripted: Agents,
) -> None:
    photo, edited = noise((1600, 1200)), noise((1400, 1000))
    editor = ScriptedEditor(Picture(edited, "image/jpeg"))
    agent = scripted(editor, ScriptedThinker(critique(9, 9, "x")), 1)

    async with chat_server() as server:
        server.reply = answers
        async with chat(server, agent) as talk:
            done = await talk.run(["look", attached(photo, "image/jpeg")])

    first, second = server.chats
    assert done.output == "Done."
    assert all(len(picture) <= 192_000 for picture in pictures(second))
    assert len(pictures(second)) == 2
    assert len(second.body) < 2 * 192_000 * 4 / 3 + 60_000
    for asked in (first, second):
        assert pybase64.b64encode(photo[300:900]) not in asked.body
        assert pybase64.b64encode(edited[300:900]) not in asked.body
    tool = next(m for m in second.json["messages"] if m["role"] == "tool")
    told = tool["content"]
    run = await agent.store.run("last")
    assert run.best is not None
    assert run.best.edited is not None
    assert f"img_{run.best.edited.sha256[:10]}" in str(told)
    assert run.best.edited.sha256 not in second.body.decode()
    assert run.task.source.sha256 not in second.body.decode()


async def test_a_later_request_begins_as_the_one_before(scripted: Agents) -> None:
    editor = ScriptedEditor(Picture(noise((300, 200)), "image/jpeg"))
    agent = scripted(editor, ScriptedThinker(critique(9, 9, "x")), 1)

    async with chat_server() as server:
        server.reply = answers
        async with chat(server, agent) as talk:
            done = await talk.run(["look", attached(noise((300, 200)), "image/jpeg")])
            await talk.run("thanks", message_history=done.all_messages())

    before, after = [asked.json for asked in server.chats[1:]]
    assert after["messages"][: len(before["messages"])] == before["messages"]
    assert after["tools"] == before["tools"]
