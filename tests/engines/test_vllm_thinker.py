"""EditThinker as a client of real vLLM, which serves the trained tiny model."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from engines.squares import comparison, sha256
from engines.vllm_server import NAME, metric

from editloop.memory import MalformedCritique, ThinkerBusy, ThinkerError
from editloop.policies.editthinker import EditThinker
from editloop.policies.editthinker.sampling import FORMAT

pytestmark = pytest.mark.anyio

MakeThinker = Callable[..., EditThinker]


@pytest.fixture
def thinker(vllm_url: str, tiny_template: Path) -> MakeThinker:
    """`async with thinker(samples=3) as t`, with the template that the model was trained on."""

    def make(**options: Any) -> EditThinker:
        options = {"template": tiny_template, "max_tokens": 256} | options
        return EditThinker(vllm_url, **options)

    return make


async def test_a_critique_is_read_from_a_real_answer(thinker: MakeThinker) -> None:
    async with thinker() as opened:
        opinion = await opened.critique(comparison("blue", "blue"))

    assert opinion.critique.score is not None
    assert opinion.sample.finish_reason == "stop"
    assert opinion.sample.output_tokens > 0


async def test_the_thinker_finds_the_only_model_by_itself(thinker: MakeThinker) -> None:
    async with thinker() as opened:
        assert opened.details["model"] == NAME


async def test_the_same_seed_gives_the_same_text_and_others_give_others(
    thinker: MakeThinker,
) -> None:
    texts: list[str] = []
    async with thinker(temperature=1.5) as opened:
        for seed in (3, 3, 4, 5, 6, 7):
            texts.append(await _said(opened, seed))

    assert texts[0] == texts[1]
    assert len(set(texts)) > 1


async def test_the_samples_of_a_critique_differ_and_have_a_spread(thinker: MakeThinker) -> None:
    async with thinker(samples=8, fresh_temperature=1.0) as opened:
        opinion = await opened.critique(comparison("blue", "green"))

    samples = (opinion.sample, *opinion.also)
    assert len(samples) == 8
    assert len({sample.text for sample in samples}) > 1
    assert len({sample.seed for sample in samples}) == 8
    assert opinion.critique.spread is not None
    assert opinion.critique.spread.samples == sum(s.verdict == "ok" for s in samples)


async def test_a_second_look_at_the_same_pictures_costs_no_second_encoding(
    vllm_url: str, thinker: MakeThinker
) -> None:
    async with thinker() as opened:
        first = await _counted(vllm_url, opened, "mm_cache_hits_total")
        second = await _counted(vllm_url, opened, "mm_cache_hits_total")
        words = await _counted(vllm_url, opened, "prefix_cache_hits_total")

    assert first == 0
    assert second == 2
    assert words >= 32  # whole blocks of the prompt


async def test_the_server_knows_a_picture_by_the_hash_of_its_bytes(
    vllm_url: str, thinker: MakeThinker
) -> None:
    look = comparison("green", "blue", at=(5, 17))
    async with thinker() as opened:
        await opened.critique(look)

    assert (await _by_name(vllm_url, sha256(look.source))).status_code == 200
    assert "data is not provided" in (await _by_name(vllm_url, "f" * 64)).text


async def test_a_constrained_answer_follows_the_format(thinker: MakeThinker) -> None:
    async with thinker(constrained=True) as opened:
        opinion = await opened.critique(comparison("blue", "yellow"))

    assert re.fullmatch(FORMAT, opinion.sample.text)


async def test_an_answer_that_was_cut_short_is_no_critique(thinker: MakeThinker) -> None:
    async with thinker(max_tokens=8) as opened:
        with pytest.raises(MalformedCritique, match="cut short") as caught:
            await opened.critique(comparison("blue", "blue"))

    assert caught.value.sample is not None
    assert caught.value.sample.verdict == "truncated"
    assert caught.value.sample.finish_reason == "length"


async def test_a_model_that_is_not_served_is_named_in_the_error(thinker: MakeThinker) -> None:
    async with thinker(model="somebody-else") as opened:
        with pytest.raises(ThinkerError, match="somebody-else") as caught:
            await opened.critique(comparison("blue", "blue"))

    assert not caught.value.retryable


async def test_a_prompt_that_is_too_long_is_refused_with_the_limit(thinker: MakeThinker) -> None:
    async with thinker() as opened:
        with pytest.raises(ThinkerError, match=r"(?i)maximum|context length") as caught:
            await opened.critique(comparison("blue", "blue", asked="blue " * 20_000))

    assert not isinstance(caught.value, ThinkerBusy | MalformedCritique)


async def test_more_critiques_than_the_server_works_on_at_once_are_all_answered(
    thinker: MakeThinker,
) -> None:
    texts: dict[int, str] = {}
    async with thinker() as opened, anyio.create_task_group() as group:

        async def ask(nth: int) -> None:
            look = comparison("blue", ("blue", "green")[nth % 2], at=(4 + nth // 2, 9))
            texts[nth] = (await opened.critique(look)).sample.text

        for nth in range(24):  # three times --max-num-seqs
            group.start_soon(ask, nth)

    assert sorted(texts) == list(range(24))


async def _said(thinker: EditThinker, seed: int) -> str:
    try:
        sample = (await thinker.critique(comparison("blue", "green", seed=seed))).sample
    except MalformedCritique as error:  # at this temperature it may be
        return error.sample.text if error.sample else ""
    return sample.text


async def _counted(url: str, thinker: EditThinker, name: str) -> float:
    before = await metric(url, name)
    await thinker.critique(comparison("blue", "blue", at=(19, 3)))
    return await metric(url, name) - before


async def _by_name(url: str, name: str) -> httpx2.Response:
    """Ask about a picture whose bytes are not sent."""
    picture = {"type": "image_url", "image_url": None, "uuid": name}
    body = {
        "model": NAME,
        "max_tokens": 1,
        "messages": [{"role": "user", "content": [picture, {"type": "text", "text": "What?"}]}],
    }
    async with httpx2.AsyncClient(timeout=60) as http:
        return await http.post(f"{url}/v1/chat/completions", json=body)
