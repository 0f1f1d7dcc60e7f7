"""What `editloop mcp install`, `uninstall` and `config` do."""

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..memory import SettingsError
from .check_mcp import own_variables
from .mcp_clients import CLIENTS, Change, Client, Entry, System, apply, changed, client_named
from .mcp_clients.writing import snippet
from .mcp_options import args_of, open_text

if TYPE_CHECKING:
    from .choose import LoopOptions
    from .mcp import EntryOptions, FileOptions
    from .options import Common


@dataclass(frozen=True, slots=True)
class Given:
    """A command line, as far as it says what a client is to be told."""

    client: str
    entry: "EntryOptions"
    files: "FileOptions"
    loop: "LoopOptions"
    common: "Common"
    system: System = field(default_factory=System)

    @property
    def target(self) -> Client:
        """The client."""
        return client_named(self.client)

    def file(self) -> Path:
        """Its file.

        Raises:
            SettingsError: it has none for this scope.
        """
        named = self.entry.file
        if named:
            return Path(named).expanduser().absolute()
        return self.target.place(self.system, self.entry.scope)

    def told(self) -> Entry:
        """The server as this client is to be told of it.

        Raises:
            SettingsError: an option does not go with another, holds a password, or names no folder.
        """
        entry = self.entry
        if entry.http:
            return self._remote()
        if entry.token_env:
            raise SettingsError("--token-env goes with --http; a local server is given no token")
        allowed = self.files.allow or self._allowed()
        args = args_of(self.files, self.loop, self.common, allowed)
        return Entry(
            name=entry.name,
            command=sys.executable,
            args=("-m", "editloop", "mcp", "serve", *args),
            env=dict(pair.split("=", 1) for pair in entry.env if "=" in pair),
            env_names=tuple(name for name in entry.env if "=" not in name),
        )

    def _remote(self) -> Entry:
        url = open_text(self.entry.http, "--http")
        if not url.startswith(("http://", "https://")):
            raise SettingsError(f"--http {url!r} is no address; write https://HOST/mcp")
        if self.entry.env or [*args_of(self.files, self.loop, self.common, self.files.allow)]:
            raise SettingsError("--http names a server that runs already: it has its own options")
        return Entry(name=self.entry.name, url=url, token_env=self.entry.token_env)

    def _allowed(self) -> tuple[str, ...]:
        """Without --allow: the project, where there is one, else the user's pictures."""
        if self.target.in_project:
            return ()  # started in the project, the server allows its working folder by itself
        if self.entry.scope == "project":
            return (str(self.system.folder),)

        from platformdirs import user_pictures_path

        pictures = user_pictures_path()
        if not pictures.is_dir():
            raise SettingsError("say which folder's pictures may be read: --allow DIR")
        return (str(pictures),)


def install(given: Given, *, dry_run: bool) -> int:
    """Write a client's file, or say what would be written.

    Raises:
        SettingsError: the client cannot be told this, or its file cannot be changed safely.
    """
    client, entry = given.target, given.told()
    change = changed(client, given.file(), entry)
    if dry_run:
        return _shown(given.common, change)

    _done(given, change, "written in" if change.needed else "was there already in", client.then)
    _warn(given.common, entry)
    return 0


def uninstall(given: Given, *, dry_run: bool) -> int:
    """Take the server out of a client's file, or say what would be taken out.

    Raises:
        SettingsError: its file cannot be changed safely.
    """
    client = given.target
    change = changed(client, given.file(), Entry(name=given.entry.name), remove=True)
    if dry_run:
        return _shown(given.common, change)

    done = "removed from" if change.needed else "was not there in"
    _done(given, change, done, f"start {client.title} again")
    return 0


def config(given: Given, *, link: bool) -> int:
    """Print what to put into a client's file.

    Raises:
        SettingsError: the client cannot be told this.
    """
    client, file, entry = given.target, given.file(), given.told()
    body = client.body(entry)
    address = client.link(entry, body) if client.link else None
    if given.common.json:
        said: dict[str, Any] = {"client": client.key, "title": client.title, "file": str(file)}
        said |= {"format": client.format, "section": client.section, "name": entry.name}
        said |= {"entry": body, "snippet": snippet(client, entry), "link": address}
        print(json.dumps(said, ensure_ascii=False))
    elif link:
        if address is None:
            having = " and ".join(client.title for client in CLIENTS if client.link)
            raise SettingsError(f"{client.title} has no links that install; {having} have")
        print(address)
    else:
        print(snippet(client, entry), end="")
        _note(given.common, f"put this into {file}, or: editloop mcp install {client.key}")
    return 0


def _shown(common: "Common", change: Change) -> int:
    print(change.diff(), end="\n" if change.needed else "")
    _note(
        common, f"nothing was written; {change.file} would {'change' if change.needed else 'stay'}"
    )
    return 0


def _done(given: Given, change: Change, done: str, then: str) -> None:
    """Make a change where one is needed, and say so."""
    common, client = given.common, given.target
    backup = apply(change) if change.needed else None
    if common.json:
        said = {"client": client.key, "file": str(change.file), "done": done.rpartition(" ")[0]}
        print(json.dumps(said | {"backup": str(backup) if backup else None}, ensure_ascii=False))
        return

    print(change.file)
    _note(common, f"{done} {client.title}" + (f"; as it was: {backup}" if backup else ""))
    if change.needed:
        _note(common, f"next     {then}")


def _warn(common: "Common", entry: Entry) -> None:
    """Name the settings of this shell that the server will not see."""
    lost = sorted(own_variables() - {*entry.env, *entry.env_names})
    if lost and not (entry.url or common.json):
        _note(common, f"note     set here and not for the server: {', '.join(lost)}; see --env")


def _note(common: "Common", words: str) -> None:
    if not common.quiet:
        print(words, file=sys.stderr)
