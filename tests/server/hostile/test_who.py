"""Who asks: forged names and pages, foreign tokens, runs of others, shares, and what is written down."""

import base64
import logging
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from apis import AS_ANN, AS_BOB, TWO, Asked, asking
from hosting import Held
from making import png
from mcp_doors import facts, http_client, mistake, over_http

from editloop.memory import SettingsError, StoreError
from editloop.server.edit_service import service
from editloop.server.guard import Guard, digest
from editloop.server.http.cursors import cursor_of
from editloop.server.http.problems import written
from editloop.server.pictures import Pictures
from editloop.server.principals import Principal
from editloop.tools import Editor

pytestmark = pytest.mark.anyio

EVERYWHERE = [
    ("GET", "/v1"),
    ("GET", "/v1/runs"),
    ("POST", "/v1/runs"),
    ("GET", "/v1/runs/last"),
    ("GET", "/v1/runs/last/events"),
    ("POST", "/v1/runs/last/cancel"),
    ("POST", "/v1/runs/last/resume"),
    ("POST", "/v1/runs/last/fork"),
    ("GET", "/v1/runs/last/answer"),
    ("GET", "/v1/runs/last/turns/0/image"),
    ("POST", "/v1/runs/last/annotations"),
    ("POST", "/v1/blobs"),
    ("GET", f"/v1/blobs/{'0' * 64}"),
    ("POST", "/v1/uploads"),
    ("GET", "/v1/uploads/abc"),
    ("POST", "/v1/images/edits"),
    ("GET", "/v1/models"),
    ("POST", "/mcp"),
    ("GET", "/mcp"),
    ("DELETE", "/mcp"),
    ("GET", "/metrics"),
    ("GET", "/openapi.json"),
    ("GET", "/nowhere"),
]
PROBES = [("GET", "/healthz"), ("GET", "/livez"), ("GET", "/readyz")]
TICKET = [("PUT", "/v1/uploads/abc")]


