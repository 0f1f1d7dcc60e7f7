"""Any image model of pydantic-ai as an editor: OpenAI, Gemini, Grok, or a server that speaks OpenAI.

    HostedEditor("openai:gpt-image-2", abilities=Abilities(references=15, cost=0.05))

This file, `hosted_errors` and `serving` are the only ones that load pydantic_ai's image models.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from time import perf_counter
from typing import Any, cast

import httpx2
from openai import AsyncOpenAI
from pydantic_ai.exceptions import AgentRunError, UserError
from pydantic_ai.images import (
    ImageGenerationModel,
    ImageGenerationResult,
    ImageGenerationSettings,
    infer_image_generation_model,
)
from pydantic_ai.messages import BinaryImage
from pydantic_ai.providers import Provider, infer_provider

from ..memory import EditorRejected, PictureError, SettingsError
from .connected import Connected
from .editor import Abilities, Edited, EditRequest, Picture
from .hosted_errors import translated
from .unusable import unusable

HOSTED = Abilities(references=15)
"""What is assumed of a model that nothing is known about; its price, above all, is not."""

SEED, MASK, KEY = "seed", "mask", "Idempotency-Key"
"""How what pydantic-ai has no setting for travels: two fields of `extra_body`, and a header."""

NOTES = "editloop_notes"
"""Where an editor of ours, served as a model, keeps its notes among the provider's details."""


@dataclass(frozen=True, slots=True)
class _Origin:
    """A model, and the provider that was opened for it when it was asked for by name."""

    model: ImageGenerationModel
    provider: Provider[Any] | None = None


class HostedEditor(Connected):
    """An image model of pydantic-ai as an editor.

    The source and the references are sent as they are, in this order. What has no setting of its own
    travels when the abilities say so: the seed in `extra_body["seed"]`, the mask in
    `extra_body["mask"]` as a data URI (white where the editor may paint). The request's key is the
    header `Idempotency-Key`, except for xAI, which takes no headers.

    A model given by name is opened here, without retries in its SDK (the agent retries), and closed
    by `async with`. A model given as an object is used as it is: make its client with
    `max_retries=0`. `abilities.cost` is what a budget reserves for an edit: set it for a model that
    costs money, because nobody else knows it beforehand.
    """

    def __init__(
        self,
        model: str | ImageGenerationModel,
        *,
        settings: ImageGenerationSettings | None = None,
        abilities: Abilities = HOSTED,
    ) -> None:
        """Find the model; nothing is sent.

        Raises:
            SettingsError: no such model, a key or a package is missing, or `extra_body` is no mapping.
        """
        origin = _find(model)
        self.abilities = abilities
        self._model, self._provider = origin.model, origin.provider
        self._settings = settings or ImageGenerationSettings()
        if not isinstance(self._settings.get("extra_body", {}), Mapping):
            raise SettingsError("extra_body must be a mapping, because the seed is added to it")

    @property
    def name(self) -> str:
        """The provider and the model: `openai:gpt-image-2`."""
        return f"{self._model.system}:{self._model.model_name}"

    def _connections(self) -> Sequence[AbstractAsyncContextManager[Any]]:
        return (self._provider,) if self._provider else ()

    async def edit(self, request: EditRequest) -> Edited:
        """Ask the model once.

        Raises:
            EditorRejected: a mask or too many references, a moderated request, no picture in the
                answer, or a status of 4xx.
            EditorBusy: the status 408, 429 or 5xx, no connection, or no answer in time.
            EditorError: anything else that went wrong at this border.
            PictureError: something that is no picture was to be sent.
        """
        self._refuse(request)
        images = [_image(picture) for picture in (request.source, *request.references)]
        settings = self._settings_for(request)
        began = perf_counter()
        try:
            made = self._model.generate(request.instruction, images=images, settings=settings)
            result = await made
        except (AgentRunError, UserError, httpx2.HTTPError, OSError) as error:
            raise translated(error, self.name) from error

        return _edited(result, self.name, perf_counter() - began)

    def _refuse(self, request: EditRequest) -> None:
        if request.mask and not self.abilities.mask:
            raise EditorRejected(f"{self.name} takes no mask: leave it out or use another editor")

        if len(request.references) > self.abilities.references:
            raise EditorRejected(
                f"{self.name} takes {self.abilities.references} pictures beside the source, "
                f"not {len(request.references)}"
            )

    def _settings_for(self, request: EditRequest) -> ImageGenerationSettings:
        settings = self._settings.copy()
        body = dict(cast("Mapping[str, object]", settings.get("extra_body", {})))
        if self.abilities.seed:
            body[SEED] = request.seed

        if request.mask:
            body[MASK] = _image(request.mask).data_uri

        if body:
            settings["extra_body"] = body

        if request.key and self._model.system != "xai":
            settings["extra_headers"] = {**settings.get("extra_headers", {}), KEY: request.key}

        return settings


def _find(model: str | ImageGenerationModel) -> _Origin:
    """Open a model by its name, with SDK retries off; or take the object.

    Raises:
        SettingsError: it cannot be opened.
    """
    if isinstance(model, ImageGenerationModel):
        return _Origin(model)

    opened: list[Provider[Any]] = []

    def without_retries(name: str) -> Provider[Any]:
        provider = infer_provider(name)
        if isinstance(provider.client, AsyncOpenAI):
            provider.client.max_retries = 0  # ours alone: it was just made

        opened.append(provider)
        return provider

    try:
        found = infer_image_generation_model(model, provider_factory=without_retries)
    except (UserError, ValueError, ImportError) as error:
        raise SettingsError(
            f"the image model {model!r} cannot be used: {unusable(error)}"
        ) from error

    return _Origin(found, opened[0] if opened else None)


def _image(picture: Picture) -> BinaryImage:
    try:
        return BinaryImage(data=picture.data, media_type=picture.media_type)
    except ValueError as error:
        raise PictureError(f"{picture.media_type!r} is no picture; send image/png") from error


def _edited(result: ImageGenerationResult, name: str, seconds: float) -> Edited:
    """Take the first picture, and note everything that would otherwise be lost."""
    if not result.images:
        raise EditorRejected(f"{name} returned no picture")

    details = result.provider_details or {}
    first = result.images[0]
    notes = [str(note) for note in details.get(NOTES, ())]
    if len(result.images) > 1:
        notes.append(f"{len(result.images)} pictures came back; the first was taken")

    if first.revised_prompt:
        notes.append(f"the model revised the instruction: {first.revised_prompt}")

    cost = _cost(result, details)
    if cost is None:
        notes.append(f"what {name} charged is not known; it counts as 0")

    picture = Picture(first.content.data, first.content.media_type)
    return Edited(picture, seconds=seconds, cost=cost or 0.0, notes=tuple(notes))


def _cost(result: ImageGenerationResult, details: Mapping[str, object]) -> float | None:
    """US dollars: what was reported, else tokens times list price, else None."""
    if result.usage.cost is not None:
        return float(result.usage.cost)

    reported = details.get("cost_usd")  # xAI
    if isinstance(reported, int | float):
        return float(reported)

    if not (result.usage.input_tokens or result.usage.output_tokens):
        return None  # nothing was counted: the list price of nothing would be an invented zero

    try:
        return float(result.cost().total_price)
    except (LookupError, ValueError):
        return None
