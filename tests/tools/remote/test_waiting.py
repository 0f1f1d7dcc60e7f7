"""Waiting for an edit, and taking it back."""

import anyio
import anyio.lowlevel
import pytest

from editloop.memory import EditorBusy, EditorError, EditorRejected
from editloop.tools.remote.waiting import found_by, taken_back

pytestmark = pytest.mark.anyio


async def test_nothing_is_taken_back_when_all_goes_well() -> None:
    asked: list[str] = []

    async def withdraw() -> None:
        asked.append("back")

    async with taken_back(withdraw):
        pass
    assert asked == []


async def test_taking_back_that_hangs_holds_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("editloop.tools.remote.waiting._GRACE", 0.01)
    with anyio.fail_after(60), pytest.raises(EditorError, match="broken") as caught:
        async with taken_back(anyio.sleep_forever):
            raise EditorError("broken")
    assert caught.value.__notes__ == ["it could not be taken back within 0.01 s"]


async def test_a_cancelled_block_stays_cancelled_when_taking_back_fails() -> None:
    asked: list[str] = []

    async def withdraw() -> None:
        await anyio.lowlevel.checkpoint()  # the shield lets it run
        asked.append("back")
        raise EditorRejected("too late")

    with anyio.CancelScope() as scope:
        async with taken_back(withdraw):
            scope.cancel()
            await anyio.sleep_forever()
    assert scope.cancelled_caught
    assert asked == ["back"]


async def test_the_fourth_failed_look_in_a_row_is_one_too_many() -> None:
    looks: list[int] = []

    async def look() -> int | None:
        looks.append(1)
        raise EditorBusy("later")

    with pytest.raises(EditorBusy, match="later"):
        await found_by(look, pause=0.001)
    assert len(looks) == 4


async def test_a_failure_that_will_not_pass_is_not_looked_at_again() -> None:
    looks: list[int] = []

    async def look() -> int | None:
        looks.append(1)
        raise EditorRejected("gone")

    with pytest.raises(EditorRejected, match="gone"):
        await found_by(look, pause=0.001)
    assert len(looks) == 1