async def test_a_forged_host_is_answered_421_everywhere(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        for method, path in EVERYWHERE + PROBES + TICKET:
            for host in ("evil.example", "127.0.0.1.evil.example:80", "169.254.169.254"):
                answer = await asked.http.request(method, path, headers={"host": host})
                assert answer.status_code == 421, (method, path)


async def test_a_foreign_page_is_answered_403_everywhere(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        for method, path in EVERYWHERE + PROBES:
            for origin in ("https://evil.example", "null", "http://localhost.evil.example"):
                answer = await asked.http.request(method, path, headers={"origin": origin})
                assert answer.status_code == 403, (method, path)
                assert "access-control-allow-origin" not in answer.headers


async def test_without_a_token_all_but_probes_and_tickets_is_answered_401(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        for method, path in EVERYWHERE:
            for token in ("", "a-tokem", "a-token2"):
                headers = {"authorization": f"Bearer {token}"} if token else {}
                answer = await asked.http.request(method, path, headers=headers)
                assert answer.status_code == 401, (method, path)
                assert "www-authenticate" in answer.headers
        for method, path in PROBES:
            assert (await asked.http.request(method, path)).status_code == 200
        guessed = await asked.http.put("/v1/uploads/abc", content=png(1))
    assert guessed.status_code == 403


async def _everything_of(asked: Asked, run: dict[str, Any], who: dict[str, str]) -> list[int]:
    """What somebody is answered who asks for all of a run."""
    name = run["id"]
    asks: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", f"/v1/runs/{name}", {}),
        ("GET", f"/v1/runs/{run['short']}", {}),
        ("GET", f"/v1/runs/{name}/events", {}),
        ("GET", f"/v1/runs/{name}/answer", {}),
        ("GET", f"/v1/runs/{name}/turns/0/image", {}),
        ("GET", f"/v1/runs/{name}/turns/1/image", {}),
        ("GET", f"/v1/runs/{name}/annotations", {}),
        ("POST", f"/v1/runs/{name}/annotations", {"json": {"about": "keeper", "value": True}}),
        ("POST", f"/v1/runs/{name}/cancel", {}),
        ("POST", f"/v1/runs/{name}/resume", {}),
        ("POST", f"/v1/runs/{name}/fork", {"json": {"instruction": "x"}}),
        ("POST", "/v1/runs", {"json": {"image": f"run:{name}", "instruction": "x"}}),
        ("POST", "/v1/runs", {"json": {"image": f"run:{name}#0", "instruction": "x"}}),
    ]
    for picture in (run["source"], run["image"]):
        asks.append(("GET", picture["url"], {}))
        asks.append(("GET", f"{picture['url']}?w=64", {}))
    return [
        (await asked.http.request(method, path, headers=who, **more)).status_code
        for method, path, more in asks
    ]


async def test_the_runs_and_pictures_of_others_are_as_if_they_were_not(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        run = await asked.done(headers=AS_ANN)
        assert set(await _everything_of(asked, run, AS_BOB)) == {404}
        assert set(await _everything_of(asked, run, AS_ANN)) <= {200, 201, 202, 302}
        for handle in (run["image"]["handle"], f"sha256:{run['source']['sha256']}"):
            said = {"image": handle, "instruction": "x"}
            answer = await asked.http.post("/v1/runs", json=said, headers=AS_BOB)
            assert answer.status_code == 403
        listed = await asked.http.get("/v1/runs", headers=AS_BOB)
        cursors = [
            await asked.http.get(
                "/v1/runs", params={"cursor": cursor_of(name), "limit": 1}, headers=AS_BOB
            )
            for name in (run["id"], "0" * 26)
        ]
        where = f"tag:principal=ann {run['short']}"
        asked_for = await asked.http.get("/v1/runs", params={"where": where}, headers=AS_BOB)
    assert listed.json()["runs"] == []
    assert [answer.status_code for answer in cursors] == [400, 400]
    assert cursors[0].json() == cursors[1].json()
    assert asked_for.status_code in (200, 400)
    assert run["id"] not in asked_for.text


async def test_a_run_of_somebody_else_that_is_under_way_here_is_as_if_it_were_not(
    tmp_path: Path,
) -> None:
    """It lies in the memory of this process, and no store is asked for it."""
    held = Held()
    async with asking(tmp_path, guard=TWO, editor=held.editor) as asked:
        name = (await asked.begin(headers=AS_ANN)).json()["id"]
        await held.asked(1)
        for path in (f"/v1/runs/{name}", f"/v1/runs/{name}/events", f"/v1/runs/{name}/annotations"):
            assert (await asked.http.get(path, headers=AS_BOB)).status_code == 404
        cancelled = await asked.http.post(f"/v1/runs/{name}/cancel", headers=AS_BOB)
        mine = await asked.http.get(f"/v1/runs/{name}", headers=AS_ANN)
        held.let_all()
    assert (cancelled.status_code, mine.status_code, mine.json()["paused"]) == (404, 200, False)


async def test_nobody_can_say_to_be_somebody_else(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        handle = await asked.put(headers=AS_BOB)
        said = {"image": handle, "instruction": "x", "labels": {"principal": "ann"}}
        answer = await asked.http.post("/v1/runs", json=said, headers=AS_BOB)
        forged = {**AS_BOB, "x-forwarded-user": "ann", "editloop.principal": "ann"}
        index = await asked.http.get("/v1", headers=forged)
    assert answer.status_code == 422
    assert index.json()["principal"] == "bob"


async def test_an_idempotency_key_of_somebody_else_leads_nowhere(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        key = {"idempotency-key": "the-same"}
        ann = await asked.begin(headers=AS_ANN | key)
        bob = await asked.begin(headers=AS_BOB | key)
    assert (ann.status_code, bob.status_code) == (202, 202)
    assert ann.json()["id"] != bob.json()["id"]


def _shared(**share: Any) -> Guard:
    return Guard(tokens={digest("a-token"): Principal(name="ann", **share), **_BOB})


_BOB = {digest("b-token"): Principal(name="bob")}


async def _edited(asked: Asked, who: dict[str, str]) -> list[httpx2.Response]:
    """Ask by both ways."""
    native = await asked.begin(headers=who)
    files: Any = {"image": ("a.png", png(1), "image/png")}
    form = {"prompt": "x"}
    openai = await asked.http.post("/v1/images/edits", data=form, files=files, headers=who)
    return [native, openai]


@pytest.mark.parametrize("share", [{"runs_per_minute": 1}, {"runs_at_once": 1}])
async def test_who_has_had_its_share_is_answered_429_and_others_go_on(
    tmp_path: Path, share: dict[str, int]
) -> None:
    held = Held()
    async with asking(tmp_path, guard=_shared(**share), editor=held.editor) as asked:
        first = await asked.begin(headers=AS_ANN)
        more = await _edited(asked, AS_ANN)
        other = await asked.begin(headers=AS_BOB)
        held.let_all()
    assert (first.status_code, other.status_code) == (202, 202)
    assert [answer.status_code for answer in more] == [429, 429]
    assert all(int(answer.headers["retry-after"]) >= 1 for answer in more)


@pytest.mark.parametrize("share", [{"runs_per_minute": 3}, {"runs_at_once": 3}])
async def test_fifty_at_once_have_no_more_than_their_share(
    tmp_path: Path, share: dict[str, int]
) -> None:
    held = Held()
    statuses: list[int] = []
    async with asking(tmp_path, guard=_shared(**share), editor=held.editor) as asked:

        async def ask() -> None:
            statuses.append((await asked.begin(headers=AS_ANN)).status_code)

        async with anyio.create_task_group() as group:
            for _ in range(50):
                group.start_soon(ask)
        held.let_all()
    assert sorted(statuses) == [202] * 3 + [429] * 47


async def test_who_has_spent_its_money_is_answered_429(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=_shared(cost_per_day=0.0)) as asked:
        answers = await _edited(asked, AS_ANN)
    assert [answer.status_code for answer in answers] == [429, 429]


async def test_an_assistant_that_has_had_its_share_is_told(tmp_path: Path) -> None:
    said = f"data:image/png;base64,{base64.b64encode(png(7)).decode()}"
    async with asking(tmp_path) as asked:
        guard = _shared(runs_per_minute=1)
        async with (
            over_http(asked.host, guard=guard) as url,
            http_client(url, "auto", "a-token") as ann,
            http_client(url, "auto", "b-token") as bob,
        ):
            wish = {"image": said, "instruction": "warmer"}
            run = facts(await ann.call_tool("edit_image", wish))
            assert mistake(await ann.call_tool("edit_image", wish))
            assert mistake(await bob.call_tool("get_run", {"run_id": run["run"]}))
            assert facts(await bob.call_tool("edit_image", wish))


async def test_neither_tokens_nor_tickets_are_written_down(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    async with asking(tmp_path, guard=TWO) as asked:
        ticket = (await asked.http.post("/v1/uploads", headers=AS_ANN)).json()
        await asked.http.put(ticket["url"], content=png(1))
        await asked.http.put(ticket["url"], content=b"again")
        await asked.http.get("/v1?token=a-token", headers=AS_ANN)
        run = await asked.done(headers=AS_ANN)
        exported = (await asked.http.get(f"/v1/runs/{run['id']}", headers=AS_ANN)).text
    # What tests themselves ask with is not the server's log.
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("editloop")]
    all_of_it = "\n".join([*lines, exported, _store(tmp_path)])
    assert lines
    for secret in (ticket["id"], "a-token", digest("a-token")):
        assert secret not in all_of_it


def test_a_ticket_is_not_written_down_when_the_store_fails(
    caplog: pytest.LogCaptureFixture,
) -> None:
    answer = written("/v1/uploads/secret", StoreError("it is gone"), "PUT")
    assert answer.status_code == 503
    assert "PUT /v1/uploads/***: it is gone" in caplog.text
    assert "secret" not in caplog.text


def _store(folder: Path) -> str:
    """All that is in the database."""
    return "".join(path.read_bytes().decode("latin-1") for path in folder.glob("editloop.db*"))


async def test_a_ticket_belongs_to_whoever_asked_for_it(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        ticket = (await asked.http.post("/v1/uploads", headers=AS_ANN)).json()
        sent = await asked.http.put(ticket["url"], content=png(33))
        again = await asked.http.put(ticket["url"], content=png(34))
        mine = await asked.http.get(sent.json()["url"], headers=AS_ANN)
        foreign = await asked.http.get(sent.json()["url"], headers=AS_BOB)
        pictures: Pictures = asked.inside.pictures
        assert await pictures.uploaded(ticket["id"])
    statuses = [answer.status_code for answer in (sent, again, mine, foreign)]
    assert statuses == [201, 403, 200, 404]


@pytest.mark.parametrize("path", ["/v1/runs/a\nb", "/v1/runs/\x1b[2J", "/v1/runs/\u2028x", "/\r"])
def test_nobody_writes_a_line_of_the_log(path: str, caplog: pytest.LogCaptureFixture) -> None:
    written(path, StoreError("it is gone"), "GET")
    (record,) = caplog.records
    assert record.getMessage().isprintable()


async def test_strangers_are_not_told_why_an_editor_is_away() -> None:
    """Its words may name paths and addresses, and probes need no token."""

    @asynccontextmanager
    async def opening() -> AsyncGenerator[Editor]:
        raise SettingsError("there are no weights at /srv/weights")
        yield

    app = service(opening, token="sesame")
    transport = httpx2.ASGITransport(app=app)
    async with (
        app.router.lifespan_context(app),
        httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http,
    ):
        await app.state.desk.keeper.settled.wait()
        for path in ("/readyz", "/health"):
            answer = (await http.get(path)).json()
            assert (answer["ready"], answer["why"]) == (False, "the server's log says more")


ORDERS = ["\x1b]52;c;cm0gLXJm\x07", "\x1b[2J", "\x9b31m", "a\x08b", "\x7f"]


@pytest.mark.parametrize("order", ORDERS)
async def test_what_a_terminal_would_obey_is_not_kept(tmp_path: Path, order: str) -> None:
    """Somebody reads runs in a terminal: it could be made to paste, or to show something else."""
    said = f"make it warm {order}"
    async with asking(tmp_path) as asked:
        run = await asked.done(instruction="make it\twarm,\r\nplease")
        handle, url = f"run:{run['id']}", f"/v1/runs/{run['id']}"
        asks: list[tuple[str, dict[str, Any]]] = [
            ("/v1/runs", {"image": handle, "instruction": said}),
            ("/v1/runs", {"image": handle, "instruction": "x", "labels": {"a": said}}),
            ("/v1/runs", {"image": handle, "instruction": "x", "labels": {said: "a"}}),
            ("/v1/runs", {"image": handle, "instruction": "x", "session": said}),
            (f"{url}/fork", {"instruction": said}),
            (f"{url}/annotations", {"about": "keeper", "value": said}),
            (f"{url}/annotations", {"about": said, "value": True}),
            (f"{url}/annotations", {"about": "keeper", "note": said}),
        ]
        for path, body in asks:
            assert (await asked.http.post(path, json=body)).status_code == 422, body
        images = {"prompt": said, "images": [{"image_url": handle}]}
        refused = await asked.http.post("/v1/images/edits", json=images)
        kept = await asked.host.agent.store.runs()
    assert (refused.status_code, len(kept)) == (400, 1)
