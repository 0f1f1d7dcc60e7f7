"""The vision model behind a pydantic-ai agent: one user message out, one whole answer back.

What pydantic-ai would do by itself, and must not here: split `<think>` out of the text, send a bad
answer back with a complaint (the weights were trained on single messages), and forget an answer
that has no text in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

import httpx2
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionContentPartParam
from pydantic_ai import Agent, ImageUrl, UserContent
from pydantic_ai.exceptions import AgentRunError
from pydantic_ai.messages import ModelMessage, ModelResponse, TextPart, ThinkingPart
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.profiles import DEFAULT_PROFILE, ModelProfile, merge_profile
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.vllm import VLLMProvider
from pydantic_ai.settings import ModelSettings

from .pictures import Shown
from .splicing import Splices

_NEVER = ("\0think\0", "\0/think\0")
"""Thinking tags that no text holds, so that `<think>` stays where it is; empty ones would loop."""

_PROFILE = OpenAIModelProfile(
    thinking_tags=_NEVER,
    openai_chat_supports_max_completion_tokens=False,  # `max_tokens`, which every server knows
)


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back, whatever it is worth."""

    text: str
    thinking: str
    """Reasoning that the server moved out of the text."""

    finish_reason: str | None
    """In the server's own words; None when it gave none."""

    input_tokens: int
    output_tokens: int
    response_id: str | None


class VisionModel(OpenAIChatModel):
    """A chat model that names each picture by the hash of its bytes; `Splices` puts those in.

    vLLM finds a picture that it has processed before by `uuid`, and takes the uuid for the picture:
    it must be the hash of what is sent.
    """

    def __init__(self, name: str, client: AsyncOpenAI, *, uuids: bool) -> None:
        super().__init__(name, provider=VLLMProvider(openai_client=client), profile=_profile)
        self._uuids = uuids

    async def _map_user_prompt_content_item(
        self, item: UserContent, content: list[ChatCompletionContentPartParam]
    ) -> None:
        if not isinstance(item, ImageUrl):
            await super()._map_user_prompt_content_item(item, content)
            return

        part: dict[str, Any] = {"type": "image_url", "image_url": {"url": item.url}}
        if self._uuids:
            part["uuid"] = item.identifier

        content.append(cast("ChatCompletionContentPartParam", part))


def _profile(_: ModelProfile) -> ModelProfile:
    """The same for every name: what is served under it is known, and is no Qwen or GPT to adapt to."""
    return merge_profile(DEFAULT_PROFILE, _PROFILE)


def agent_for(
    name: str, http: httpx2.AsyncClient, *, base: str, key: str, uuids: bool
) -> Agent[object, str]:
    """An agent without instructions, tools and retries."""
    client = AsyncOpenAI(base_url=base, api_key=key, http_client=http, max_retries=0, timeout=None)
    client.organization = client.project = None  # from the environment, and nobody's business here
    agent = Agent(VisionModel(name, client, uuids=uuids), name="editthinker", retries=0)
    agent.instrument = False  # the loop has its own spans, and no picture may stand in one
    return agent


async def ask(
    agent: Agent[object, str],
    pictures: Sequence[Shown],
    text: str,
    settings: ModelSettings,
    *,
    splices: Splices,
    conversation: str = "",
) -> Answer:
    """Send the pictures and the text as one user message; return the answer, readable or not.

    Raises:
        AgentRunError: there was no answer.
    """
    names = [await splices.name(each.data, each.media_type) for each in pictures]
    images = [
        ImageUrl(url=name, identifier=each.sha256)
        for name, each in zip(names, pictures, strict=True)
    ]
    try:
        return await _asked(agent, [*images, text], settings, conversation)
    finally:
        splices.forget(names)


async def _asked(
    agent: Agent[object, str],
    content: list[UserContent],
    settings: ModelSettings,
    conversation: str,
) -> Answer:
    started = agent.iter(content, model_settings=settings, conversation_id=conversation or None)
    async with started as run:
        try:
            async for _ in run:
                pass
        except AgentRunError:  # an answer without text is an error to the agent, and none to us
            if _response(run.all_messages()) is None:
                raise

        response = _response(run.all_messages())

    if response is None:
        raise AgentRunError("the agent ended without an answer")

    return _answer(response)


def _response(messages: Sequence[ModelMessage]) -> ModelResponse | None:
    return next((each for each in reversed(messages) if isinstance(each, ModelResponse)), None)


def _answer(response: ModelResponse) -> Answer:
    details = response.provider_details or {}
    text = "".join(part.content for part in response.parts if isinstance(part, TextPart))
    thoughts = [part.content for part in response.parts if isinstance(part, ThinkingPart)]
    finish = details.get("finish_reason") or ("content_filter" if "refusal" in details else None)
    return Answer(
        text=text or str(details.get("refusal") or ""),
        thinking="\n".join(thoughts),
        finish_reason=finish,
        input_tokens=response.usage.input_tokens,
        output_tokens=response.usage.output_tokens,
        response_id=response.provider_response_id,
    )
