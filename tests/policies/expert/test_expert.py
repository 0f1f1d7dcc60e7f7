"""Any model as a thinker, without a network."""

import io
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from making import picture
from PIL import Image
from pydantic_ai.exceptions import (
    ContentFilterError,
    ModelAPIError,
    ModelHTTPError,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.messages import (
    BinaryContent,
    FinishReason,
    ModelMessage,
    ModelResponse,
    TextPart,
    ToolCallPart,
    UserContent,
    UserPromptPart,
)
from pydantic_ai.models.fallback import FallbackModel
from pydantic_ai.models.function import AgentInfo, FunctionModel
from pydantic_ai.models.test import TestModel
from pydantic_ai.usage import RequestUsage

from editloop.memory import (
    Critique,
    EditloopError,
    MalformedCritique,
    PictureError,
    Sample,
    Score,
    SettingsError,
    ThinkerBusy,
    ThinkerError,
    ThinkerRejected,
)
from editloop.policies import Comparison, Thinker
from editloop.policies.expert import Expert, models
from editloop.tools import Described, Picture

pytestmark = pytest.mark.anyio

GOOD = {"reasoning": "bright enough", "satisfied": True, "refined": None}
POOR = {"reasoning": "still dark", "satisfied": False, "refined": " brighten the sky a lot "}
SCORED = POOR | {"semantic": 3, "quality": 8.5}


class Model:
    """Says one thing in the form that it is asked for, and keeps what it was shown."""

    def __init__(self, *said: str | Exception, finish_reason: FinishReason = "stop") -> None:
        self.said = said
        self.finish_reason: FinishReason = finish_reason
        self.prompts: list[Sequence[UserContent]] = []
        self.seeds: list[object] = []
        self.tools = 0

    def __call__(self, messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        part = messages[-1].parts[-1]
        assert isinstance(part, UserPromptPart)
        assert not isinstance(part.content, str)
        self.prompts.append(part.content)
        self.seeds.append((info.model_settings or {}).get("seed"))
        self.tools = len(info.output_tools)
        said = self.said[min(len(self.prompts), len(self.said)) - 1]
        if isinstance(said, Exception):
            raise said
        answer = TextPart(said)
        return ModelResponse(
            parts=[ToolCallPart(info.output_tools[0].name, said) if info.output_tools else answer],
            usage=RequestUsage(input_tokens=1000, output_tokens=100),
            model_name="gpt-4.1",
            provider_name="openai",
            provider_response_id="r-1",
            finish_reason=self.finish_reason,
        )


def _expert(model: Model, **options: Any) -> Expert:
    return Expert(FunctionModel(model, model_name="vlm"), **options)


def _json(**fields: object) -> str:
    return json.dumps(fields)


async def _unread(model: Model, comparison: Comparison, **options: Any) -> Sample:
    with pytest.raises(MalformedCritique) as caught:
        await _expert(model, **options).critique(comparison)
    assert len(model.prompts) == 1
    assert caught.value.sample is not None
    return caught.value.sample


async def test_an_expert_gives_a_flag_and_no_scores(comparison: Comparison) -> None:
    text = _json(**POOR)
    thinker: Thinker = _expert(Model(text))
    opinion = await thinker.critique(comparison)
    assert opinion.critique == Critique(
        satisfied=False, reasoning="still dark", refined="brighten the sky a lot"
    )
    sample = opinion.sample
    assert (sample.text, sample.verdict, sample.seed) == (text, "ok", 7)
    assert (sample.input_tokens, sample.output_tokens) == (1000, 100)
    assert (sample.finish_reason, sample.response_id) == ("stop", "r-1")
    assert sample.seconds > 0


async def test_scores_come_when_they_are_asked_for(comparison: Comparison) -> None:
    opinion = await _expert(Model(_json(**SCORED)), scores=True).critique(comparison)
    assert opinion.critique.score == Score(semantic=3, quality=8.5)
    assert opinion.critique.satisfied is False


async def test_the_text_stands_before_the_pictures(comparison: Comparison) -> None:
    model = Model(_json(**GOOD))
    await _expert(model).critique(comparison)
    text, *pictures = model.prompts[0]
    assert isinstance(text, str)
    assert r'"make it \"brighter\", né?"' in text
    assert '"raise the exposure"' in text
    assert "from 0 to 10" not in text
    shades: list[int] = []
    for each in pictures:
        assert isinstance(each, BinaryContent)
        assert each.media_type == "image/jpeg"
        shades.append(Image.open(io.BytesIO(each.data)).getpixel((0, 0))[0])  # type: ignore[index]
    assert shades == pytest.approx([40, 90], abs=2)
    assert model.seeds == [7]


async def test_large_pictures_are_shrunk_and_made_once(comparison: Comparison) -> None:
    out = io.BytesIO()
    Image.new("RGB", (2000, 500), "red").save(out, "PNG")
    large = replace(comparison, source=Picture(out.getvalue(), "image/png"), source_sha256="s")
    model = Model(_json(**GOOD))
    expert = _expert(model, side=1000)
    await expert.critique(large)
    broken = replace(large, source=Picture(b"not read again", "image/png"))
    await expert.critique(broken)
    assert len(model.prompts) == 2
    first, second = (prompt[1] for prompt in model.prompts)
    assert isinstance(first, BinaryContent)
    assert isinstance(second, BinaryContent)
    assert Image.open(io.BytesIO(first.data)).size == (1000, 250)
    assert second.data == first.data


async def test_a_picture_that_is_none_is_an_error_before_anything_is_sent(
    comparison: Comparison,
) -> None:
    model = Model(_json(**GOOD))
    with pytest.raises(PictureError):
        await _expert(model).critique(replace(comparison, edited=Picture(b"no", "image/png")))
    assert model.prompts == []


async def test_instructions_of_ones_own_replace_ours(comparison: Comparison) -> None:
    model = Model(_json(**GOOD))
    mine, ours = _expert(model, instructions="Be quick."), _expert(model)
    await mine.critique(comparison)
    assert str(model.prompts[0][0]).startswith("Be quick.\n\nWhat the user asked for:")
    assert isinstance(mine, Described)
    assert mine.details["instructions"] != ours.details["instructions"]


@pytest.mark.parametrize("refined", [{}, {"refined": None}, {"refined": " \u200b"}])
async def test_a_satisfied_expert_may_leave_the_instruction_as_it_was(
    refined: dict[str, object], comparison: Comparison
) -> None:
    answer = {"reasoning": "fine", "satisfied": True} | refined
    opinion = await _expert(Model(_json(**answer))).critique(comparison)
    assert opinion.critique.refined == comparison.told
    assert opinion.critique.satisfied is True


DAMAGED: list[tuple[str, str]] = [
    ("I like it.", "Invalid JSON"),
    ("", "Invalid JSON"),
    ("null", "should be an object"),
    ("[]", "should be an object"),
    (_json(**POOR)[:-1], "Invalid JSON"),
    (_json(**(POOR | {"satisfied": "false"})), "satisfied: Input should be a valid boolean"),
    (_json(**(GOOD | {"satisfied": 1})), "satisfied: Input should be a valid boolean"),
    (_json(**(GOOD | {"satisfied": None})), "satisfied"),
    (_json(reasoning="dark", refined="more"), "satisfied: Field required"),
    (_json(satisfied=True, refined="more"), "reasoning: Field required"),
    (_json(**(POOR | {"refined": 5})), "refined"),
    (_json(**(POOR | {"refined": None})), "gives no refined instruction"),
    (_json(**(POOR | {"refined": " "})), "gives no refined instruction"),
    (_json(**(POOR | {"refined": "a\0b"})), "no character of a text"),
    (_json(**(POOR | {"reasoning": "a\0b"})), "no character of a text"),
]


@pytest.mark.parametrize(("text", "why"), DAMAGED)
@pytest.mark.parametrize("schema", [True, False])
async def test_a_damaged_answer_is_kept_and_no_critique(
    text: str, why: str, schema: bool, comparison: Comparison
) -> None:
    model = Model(text)
    profile: Any = {"supports_json_schema_output": schema}
    expert = Expert(FunctionModel(model, profile=profile))
    with pytest.raises(MalformedCritique, match=why) as caught:
        await expert.critique(comparison)
    assert (len(model.prompts), model.tools) == (1, 0 if schema else 1)
    sample = caught.value.sample
    assert sample is not None
    assert sample.verdict == "malformed"
    assert sample.text == text
    assert (sample.problem or "") in str(caught.value)
    assert (sample.seed, sample.input_tokens, sample.response_id) == (7, 1000, "r-1")


@pytest.mark.parametrize("points", [-1, 10.5, "8", None, [8]])
async def test_a_score_that_is_none_is_never_made_up(points: Any, comparison: Comparison) -> None:
    sample = await _unread(Model(_json(**(SCORED | {"quality": points}))), comparison, scores=True)
    assert "quality" in (sample.problem or "")


async def test_an_answer_that_ran_out_of_tokens_says_so(comparison: Comparison) -> None:
    model = Model(_json(**POOR)[:-9], finish_reason="length")
    sample = await _unread(model, comparison)
    assert sample.verdict == "truncated"
    assert "allow more tokens" in (sample.problem or "")


async def test_a_whole_answer_before_an_endless_tail_is_read(comparison: Comparison) -> None:
    model = Model(_json(**GOOD) + "\n" * 50, finish_reason="length")
    opinion = await _expert(model).critique(comparison)
    assert opinion.critique.satisfied is True


ERRORS: list[tuple[Exception, type[EditloopError], str]] = [
    (ModelHTTPError(429, "vlm", {"message": "slow down"}), ThinkerBusy, "slow down"),
    (ModelHTTPError(503, "vlm", None), ThinkerBusy, "503"),
    (ModelHTTPError(400, "vlm", {"detail": "too large"}), ThinkerRejected, "too large"),
    (ModelHTTPError(401, "vlm", None), ThinkerRejected, "401"),
    (ModelAPIError("vlm", "odd"), ThinkerError, "odd"),
    (ContentFilterError("moderated"), ThinkerRejected, "moderated"),
    (UnexpectedModelBehavior("half a body"), ThinkerError, "half a body"),
    (UserError("no such setting"), ThinkerError, "no such setting"),
    (ConnectionResetError("reset"), ThinkerBusy, "reset"),
    (TimeoutError(), ThinkerBusy, "no answer in 360 s"),
]


@pytest.mark.parametrize(("error", "kind", "said"), ERRORS, ids=lambda value: str(value)[:20])
async def test_what_goes_wrong_at_the_model_is_an_error_of_the_thinker(
    error: Exception, kind: type[EditloopError], said: str, comparison: Comparison
) -> None:
    model = Model(error)
    with pytest.raises(ThinkerError, match=said) as caught:
        await _expert(model).critique(comparison)
    assert type(caught.value) is kind
    assert caught.value.__cause__ is error
    assert len(model.prompts) == 1


async def test_the_price_is_on_record_where_it_is_known(comparison: Comparison) -> None:
    def unknown(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse([TextPart(_json(**GOOD))], model_name="nobody-knows-it")

    def reported(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        usage = RequestUsage(input_tokens=1, cost=Decimal("0.25"))
        return ModelResponse([TextPart(_json(**GOOD))], usage=usage)

    answers: dict[Callable[..., ModelResponse], float] = {unknown: 0.0, reported: 0.25}
    for answer, cost in answers.items():
        opinion = await Expert(FunctionModel(answer)).critique(comparison)
        assert opinion.sample.cost == cost


async def test_the_models_that_ship_with_pydantic_ai_can_be_experts(
    comparison: Comparison,
) -> None:
    args = {"reasoning": "fine", "satisfied": True, "refined": None}
    expert = Expert(FallbackModel(TestModel(custom_output_args=args), TestModel()))
    assert (await expert.critique(comparison)).critique.satisfied is True
    assert (Expert("test").name, Expert("test", name="mine").name) == ("expert:test", "mine")


async def test_the_details_tell_what_is_asked_of_which_model() -> None:
    details = Expert("test", scores=True, side=512, temperature=0.5, max_tokens=900).details
    digest = details["instructions"]
    assert dict(details) == {
        "model": "test",
        "scores": True,
        "form": "model's choice",
        "side": 512,
        "temperature": 0.5,
        "max_tokens": 900,
        "instructions": digest,
    }
    assert isinstance(digest, str)
    assert len(digest) == 16
    assert Expert("test").details["instructions"] != digest


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("gpt-4.1", "Unknown model"),
        ("nobody:gpt-4.1", "nobody"),
        ("openai:gpt-4.1", "OPENAI_API_KEY"),
        ("openai-chat:gpt-4.1", "OPENAI_API_KEY"),
        ("anthropic:claude-sonnet-4-5", "anthropic"),
        ("google:gemini-2.5-pro", "google"),
    ],
)
async def test_an_expert_that_cannot_be_used_is_refused_when_it_is_made(
    model: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with pytest.raises(SettingsError, match=said) as caught:
        Expert(model)
    assert repr(model) in str(caught.value)


@pytest.mark.parametrize(
    "options", [{"side": 8}, {"seconds": 0}, {"temperature": -1}, {"max_tokens": 0}]
)
async def test_a_limit_that_makes_no_sense_is_refused(options: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(options))):
        Expert("test", **options)


async def test_a_picture_is_named_by_its_bytes_when_nobody_names_it(
    comparison: Comparison,
) -> None:
    model = Model(_json(**GOOD))
    expert = _expert(model)
    await expert.critique(comparison)
    await expert.critique(replace(comparison, edited=picture(200)))
    first, second = ([part for part in prompt if part] for prompt in model.prompts)
    assert first[1] == second[1]
    assert first[2] != second[2]


async def test_a_readable_text_in_place_of_a_tool_call_is_taken_as_pydantic_ai_takes_it(
    comparison: Comparison,
) -> None:
    def text(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse([TextPart(_json(**GOOD))])

    profile: Any = {"supports_json_schema_output": False}
    opinion = await Expert(FunctionModel(text, profile=profile)).critique(comparison)
    assert opinion.critique.satisfied is True


async def test_a_call_of_a_tool_that_nobody_offered_is_no_critique(comparison: Comparison) -> None:
    def other(messages: list[ModelMessage], info: AgentInfo) -> ModelResponse:
        return ModelResponse([ToolCallPart("edit_the_picture", _json(**GOOD))])

    profile: Any = {"supports_json_schema_output": False}
    with pytest.raises(MalformedCritique, match="edit_the_picture") as caught:
        await Expert(FunctionModel(other, profile=profile)).critique(comparison)
    assert caught.value.sample is not None
    assert caught.value.sample.text == _json(**GOOD)


async def test_an_sdk_without_retries_of_its_own_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Provider:
        client = object()

    opened = Provider()

    def infer(name: str) -> Provider:
        return opened

    monkeypatch.setattr(models, "infer_provider", infer)
    monkeypatch.setattr(models, "infer_model", _infer)
    assert Expert("google:vlm").name == "expert:google:vlm"
    assert not hasattr(opened.client, "max_retries")


def _infer(model: str, provider_factory: Callable[[str], Any]) -> FunctionModel:
    provider_factory(model)
    return FunctionModel(Model(_json(**GOOD)))
