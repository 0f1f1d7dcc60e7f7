"""A host goes on whatever it meets: a store that is away, a run that nobody can read."""

import logging
from pathlib import Path

import pytest
from hosting import hosted, wish
from sqlalchemy import Connection, text

from editloop.memory import StoreLocked
from editloop.memory.store.engine import database_at
from editloop.server.host.trouble import Trouble
from editloop.server.principals import Principal

pytestmark = pytest.mark.anyio

ANN = Principal(name="ann")


def test_what_cannot_be_done_is_said_once_and_again_when_it_can(
    caplog: pytest.LogCaptureFixture,
) -> None:
    trouble = Trouble("look")
    with caplog.at_level(logging.WARNING, "editloop.server.host"):
        for error in (None, StoreLocked("busy"), StoreLocked("busy"), None, None):
            with trouble.told():
                if error:
                    raise error
    assert caplog.messages == ["cannot look: busy", "can look again"]


async def test_a_run_whose_bounds_cannot_be_read_ends_with_a_record_and_others_go_on(
    tmp_path: Path,
) -> None:
    async with hosted(tmp_path) as host:
        agent = host.agent
        bad = agent.fresh((await wish(host)).task("ann"), {"turns": "many"})
        await agent.store.jobs.add(bad, "ann", hold=False)
        ended = await host.wait(bad.id, ANN, 20)
        good = await host.wait((await host.begin(await wish(host), ANN)).run.id, ANN, 20)
    assert ended.failure
    assert (ended.status, ended.failure.border, good.status) == ("failed", "internal", "done")


async def test_a_run_that_cannot_be_read_holds_nobody_up(tmp_path: Path) -> None:
    async with hosted(tmp_path, host={"works": False}) as host:
        bad = (await host.begin(await wish(host), ANN)).run

    def spoil(connection: Connection) -> None:
        connection.execute(text("UPDATE run SET seed = 'none' WHERE id = :id"), {"id": bad.id})

    database = database_at(str(tmp_path / "editloop.db"))
    await database.write(spoil)
    await database.close()
    async with hosted(tmp_path, host={"at_once": 1}) as host:
        good = await host.wait((await host.begin(await wish(host), ANN)).run.id, ANN, 20)
    assert good.status == "done"
