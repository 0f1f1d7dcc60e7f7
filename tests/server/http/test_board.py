"""What the server says of itself."""

import json
import logging
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import anyio
import httpx2
import pytest
from apis import AS_ANN, TWO, asking
from hosting import an_agent
from making import png
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind

from editloop.agent import EditAgent
from editloop.agent.scope import helpers
from editloop.memory import SettingsError, StoreError
from editloop.server.http.app import api
from editloop.server.tracing import ACCESS

pytestmark = pytest.mark.anyio


async def test_the_index_says_where_one_is_and_who(tmp_path: Path) -> None:
    async with asking(tmp_path, guard=TWO) as asked:
        index = (await asked.http.get("/v1", headers=AS_ANN)).json()
        found = [await asked.http.get(url, headers=AS_ANN) for url in index["links"].values()]
    assert (index["service"], index["principal"]) == ("editloop", "ann")
    assert index["editor"]["name"] == "scripted"
    assert {answer.status_code for answer in found} <= {200, 405}


async def test_numbers_tell_what_was_done(tmp_path: Path) -> None:
    async def read() -> dict[str, str]:
        lines = (await asked.http.get("/metrics")).text.splitlines()
        return dict(line.rsplit(" ", 1) for line in lines if not line.startswith("#"))

    async with asking(tmp_path) as asked:
        before = await read()
        await asked.done()
        await asked.http.get("/v1/runs/nosuchrun")
        await asked.http.get("/v1/nothing/at/all")
        lines = await read()
    assert lines['editloop_server_requests_total{route="/v1/runs",status="200"}'] == "1"
    assert lines['editloop_server_requests_total{route="/v1/runs/{run}",status="404"}'] == "1"
    assert lines['editloop_server_requests_total{route="other",status="404"}'] == "1"
    assert lines["editloop_runs_begun_total"] == "1"
    assert lines['editloop_runs_closed_total{reason="satisfied"}'] == "1"
    assert lines["editloop_run_seconds_count"] == "1"
    assert before["editloop_runs_begun_total"] == "0"
    assert before['editloop_runs_closed_total{reason="satisfied"}'] == "0"
    assert (lines["editloop_runs_waiting"], lines["editloop_runs_working"]) == ("0", "0")


async def test_a_store_that_does_not_answer_is_not_ready(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object, **__: object) -> None:
        raise StoreError("/srv/store is gone")

    async with asking(tmp_path) as asked:
        good = await asked.http.get("/readyz")
        monkeypatch.setattr(type(asked.host.agent.store), "runs", broken)
        monkeypatch.setattr(type(asked.host), "waiting", broken)
        bad = await asked.http.get("/readyz")
        alive = await asked.http.get("/healthz")
        listed = await asked.http.get("/v1/runs")
        numbers = await asked.http.get("/metrics")
    assert numbers.status_code == 200
    assert "\neditloop_store_up 0\n" in numbers.text
    assert "editloop_runs_waiting" not in numbers.text
    assert (good.status_code, good.json()) == (200, {"ready": True, "why": ""})
    assert (bad.status_code, bad.json()["ready"]) == (503, False)
    assert "/srv" not in bad.text + listed.text
    assert (alive.status_code, listed.status_code) == (200, 503)
    assert listed.json()["code"] == "store"


async def test_the_log_names_requests_and_no_ticket(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with asking(tmp_path) as asked:
        url = (await asked.http.post("/v1/uploads")).json()["url"]
        caplog.clear()
        with caplog.at_level(logging.INFO, ACCESS.name):
            answer = await asked.http.put(url, content=png(1), headers={"x-request-id": "mine"})
    records = [record for record in caplog.records if record.name == ACCESS.name]
    (line,) = [json.loads(record.getMessage()) for record in records]
    assert answer.headers["x-request-id"] == line["request"] == "mine"
    assert line["path"] == "/v1/uploads/***"
    assert (line["method"], line["status"]) == ("PUT", 201)


async def test_the_callers_trace_goes_on_by_the_name_of_the_route_and_names_the_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    parent = {"traceparent": f"00-{'a' * 32}-{'b' * 16}-01"}
    async with asking(tmp_path) as asked:
        run = (await asked.begin(headers=parent)).json()
        await asked.http.get(f"/v1/runs/{run['id']}/answer", headers={"prefer": "wait=20"})
    served = [span for span in exporter.get_finished_spans() if span.kind is SpanKind.SERVER]
    begun, found = served
    assert (begun.name, found.name) == ("POST /v1/runs", "GET /v1/runs/{run}/answer")
    assert begun.context
    assert begun.context.trace_id == int("a" * 32, 16)
    assert (begun.attributes or {})["editloop.run.id"] == run["id"]


async def test_an_agent_that_cannot_be_opened_is_told() -> None:
    @asynccontextmanager
    async def opens() -> AsyncGenerator[EditAgent]:
        raise SettingsError("no such editor")
        yield

    app = api(opens)
    app.state.ending()  # nothing is open: nothing ends
    with pytest.raises(SettingsError):
        async with app.router.lifespan_context(app):
            pass
    assert str(app.state.failed()) == "no such editor"


@pytest.mark.parametrize("stops", [True, False])
async def test_a_server_whose_inside_breaks_is_stopped(tmp_path: Path, stops: bool) -> None:
    stopped: list[bool] = []

    async def break_() -> None:
        raise RuntimeError("broken inside")

    @asynccontextmanager
    async def opens() -> AsyncGenerator[EditAgent]:
        async with an_agent(tmp_path) as agent, helpers() as group:
            break_now.append(lambda: group.start_soon(break_))
            yield agent

    break_now: list[Callable[[], object]] = []
    app = api(opens, stop=(lambda: stopped.append(True)) if stops else None)

    async def serve() -> None:
        async with app.router.lifespan_context(app):
            break_now[0]()
            await anyio.sleep_forever()

    with pytest.raises(RuntimeError, match="broken inside"):
        await serve()
    assert stopped == [True] * stops
    assert "RuntimeError" in str(app.state.failed())


async def test_an_agent_that_cannot_be_opened_stops_who_serves() -> None:
    stopped: list[bool] = []

    @asynccontextmanager
    async def opens() -> AsyncGenerator[EditAgent]:
        raise SettingsError("no such editor")
        yield

    app = api(opens, stop=lambda: stopped.append(True))
    async with app.router.lifespan_context(app):
        pass
    assert (str(app.state.failed()), stopped) == ("no such editor", [True])


async def test_chat_assistants_are_answered_unless_nobody_wants_them(tmp_path: Path) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"accept": "application/json, text/event-stream"}
    async with asking(tmp_path) as asked:
        there = await asked.http.post("/mcp", json=body, headers=accept)
    async with asking(tmp_path, more={"mcp": False}) as asked:
        gone = await asked.http.post("/mcp", json=body, headers=accept)
    assert there.status_code != 404
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_behind_a_path_of_a_proxy_all_links_have_it(tmp_path: Path) -> None:
    async with asking(tmp_path) as asked:
        transport = httpx2.ASGITransport(app=asked.app, root_path="/editloop")
        async with httpx2.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
            asked.http = http
            run = await asked.done()
            listed = await http.get("/v1/runs?limit=1")
    assert run["links"]["self"].startswith("/editloop/v1/runs/")
    assert listed.json()["runs"][0]["url"].startswith("/editloop/v1/runs/")
