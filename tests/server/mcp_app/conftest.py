"""One browser for all tests of the app."""

from collections.abc import AsyncIterator

import pytest
from chromium import Pipe, browsing


@pytest.fixture(scope="module")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="module")
async def browser(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Pipe]:
    async with browsing(tmp_path_factory.mktemp("browser")) as pipe:
        yield pipe
