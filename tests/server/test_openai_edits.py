"""`/v1/images/edits`: the official SDK, our own client, and every spelling that clients use."""

import base64
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from openai import AsyncOpenAI, BadRequestError, NotFoundError
from PIL import Image
from served import ENCODED, MADE, SOURCE, Held, Serving

from editloop.memory import EditorRejected
from editloop.tools import Abilities, EditRequest, Picture
from editloop.tools.remote.openai_images import OpenAIImages
from editloop.tools.retouch.editor import Retouch

pytestmark = pytest.mark.anyio

EDITS = "/v1/images/edits"
PNG = ("a.png", SOURCE.data, "image/png")
DATA_URL = f"data:image/png;base64,{ENCODED}"
OPTIONS = frozenset({"num_inference_steps", "guidance_scale", "true_cfg_scale", "negative_prompt"})
ANSWER = base64.b64encode(MADE.data).decode()


async def test_the_official_sdk_edits_a_picture(serving: Serving) -> None:
    editor = Held(abilities=Abilities(references=3, options=OPTIONS))
    extra = {"seed": 7, "num_inference_steps": 4, "true_cfg_scale": 2.5, "negative_prompt": "blur"}
    async with (
        serving(editor) as running,
        AsyncOpenAI(base_url=f"{running.url}/v1", api_key="none") as client,
    ):
        models = [model.id async for model in client.models.list()]
        one = await client.images.edit(
            image=("a.png", SOURCE.data), prompt="warmer", model="held", extra_body=extra
        )
        many = await client.images.edit(
            image=[("a.png", SOURCE.data), ("b.png", SOURCE.data)], prompt="join", n=2, size="auto"
        )
    assert models == ["held"]
    assert one.data
    assert one.data[0].b64_json == ANSWER
    assert many.data
    assert len(many.data) == 2
    first, second, third = editor.requests
    assert (first.instruction, first.seed) == ("warmer", 7)
    assert dict(first.options) == {name: value for name, value in extra.items() if name != "seed"}
    assert second.references == (SOURCE,)
    assert third.seed == second.seed + 1


async def test_the_official_sdk_raises_its_own_errors(serving: Serving) -> None:
    async with (
        serving(Held()) as running,
        AsyncOpenAI(base_url=f"{running.url}/v1", api_key="none", max_retries=0) as client,
    ):
        picture = ("a.png", SOURCE.data)
        with pytest.raises(NotFoundError, match="'held' is") as missing:
            await client.images.edit(image=picture, prompt="x", model="dall-e-2")
        with pytest.raises(BadRequestError, match="64x64"):
            await client.images.edit(image=picture, prompt="x", size="1024x1024")
    assert missing.value.code == "model_not_found"
    assert missing.value.param == "model"


SPELLINGS: list[tuple[Any, Mapping[str, Any]]] = [
    ([("image", PNG)], {}),
    ([("image[]", PNG)], {}),
    ([("image", PNG), ("image", PNG)], {}),
    ([("image[]", PNG), ("image[]", PNG)], {}),
    ([("image[0]", PNG), ("image[1]", PNG)], {}),
    ([("x", PNG)], {"url": DATA_URL}),
    ([("image", PNG)], {"url[]": DATA_URL}),
]


@pytest.mark.parametrize(("files", "fields"), SPELLINGS)
async def test_every_spelling_of_the_picture_is_taken(
    serving: Serving, files: Any, fields: Mapping[str, Any]
) -> None:
    editor = Held(abilities=Abilities(references=1))
    async with serving(editor) as running:
        answer = await running.http.post(EDITS, files=files, data={"prompt": "x", **fields})
    assert answer.status_code == 200, answer.text
    given = (editor.requests[0].source, *editor.requests[0].references)
    sent = [part for part in files if part[0] != "x"]
    assert given == (SOURCE,) * (len(sent) + len(fields))


