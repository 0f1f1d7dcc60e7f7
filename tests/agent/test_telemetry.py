"""What a trace shows."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest
from anyio import Event, create_task_group, sleep_forever
from making import critique, picture, png
from opentelemetry import _logs, trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from editloop.agent import EditAgent, Telemetry
from editloop.agent.telemetry import asked_for
from editloop.policies import ScriptedThinker
from editloop.tools import EditRequest, ScriptedEditor

pytestmark = pytest.mark.anyio
MakeAgent = Callable[..., AbstractAsyncContextManager[EditAgent]]

SPANS = InMemorySpanExporter()
LOGS = InMemoryLogRecordExporter()


@pytest.fixture(scope="module", autouse=True)
def sdk() -> None:
    """The SDK can be installed once a process; these tests share it."""
    tracers = TracerProvider()
    tracers.add_span_processor(SimpleSpanProcessor(SPANS))
    trace.set_tracer_provider(tracers)
    loggers = LoggerProvider()
    loggers.add_log_record_processor(SimpleLogRecordProcessor(LOGS))
    _logs.set_logger_provider(loggers)


@pytest.fixture(autouse=True)
def empty() -> None:
    SPANS.clear()
    LOGS.clear()


def tree(spans: tuple[ReadableSpan, ...]) -> list[str]:
    """Names with their depth, in order of start."""
    by_id = {span.context.span_id: span for span in spans if span.context}

    def depth(span: ReadableSpan) -> int:
        parent = by_id.get(span.parent.span_id) if span.parent else None
        return depth(parent) + 1 if parent else 0

    ordered = sorted(spans, key=lambda span: span.start_time or 0)
    return [f"{'  ' * depth(span)}{span.name}" for span in ordered]


async def test_a_run_is_one_tree_with_a_span_per_turn_and_call(make_agent: MakeAgent) -> None:
    thinker = ScriptedThinker(critique(5, 5, "b"), critique(9, 9, "b"))
    editor = ScriptedEditor(picture(1), picture(2))
    async with make_agent(editor=editor, thinker=thinker) as agent:
        run = await agent.run(await agent.task(png(99), "a"))

    turn = ["  turn", "    execute_tool edit_image", "    chat scripted"]
    assert tree(SPANS.get_finished_spans()) == ["invoke_agent editloop", *turn, *turn]
    root = next(s for s in SPANS.get_finished_spans() if s.name.startswith("invoke_agent"))
    assert root.context is not None
    assert run.trace_id == f"{root.context.trace_id:032x}"
    assert root.attributes is not None
    assert root.attributes["editloop.run.stop"] == "satisfied"
    assert root.attributes["gen_ai.conversation.id"] == run.id


async def test_both_scores_of_a_turn_are_evaluation_records_under_the_thinkers_span(
    make_agent: MakeAgent,
) -> None:
    thinker = ScriptedThinker(critique(9, 8, "b"))
    async with make_agent(editor=ScriptedEditor(picture(1)), thinker=thinker) as agent:
        await agent.run(await agent.task(png(99), "a"))

    records = [data.log_record for data in LOGS.get_finished_logs()]
    scores = {
        record.attributes["gen_ai.evaluation.name"]: record.attributes[
            "gen_ai.evaluation.score.value"
        ]
        for record in records
        if record.attributes and record.event_name == "gen_ai.evaluation.result"
    }
    assert scores == {"semantic": 9.0, "quality": 8.0}
    chat = next(s for s in SPANS.get_finished_spans() if s.name.startswith("chat"))
    assert chat.context is not None
    assert {record.span_id for record in records} == {chat.context.span_id}
    turn = next(s for s in SPANS.get_finished_spans() if s.name == "turn")
    for span in (chat, turn):
        assert span.attributes is not None
        assert span.attributes["editloop.score.semantic"] == 9.0


async def test_no_span_holds_picture_bytes_and_words_can_be_switched_off(
    make_agent: MakeAgent,
) -> None:
    parts = {
        "editor": ScriptedEditor(picture(1)),
        "thinker": ScriptedThinker(critique(9, 9, "secret wish")),
        "telemetry": Telemetry(content=False),
    }
    async with make_agent(**parts) as agent:
        await agent.run(await agent.task(png(99), "secret wish"))

    values = [
        str(value)
        for span in SPANS.get_finished_spans()
        for value in (span.attributes or {}).values()
    ]
    assert values
    assert not any("secret" in value or len(value) > 300 for value in values)


async def test_a_resumed_run_links_to_its_first_trace(make_agent: MakeAgent) -> None:
    reached = Event()

    async def block(_: EditRequest) -> None:
        if not reached.is_set():
            reached.set()
            await sleep_forever()

    parts = {
        "editor": ScriptedEditor(picture(1), before=block),
        "thinker": ScriptedThinker(critique(9, 9, "a")),
    }
    async with make_agent(**parts) as agent:
        task = await agent.task(png(99), "a")
        async with create_task_group() as group:
            group.start_soon(agent.run, task)
            await reached.wait()
            group.cancel_scope.cancel()
        first = await agent.kit.store.run("last")
        await agent.resume(first.id)

    roots = [s for s in SPANS.get_finished_spans() if s.name.startswith("invoke_agent")]
    links = [f"{link.context.trace_id:032x}" for root in roots for link in root.links]
    assert links == [first.trace_id]


def test_the_span_of_a_request_names_the_run_that_it_asked_for() -> None:
    with TracerProvider().get_tracer("door").start_as_current_span("tools/call") as span:
        asked_for("01abc")
    assert isinstance(span, ReadableSpan)
    assert dict(span.attributes or {}) == {"editloop.run.id": "01abc"}
