"""Requests as other programs send them, byte for byte where that matters."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hosting import BETTER, GOOD, SMALL, thinker
from images_door import EDITS, images_door
from making import png

from editloop.memory import EditorRejected
from editloop.memory.store import RunFilter
from editloop.server.http.images_rules import ImagesRules
from editloop.server.principals import LOCAL
from editloop.tools import Abilities, EditRequest, Picture, ScriptedEditor
from editloop.tools.remote.openai_images import OpenAIImages
from editloop.tools.retouch.editor import Retouch

pytestmark = pytest.mark.anyio

SOURCE = Picture(png(200), "image/png")
BOUNDARY = "0123456789abcdef0123456789abcdef"


def _field(name: str, value: str) -> bytes:
    """As aiohttp writes a text: with a type and its length."""
    return (
        f"--{BOUNDARY}\r\nContent-Type: text/plain; charset=utf-8\r\n"
        f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
    ).encode()


def _file(name: str, filename: str, data: bytes) -> bytes:
    head = (
        f"--{BOUNDARY}\r\nContent-Type: image/png\r\nContent-Disposition: form-data; "
        f'name="{name}"; filename="{filename}"\r\n\r\n'
    )
    return head.encode() + data + b"\r\n"


def _end() -> bytes:
    return f"--{BOUNDARY}--\r\n".encode()


@pytest.mark.parametrize("many", [False, True])
async def test_open_webui_is_answered(tmp_path: Path, many: bool) -> None:
    """Its edit engine: every field a text, one picture `image`, a list of them `image[]`, with or
    without a length of the whole, an api-version in the query, and base64 wanted."""
    editor = ScriptedEditor(Picture(png(10), "image/png"), abilities=Abilities(references=1))
    uuid = "6f2b1c9e-3d0e-4a53-9c60-2d6f6b1f0a11.png"
    name = "image[]" if many else "image"
    pieces = [
        _field("model", "editloop"),
        _field("prompt", "Add a small top hat"),
        _field("n", "1"),
        _field("response_format", "b64_json"),
        *[_file(name, uuid, png(1 + nth)) for nth in range(1 + many)],
        _end(),
    ]

    async def chunks() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        answer = await door.http.post(
            f"{EDITS}?api-version=2025-04-01-preview",
            content=chunks() if many else b"".join(pieces),
            headers={
                "content-type": f"multipart/form-data; boundary={BOUNDARY}",
                "x-openwebui-user-name": "Ann",
            },
        )
    assert answer.status_code == 200, answer.text
    assert base64.b64decode(answer.json()["data"][0]["b64_json"]) == png(10)
    assert [each.data for each in editor.requests[0].references] == [png(2)] * many


async def test_litellm_is_answered(tmp_path: Path) -> None:
    """Pictures always as `image[]`, some versions leave the words of their own objects in fields of
    the same name; null fields are empty, and the mask is sent beside."""
    editor = ScriptedEditor(Picture(png(10), "image/png"), abilities=Abilities(mask=True))
    files = [("image[]", ("image.png", png(1), "image/png")), ("mask", ("m.png", png(255)))]
    data = {
        "model": "editloop",
        "prompt": "warmer",
        "image[]": "UploadFile(filename='a.png', size=99, headers=Headers({}))",
        "mask[]": "None",
        "n": "",
        "size": "",
        "quality": "",
        "user": "",
    }
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        answer = await door.http.post(EDITS, files=files, data=data)
    assert answer.status_code == 200, answer.text
    [request] = editor.requests
    assert (request.source.data, request.references) == (png(1), ())
    assert request.mask
    assert request.mask.data == png(255)
    assert "image[]" in answer.headers["x-editloop-ignored"]


async def test_an_empty_form_is_told_what_is_missing(tmp_path: Path) -> None:
    async with images_door(tmp_path) as door:
        head = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"}
        empty = await door.http.post(EDITS, content=_end(), headers=head)
        nothing = await door.http.post(EDITS, content=b"", headers=head)
    for answer in (empty, nothing):
        assert answer.status_code == 400
        assert answer.json()["error"]["message"]


async def test_an_editloop_may_be_the_editor_of_another(tmp_path: Path) -> None:
    editor = ScriptedEditor(*(Picture(png(shade), "image/png") for shade in (10, 20, 30)))
    request = EditRequest(SOURCE, "make it warmer, né?", seed=7, key="01kd:1")
    async with (
        images_door(tmp_path, editor=editor, thinker=thinker(SMALL, BETTER, GOOD)) as door,
        OpenAIImages(f"{door.url}/v1", "editloop", "editloop") as client,
    ):
        edited = await client.edit(request)
        again = await client.edit(request)
        run = await door.host.run("last", LOCAL)
        runs = await door.host.runs(LOCAL, RunFilter())
    assert edited.picture.data == again.picture.data == png(30)
    assert "the model revised the instruction: a bit" in edited.notes
    assert (run.task.instruction, run.task.seed, len(runs)) == ("make it warmer, né?", 7, 1)


async def test_a_mask_of_ours_arrives_as_it_was_sent(tmp_path: Path) -> None:
    editor = ScriptedEditor(Picture(png(10), "image/png"), abilities=Abilities(mask=True))
    mask = Picture(png(255), "image/png")
    async with (
        images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door,
        OpenAIImages(f"{door.url}/v1", "editloop", "editloop") as client,
    ):
        await client.edit(EditRequest(SOURCE, "a hat", mask=mask))
    assert editor.requests[0].mask == mask


async def test_a_refusal_reaches_the_loop_in_front_in_the_editors_words(tmp_path: Path) -> None:
    async with (
        images_door(tmp_path, editor=Retouch()) as door,
        OpenAIImages(f"{door.url}/v1", "editloop", "editloop") as client,
    ):
        with pytest.raises(EditorRejected, match="cat"):
            await client.edit(EditRequest(SOURCE, "add a cat"))


async def test_a_client_that_asks_again_without_a_key_may_be_given_its_run(tmp_path: Path) -> None:
    body = json.dumps({"prompt": "x", "images": [{"image_url": _url(1)}]})
    other = json.dumps({"prompt": "x", "images": [{"image_url": _url(2)}]})
    head = {"content-type": "application/json"}
    rules = ImagesRules(same_seconds=60)
    async with images_door(tmp_path, rules=rules, thinker=thinker(GOOD)) as door:
        answers = [
            await door.http.post(EDITS, content=content, headers=head)
            for content in (body, body, other)
        ]
    first, second, third = (answer.headers["x-editloop-run"] for answer in answers)
    assert first == second != third
    assert answers[0].content == answers[1].content


def _url(shade: int) -> str:
    return f"data:image/png;base64,{base64.b64encode(png(shade)).decode()}"
