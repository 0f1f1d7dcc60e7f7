"""The client of the official services against a server that follows their protocol."""

import base64
from dataclasses import replace
from typing import Any

import anyio
import pytest

from editloop.memory import (
    EditloopError,
    EditorBusy,
    EditorError,
    EditorRejected,
    PictureError,
    SettingsError,
)
from editloop.tools import EditRequest, Picture
from editloop.tools.pool import tiny_edit
from editloop.tools.pool.probing import tiny_png
from editloop.tools.remote.editthinker_service import EditThinkerService

pytestmark = pytest.mark.anyio

SOURCE = Picture(tiny_png(), "image/png")
REQUEST = EditRequest(SOURCE, "make it warmer, né?", seed=7)
EDIT = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 4096  # a JPEG by its beginning, above 1 MB


def _answers(server: Any, field: str = "edited_image", **more: object) -> None:
    """What an official service says, source echoed."""
    server.says(
        success=True,
        task_id="1",
        original_image=base64.b64encode(SOURCE.data).decode(),
        **{field: base64.b64encode(EDIT).decode()},
        **{"seed": 7, "original_prompt": REQUEST.instruction, "enhanced_prompt": None, **more},
        gpu_id=0,
        processing_time=12.5,
        error=None,
    )


async def _edited(server: Any, preset: str = "flux-kontext", **options: Any) -> Any:
    async with EditThinkerService(server.url, preset, **options) as editor:
        return await editor.edit(REQUEST)


async def test_the_request_is_the_official_one_and_the_bytes_come_back(server: Any) -> None:
    _answers(server)
    edited = await _edited(server, knobs={"guidance_scale": 3.5, "num_inference_steps": 20})
    assert server.asked[0].line.startswith("POST /edit ")
    assert server.asked[0].json == {
        "image": base64.b64encode(SOURCE.data).decode(),
        "prompt": "make it warmer, né?",
        "seed": 7,
        "enhance_prompt": False,
        "guidance_scale": 3.5,
        "num_inference_steps": 20,
    }
    assert edited.picture == Picture(EDIT, "image/jpeg")
    assert (edited.seconds, edited.notes) == (12.5, ())


async def test_an_upload_is_a_form_with_the_bytes_as_they_are(server: Any) -> None:
    _answers(server)
    await _edited(server, "qwen-edit", send="upload", knobs={"negative_prompt": "blur"})
    assert server.asked[0].path == "/edit-upload"
    parts = {part.name: part for part in server.asked[0].form}
    assert parts["image_file"].data == SOURCE.data
    assert parts["image_file"].media_type == "image/png"
    written = {name: part.data.decode() for name, part in parts.items() if not part.filename}
    assert written == {
        "prompt": "make it warmer, né?",
        "seed": "7",
        "enhance_prompt": "false",
        "negative_prompt": "blur",
    }


async def test_what_is_no_picture_is_not_uploaded(server: Any) -> None:
    async with EditThinkerService(server.url, "qwen-edit", send="upload") as editor:
        with pytest.raises(PictureError, match="application/pdf"):
            await editor.edit(EditRequest(Picture(b"%PDF", "application/pdf"), "warmer"))


async def test_fill_sends_the_mask_and_reads_its_own_field(server: Any) -> None:
    _answers(server, "filled_image")
    request = EditRequest(SOURCE, "a lamp", mask=Picture(b"mask", "image/png"))
    async with EditThinkerService(server.url, "flux-fill") as editor:
        edited = await editor.edit(request)
    assert server.asked[0].path == "/fill"
    assert server.asked[0].json["mask_image"] == base64.b64encode(b"mask").decode()
    assert edited.seconds > 0
    assert edited.picture.data == EDIT


@pytest.mark.parametrize(
    ("preset", "request_", "said"),
    [
        ("flux-fill", REQUEST, "needs a mask"),
        ("flux-kontext", EditRequest(SOURCE, "x", mask=SOURCE), "takes no mask"),
        ("longcat", EditRequest(SOURCE, "x", references=(SOURCE,)), "beside the source"),
    ],
)
async def test_what_a_service_cannot_do_is_refused_before_anything_is_sent(
    server: Any, preset: str, request_: EditRequest, said: str
) -> None:
    async with EditThinkerService(server.url, preset) as editor:
        with pytest.raises(EditorRejected, match=said):
            await editor.edit(request_)
    assert server.asked == []


INERT = (
    "num_images_per_prompt does nothing here: "
    "only the first picture is returned, at the price of all"
)


async def test_knobs_that_do_nothing_are_said(server: Any) -> None:
    _answers(server, seed=8, enhanced_prompt="warm it up a lot")
    knobs = {"width": 512, "num_images_per_prompt": 2}
    notes = (await _edited(server, "longcat", knobs=knobs)).notes
    assert notes == (
        "width is ignored by this service; it was not sent",
        INERT,
        "the service rewrote the instruction: warm it up a lot",
        "the service used the seed 8, not 7",
    )
    assert "width" not in server.asked[0].json


@pytest.mark.parametrize(
    ("preset", "knobs"),
    [
        ("flux-kontext", {"guidance_scale": 8}),
        ("qwen-edit-lightning", {"num_inference_steps": 51}),
        ("omnigen2", {"text_guidance_scale": True}),
        ("nonsense", {}),
    ],
)
def test_settings_that_the_service_would_refuse_are_refused_at_once(
    preset: str, knobs: dict[str, Any]
) -> None:
    with pytest.raises(SettingsError):
        EditThinkerService("http://127.0.0.1:1", preset, knobs=knobs)


