"""What the tests of the edit service share."""

import socket

import pytest
from served import Serving, serving_of


@pytest.fixture
def serving() -> Serving:
    return serving_of


@pytest.fixture
def free_port() -> int:
    """A port that nobody listened at a moment ago."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
        return port
