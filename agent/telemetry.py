"""Spans, scores and histograms of a run: every name that a trace shows stands in this file.

API only: without an OpenTelemetry SDK all of it does nothing, and the run is the same. The GenAI
conventions are followed where they have a word; what they do not know is under `editloop.*`.
Pictures appear by hash only, never as bytes.

    invoke_agent editloop
    └── turn                        one per turn
        ├── chat <rewriter>             before the edit of turn 1, where there is one
        ├── execute_tool edit_image     the editor
        └── chat <thinker>              the thinker; two gen_ai.evaluation.result records under it
"""

from collections.abc import Generator
from contextlib import contextmanager
from time import perf_counter

from opentelemetry import _logs, metrics, trace
from opentelemetry._logs import LogRecord, SeverityNumber
from opentelemetry.trace import Link, Span, SpanContext, SpanKind, StatusCode, TraceFlags

from ..memory import Critique, EditloopError, Run, Turn

CONVENTIONS = "gen-ai 1.41 (development)"
"""The version of the conventions that the names below follow."""

_SCOPE = "editloop"


class Telemetry:
    """Opens the spans of a run. `content` decides whether instructions may appear in them."""

    def __init__(self, *, content: bool = True) -> None:
        self._content = content
        self._tracer = trace.get_tracer(_SCOPE)
        self._logger = _logs.get_logger(_SCOPE)
        meter = metrics.get_meter(_SCOPE)
        self._runs = meter.create_histogram("gen_ai.invoke_agent.duration", "s")
        self._tools = meter.create_histogram("gen_ai.execute_tool.duration", "s")
        self._turns = meter.create_histogram("editloop.run.turns", "{turn}")
        self._scores = meter.create_histogram("editloop.turn.score", "1")

    @contextmanager
    def run(self, run: Run) -> Generator[Span]:
        """The root span. A run that was traced before links to its first trace."""
        first = _context(run)
        with self._tracer.start_as_current_span(
            "invoke_agent editloop",
            links=[Link(first, {"editloop.link": "resumed from"})] if first else [],
            attributes={
                "gen_ai.operation.name": "invoke_agent",
                "gen_ai.agent.name": "editloop",
                "gen_ai.conversation.id": run.id,
                "gen_ai.output.type": "image",
                "openinference.span.kind": "AGENT",
                "session.id": run.task.labels.get("session", run.id),
                "editloop.conventions": CONVENTIONS,
                "editloop.run.id": run.id,
                "editloop.run.resumed": bool(first),
                "editloop.editor": run.editor,
                "editloop.thinker": run.thinker,
                "editloop.image.source.sha256": run.task.source.sha256,
                **self._words("editloop.instruction", run.task.instruction),
            },
        ) as span:
            start = perf_counter()
            yield span
            self._runs.record(perf_counter() - start, {"gen_ai.agent.name": "editloop"})

    def closed(self, span: Span, run: Run) -> None:
        """Write the ending of a run on its root span."""
        if run.stop is None:
            return

        usage = run.usage
        span.set_attributes(
            {
                "editloop.run.turns": len(run.turns),
                "editloop.run.stop": run.stop.reason.value,
                "editloop.run.status": run.status,
                "gen_ai.usage.input_tokens": usage.input_tokens,
                "gen_ai.usage.output_tokens": usage.output_tokens,
                "editloop.usage.edits": usage.edits,
                "editloop.usage.cost": usage.cost,
            }
        )
        if run.best and run.best.edited:
            span.set_attribute("editloop.run.answer", run.best.number)
            span.set_attribute("editloop.image.answer.sha256", run.best.edited.sha256)
        if run.failure:
            span.set_status(StatusCode.ERROR, f"{run.failure.kind}: {run.failure.message}")
        self._turns.record(len(run.turns), {"editloop.run.stop": run.stop.reason.value})

    @contextmanager
    def turn(self, run: Run, number: int) -> Generator[Span]:
        """One turn, both halves."""
        with self._tracer.start_as_current_span(
            "turn",
            attributes={
                "openinference.span.kind": "CHAIN",
                "editloop.run.id": run.id,
                "editloop.turn.index": number,
            },
        ) as span:
            yield span

    @contextmanager
    def rewrite(self, run: Run, name: str, attempt: int) -> Generator[Span]:
        """One call of the rewriter, before turn 1 is edited."""
        with self._call(
            f"chat {name}",
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": name,
                "gen_ai.conversation.id": run.id,
                "openinference.span.kind": "LLM",
                "editloop.turn.index": 1,
                "editloop.sample.attempt": attempt,
                "editloop.image.shown.sha256": [run.task.source.sha256],
            },
            SpanKind.CLIENT,
        ) as span:
            yield span

    @contextmanager
    def edit(self, run: Run, turn: Turn) -> Generator[Span]:
        """The editor's call."""
        with self._call(
            "execute_tool edit_image",
            {
                "gen_ai.operation.name": "execute_tool",
                "gen_ai.tool.name": "edit_image",
                "gen_ai.tool.type": "function",
                "gen_ai.tool.call.id": f"{run.id}:{turn.number}",
                "openinference.span.kind": "TOOL",
                "editloop.editor": run.editor,
                "editloop.turn.index": turn.number,
                "editloop.turn.base": turn.base,
                "editloop.seed": turn.seed,
                **self._words("editloop.instruction", turn.instruction),
            },
            SpanKind.INTERNAL,
        ) as span:
            yield span

    def edited(self, span: Span, turn: Turn) -> None:
        """Name the picture that the editor gave."""
        if turn.edited:
            span.set_attribute("editloop.image.edited.sha256", turn.edited.sha256)
            span.set_attribute("editloop.cost", turn.edit_cost)
        if turn.findings:
            kinds = [finding.kind for finding in turn.findings]
            span.set_attribute("editloop.edit.findings", kinds)

    @contextmanager
    def think(self, run: Run, turn: Turn, attempt: int) -> Generator[Span]:
        """One call of the thinker."""
        shown = [run.task.source.sha256, turn.edited.sha256] if turn.edited else []
        with self._call(
            f"chat {run.thinker}",
            {
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": run.thinker,
                "gen_ai.conversation.id": run.id,
                "openinference.span.kind": "LLM",
                "editloop.turn.index": turn.number,
                "editloop.sample.attempt": attempt,
                "editloop.image.shown.sha256": shown,
            },
            SpanKind.CLIENT,
        ) as span:
            yield span

    def criticised(self, spans: tuple[Span, Span], turn: Turn) -> None:
        """Write the scores: on the turn's and the thinker's span, and as evaluation records."""
        critique = turn.critique
        if critique is None:
            return

        for span in spans:
            span.set_attributes(_judgement(critique))
        if critique.score is None:
            return

        read = [sample for sample in turn.samples if sample.verdict == "ok"]
        response = read[0].response_id if read else None
        context = trace.set_span_in_context(spans[1])
        for name in ("semantic", "quality"):
            value = float(getattr(critique.score, name))
            self._scores.record(value, {"gen_ai.evaluation.name": name})
            self._logger.emit(
                LogRecord(
                    context=context,
                    event_name="gen_ai.evaluation.result",
                    severity_number=SeverityNumber.INFO,
                    attributes={
                        "gen_ai.evaluation.name": name,
                        "gen_ai.evaluation.score.value": value,
                        **self._words("gen_ai.evaluation.explanation", critique.reasoning),
                        **({"gen_ai.response.id": response} if response else {}),
                    },
                )
            )

    @contextmanager
    def _call(
        self, name: str, attributes: dict[str, str | int | list[str]], kind: SpanKind
    ) -> Generator[Span]:
        start = perf_counter()
        with self._tracer.start_as_current_span(
            name, kind=kind, attributes=attributes, record_exception=False
        ) as span:
            try:
                yield span
            except EditloopError as error:
                span.set_attribute("error.type", type(error).__name__)
                raise
            finally:
                what = str(
                    attributes.get("gen_ai.tool.name") or attributes["gen_ai.operation.name"]
                )
                self._tools.record(perf_counter() - start, {"gen_ai.tool.name": what})

    def _words(self, key: str, text: str) -> dict[str, str]:
        return {key: text} if self._content and text else {}


def asked_for(run_id: str) -> None:
    """Name a run on the span of the request that asks for it, so that its trace can be found."""
    trace.get_current_span().set_attribute("editloop.run.id", run_id)


def ids(span: Span) -> tuple[str | None, str | None]:
    """Return trace and span id in hexadecimal; none without a recording SDK."""
    context = span.get_span_context()
    if not context.is_valid:
        return None, None

    return f"{context.trace_id:032x}", f"{context.span_id:016x}"


def _judgement(critique: Critique) -> dict[str, float | bool]:
    said: dict[str, float | bool] = {}
    if critique.score:
        said["editloop.score.semantic"] = critique.score.semantic
        said["editloop.score.quality"] = critique.score.quality
        said["editloop.score.overall"] = critique.score.overall
    if critique.satisfied is not None:
        said["editloop.critique.satisfied"] = critique.satisfied
    return said


def _context(run: Run) -> SpanContext | None:
    if not run.trace_id or not run.span_id:
        return None

    return SpanContext(
        int(run.trace_id, 16), int(run.span_id, 16), is_remote=True, trace_flags=TraceFlags(1)
    )
