"""Answers made of models."""

from collections.abc import Mapping

from pydantic import BaseModel
from starlette.responses import Response

from .spec import JSON


def said(body: BaseModel, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A model as JSON."""
    return Response(written(body), status, headers, JSON)


def written(body: BaseModel) -> bytes:
    """The bytes of a model."""
    return body.model_dump_json().encode()
