"""What happens to a run and came of it: its events, its pictures, and what is said about it."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from ...memory import ImageRef, Run
from ..gate import principal_of
from ..refusals import Refused
from .bodies import AnnotationBody, AnnotationsBody
from .conditions import CHANGING
from .events import LINES, SSE, Stream
from .fields import asked_of, number_of, query_of, root_of, run_of
from .inside import Inside
from .spec import Media, operation
from .telling import Teller, has_turn
from .wanted import AnnotationAsked, Following, Looking
from .written import said

_EVENTS = Media((SSE, LINES), binary=False)


class Followers:
    """Below `/v1/runs/{run}`: for whoever watches, looks and judges."""

    def __init__(self, inside: Inside) -> None:
        self._inside, self._host = inside, inside.host
        self._teller = Teller(inside)

    @operation(
        "GET",
        "/v1/runs/{run}/events",
        query=Following,
        headers=("Last-Event-ID",),
        answers={200: _EVENTS, 204: None},
        problems=(400, 404, 406),
    )
    async def run_events(self, http: Request) -> Response:
        """Follow a run.

        As server-sent events, or as JSON lines where `Accept` says `application/x-ndjson`. Moments
        on record have numbers; whoever lost the thread says the last one, here or at another
        server, and hears the rest. What is only passing has none. A run that has ended is told
        from its record. When it is paused, the last event is `run.paused`; 204: all is heard.
        """
        asked = query_of(http, Following)
        lines = _prefers_lines(http)
        name, who = run_of(http), principal_of(http)
        heard = _heard(http)
        after = (asked.after or 0) if heard is None else heard
        if after and _all_heard(await self._host.run(name, who), after):
            return Response(status_code=204)  # a browser asks for ever otherwise

        return Stream(
            lambda: self._host.moments(name, who, after=after),
            lambda: self._host.run(name, who),
            self._inside,
            lines=lines,
            root=root_of(http),
        )

    @operation(
        "GET",
        "/v1/runs/{run}/turns/{turn}/image",
        query=Looking,
        answers={302: None},
        problems=(404,),
    )
    async def turn_image(self, http: Request) -> Response:
        """Find the picture of a turn.

        0 is the source.
        """
        asked = query_of(http, Looking)
        run = await self._host.run(run_of(http), principal_of(http))
        number = number_of(http)
        has_turn(run, number)
        return _to(
            http, run.picture(number), asked, f"turn {number} of run {run.id} has no picture"
        )

    @operation(
        "GET",
        "/v1/runs/{run}/answer",
        query=Looking,
        headers=("Prefer",),
        answers={302: None},
        problems=(404,),
    )
    async def run_answer(self, http: Request) -> Response:
        """Find the answer of a run.

        With `Prefer: wait=60` a run that is open is waited for.
        """
        asked = query_of(http, Looking)
        run, _ = await self._teller.awaited(http, run_of(http))
        picture = run.best.edited if run.best else None
        why = "has no answer" if run.stop else "is not closed: wait for it, or look at its turns"
        return _to(http, picture, asked, f"run {run.id} {why}")

    @operation(
        "POST",
        "/v1/runs/{run}/annotations",
        asks=AnnotationAsked,
        answers={201: AnnotationBody},
        problems=(404, 408, 413, 415, 422),
    )
    async def annotate_run(self, http: Request) -> Response:
        """Say something about a run or one of its turns."""
        name, who = run_of(http), principal_of(http)
        asked = await asked_of(http, AnnotationAsked)
        run = await self._host.run(name, who)
        if asked.turn is not None:
            has_turn(run, asked.turn)
        made = await self._host.annotate(
            run.id, who, asked.turn, asked.about, asked.value, note=asked.note, kind=asked.kind
        )
        place = f"{root_of(http)}/v1/runs/{run.id}/annotations"
        return said(AnnotationBody.of(made), 201, {"location": place})

    @operation(
        "GET",
        "/v1/runs/{run}/annotations",
        answers={200: AnnotationsBody},
        problems=(404,),
    )
    async def run_annotations(self, http: Request) -> Response:
        """Read what was said about a run."""
        run = await self._host.run(run_of(http), principal_of(http))
        found = await self._host.agent.store.annotations(run.id)
        body = AnnotationsBody(annotations=[AnnotationBody.of(each) for each in found])
        return said(body, headers={"cache-control": CHANGING})


def _to(http: Request, picture: ImageRef | None, asked: Looking, why: str) -> Response:
    if picture is None:
        raise Refused(404, "no_picture", why)

    width = f"?w={asked.w}" if asked.w else ""
    place = f"{root_of(http)}/v1/blobs/{picture.sha256}{width}"
    return RedirectResponse(place, 302, {"cache-control": CHANGING})


def _prefers_lines(http: Request) -> bool:
    """Whether JSON lines are wanted.

    Raises:
        Refused: 406 where neither form is.
    """
    accepted = ",".join(http.headers.getlist("accept")) or "*/*"
    types = [each.partition(";")[0].strip().lower() for each in accepted.split(",")]
    if SSE in types or "*/*" in types or "text/*" in types:
        return LINES in types and types.index(LINES) < min(
            types.index(each) for each in (SSE, "*/*", "text/*") if each in types
        )
    if LINES in types or "application/*" in types:
        return True

    raise Refused(406, "not_acceptable", f"there are {SSE} and {LINES}")


def _all_heard(run: Run, number: int) -> bool:
    return run.stop is not None and number >= 2 * len(run.turns) + 2


def _heard(http: Request) -> int | None:
    given = http.headers.get("last-event-id", "").strip()
    if not given:
        return None

    if given.isascii() and given.isdecimal() and len(given) <= 9:
        return int(given)

    raise Refused(400, "last_event_id", f"Last-Event-ID {given[:40]!r} is no number of an event")
