"""Tools of foreign MCP servers as editors.

The package `mcp` loads when an editor is opened, not before.
"""

from .editor import MCPEditor
from .places import Command, Endpoint

__all__ = ["Command", "Endpoint", "MCPEditor"]
