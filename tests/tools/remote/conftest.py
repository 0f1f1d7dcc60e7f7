"""What the tests of remote editors share."""

from collections.abc import AsyncGenerator

import loopback
import pytest


@pytest.fixture
async def server() -> AsyncGenerator[loopback.Server]:
    async with loopback.serving() as serving:
        yield serving


@pytest.fixture
async def other_server() -> AsyncGenerator[loopback.Server]:
    async with loopback.serving() as serving:
        yield serving
