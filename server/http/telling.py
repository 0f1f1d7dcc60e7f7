"""How a run is told: as it is, or after the wait that the client prefers."""

from starlette.requests import Request
from starlette.responses import Response

from ...agent.telemetry import asked_for
from ...memory import Run
from ..connected import while_connected
from ..gate import principal_of
from ..host import Begun, best_of
from ..refusals import Refused
from .bodies import RunBody
from .conditions import CHANGING, not_modified, unchanged, weak_tag
from .fields import root_of, wait_of
from .inside import Inside
from .spec import JSON
from .written import said, written


class Teller:
    """Tells runs."""

    def __init__(self, inside: Inside) -> None:
        self._inside, self._host = inside, inside.host

    async def begun(self, http: Request, begun: Begun) -> Response:
        """A run that goes on, or is over already."""
        run, applied = begun.run, ""
        asked_for(run.id)
        if run.stop is None:
            run, applied = await self.awaited(http, run.id, run)
        headers = {"location": f"{root_of(http)}/v1/runs/{run.id}", **_applied(applied)}
        if begun.again:
            headers["idempotency-replayed"] = "true"
        return said(await self.body(http, run), 200 if run.stop else 202, headers)

    async def awaited(self, http: Request, name: str, run: Run | None = None) -> tuple[Run, str]:
        """The run, after the wait that the client prefers; and the preference that was applied."""
        who, seconds = principal_of(http), wait_of(http)
        run = run or await self._host.run(name, who)
        if not seconds or run.stop is not None:
            return run, f"wait={seconds:g}" if seconds else ""

        with self._inside.waiting():
            run_id = run.id
            run = await while_connected(http, lambda: self._host.wait(run_id, who, seconds))
        return run, f"wait={seconds:g}"

    async def told(self, http: Request, run: Run, *, applied: str = "") -> Response:
        """A run, or 304 where the client has it as it is."""
        body = written(await self.body(http, run))
        tag = weak_tag(body)
        if http.method in ("GET", "HEAD") and unchanged(http, tag):
            return not_modified(tag, CHANGING)

        headers = {"etag": tag, "cache-control": CHANGING, **_applied(applied)}
        return Response(body, headers=headers, media_type=JSON)

    async def body(self, http: Request, run: Run) -> RunBody:
        """A run as it is described to this client."""
        best = best_of(self._host.agent, run)
        paused = run.stop is None and await self._host.paused(run)
        return RunBody.of(run, best, paused=paused, root=root_of(http))


def _applied(preference: str) -> dict[str, str]:
    return {"preference-applied": preference, "vary": "Prefer"} if preference else {}


def has_turn(run: Run, number: int) -> None:
    """See that a run has come so far.

    Raises:
        Refused: 404.
    """
    if number > len(run.turns):
        said = f"run {run.id} has {len(run.turns)} turns, not a turn {number}"
        raise Refused(404, "no_such_turn", said)
