"""The official protocol, asked as the official client asks, over real sockets."""

import base64
from dataclasses import replace
from typing import Any

import pytest
from served import ENCODED, MADE, SOURCE, Held, Serving

from editloop.memory import EditorError, EditorRejected, UnsupportedInstruction
from editloop.server.official import FACES
from editloop.tools import Abilities, EditRequest
from editloop.tools.remote.editthinker_presets import PRESETS
from editloop.tools.remote.editthinker_service import EditThinkerService
from editloop.tools.retouch.editor import Retouch

pytestmark = pytest.mark.anyio

ALL = frozenset(
    {
        "num_inference_steps",
        "guidance_scale",
        "true_cfg_scale",
        "text_guidance_scale",
        "image_guidance_scale",
        "negative_prompt",
    }
)
TAKES_ALL = Abilities(seed=True, options=ALL)
ANSWER = base64.b64encode(MADE.data).decode()

CLIENT: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "flux-kontext-dev": (
        {"num_inference_step": 28, "guidance_scale": 2.5, "enhance_prompt": False, "seed": 0},
        {"num_inference_steps": 28, "guidance_scale": 2.5},
    ),
    "qwen-image-edit": (
        {"num_inference_step": 50, "guidance_scale": 5.0, "enhance_prompt": False},
        {"num_inference_steps": 50, "true_cfg_scale": 5.0, "negative_prompt": " "},
    ),
    "omnigen2-edit": (
        {
            "num_inference_step": 50,
            "text_guidance_scale": 5.0,
            "image_guidance_scale": 1.5,
            "negative_prompt": "",
            "enhance_prompt": False,
            "seed": 0,
        },
        {
            "num_inference_steps": 50,
            "text_guidance_scale": 5.0,
            "image_guidance_scale": 1.5,
            "negative_prompt": "",
        },
    ),
    "longcat-image-edit": (
        {
            "num_inference_step": 50,
            "guidance_scale": 4.5,
            "enhance_prompt": False,
            "negative_prompt": "",
            "seed": 0,
        },
        {"num_inference_steps": 50, "guidance_scale": 4.5, "negative_prompt": ""},
    ),
}


@pytest.mark.parametrize("model", CLIENT)
async def test_the_official_clients_request_sets_what_its_authors_meant(
    serving: Serving, model: str
) -> None:
    sent, meant = CLIENT[model]
    editor = Held(abilities=TAKES_ALL)
    body = {"image": ENCODED, "prompt": "make it warmer", "width": 1024, "height": 1024, **sent}
    async with serving(editor, preset=model) as running:
        answer = await running.http.post("/edit", json=body)
    said = answer.json()
    assert answer.status_code == 200
    assert said["success"] is True
    assert said["edited_image"] == ANSWER
    assert said["original_image"] == ENCODED
    assert said["processing_time"] == 0.5
    assert editor.options == meant
    assert editor.requests[0].source == SOURCE
    assert said["seed"] == editor.requests[0].seed
    if "seed" in sent:
        assert said["seed"] == 0


async def test_the_size_that_the_official_client_sends_changes_nothing(serving: Serving) -> None:
    body = {"image": ENCODED, "prompt": "make it warmer", "width": 1024, "height": 1024}
    async with serving(Retouch(), preset="flux-kontext") as running:
        made = (await running.http.post("/edit", json=body)).json()["edited_image"]
    from editloop.memory.images import probe

    header = probe(base64.b64decode(made))
    assert (header.width, header.height) == (64, 64)


NAMES = {"success", "task_id", "original_image", "edited_image", "seed", "gpu_id"} | {
    "processing_time",
    "error",
    "media_type",
    "notes",
}


@pytest.mark.parametrize(
    ("preset", "more"),
    [
        ("flux-kontext", {"original_prompt", "enhanced_prompt"}),
        ("longcat", {"prompt"}),
        ("qwen-edit-lightning", {"original_prompt", "enhanced_prompt", "model_type"}),
    ],
)
async def test_answers_have_the_names_of_their_service(
    serving: Serving, preset: str, more: set[str]
) -> None:
    async with serving(Held(), preset=preset) as running:
        answer = await running.http.post("/edit", json={"image": ENCODED, "prompt": "warmer"})
        health = (await running.http.get("/health")).json()
    assert set(answer.json()) == NAMES | more
    assert ("model_type" in health) == ("model_type" in more)


