"""Readiness: opened, tried by a tiny edit, and not failing."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager

import anyio
import pytest
from served import ENCODED, Held, Serving, until

from editloop.memory import EditorError, EditorRejected, SettingsError
from editloop.server.edit_service import service
from editloop.tools import Abilities, Editor
from editloop.tools.retouch.editor import Retouch

pytestmark = pytest.mark.anyio

BODY = {"image": ENCODED, "prompt": "make it warmer"}


async def test_a_service_is_ready_once_a_real_edit_was_answered(serving: Serving) -> None:
    async with serving(Retouch(), rules={"probe": True}) as running:
        ready = await running.http.get("/readyz")
        alive = await running.http.get("/livez")
    assert (ready.status_code, ready.json()["ready"], alive.status_code) == (200, True, 200)


async def test_while_the_editor_is_opened_the_service_lives_and_is_not_ready(
    serving: Serving,
) -> None:
    loaded, stop = anyio.Event(), anyio.Event()

    @asynccontextmanager
    async def opening() -> AsyncGenerator[Editor]:
        await loaded.wait()
        try:
            yield Held()
        finally:
            stop.set()

    async with serving(opening, settled=False) as running:
        alive = await running.http.get("/livez")
        ready = await running.http.get("/readyz")
        health = (await running.http.get("/health")).json()
        edit = await running.http.post("/edit", json=BODY)
        front = (await running.http.get("/")).json()
        loaded.set()
        await running.desk.keeper.settled.wait()
        later = await running.http.get("/readyz")
    assert alive.status_code == 200
    assert (ready.status_code, edit.status_code) == (503, 503)
    assert "retry-after" in ready.headers
    assert "retry-after" in edit.headers
    assert (health["gpu_manager_ready"], health["ready"], front["editor"]) == (False, False, None)
    assert later.status_code == 200
    assert stop.is_set()


async def test_an_editor_that_cannot_be_opened_stops_the_service_and_says_why() -> None:
    stopped: list[bool] = []

    @asynccontextmanager
    async def opening() -> AsyncGenerator[Editor]:
        raise SettingsError("there are no weights at that path")
        yield Held()

    desk = service(opening, stop=lambda: stopped.append(True)).state.desk
    async with desk.open():
        await desk.keeper.settled.wait()
    assert stopped == [True]
    assert isinstance(desk.keeper.failed, SettingsError)
    with pytest.raises(EditorError, match="no weights"):
        _ = desk.keeper.editor


async def test_a_failing_editor_is_not_ready_until_a_tiny_edit_succeeds(serving: Serving) -> None:
    editor = Held(error=EditorError("out of memory"))
    async with serving(editor, rules={"probe_seconds": 0.01}) as running:
        assert running.desk.keeper.ready
        await running.http.post("/edit", json=BODY)
        ready = await running.http.get("/readyz")
        await until(lambda: len(editor.requests) > 2)  # it is tried again, and again
        editor.error = None
        await until(lambda: running.desk.keeper.ready)
    assert (ready.status_code, ready.json()["why"]) == (503, "out of memory")


async def test_a_request_that_is_at_fault_itself_leaves_the_service_ready(serving: Serving) -> None:
    async with serving(Held(error=EditorRejected("no"))) as running:
        await running.http.post("/edit", json=BODY)
        assert running.desk.keeper.ready


async def test_an_editor_with_a_bug_is_not_ready_either(serving: Serving) -> None:
    async with serving(Held(error=KeyError("x"))) as running:
        await running.http.post("/edit", json=BODY)
        assert not running.desk.keeper.ready


async def test_the_tiny_edit_takes_few_steps_and_a_mask_where_one_is_needed(
    serving: Serving,
) -> None:
    editor = Held(abilities=Abilities(mask=True, options=frozenset({"num_inference_steps"})))
    async with serving(editor, preset="flux-fill", rules={"probe": True}):
        assert editor.requests[0].mask
        assert editor.options == {"num_inference_steps": 2}


async def test_an_edit_without_bytes_is_a_failure(serving: Serving) -> None:
    from editloop.tools import Picture

    editor = Held(made=Picture(b"", "image/png"))
    async with serving(editor, rules={"probe": True}) as running:
        answer = await running.http.post("/edit", json=BODY)
        ready = await running.http.get("/readyz")
    assert (answer.status_code, ready.status_code) == (500, 503)
    assert "no bytes" in answer.json()["error"]
