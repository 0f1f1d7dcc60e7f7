"""Models by their names at pydantic-ai, and how each can be held to a type."""

from dataclasses import dataclass
from typing import Any, Literal

from openai import OpenAIError
from pydantic_ai import NativeOutput
from pydantic_ai.exceptions import UserError
from pydantic_ai.models import Model, infer_model
from pydantic_ai.providers import Provider, infer_provider

from ...memory import SettingsError
from ...tools.unusable import unusable
from .answer import Flagged, Scored

Form = Literal["schema", "model's choice"]
"""How the answer is held to its type: by the server, or as pydantic-ai does for this model."""


@dataclass(frozen=True, slots=True)
class Origin:
    """A model, and the provider that was opened for it when it was asked for by name."""

    model: Model[Any]
    name: str
    provider: Provider[Any] | None = None


def find(model: str | Model[Any]) -> Origin:
    """Open a model by its name, with retries in its SDK off; or take the object.

    Raises:
        SettingsError: no such model or provider, or a key or a package is missing.
    """
    if isinstance(model, Model):
        return Origin(model, f"{model.system}:{model.model_name}")

    opened: list[Provider[Any]] = []

    def without_retries(name: str) -> Provider[Any]:
        provider = infer_provider(name)
        if isinstance(getattr(provider.client, "max_retries", None), int):
            provider.client.max_retries = 0  # ours alone: it was just made, and the agent retries

        opened.append(provider)
        return provider

    try:
        found = infer_model(model, provider_factory=without_retries)
    except (UserError, OpenAIError, ValueError, ImportError) as error:
        raise SettingsError(f"the expert {model!r} cannot be used: {unusable(error)}") from error

    return Origin(found, model, opened[0] if opened else None)


def form_of(model: Model[Any]) -> Form:
    """Prefer the server's own JSON schema: the answer is then one text, and no tools are sent."""
    try:
        profile = model.profile
    except NotImplementedError:  # a model that stands for several others
        return "model's choice"

    return "schema" if profile.get("supports_json_schema_output") else "model's choice"


def output(
    form: Form, kind: type[Flagged | Scored]
) -> type[Flagged | Scored] | NativeOutput[Flagged | Scored]:
    """Return what pydantic-ai takes as the type of an agent's answers."""
    return NativeOutput(kind, name="critique") if form == "schema" else kind
