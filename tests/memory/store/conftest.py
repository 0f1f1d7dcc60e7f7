"""Stores on both databases, and runs to put into them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from editloop.memory import (
    Critique,
    ImageRef,
    Run,
    Sample,
    Score,
    Stop,
    StopReason,
    Task,
    Turn,
    new_run_id,
)
from editloop.memory.store import Store, open_store


class Maker:
    """Makes records that say nothing but what a test wants to say."""

    def picture(self, number: int) -> ImageRef:
        sha = f"{number:064x}"
        return ImageRef(sha256=sha, media_type="image/png", width=4, height=3, size=10 + number)

    def run(self, **changes: Any) -> Run:
        task = Task(source=self.picture(0), instruction=changes.pop("instruction", "make it warm"))
        task = task.but(labels=changes.pop("labels", {}))
        run = Run(id=new_run_id(), task=task, created=datetime.now(UTC), editor="e", thinker="t")
        return run.but(**changes)

    def half(self, number: int, **changes: Any) -> Turn:
        """A turn whose critique is not written yet."""
        edited = self.picture(number)
        turn = Turn(number=number, instruction=f"told {number}", edited=edited, edit_seconds=2)
        return turn.but(**changes)

    def turn(self, number: int, semantic: float = 5, quality: float = 5) -> Turn:
        """A whole turn, with one sample."""
        score = Score(semantic=semantic, quality=quality)
        critique = Critique(score=score, reasoning="because", refined="warmer still")
        samples = (self.sample(f"answer {number}"),)
        return self.half(number).but(critique=critique, samples=samples)

    def sample(self, text: str) -> Sample:
        return Sample(text=text, verdict="ok", seed=7, input_tokens=3, seconds=1, cost=0.25)

    async def written(self, store: Store, run: Run, *turns: Turn) -> Run:
        """Open a run and write these turns, both halves of each."""
        await store.opened(run)
        for turn in turns:
            await store.edited(run.id, turn)
            await store.critiqued(run.id, turn)
            run = run.with_turn(turn)
        return run

    async def ended(self, store: Store, run: Run, *turns: Turn, answer: int = 1) -> Run:
        """Write these turns, and an end."""
        written = await self.written(store, run, *turns)
        done = written.ended(self.stop(), answer if turns else None)
        await store.closed(done)
        return done

    def stop(self) -> Stop:
        return Stop(reason=StopReason.SATISFIED, detail="both scores are high")


@pytest.fixture
def make() -> Maker:
    return Maker()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> str:
    """The kind of database that a test runs on; tests that use it run on both."""
    kind: str = request.param
    return kind


@pytest.fixture
def store_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address of a store with nothing in it."""
    if database == "sqlite":
        return str(tmp_path / "runs" / "editloop.db")
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def empty_url(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An address where no store has been made yet."""
    if database == "sqlite":
        return str(tmp_path / "runs" / "editloop.db")
    url: str = request.getfixturevalue("empty_postgres_url")
    return url


@pytest.fixture
async def store(store_url: str) -> AsyncIterator[Store]:
    async with open_store(store_url, owner="worker one") as opened:
        yield opened


@pytest.fixture
async def rival(store_url: str, store: Store) -> AsyncIterator[Store]:
    """The same store, opened by another worker."""
    async with open_store(store_url, owner="worker two") as opened:
        yield opened
