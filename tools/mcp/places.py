"""Where an MCP server is: a command that we start, or an address that listens."""

import os
import shlex
from dataclasses import dataclass, field
from shutil import which

import httpx2

from ...memory import SettingsError

_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Command:
    """A server that is started here and spoken to over its standard input and output."""

    words: tuple[str, ...]
    env: tuple[str, ...] = ()
    """Names of variables that it gets beside the few that every child gets (PATH, HOME, …)."""

    @classmethod
    def read(cls, text: str, env: tuple[str, ...] = ()) -> "Command":
        """Split a command as a shell would.

        Raises:
            SettingsError: there is none, or a quotation mark is not closed.
        """
        try:
            words = tuple(shlex.split(text))
        except ValueError as error:
            raise SettingsError(f"the command {text!r} cannot be read: {error}") from error

        if not words:
            raise SettingsError("name the command that starts the server: mcp:COMMAND ARGS")

        return cls(words, env)

    @property
    def shown(self) -> str:
        """For people: what is started, without its arguments, which may hold anything."""
        return self.words[0].rpartition("/")[2]

    @property
    def local(self) -> bool:
        """It sees our files."""
        return True

    def takes(self, url: httpx2.URL) -> bool:
        """Whether a picture may be sent there: to this machine, where the process is."""
        return url.scheme == "http" and url.host in _LOOPBACK

    def environment(self) -> dict[str, str]:
        """The variables that it is to get.

        Raises:
            SettingsError: one of them is not set.
        """
        if unset := [name for name in self.env if name not in os.environ]:
            raise SettingsError(f"{self.shown!r} is to get {', '.join(unset)}, which is not set")

        return {name: os.environ[name] for name in self.env}

    def check(self) -> None:
        """Look for the command.

        Raises:
            SettingsError: there is no such command, or a variable is not set.
        """
        if which(self.words[0]) is None:
            raise SettingsError(f"there is no command {self.words[0]!r} to start an MCP server")

        self.environment()


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server that listens: streamable HTTP."""

    url: str
    token: str = field(default="", repr=False)
    """Sent as a bearer token, to this origin only."""

    @property
    def shown(self) -> str:
        """For people: host and port."""
        url = httpx2.URL(self.url)
        return f"{url.host}:{url.port}" if url.port else url.host

    @property
    def local(self) -> bool:
        """It does not see our files, as far as we know."""
        return False

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}

    def check(self) -> None:
        """Nothing can be told without asking."""

    def holds(self, url: httpx2.URL) -> bool:
        """Whether an address is of this very origin."""
        ours = httpx2.URL(self.url)
        return (url.scheme, url.host, url.port) == (ours.scheme, ours.host, ours.port)

    def takes(self, url: httpx2.URL) -> bool:
        """Whether a picture may be sent there: to this very origin."""
        return self.holds(url)


Place = Command | Endpoint
