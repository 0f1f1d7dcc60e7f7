"""The OpenAPI 3.1 description, made of the operations and their models.

`python -m editloop.server.http.openapi` writes `docs/openapi.json`; a test keeps it true.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from .blobs import Blobs
from .board import Board, installed
from .following import Followers
from .openai_described import OPERATIONS, OpenAIError
from .problems import Problem
from .runs import Runs
from .spec import JSON, PROBLEM, Content, Media, Operation, operations_of
from .uploads import Uploads

PLACE = Path(__file__).parents[2] / "docs" / "openapi.json"
DOORS: tuple[type, ...] = (Runs, Followers, Blobs, Uploads, Board)

Mode = Literal["validation", "serialization"]

HEADERS: dict[str, tuple[str, dict[str, Any]]] = {
    "Idempotency-Key": (
        "The same request under the same key is carried out once, within 24 hours.",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    ),
    "Prefer": (
        "`wait=60`: wait so many seconds for the end, at most 600.",
        {"type": "string", "examples": ["wait=60"]},
    ),
    "If-None-Match": ("The ETag of what is known already.", {"type": "string"}),
    "If-Range": ("The ETag of what the range belongs to.", {"type": "string"}),
    "Range": ("The bytes wanted: `bytes=0-999`.", {"type": "string"}),
    "Last-Event-ID": (
        "The number of the last event heard.",
        {"type": "string", "pattern": "^[0-9]{1,9}$"},
    ),
    "X-Content-SHA256": (
        "The SHA-256 that the bytes must have.",
        {"type": "string", "pattern": "^[0-9a-f]{64}$"},
    ),
    "Content-Digest": ("The same as RFC 9530 writes it.", {"type": "string"}),
}
PATHS: dict[str, tuple[str, dict[str, Any]]] = {
    "run": (
        "The run's id, its beginning or end, or `last`.",
        {"type": "string", "pattern": "^[0-9a-z]{1,32}$"},
    ),
    "turn": ("The number of a turn; 0: the source.", {"type": "integer", "minimum": 0}),
    "sha256": ("The hash of a picture.", {"type": "string", "pattern": "^[0-9a-f]{64}$"}),
    "ticket": ("A ticket.", {"type": "string"}),
    "model": ("A name.", {"type": "string"}),
}
SAID: dict[int, str] = {
    200: "Done.",
    201: "Made.",
    202: "Begun; it goes on.",
    204: "There is nothing more.",
    206: "Part of it.",
    302: "It is over there.",
    304: "What you have is right.",
    400: "The request cannot be read.",
    401: "Who asks? A token is missing, or unknown.",
    403: "That may not be reached from here.",
    404: "There is no such thing, or not for you.",
    406: "It cannot be said in that form.",
    408: "The body took too long.",
    409: "It is in other hands.",
    413: "The body is too long.",
    415: "A body of that type is not taken.",
    416: "That range is not there.",
    421: "This server does not answer to that name.",
    422: "The request can be read, and makes no sense.",
    429: "Too much for now: ask again after `Retry-After`.",
    500: "A bug in the server.",
    502: "The editor or the thinker failed.",
    503: "Not now: ask again after `Retry-After`.",
    507: "No room left.",
}
TOLD: dict[str, str] = {
    "Content-Range": "Which part it is.",
    "ETag": "For `If-None-Match`.",
    "Idempotency-Replayed": "`true`: the run of an earlier request under this key.",
    "Link": "The page after, as `next` (RFC 8288).",
    "Location": "Where it is.",
    "Preference-Applied": "The preference that was heeded.",
    "Retry-After": "Seconds.",
    "x-editloop-ignored": "Fields that changed nothing.",
    "x-editloop-run": "The runs, one for each picture that was asked for.",
    "x-editloop-score": "Their scores, 0 to 10, or `unscored`.",
}
_ANY = (500, 503)
_SECURED = (401, 403)
_ANSWERED = {
    **dict.fromkeys((201, 202, 302), ("Location",)),
    **dict.fromkeys((206, 416), ("Content-Range",)),
    **dict.fromkeys((429, 503), ("Retry-After",)),
}


_ABOUT = """\
An edit is asked for at `/v1/runs`, and goes on until its score is good enough. Every turn is on record.

A picture is sent with the request, by `POST /v1/blobs`, or named by a handle. Every answer has an \
`x-request-id`, which the log of the server knows; every refusal is a problem (RFC 9457) or, at the \
paths that OpenAI's clients ask, their error object."""


@cache
def document() -> Mapping[str, Any]:
    """The whole description."""
    operations = [each for door in DOORS for each, _ in operations_of(door)]
    return Document([*operations, *OPERATIONS]).made()


