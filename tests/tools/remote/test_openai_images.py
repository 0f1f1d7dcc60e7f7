"""The client of `/v1/images/edits` against servers that spell it differently."""

import base64
from io import BytesIO
from typing import Any

import anyio
import pytest
from PIL import Image

from editloop.memory import (
    EditloopError,
    EditorBusy,
    EditorError,
    EditorRejected,
    PictureError,
    SettingsError,
)
from editloop.tools import Abilities, EditRequest, Picture
from editloop.tools.pool.probing import tiny_png
from editloop.tools.remote.openai_images import OpenAIImages

pytestmark = pytest.mark.anyio

SOURCE = Picture(tiny_png(), "image/png")
OTHER = Picture(b"\xff\xd8\xff" + b"\r\n--boundary--\r\n" * 9, "image/jpeg")
REQUEST = EditRequest(SOURCE, "make it warmer, né?", seed=7, key="01kd:1")
EDIT = b"RIFF\x10\0\0\0WEBP" + bytes(8)


def _answers(server: Any, **more: object) -> None:
    server.says(created=1, data=[{"b64_json": base64.b64encode(EDIT).decode(), **more}])


def _editor(server: Any, dialect: str = "plain", **options: Any) -> OpenAIImages:
    return OpenAIImages(f"{server.url}/v1", "a-model", dialect, **options)


def _fields(server: Any) -> dict[str, str]:
    return {part.name: part.data.decode() for part in server.asked[0].form if not part.filename}


def _files(server: Any) -> list[tuple[str, str, bytes]]:
    parts = [part for part in server.asked[0].form if part.filename]
    return [(part.name, part.media_type, part.data) for part in parts]


@pytest.mark.parametrize(
    ("dialect", "more"),
    [
        ("plain", {"seed": "7"}),
        ("openai", {"size": "auto"}),
        ("litellm", {}),
        ("vllm-omni", {"seed": "7", "size": "auto", "response_format": "b64_json"}),
        ("sglang", {"seed": "7", "response_format": "b64_json"}),
    ],
)
async def test_each_dialect_sends_what_its_server_reads(
    server: Any, dialect: str, more: dict[str, str]
) -> None:
    _answers(server)
    async with _editor(server, dialect) as editor:
        edited = await editor.edit(REQUEST)
    assert server.asked[0].line.startswith("POST /v1/images/edits ")
    assert _fields(server) == {"prompt": REQUEST.instruction, "model": "a-model", "n": "1", **more}
    assert _files(server) == [("image", "image/png", SOURCE.data)]
    assert ("idempotency-key" in server.asked[0].headers) == (dialect in ("openai", "plain"))
    assert edited.picture == Picture(EDIT, "image/webp")
    assert edited.notes == ()


async def test_several_pictures_are_repeated_parts(server: Any) -> None:
    _answers(server)
    async with _editor(server, "vllm-omni") as editor:
        await editor.edit(EditRequest(SOURCE, "x", references=(OTHER,)))
    assert _files(server) == [
        ("image[]", "image/png", SOURCE.data),
        ("image[]", "image/jpeg", OTHER.data),
    ]


def _mask() -> Picture:
    image = Image.new("L", (64, 64), 0)
    image.paste(255, (0, 0, 32, 64))
    file = BytesIO()
    image.save(file, "PNG")
    return Picture(file.getvalue(), "image/png")


async def test_a_mask_goes_as_it_is_where_white_means_paint(server: Any) -> None:
    _answers(server)
    mask = _mask()
    async with _editor(server, "vllm-omni") as editor:
        await editor.edit(EditRequest(SOURCE, "x", mask=mask))
    assert _files(server)[1] == ("mask_image", "image/png", mask.data)


async def test_a_mask_becomes_transparent_where_openai_may_paint(server: Any) -> None:
    _answers(server)
    async with _editor(server, "openai") as editor:
        await editor.edit(EditRequest(SOURCE, "x", mask=_mask()))
    name, _, data = _files(server)[1]
    with Image.open(BytesIO(data)) as sent:
        alpha = sent.getchannel("A")
        assert (name, alpha.getpixel((5, 5)), alpha.getpixel((60, 5))) == ("mask", 0, 255)


async def test_the_size_of_the_source_can_be_asked_for(server: Any) -> None:
    _answers(server)
    async with _editor(server, "sglang", size="source") as editor:
        assert editor.abilities.keeps_size
        await editor.edit(REQUEST)
    assert _fields(server)["size"] == "64x64"


async def test_knobs_are_fields_and_doubtful_ones_are_said(server: Any) -> None:
    _answers(server, revised_prompt="warmer!")
    knobs = {"num_inference_steps": 4, "enable_teacache": True}
    async with _editor(server, "vllm-omni", knobs=knobs) as editor:
        edited = await editor.edit(REQUEST)
    sent = _fields(server)
    assert (sent["num_inference_steps"], sent["enable_teacache"]) == ("4", "true")
    assert edited.notes == (
        "enable_teacache is probably ignored by this server",
        "the model revised the instruction: warmer!",
    )


