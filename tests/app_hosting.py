"""A page that hosts the app, on the loopback, in front of a real MCP server."""

import json
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import anyio
import uvicorn
from chromium import Frame, Page, Pipe, opened
from mcp import Client, MCPError
from mcp.client.extension import advertise
from mcp.server.apps import APP_MIME_TYPE, EXTENSION_ID
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse
from starlette.routing import Route

from editloop.server.host import Host
from editloop.server.mcp.app import APP_URI
from editloop.server.mcp.rules import McpRules
from editloop.server.mcp.server import mcp_server
from editloop.server.mcp.uploads import LoopbackUploads
from editloop.server.pictures import Pictures, Reach

# What the extension makes of a resource that names no domains.
POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; media-src 'self' data:; connect-src 'none'"
)


@dataclass
class Shown:
    """The app in its host."""

    client: Client
    page: Page
    host: Frame
    app: Frame

    async def call(self, tool: str, **arguments: Any) -> None:
        """Have the model's tool called, whose answer the app is shown for."""
        await self.host.do(f"callTool({json.dumps(tool)}, {json.dumps(arguments)})")

    async def heard(self, method: str) -> list[Any]:
        """What the app asked its host for, by one method."""
        script = f"heard.filter((each) => each.method === {json.dumps(method)})"
        return [each.get("params") for each in await self.host.do(script)]

    async def calls(self, tool: str) -> list[Any]:
        """The arguments of the calls that the app made of one tool."""
        found = await self.heard("tools/call")
        return [each["arguments"] for each in found if each["name"] == tool]


@asynccontextmanager
async def client_of(host: Host, *, apps: bool = True) -> AsyncGenerator[Client]:
    """A client of a server of its own, which shows apps or does not."""
    pictures = Pictures(host, Reach())
    shows = [advertise(EXTENSION_ID, {"mimeTypes": [APP_MIME_TYPE]})] if apps else []
    async with LoopbackUploads(pictures, host.agent.images.limits.bytes).open() as places:
        server = mcp_server(host, pictures, McpRules(), places=places)
        async with Client(server, extensions=shows) as client:
            yield client


@asynccontextmanager
async def shown(
    host: Host, pipe: Pipe, *, width: int = 900, query: str = ""
) -> AsyncGenerator[Shown]:
    """The app in a tab, connected to its host."""
    async with client_of(host) as client, _pages(client) as url, opened(pipe) as page:
        await page.look(width=width)
        await page.ask("Page.navigate", url=f"{url}/?{query}")
        outer = page.frame("/?")
        await outer.until("initialized")
        yield Shown(client, page, outer, page.frame("/app"))


@asynccontextmanager
async def _pages(client: Client) -> AsyncGenerator[str]:
    document = (await client.read_resource(APP_URI)).contents[0]
    html = document.model_dump()["text"]

    async def app(_: Request) -> HTMLResponse:
        return HTMLResponse(html, headers={"content-security-policy": POLICY})

    async def outer(_: Request) -> FileResponse:
        return FileResponse(Path(__file__).with_name("app_host.html"))

    async def rpc(request: Request) -> JSONResponse:
        asked = await request.json()
        return JSONResponse(await _forwarded(client, asked["method"], asked["params"]))

    routes = [Route("/", outer), Route("/app", app), Route("/rpc", rpc, methods=["POST"])]
    async with _served(Starlette(routes=routes)) as url:
        yield url


async def _forwarded(client: Client, method: str, params: dict[str, Any]) -> Any:
    try:
        if method == "tools/call":
            found = await client.call_tool(params["name"], params["arguments"])
        else:
            found = await client.read_resource(params["uri"])
    except MCPError as error:
        return {"error": str(error)}
    return found.model_dump(mode="json", by_alias=True, exclude_none=True)


@asynccontextmanager
async def _served(app: Starlette) -> AsyncGenerator[str]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", lifespan="off"))
        async with anyio.create_task_group() as group:
            group.start_soon(server.serve, [listener])
            try:
                yield f"http://127.0.0.1:{listener.getsockname()[1]}"
                server.should_exit = True
            finally:  # a test may fail, and the loop must not go on to listen
                for each in getattr(server, "servers", ()):
                    each.close()
