"""Tokens, ids, the log, spans and metrics."""

import json
import logging
from typing import Any

import anyio
import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from served import ENCODED, MADE, SOURCE, Held, Serving

from editloop.server import metrics
from editloop.server.edit_service import service
from editloop.tools import Edited, EditRequest, Progress
from editloop.tools.remote.editthinker_service import EditThinkerService

pytestmark = pytest.mark.anyio

BODY = {"image": ENCODED, "prompt": "warmer", "seed": 1}
TOKEN = "sesame"


@pytest.mark.parametrize(
    "given", ["", "Bearer", "Bearer sesam", "Bearer sesame2", "Basic sesame", "sesame", "Bearer é"]
)
async def test_without_the_token_nothing_is_edited(serving: Serving, given: str) -> None:
    editor = Held()
    async with serving(editor, token=TOKEN) as running:
        headers = {b"authorization": given.encode()} if given else {}
        edit = await running.http.post("/edit", json=BODY, headers=headers)
        openai = await running.http.post("/v1/images/edits", headers=headers)
        numbers = await running.http.get("/metrics", headers=headers)
    for answer in (edit, openai, numbers):
        assert answer.status_code == 401
        assert answer.headers["www-authenticate"].startswith("Bearer")
    assert edit.json()["success"] is False
    assert openai.json()["error"]["type"] == "authentication_error"
    assert editor.requests == []


async def test_with_the_token_all_is_open_and_probes_need_none(serving: Serving) -> None:
    async with (
        serving(Held(), token=TOKEN) as running,
        EditThinkerService(
            running.url,
            "flux-kontext",
            headers={"Authorization": f"Bearer {TOKEN}"},
        ) as client,
    ):
        edited = await client.edit(EditRequest(SOURCE, "warmer"))
        probes = [await running.http.get(path) for path in ("/livez", "/readyz", "/health")]
        board = await running.http.get("/status", headers={"authorization": f"bearer {TOKEN}"})
    assert edited.picture == MADE
    assert [answer.status_code for answer in [*probes, board]] == [200] * 4


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("https://evil.example", 403),
        ("http://localhost.evil.example", 403),
        ("null", 403),
        ("http://localhost:3000", 200),
        ("http://127.0.0.1", 200),
    ],
)
async def test_a_page_of_another_site_is_not_let_in_without_a_token(
    serving: Serving, origin: str, status: int
) -> None:
    headers = {"origin": origin, "content-type": "text/plain"}
    async with serving(Held()) as running:
        answer = await running.http.post("/edit", content=json.dumps(BODY), headers=headers)
    assert answer.status_code == status


@pytest.mark.parametrize(
    ("more", "status"), [({}, 421), ({"hosts": frozenset({"*"})}, 200), ({"token": TOKEN}, 200)]
)
async def test_a_name_that_was_made_to_point_here_is_refused_without_a_token(
    serving: Serving, more: dict[str, Any], status: int
) -> None:
    headers = {"host": "evil.example", "authorization": f"Bearer {TOKEN}"}
    async with serving(Held(), **more) as running:
        answer = await running.http.get("/status", headers=headers)
        probe = await running.http.get("/livez", headers=headers)
    assert answer.status_code == probe.status_code == status


async def test_a_request_keeps_its_id_and_a_strange_one_is_replaced(serving: Serving) -> None:
    async with serving(Held()) as running:
        kept = await running.http.get("/livez", headers={"x-request-id": "run-1:2"})
        new = await running.http.get("/livez", headers={"x-request-id": "{}"})
    assert kept.headers["x-request-id"] == "run-1:2"
    assert len(new.headers["x-request-id"]) == 32


async def test_the_log_has_a_line_per_request_and_no_picture(
    serving: Serving, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "editloop.server")
    async with serving(Held()) as running:
        await running.http.post("/edit", json=BODY, headers={"x-request-id": "mine"})
    lines = [r.getMessage() for r in caplog.records if r.name == "editloop.server.access"]
    found = json.loads(lines[0])
    assert found["request"] == "mine"
    assert (found["method"], found["path"], found["status"]) == ("POST", "/edit", 200)
    assert found["bytes_in"] > len(ENCODED)
    assert found["bytes_out"] > len(MADE.data)
    assert ENCODED[:40] not in caplog.text


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> InMemorySpanExporter:
    exporter = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    monkeypatch.setattr(trace, "get_tracer", provider.get_tracer)
    return exporter


