"""The app that MCP hosts show beside an edit: before and after, the turns, what was thought.

One HTML document, whole in itself: it loads nothing, sends nothing but messages to its host, and
asks for pictures by tools that no model sees. Its style and scripts are files beside this one, put together here.
"""

from functools import cache
from pathlib import Path
from typing import Any

from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID, Apps, ResourceCsp
from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from ..host import Host
from ..pictures import Pictures
from .app_tools import AppTools, Who

APP_URI = "ui://editloop/app.html"
"""What the `_meta.ui.resourceUri` of a tool names, for hosts to show the app with its answers."""

SHOWN_IN_APP: dict[str, Any] = {"ui": {"resourceUri": APP_URI}}
"""The `_meta` of a tool that a model calls and whose answer the app shows."""

_SCRIPTS = ("bridge", "swipe", "runs", "draw", "acts", "give")
"""What stands before `app.js`, which begins; together they are one module."""


def register(apps: Apps, host: Host, pictures: Pictures, who: Who) -> None:
    """Add the app and its tools to the extension that a server is made with.

    mcp = MCPServer("editloop", extensions=[apps], ...)

    `who` says whose request a context is. The tools are for the app alone; `hide_from_models`
    keeps them out of the lists of clients that show no apps.
    """
    apps.add_html_resource(
        APP_URI,
        html(),
        name="editloop app",
        title="Before and after",
        description="Compares the pictures of a run, shows its critiques, and goes on from them.",
        csp=ResourceCsp(),  # no domain at all
        prefers_border=True,
    )
    tools = AppTools(host, pictures, who)
    for tool in tools.all():
        apps.tool(resource_uri=APP_URI, visibility=["app"], **tool.said)(tool.call)


async def announce(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Say on connecting that there is an app, to clients of the handshake era too.

    For `MCPServer.middleware`. The SDK says it in the newer era alone; hosts of apps of 2025 that
    hear nothing of it show none.
    """
    found = await call_next(ctx)
    if ctx.method != "initialize" or not isinstance(found, dict):
        return found

    known: dict[str, Any] = found.get("capabilities", {})
    extensions = {**known.get("extensions", {}), EXTENSION_ID: {"mimeTypes": [APP_MIME_TYPE]}}
    return found | {"capabilities": known | {"extensions": extensions}}


@cache
def html() -> str:
    """The document, with its style and scripts inside."""
    scripts = [_part(f"app_{name}.js") for name in _SCRIPTS]
    whole = _part("app.html").replace("/* style */", _part("app.css"))
    return whole.replace("/* script */", "\n".join([*scripts, _part("app.js")]))


def _part(name: str) -> str:
    return Path(__file__).with_name(name).read_text(encoding="utf-8")
