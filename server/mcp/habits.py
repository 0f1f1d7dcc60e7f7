"""What chat programs are known to do with answers, by the names that they give themselves.

Where each of it is known from stands in docs/decisions/0022.
"""

from typing import Any, cast

from mcp.server.context import CallNext, HandlerResult, ServerRequestContext

from .who import name_of

_PICTURES_AS_TEXT = ("openai", "chatgpt")
_DATA_ALONE = ("codex", "opencode")
_SHOWING_APPS = ("openai", "visual studio code")


def takes_pictures_as_text(client: str) -> bool:
    """Whether a client has handed pictures of tools to its model as text."""
    return client.lower().startswith(_PICTURES_AS_TEXT)


def takes_data_alone(client: str) -> bool:
    """Whether a client's model gets the structured content and, where there is any, nothing else."""
    return client.lower().startswith(_DATA_ALONE)


def shows_apps(client: str) -> bool:
    """Whether a client shows apps without saying so when it connects."""
    return client.lower().startswith(_SHOWING_APPS)


async def without_data(ctx: ServerRequestContext[Any, Any], call_next: CallNext) -> HandlerResult:
    """Leave structured content out for clients that would show their model nothing else, and its
    schemas too, which promise it.

    For `MCPServer.middleware`. The text says the same, and so the preview reaches the model.
    """
    found = await call_next(ctx)
    if not isinstance(found, dict) or not takes_data_alone(name_of(ctx.session)):
        return found
    if ctx.method == "tools/call":
        return _without(found, "structuredContent")
    if ctx.method == "tools/list":
        tools = cast("list[dict[str, Any]]", found.get("tools", []))
        return found | {"tools": [_without(tool, "outputSchema") for tool in tools]}
    return found


def _without(found: dict[str, Any], name: str) -> dict[str, Any]:
    return {key: value for key, value in found.items() if key != name}
