"""A store that is away while an edit is being made."""

from pathlib import Path

import anyio
import pytest
from hosting import Held, an_agent
from making import png
from wire import wire

from editloop.agent import Retry
from editloop.memory import Run, StoreAway, Task

pytestmark = pytest.mark.anyio


async def test_an_edit_that_is_answered_while_the_store_is_away_is_not_made_again(
    postgres_url: str, tmp_path: Path
) -> None:
    held, runs = Held(), list[Run]()
    async with (
        wire(postgres_url) as way,
        an_agent(tmp_path, store=way.url, editor=held.editor) as agent,
    ):
        task = Task(source=await agent.images.put(png(1)), instruction="make it warm")

        async def ask() -> None:
            runs.append(await agent.run(task))

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await held.asked(1)
            way.cut()
            held.let_all()
            await way.refused(2)
            way.mend()
    (run,) = runs
    assert run.stop is not None
    assert held.entered == len(run.turns)
    assert [turn.done for turn in run.turns] == [True] * len(run.turns)


async def test_a_store_that_stays_away_ends_the_run_with_what_is_wrong(
    postgres_url: str, tmp_path: Path
) -> None:
    held, retry = Held(), Retry(wait=0.0, outage=0.5)
    async with (
        wire(postgres_url) as way,
        an_agent(tmp_path, store=way.url, editor=held.editor, retry=retry) as agent,
    ):
        task = Task(source=await agent.images.put(png(1)), instruction="make it warm")

        async def ask() -> None:
            with pytest.raises(StoreAway, match=r"was lost|cannot be reached"):
                await agent.run(task)

        async with anyio.create_task_group() as group:
            group.start_soon(ask)
            await held.asked(1)
            way.cut()
            held.let_all()
        way.mend()
    assert held.entered == 1