async def test_the_token_goes_to_the_server_and_the_price_is_counted(server: Any) -> None:
    _answers(server)
    paid = Abilities(cost=0.04)
    async with _editor(server, "openai", token="t0k", abilities=paid) as editor:
        assert (await editor.edit(REQUEST)).cost == 0.04
    assert server.asked[0].headers["authorization"] == "Bearer t0k"


async def test_an_address_at_the_server_is_fetched_without_the_token(server: Any) -> None:
    server.paths["/v1/images/1/content"] = ("image/webp", EDIT)
    server.says(data=[{"url": "/v1/images/1/content"}])
    async with _editor(server, token="t0k") as editor:
        assert (await editor.edit(REQUEST)).picture.data == EDIT
    assert "authorization" not in server.asked[1].headers


async def test_an_address_elsewhere_is_not_fetched(server: Any, other_server: Any) -> None:
    server.says(data=[{"url": f"{other_server.url}/picture"}])
    async with _editor(server, allowed=["127.0.0.1"]) as editor:
        with pytest.raises(EditorError, match="which is not fetched"):
            await editor.edit(REQUEST)
    assert other_server.asked == []


@pytest.mark.parametrize("address", ["file:///etc/passwd", "http://169.254.169.254/", "http://[:1"])
async def test_addresses_that_are_a_trap_are_not_fetched(server: Any, address: str) -> None:
    server.says(data=[{"url": address}])
    async with _editor(server) as editor:
        with pytest.raises(EditorError, match=r"fetched|bad address"):
            await editor.edit(REQUEST)


async def test_a_large_file_at_an_address_is_not_read_to_its_end(server: Any) -> None:
    server.paths["/big"] = ("image/webp", EDIT + bytes(10_000))
    server.says(data=[{"url": "/big"}])
    async with _editor(server, most=5_000) as editor:
        with pytest.raises(EditorError, match="more than 5,000 bytes"):
            await editor.edit(REQUEST)


async def test_a_data_uri_is_a_picture_too(server: Any) -> None:
    server.says(data=[{"url": f"data:image/webp;base64,{base64.b64encode(EDIT).decode()}"}] * 2)
    async with _editor(server) as editor:
        edited = await editor.edit(REQUEST)
    assert edited.picture.data == EDIT
    assert edited.notes == ("2 pictures came back; the first was taken",)


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (400, b'{"error": {"message": "moderated"}}', EditorRejected, "moderated"),
        (422, b'{"detail": "no image"}', EditorRejected, "no image"),
        (429, b'{"error": {"message": "slow down"}}', EditorBusy, "slow down"),
        (
            429,
            b'{"error": {"message": "no credit", "code": "insufficient_quota"}}',
            EditorRejected,
            "no credit",
        ),
        (503, b'{"error": "loading"}', EditorBusy, "loading"),
        (200, b'{"data": []}', EditorError, "without a picture"),
        (200, b'{"data": [{}]}', EditorError, "without a picture"),
        (200, b"oops", EditorError, "instead of JSON"),
    ],
)
async def test_failures_speak_in_the_words_of_the_server(
    server: Any, status: int, body: bytes, kind: type[EditloopError], said: str
) -> None:
    server.status, server.body = status, body
    async with _editor(server) as editor:
        with pytest.raises(kind, match=said) as caught:
            await editor.edit(REQUEST)
    assert type(caught.value) is kind
    assert len(server.asked) == 1


async def test_what_is_not_taken_is_refused_before_anything_is_sent(server: Any) -> None:
    async with _editor(server) as editor:
        with pytest.raises(EditorRejected, match="no mask"):
            await editor.edit(EditRequest(SOURCE, "x", mask=SOURCE))
        with pytest.raises(EditorRejected, match="0 pictures beside"):
            await editor.edit(EditRequest(SOURCE, "x", references=(OTHER,)))
        with pytest.raises(PictureError, match="text/html"):
            await editor.edit(EditRequest(Picture(b"x", "text/html"), "x"))
    assert server.asked == []


def test_settings_that_cannot_work_are_refused_at_once() -> None:
    with pytest.raises(SettingsError, match="no dialect 'klingon'"):
        OpenAIImages("http://127.0.0.1:1/v1", "m", "klingon")
    with pytest.raises(SettingsError, match="no address"):
        OpenAIImages("gpu-1", "m")


async def test_a_cancelled_edit_closes_its_connection(server: Any) -> None:
    server.body = None
    async with _editor(server) as editor, anyio.create_task_group() as group:
        group.start_soon(editor.edit, REQUEST)
        await server.arrived.wait()
        group.cancel_scope.cancel()
    with anyio.fail_after(60):
        await server.left.wait()
