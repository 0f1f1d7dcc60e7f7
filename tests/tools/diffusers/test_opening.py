"""Opening and closing a `DiffusersEditor`."""

import threading
from typing import Any

import anyio
import pytest
from anyio import to_thread
from painting import PLAIN, Held, PlainPipeline, loading, wide

from editloop.memory import EditorError, SettingsError
from editloop.tools import EditRequest
from editloop.tools.diffusers import DiffusersEditor

pytestmark = pytest.mark.anyio


@pytest.fixture
def pipe() -> PlainPipeline:
    return PlainPipeline()


def plain(pipe: PlainPipeline, **chosen: Any) -> DiffusersEditor:
    return DiffusersEditor(PLAIN, load=loading(pipe), **chosen)


async def test_an_editor_that_is_not_open_says_so(pipe: PlainPipeline) -> None:
    editor = plain(pipe)
    with pytest.raises(EditorError, match="async with"):
        await editor.edit(EditRequest(wide(), "red"))
    async with editor:
        pass
    with pytest.raises(EditorError, match="async with"):
        await editor.edit(EditRequest(wide(), "red"))


async def test_an_editor_can_be_opened_again(pipe: PlainPipeline) -> None:
    editor = plain(pipe)
    for _ in range(2):
        async with editor:
            assert await editor.edit(EditRequest(wide(), "red"))


async def test_closing_stops_the_edit_that_is_being_made(pipe: PlainPipeline) -> None:
    held, failures = Held(at=1), list[Exception]()
    pipe.before_step = held
    editor = plain(pipe, steps=50)

    async def one() -> None:
        try:
            await editor.edit(EditRequest(wide(), "red"))
        except EditorError as error:
            failures.append(error)

    async with anyio.create_task_group() as group, editor:
        group.start_soon(one)
        await to_thread.run_sync(held.reached.wait)
        held.go.set()
    assert len(failures) == 1
    assert pipe.steps_made <= 3


async def test_a_load_that_fails_fails_the_opening() -> None:
    def fail(*_: object) -> Any:
        raise SettingsError("no weights")

    with pytest.raises(SettingsError, match="no weights"):
        async with DiffusersEditor(PLAIN, load=fail):
            pass


async def test_a_cancelled_load_does_not_wait_for_the_weights(pipe: PlainPipeline) -> None:
    held = Held()

    def slow(*given: Any) -> Any:
        held(0)
        return loading(pipe)(*given)

    async with anyio.create_task_group() as group:

        async def opens() -> None:
            async with DiffusersEditor(PLAIN, load=slow):
                pytest.fail("it must not open")

        group.start_soon(opens)
        await to_thread.run_sync(held.reached.wait)
        group.cancel_scope.cancel()
    held.go.set()


async def test_a_thread_that_loads_too_late_serves_nobody(pipe: PlainPipeline) -> None:
    held, late, released = Held(), PlainPipeline(), list[str]()
    freed = threading.Event()

    def slow_once(*given: Any) -> Any:
        if held.reached.is_set():
            return loading(pipe)(*given)
        held(0)
        loaded = loading(late, released)(*given)
        loaded.release = freed.set
        return loaded

    editor = DiffusersEditor(PLAIN, load=slow_once)
    async with anyio.create_task_group() as group:
        group.start_soon(editor.__aenter__)
        await to_thread.run_sync(held.reached.wait)
        group.cancel_scope.cancel()
    async with editor:
        held.go.set()
        assert await to_thread.run_sync(freed.wait, 30)
        assert await editor.edit(EditRequest(wide(), "red"))
    assert not late.calls
