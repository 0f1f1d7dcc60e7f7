"""What `doctor` says of MCP clients: who is told of editloop, and whether what they start runs."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..memory import SettingsError
from .extras import install, missing
from .found import Finding
from .mcp_clients import CLIENTS, Client, Scope, System, read

_NAME = "editloop"
_SECONDS = 60
_INHERITED = ("HOME", "LOGNAME", "PATH", "SHELL", "TERM", "USER")
"""What the official client gives to the programs that it starts; other clients give about that."""

_ON_WINDOWS = ("APPDATA", "LOCALAPPDATA", "SYSTEMDRIVE", "SYSTEMROOT", "TEMP", "USERPROFILE")


@dataclass(frozen=True, slots=True)
class _Told:
    """A client that knows a server of our name."""

    client: Client
    scope: Scope
    file: Path
    entry: dict[str, Any]

    @property
    def shown(self) -> str:
        return self.client.key if self.scope == "user" else f"{self.client.key} (this project)"

    @property
    def command(self) -> str:
        return str(self.entry.get("command") or self.entry.get("cmd") or "")

    @property
    def args(self) -> list[str]:
        return [str(each) for each in self.entry.get("args") or ()]

    @property
    def variables(self) -> set[str]:
        """Those that reach the server."""
        places = ("env", "envs", "env_vars", "env_keys")
        return {str(name) for place in places for name in self.entry.get(place) or ()}


def clients(system: System | None = None) -> Iterator[Finding]:
    """Look at the files of all clients, and at what they name."""
    told: list[_Told] = []
    for each in _all(system or System()):
        if isinstance(each, Finding):
            yield each
        else:
            told.append(each)
    yield from _failures(told)
    yield _summary(told)


def own_variables() -> set[str]:
    """The settings of editloop that this shell gives."""
    return {name for name, value in os.environ.items() if value and name.startswith("EDITLOOP_")}


def _all(system: System) -> Iterator[_Told | Finding]:
    seen: set[Path] = set()
    for client in CLIENTS:
        for scope in client.places:
            file = client.place(system, scope).absolute()
            if file in seen:  # the home is the project
                continue
            seen.add(file)
            try:
                entry = read(client, file, _NAME)
            except SettingsError as error:
                yield Finding("mcp", "note", str(error))
                continue
            if entry is not None:
                yield _Told(client, scope, file, entry)


def _failures(told: Sequence[_Told]) -> Iterator[Finding]:
    tried: dict[tuple[str, ...], str] = {}
    for each in told:
        if not each.command:
            continue
        words = _harmless(each)
        if words not in tried:
            tried[words] = _wrong(words)
        if tried[words]:
            again = f"editloop mcp install {each.client.key}"
            again += " --scope project" if each.scope == "project" else ""
            yield Finding("mcp", "FAIL", f"{each.shown}: {tried[words]}", again)


def _harmless(each: _Told) -> tuple[str, ...]:
    """The same program, asked for its version; nothing that a project's file names is started.

    Such a file comes with the project, from anybody.
    """
    args = each.args
    ours = each.scope == "user" or each.command == sys.executable
    if not ours or args[:3] != ["-m", "editloop", "mcp"]:
        return (each.command,)
    return (each.command, "-m", "editloop", "version")


def _wrong(words: tuple[str, ...]) -> str:
    """What is wrong with a program; empty when it runs."""
    command, *args = words
    if shutil.which(command) is None:
        return f"{command} is not there"
    if command == sys.executable and missing("mcp"):
        return f"the extra mcp is not installed: {install('mcp')}"
    if not args:
        return ""

    inherited = _INHERITED + (_ON_WINDOWS if sys.platform == "win32" else ())
    given = {name: os.environ[name] for name in inherited if name in os.environ}
    try:
        subprocess.run(words, env=given, capture_output=True, timeout=_SECONDS, check=True)
    except (subprocess.SubprocessError, OSError) as error:
        return f"{command} does not run editloop: {type(error).__name__}"
    return ""


def _summary(told: Sequence[_Told]) -> Finding:
    if not told:
        return Finding(
            "mcp", "ok", "no client is told of editloop; editloop mcp install CLIENT does"
        )

    names = ", ".join(each.shown for each in told)
    reach = set[str]().union(*(each.variables for each in told))
    local = any(each.command for each in told)
    lost = sorted(own_variables() - reach)
    if lost and local:
        cure = "editloop mcp install CLIENT --env NAME"
        detail = f"{names}; set here, and not for servers that they start: {', '.join(lost)}"
        return Finding("mcp", "note", detail, cure)

    return Finding("mcp", "ok", f"configured in {names}")
