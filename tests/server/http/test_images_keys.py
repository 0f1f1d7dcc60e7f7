"""Requests to `/v1/images/edits` that are sent again: under a key, and by those who had left."""

import base64
from functools import partial
from pathlib import Path
from typing import Any

import anyio
import pytest
from hosting import GOOD, Held, thinker
from images_door import EDITS, Door, images_door
from making import png

from editloop.memory.store import RunFilter
from editloop.server.principals import LOCAL
from editloop.tools import EditRequest, Picture, ScriptedEditor

pytestmark = pytest.mark.anyio

NAMED = ("a.png", png(200))
ROOM = {"at_once": 1, "waiting": 0}


async def _asked(door: Door, key: str, **more: Any) -> Any:
    data = {"prompt": "warm", **more}
    headers = {"idempotency-key": key}
    return await door.http.post(EDITS, files={"image": NAMED}, data=data, headers=headers)


@pytest.mark.parametrize(
    "fields",
    [
        {"output_format": "jpeg", "output_compression": "50"},
        {"size": "32x24"},
        {"background": "opaque"},
        {"stream": "true", "partial_images": "1"},
    ],
    ids=lambda fields: next(iter(fields)),
)
async def test_how_a_picture_is_delivered_is_no_part_of_what_a_key_binds(
    tmp_path: Path, fields: dict[str, str]
) -> None:
    async with images_door(tmp_path, thinker=thinker(GOOD)) as door:
        first = await _asked(door, "k")
        other = await _asked(door, "k", **fields)
    assert other.status_code == 200, other.text
    assert other.headers["x-editloop-run"] == first.headers["x-editloop-run"]
    assert other.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize("fields", [{"turns": "3"}, {"n": "2"}, {"user": "bob"}, {"seed": "7"}])
async def test_what_changes_the_runs_is_another_request(
    tmp_path: Path, fields: dict[str, str]
) -> None:
    async with images_door(tmp_path, thinker=thinker(GOOD)) as door:
        await _asked(door, "k")
        other = await _asked(door, "k", **fields)
    assert (other.status_code, other.json()["error"]["code"]) == (422, "key_reused")


async def test_a_key_is_the_same_with_and_without_quotes_and_must_be_one(tmp_path: Path) -> None:
    async with images_door(tmp_path, thinker=thinker(GOOD)) as door:
        plain, quoted = await _asked(door, "k"), await _asked(door, '"k"')
        long, empty = await _asked(door, "k" * 256), await _asked(door, "")
    assert plain.headers["x-editloop-run"] == quoted.headers["x-editloop-run"]
    for refused in (long, empty):
        assert (refused.status_code, refused.json()["error"]["code"]) == (400, "idempotency_key")


async def test_two_that_leave_one_after_the_other_break_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """The second one comes, and leaves again, while the edit of the first is being broken off."""
    begun, breaking, let = anyio.Event(), anyio.Event(), anyio.Event()

    async def slowly(_: EditRequest) -> None:
        if begun.is_set():
            return
        begun.set()
        try:
            await anyio.sleep_forever()
        finally:
            breaking.set()
            with anyio.CancelScope(shield=True):
                await let.wait()

    editor = ScriptedEditor(Picture(png(10), "image/png"), before=slowly)
    async with images_door(tmp_path, editor=editor, thinker=thinker(GOOD)) as door:
        for _ in range(2):
            async with anyio.create_task_group() as group:
                group.start_soon(_asked, door, "k")
                await door.waits.are(1)
                await begun.wait()
                group.cancel_scope.cancel()
            await door.waits.are(0)
            await breaking.wait()
        let.set()
        answer = await _asked(door, "k")
        runs = await door.host.runs(LOCAL, RunFilter())
    assert base64.b64decode(answer.json()["data"][0]["b64_json"]) == png(10)
    assert len(runs) == 1
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_a_client_for_whom_there_was_no_room_does_not_wait_for_its_run(
    tmp_path: Path,
) -> None:
    held = Held()
    async with images_door(tmp_path, editor=held.editor, host=ROOM) as door:

        async def left(key: str, edits: int) -> None:
            async with anyio.create_task_group() as group:
                group.start_soon(_asked, door, key)
                await held.asked(edits)
                group.cancel_scope.cancel()
            with anyio.fail_after(60):
                await door.host.wait("last", LOCAL, 60)

        await left("k", 1)
        run = await door.host.run("last", LOCAL)
        async with anyio.create_task_group() as group:
            group.start_soon(partial(_asked, door, "other", turns="1"))
            await held.asked(2)
            full = await _asked(door, "k")
            assert full.status_code == 429
            held.let()
        async with anyio.create_task_group() as group:
            group.start_soon(_asked, door, "k")
            await held.asked(3)
            group.cancel_scope.cancel()
        with anyio.fail_after(60):
            await door.host.wait(run.id, LOCAL, 60)
        assert await door.host.paused(await door.host.run(run.id, LOCAL))
