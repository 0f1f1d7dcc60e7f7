"""A model behind any server that speaks OpenAI's chat completions: vLLM, SGLang, llama.cpp, …"""

from typing import Any

from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from ..expert.models import Origin
from .rewriter import ThinkOnce


def at_server(url: str, *, model: str, key: str | None = None, **options: Any) -> ThinkOnce:
    """Make a rewriter of a server's model; `url` ends in `/v1`, options are those of `ThinkOnce`.

    Raises:
        SettingsError: a limit makes no sense.
    """
    provider = OpenAIProvider(base_url=url, api_key=key or "none")
    provider.client.max_retries = 0  # the agent retries
    origin = Origin(OpenAIChatModel(model, provider=provider), model, provider)
    return ThinkOnce(origin, **options)
