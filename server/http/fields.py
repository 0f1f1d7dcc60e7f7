"""What a request says, read and checked: path, query, headers, body."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from starlette.requests import Request

from ...memory import ImageRef, InputError
from ..gate import principal_of
from ..intake import Form, bytes_of, form_of, json_of
from ..refusals import Refused
from ..rules import BodyRules
from .inside import Inside
from .problems import Fault, Invalid
from .wanted import FILE, LONGEST_WAIT, Asked, form_fields

_Model = TypeVar("_Model", bound=BaseModel)
_Asked = TypeVar("_Asked", bound=Asked)
_DIGEST = re.compile(r"[0-9a-f]{64}")
_RUN = re.compile(r"[0-9a-z]{1,32}")
_WAIT = re.compile(r"(?:^|[,;\s])wait\s*=\s*\"?(\d{1,18})\"?\s*(?:$|[,;])", re.IGNORECASE)
_KEY = re.compile(r'"?([\x21-\x7e](?:[\x20-\x7e]{0,254}))"?')
SMALL = BodyRules(body_bytes=1_000_000, body_seconds=20)
"""For bodies without pictures."""

_FORM, _JSON = "multipart/form-data", re.compile(r"application/(?:[\w.-]+\+)?json")


def root_of(http: Request) -> str:
    """The path that the API stands under: empty, or what a proxy took away."""
    root = http.scope.get("root_path", "")
    return root if isinstance(root, str) else ""


def run_of(http: Request) -> str:
    """The name of a run in the path.

    Raises:
        Refused: 404: no run has such a name.
    """
    name: str = http.path_params["run"]
    if _RUN.fullmatch(name.lower()):
        return name.lower()

    raise Refused(404, "run_not_found", f"{name[:40]!r} is no name of a run")


def number_of(http: Request) -> int:
    """The number of a turn in the path.

    Raises:
        Refused: 404: no turn has such a number.
    """
    said: str = http.path_params["turn"]
    if said.isascii() and said.isdecimal() and len(said) <= 4:
        return int(said)

    raise Refused(404, "no_such_turn", f"{said[:40]!r} is no number of a turn: 0 is the source")


def sha256_of(http: Request) -> str:
    """The hash in the path.

    Raises:
        Refused: 404: it is none.
    """
    said: str = http.path_params["sha256"]
    if _DIGEST.fullmatch(said):
        return said

    raise Refused(404, "blob_not_found", "a picture's name is 64 lower-case hexadecimal digits")


def query_of(http: Request, model: type[_Model]) -> _Model:
    """The query, as its model.

    Raises:
        Refused: 400, with every field that does not fit.
    """
    given = {name: value for name, value in http.query_params.items() if name in model.model_fields}
    try:
        return model.model_validate(given)
    except ValidationError as error:
        raise Invalid.of(error, status=400) from None


def key_of(http: Request) -> str:
    """The idempotency key; empty without one.

    Raises:
        Refused: 400 where it cannot be one.
    """
    given = http.headers.get("idempotency-key")
    if given is None:
        return ""

    if found := _KEY.fullmatch(given.strip()):
        return found[1].removesuffix('"')

    raise Refused(400, "idempotency_key", "an Idempotency-Key is 1 to 255 printable characters")


def wait_of(http: Request) -> float:
    """How long the client prefers to wait, in seconds; what is not understood is no preference."""
    found = _WAIT.search(",".join(http.headers.getlist("prefer")))
    return min(LONGEST_WAIT, float(found[1])) if found else 0.0


async def body_bytes(http: Request, rules: BodyRules) -> bytes:
    """The body as it is: a picture.

    Raises:
        Refused: 408, 413, 415.
    """
    kind = _kind(http)
    if kind == _FORM or _JSON.fullmatch(kind):
        raise Refused(415, "media_type", f"send the bytes of a picture, not {kind}")

    return await bytes_of(http, rules)


async def asked_of(http: Request, model: type[_Asked], rules: BodyRules = SMALL) -> _Asked:
    """A JSON body, as its model.

    Raises:
        Refused: 408, 413, 415, 422.
    """
    kind = _kind(http)
    if not _JSON.fullmatch(kind):
        raise Refused(415, "media_type", f"send application/json, not {kind or 'nothing'}")

    return checked(model, await json_of(http, rules))


async def asked_or_nothing(http: Request, model: type[_Asked]) -> _Asked:
    """A JSON body, as its model; no body at all says nothing, whatever type it is called.

    Raises:
        Refused: as `asked_of`.
    """
    if http.headers.get("content-length", "0") == "0" and "transfer-encoding" not in http.headers:
        return checked(model, {})

    return await asked_of(http, model)


async def form_asked(
    http: Request, model: type[_Asked], rules: BodyRules
) -> tuple[_Asked, dict[str, list[bytes]]]:
    """A JSON body or a form, as its model; and the files of the form by their fields.

    A file stands in the model as its field's name: what is checked is that it is there.

    Raises:
        Refused: 408, 413, 415, 422.
    """
    if _kind(http) != _FORM:
        return await asked_of(http, model, rules), {}

    form = await form_of(http, rules)
    files = _files(form)
    if twice := [name for name, all_ in files.items() if name != "references" and len(all_) > 1]:
        said = "one picture is taken here: send further ones as references"
        raise Invalid([Fault(pointer=f"#/{name}", detail=said) for name in twice])

    try:
        fields = form_fields(_fields(form, files))
    except (ValueError, RecursionError):
        fault = Fault(pointer="#/", detail="seed, labels and bounds of a form are written as JSON")
        raise Invalid([fault]) from None

    return checked(model, fields), files


def checked(model: type[_Asked], found: dict[str, Any]) -> _Asked:
    """What was sent, as its model.

    Raises:
        Refused: 422, with every field that does not fit.
    """
    try:
        return model.model_validate(found)
    except ValidationError as error:
        raise Invalid.of(error) from None


async def resolved(http: Request, said: str, field: str, inside: Inside) -> ImageRef:
    """The picture that a text means.

    Raises:
        Refused: 422 where the text means nothing.
        EditloopError: as `Pictures.resolve`.
    """
    try:
        return await inside.pictures.resolve(said, principal_of(http))
    except InputError as error:
        if type(error) is not InputError:
            raise
        raise Invalid([Fault(pointer=f"#/{field}", detail=str(error))]) from error


def _files(form: Form) -> dict[str, list[bytes]]:
    """Files by their fields; an empty one was not chosen, as browsers send it."""
    found: dict[str, list[bytes]] = {}
    for name, parts in form.files.items():
        sent = [part.data for part in parts if part.data or _plain(name) == "image"]
        if sent:
            found.setdefault(_plain(name), []).extend(sent)
    return found


def _fields(form: Form, files: Mapping[str, Sequence[bytes]]) -> dict[str, Any]:
    """Texts by their names, with a mark where a file stands; a file beats a text."""
    found: dict[str, list[str]] = {name: [FILE] * len(all_) for name, all_ in files.items()}
    for name, texts in form.fields.items():
        if sent := [text for text in texts if text]:
            found.setdefault(_plain(name), []).extend(sent)
    return {name: all_ if name == "references" else all_[0] for name, all_ in found.items()}


def _plain(name: str) -> str:
    return name.removesuffix("[]")


def _kind(http: Request) -> str:
    return http.headers.get("content-type", "").partition(";")[0].strip().lower()
