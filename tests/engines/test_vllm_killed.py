"""The thinker's server is killed while it writes, and the run goes on with another one."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import pytest
from engines.processes import Server
from engines.squares import square
from engines.vllm_server import running, vllm

from editloop.agent import EditAgent, Kit, Retry
from editloop.agent.events import Opened, Retrying, TurnEdited
from editloop.memory import StopReason
from editloop.memory.images import LocalImages
from editloop.memory.store import open_store
from editloop.policies import MaxTurns, Rules
from editloop.policies.editthinker import EditThinker
from editloop.tools import ScriptedEditor

pytestmark = pytest.mark.anyio


async def test_a_run_whose_thinker_dies_goes_on_with_another_server(
    untrained_thinker: Path, logs: Path, vllm_url: str, tiny_template: Path, tmp_path: Path
) -> None:
    editor = ScriptedEditor(square("blue"))
    with vllm(untrained_thinker, logs) as server:
        async with EditThinker(server.url, max_tokens=4096) as dying:
            left = await _left_open(dying, editor, server, tmp_path)

    async with (
        EditThinker(vllm_url, template=tiny_template, max_tokens=256) as alive,
        _agent(alive, editor, tmp_path) as agent,
    ):
        run = await agent.resume(left)

    assert run.stop is not None
    assert run.stop.reason is StopReason.MAX_TURNS
    assert run.turns[0].critique is not None
    assert [sample.verdict for sample in run.turns[0].samples] == ["failed", "ok"]
    assert len(editor.requests) == 1  # what was edited before is not edited again


async def _left_open(
    thinker: EditThinker, editor: ScriptedEditor, server: Server, folder: Path
) -> str:
    """Kill the server while it answers, and leave the run when it would be asked again."""
    found = ""
    async with _agent(thinker, editor, folder) as agent:
        task = await agent.task(square("red").data, "Make the square blue.")
        async with agent.stream(task) as events:
            async for event in events:
                if isinstance(event, Opened):
                    found = event.run.id
                elif isinstance(event, TurnEdited):
                    await running(server.url, 1)
                    await anyio.to_thread.run_sync(server.kill)
                elif isinstance(event, Retrying):
                    assert event.failure.kind == "ThinkerBusy"
                    break

    return found


@asynccontextmanager
async def _agent(
    thinker: EditThinker, editor: ScriptedEditor, folder: Path
) -> AsyncGenerator[EditAgent]:
    async with open_store(f"sqlite:///{folder / 'editloop.db'}") as store:
        images = LocalImages(folder / "images")
        rules = Rules(stop=MaxTurns(1))
        yield EditAgent(
            kit=Kit(
                editor=editor,
                thinker=thinker,
                store=store,
                images=images,
                rules=rules,
                retry=Retry(wait=0.0),
            )
        )
