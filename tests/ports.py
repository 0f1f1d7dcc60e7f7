"""Ports for programs that must be told one before they listen."""

import secrets
import socket

_LOWEST, _HIGHEST = 12_000, 32_000


def free_port() -> int:
    """Return a port of the loopback that nobody listens on, and that no system hands out.

    A port that the system chose may be given to another socket between the look and its use: it
    hands out ports above 32,767, thousands of times while the tests run.
    """
    while True:
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        try:
            socket.create_server(("127.0.0.1", port)).close()
        except OSError:
            continue
        return port
