"""What seldom happens: busy editors, odd bodies, the end of the grace time."""

import base64
import io
import json
import os
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import httpx2
import pytest
from PIL import Image
from served import ENCODED, SOURCE, Held, Serving, until

from editloop.memory import EditorBusy, EditorError, InputError, PictureError, SettingsError
from editloop.server.edit_service import service
from editloop.server.refusals import Refused
from editloop.server.rules import ServiceRules
from editloop.server.shared_edits import SharedEdits
from editloop.tools import Abilities, Editor, EditRequest, Picture

pytestmark = pytest.mark.anyio

BODY = {"image": ENCODED, "prompt": "warmer"}
EDITS = "/v1/images/edits"
PNG = ("a.png", SOURCE.data, "image/png")


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (EditorBusy("come back"), 503, "editor_busy"),
        (PictureError("too long and narrow"), 400, "picture"),
        (InputError("needs a mask"), 400, "input"),
    ],
)
async def test_what_the_editor_raises_keeps_its_sense(
    serving: Serving, error: Exception, status: int, kind: str
) -> None:
    async with serving(Held(error=error)) as running:
        answer = await running.http.post("/edit", json=BODY)
    assert (answer.status_code, answer.json()["kind"]) == (status, kind)
    assert ("retry-after" in answer.headers) == (status == 503)


async def test_what_is_not_done_within_the_grace_time_is_cancelled(serving: Serving) -> None:
    editor, ends = Held(open=False), list[str]()

    async def ask(http: httpx2.AsyncClient) -> None:
        try:
            answer = await http.post("/edit", json=BODY)
            ends.append(f"{answer.status_code}")
        except httpx2.HTTPError as error:
            ends.append(type(error).__name__)

    async with serving(editor, grace=0) as running, anyio.create_task_group() as group:
        group.start_soon(ask, running.http)
        await editor.begun.wait()
        running.server.should_exit = True
        with anyio.fail_after(60):
            await editor.cancelled.wait()
    assert ends != ["200"]


async def test_a_patient_service_begins_once_its_editor_answers() -> None:
    loaded = anyio.Event()

    @asynccontextmanager
    async def opening() -> AsyncGenerator[Editor]:
        await loaded.wait()
        yield Held()

    app = service(opening, patient=True)
    begun: list[bool] = []

    async def begin() -> None:
        async with app.router.lifespan_context(app):
            begun.append(app.state.desk.keeper.ready)

    async with anyio.create_task_group() as group:
        group.start_soon(begin)
        await anyio.wait_all_tasks_blocked()
        assert begun == []
        loaded.set()
    assert begun == [True]


async def test_a_patient_service_does_not_begin_without_its_editor() -> None:
    @asynccontextmanager
    async def opening() -> AsyncGenerator[Editor]:
        raise SettingsError("no weights")
        yield Held()

    app = service(opening, patient=True)
    with pytest.RaisesGroup(SettingsError, flatten_subgroups=True):
        async with app.router.lifespan_context(app):
            pytest.fail("it began")


async def test_a_bug_of_an_engine_while_it_is_opened_is_told_as_one() -> None:
    @asynccontextmanager
    async def opening() -> AsyncGenerator[Editor]:
        raise ZeroDivisionError("in the loader")
        yield Held()

    desk = service(opening).state.desk
    async with desk.open():
        await desk.keeper.settled.wait()
    assert "ZeroDivisionError: in the loader" in str(desk.keeper.failed)


async def test_an_editor_that_fails_its_first_tiny_edit_is_not_ready(serving: Serving) -> None:
    editor = Held(error=EditorError("no memory"))
    async with serving(editor, rules={"probe": True}) as running:
        ready = await running.http.get("/readyz")
    assert (ready.status_code, ready.json()["why"]) == (503, "no memory")


async def test_a_tiny_edit_that_never_ends_is_a_failure(serving: Serving) -> None:
    rules = {"probe": True, "seconds": 0.01}
    async with serving(Held(open=False), rules=rules) as running:
        assert "longer than 0.01 s" in running.desk.keeper.trouble


async def test_a_full_line_is_no_failure_of_the_editor(serving: Serving) -> None:
    editor = Held(error=EditorError("once"))
    rules = {"waiting": 0, "probe_seconds": 0.01}
    async with serving(editor, rules=rules) as running, anyio.create_task_group() as group:
        await running.http.post("/edit", json=BODY)
        editor.error, editor.open = None, False
        await until(lambda: running.desk.line.entered == 1)  # the probe has the only place
        refused = await running.http.post("/edit", json=BODY)
        assert refused.status_code == 429
        editor.let.set()
        await until(lambda: running.desk.keeper.ready)
        group.cancel_scope.cancel()


async def test_no_edit_begins_before_the_service() -> None:
    async def work(request: EditRequest) -> object:
        raise AssertionError

    edits = SharedEdits(ServiceRules(), work)  # type: ignore[arg-type]  # never called
    with pytest.raises(Refused, match="not begun"):
        await edits.answered(EditRequest(SOURCE, "x"), b"")


