"""Gemini's image models through the real google-genai client, against a server on the loopback."""

import base64
import json
from collections.abc import AsyncGenerator

import pytest
from loopback import Server, serving
from making import picture
from pydantic_ai.images.google import GoogleImageGenerationModel
from pydantic_ai.models import override_allow_model_requests
from pydantic_ai.providers.google import GoogleProvider

from editloop.memory import EditorBusy, EditorRejected, SettingsError
from editloop.tools import EditRequest
from editloop.tools.hosted import HostedEditor

pytestmark = pytest.mark.anyio

REQUEST = EditRequest(picture(1), "make it warmer", references=(picture(2),), key="01kd:1")


@pytest.fixture
async def gemini() -> AsyncGenerator[tuple[Server, HostedEditor]]:
    async with serving() as server:
        provider = GoogleProvider(api_key="none", base_url=server.url)
        model = GoogleImageGenerationModel("gemini-3.1-flash-image", provider=provider)
        async with provider:
            with override_allow_model_requests(True):
                yield server, HostedEditor(model)


def says(server: Server, *parts: dict[str, object], reason: str = "STOP") -> None:
    candidate = {"content": {"role": "model", "parts": parts}, "finishReason": reason}
    server.says(candidates=[candidate], usageMetadata={"promptTokenCount": 5})


def inline(data: bytes) -> dict[str, object]:
    return {"inlineData": {"mimeType": "image/png", "data": base64.b64encode(data).decode()}}


async def test_the_pictures_and_the_instruction_go_in_one_message_and_bytes_come_back(
    gemini: tuple[Server, HostedEditor],
) -> None:
    server, editor = gemini
    says(server, inline(picture(3).data))
    edited = await editor.edit(REQUEST)
    assert edited.picture == picture(3)
    (message,) = server.asked[0].json["contents"]
    sent = [
        base64.urlsafe_b64decode(p["inlineData"]["data"] + "==")
        for p in message["parts"]
        if "inlineData" in p
    ]
    assert sent == [picture(1).data, picture(2).data]
    assert "make it warmer" in json.dumps(message)


async def test_a_refusal_for_safety_is_no_edit_and_is_not_asked_for_again(
    gemini: tuple[Server, HostedEditor],
) -> None:
    server, editor = gemini
    says(server, reason="IMAGE_SAFETY")
    with pytest.raises(EditorRejected, match="refuses this request"):
        await editor.edit(REQUEST)


async def test_an_answer_in_words_only_is_no_edit(gemini: tuple[Server, HostedEditor]) -> None:
    server, editor = gemini
    says(server, {"text": "I cannot edit this."})
    with pytest.raises(EditorRejected):
        await editor.edit(REQUEST)


async def test_a_full_server_is_asked_once_and_is_busy(
    gemini: tuple[Server, HostedEditor],
) -> None:
    server, editor = gemini
    server.status = 503
    server.says(error={"code": 503, "message": "overloaded", "status": "UNAVAILABLE"})
    with pytest.raises(EditorBusy, match="overloaded"):
        await editor.edit(REQUEST)
    assert len(server.asked) == 1


def test_without_a_key_the_variable_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GOOGLE_API_KEY", "GEMINI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(SettingsError, match="GOOGLE_API_KEY"):
        HostedEditor("google:gemini-3.1-flash-image")
