"""The client of `image-to-image` against a server that follows the protocol."""

import base64
from typing import Any

import pytest

from editloop.memory import EditloopError, EditorBusy, EditorError, EditorRejected
from editloop.tools import Abilities, EditRequest, Picture
from editloop.tools.pool.probing import tiny_png
from editloop.tools.remote.huggingface import HuggingFaceImages

pytestmark = pytest.mark.anyio

SOURCE = Picture(tiny_png(), "image/png")
REQUEST = EditRequest(SOURCE, "make it warmer", seed=7)
EDIT = b"\xff\xd8\xff\xe0" + bytes(100)


async def _edited(server: Any, request: EditRequest = REQUEST, **options: Any) -> Any:
    url = f"{server.url}/models/a/kontext"
    async with HuggingFaceImages(url, "t0k", **options) as editor:
        return await editor.edit(request)


async def test_the_picture_goes_as_base64_and_comes_back_as_it_is(server: Any) -> None:
    server.body, server.media_type = EDIT, "image/png"  # named wrongly: the content counts
    abilities = Abilities(seed=True, cost=0.03)
    edited = await _edited(server, knobs={"guidance_scale": 3.5}, abilities=abilities)
    assert server.asked[0].line.startswith("POST /models/a/kontext ")
    assert server.asked[0].headers["authorization"] == "Bearer t0k"
    assert server.asked[0].json == {
        "inputs": base64.b64encode(SOURCE.data).decode(),
        "parameters": {"prompt": "make it warmer", "seed": 7, "guidance_scale": 3.5},
    }
    assert edited.picture == Picture(EDIT, "image/jpeg")
    assert edited.cost == 0.03


@pytest.mark.parametrize(
    ("status", "media_type", "body", "kind", "said"),
    [
        (503, "application/json", b'{"error": "loading"}', EditorBusy, "loading"),
        (400, "application/json", b'{"error": ["bad prompt"]}', EditorRejected, "bad prompt"),
        (200, "application/json", b'{"error": "odd"}', EditorError, "no picture: "),
        (200, "image/png", b"oops", EditorError, "no picture that we take"),
    ],
)
async def test_failures_speak_in_the_words_of_the_server(
    server: Any, status: int, media_type: str, body: bytes, kind: type[EditloopError], said: str
) -> None:
    server.status, server.media_type, server.body = status, media_type, body
    with pytest.raises(kind, match=said) as caught:
        await _edited(server)
    assert type(caught.value) is kind


async def test_a_mask_is_refused_before_anything_is_sent(server: Any) -> None:
    with pytest.raises(EditorRejected, match="no mask"):
        await _edited(server, EditRequest(SOURCE, "x", mask=SOURCE))
    assert server.asked == []
