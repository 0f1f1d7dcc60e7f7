"""The tokens that a door knows, and whose they are.

A file names the principals; no token stands in it, only its SHA-256 or the variable that holds it:

    [principals.alice]
    token_sha256 = "9f86d0…"        # printf %s "$TOKEN" | sha256sum
    runs_per_minute = 10

    [principals.ops]
    token_env = "EDITLOOP_OPS_TOKEN"
    sees_all = true
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from stat import S_IWOTH
from typing import Annotated, Any, cast

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ..memory import SettingsError
from .guard import NOBODY, digest
from .principals import LOCAL, Principal

_NAME = re.compile(r"[\w.@-]{1,64}")
_SHARE = Annotated[int, Field(ge=0, le=1_000_000)]


class _Entry(BaseModel):
    """One principal of the file."""

    model_config = ConfigDict(extra="forbid", strict=True, hide_input_in_errors=True)

    token_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] = ""
    token_env: Annotated[str, Field(pattern=r"^\w+$")] = ""
    sees_all: bool = False
    runs_per_minute: _SHARE | None = None
    runs_at_once: _SHARE | None = None
    cost_per_day: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


def one_token(token: str) -> dict[str, Principal]:
    """The tokens of a door that has only one: whoever holds it is as the person at the machine."""
    return {digest(token): LOCAL} if token else {}


def read_tokens(path: Path, environ: Mapping[str, str]) -> dict[str, Principal]:
    """Read a tokens file; `environ` holds the variables that it names.

    Raises:
        SettingsError: it cannot be read, or says something impossible. No value is quoted.
    """
    try:
        if path.stat().st_mode & S_IWOTH:
            raise SettingsError(
                f"the tokens file {path} may be written by anybody, who could let himself in: "
                "chmod o-w it"
            )
        found = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise SettingsError(f"the tokens file {path} cannot be read: {error.strerror}") from None
    except ValueError as error:
        where = str(error).rpartition("(")[2].rstrip(")") if "(at " in str(error) else "anywhere"
        raise SettingsError(f"the tokens file {path} is no TOML (look {where})") from None

    named = found.pop("principals", None)
    if found or not isinstance(named, dict) or not named:
        raise SettingsError(
            f"the tokens file {path} must hold [principals.NAME] sections, and nothing else"
        )
    tokens: dict[str, Principal] = {}
    for name, entry in cast("dict[str, Any]", named).items():
        hashed, who = _principal(path, name, entry, environ)
        if hashed in tokens:
            raise SettingsError(
                f"the tokens file {path}: {name} and {tokens[hashed].name} have the same token; "
                "give each its own"
            )
        tokens[hashed] = who
    return tokens


def _principal(
    path: Path, name: str, said: object, environ: Mapping[str, str]
) -> tuple[str, Principal]:
    where = f"the tokens file {path}, principals.{name[:64]}"
    if not _NAME.fullmatch(name) or name == NOBODY.name:
        raise SettingsError(f"{where}: choose a name of letters, digits and . _ @ -")
    try:
        entry = _Entry.model_validate(said)
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        field = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"{where}: {field[:64] or 'it'}: {first['msg']}") from None

    who = Principal(name=name, **entry.model_dump(exclude={"token_sha256", "token_env"}))
    return _hash(where, entry, environ), who


def _hash(where: str, entry: _Entry, environ: Mapping[str, str]) -> str:
    if bool(entry.token_sha256) == bool(entry.token_env):
        raise SettingsError(f"{where}: give token_sha256 or token_env, one of the two")
    if entry.token_sha256:
        return entry.token_sha256
    if token := environ.get(entry.token_env, "").strip():
        return digest(token)

    raise SettingsError(f"{where}: the variable {entry.token_env} is not set")
