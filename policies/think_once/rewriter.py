"""The `think_once` rewriter: one request to a model, from the source alone."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from time import perf_counter
from typing import Any

import anyio
import httpx2
from pydantic_ai import Agent
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from ...memory import MalformedCritique, Sample, SettingsError, ThinkerBusy
from ...tools.connected import Connected
from .. import wire
from ..expert.errors import of_thinker
from ..expert.models import Origin, find
from ..expert.sample import sample_of
from ..expert.views import Views
from ..rewriter import Rewriting, Wish
from . import answer
from .prompt import Prompt


class ThinkOnce(Connected):
    """Any vision model of pydantic-ai as a rewriter.

    Text stands before the picture, which is a JPEG of at most `side` pixels. One request for each
    sample and no retries: the agent samples again.
    """

    def __init__(
        self,
        model: str | Model[Any] | Origin,
        *,
        prompt: Prompt | None = None,
        side: int = 1024,
        temperature: float | None = None,
        max_tokens: int | None = None,
        seconds: float = 360.0,
        name: str = "",
    ) -> None:
        """Find the model; nothing is sent.

        `side` is the longest side of the picture in pixels; `seconds` bounds a request. What is None
        is not sent: the model's own default counts.

        Raises:
            SettingsError: no such model, a key or a package is missing, or a limit makes no sense.
        """
        if side < 64 or seconds <= 0:
            raise SettingsError(
                f"a rewriter needs side >= 64 pixels and seconds > 0, "
                f"not side={side!r} and seconds={seconds!r}"
            )

        self._origin = model if isinstance(model, Origin) else find(model)
        self._prompt = prompt or Prompt.default()
        self._views = Views(side)
        self._temperature, self._max_tokens, self._seconds = temperature, max_tokens, seconds
        self._agent: Agent[None, str] = Agent(self._origin.model, name="think_once", retries=0)
        self.name = name or f"think_once:{self._origin.name}"

    @property
    def details(self) -> Mapping[str, str | int | float | bool | None]:
        """The model, its limits, and which text it reads."""
        return {
            "model": self._origin.name,
            "side": self._views.side,
            "temperature": self._temperature,
            "max_tokens": self._max_tokens,
            "prompt": self._prompt.name,
            "prompt_sha256": self._prompt.digest,
        }

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._origin.provider,) if self._origin.provider else ()

    async def rewrite(self, wish: Wish) -> Rewriting:
        """Ask the model once.

        Raises:
            MalformedCritique: it answered, and not in the form that it was asked for.
            ThinkerBusy: the status 408, 429 or 5xx, no connection, or no answer in time.
            ThinkerError: any other status of 4xx, a moderated request, anything else.
            PictureError: the source cannot be read.
        """
        source = await self._views.of(wish.source, wish.source_sha256)
        said, sample = await self._ask([self._prompt.render(wish.asked), source], wish.seed)
        try:
            if wire.is_truncated(sample.finish_reason):
                raise MalformedCritique("the answer was cut short; allow more tokens (max_tokens)")
            return Rewriting(answer.read(said), sample)
        except MalformedCritique as error:
            error.sample = sample.but(verdict="malformed", problem=str(error))
            raise

    async def _ask(self, content: Sequence[Any], seed: int) -> tuple[str, Sample]:
        began = perf_counter()
        try:
            with anyio.fail_after(self._seconds):
                run = await self._agent.run(content, model_settings=self._settings(seed))
        except TimeoutError as error:
            raise ThinkerBusy(f"{self.name} gave no answer in {self._seconds:g} s") from error
        except (AgentRunError, UserError, httpx2.HTTPError, OSError) as error:
            raise of_thinker(error, self.name) from error

        return run.output, sample_of(run.response, seed=seed, seconds=perf_counter() - began)

    def _settings(self, seed: int) -> ModelSettings:
        settings = ModelSettings(seed=seed)
        if self._temperature is not None:
            settings["temperature"] = self._temperature

        if self._max_tokens is not None:
            settings["max_tokens"] = self._max_tokens

        return settings