async def test_explicit_nulls_and_unknown_fields_are_passed_over(serving: Serving) -> None:
    editor = Held(abilities=TAKES_ALL)
    empty = dict.fromkeys(["seed", "guidance_scale", "num_inference_steps", "enhance_prompt"])
    body = {"image": ENCODED, "prompt": "warmer", **empty, "future": [1]}
    async with serving(editor, preset="flux-kontext") as running:
        answer = await running.http.post("/edit", json=body)
    assert answer.status_code == 200
    assert 0 <= answer.json()["seed"] < 2**31
    assert editor.options == {"num_inference_steps": 28, "guidance_scale": 2.5}


async def test_without_official_defaults_the_editor_keeps_its_own(serving: Serving) -> None:
    editor = Held(abilities=TAKES_ALL)
    rules = {"official_defaults": False}
    async with serving(editor, preset="qwen-edit", rules=rules) as running:
        await running.http.post("/edit", json={"image": ENCODED, "prompt": "warmer"})
    assert editor.options == {}


async def test_a_parameter_that_the_editor_lacks_is_said_to_be_ignored(serving: Serving) -> None:
    body = {"image": ENCODED, "prompt": "warmer", "guidance_scale": 3, "enhance_prompt": True}
    async with serving(Held(), preset="flux-kontext") as running:
        notes = (await running.http.post("/edit", json=body)).json()["notes"]
    assert notes == [
        "guidance_scale is ignored: the editor has no such parameter",
        "enhance_prompt is ignored: the thinker rewrites instructions, not the editor",
        "made by hand",
    ]


@pytest.mark.parametrize(
    ("fields", "status", "said"),
    [
        ({"prompt": "x"}, 400, "image is required"),
        ({"image": "", "prompt": "x"}, 400, "image is required"),
        ({"image": "!!!", "prompt": "x"}, 400, "no base64"),
        ({"image": "aGVsbG8=", "prompt": "x"}, 400, "convert it to"),
        ({"image": ENCODED}, 422, "prompt is required"),
        ({"image": ENCODED, "prompt": 7}, 422, "prompt must be a text"),
        ({"image": ENCODED, "prompt": "\ud800"}, 422, "half of a character"),
        ({"image": ENCODED, "prompt": "x" * 20_001}, 422, "20,001 characters"),
        ({"image": ENCODED, "prompt": "x", "seed": -1}, 422, "seed must be from 0"),
        ({"image": ENCODED, "prompt": "x", "seed": 10**400}, 422, "seed must be from 0"),
        ({"image": ENCODED, "prompt": "x", "seed": "né"}, 422, "seed must be a whole number"),
        ({"image": ENCODED, "prompt": "x", "guidance_scale": 8}, 422, "from 0 to 7.5, not 8"),
        ({"image": ENCODED, "prompt": "x", "num_inference_steps": 1.5}, 422, "a whole number"),
        ({"image": ENCODED, "prompt": "x", "guidance_scale": float("nan")}, 422, "a number"),
        ({"image": ENCODED, "prompt": "x", "guidance_scale": True}, 422, "a number"),
    ],
)
async def test_what_is_wrong_is_named_with_its_status(
    serving: Serving, fields: dict[str, Any], status: int, said: str
) -> None:
    import json

    async with serving(Held(), preset="flux-kontext") as running:
        answer = await running.http.post("/edit", content=json.dumps(fields))
    found = answer.json()
    assert (answer.status_code, found["success"]) == (status, False)
    assert said in found["error"]
    assert found["detail"]


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (EditorError("out of memory"), 500),
        (EditorRejected("no"), 422),
        (UnsupportedInstruction("a cat"), 422),
        (ZeroDivisionError("a bug"), 500),
    ],
)
async def test_a_failed_edit_has_a_status_and_a_body_that_says_so(
    serving: Serving, error: Exception, status: int
) -> None:
    async with serving(Held(error=error)) as running:
        answer = await running.http.post("/edit", json={"image": ENCODED, "prompt": "x"})
    found = answer.json()
    assert answer.status_code == status
    assert found["success"] is False
    assert str(error) in found["error"]


