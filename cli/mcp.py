"""`editloop mcp …`: the whole loop as tools of a chat assistant."""

from dataclasses import dataclass
from typing import Annotated, Literal

from cyclopts import Group, Parameter

from . import choose
from .asking import AskOptions, PublicUrl
from .branch import branch
from .choose import LoopOptions
from .options import COMMONLY, Common
from .reaching import ReachOptions

_HTTP = Group("Over HTTP", sort_key=1)
_FILES = Group("Pictures and files", sort_key=2)

app = branch("mcp")


@Parameter(name="*", group=_FILES)
@dataclass(frozen=True)
class FileOptions(ReachOptions):
    """What the assistant may reach, and where answers go."""

    out: Annotated[
        str, Parameter(metavar="DIR", help="Write answers there as files too (stdio only).")
    ] = ""
    images: Annotated[
        Literal["auto", "inline", "link", "none"],
        Parameter(metavar="HOW", help="Pictures in answers: auto, inline, link or none."),
    ] = "auto"


@dataclass(frozen=True)
class _Where:
    """Where to listen."""

    http: Annotated[bool, Parameter(negative="", help="Speak HTTP instead of stdio.")] = False
    host: Annotated[str, Parameter(metavar="ADDRESS", help="Where to listen.")] = "127.0.0.1"
    port: Annotated[int, Parameter(help="The first one that is free with 0.")] = 8765
    public_url: PublicUrl = ""


@Parameter(name="*", group=_HTTP)
@dataclass(frozen=True)
class HttpOptions(AskOptions, _Where):  # in help the last one's come first
    """Where to listen, and who may ask."""


_NO_FILES = FileOptions()
_NO_HTTP = HttpOptions()


@app.command
def serve(
    *,
    http: HttpOptions = _NO_HTTP,
    files: FileOptions = _NO_FILES,
    loop: LoopOptions = choose.NO_LOOP,
    common: Common = COMMONLY,
) -> int:
    """Serve the loop to an MCP client: over stdio, as clients start it, or over HTTP.

    Without --allow pictures of the working folder may be named over stdio, and none over HTTP.

    editloop mcp serve --allow ~/Pictures --out ~/Pictures/edited
    editloop mcp serve --http --port 8765 --token-env EDITLOOP_TOKEN
    """
    from .mcp_serving import served

    return served(http, files, common.choices(loop.flags()), common.screen)


ClientName = Literal["claude-code", "claude-desktop", "vscode", "cursor", "goose", "codex"]
CLIENT = Parameter(
    name="CLIENT", help="claude-code, claude-desktop, vscode, cursor, goose or codex."
)
_ENTRY = Group("The client", sort_key=0)


@Parameter(name="*", group=_ENTRY)
@dataclass(frozen=True)
class PlaceOptions:
    """Where the client is told of the server."""

    scope: Annotated[
        Literal["user", "project"],
        Parameter(metavar="user|project", help="For all projects, or for the one in this folder."),
    ] = "user"
    file: Annotated[
        str, Parameter(metavar="PATH", help="This file instead of the client's usual one.")
    ] = ""
    name: Annotated[str, Parameter(help="What the client calls the server.")] = "editloop"


@Parameter(name="*", group=_ENTRY)
@dataclass(frozen=True)
class EntryOptions(PlaceOptions):
    """Where the client is told of the server, and what it is told besides its options."""

    env: Annotated[
        tuple[str, ...],
        Parameter(
            metavar="NAME[=VALUE]",
            negative="",
            help="A variable for the server, from outside unless a value is written; repeat.",
        ),
    ] = ()
    http: Annotated[
        str, Parameter(metavar="URL", help="A server that runs already, instead of a local one.")
    ] = ""
    token_env: Annotated[
        str, Parameter(metavar="NAME", help="The variable that holds the token for --http.")
    ] = ""


_NO_PLACE = PlaceOptions()
_NO_ENTRY = EntryOptions()
_DRY_RUN = Parameter(negative="", help="Print what would change, and change nothing.")


@app.command
def install(
    client: Annotated[ClientName, CLIENT],
    /,
    *,
    dry_run: Annotated[bool, _DRY_RUN] = False,
    entry: EntryOptions = _NO_ENTRY,
    files: FileOptions = _NO_FILES,
    loop: LoopOptions = choose.NO_LOOP,
    common: Common = COMMONLY,
) -> int:
    """Tell a client of the server, in the client's own file; nothing else in it changes.

    What the file was stands beside it afterwards. The options are those of mcp serve, and are
    written down with full paths. mcp uninstall takes it out again.

    editloop mcp install claude-code
    editloop mcp install claude-desktop --allow ~/Pictures --out ~/Pictures/edited
    editloop mcp install vscode --http https://gpu-1:8765/mcp --token-env EDITLOOP_TOKEN
    """
    from . import mcp_install

    given = mcp_install.Given(client, entry, files, loop, common)
    return mcp_install.install(given, dry_run=dry_run)


@app.command
def uninstall(
    client: Annotated[ClientName, CLIENT],
    /,
    *,
    dry_run: Annotated[bool, _DRY_RUN] = False,
    place: PlaceOptions = _NO_PLACE,
    common: Common = COMMONLY,
) -> int:
    """Take the server out of a client's file again; nothing else in it changes.

    editloop mcp uninstall claude-code
    """
    from . import mcp_install

    entry = EntryOptions(scope=place.scope, file=place.file, name=place.name)
    given = mcp_install.Given(client, entry, _NO_FILES, choose.NO_LOOP, common)
    return mcp_install.uninstall(given, dry_run=dry_run)


@app.command
def config(
    client: Annotated[ClientName, CLIENT],
    /,
    *,
    link: Annotated[
        bool, Parameter(negative="", help="Print an address that installs with one click.")
    ] = False,
    entry: EntryOptions = _NO_ENTRY,
    files: FileOptions = _NO_FILES,
    loop: LoopOptions = choose.NO_LOOP,
    common: Common = COMMONLY,
) -> int:
    """Print what a client is to be told, to be put into its file by hand."""
    from . import mcp_install

    given = mcp_install.Given(client, entry, files, loop, common)
    return mcp_install.config(given, link=link)
