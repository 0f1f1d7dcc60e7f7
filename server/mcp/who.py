"""Whose request it is, which client made it, and whether that client has taken it back."""

from typing import Any

from mcp.server.mcpserver import Context
from mcp.server.session import ServerSession

from ..principals import LOCAL, Principal

_CLIENT_CHARS = 80


def who(ctx: Context[Any]) -> Principal:
    """The caller of a request: by its token over HTTP, the person at this machine over stdio."""
    request = ctx.request_context.request
    if request is None:
        return LOCAL

    from ..gate import principal_of

    return principal_of(request)


def client_of(ctx: Context[Any]) -> str:
    """The client's own name for itself; empty when it gives none."""
    return name_of(ctx.request_context.session)


def name_of(session: ServerSession) -> str:
    """The name that the client of a session gave itself; empty when it gave none."""
    params = session.client_params
    return params.client_info.name[:_CLIENT_CHARS] if params else ""


def taken_back(ctx: Context[Any]) -> bool:
    """Whether a request that is being cancelled was cancelled by its client.

    The other reason is that the connection or this server ends, and then the run shall go on. The
    SDK knows and tells handlers in no public way; where it does not tell, the client is believed to
    have cancelled, which loses nothing: a paused run can be gone on with. In the revision 2026-07-28
    over HTTP the closing of the stream is how a client cancels.
    """
    request = ctx.request_context
    if request.request is not None and not _has_session(request.request):
        return True

    outbound = getattr(request.session, "_request_outbound", None)
    asked = getattr(outbound, "cancel_requested", None)
    return asked is None or bool(asked.is_set())


def _has_session(request: Any) -> bool:
    """Handshake-era HTTP: cancelled by a message, and its stream may break off at any time."""
    return "mcp-session-id" in request.headers
