"""The applications of docs/examples, in process and with a scripted model."""

import base64
import json
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

import httpx2
import pytest
from chatting import Script, Shown, call, edit, scene, script
from pydantic_ai.messages import ToolCallPart

pytestmark = pytest.mark.anyio

EXAMPLES = Path(__file__).resolve().parents[1] / "docs" / "examples"
PHOTO = base64.b64encode(scene()).decode()
SAID = ("make it warmer", "a little less warm")


@pytest.fixture
def app(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """An example's application, on a store of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CHAT_MODEL", "test")
    monkeypatch.setenv("EDITLOOP_STORE", str(tmp_path / "editloop.db"))
    spec = spec_from_file_location(request.param, EXAMPLES / f"{request.param}.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.app


@asynccontextmanager
async def talking(app: Any, said: Script) -> AsyncGenerator[httpx2.AsyncClient]:
    """Serve the application, with a script in the place of its model."""
    transport = httpx2.ASGITransport(app=app)
    async with app.router.lifespan_context(app):
        with app.state.chat.override(model=said.model):
            async with httpx2.AsyncClient(transport=transport, base_url="http://app") as http:
                yield http


def events(answer: httpx2.Response) -> list[dict[str, Any]]:
    """The objects of a stream of server-sent events."""
    assert answer.status_code == 200, answer.text
    lines = [
        line.removeprefix("data: ") for line in answer.text.splitlines() if line[:5] == "data:"
    ]
    return [json.loads(line) for line in lines if line != "[DONE]"]


def ag_ui(messages: list[dict[str, Any]]) -> dict[str, Any]:
    rest: dict[str, Any] = {"state": {}, "tools": [], "context": [], "forwardedProps": {}}
    return {"threadId": "walk", "runId": f"r{len(messages)}", "messages": messages, **rest}


@pytest.mark.parametrize("app", ["ag_ui_app"], indirect=True)
async def test_ag_ui_streams_turns_and_words(app: Any) -> None:
    picture = {"type": "image", "source": {"type": "data", "value": PHOTO, "mimeType": "image/png"}}
    asked = {"id": "1", "role": "user", "content": [{"type": "text", "text": SAID[0]}, picture]}
    runs: list[Any] = []

    def less(_: Shown) -> ToolCallPart:
        return call("refine_edit", run=runs[0].id, instruction=SAID[1])

    said = script(edit(SAID[0]), "Warmer.", less, "Less.")
    async with talking(app, said) as http:
        first = events(await http.post("/", json=ag_ui([asked])))
        turns = [event["value"] for event in first if event["type"] == "CUSTOM"]
        assert turns[0]["number"] == 1
        made = await http.get(turns[-1]["picture"])
        assert made.content
        assert (await http.get("/pictures/nothing")).status_code == 404
        runs.append(await app.state.editor.store.run("last"))
        history = [asked, {"id": "2", "role": "assistant", "content": "Warmer."}]
        again = {"id": "3", "role": "user", "content": SAID[1]}
        events(await http.post("/", json=ag_ui([*history, again])))
        second = await app.state.editor.store.run("last")
    assert second.task.labels["parent"] == runs[0].id
    assert second.task.labels["session"] == "walk"
    words = "".join(e["delta"] for e in first if e["type"] == "TEXT_MESSAGE_CONTENT")
    assert words == "Warmer."
    assert (first[0]["type"], first[-1]["type"]) == ("RUN_STARTED", "RUN_FINISHED")
    assert PHOTO[:64] not in json.dumps(first)


@pytest.mark.parametrize("app", ["vercel_ai_app"], indirect=True)
async def test_vercel_ai_streams_turns_and_words(app: Any) -> None:
    picture = {"type": "file", "mediaType": "image/png", "url": f"data:image/png;base64,{PHOTO}"}
    parts = [{"type": "text", "text": SAID[0]}, picture]
    asked = {"id": "1", "role": "user", "parts": parts}
    body = {"trigger": "submit-message", "id": "walk", "messages": [asked]}
    async with talking(app, script(edit(SAID[0]), "Warmer.")) as http:
        first = events(await http.post("/", json=body))
        turns = [event["data"] for event in first if event["type"] == "data-editloop-turn"]
        assert turns[0]["number"] == 1
        assert (await http.get(turns[-1]["picture"])).content
        run = await app.state.editor.store.run("last")
    assert "".join(e["delta"] for e in first if e["type"] == "text-delta") == "Warmer."
    assert run.task.labels["session"] == "walk"


@pytest.mark.parametrize("name", ["ag_ui_app", "vercel_ai_app"])
def test_an_example_fits_on_a_screen(name: str) -> None:
    assert len((EXAMPLES / f"{name}.py").read_text().splitlines()) < 60
