"""A thinker that is open, and a server for it to talk to."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest
from chat_server import ChatServer, chat_server
from making import picture

from editloop.policies import Comparison
from editloop.policies.editthinker import EditThinker


@pytest.fixture(autouse=True)
def _home_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody's fetched template, and nobody's key."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    monkeypatch.delenv("VLLM_API_KEY", raising=False)


@pytest.fixture
async def server() -> AsyncGenerator[ChatServer]:
    async with chat_server() as serving:
        yield serving


@pytest.fixture
async def thinker(server: ChatServer) -> AsyncGenerator[EditThinker]:
    async with EditThinker(server.url) as opened:
        yield opened


@pytest.fixture
def comparison() -> Comparison:
    return Comparison(
        source=picture(10), edited=picture(20), asked="blue sky", told="a bluer sky", key="01kd:2"
    )
