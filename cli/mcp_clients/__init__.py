"""MCP clients: where each keeps its servers, and how editloop is written there."""

from .clients import CLIENTS, Client, Scope, client_named
from .entry import Entry
from .places import System
from .writing import Change, apply, changed, read

__all__ = [
    "CLIENTS",
    "Change",
    "Client",
    "Entry",
    "Scope",
    "System",
    "apply",
    "changed",
    "client_named",
    "read",
]