@pytest.mark.parametrize("body", [b"[1]", b'"text"', b"{", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(serving: Serving, body: bytes) -> None:
    async with serving(Held()) as running:
        answer = await running.http.post("/edit", content=body)
    assert answer.status_code == 422
    assert "JSON object" in answer.json()["error"]


async def test_a_body_that_dawdles_is_answered_408(serving: Serving) -> None:
    async with serving(Held(), rules={"body_seconds": 0.05}) as running:
        stream = await anyio.connect_tcp("127.0.0.1", running.port)
        await stream.send(b"POST /edit HTTP/1.1\r\nhost: localhost\r\ncontent-length: 9\r\n\r\n{")
        with anyio.fail_after(60):
            answer = await stream.receive()
        await stream.aclose()
    assert answer.startswith(b"HTTP/1.1 408")


async def test_a_mask_may_be_a_data_url_and_must_be_a_picture(serving: Serving) -> None:
    url = f"data:image/png;base64,{ENCODED}"
    broken = SOURCE.data[:60] + bytes(40) + SOURCE.data[100:]
    editor = Held(abilities=Abilities(mask=True))
    async with serving(editor) as running:
        good = await running.http.post(
            EDITS, files={"image": PNG}, data={"prompt": "x", "mask": url}
        )
        body = {"prompt": "x", "image": url, "mask": {"image_url": url}}
        as_json = await running.http.post(EDITS, json=body)
        bad = await running.http.post(
            EDITS,
            files={"image": PNG, "mask": ("m.png", broken, "image/png")},
            data={"prompt": "x"},
        )
    assert (good.status_code, as_json.status_code) == (200, 200), (good.text, as_json.text)
    assert all(request.mask for request in editor.requests)
    assert (bad.status_code, bad.json()["error"]["param"]) == (400, "mask")


async def test_an_edit_with_holes_becomes_a_jpeg_all_the_same(serving: Serving) -> None:
    out = io.BytesIO()
    Image.new("RGBA", (8, 8), (200, 0, 0, 0)).save(out, "PNG")
    editor = Held(made=Picture(out.getvalue(), "image/png"))
    async with serving(editor) as running:
        data = {"prompt": "x", "output_format": "jpeg"}
        answer = await running.http.post(EDITS, files={"image": PNG}, data=data)
    assert answer.json()["output_format"] == "jpeg"


async def test_the_front_page_tells_what_the_engine_wants_on_record(serving: Serving) -> None:
    class Detailed(Held):
        @property
        def details(self) -> dict[str, str | int | float | bool | None]:
            return {"steps": 28}

    async with serving(Detailed(), preset="flux-kontext") as running:
        front = (await running.http.get("/")).json()
    assert front["details"] == {"steps": 28}
    assert front["preset"] == "flux-kontext"


async def test_a_seed_as_a_text_or_a_whole_float_is_a_seed(serving: Serving) -> None:
    editor = Held()
    async with serving(editor) as running:
        for seed in ("7", 7.0, 7):
            await running.http.post("/edit", content=json.dumps({**BODY, "seed": seed}))
    assert [request.seed for request in editor.requests] == [7, 7, 7]


async def test_a_large_picture_comes_and_goes_byte_for_byte(serving: Serving) -> None:
    out = io.BytesIO()
    Image.frombytes("RGB", (600, 400), os.urandom(600 * 400 * 3)).save(out, "PNG")
    data = out.getvalue()
    editor = Held(made=Picture(data, "image/png"))
    written = base64.b64encode(data).decode()
    form = {"image_file": ("a.png", data, "image/png")}
    async with serving(editor) as running:
        as_json = await running.http.post("/edit", json={"image": written, "prompt": "x"})
        as_form = await running.http.post("/edit-upload", files=form, data={"prompt": "x"})
    for answer in (as_json, as_form):
        assert answer.json()["original_image"] == answer.json()["edited_image"] == written
    assert {request.source.data for request in editor.requests} == {data}


async def test_what_changes_nothing_is_said(serving: Serving) -> None:
    body = {
        **BODY,
        "num_images_per_prompt": 2,
        "negative_prompt": "blur",
        "guidance_scale": "x" * 30,
    }
    async with serving(Held(), preset="longcat") as running:
        refused = await running.http.post("/edit", json=body)
        answer = await running.http.post("/edit", json={**body, "guidance_scale": None})
    assert refused.status_code == 422
    assert answer.json()["notes"][:2] == [
        "negative_prompt is ignored: the editor has no such parameter",
        "num_images_per_prompt is ignored: one picture is made",
    ]


async def test_a_parameter_that_stands_anyway_is_not_said_to_be_ignored(serving: Serving) -> None:
    class Started(Held):
        @property
        def details(self) -> dict[str, str | int | float | bool | None]:
            return {"steps": 28, "guidance_scale": 2.5}

    body = {**BODY, "num_inference_step": 28, "guidance_scale": 2.5}
    async with serving(Started(), preset="flux-kontext") as running:
        same = await running.http.post("/edit", json=body)
        other = await running.http.post("/edit", json={**body, "guidance_scale": 3})
    assert same.json()["notes"] == ["made by hand"]
    assert other.json()["notes"][0] == (
        "guidance_scale=3.0 is ignored: the editor was started with 2.5"
    )
