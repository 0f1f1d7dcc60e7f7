"""Agents to chat with."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from chatting import Agents
from making import fixed

from editloop.agent import EditAgent, Kit
from editloop.agent.settings import Settings
from editloop.agent.wiring import build
from editloop.memory.images import LocalImages
from editloop.memory.store import Store, open_store
from editloop.policies import ScriptedThinker
from editloop.tools import ScriptedEditor


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """The embedded engines, and a store of the test's own."""
    return Settings(store=str(tmp_path / "runs.db"), images=tmp_path / "images")


@pytest.fixture
async def embedded(settings: Settings) -> AsyncIterator[EditAgent]:
    async with build(settings) as agent:
        yield agent


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with open_store(str(tmp_path / "runs.db")) as store:
        yield store


@pytest.fixture
def scripted(store: Store, tmp_path: Path) -> Agents:
    """Makes agents of scripted engines, with so many turns a run."""

    def make(editor: ScriptedEditor, thinker: ScriptedThinker, turns: int = 2) -> EditAgent:
        parts: dict[str, Any] = {"editor": editor, "thinker": thinker, "rules": fixed(turns)}
        return EditAgent(kit=Kit(store=store, images=LocalImages(tmp_path / "images"), **parts))

    return make