async def test_an_upload_is_taken_and_answered_as_the_json_is(serving: Serving) -> None:
    editor = Held(abilities=TAKES_ALL)
    files = {"image_file": ("a.png", SOURCE.data, "image/png")}
    data = {"prompt": "warmer, né?", "seed": "7", "guidance_scale": "3", "negative_prompt": "blur"}
    async with serving(editor, preset="qwen-edit") as running:
        answer = await running.http.post("/edit-upload", files=files, data=data)
        wrong = {"image_file": ("a.pdf", b"%PDF", "application/pdf")}
        refused = await running.http.post("/edit-upload", files=wrong, data=data)
        missing = await running.http.post("/edit-upload", files={"x": b""}, data=data)
    assert answer.json()["original_image"] == ENCODED
    assert editor.requests[0].seed == 7
    assert editor.requests[0].instruction == "warmer, né?"
    meant = {"true_cfg_scale": 3.0, "num_inference_steps": 50, "negative_prompt": "blur"}
    assert editor.options == meant
    assert (refused.status_code, missing.status_code) == (400, 400)
    assert "image/*" in refused.json()["error"]


async def test_fill_takes_a_mask_and_answers_in_its_own_field(serving: Serving) -> None:
    editor = Held(abilities=Abilities(mask=True))
    body = {"image": ENCODED, "mask_image": ENCODED, "prompt": "a lamp"}
    files = [
        ("image_file", ("a.png", SOURCE.data, "image/png")),
        ("mask_file", ("m.png", SOURCE.data, "image/png")),
    ]
    async with serving(editor, preset="flux-fill") as running:
        filled = await running.http.post("/fill", json=body)
        uploaded = await running.http.post("/fill-upload", files=files, data={"prompt": "a lamp"})
        edit = await running.http.post("/edit", json=body)
        bare = await running.http.post("/fill", json={**body, "mask_image": None})
    for answer in (filled, uploaded):
        assert answer.json()["filled_image"] == ANSWER
        assert answer.json()["mask_image"] == ENCODED
    assert all(request.mask == SOURCE for request in editor.requests)
    assert (edit.status_code, bare.status_code) == (404, 400)


async def test_an_editor_without_masks_says_where_to_go(serving: Serving) -> None:
    async with serving(Held()) as running:
        fill = await running.http.post("/fill", json={"image": ENCODED, "prompt": "x"})
        made = await running.http.post("/generate", json={"prompt": "a cat"})
    assert (fill.status_code, made.status_code) == (404, 501)
    assert "/edit" in fill.json()["error"]
    assert "/edit" in made.json()["error"]


async def test_the_source_is_not_sent_back_where_that_was_switched_off(serving: Serving) -> None:
    async with serving(Held(), rules={"echo": False}) as running:
        answer = await running.http.post("/edit", json={"image": ENCODED, "prompt": "x"})
    assert "original_image" not in answer.json()


@pytest.mark.parametrize("send", ["json", "upload"])
async def test_our_own_client_is_answered(serving: Serving, send: Any) -> None:
    editor = Held(abilities=TAKES_ALL)
    request = EditRequest(SOURCE, "make it warmer, né?", seed=7)
    async with (
        serving(editor, preset="flux-kontext") as running,
        EditThinkerService(
            running.url, "flux-kontext", knobs={"guidance_scale": 3.5}, send=send
        ) as client,
    ):
        edited = await client.edit(request)
    assert edited.picture == MADE
    assert edited.seconds == 0.5
    assert editor.requests[0].instruction == request.instruction
    assert editor.requests[0].seed == 7
    assert editor.options["guidance_scale"] == 3.5


async def test_our_own_client_is_told_why_not_in_the_editors_words(serving: Serving) -> None:
    async with (
        serving(Retouch(), preset="flux-kontext") as running,
        EditThinkerService(running.url, "flux-kontext") as client,
    ):
        with pytest.raises(EditorRejected, match="cat"):
            await client.edit(EditRequest(SOURCE, "add a cat"))


async def test_our_own_client_fills(serving: Serving) -> None:
    editor = Held(abilities=replace(TAKES_ALL, mask=True))
    async with (
        serving(editor, preset="flux-fill") as running,
        EditThinkerService(running.url, "flux-fill") as client,
    ):
        edited = await client.edit(EditRequest(SOURCE, "a lamp", mask=SOURCE))
    assert edited.picture == MADE


def test_every_service_that_our_client_knows_has_a_face_with_its_texts() -> None:
    assert set(FACES) == set(PRESETS)
    for name, preset in PRESETS.items():
        if name != "plain":
            assert set(FACES[name].texts) == set(preset.texts) - {"enhance_prompt"}


@pytest.mark.parametrize("name", sorted({*FACES} - {"plain"}))
def test_the_defaults_of_a_face_are_taken_by_its_service(name: str) -> None:
    numbers = {**FACES[name].numbers, **FACES[name].inert}
    PRESETS[name].checked({each: number.default for each, number in numbers.items()})
