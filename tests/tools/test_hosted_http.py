"""The hosted editor through the real openai client, against a server on the loopback."""

import base64
import json
from collections.abc import AsyncGenerator, Generator

import anyio
import pytest
from loopback import Server, serving
from openai import AsyncOpenAI
from pydantic_ai.images.openai import OpenAIImageGenerationModel
from pydantic_ai.models import override_allow_model_requests
from pydantic_ai.providers.openai import OpenAIProvider

from editloop.memory import EditloopError, EditorBusy, EditorError, EditorRejected
from editloop.tools import Abilities, EditRequest, Picture
from editloop.tools.hosted import HostedEditor

pytestmark = pytest.mark.anyio

NASTY = b"\r\n--boundary--\r\n\r\n\x00\x1a\xff" + bytes(range(256)) * 40
SOURCE = Picture(b"\xff\xd8\xff" + NASTY, "image/jpeg")
OTHER = Picture(b"\x89PNG\r\n\x1a\n" + NASTY[::-1], "image/png")
EDIT = b"RIFF\x00\x00\x00\x00WEBP" + NASTY
REQUEST = EditRequest(SOURCE, "make it warmer, né?", seed=7, references=(OTHER,), key="01kd:1")


@pytest.fixture
async def server() -> AsyncGenerator[Server]:
    async with serving() as running:
        running.says(data=[{"b64_json": base64.b64encode(EDIT).decode()}])
        yield running


@pytest.fixture(autouse=True)
def _loopback_counts_as_no_model() -> Generator[None]:
    with override_allow_model_requests(True):
        yield


@pytest.fixture
def editor(server: Server, monkeypatch: pytest.MonkeyPatch) -> HostedEditor:
    """Opened by name, as a user does."""
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.setenv("OPENAI_BASE_URL", f"{server.url}/v1")
    abilities = Abilities(references=15, seed=True, mask=True)
    return HostedEditor(
        "openai:gpt-image-2", settings={"extra_body": {"steps": 8}}, abilities=abilities
    )


async def test_the_pictures_arrive_and_come_back_byte_for_byte(
    server: Server, editor: HostedEditor
) -> None:
    async with editor:
        edited = await editor.edit(REQUEST)
    assert server.asked[0].line.startswith("POST /v1/images/edits ")
    files = [part for part in server.asked[0].form if part.filename]
    assert [(part.name, part.media_type, part.data) for part in files] == [
        ("image[]", "image/jpeg", SOURCE.data),
        ("image[]", "image/png", OTHER.data),
    ]
    assert edited.picture == Picture(EDIT, "image/webp")
    assert edited.seconds > 0


async def test_instruction_seed_and_knobs_are_fields_of_the_form(
    server: Server, editor: HostedEditor
) -> None:
    async with editor:
        await editor.edit(REQUEST)
    fields = {part.name: part.data.decode() for part in server.asked[0].form if not part.filename}
    assert fields == {
        "prompt": "make it warmer, né?",
        "model": "gpt-image-2",
        "seed": "7",
        "steps": "8",
    }
    assert server.asked[0].headers["idempotency-key"] == "01kd:1"


async def test_a_mask_is_a_data_uri_in_the_form(server: Server, editor: HostedEditor) -> None:
    async with editor:
        await editor.edit(EditRequest(SOURCE, "warmer", mask=Picture(b"\x00\xff", "image/png")))
    masks = [part.data for part in server.asked[0].form if part.name == "mask"]
    assert masks == [b"data:image/png;base64,AP8="]


async def test_counted_tokens_are_priced_and_uncounted_ones_are_not(
    server: Server, editor: HostedEditor
) -> None:
    data = [{"b64_json": base64.b64encode(EDIT).decode()}]
    tokens = {"text_tokens": 10, "image_tokens": 90}
    async with editor:
        uncounted = await editor.edit(REQUEST)
        server.says(
            data=data,
            usage={
                "input_tokens": 100,
                "output_tokens": 4000,
                "total_tokens": 4100,
                "input_tokens_details": tokens,
            },
        )
        counted = await editor.edit(REQUEST)
    assert (uncounted.cost, len(uncounted.notes)) == (0.0, 1)
    assert 0.01 < counted.cost < 1
    assert counted.notes == ()


