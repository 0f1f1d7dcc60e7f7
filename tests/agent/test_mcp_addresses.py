"""MCP servers as addresses, from the address to an edit in the loop."""

import shlex
import sys
from pathlib import Path

import pytest
from making import png
from mcp_serving import SERVER, Served

from editloop.agent import EditAgent, Settings, build, editors
from editloop.agent.addresses import parse
from editloop.agent.opening import planned_editor
from editloop.memory import SettingsError
from editloop.tools.mcp import MCPEditor

pytestmark = pytest.mark.anyio

COMMAND = f"mcp:{shlex.quote(sys.executable)} {shlex.quote(str(SERVER))}"


async def _answered(editor: str, folder: Path) -> int:
    settings = Settings(editor=editor, store=str(folder / "e.db"), turns=1)
    async with build(settings) as agent:
        assert isinstance(agent, EditAgent)
        run = await agent.run(await agent.task(png(9), "make it lighter", seed=3))
    assert run.best is not None, run.failure
    assert run.settings["editor_details"]["server"] == "foreign"
    return len(run.turns)


async def test_a_command_is_an_editor(tmp_path: Path) -> None:
    assert await _answered(f"{COMMAND}?tool=edit_base64&steps=8", tmp_path) == 1


async def test_an_address_that_listens_is_an_editor(tmp_path: Path) -> None:
    async with Served().serving() as served:
        assert await _answered(f"mcp+{served.url}?tool=edit_photo", tmp_path) == 1


def test_nothing_is_started_to_plan_with_it() -> None:
    assert planned_editor("mcp+https://a.b/mcp?tool=paint&cost=0.04") == ("mcp:paint", 0.04)
    assert planned_editor(COMMAND)[0].startswith("mcp:python")


def test_a_comma_of_a_command_is_written_in_percent() -> None:
    (address,) = parse("mcp:python -c print(1%2C2)?tool=x")
    assert (address.kind, address.place) == ("mcp", "python -c print(1,2)")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mcp:", "name the command"),
        ("mcp:'python?tool=x", "cannot be read"),
        ("mcp:no-such-painter --fast?tool=x", "no command 'no-such-painter'"),
        ("mcp+http://a/mcp?as=bytes", "give one of base64, data, path, url"),
        ("mcp+http://a/mcp?as=url", "needs upload=TOOL"),
        ("mcp+http://a/mcp?token_env=NO_SUCH_VARIABLE", "which is not set"),
    ],
)
def test_a_wrong_address_says_what_to_write(text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        editors.made(*parse(text))


def test_all_of_an_address_reaches_the_editor(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAINTER_TOKEN", "s3cret")
    text = (
        "mcp+https://a.b/mcp?tool=paint&token_env=PAINTER_TOKEN&image=photo&instruction=wish&as=data"
        "&allow=cdn.a.b|c.d&seconds=30&name=painter&cost=0.04&hd=true"
    )
    made = editors.made(*parse(text))
    assert isinstance(made, MCPEditor)
    assert (made.name, made.abilities.cost) == ("painter", 0.04)
    assert "s3cret" not in repr(vars(made))
