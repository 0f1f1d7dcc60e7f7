"""The doors behind HTTP, as one ASGI application.

    app = api(partial(build, choices), guard=Guard(tokens=…))

`/v1/runs` and its kin for programs of ours, `/v1/images/edits` for OpenAI's, `/mcp` for chat
assistants, and what machines ask: `/healthz`, `/readyz`, `/metrics`, `/openapi.json`.
"""

from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from importlib.util import find_spec

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import BaseRoute, Match, Route
from starlette.types import Scope

from ...agent import EditAgent
from ...memory import EditloopError, InternalError
from ..gate import Gate
from ..guard import Guard
from ..host import Host
from ..mcp.rules import McpRules
from ..pictures import Pictures, Reach
from ..reached import Reached
from ..tracing import Watched
from .blobs import Blobs
from .board import Board
from .following import Followers
from .images import images_routes
from .images_rules import ImagesRules
from .inside import ApiRules, Inside
from .numbers import Numbers
from .openapi import document
from .problems import HANDLERS, written
from .routing import routes_of
from .runs import Runs
from .uploads import Uploads

Opens = Callable[[], AbstractAsyncContextManager[EditAgent]]
"""Opens what makes the runs, and closes it: `functools.partial(build, choices)`."""


def api(
    agent: EditAgent | Opens,
    *,
    guard: Guard = Guard(),  # noqa: B008 (frozen)
    reach: Reach = Reach(),  # noqa: B008
    rules: ApiRules = ApiRules(),  # noqa: B008
    mcp: McpRules | bool = True,
    stop: Callable[[], None] | None = None,
) -> Starlette:
    """Make the application; its lifespan opens the agent, unless it is open, and closes it.

    With `mcp`, or by its rules, chat assistants are answered at `/mcp`, where the extra is
    installed. Nothing in it is known to one process only: any number of them on one store answer
    for each other's runs. Where it cannot be opened, `stop` is called and `state.failed` says why;
    without it the lifespan raises.
    """
    numbers = Numbers()
    failed: list[EditloopError] = []
    routes: list[BaseRoute] = []

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncGenerator[None]:
        opened = False
        try:
            async with (
                _open(agent, rules, reach, numbers) as inside,
                _at_mcp(inside, guard, mcp) as more,
            ):
                app.state.inside = inside
                app.router.routes = routes[:] = [
                    *_routes(inside, urls=not guard.needs_token),
                    *more,
                ]
                opened = True
                yield
                inside.end()
        except EditloopError as error:
            failed.append(error)
            if stop is None:
                raise
            stop()
            if not opened:
                yield  # to whoever serves, who ends in order
        except Exception as error:
            failed.append(InternalError(f"the server broke by {type(error).__name__}; see its log"))
            if stop is not None:
                stop()  # nothing works on runs any more: whatever started this starts it anew
            raise

    around = [
        Middleware(Watched, metrics=numbers, routes=lambda scope: _route(routes, scope)),
        Middleware(Gate, guard=guard, write=written),
        *([Middleware(Reached, url=rules.public_url)] if rules.public_url else []),
    ]
    app = Starlette(lifespan=lifespan, middleware=around, exception_handlers=HANDLERS)
    app.router.redirect_slashes = False
    app.state.failed = lambda: failed[0] if failed else None
    app.state.ending = lambda: app.state.inside.end() if hasattr(app.state, "inside") else None
    return app


@asynccontextmanager
async def _open(
    agent: EditAgent | Opens, rules: ApiRules, reach: Reach, numbers: Numbers
) -> AsyncGenerator[Inside]:
    """Open the agent and the host of its runs."""
    if not isinstance(agent, EditAgent):
        async with agent() as opened, _open(opened, rules, reach, numbers) as inside:
            yield inside
        return

    host = Host(
        agent,
        at_once=rules.at_once,
        waiting=rules.waiting,
        works=rules.works,
        poll_seconds=rules.poll_seconds,
        watch=numbers.hear,
    )
    async with host.open():
        yield Inside(host=host, pictures=Pictures(host, reach), rules=rules, numbers=numbers)


@asynccontextmanager
async def _at_mcp(
    inside: Inside, guard: Guard, wanted: McpRules | bool
) -> AsyncGenerator[list[Route]]:
    """The door of chat assistants, where the package is installed that speaks their protocol."""
    if not wanted or find_spec("mcp") is None:
        yield []
        return

    from ..mcp.door import PATH, opened_at_mcp

    given = wanted if isinstance(wanted, McpRules) else McpRules()
    rules = replace(given, leaving=lambda: inside.ending, arriving=inside.arriving)
    async with opened_at_mcp(inside.host, inside.pictures, guard, rules) as door:
        yield [Route(PATH, endpoint=door)]


def _routes(inside: Inside, *, urls: bool) -> list[BaseRoute]:
    """All doors but that of chats; with `urls` pictures may be answered as addresses."""
    bounds = inside.rules
    openai = ImagesRules(
        body=bounds.body,
        strict_models=bounds.strict_models,
        same_seconds=bounds.same_seconds,
        urls=urls,
        heartbeat_seconds=bounds.heartbeat_seconds,
        stalled_seconds=bounds.stalled_seconds,
    )
    return [
        *images_routes(
            inside.host,
            inside.pictures,
            openai,
            arriving=inside.arriving,
            waiting=inside.waiting,
        ),
        *routes_of(
            Runs(inside),
            Followers(inside),
            Blobs(inside),
            Uploads(inside),
            Board(inside, document),
        ),
    ]


def _route(routes: Sequence[BaseRoute], scope: Scope) -> str:
    """The path of the route that answers a request, as it is written; empty where none does."""
    for route in routes:
        if route.matches(scope)[0] is not Match.NONE:
            return getattr(route, "path", "")
    return ""