@pytest.mark.parametrize("left", ["", "UploadFile(filename='a.png', size=9)"])
async def test_words_that_a_gateway_leaves_beside_the_files_are_passed_over(
    serving: Serving, left: str
) -> None:
    editor = Held()
    async with serving(editor) as running:
        answer = await running.http.post(
            EDITS, files={"image[]": PNG}, data={"prompt": "x", "image[]": left, "image": left}
        )
    assert answer.status_code == 200, answer.text
    assert (editor.requests[0].source, editor.requests[0].references) == (SOURCE, ())


@pytest.mark.parametrize(
    "images",
    [
        {"images": [{"image_url": DATA_URL}]},
        {"images": [{"image_url": {"url": DATA_URL}}]},
        {"image": DATA_URL},
        {"url": [DATA_URL]},
    ],
)
async def test_the_json_form_is_taken(serving: Serving, images: dict[str, Any]) -> None:
    editor = Held()
    async with serving(editor) as running:
        answer = await running.http.post(EDITS, json={"prompt": "x", "n": 1, **images})
    assert answer.status_code == 200, answer.text
    assert editor.requests[0].source == SOURCE


@pytest.mark.parametrize(
    "url",
    ["http://127.0.0.1:1/a.png", "https://example.org/a.png", "file:///etc/passwd", "data:x,abc"],
)
async def test_no_address_is_fetched(serving: Serving, url: str) -> None:
    editor = Held()
    async with serving(editor) as running:
        form = await running.http.post(EDITS, files={"x": PNG}, data={"prompt": "x", "url": url})
        body = await running.http.post(EDITS, json={"prompt": "x", "images": [{"image_url": url}]})
    for answer in (form, body):
        assert answer.status_code == 400
        assert "fetches no addresses" in answer.json()["error"]["message"]
    assert editor.requests == []


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"n": "5"}, 400, "n"),
        ({"n": "0"}, 400, "n"),
        ({"n": "many"}, 400, "n"),
        ({"size": "512x512"}, 400, "size"),
        ({"response_format": "url"}, 400, "response_format"),
        ({"output_format": "gif"}, 400, "output_format"),
        ({"stream": "true"}, 400, "stream"),
        ({"model": "another"}, 404, "model"),
        ({"seed": "-1"}, 422, "seed"),
        ({"num_inference_steps": "0"}, 422, "num_inference_steps"),
    ],
)
async def test_what_this_server_cannot_do_is_said_and_not_passed_over(
    serving: Serving, fields: dict[str, str], status: int, param: str
) -> None:
    editor = Held(abilities=Abilities(options=OPTIONS))
    async with serving(editor) as running:
        answer = await running.http.post(
            EDITS, files={"image": PNG}, data={"prompt": "x", **fields}
        )
    error = answer.json()["error"]
    assert (answer.status_code, error["param"]) == (status, param)
    assert error["type"].endswith("_error")
    assert error["code"]
    assert editor.requests == []


async def test_the_sources_own_size_and_the_usual_words_are_taken(serving: Serving) -> None:
    fields = {
        "prompt": "x",
        "size": "64x64",
        "response_format": "b64_json",
        "quality": "high",
        "background": "auto",
        "model": "flux",
    }
    async with serving(Held(), model="flux") as running:
        answer = await running.http.post(EDITS, files={"image": PNG}, data=fields)
    assert answer.status_code == 200
    assert answer.headers["x-editloop-ignored"] == "background, quality"


@pytest.mark.parametrize("format_", ["png", "jpeg", "webp"])
async def test_another_format_is_made_only_where_it_is_asked_for(
    serving: Serving, format_: str
) -> None:
    data = {"prompt": "make it warmer", "output_format": format_}
    async with serving(Retouch()) as running:
        said = (await running.http.post(EDITS, files={"image": PNG}, data=data)).json()
    image = Image.open(io.BytesIO(base64.b64decode(said["data"][0]["b64_json"])))
    assert (image.format, image.size) == (format_.upper(), (64, 64))
    assert (said["output_format"], said["size"]) == (format_, "64x64")


