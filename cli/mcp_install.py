"""What `editloop mcp install` and `editloop mcp config` do."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..agent.addresses import masked
from ..memory import SettingsError
from .mcp_clients import CLIENTS, Client, Entry, Scope, System, apply, changed, client_named
from .mcp_clients.writing import snippet

if TYPE_CHECKING:
    from .choose import LoopOptions
    from .mcp import FileOptions
    from .options import Common

_FLAGS = {"quality": "quality-target"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is to be told to which client."""

    client: str
    scope: Scope = "user"
    file: str = ""
    name: str = "editloop"
    env: tuple[str, ...] = ()
    url: str = ""
    token_env: str = ""


def install(
    wanted: Wanted,
    files: "FileOptions",
    loop: "LoopOptions",
    common: "Common",
    *,
    remove: bool,
    dry_run: bool,
) -> int:
    """Write a client's file, or say what would be written.

    Raises:
        SettingsError: the client cannot be told this, or its file cannot be changed safely.
    """
    client, system = client_named(wanted.client), System()
    file = _file(wanted, client, system)
    entry = Entry(name=wanted.name)
    if not remove:
        entry = entry_of(wanted, client, system, files, loop, common)
    change = changed(client, file, entry, remove=remove)
    if dry_run:
        print(change.diff() if change.needed else "")
        _note(common, f"nothing was written; {file} would {'change' if change.needed else 'stay'}")
        return 0

    backup = apply(change) if change.needed else None
    done = _done(change.needed, remove)
    if common.json:
        said = {"client": client.key, "file": str(file), "done": done}
        print(json.dumps(said | {"backup": str(backup) if backup else None}, ensure_ascii=False))
        return 0
    print(file)
    _note(common, f"{done} in {client.title}" + (f"; as it was: {backup}" if backup else ""))
    if change.needed:
        _note(common, f"next: {client.then}")
    if not remove:
        _warn(common, entry)
    return 0


def config(
    wanted: Wanted,
    files: "FileOptions",
    loop: "LoopOptions",
    common: "Common",
    *,
    link: bool,
) -> int:
    """Print what to put into a client's file.

    Raises:
        SettingsError: the client cannot be told this.
    """
    client, system = client_named(wanted.client), System()
    entry = entry_of(wanted, client, system, files, loop, common)
    body, file = client.body(entry), _file(wanted, client, system)
    address = client.link(entry, body) if client.link else None
    if common.json:
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
        _note(common, f"put this into {file}, or: editloop mcp install {client.key}")
    return 0


def entry_of(
    wanted: Wanted,
    client: Client,
    system: System,
    files: "FileOptions",
    loop: "LoopOptions",
    common: "Common",
) -> Entry:
    """The server as this client is to be told of it.

    Raises:
        SettingsError: an option does not go with another, holds a password, or names no folder.
    """
    by_value = dict(pair.split("=", 1) for pair in wanted.env if "=" in pair)
    by_name = tuple(name for name in wanted.env if "=" not in name)
    args = list(_args(wanted, client, system, files, loop, common))
    if wanted.url:
        if args or wanted.env:
            raise SettingsError("--http names a server that runs already: it has its own options")
        if not wanted.url.startswith(("http://", "https://")):
            raise SettingsError(f"--http {wanted.url!r} is no address; write https://HOST/mcp")
        return Entry(name=wanted.name, url=_open(wanted.url, "--http"), token_env=wanted.token_env)
    if wanted.token_env:
        raise SettingsError("--token-env goes with --http; a local server is given no token")
    return Entry(
        name=wanted.name,
        command=sys.executable,
        args=("-m", "editloop", "mcp", "serve", *args),
        env=by_value,
        env_names=by_name,
    )


def _args(
    wanted: Wanted,
    client: Client,
    system: System,
    files: "FileOptions",
    loop: "LoopOptions",
    common: "Common",
) -> Iterator[str]:
    """Options of `mcp serve`, paths made absolute: clients start servers anywhere."""
    for folder in files.allow or _allowed(wanted, client, system):
        yield from ("--allow", _folder(folder))
    for flag, folder in (("--inbox", files.inbox), ("--out", files.out)):
        if folder:
            yield from (flag, str(Path(folder).expanduser().absolute()))
    if files.allow_urls:
        yield "--allow-urls"
    for host in files.allow_private_hosts:
        yield from ("--allow-private-hosts", host)
    if files.images != "auto":
        yield from ("--images", files.images)
    for name, value in loop.flags().items():
        if value is not None:
            yield from (f"--{_FLAGS.get(name, name)}", _open(str(value), f"--{name}"))
    if common.store:
        yield from ("--store", _store(common.store))
    if common.config:
        yield from ("--config", str(Path(common.config).expanduser().absolute()))


def _allowed(wanted: Wanted, client: Client, system: System) -> tuple[str, ...]:
    """Without --allow: the project, where there is one, else the user's pictures.

    Raises:
        SettingsError: there is no such folder.
    """
    if wanted.url or client.in_project:
        return ()  # a server that is started in the project allows the working folder by itself
    if wanted.scope == "project":
        return (str(system.folder),)

    from platformdirs import user_pictures_path

    pictures = user_pictures_path()
    if not pictures.is_dir():
        raise SettingsError("say which folder's pictures may be read: --allow DIR")
    return (str(pictures),)


def _folder(name: str) -> str:
    path = Path(name).expanduser().absolute()
    if not path.is_dir():
        raise SettingsError(f"--allow {name!r} is no folder")
    return str(path)


def _store(store: str) -> str:
    """The store by its full name."""
    path = store.removeprefix("sqlite:///")
    return _open(store, "--store") if "://" in path else str(Path(path).expanduser().absolute())


def _open(text: str, option: str) -> str:
    """Refuse to copy a password into somebody's file.

    Raises:
        SettingsError: there is one.
    """
    if masked(text) != text:
        variable = f"EDITLOOP_{option.lstrip('-').upper()}"
        raise SettingsError(
            f"{option} {masked(text)} holds a password, which is not copied into the client's file: "
            f"set {variable} and say --env {variable}"
        )
    return text


def _file(wanted: Wanted, client: Client, system: System) -> Path:
    if wanted.file:
        return Path(wanted.file).expanduser().absolute()
    return client.place(system, wanted.scope)


def _done(needed: bool, remove: bool) -> str:
    if remove:
        return "removed" if needed else "was not there"
    return "written" if needed else "was there already"


def _warn(common: "Common", entry: Entry) -> None:
    """Name the settings of this shell that the server will not see."""
    known = {*entry.env, *entry.env_names}
    lost = sorted(name for name in os.environ if name.startswith("EDITLOOP_") and name not in known)
    if lost and not entry.url:
        _note(common, f"note: {', '.join(lost)}: set here, and not for the server; add --env NAME")


def _note(common: "Common", words: str) -> None:
    if not common.quiet:
        print(words, file=sys.stderr)
