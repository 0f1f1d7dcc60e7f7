"""The clients: their files, and the words in which each is told of a server."""

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

from ...memory import SettingsError
from .entry import Entry
from .places import System

Scope = Literal["user", "project"]
Format = Literal["json", "toml", "yaml"]

_TIME = 300
"""Seconds that clients which bound a call are told to allow; editloop answers within 45 or so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A program that starts MCP servers, or calls them."""

    key: str
    title: str
    format: Format
    section: str
    """The table of servers in its file."""

    places: Mapping[Scope, Callable[[System], Path]]
    body: Callable[[Entry], dict[str, Any]]
    then: str
    """What a person does for it to notice."""

    in_project: bool = False
    """It starts servers in the folder of the project, whose pictures they may then read."""

    link: Callable[[Entry, dict[str, Any]], str] | None = None
    """An address that installs with one click."""

    def place(self, system: System, scope: Scope) -> Path:
        """The file.

        Raises:
            SettingsError: it has none for this scope.
        """
        if scope not in self.places:
            raise SettingsError(
                f"{self.title} has one configuration for all projects: leave --scope"
            )
        return self.places[scope](system)


def client_named(key: str) -> Client:
    """Return a client by its key."""
    return next(client for client in CLIENTS if client.key == key)


def _stdio(entry: Entry, env: Mapping[str, str]) -> dict[str, Any]:
    said: dict[str, Any] = {"command": entry.command, "args": list(entry.args)}
    return said | ({"env": dict(env)} if env else {})


def _by_reference(entry: Entry, form: str) -> dict[str, str]:
    """Variables by value, and the others as the client's own way of saying "from outside"."""
    return {name: form.format(name) for name in entry.env_names} | dict(entry.env)


def _headers(entry: Entry, form: str) -> dict[str, Any]:
    if not entry.token_env:
        return {}
    return {"headers": {"Authorization": f"Bearer {form.format(entry.token_env)}"}}


def _claude_code(entry: Entry) -> dict[str, Any]:
    form = "${{{}}}"
    if entry.url:
        return {"type": "http", "url": entry.url} | _headers(entry, form)
    return {"type": "stdio"} | _stdio(entry, _by_reference(entry, form))


def _claude_desktop(entry: Entry) -> dict[str, Any]:
    if entry.url:
        raise SettingsError(
            "Claude Desktop's file names local servers only: add the address in its settings, under "
            "Connectors, or leave --http"
        )
    if entry.env_names:
        raise SettingsError(
            f"Claude Desktop passes on no variables, only values in its file: say --env "
            f"{entry.env_names[0]}=VALUE to write it there, or put it in editloop's own settings "
            "(editloop config path)"
        )
    return _stdio(entry, entry.env)


def _vscode(entry: Entry) -> dict[str, Any]:
    form = "${{env:{}}}"
    if entry.url:
        return {"type": "http", "url": entry.url} | _headers(entry, form)
    return {"type": "stdio"} | _stdio(entry, _by_reference(entry, form))


def _cursor(entry: Entry) -> dict[str, Any]:
    form = "${{env:{}}}"
    if entry.url:
        return {"url": entry.url} | _headers(entry, form)
    return _stdio(entry, _by_reference(entry, form))


def _goose(entry: Entry) -> dict[str, Any]:
    said: dict[str, Any] = {"enabled": True, "name": entry.name, "timeout": _TIME}
    names = [entry.token_env] if entry.token_env else list(entry.env_names)
    known = {"envs": dict(entry.env), "env_keys": names}
    if entry.url:
        there = {"type": "streamable_http", "uri": entry.url}
        return said | there | (_headers(entry, "${{{}}}") or {"headers": {}}) | known
    return said | {"type": "stdio", "cmd": entry.command, "args": list(entry.args)} | known


def _codex(entry: Entry) -> dict[str, Any]:
    times = {"startup_timeout_sec": 30, "tool_timeout_sec": _TIME}
    if entry.url:
        token = {"bearer_token_env_var": entry.token_env} if entry.token_env else {}
        return {"url": entry.url} | token | times
    names = {"env_vars": list(entry.env_names)} if entry.env_names else {}
    stdio = _stdio(entry, entry.env)
    env = {"env": stdio.pop("env")} if entry.env else {}
    return stdio | names | times | env


def _vscode_link(entry: Entry, body: dict[str, Any]) -> str:
    said = json.dumps({"name": entry.name} | body, separators=(",", ":"), ensure_ascii=False)
    return f"vscode:mcp/install?{quote(said, safe='')}"


def _cursor_link(entry: Entry, body: dict[str, Any]) -> str:
    said = json.dumps(body, separators=(",", ":")).encode()
    config = quote(base64.b64encode(said).decode(), safe="")
    return f"cursor://anysphere.cursor-deeplink/mcp/install?name={entry.name}&config={config}"


CLIENTS = (
    Client(
        key="claude-code",
        title="Claude Code",
        format="json",
        section="mcpServers",
        places={"user": System.claude_code, "project": lambda system: system.folder / ".mcp.json"},
        body=_claude_code,
        then="start claude again; /mcp shows its state",
        in_project=True,
    ),
    Client(
        key="claude-desktop",
        title="Claude Desktop",
        format="json",
        section="mcpServers",
        places={"user": lambda system: system.config("Claude", "claude_desktop_config.json")},
        body=_claude_desktop,
        then="quit Claude Desktop, all of it, and start it again",
    ),
    Client(
        key="vscode",
        title="VS Code",
        format="json",
        section="servers",
        places={
            "user": lambda system: system.config("Code", "User", "mcp.json"),
            "project": lambda system: system.folder / ".vscode" / "mcp.json",
        },
        body=_vscode,
        then="run MCP: List Servers and start editloop",
        link=_vscode_link,
    ),
    Client(
        key="cursor",
        title="Cursor",
        format="json",
        section="mcpServers",
        places={
            "user": lambda system: system.home / ".cursor" / "mcp.json",
            "project": lambda system: system.folder / ".cursor" / "mcp.json",
        },
        body=_cursor,
        then="start Cursor again, and see that the server is switched on",
        link=_cursor_link,
    ),
    Client(
        key="goose",
        title="Goose",
        format="yaml",
        section="extensions",
        places={"user": System.goose},
        body=_goose,
        then="start a new session",
    ),
    Client(
        key="codex",
        title="Codex",
        format="toml",
        section="mcp_servers",
        places={
            "user": System.codex,
            "project": lambda system: system.folder / ".codex" / "config.toml",
        },
        body=_codex,
        then="start codex again; /mcp shows its state",
        in_project=True,
    ),
)
"""All that `install` knows, in the order in which they are told of."""