class Document:
    """Puts a description together."""

    def __init__(self, operations: Sequence[Operation]) -> None:
        self._operations = operations
        pairs = sorted(set(_models(operations)), key=lambda pair: (pair[0].__name__, pair[1]))
        self._names, found = models_json_schema(pairs, ref_template="#/components/schemas/{model}")
        self._schemas: dict[str, Any] = _untitled(found.get("$defs", {}))
        self._refusals: dict[str, Any] = {}

    def made(self) -> dict[str, Any]:
        """As JSON."""
        paths: dict[str, dict[str, Any]] = {}
        for each in self._operations:
            paths.setdefault(each.path, {})[each.method.lower()] = self._operation(each)
        return {
            "openapi": "3.1.0",
            "info": {
                "title": "editloop",
                "summary": "Any image editor, inside a think-while-edit loop, on record.",
                "description": _ABOUT,
                "version": installed(),
                "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
            },
            "security": [{"token": []}, {}],
            "tags": [
                {"name": "runs", "description": "Edits, turn by turn."},
                {"name": "pictures", "description": "Pictures in and out."},
                {"name": "openai", "description": "What OpenAI's clients ask."},
                {"name": "server", "description": "What the server says of itself."},
            ],
            "paths": paths,
            "components": {
                "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
                "responses": dict(sorted(self._refusals.items())),
                "schemas": self._schemas,
            },
        }

    def _operation(self, each: Operation) -> dict[str, Any]:
        found: dict[str, Any] = {
            "operationId": each.name,
            "tags": [each.tag],
            "summary": each.summary.rstrip("."),
            "parameters": [*_parameters(each)],
            "responses": self._responses(each),
        }
        if each.description:
            found["description"] = each.description
        if not each.secured:
            found["security"] = []
        if each.asks is not None:
            found["requestBody"] = self._asked(each)
        return found

    def _asked(self, each: Operation) -> dict[str, Any]:
        content = self._content(each.asks, "validation")
        if each.form is not None:
            schema = self._names[each.form, "validation"]
            content["multipart/form-data"] = {"schema": schema}
        return {"required": each.needs_body, "content": content}

    def _responses(self, each: Operation) -> dict[str, Any]:
        found: dict[int, dict[str, Any]] = {}
        for status, content in each.answers.items():
            told = self._content(content, "serialization")
            found[status] = _response(status, told, each.tells)
        refused = {*each.problems, *_ANY, *(_SECURED if each.secured else (403,)), 421}
        if each.query is not None or each.headers:
            refused.add(400)
        for status in refused - found.keys():
            found[status] = self._refusal(status, openai=each.openai)
        return {f"{status}": found[status] for status in sorted(found)}

    def _refusal(self, status: int, *, openai: bool) -> dict[str, Any]:
        """A reference to a refusal, which all operations have in common."""
        kind, model = (JSON, OpenAIError) if openai else (PROBLEM, Problem)
        name = f"{model.__name__}{status}"
        content = {kind: {"schema": self._names[model, "serialization"]}}
        self._refusals.setdefault(name, _response(status, content))
        return {"$ref": f"#/components/responses/{name}"}

    def _content(self, content: Content, mode: Mode) -> dict[str, Any]:
        if content is None:
            return {}
        if isinstance(content, tuple):
            return self._content(content[0], mode) | self._content(content[1], mode)
        if isinstance(content, Media):
            kind: dict[str, Any] = {} if content.binary else {"schema": {}}
            return dict.fromkeys(content.types, kind)
        return {JSON: {"schema": self._names[content, mode]}}


def _models(operations: Sequence[Operation]) -> Iterator[tuple[type[BaseModel], Mode]]:
    yield Problem, "serialization"
    yield OpenAIError, "serialization"
    for each in operations:
        for content in each.answers.values():
            model = content[0] if isinstance(content, tuple) else content
            if isinstance(model, type):
                yield model, "serialization"
        for asked in (each.asks, each.form):
            if isinstance(asked, type):
                yield asked, "validation"


def _parameters(each: Operation) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"\{(\w+)\}", each.path):
        said, schema = PATHS[name]
        yield _parameter("path", name, said, schema, required=True)
    if each.query is not None:
        for name, schema in each.query.model_json_schema()["properties"].items():
            yield _parameter("query", name, schema.pop("description", ""), _plain(schema))
    for name in each.headers:
        yield _parameter("header", name, *HEADERS[name])


def _parameter(
    place: str, name: str, said: str, schema: Mapping[str, Any], *, required: bool = False
) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "in": place, "description": said, "schema": schema}
    return found | ({"required": True} if required else {})


def _plain(schema: dict[str, Any]) -> dict[str, Any]:
    """A query has no null: what may be left out is simply not there."""
    schema.pop("title", None)
    options = [each for each in schema.pop("anyOf", []) if each.get("type") != "null"]
    if options:
        schema.pop("default", None)
        schema = {**options[0], **schema}
    return schema


def _untitled(found: Mapping[str, Any]) -> dict[str, Any]:
    """Schemas without the titles that only repeat their names."""

    def kept(schema: dict[str, Any]) -> dict[str, Any]:
        return {k: v for k, v in schema.items() if not (k == "title" and isinstance(v, str))}

    made: dict[str, Any] = json.loads(json.dumps(found), object_hook=kept)
    return made


def _response(status: int, content: dict[str, Any], tells: Sequence[str] = ()) -> dict[str, Any]:
    found: dict[str, Any] = {"description": SAID.get(status, "Refused.")}
    if content:
        found["content"] = content
    if names := sorted({*_ANSWERED.get(status, ()), *tells}):
        found["headers"] = {
            name: {"description": TOLD[name], "schema": {"type": "string"}} for name in names
        }
    return found


def text() -> str:
    """The file."""
    return json.dumps(document(), indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    PLACE.write_text(text(), encoding="utf-8")
