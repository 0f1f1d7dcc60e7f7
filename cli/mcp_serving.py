"""What `editloop mcp serve` does once its options are read."""

import os
import sys
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from ..memory import SettingsError
from .exits import Exit
from .mcp import FileOptions, HttpOptions
from .mcp_options import out_folder
from .screen import Screen

if TYPE_CHECKING:
    from anyio.abc import TaskStatus

    from ..agent import Choices
    from ..server.mcp.rules import McpRules
    from ..server.pictures import Reach

_GRACE = 5.0
_NO_HTTP = HttpOptions()


def served(http: HttpOptions, files: FileOptions, choices: "Choices", screen: Screen) -> int:
    """Serve until the client leaves or a signal comes.

    Raises:
        SettingsError: an option, a package or a port.
        EditloopError: the store or the engines cannot be opened.
    """
    _installed()
    if http.http:
        return _over_http(http, files, choices, screen)

    import anyio

    from ..server.mcp.rules import McpRules

    _only_http(http)
    rules = McpRules(images=files.images, out=out_folder(files.out))
    reach = files.reach(working_folder())
    if sys.stdin.isatty():
        screen.say("mcp", "this waits for a client on stdin, which starts it itself", style="bold")
        screen.next("editloop mcp install CLIENT, or editloop mcp serve --http")
    anyio.run(_over_stdio, choices, reach, rules)
    return 0


async def _over_stdio(choices: "Choices", reach: "Reach", rules: "McpRules") -> None:
    import anyio

    from ..agent import build
    from ..agent.scope import helpers
    from ..server.mcp.stdio import serve
    from . import complaints
    from .signals import told

    stop, caught = anyio.Event(), list[Exit]()

    def leave(error: Exception | None) -> None:
        code = caught[0] if error is None else complaints.told(error, json=False, verbose=False)
        sys.stderr.flush()
        os._exit(code)

    async def listen(*, task_status: "TaskStatus[None]") -> None:
        await told(caught, stop.set, task_status=task_status)

    at_once = choices.settings.runs_at_once
    async with helpers() as group:
        if sys.platform != "win32":
            await group.start(listen)
        async with build(choices) as agent:
            await serve(
                agent,
                reach,
                rules,
                at_once=at_once,
                stop=stop,
                leave=leave,
            )


def _over_http(http: HttpOptions, files: FileOptions, choices: "Choices", screen: Screen) -> int:
    from ..agent import build
    from ..server.http.app import api
    from ..server.http.inside import ApiRules
    from ..server.mcp.rules import McpRules
    from .serving_api import serve_loop

    if files.out:
        raise SettingsError("--out goes with stdio: over HTTP the client fetches the picture")
    guard = http.guard(os.environ)
    make = partial(
        api,
        partial(build, choices),
        guard=guard,
        reach=files.reach(),
        rules=ApiRules(at_once=choices.settings.runs_at_once, public_url=http.public_url),
        mcp=McpRules(images=files.images),
    )
    serve_loop(
        lambda stop: make(stop=stop),
        (http.host, http.port),
        screen,
        guarded=guard.needs_token or http.no_token,
        says="/mcp (ready: /readyz)",
        grace_seconds=_GRACE,
        access=False,
    )
    return 0


def _only_http(http: HttpOptions) -> None:
    if http.token_env or http.tokens or http.no_token:
        raise SettingsError("tokens go with --http; over stdio the client starts the server itself")
    if http != _NO_HTTP:
        raise SettingsError(
            "--host, --port, --public-url, --allow-host and --allow-origin go with --http; over "
            "stdio nothing is listened at"
        )


def working_folder() -> tuple[Path, ...]:
    """The folder that the client works in; none where a desktop started it just anywhere: at the root
    of the disk, or in the user's home."""
    here = Path.cwd()
    return () if here in (Path(here.anchor), Path.home()) else (here,)


def _installed() -> None:
    missing = [name for name in ("mcp", "starlette", "uvicorn") if not find_spec(name)]
    if missing:
        raise SettingsError(f"{missing[0]} is not installed: pip install 'editloop[mcp]'")
