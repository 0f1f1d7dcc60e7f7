"""A run as a stream: from its record, as it happens, and after the thread was lost."""

import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import pytest
from apis import asking, events
from hosting import Held
from served import until
from starlette.types import Message

from editloop.memory import StoreError
from editloop.server.host import Moment

pytestmark = pytest.mark.anyio

ALL = [
    (1, "run.opened"),
    (2, "turn.edited"),
    (3, "turn.completed"),
    (4, "turn.edited"),
    (5, "turn.completed"),
    (6, "turn.edited"),
    (7, "turn.completed"),
    (8, "run.closed"),
]


async def test_a_run_that_has_ended_is_told_from_its_record(tmp_path: Path) -> None:
    async with asking(tmp_path, server=True) as asked:
        run = await asked.done()
        path = f"/v1/runs/{run['id']}/events"
        found = await asked.heard(path)
        rest = await asked.heard(path, headers={"last-event-id": "6"})
        after = await asked.heard(f"{path}?after=7")
        both = await asked.heard(f"{path}?after=2", headers={"last-event-id": "7"})
        nothing = await asked.http.get(path, headers={"last-event-id": "8"})
        asked_again = await asked.http.get(f"{path}?after=8")
        beyond = await asked.http.get(path, headers={"last-event-id": "999"})
    assert [(event.id, event.name) for event in found] == ALL
    assert found[1].data["turn"] == 1
    assert found[1].data["url"] == run["turns"][0]["image"]["url"]
    assert [event.id for event in rest] == [7, 8]
    assert [event.id for event in after] == [event.id for event in both] == [8]
    assert [each.status_code for each in (nothing, asked_again, beyond)] == [204] * 3


async def test_a_listener_that_lost_the_thread_hears_the_rest_once(tmp_path: Path) -> None:
    held = Held(free=1)
    async with asking(tmp_path, server=True, editor=held.editor) as asked:
        run = (await asked.begin()).json()
        path = f"/v1/runs/{run['id']}/events"
        first: list[int] = []
        async with asked.http.stream("GET", path) as response:
            async for event in events(response):
                first += [event.id] if event.id else []
                if event.id == 3:
                    break
        held.let_all()
        rest = await asked.heard(path, headers={"last-event-id": "3"})
    numbers = [event.id for event in rest if event.id is not None]
    assert first + numbers == [number for number, _ in ALL]


async def test_passing_moments_have_no_number(tmp_path: Path) -> None:
    held = Held(free=1)
    async with asking(tmp_path, server=True, editor=held.editor) as asked:
        run = (await asked.begin()).json()
        async with asked.http.stream("GET", f"/v1/runs/{run['id']}/events?after=3") as response:
            async for event in events(response):
                assert (event.id, event.name) == (None, "turn.editing")
                break
        held.let_all()


async def test_a_stream_of_a_paused_run_ends_and_says_why(tmp_path: Path) -> None:
    held = Held(free=1)
    async with asking(tmp_path, server=True, editor=held.editor) as asked:
        run = (await asked.begin()).json()
        heard: list[str] = []
        seen = anyio.Event()

        async def listen() -> None:
            async with asked.http.stream("GET", f"/v1/runs/{run['id']}/events") as response:
                async for event in events(response):
                    heard.append(event.name)
                    if event.id == 3:
                        seen.set()

        async with anyio.create_task_group() as group:
            group.start_soon(listen)
            await seen.wait()
            await asked.http.post(f"/v1/runs/{run['id']}/cancel")
    assert heard[-1] == "run.paused"


async def test_json_lines_say_the_same(tmp_path: Path) -> None:
    async with asking(tmp_path, server=True) as asked:
        run = await asked.done()
        path = f"/v1/runs/{run['id']}/events"
        told = await asked.http.get(path, headers={"accept": "application/x-ndjson"})
        other = await asked.http.get(path, headers={"accept": "text/html"})
        first = await asked.http.get(
            path, headers={"accept": "application/x-ndjson, text/event-stream"}
        )
    lines: list[dict[str, Any]] = [json.loads(line) for line in told.text.split("\n") if line]
    assert [(line["number"], line["event"]) for line in lines] == ALL
    assert lines[0]["facts"]["run"] == run["id"]
    assert told.headers["content-type"] == "application/x-ndjson"
    assert (other.status_code, other.json()["code"]) == (406, "not_acceptable")
    assert first.headers["content-type"] == "application/x-ndjson"


async def test_silence_is_broken_by_comments(tmp_path: Path) -> None:
    held = Held(free=0)
    rules = {"heartbeat_seconds": 0.01}
    async with asking(tmp_path, server=True, editor=held.editor, rules=rules) as asked:
        run = (await asked.begin()).json()
        path = f"/v1/runs/{run['id']}/events"
        for accept, comment in (("*/*", ": still here"), ("application/x-ndjson", "")):
            said = 0
            async with asked.http.stream("GET", path, headers={"accept": accept}) as response:
                async for line in response.aiter_lines():
                    said += line == comment
                    if said == 5:
                        break
        held.let_all()


