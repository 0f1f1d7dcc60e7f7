"""The `expert` thinker: one typed request to a model for each sample."""

import hashlib
from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from time import perf_counter
from typing import Any

import anyio
import httpx2
from pydantic_ai import Agent, capture_run_messages
from pydantic_ai.exceptions import (
    AgentRunError,
    ContentFilterError,
    UnexpectedModelBehavior,
    UserError,
)
from pydantic_ai.messages import ModelMessage, ModelResponse
from pydantic_ai.models import Model
from pydantic_ai.settings import ModelSettings

from ...memory import MalformedCritique, Sample, SettingsError, ThinkerBusy
from ...tools.connected import Connected
from .. import wire
from ..thinker import Comparison, Opinion
from . import answer, prompt
from .answer import Answer, Flagged, Scored
from .errors import of_thinker
from .models import find, form_of, output
from .sample import sample_of
from .views import Views


@dataclass(frozen=True, slots=True)
class _Limits:
    """What a request may take."""

    side: int
    seconds: float
    temperature: float | None
    max_tokens: int | None

    def __post_init__(self) -> None:
        if self.side < 64 or self.seconds <= 0:
            raise SettingsError(
                f"an expert needs side >= 64 pixels and seconds > 0, "
                f"not side={self.side!r} and seconds={self.seconds!r}"
            )

        if (self.temperature or 0) < 0 or (self.max_tokens is not None and self.max_tokens < 1):
            raise SettingsError(
                f"an expert needs temperature >= 0 and max_tokens >= 1, "
                f"not temperature={self.temperature!r} and max_tokens={self.max_tokens!r}"
            )


class Expert(Connected):
    """Any vision model of pydantic-ai as a thinker: `openai:…`, `anthropic:…`, `google:…`.

    Like the paper's experts it reasons, says whether it is satisfied, and refines the instruction;
    scores are left out unless they are asked for, because the paper found a model worse at refining
    when it had to score too (appendix C). Text stands before the pictures, which are JPEGs of at
    most 1024 pixels a side. One request for each sample and no retries: the agent samples again.

    A model given by name is opened here and closed by `async with`. A model given as an object is
    used as it is: make its client with `max_retries=0`.
    """

    def __init__(
        self,
        model: str | Model[Any],
        *,
        scores: bool = False,
        side: int = 1024,
        temperature: float | None = None,
        max_tokens: int | None = None,
        seconds: float = 360.0,
        name: str = "",
        instructions: str = "",
    ) -> None:
        """Find the model; nothing is sent.

        `scores` asks for semantic and quality, 0 to 10, beside the flag; `side` is the longest side
        of the pictures in pixels; `seconds` bounds a request; `instructions` replace ours. What is
        None is not sent: the model's own default counts.

        Raises:
            SettingsError: no such model, a key or a package is missing, or a limit makes no sense.
        """
        self._limits = _Limits(side, seconds, temperature, max_tokens)
        self._kind: type[Flagged | Scored] = Scored if scores else Flagged
        self._origin = find(model)
        self._form = form_of(self._origin.model)
        self._instructions = instructions or prompt.instructions(scores=scores)
        self._views = Views(side)
        self._agent: Agent[None, Answer] = Agent(
            self._origin.model,
            name="expert",
            output_type=output(self._form, self._kind),
            retries=0,
        )
        self.name = name or f"expert:{self._origin.name}"

    @property
    def details(self) -> Mapping[str, str | int | float | bool | None]:
        """The model, what it is asked for and with which limits; a digest stands for the prompt."""
        return {
            "model": self._origin.name,
            "scores": self._kind is Scored,
            "form": self._form,
            "side": self._limits.side,
            "temperature": self._limits.temperature,
            "max_tokens": self._limits.max_tokens,
            "instructions": hashlib.sha256(self._instructions.encode()).hexdigest()[:16],
        }

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._origin.provider,) if self._origin.provider else ()

    async def critique(self, comparison: Comparison) -> Opinion:
        """Ask the model once.

        Raises:
            MalformedCritique: it answered, and not in the form that it was asked for.
            ThinkerBusy: the status 408, 429 or 5xx, no connection, or no answer in time.
            ThinkerError: any other status of 4xx, a moderated request, anything else.
            PictureError: one of the pictures cannot be read.
        """
        source = await self._views.of(comparison.source, comparison.source_sha256)
        edited = await self._views.of(comparison.edited, comparison.edited_sha256)
        text = prompt.text(self._instructions, asked=comparison.asked, told=comparison.told)
        said, sample = await self._ask([text, source, edited], comparison)
        try:
            return Opinion(answer.read(said, comparison.told), sample)
        except MalformedCritique as error:
            error.sample = sample.but(verdict="malformed", problem=str(error))
            raise

    async def _ask(self, content: Sequence[Any], comparison: Comparison) -> tuple[Answer, Sample]:
        began = perf_counter()
        with capture_run_messages() as messages:
            try:
                with anyio.fail_after(self._limits.seconds):
                    run = await self._agent.run(content, model_settings=self._settings(comparison))
            except TimeoutError as error:
                late = f"{self.name} gave no answer in {self._limits.seconds:g} s"
                raise ThinkerBusy(late) from error
            except (AgentRunError, UserError, httpx2.HTTPError, OSError) as error:
                seconds = perf_counter() - began
                raise self._problem(error, messages, comparison.seed, seconds) from error

        sample = sample_of(run.response, seed=comparison.seed, seconds=perf_counter() - began)
        return run.output, sample

    def _settings(self, comparison: Comparison) -> ModelSettings:
        settings = ModelSettings(seed=comparison.seed)
        if self._limits.temperature is not None:
            settings["temperature"] = self._limits.temperature

        if self._limits.max_tokens is not None:
            settings["max_tokens"] = self._limits.max_tokens

        return settings

    def _problem(
        self, error: Exception, messages: list[ModelMessage], seed: int, seconds: float
    ) -> Exception:
        """What went wrong: an answer that cannot be read is kept, everything else is translated."""
        response = next((m for m in messages if isinstance(m, ModelResponse)), None)
        unread = isinstance(error, UnexpectedModelBehavior)
        if response is None or not unread or isinstance(error, ContentFilterError):
            return of_thinker(error, self.name)

        sample = sample_of(response, seed=seed, seconds=seconds)
        if wire.is_truncated(sample.finish_reason):
            why = f"cut short after {len(sample.text)} characters; allow more tokens (max_tokens)"
            sample = sample.but(verdict="truncated", problem=f"the answer was {why}")
        else:
            why = answer.problem(sample.text, self._kind) or str(error)
            sample = sample.but(verdict="malformed", problem=f"the answer cannot be read: {why}")

        return MalformedCritique(f"{self.name}: {sample.problem}", sample=sample)
