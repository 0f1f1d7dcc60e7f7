"""The tools that look: runs beside each other, and the pictures that may be named."""

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Annotated, Any

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field

from ...memory import EditloopError, ImageRef, Run, Score
from ...memory.images import View
from ...memory.store import RunSummary
from ...memory.store.where import parse
from ..host import Host, best_of
from ..pictures import Pictures
from ..pictures.pictures import Found
from . import previews
from .answers import Answers
from .arguments import run_alone
from .facts import Compared, Images, Listed, RunFacts
from .told import clipped, shown_number
from .who import who

_COLUMNS = 6
_TURNS = 6
"""Of each run that is compared so many are told of: some clients show their model 25,000 tokens."""


class Looking:
    """`compare_runs`, `list_images`."""

    def __init__(self, host: Host, pictures: Pictures, answers: Answers) -> None:
        self._host, self._pictures, self._answers = host, pictures, answers

    async def compare_runs(
        self,
        ctx: Context[Any],
        run_ids: Annotated[
            list[str],
            Field(description="Runs: their ids, or `last`.", min_length=2, max_length=6),
        ],
    ) -> Annotated[CallToolResult, Compared]:
        """Put runs beside each other: facts, and one picture with their source and answers."""
        caller = who(ctx)
        runs = [await self._host.run(run_alone(name), caller) for name in run_ids]
        facts = [await self._facts(ctx, run) for run in runs]
        cells = [*_sources(runs), *self._answered(runs)]
        columns = ceil(sqrt(len(cells)))
        view = await self._sheet(ctx, [image for _, image in cells], columns)
        compared = Compared(
            runs=facts,
            best=_best(facts),
            order=[name for name, _ in cells],
            next='refine_run(run_id="…", instruction="…") goes on from the one you choose',
        )
        return self._answers.made(ctx, compared, view)

    async def list_images(
        self,
        ctx: Context[Any],
        limit: Annotated[
            int, Field(description="How many of each kind: answers and files.", ge=1, le=30)
        ] = 10,
        query: Annotated[
            str,
            Field(
                description="Which runs, such as `score>=7 since:2d session:abc sky`; else all.",
                max_length=500,
            ),
        ] = "",
    ) -> Annotated[CallToolResult, Images]:
        """List the newest answers and the newest files of the inbox, with small pictures."""
        caller = who(ctx)
        runs = await self._host.runs(caller, parse(query), limit=limit)
        files = [] if query else await self._pictures.inbox(limit)
        seen: list[tuple[Listed, previews.Shown | None]] = [
            (_of_file(file), await self._seen(ctx, file)) for file in files
        ]
        seen += [(_of_run(run), run.answer_sha or run.source_sha) for run in runs]
        shown = [(listed, image) for listed, image in seen if image]
        view = await self._sheet(ctx, [image for _, image in shown], _COLUMNS)
        found = Images(
            images=[listed for listed, _ in seen],
            order=[listed.handle for listed, _ in shown] if view else [],
            next=_next(bool(seen), query),
        )
        return self._answers.made(ctx, found, view)

    async def _facts(self, ctx: Context[Any], run: Run) -> RunFacts:
        facts = await self._answers.facts(ctx, run, shown_number(self._host, run))
        return facts.model_copy(update={"turns": facts.turns[-_TURNS:]})

    async def _seen(self, ctx: Context[Any], file: Found) -> bytes | None:
        """The bytes of a file of the inbox, which is not kept for being shown."""
        if file.path is None or not self._answers.shows(ctx):
            return None

        try:
            return await self._pictures.peek(file.path)
        except EditloopError:
            return None

    async def _sheet(
        self, ctx: Context[Any], images: Sequence[previews.Shown], columns: int
    ) -> View | None:
        if not self._answers.shows(ctx):
            return None

        return await previews.sheet(self._host.agent.images, images, columns=columns)

    def _answered(self, runs: Sequence[Run]) -> list[tuple[str, ImageRef]]:
        best = [(run, best_of(self._host.agent, run)) for run in runs]
        return [
            (f"run:{run.id}#{turn.number}", turn.edited)
            for run, turn in best
            if turn and turn.edited
        ]


def _next(found: bool, query: str) -> str:
    if found:
        return 'edit_image(image="<handle>", instruction="…")'
    if query:
        return "no run is like that: list_images() without a query lists the newest"
    return "there is nothing yet: request_upload takes a picture in"


def _sources(runs: Sequence[Run]) -> list[tuple[str, ImageRef]]:
    """The pictures before the edits, each once."""
    found = {run.task.source.sha256: (f"run:{run.id}#0", run.task.source) for run in reversed(runs)}
    return list(dict.fromkeys(found[run.task.source.sha256] for run in runs))


def _best(facts: Sequence[RunFacts]) -> str | None:
    scored = [(each.scores.overall, each.run) for each in facts if each.scores.overall is not None]
    return max(scored, key=lambda pair: pair[0])[1] if scored else None


def _of_run(run: RunSummary) -> Listed:
    score = None
    if run.semantic is not None and run.quality is not None:
        score = round(Score(semantic=run.semantic, quality=run.quality).overall, 3)
    return Listed(
        handle=f"run:{run.id}" if run.answer_sha else f"run:{run.id}#0",
        name=clipped(run.instruction),
        when=run.created.isoformat(timespec="seconds"),
        kind="run",
        score=score,
        status=run.status,
    )


def _of_file(file: Found) -> Listed:
    return Listed(
        handle=file.handle,
        name=clipped(file.name),
        when=file.when.isoformat(timespec="seconds"),
        kind="file",
        path=str(file.path) if file.path else None,
    )