async def test_a_large_seed_stays_within_what_the_services_take(server: Any) -> None:
    _answers(server, seed=5)
    async with EditThinkerService(server.url, "longcat") as editor:
        await editor.edit(EditRequest(SOURCE, "warmer", seed=2**31 + 5))
    assert server.asked[0].json["seed"] == 5


@pytest.mark.parametrize(
    ("status", "body", "kind", "said"),
    [
        (500, b'{"detail": "queue is full"}', EditorBusy, "answered 500: queue is full"),
        (503, b'{"detail": "GPU manager missing"}', EditorBusy, "GPU manager missing"),
        (429, b'{"error": {"message": "slow down"}}', EditorBusy, "slow down; it asks to wait 9 s"),
        (400, b'{"detail": "image is required"}', EditorRejected, "image is required"),
        (
            422,
            b'{"detail": [{"loc": ["body", "seed"], "msg": "not an int"}]}',
            EditorRejected,
            "body.seed: not an int",
        ),
        (502, b"<html>bad gateway</html>", EditorBusy, "<html>bad gateway"),
        (404, b"", EditorRejected, "no explanation"),
        (302, b"", EditorError, "give the address"),
        (200, b"<html>hello</html>", EditorBusy, "instead of JSON; it begins '<html>hello"),
        (200, b"[1]", EditorError, "a JSON list"),
        (200, b"{}", EditorError, "without a picture"),
        (200, b'{"success": false, "error": "CUDA"}', EditorError, "failed: CUDA"),
        (200, b'{"edited_image": "!!!!"}', EditorError, "base64 that cannot be read"),
        (200, b'{"edited_image": "aGVsbG8="}', EditorError, "no picture that we take"),
    ],
)
async def test_failures_speak_in_the_words_of_the_server(
    server: Any, status: int, body: bytes, kind: type[EditloopError], said: str
) -> None:
    server.status, server.body, server.headers = status, body, {"retry-after": "9"}
    with pytest.raises(kind, match="editthinker:flux-kontext") as caught:
        await _edited(server)
    assert said in str(caught.value)
    assert type(caught.value) is kind
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    ("status", "asks", "seconds"),
    [
        (429, "9", 9.0),
        (503, "0.5", 0.5),
        (429, "86400", 3600.0),
        (429, "Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        (429, "soon", None),
        (429, "nan", None),
        (500, "9", None),
    ],
)
async def test_the_wait_that_a_server_asks_for_when_it_took_nothing_is_passed_on(
    server: Any, status: int, asks: str, seconds: float | None
) -> None:
    server.status, server.headers = status, {"retry-after": asks}
    with pytest.raises(EditorBusy) as caught:
        await _edited(server)
    assert caught.value.retry_after == seconds


async def test_the_key_of_a_request_is_sent_and_a_request_without_one_sends_none(
    server: Any,
) -> None:
    _answers(server)
    async with EditThinkerService(server.url, "longcat") as editor:
        await editor.edit(EditRequest(SOURCE, "warmer", key="01kd:2"))
        await editor.edit(EditRequest(SOURCE, "warmer"))
    assert server.asked[0].headers["idempotency-key"] == "01kd:2"
    assert "idempotency-key" not in server.asked[1].headers


async def test_a_service_that_only_fills_passes_its_probe(server: Any) -> None:
    _answers(server, "filled_image")
    async with EditThinkerService(server.url, "flux-fill") as editor:
        await tiny_edit(editor)
    assert set(server.asked[0].json) >= {"image", "mask_image"}


async def test_a_cut_answer_may_be_asked_for_again(server: Any) -> None:
    _answers(server)
    server.cut = True
    with pytest.raises(EditorBusy, match="broke off"):
        await _edited(server)


async def test_an_answer_is_not_read_beyond_its_bound(server: Any) -> None:
    _answers(server)
    with pytest.raises(EditorError, match="more than 100,000 bytes"):
        await _edited(server, most=100_000)


async def test_nobody_at_the_address_is_busy() -> None:
    async with EditThinkerService("http://127.0.0.1:9", "longcat") as editor:
        with pytest.raises(EditorBusy, match="cannot be reached"):
            await editor.edit(REQUEST)


async def test_a_cancelled_edit_closes_its_connection(server: Any) -> None:
    server.body = None
    async with (
        EditThinkerService(server.url, "flux-kontext") as editor,
        anyio.create_task_group() as group,
    ):
        group.start_soon(editor.edit, REQUEST)
        await server.arrived.wait()
        group.cancel_scope.cancel()
    with anyio.fail_after(60):
        await server.left.wait()


async def test_connections_are_kept(server: Any) -> None:
    _answers(server)
    async with EditThinkerService(server.url, "flux-kontext") as editor:
        for _ in range(3):
            await editor.edit(REQUEST)
    assert (len(server.asked), server.connections) == (3, 1)


async def test_an_option_of_one_request_goes_before_what_was_set(server: Any) -> None:
    request = replace(REQUEST, options={"num_inference_steps": 9})
    async with EditThinkerService(
        server.url, "longcat", knobs={"num_inference_steps": 20}
    ) as editor:
        assert "num_inference_steps" in editor.abilities.options
        server.says(edited_image=base64.b64encode(EDIT).decode(), seed=7)
        await editor.edit(request)
        assert server.asked[0].json["num_inference_steps"] == 9
        with pytest.raises(EditorRejected, match="must be within 1 and 100"):
            await editor.edit(replace(REQUEST, options={"num_inference_steps": 900}))
