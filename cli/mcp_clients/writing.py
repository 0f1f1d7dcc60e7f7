"""A client's file: read, changed in one place, checked, and replaced as a whole."""

import difflib
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from ...memory import SettingsError
from . import jsonc, toml_text, yaml_text
from .clients import Client
from .entry import Entry

BACKUP = ".editloop-backup"
"""What the file was before the last change stands beside it under its name and this."""

_MARK = "\ufeff"
"""What some editors of Windows write before the first character; it stays."""

_OURS = frozenset(
    {
        *("command", "args", "env", "env_vars", "cmd", "envs", "env_keys"),
        *("type", "url", "uri", "headers", "bearer_token_env_var"),
        *("name", "enabled", "timeout", "startup_timeout_sec", "tool_timeout_sec"),
    }
)
"""Keys that are written here; others, which a person or the client added, are kept."""


@dataclass(frozen=True, slots=True)
class Change:
    """A file before and after."""

    file: Path
    before: str | None
    """None where there is no file yet."""

    after: str

    @property
    def needed(self) -> bool:
        """Whether anything changes."""
        return (self.before or "") != self.after

    def diff(self) -> str:
        """What changes, line by line and nothing around it: neighbours may hold secrets."""
        old = (self.before or "").splitlines()
        new = self.after.splitlines()
        names = (str(self.file) if self.before is not None else "/dev/null", str(self.file))
        return "\n".join(difflib.unified_diff(old, new, *names, n=0, lineterm=""))


def read(client: Client, file: Path, name: str) -> dict[str, Any] | None:
    """Return what a client's file says of a server; None where it says nothing.

    Raises:
        SettingsError: the file cannot be read or understood.
    """
    text = _text(file)
    if text is None:
        return None
    try:
        return _entry(client, text.removeprefix(_MARK), name)
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{file} cannot be understood: {_why(error)}") from None


def changed(client: Client, file: Path, entry: Entry, *, remove: bool = False) -> Change:
    """Return the change that puts a server into a file, or takes it out; nothing is written.

    Raises:
        SettingsError: the file cannot be read or understood, or the client cannot be told this.
    """
    body = {} if remove else client.body(entry)
    before = _text(file)
    mark = _MARK if (before or "").startswith(_MARK) else ""
    try:
        text = (before or "").removeprefix(mark)
        after = mark + _changed(client, text, entry.name, None if remove else body)
    except (ValueError, RecursionError) as error:
        raise SettingsError(
            f"{file} cannot be changed safely and is left as it is: {_why(error)}; mend it, or see "
            f"editloop mcp config {client.key}"
        ) from None
    return Change(file, before, after)


def apply(change: Change) -> Path | None:
    """Replace the file as a whole, and return where it was kept as it was before.

    Raises:
        SettingsError: somebody else changed it meanwhile, or it cannot be written.
    """
    file = change.file.resolve()  # a link stays a link
    if _text(file) != change.before:
        raise SettingsError(f"{file} has just been changed by somebody else; try again")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        mode = file.stat().st_mode & 0o777 if change.before is not None else 0o600
        backup = None
        if change.before is not None:
            backup = file.with_name(file.name + BACKUP)
            _replace(backup, file.read_bytes(), mode)
        _replace(file, change.after.encode(), mode)
    except OSError as error:
        raise SettingsError(f"cannot write {file}: {error.strerror or error}") from None
    return backup


def snippet(client: Client, entry: Entry) -> str:
    """What a file holds that names this server and nothing else."""
    body = client.body(entry)
    if client.format == "json":
        return jsonc.with_member("", (client.section, entry.name), body)
    if client.format == "toml":
        return toml_text.written(client.section, entry.name, body)
    return yaml_text.written(client.section, entry.name, body)


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode("utf-8")
    except FileNotFoundError:
        return None
    except UnicodeDecodeError:
        raise SettingsError(f"{file} is no text in UTF-8, and is left as it is") from None
    except OSError as error:
        raise SettingsError(f"cannot read {file}: {error.strerror or error}") from None


def _entry(client: Client, text: str, name: str) -> dict[str, Any] | None:
    if client.format == "yaml":
        return yaml_text.member(text, client.section, name)
    found = _table(_parsed(client, text), client.section).get(name)
    return None if found is None else _object(found, repr(name))


def _changed(client: Client, text: str, name: str, body: dict[str, Any] | None) -> str:
    old = _entry(client, text, name)
    if body is not None and old is not None:
        body = _merged(old, body)
    if old == body:
        return text
    after = _put(client, text, name, body) if body is not None else _taken(client, text, name)
    _check(client, text, after, name, body)
    return after


def _merged(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """Keep what somebody added, variables among it."""
    kept = {key: value for key, value in old.items() if key not in _OURS}
    for key in ("env", "envs"):
        if isinstance(old.get(key), dict) and not _remote(new) and not _remote(old):
            kept[key] = dict(old[key])
    merged = dict(new)
    for key, value in kept.items():
        merged[key] = value | merged.get(key, {}) if key in ("env", "envs") else value
    return merged


def _remote(body: Mapping[str, Any]) -> bool:
    return "url" in body or "uri" in body


def _put(client: Client, text: str, name: str, body: dict[str, Any]) -> str:
    if client.format == "json":
        return jsonc.with_member(text, (client.section, name), body)
    if client.format == "toml":
        return toml_text.with_table(text, client.section, name, body)
    return yaml_text.with_member(text, client.section, name, body)


def _taken(client: Client, text: str, name: str) -> str:
    if client.format == "json":
        return jsonc.without_member(text, (client.section, name))
    if client.format == "toml":
        return toml_text.without_table(text, client.section, name)
    return yaml_text.without_member(text, client.section, name)


def _parsed(client: Client, text: str) -> Any:
    return jsonc.parsed(text) if client.format == "json" else toml_text.parsed(text)


def _table(whole: Any, section: str) -> dict[str, Any]:
    return _object(_object(whole, "the file").get(section, {}), repr(section))


def _object(value: Any, what: str) -> dict[str, Any]:
    found = cast("dict[str, Any] | None", value if isinstance(value, dict) else None)
    if found is None:
        raise ValueError(f"{what} is not an object")
    return found


def _check(client: Client, before: str, after: str, name: str, body: dict[str, Any] | None) -> None:
    """Read the change again: this one server is as wanted, and nothing else is different.

    Raises:
        ValueError: it is not so.
    """
    if client.format == "yaml":
        if yaml_text.member(after, client.section, name) != body:
            raise ValueError("its blocks are not told apart for sure")
        return
    old, new = _parsed(client, before), _parsed(client, after)
    if _table(new, client.section).pop(name, None) != body:
        raise ValueError("the entry would not be read as meant")
    _table(old, client.section).pop(name, None)
    for whole in (old, new):
        if not whole.get(client.section, True):
            del whole[client.section]
    if old != new:
        raise ValueError("something else in it would change")


def _why(error: Exception) -> str:
    return str(error) or type(error).__name__


def _replace(file: Path, data: bytes, mode: int) -> None:
    handle, temporary = tempfile.mkstemp(prefix=f".{file.name}-", dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            out.write(data)
            out.flush()
            os.fsync(out.fileno())
        os.chmod(temporary, mode)
        os.replace(temporary, file)
    finally:
        Path(temporary).unlink(missing_ok=True)
