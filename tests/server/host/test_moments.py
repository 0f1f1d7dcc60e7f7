"""The moments of a run are the same at every process, whenever they are asked for."""

from pathlib import Path

import pytest
from hosting import Held, hosted, thinker, wish

from editloop.memory import ThinkerError
from editloop.policies import ScriptedThinker
from editloop.server.host import Moment
from editloop.server.host.moments import moments
from editloop.server.principals import Principal

pytestmark = pytest.mark.anyio

ANN = Principal(name="ann")


@pytest.mark.parametrize("answer", [None, ThinkerError("it cannot see")])
async def test_what_is_told_from_the_record_is_what_was_told_when_it_happened(
    tmp_path: Path, answer: ThinkerError | None
) -> None:
    """The edit half is told before anybody has looked at it, and is not told otherwise later."""
    held, live = Held(free=1_000_000), list[Moment]()

    async def hear(moment: Moment) -> None:
        live.extend([moment] if moment.number else [])

    looks = ScriptedThinker(answer) if answer else thinker()
    async with hosted(tmp_path, editor=held.editor, thinker=looks) as host:
        begun = await host.begin(await wish(host), ANN)
        run = await host.wait(begun.run.id, ANN, 20, hear=hear)
    assert run.stop
    assert moments(run) == live
    assert "failure" not in {name for name, value in live[1].facts.items() if value}
