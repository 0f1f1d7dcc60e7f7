"""`GET /v1/models`: the loop under its rules, as names that clients can choose."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from ..refusals import Refused
from .images_asked import MODEL, PROFILES

MODELS = (MODEL, *(f"{MODEL}/{profile}" for profile in PROFILES))


async def models(http: Request) -> Response:
    """All of them."""
    return JSONResponse({"object": "list", "data": [_said(name) for name in MODELS]})


async def model(http: Request) -> Response:
    """One of them."""
    name = http.path_params["model"]
    if name not in MODELS:
        raise not_here(name)

    return JSONResponse(_said(name))


def not_here(name: str) -> Refused:
    """What is said of a model that this server has not."""
    said = f"the model {name[:80]!r} is not here; {', '.join(MODELS)} are"
    return Refused(404, "model_not_found", said, field="model")


def _said(name: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": "editloop"}
