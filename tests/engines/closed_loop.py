"""The whole loop on cases of the tiny world, and a table of what it is worth.

Every engine is real and behind HTTP. Whether an edit is right says `judge`, which no engine
and no part of the loop ever asks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from engines.tiny import world
from engines.tiny.judge import Verdict, judge
from PIL import Image

from editloop import EditAgent, Settings, build
from editloop.memory import Run, Turn

TURNS = 4
"""At most so many."""


@dataclass(frozen=True)
class Outcome:
    """What became of one case."""

    case: world.Case
    run: Run
    first: Verdict
    """Of the first turn: what the editor makes of the person's own words."""

    answer: Verdict
    """Of the turn that the loop chose."""


def settings(editors: Sequence[str], thinker: str, template: Path, folder: Path) -> Settings:
    """What a user would write to work with these servers."""
    return Settings(
        editor=",".join(f"images+{url}/v1?model=tiny" for url in editors),
        thinker=f"editthinker+{thinker}?template={template}&max_tokens=128",
        turns=TURNS,
        store=f"sqlite:///{folder / 'editloop.db'}",
    )


async def outcomes(chosen: Settings, cases: Sequence[world.Case]) -> list[Outcome]:
    """Run all cases, several at once, and have every first turn and every answer judged."""
    by_name = {case.name: case for case in cases}
    found: list[Outcome] = []
    async with build(chosen) as agent:
        tasks = [await agent.task(_png(c), c.asked, labels={"case": c.name}) for c in cases]
        async with agent.run_many(tasks, limit=8) as running:
            async for each in running:
                assert each.run is not None, each.failure
                case = by_name[each.task.labels["case"]]
                found.append(await _judged(agent, case, each.run))

    return sorted(found, key=lambda outcome: outcome.case.name)


def table(found: Sequence[Outcome]) -> str:
    """Write the numbers of correct edits by kind of wish, as Markdown."""
    heads = (
        "wish",
        "cases",
        "right after one turn",
        "right after the loop",
        "mended",
        "spoilt",
        "edits",
    )
    lines = [_row(*heads), _row(*["---"] * len(heads))]
    for kind in (*world.KINDS, "all"):
        of = [each for each in found if kind in (each.case.kind, "all")]
        first = sum(each.first.right for each in of)
        answer = sum(each.answer.right for each in of)
        mended = sum(each.answer.right and not each.first.right for each in of)
        spoilt = sum(each.first.right and not each.answer.right for each in of)
        edits = sum(len(each.run.turns) for each in of)
        lines.append(_row(kind, len(of), first, answer, mended, spoilt, edits))

    return "\n".join(lines)


def _row(*cells: str | int) -> str:
    return f"| {' | '.join(map(str, cells))} |"


async def _judged(agent: EditAgent, case: world.Case, run: Run) -> Outcome:
    first = await _verdict(agent, case, run.turns[0])
    return Outcome(case, run, first, await _verdict(agent, case, run.best))


async def _verdict(agent: EditAgent, case: world.Case, turn: Turn | None) -> Verdict:
    if turn is None or turn.edited is None:
        return Verdict(("there is no edit",), None)

    data = await agent.kit.images.get(turn.edited)
    return judge(Image.open(BytesIO(data)), case)


def _png(case: world.Case) -> bytes:
    out = BytesIO()
    case.scene.draw().save(out, "PNG")
    return out.getvalue()
