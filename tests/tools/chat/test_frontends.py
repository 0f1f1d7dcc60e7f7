"""Front ends that hold the history themselves, as Vercel's AI SDK does."""

import json
from typing import Any

import pybase64
import pytest
from chatting import Script, call, edit, refine, scene, script
from pydantic_ai import Agent
from pydantic_ai.ui.vercel_ai import VercelAIAdapter

from editloop.agent import EditAgent
from editloop.tools.chat import ImageEditing

pytestmark = pytest.mark.anyio

PHOTO = f"data:image/png;base64,{pybase64.b64encode(scene()).decode()}"


def user(text: str, *urls: str) -> dict[str, Any]:
    files = [{"type": "file", "mediaType": "image/png", "url": url} for url in urls]
    return {"id": text, "role": "user", "parts": [{"type": "text", "text": text}, *files]}


def assistant(chunks: list[dict[str, Any]]) -> dict[str, Any]:
    """The message that a browser makes of what was streamed to it."""
    given = {c["toolCallId"]: c["input"] for c in chunks if c["type"] == "tool-input-available"}
    names = {c["toolCallId"]: c["toolName"] for c in chunks if c["type"] == "tool-input-available"}
    parts = [
        {
            "type": f"tool-{names[chunk['toolCallId']]}",
            "toolCallId": chunk["toolCallId"],
            "state": "output-available",
            "input": given[chunk["toolCallId"]],
            "output": chunk["output"],
        }
        for chunk in chunks
        if chunk["type"] == "tool-output-available"
    ]
    return {"id": "a", "role": "assistant", "parts": [*parts, {"type": "text", "text": "Done."}]}


async def talked(said: Script, agent: EditAgent, *messages: dict[str, Any]) -> dict[str, Any]:
    """Send a whole conversation, as a browser does, and return the answer."""
    chat = Agent(said.model, capabilities=[ImageEditing(agent)])
    body = {"id": "chat-1", "trigger": "submit-message", "messages": messages}
    run_input = VercelAIAdapter.build_run_input(json.dumps(body).encode())
    adapter = VercelAIAdapter(agent=chat, run_input=run_input)
    chunks = [chunk async for chunk in adapter.run_stream()]
    return assistant([json.loads(c.model_dump_json(by_alias=True)) for c in chunks])


async def test_a_conversation_that_a_browser_holds_goes_on_with_its_pictures(
    embedded: EditAgent,
) -> None:
    warm, less = user("make it warmer", PHOTO), user("a little less")
    said = script(
        edit("make it warmer"),
        lambda shown: call(
            "compare_images", before=shown.attached[0], after=shown.facts[0]["image"]
        ),
        "Done.",
    )
    first = await talked(said, embedded, warm)
    assert "sha256" not in json.dumps(first)

    again = script(
        refine("make it a little cooler", of=0),
        lambda shown: call("edit_image", image=shown.facts[0]["image"], instruction="rotate it"),
        "Done.",
    )
    await talked(again, embedded, warm, first, less)

    source, made, both = again.shown[0].pictures
    assert source.identifier == again.shown[0].attached[0]
    assert made.identifier == again.shown[0].facts[0]["image"]
    assert both.identifier == f"{source.identifier} | {made.identifier}"
    runs = [await embedded.store.run(each.id) for each in await embedded.store.runs()]
    assert [run.task.labels["session"] for run in runs] == ["chat-1"] * 3
    assert [run.task.labels.get("parent") for run in runs] == [runs[2].id, runs[2].id, None]
