"""What is particular to a process that we start, and to a server that listens."""

import json
import socket
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

import anyio
import pytest
from anyio.abc import TaskStatus
from chatting import scene
from loopback import Server, serving
from mcp_serving import SERVER, SOURCE, Served, asked, command, shade_of

from editloop.memory import EditloopError, EditorBusy, EditorError, EditorRejected, SettingsError
from editloop.tools import EditRequest, Picture
from editloop.tools.mcp import Command, Endpoint, MCPEditor
from editloop.tools.mcp.plan import Wanted

Stop = Callable[[], Awaitable[None]]

pytestmark = pytest.mark.anyio


async def test_a_process_is_given_a_path_and_told_where_to_write() -> None:
    async with MCPEditor(command(), "edit_file") as editor:
        edited = await editor.edit(asked())
    assert shade_of(edited.picture) == 50


async def test_a_process_that_dies_is_started_again() -> None:
    async with MCPEditor(command(), "edit_base64") as editor:
        with pytest.raises(EditorBusy, match=r"ended the session; it said: .*out of memory, sorry"):
            await editor.edit(asked("die"))
        assert await editor.edit(asked())


async def test_a_command_that_does_not_exist_is_refused_before_it_is_started() -> None:
    with pytest.raises(SettingsError, match="no command 'no-such-painter'"):
        MCPEditor(Command(("no-such-painter",)))


async def test_a_process_that_is_no_server_says_why() -> None:
    words = (sys.executable, "-c", "import sys; print('no licence', file=sys.stderr)")
    with pytest.raises(EditorError, match=r"it said: no licence"):
        async with MCPEditor(Command(words)):
            pass


async def test_a_server_that_is_silent_is_given_up(capfd: pytest.CaptureFixture[str]) -> None:
    program = "import sys, time; print('ready'); print('Proceed?', file=sys.stderr, flush=True)"
    asking = Command((sys.executable, "-u", "-c", f"{program}; time.sleep(600)"))
    with pytest.raises(EditorBusy, match=r"has not answered within 3 s.*it said: Proceed\?"):
        async with MCPEditor(asking, "edit", opening=3.0):
            raise AssertionError("it opened")

    assert capfd.readouterr() == ("", "")  # the client warns of lines that are not of the protocol

    with socket.create_server(("127.0.0.1", 0)) as deaf:
        url = f"http://127.0.0.1:{deaf.getsockname()[1]}/mcp"
        with pytest.raises(EditorBusy, match=r"has not answered within 0\.5 s"):
            async with MCPEditor(Endpoint(url), "edit", opening=0.5):
                raise AssertionError("it opened")


async def test_variables_are_passed_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAINTER_KEY", "s3cret")
    code = f"import os, runpy; assert os.environ.get('PAINTER_KEY') == 's3cret'; runpy.run_path({str(SERVER)!r}, run_name='__main__')"
    async with MCPEditor(Command((sys.executable, "-c", code), ("PAINTER_KEY",)), "edit_base64"):
        pass
    with pytest.raises(EditorError):  # not passed on unless it is named
        async with MCPEditor(Command((sys.executable, "-c", code)), "edit_base64"):
            pass
    monkeypatch.delenv("PAINTER_KEY")
    with pytest.raises(SettingsError, match="is to get PAINTER_KEY, which is not set"):
        MCPEditor(Command((sys.executable,), ("PAINTER_KEY",)))


async def test_a_picture_at_the_servers_own_address_is_fetched(served: Served) -> None:
    async with MCPEditor(Endpoint(served.url, "t0ken"), "edit_by_link") as editor:
        edited = await editor.edit(asked())
    assert shade_of(edited.picture) == 90
    assert served.tokens == ["Bearer t0ken"]


@pytest.mark.parametrize(
    "address", ["http://169.254.169.254/x.png", "http://localhost:{port}/made.png", "http://a.b/c"]
)
async def test_a_picture_elsewhere_is_not_fetched(served: Served, address: str) -> None:
    place = Endpoint(served.url)
    async with MCPEditor(place, "edit_by_link", allowed=["a.b"]) as editor:
        with pytest.raises(EditorError, match=r"put the picture at .*, which is not used"):
            await editor.edit(asked(address.format(port=served.port)))
    assert served.tokens == []


async def test_nothing_is_fetched_for_a_process() -> None:
    async with MCPEditor(command(), "edit_by_link") as editor:
        with pytest.raises(EditorError, match="which is not used"):
            await editor.edit(asked())


