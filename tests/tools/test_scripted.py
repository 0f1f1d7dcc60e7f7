import anyio
import pytest

from editloop.memory import EditorBusy, UnsupportedInstruction
from editloop.tools import Edited, Editor, EditRequest, Picture, ScriptedEditor

pytestmark = pytest.mark.anyio

SOURCE = Picture(b"source", "image/png")
ONE, TWO = Picture(b"one", "image/png"), Picture(b"two", "image/jpeg")


def _request(seed: int = 0) -> EditRequest:
    return EditRequest(SOURCE, "brighten", seed=seed)


async def test_without_answers_the_source_comes_back() -> None:
    editor: Editor = ScriptedEditor()
    assert await editor.edit(_request()) == Edited(SOURCE)


async def test_answers_come_in_order_and_the_last_one_stays() -> None:
    whole = Edited(TWO, seconds=2.0, cost=0.5, notes=("smaller",))
    editor = ScriptedEditor(ONE, whole)
    assert [await editor.edit(_request(i)) for i in range(3)] == [Edited(ONE), whole, whole]
    assert editor.requests == [_request(0), _request(1), _request(2)]


async def test_an_error_is_raised_in_its_turn() -> None:
    editor = ScriptedEditor(EditorBusy("later"), ONE, UnsupportedInstruction("no cats"))
    with pytest.raises(EditorBusy, match="later"):
        await editor.edit(_request())
    assert await editor.edit(_request()) == Edited(ONE)
    for _ in range(2):
        with pytest.raises(UnsupportedInstruction, match="no cats"):
            await editor.edit(_request())


async def test_concurrent_edits_each_take_their_own_answer() -> None:
    gate = anyio.Event()

    async def wait(request: EditRequest) -> None:
        if request.seed == 0:
            await gate.wait()
        else:
            gate.set()

    editor = ScriptedEditor(ONE, TWO, before=wait)
    given: dict[int, Picture] = {}

    async def ask(seed: int) -> None:
        given[seed] = (await editor.edit(_request(seed))).picture

    async with anyio.create_task_group() as group:
        group.start_soon(ask, 0)
        await anyio.wait_all_tasks_blocked()
        group.start_soon(ask, 1)
    assert given == {0: ONE, 1: TWO}


async def test_a_cancelled_edit_was_still_asked_for() -> None:
    async def forever(request: EditRequest) -> None:
        await anyio.sleep_forever()

    editor = ScriptedEditor(ONE, before=forever)
    with anyio.move_on_after(0) as scope:
        await editor.edit(_request())
    assert scope.cancelled_caught
    assert editor.requests == [_request()]
