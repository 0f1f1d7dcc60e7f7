"""The MCP server over stdio, as clients start it: one process, one person, their machine."""

from ...agent import EditAgent
from ..host import Host
from ..pictures import Pictures, Reach
from .rules import McpRules
from .server import mcp_server
from .uploads import LoopbackUploads


async def serve(agent: EditAgent, reach: Reach, rules: McpRules, *, at_once: int) -> None:
    """Serve until the client closes stdin.

    Runs that are under way then go on in the next process on the same store.
    """
    async with Host(agent, at_once=at_once).open() as host:
        pictures = Pictures(host, reach)
        async with LoopbackUploads(pictures, agent.images.limits.bytes).open() as uploads:
            server = mcp_server(host, pictures, rules, places=uploads)
            await server.run_stdio_async()