def _mask(alpha: int | None) -> bytes:
    mode, colour = ("L", 255) if alpha is None else ("RGBA", (0, 0, 0, alpha))
    out = io.BytesIO()
    Image.new(mode, (64, 64), colour).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("field", "mask", "shade"),
    [("mask", _mask(0), 255), ("mask", _mask(None), 255), ("mask_image", _mask(None), 255)],
)
async def test_a_mask_is_white_where_the_editor_may_paint_however_it_was_sent(
    serving: Serving, field: str, mask: bytes, shade: int
) -> None:
    editor = Held(abilities=Abilities(mask=True))
    files = {"image": PNG, field: ("m.png", mask, "image/png")}
    async with serving(editor) as running:
        answer = await running.http.post(EDITS, files=files, data={"prompt": "x"})
    assert answer.status_code == 200, answer.text
    given = editor.requests[0].mask
    assert given
    assert Image.open(io.BytesIO(given.data)).convert("L").getpixel((5, 5)) == shade


async def test_too_many_pictures_and_unwanted_masks_are_refused(serving: Serving) -> None:
    async with serving(Held()) as running:
        two = [("image", PNG), ("image", PNG)]
        many = await running.http.post(EDITS, files=two, data={"prompt": "x"})
        masked = {"image": PNG, "mask": PNG}
        mask = await running.http.post(EDITS, files=masked, data={"prompt": "x"})
        none = await running.http.post(EDITS, files={"x": PNG}, data={"prompt": "x"})
        text = await running.http.post(EDITS, content=b"hello")
        made = await running.http.post("/v1/images/generations", json={"prompt": "x"})
    answers = (many, mask, none, text, made)
    assert [answer.status_code for answer in answers] == [400, 400, 400, 415, 404]
    assert all("message" in answer.json()["error"] for answer in answers)


@pytest.mark.parametrize("dialect", ["plain", "vllm-omni", "sglang", "openai"])
async def test_our_own_client_is_answered_in_every_dialect(serving: Serving, dialect: str) -> None:
    editor = Held(abilities=Abilities(options=OPTIONS))
    async with (
        serving(editor) as running,
        OpenAIImages(f"{running.url}/v1", "held", dialect) as client,
    ):
        edited = await client.edit(EditRequest(SOURCE, "make it warmer, né?", seed=7))
    assert edited.picture == MADE
    assert editor.requests[0].instruction == "make it warmer, né?"


async def test_a_refusal_reaches_our_own_client_in_the_editors_words(serving: Serving) -> None:
    async with (
        serving(Retouch()) as running,
        OpenAIImages(f"{running.url}/v1", "retouch") as client,
    ):
        with pytest.raises(EditorRejected, match="cat"):
            await client.edit(EditRequest(SOURCE, "add a cat"))


async def test_one_of_several_that_fails_ends_them_all(serving: Serving) -> None:
    editor = Held(error=EditorRejected("not this one"))
    async with serving(editor, rules={"at_once": 4}) as running:
        data = {"prompt": "x", "n": "4"}
        answer = await running.http.post(EDITS, files={"image": PNG}, data=data)
        status = (await running.http.get("/status")).json()
    assert answer.status_code == 422
    assert answer.json()["error"]["message"] == "not this one"
    assert status["pending_tasks"] == 0


async def test_an_edit_that_is_no_picture_cannot_be_converted(serving: Serving) -> None:
    editor = Held(made=Picture(b"not a picture", "image/png"))
    async with serving(replace(editor)) as running:
        data = {"prompt": "x", "output_format": "jpeg"}
        answer = await running.http.post(EDITS, files={"image": PNG}, data=data)
    assert answer.status_code == 500
    assert json.loads(answer.content)["error"]["type"] == "server_error"