async def test_a_picture_may_be_sent_ahead(served: Served) -> None:
    wanted = Wanted(form="url")
    async with MCPEditor(Endpoint(served.url), "edit_sent", wanted, upload="room_for") as editor:
        edited = await editor.edit(asked())
    assert served.sent == [SOURCE.data]
    assert shade_of(edited.picture) == 33
    with pytest.raises(SettingsError, match="upload=TOOL"):
        MCPEditor(Endpoint(served.url), "edit_sent", wanted)


async def test_a_process_is_sent_pictures_on_this_machine_only(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    place, wanted = Command(command().words, ("FOREIGN_HOST",)), Wanted(form="url")
    monkeypatch.setenv("FOREIGN_HOST", f"http://127.0.0.1:{served.port}")
    async with MCPEditor(place, "edit_sent", wanted, upload="room_for") as editor:
        assert await editor.edit(asked())
    monkeypatch.setenv("FOREIGN_HOST", "http://169.254.169.254")
    async with MCPEditor(place, "edit_sent", wanted, upload="room_for") as editor:
        with pytest.raises(EditorError, match="which is not its own address"):
            await editor.edit(asked())


async def test_our_own_server_is_an_editor_too(tmp_path: Path) -> None:
    """By an upload, and by a path in a folder that it may read."""
    (tmp_path / "seen").mkdir()
    store = str(tmp_path / "editloop.db")
    words = (sys.executable, "-m", "editloop", "mcp", "serve", "--store", store)
    place = Command((*words, "--allow", str(tmp_path / "seen")))
    warmer = EditRequest(Picture(scene(), "image/png"), "make it warmer")
    sent = MCPEditor(place, "edit_image", Wanted(form="url"), upload="request_upload")
    async with sent as editor:
        by_upload = await editor.edit(warmer)
    named = MCPEditor(place, "edit_image", Wanted(form="path"), folder=str(tmp_path / "seen"))
    async with named as editor:
        assert (await editor.edit(warmer)).picture == by_upload.picture
    assert list((tmp_path / "seen").iterdir()) == []


async def test_a_path_is_not_given_to_a_server_elsewhere(served: Served) -> None:
    with pytest.raises(SettingsError, match="takes a path on its own machine"):
        async with MCPEditor(Endpoint(served.url), "edit_file"):
            pass


@pytest.mark.parametrize("era", ["auto", "legacy"])
async def test_a_server_that_was_restarted_is_found_again(era: str) -> None:
    served = Served()
    async with anyio.create_task_group() as group:
        stop = await group.start(_until_stopped, served)
        async with MCPEditor(Endpoint(served.url), "edit_base64", mode=era) as editor:
            await editor.edit(asked())
            await stop()
            with pytest.raises(EditorBusy, match="cannot be reached"):
                await editor.edit(asked())
            stop = await group.start(_until_stopped, served)
            if era == "legacy":  # which has sessions, and this one is gone
                with pytest.raises(EditorBusy, match="ended the session"):
                    await editor.edit(asked())
            assert await editor.edit(asked())
        await stop()


async def _until_stopped(served: Served, *, task_status: TaskStatus[Stop]) -> None:
    leave, gone = anyio.Event(), anyio.Event()

    async def stop() -> None:
        leave.set()
        await gone.wait()

    async with served.serving():
        task_status.started(stop)
        await leave.wait()
    gone.set()


@pytest.mark.parametrize(
    ("status", "kind", "said"),
    [
        (401, EditorRejected, "answered 401: who are you"),
        (429, EditorBusy, "it asks to wait 3 s"),
        (500, EditorBusy, "answered 500"),
    ],
)
async def test_a_refusal_of_the_door_keeps_its_status(
    status: int, kind: type[EditloopError], said: str
) -> None:
    async with serving() as server:
        server.status, server.body = status, b'{"error": "who are you"}'
        server.headers = {"retry-after": "3"}
        with pytest.raises(kind, match=said) as caught:
            async with MCPEditor(Endpoint(server.url)):
                pass
    assert type(caught.value) is kind


async def test_nobody_there_is_busy() -> None:
    with pytest.raises(EditorBusy, match="cannot be reached"):
        async with MCPEditor(Endpoint("http://127.0.0.1:9/mcp")):
            pass


async def test_what_is_no_server_of_the_protocol_is_an_error() -> None:
    async with serving() as server:
        server.replies = lambda asked: (200, "text/html", b"<html>welcome")
        with pytest.raises(EditorError, match="Unexpected content type"):
            async with MCPEditor(Endpoint(server.url)):
                pass
        assert isinstance(server, Server)
        assert json.loads(server.asked[0].body)["method"] == "server/discover"
