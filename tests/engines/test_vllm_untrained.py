"""A model that only babbles, on real vLLM: what the format's constraint and a cancellation do."""

import re

import anyio
import pytest
from engines.squares import comparison
from engines.vllm_server import metric, running

from editloop.memory import MalformedCritique
from editloop.policies.editthinker import EditThinker
from editloop.policies.editthinker.sampling import FORMAT

pytestmark = pytest.mark.anyio


async def test_a_model_without_any_training_keeps_to_the_format_when_constrained(
    untrained_url: str,
) -> None:
    async with EditThinker(untrained_url, constrained=True, samples=8) as thinker:
        opinion = await thinker.critique(comparison("blue", "green"))

    samples = (opinion.sample, *opinion.also)
    whole = [sample.text for sample in samples if sample.verdict != "truncated"]
    assert opinion.critique.score is not None
    assert [text for text in whole if not re.fullmatch(FORMAT, text)] == []


async def test_without_the_constraint_it_does_not(untrained_url: str) -> None:
    async with EditThinker(untrained_url, max_tokens=200) as thinker:
        with pytest.raises(MalformedCritique):
            await thinker.critique(comparison("blue", "green"))


async def test_the_server_stops_writing_for_a_client_that_went_away(untrained_url: str) -> None:
    before = await metric(untrained_url, "generation_tokens_total")
    async with (
        EditThinker(untrained_url, max_tokens=4096) as thinker,
        anyio.create_task_group() as group,
    ):
        group.start_soon(thinker.critique, comparison("blue", "green"))
        await running(untrained_url, 1)
        group.cancel_scope.cancel()
    await running(untrained_url, 0)

    assert await metric(untrained_url, "generation_tokens_total") - before < 4096