async def test_the_callers_trace_goes_on_and_holds_no_picture(
    serving: Serving, spans: InMemorySpanExporter
) -> None:
    seen: list[int] = []

    class Tracing(Held):
        async def edit(self, request: EditRequest) -> Edited:
            seen.append(trace.get_current_span().get_span_context().trace_id)
            return await super().edit(request)

    trace_id, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
    headers = {"traceparent": f"00-{trace_id}-{parent}-01"}
    async with serving(Tracing()) as running:
        await running.http.post("/edit", json=BODY, headers=headers)
        await running.http.post("/edit", json={})
    first, second = spans.get_finished_spans()
    assert (first.name, second.name) == ("POST /edit", "POST /edit")
    assert _trace(first) == seen[0] == int(trace_id, 16)
    assert first.parent
    assert first.parent.span_id == int(parent, 16)
    assert first.attributes
    assert first.attributes["http.response.status_code"] == 200
    assert ENCODED[:40] not in first.to_json()
    assert second.attributes
    assert second.attributes["http.response.status_code"] == 422


def _trace(span: ReadableSpan) -> int:
    assert span.context
    return span.context.trace_id


async def test_the_metrics_count_requests_edits_and_seconds(serving: Serving) -> None:
    async with serving(Held()) as running:
        headers = {"Idempotency-Key": "run:1"}
        for _ in range(2):
            await running.http.post("/edit", json=BODY, headers=headers)
        await running.http.get("/" + "x" * 100)
        answer = await running.http.get("/metrics")
    lines = answer.text.splitlines()
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    for line in (
        'editloop_server_requests_total{route="/edit",status="200"} 2',
        'editloop_server_requests_total{route="other",status="404"} 1',
        'editloop_server_edits_total{outcome="edited"} 1',
        'editloop_server_edits_total{outcome="repeated"} 1',
        'editloop_server_edit_seconds_bucket{le="+Inf"} 1',
        "editloop_server_edit_seconds_count 1",
        "editloop_server_waiting 0",
        "editloop_server_ready 1",
        "# TYPE editloop_server_edit_seconds histogram",
    ):
        assert line in lines


def test_labels_are_escaped_as_prometheus_wants_them() -> None:
    counts = metrics.Counts("a", "b")
    counts.add(x='"\\\n')
    assert list(counts.lines())[2] == r'a{x="\"\\\n"} 1'


async def test_the_steps_of_a_running_edit_can_be_watched(serving: Serving) -> None:
    editor = Held(open=False)
    async with serving(editor) as running, anyio.create_task_group() as group:
        group.start_soon(lambda: running.http.post("/edit", json=BODY))
        await editor.begun.wait()
        assert editor.requests[0].watch
        editor.requests[0].watch(Progress(3, 28))
        status = (await running.http.get("/status")).json()
        assert status["progress"] == [{"done": 3, "of": 28, "what": "step"}]
        assert (status["working"], status["pending_tasks"], status["active_workers"]) == (1, 1, 1)
        editor.let.set()


async def test_a_bug_of_the_service_is_a_500_without_its_inside(serving: Serving) -> None:
    async with serving(Held()) as running:
        running.desk.line.check = lambda more=1: 1 / 0  # type: ignore[assignment, method-assign, return-value]
        answer = await running.http.post("/edit", json=BODY)
        metrics_ = (await running.http.get("/metrics")).text
    assert answer.status_code == 500
    assert answer.json()["error"] == "a bug in the service: ZeroDivisionError"
    assert 'editloop_server_requests_total{route="/edit",status="500"} 1' in metrics_


async def test_an_unknown_preset_is_served_plainly() -> None:
    assert service(Held(), preset="flux2-klein").state.desk.face.port == 8005
