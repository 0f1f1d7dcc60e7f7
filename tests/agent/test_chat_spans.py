"""What the spans of a chat hold; here, where there is an SDK that keeps spans."""

import json
import re
from pathlib import Path

import pytest
from chatting import attached, edit, noise, script
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic_ai import Agent, InstrumentationSettings
from pydantic_ai.capabilities import Instrumentation

from editloop.agent.settings import Settings
from editloop.agent.wiring import build
from editloop.tools.chat import ImageEditing

pytestmark = pytest.mark.anyio


async def test_spans_hold_handles_and_no_bytes_where_binary_content_is_off(tmp_path: Path) -> None:
    exporter, provider = InMemorySpanExporter(), TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    traced = Instrumentation(
        InstrumentationSettings(tracer_provider=provider, include_binary_content=False)
    )
    said = script(edit("make it warmer"), "Done.")
    async with build(Settings(store=str(tmp_path / "runs.db"), images=tmp_path / "i")) as agent:
        chat = Agent(said.model, capabilities=[ImageEditing(agent), traced])
        await chat.run(["warmer", attached(noise((600, 400)), "image/jpeg")])

    spans = [json.dumps(dict(span.attributes or {})) for span in exporter.get_finished_spans()]
    assert len(spans) == 4
    assert all(said.shown[0].attached[0] in text for text in spans)
    assert [re.findall(r"[A-Za-z0-9+/_-]{200}", text) for text in spans] == [[], [], [], []]