def _error(message: str, code: str = "") -> bytes:
    return json.dumps({"error": {"message": message, "code": code}}).encode()


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (408, _error("took too long"), EditorBusy, "408: took too long"),
        (429, _error("slow down"), EditorBusy, "429: slow down"),
        (429, _error("no money", "insufficient_quota"), EditorRejected, "top up"),
        (500, _error("broken"), EditorBusy, "500: broken"),
        (503, b"<html>overloaded</html>", EditorBusy, "503"),
        (400, _error("bad picture"), EditorRejected, "400: bad picture"),
        (400, _error("unsafe", "moderation_blocked"), EditorRejected, "moderation"),
        (401, _error("who are you?"), EditorRejected, "401: who are you"),
        (404, b'{"detail": "Not Found"}', EditorRejected, "Not Found"),
        (413, b"", EditorRejected, "413"),
        (422, b'{"detail": "no seed"}', EditorRejected, "no seed"),
        (200, b'{"data": []}', EditorRejected, "any images"),
        (200, b'{"data": [{"url": "http://x"}]}', EditorError, "base64"),
        (200, b'{"data": [{"b64_json": "@@@"}]}', EditorError, "base64"),
        (200, b'{"data": [{"b64_json": "PGh0bWw+"}]}', EditorError, "recognized image"),
        (200, b"<html>hello</html>", EditorError, "JSON"),
    ],
)
async def test_an_answer_without_an_edit_is_an_error_after_one_request(
    server: Server,
    editor: HostedEditor,
    status: int,
    body: bytes,
    kind: type[EditloopError],
    says: str,
) -> None:
    server.status, server.body = status, body
    async with editor:
        with pytest.raises(EditloopError, match=says) as caught:
            await editor.edit(REQUEST)
    assert type(caught.value) is kind
    assert len(server.asked) == 1


async def test_a_connection_that_breaks_off_may_be_tried_again(
    server: Server, editor: HostedEditor
) -> None:
    server.cut = True
    async with editor:
        with pytest.raises(EditorBusy, match="cannot be reached"):
            await editor.edit(REQUEST)
    assert len(server.asked) == 1


async def test_a_server_that_is_not_there_may_be_tried_again(
    free_tcp_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{free_tcp_port}/v1")
    async with HostedEditor("openai:gpt-image-2") as editor:
        with pytest.raises(EditorBusy, match="cannot be reached"):
            await editor.edit(EditRequest(SOURCE, "warmer"))


async def test_a_server_that_is_too_slow_may_be_tried_again(server: Server) -> None:
    server.body = None
    async with AsyncOpenAI(
        base_url=f"{server.url}/v1", api_key="test", timeout=1, max_retries=0
    ) as client:
        provider = OpenAIProvider(openai_client=client)
        editor = HostedEditor(OpenAIImageGenerationModel("flux", provider=provider))
        with pytest.raises(EditorBusy, match="timed out"):
            await editor.edit(EditRequest(SOURCE, "warmer"))
    assert len(server.asked) == 1


async def test_cancelling_an_edit_closes_the_connection(
    server: Server, editor: HostedEditor
) -> None:
    server.body = None
    async with editor:
        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                group.start_soon(editor.edit, REQUEST)
                await server.arrived.wait()
                assert not server.left.is_set()
                group.cancel_scope.cancel()
            await server.left.wait()  # before the editor itself is closed


async def test_an_editor_can_be_used_again_after_a_failure(
    server: Server, editor: HostedEditor
) -> None:
    good, server.body, server.status = server.body, _error("broken"), 500
    async with editor:
        with pytest.raises(EditorBusy):
            await editor.edit(REQUEST)
        server.body, server.status = good, 200
        assert (await editor.edit(REQUEST)).picture.data == EDIT
