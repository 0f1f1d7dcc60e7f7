"""Run the cases on photographs."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from anyio import to_thread
from PIL import Image

from ...agent import EditAgent
from ...memory import ImageRef, Run, Task
from ...memory.images import decode
from .cases import CASES, Case
from .facts import Facts, facts


@dataclass(frozen=True, slots=True)
class Row:
    """One run and what is true of its answer."""

    photo: str
    case: Case
    run: Run
    before: Facts
    after: Facts | None
    """None when there is no answer."""

    @property
    def scores(self) -> list[float]:
        """The overall scores of the turns that have one."""
        return [turn.score.overall for turn in self.run.turns if turn.score]

    @property
    def right(self) -> bool:
        """The outside check holds."""
        return self.after is not None and self.case.check(self.before, self.after)

    @property
    def first(self) -> float:
        """The overall score of the first turn; 0 when it has none."""
        return self.scores[0] if self.scores else 0.0

    @property
    def best(self) -> float:
        """The overall score of the answer; 0 when it has none."""
        best = self.run.best
        return best.score.overall if best and best.score else 0.0


async def rows(
    agent: EditAgent, photos: Sequence[Path], cases: Sequence[Case] = CASES, *, limit: int = 2
) -> AsyncIterator[Row]:
    """Run every case on every photograph, at most `limit` at once; rows come as they finish."""
    plan = [(photo, case) for photo in photos for case in cases]

    async def tasks() -> AsyncIterator[Task]:
        for photo, case in plan:
            yield await agent.task(photo, case.instruction, labels={"photo": photo.stem})

    async with agent.run_many(tasks(), limit=limit) as outcomes:
        async for outcome in outcomes:
            if outcome.run is None:
                raise RuntimeError(f"{plan[outcome.index]} has no run: {outcome.failure}")
            photo, case = plan[outcome.index]
            answer = outcome.run.best.edited if outcome.run.best else None
            yield Row(
                photo=photo.stem,
                case=case,
                run=outcome.run,
                before=await _facts(agent, outcome.task.source),
                after=await _facts(agent, answer) if answer else None,
            )


async def _facts(agent: EditAgent, ref: ImageRef) -> Facts:
    data = await agent.kit.images.get(ref)
    return await to_thread.run_sync(_measured, data)


def _measured(data: bytes) -> Facts:
    return facts(decode(data).image)


def sheet(pictures: Sequence[bytes], height: int = 240) -> bytes:
    """Pictures side by side as one JPEG, for a person to look at."""
    shown = [decode(data).image.convert("RGB") for data in pictures]
    small = [p.resize((max(1, round(p.width * height / p.height)), height)) for p in shown]
    page = Image.new("RGB", (sum(p.width + 4 for p in small), height), "white")
    left = 0
    for picture in small:
        page.paste(picture, (left, 0))
        left += picture.width + 4
    out = BytesIO()
    page.save(out, "JPEG", quality=85)
    return out.getvalue()
