"""What holds for every pool, whatever its replicas do."""

import anyio
import pytest
from anyio.lowlevel import checkpoint
from hand_clock import FakeClock
from hypothesis import given, settings
from hypothesis import strategies as st

from editloop.memory import EditloopError, EditorBusy, EditorRejected
from editloop.tools import Abilities, Edited, EditRequest, Picture
from editloop.tools.pool import EditorPool, PoolRules

KINDS = st.sampled_from(["answers", "answers", "answers", "fails", "refuses"])


class StepClock(FakeClock):
    """Time that a loop moves on."""

    def step(self) -> None:
        """Go to the next moment at which somebody wakes up."""
        if not self._sleepers:
            return
        self._now = max(self._now, min(moment for moment, _ in self._sleepers))
        for each in [each for each in self._sleepers if each[0] <= self._now]:
            self._sleepers.remove(each)
            each[1].set()


class DrawnEditor:
    """Behaves as drawn, edit after edit, and counts."""

    def __init__(
        self, name: str, bound: int, clock: StepClock, drawn: list[tuple[str, int]]
    ) -> None:
        self.name, self.bound, self.abilities = name, bound, Abilities()
        self._clock, self._drawn = clock, drawn
        self.now = self.most = 0
        self.keys: list[str] = []

    async def edit(self, request: EditRequest) -> Edited:
        kind, seconds = self._drawn[len(self.keys) % len(self._drawn)]
        self.keys.append(request.key)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await self._clock.sleep(seconds / 10)
        finally:
            self.now -= 1
        if kind == "fails":
            raise EditorBusy(f"{self.name} is full")
        if kind == "refuses":
            raise EditorRejected(f"{self.name} refuses")
        return Edited(Picture(request.key.encode(), "image/png"))


replicas = st.lists(
    st.tuples(
        st.integers(1, 3),
        st.lists(st.tuples(KINDS, st.integers(1, 60)), min_size=1, max_size=6),
    ),
    min_size=1,
    max_size=4,
)


@settings(deadline=None, max_examples=60)
@given(drawn=replicas, runs=st.lists(st.integers(0, 3), min_size=1, max_size=25))
def test_every_request_ends_once_within_the_bounds(
    drawn: list[tuple[int, list[tuple[str, int]]]], runs: list[int]
) -> None:
    anyio.run(_all_end, drawn, [f"run-{run}:{n}" for n, run in enumerate(runs)])


async def _all_end(drawn: list[tuple[int, list[tuple[str, int]]]], keys: list[str]) -> None:
    clock = StepClock()
    editors = [DrawnEditor(f"e{n}", bound, clock, does) for n, (bound, does) in enumerate(drawn)]
    ends: list[tuple[str, str]] = []

    async with EditorPool(rules=PoolRules(attempt=5.0), clock=clock) as pool:
        for editor in editors:
            pool.add(editor, bound=editor.bound)

        async def ask(key: str) -> None:
            try:
                edited = await pool.edit(EditRequest(Picture(b"", ""), "warmer", key=key))
                ends.append((key, edited.picture.data.decode()))
            except EditloopError:
                ends.append((key, "failed"))

        async with anyio.create_task_group() as group:
            for key in keys:
                group.start_soon(ask, key)
            for _ in range(2000):
                for _ in range(12):
                    await checkpoint()
                if len(ends) == len(keys):
                    break
                clock.step()
            group.cancel_scope.cancel()

    assert sorted(key for key, _ in ends) == sorted(keys)
    assert all(said in (key, "failed") for key, said in ends)
    for editor in editors:
        assert editor.most <= editor.bound
        assert len(editor.keys) == len(set(editor.keys))


@pytest.mark.anyio
async def test_a_busy_stream_of_new_runs_starves_nobody() -> None:
    clock = StepClock()
    editor = DrawnEditor("e", 1, clock, [("answers", 10)])
    async with EditorPool(clock=clock) as pool, anyio.create_task_group() as group:
        pool.add(editor, bound=1)

        async def ask(key: str) -> None:
            await pool.edit(EditRequest(Picture(b"", ""), "warmer", key=key))

        for n in range(3):
            group.start_soon(ask, f"old:{n}")
        for n in range(200):
            group.start_soon(ask, f"new-{n}:1")
            for _ in range(12):
                await checkpoint()
            clock.step()
            if "old:2" in editor.keys:
                break
        group.cancel_scope.cancel()
    assert editor.keys.index("old:2") < 60
