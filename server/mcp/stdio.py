"""The MCP server over stdio, as clients start it: one process, one person, their machine."""

from collections.abc import Callable
from dataclasses import replace

import anyio
from anyio.abc import TaskGroup

from ...agent import EditAgent
from ..host import Host
from ..pictures import Pictures, Reach
from .rules import McpRules
from .server import EditloopServer, mcp_server
from .uploads import LoopbackUploads


async def serve(
    agent: EditAgent,
    reach: Reach,
    rules: McpRules,
    *,
    at_once: int,
    stop: anyio.Event,
    leave: Callable[[Exception | None], None],
) -> None:
    """Serve until the client closes stdin, or until `stop` is set.

    Runs that are under way are then free for the next process on the same store. The SDK reads
    stdin in a thread, which nothing can call back: where the client has not closed it, `leave` is
    called at the very end, with what went wrong if anything did, and must end the process.
    """
    ended = anyio.Event()
    folders = (*reach.roots, *([reach.inbox] if reach.inbox else []))
    rules = replace(rules, leaving=stop.is_set, folders=folders)

    async def speak(server: EditloopServer) -> None:
        await server.run_stdio_async()
        ended.set()
        stop.set()

    async def work(group: TaskGroup) -> None:
        async with Host(agent, at_once=at_once).open() as host:
            pictures = Pictures(host, reach)
            async with LoopbackUploads(pictures, agent.images.limits.bytes).open() as uploads:
                server = mcp_server(host, pictures, rules, places=uploads)
                group.start_soon(speak, server)
                await stop.wait()

    async with anyio.create_task_group() as group:
        failure: Exception | None = None
        try:
            await work(group)
        except Exception as error:
            if ended.is_set():
                raise
            failure = error
        if not ended.is_set():
            leave(failure)
