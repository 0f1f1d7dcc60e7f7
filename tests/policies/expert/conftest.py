"""A server that experts find by its name, and a comparison to send it."""

from collections.abc import AsyncGenerator, Generator

import pytest
from loopback import Server, serving
from making import picture
from pydantic_ai.models import override_allow_model_requests

from editloop.policies import Comparison


@pytest.fixture
async def server(monkeypatch: pytest.MonkeyPatch) -> AsyncGenerator[Server]:
    """Whatever is sent to `openai:` or `openai-chat:` arrives here."""
    async with serving() as found:
        monkeypatch.setenv("OPENAI_API_KEY", "test")
        monkeypatch.setenv("OPENAI_BASE_URL", f"{found.url}/v1")
        yield found


@pytest.fixture
def loopback() -> Generator[None]:
    """The loopback counts as no model."""
    with override_allow_model_requests(True):
        yield


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(
        source=picture(40),
        edited=picture(90),
        asked='make it "brighter", né?',
        told="raise the exposure",
        seed=7,
        key="01kd:1",
    )
