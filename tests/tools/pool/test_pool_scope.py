"""A pool as a block: what goes in and out of it."""

import anyio
import pytest

from editloop.memory import SettingsError
from editloop.tools import EditRequest, Picture, ScriptedEditor
from editloop.tools.pool import EditorPool, PoolRules

pytestmark = pytest.mark.anyio

PICTURE = Picture(b"source", "image/png")


async def test_an_error_inside_the_block_comes_out_as_it_is() -> None:
    with pytest.raises(ZeroDivisionError, match="mine"):
        async with EditorPool():
            raise ZeroDivisionError("mine")


async def test_a_cancelled_block_closes_the_pool() -> None:
    closed = anyio.Event()
    with anyio.fail_after(60):
        async with anyio.create_task_group() as group:

            async def use() -> None:
                try:
                    async with EditorPool():
                        await anyio.sleep_forever()
                finally:
                    closed.set()

            group.start_soon(use)
            await anyio.lowlevel.checkpoint()
            group.cancel_scope.cancel()
    assert closed.is_set()


async def test_an_edit_passes_through_unchanged_in_real_time() -> None:
    editor = ScriptedEditor(name="one")
    async with EditorPool() as pool:
        pool.add(editor)
        edited = await pool.edit(EditRequest(PICTURE, "warmer", key="run:1"))
    assert (edited.picture, edited.notes) == (PICTURE, ())
    assert [request.key for request in editor.requests] == ["run:1"]


async def test_names_are_unique_and_known() -> None:
    async with EditorPool("gpus") as pool:
        pool.add(ScriptedEditor(name="one"))
        with pytest.raises(SettingsError, match="has a replica 'one' already"):
            pool.add(ScriptedEditor(name="one"))
        with pytest.raises(SettingsError, match="bound=0"):
            pool.add(ScriptedEditor(name="two"), bound=0)
        with pytest.raises(SettingsError, match="has no replica 'three'"):
            await pool.remove("three")


@pytest.mark.parametrize(
    "wrong", [{"bound": 0}, {"hedge": 1.0}, {"attempt": 0.0}, {"hedged_share": 2.0}]
)
def test_rules_that_cannot_work_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(SettingsError):
        PoolRules(**wrong)  # type: ignore[arg-type]
