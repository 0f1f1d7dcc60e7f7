"""From the operations of doors to routes."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from ...memory import EditloopError
from .problems import written
from .spec import Handler, operations_of


def routes_of(*doors: object) -> list[Route]:
    """One route for each path, so that a wrong method is told all the right ones."""
    paths: dict[str, dict[str, Handler]] = {}
    for door in doors:
        for each, name in operations_of(door):
            paths.setdefault(each.path, {})[each.method] = getattr(door, name)
    return [_route(path, methods) for path, methods in paths.items()]


def _route(path: str, methods: Mapping[str, Handler]) -> Route:
    async def answer(http: Request) -> Response:
        method = "GET" if http.method == "HEAD" else http.method
        try:
            return await methods[method](http)
        except (HTTPException, EditloopError, ClientDisconnect):
            raise
        except Exception as error:  # noqa: BLE001 (a bug is answered here, where requests have ids)
            return written(http.url.path, error, http.method)

    return Route(path, answer, methods=list(methods))