@pytest.mark.parametrize("given", ["x", "-1", "1.5", "9999999999"])
async def test_a_number_that_is_none_is_refused(tmp_path: Path, given: str) -> None:
    async with asking(tmp_path) as asked:
        run = await asked.done()
        path = f"/v1/runs/{run['id']}/events"
        header = await asked.http.get(path, headers={"last-event-id": given})
        query = await asked.http.get(f"{path}?after={given}")
    assert (header.status_code, query.status_code) == (400, 400)
    assert header.json()["code"] == "last_event_id"


async def test_a_head_of_a_stream_ends(tmp_path: Path) -> None:
    held = Held()
    async with asking(tmp_path, server=True, editor=held.editor) as asked:
        run = (await asked.begin()).json()
        answer = await asked.http.head(f"/v1/runs/{run['id']}/events")
        held.let_all()
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["content-type"].startswith("text/event-stream")


async def test_a_store_that_fails_in_the_middle_is_told_in_the_stream(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def failing() -> AsyncIterator[Moment]:
        yield Moment(1, "run.opened", {})
        raise StoreError("/srv/store is gone")

    @asynccontextmanager
    async def broken(*_: object, **__: object) -> AsyncGenerator[AsyncIterator[Moment]]:
        yield failing()

    async with asking(tmp_path, server=True) as asked:
        run = await asked.done()
        monkeypatch.setattr(asked.host, "moments", broken)
        found = await asked.heard(f"/v1/runs/{run['id']}/events")
    assert [(event.id, event.name) for event in found] == [(1, "run.opened"), (None, "problem")]
    assert found[1].data["code"] == "store"
    assert "/srv" not in str(found[1].data)


async def test_a_listener_that_leaves_leaves_nothing_behind(tmp_path: Path) -> None:
    held = Held()
    async with asking(tmp_path, server=True, editor=held.editor) as asked:
        run = (await asked.begin()).json()
        path = f"/v1/runs/{run['id']}/events"
        async with asked.http.stream("GET", path) as response:
            async for _ in events(response):
                break
            assert len(asked.inside.streams) == 1
        await until(lambda: not asked.inside.streams)
        still = await asked.http.get(f"/v1/runs/{run['id']}")
        held.let_all()
    assert still.json()["paused"] is False


async def test_a_waiter_that_leaves_leaves_nothing_behind(tmp_path: Path) -> None:
    held = Held()
    async with asking(tmp_path, server=True, editor=held.editor) as asked:
        run = (await asked.begin()).json()
        with anyio.move_on_after(5):
            async with anyio.create_task_group() as group:

                async def wait() -> None:
                    await asked.http.get(f"/v1/runs/{run['id']}", headers={"prefer": "wait=300"})

                group.start_soon(wait)
                await until(lambda: asked.inside.streams)
                group.cancel_scope.cancel()
        await until(lambda: not asked.inside.streams)
        held.let_all()


async def test_a_listener_that_takes_nothing_is_let_go(tmp_path: Path) -> None:
    held = Held(free=1)
    rules = {"stalled_seconds": 0.01}
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)
        if len(sent) > 2:
            await anyio.sleep_forever()

    async with asking(tmp_path, editor=held.editor, rules=rules) as asked:
        run = (await asked.begin()).json()
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/v1/runs/{run['id']}/events",
            "query_string": b"",
            "headers": [(b"host", b"127.0.0.1")],
        }
        with anyio.fail_after(60):
            await asked.app(scope, _silent, send)
        assert asked.inside.streams == set()
        held.let_all()
    assert [message["type"] for message in sent] == [
        "http.response.start",
        *["http.response.body"] * 2,
    ]


async def test_the_end_of_the_server_ends_streams_and_waits_at_once(tmp_path: Path) -> None:
    held = Held(free=1)
    async with asking(tmp_path, server=True, editor=held.editor) as asked:
        run = (await asked.begin()).json()
        path = f"/v1/runs/{run['id']}"
        found: list[Any] = []

        async def listen() -> None:
            found.append(await asked.heard(f"{path}/events"))

        async def wait() -> None:
            found.append(await asked.http.get(path, headers={"prefer": "wait=300"}))

        with anyio.fail_after(60):
            async with anyio.create_task_group() as group:
                group.start_soon(listen)
                group.start_soon(wait)
                await until(lambda: len(asked.inside.streams) == 2)
                asked.app.state.ending()
        ready = await asked.http.get("/readyz")
        late = await asked.http.get(path, headers={"prefer": "wait=300"})
    assert len(found) == 2
    assert late.json()["status"] == "open"
    assert (ready.status_code, ready.json()["ready"]) == (503, False)


async def _silent() -> Message:
    await anyio.sleep_forever()
    raise AssertionError
