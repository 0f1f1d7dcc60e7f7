"""What the server says of itself."""

from collections.abc import Callable, Mapping
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from ...memory import EditloopError
from .. import metrics
from ..gate import principal_of
from .bodies import EditorBody, IndexBody, ReadyBody
from .fields import root_of
from .inside import PATIENCE, Inside
from .spec import Media, operation
from .wanted import LADDER
from .written import said

_TEXT = Media(("text/plain",), binary=False)
_LINKS = ("runs", "blobs", "uploads")


class Board:
    """Probes, numbers, and where things are."""

    def __init__(self, inside: Inside, document: Callable[[], Mapping[str, Any]]) -> None:
        self._inside, self._document = inside, document

    @operation("GET", "/v1", answers={200: IndexBody}, tag="server")
    async def index(self, http: Request) -> Response:
        """Find out where one is, and who one is here."""
        agent, root = self._inside.host.agent, root_of(http)
        abilities = agent.editor.abilities
        body = IndexBody(
            version=installed(),
            principal=principal_of(http).name,
            editor=EditorBody(
                name=agent.editor.name,
                mask=abilities.mask,
                references=abilities.references,
                options=sorted(abilities.options),
            ),
            thinker=agent.kit.thinker.name,
            max_bytes=self._inside.rules.body.body_bytes,
            widths=[*LADDER],
            links={name: f"{root}/v1/{name}" for name in _LINKS}
            | {"openapi": f"{root}/openapi.json"},
        )
        return said(body)

    @operation("GET", "/healthz", answers={200: _TEXT}, tag="server", secured=False)
    async def healthz(self, http: Request) -> Response:
        """Ask whether the process is alive."""
        return PlainTextResponse("alive\n")

    @operation("GET", "/livez", answers={200: _TEXT}, tag="server", secured=False)
    async def livez(self, http: Request) -> Response:
        """Ask whether the process is alive."""
        return PlainTextResponse("alive\n")

    @operation(
        "GET", "/readyz", answers={200: ReadyBody, 503: ReadyBody}, tag="server", secured=False
    )
    async def readyz(self, http: Request) -> Response:
        """Ask whether requests would be answered.

        The engines are open and the store answers; 503 also while the server is about to stop.
        """
        why = await self._trouble()
        headers = {"retry-after": "2"} if why else {}
        return said(ReadyBody(ready=not why, why=why), 503 if why else 200, headers)

    @operation("GET", "/metrics", answers={200: _TEXT}, tag="server")
    async def metrics(self, http: Request) -> Response:
        """Read the numbers of this process, as Prometheus wants them."""
        text = self._inside.numbers.text(await self._inside.gauges())
        return PlainTextResponse(text, media_type=metrics.MEDIA_TYPE)

    @operation(
        "GET", "/openapi.json", answers={200: Media(("application/json",), False)}, tag="server"
    )
    async def openapi(self, http: Request) -> Response:
        """Read this description."""
        root = root_of(http)
        here = {"servers": [{"url": root}]} if root else {}
        return JSONResponse({**self._document(), **here})

    async def _trouble(self) -> str:
        if self._inside.ending:
            return "the server is about to stop"

        try:
            with anyio.fail_after(PATIENCE):
                await self._inside.host.agent.store.runs(limit=1)
        except TimeoutError:
            return f"the store has not answered within {PATIENCE} s"
        except EditloopError as error:
            return f"the store does not answer: {type(error).__name__}"

        return ""


def installed() -> str:
    """The version of this package."""
    try:
        return version("editloop")
    except PackageNotFoundError:
        return "unknown"
