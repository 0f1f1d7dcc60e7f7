"""Runs: asked for, listed, looked at, stopped, and gone on with."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from starlette.requests import Request
from starlette.responses import Response

from ...memory import ImageRef, RunNotFound, SettingsError
from ...memory.store.where import parse
from ...tools import Abilities
from ..gate import principal_of
from ..host import Begun, Wish
from ..refusals import Refused
from .bodies import RunBody, RunsBody
from .conditions import CHANGING
from .cursors import bad_cursor, cursor_of, link_of, place_of
from .fields import asked_or_nothing, form_asked, key_of, query_of, resolved, root_of, run_of
from .inside import Inside
from .problems import Fault, Invalid
from .spec import operation
from .telling import Teller, has_turn
from .wanted import FILE, ForkAsked, Listing, RunAsked, RunForm
from .written import said

_DOOR = "http"


class Runs:
    """Below `/v1/runs`: what begins, lists and steers runs."""

    def __init__(self, inside: Inside) -> None:
        self._inside = inside
        self._host, self._pictures = inside.host, inside.pictures
        self._teller = Teller(inside)

    @operation(
        "POST",
        "/v1/runs",
        asks=RunAsked,
        form=RunForm,
        headers=("Idempotency-Key", "Prefer"),
        answers={200: RunBody, 202: RunBody},
        problems=(403, 404, 408, 413, 415, 422, 429),
        tells=("Location", "Idempotency-Replayed", "Preference-Applied"),
    )
    async def begin_run(self, http: Request) -> Response:
        """Ask for an edit.

        The run is on record when the answer comes, and goes on whoever listens: 202, with its
        place in `Location`. With `Prefer: wait=60` the answer waits until the run is closed, at
        most so many seconds: 200 when it is, 202 when it is not. Within 24 hours the same request
        under the same `Idempotency-Key` is answered with the same run, by any server.
        """
        key = key_of(http)
        with self._inside.arriving(http):
            asked, files = await form_asked(http, RunAsked, self._inside.rules.body)
            wish = await self._wish(http, asked, files)
        begun = await self._host.begin(wish, principal_of(http), key=key)
        return await self._teller.begun(http, begun)

    @operation(
        "GET",
        "/v1/runs",
        query=Listing,
        answers={200: RunsBody},
        tells=("Link",),
    )
    async def list_runs(self, http: Request) -> Response:
        """List runs, newest first.

        Those that you may see and that fit `where`; `next` is the cursor of the page after.
        """
        asked, root = query_of(http, Listing), root_of(http)
        before = place_of(asked.cursor)
        try:
            where = parse(asked.where)
        except SettingsError as error:
            raise Refused(400, "where", str(error)) from None

        try:
            found = await self._host.runs(
                principal_of(http), where, limit=asked.limit + 1, before=before
            )
        except RunNotFound:
            raise bad_cursor() from None

        page = found[: asked.limit]
        following = cursor_of(page[-1].id) if len(found) > asked.limit else None
        body = RunsBody.of(page, following, root)
        return said(body, headers={"cache-control": CHANGING, **link_of(http, following)})

    @operation(
        "GET",
        "/v1/runs/{run}",
        headers=("If-None-Match", "Prefer"),
        answers={200: RunBody, 304: None},
        problems=(404,),
        tells=("ETag", "Preference-Applied"),
    )
    async def get_run(self, http: Request) -> Response:
        """Look at a run.

        By its id, the beginning or the end of it, or `last`. With `Prefer: wait=60` the answer
        waits until the run is closed or paused, at most so many seconds.
        """
        run, applied = await self._teller.awaited(http, run_of(http))
        return await self._teller.told(http, run, applied=applied)

    @operation(
        "POST",
        "/v1/runs/{run}/cancel",
        answers={200: RunBody},
        problems=(404,),
    )
    async def cancel_run(self, http: Request) -> Response:
        """Stop working on a run.

        Wherever that happens; the call that is under way is broken off. What is on record stays,
        and the run can be resumed. A closed run stays as it is.
        """
        return await self._teller.told(
            http, await self._host.pause(run_of(http), principal_of(http))
        )

    @operation(
        "POST",
        "/v1/runs/{run}/resume",
        headers=("Prefer",),
        answers={200: RunBody, 202: RunBody},
        problems=(404, 422, 429),
        tells=("Location", "Preference-Applied"),
    )
    async def resume_run(self, http: Request) -> Response:
        """Go on with a run that was stopped.

        202 while it goes on; 200 where it is closed; 422 where it was begun with other engines than
        this server's: fork it.
        """
        run = await self._host.resume(run_of(http), principal_of(http))
        return await self._teller.begun(http, Begun(run))

    @operation(
        "POST",
        "/v1/runs/{run}/fork",
        asks=ForkAsked,
        needs_body=False,
        headers=("Idempotency-Key", "Prefer"),
        answers={200: RunBody, 202: RunBody},
        problems=(404, 408, 413, 415, 422, 429),
        tells=("Location", "Idempotency-Replayed", "Preference-Applied"),
    )
    async def fork_run(self, http: Request) -> Response:
        """Begin a run from a picture of this one.

        From its answer, or from that of a turn. The new run says where it comes from in its labels
        `parent` and `parent_turn`.
        """
        key, name, who = key_of(http), run_of(http), principal_of(http)
        asked = await asked_or_nothing(http, ForkAsked)
        if asked.turn is not None:
            has_turn(await self._host.run(name, who), asked.turn)

        def changed(wish: Wish) -> Wish:
            return replace(
                wish,
                seed=wish.seed if asked.seed is None else asked.seed,
                labels={**wish.labels, **asked.labels, "door": _DOOR},
                bounds=asked.bounds or wish.bounds,
            )

        begun = await self._host.fork(
            name, who, turn=asked.turn, instruction=asked.instruction, wish=changed, key=key
        )
        return await self._teller.begun(http, begun)

    async def _wish(
        self, http: Request, asked: RunAsked, files: Mapping[str, Sequence[bytes]]
    ) -> Wish:
        who = principal_of(http)
        _check(asked, self._host.agent.editor.abilities)

        async def picture(said: str, field: str) -> ImageRef:
            if field in files:
                return await self._pictures.put(files[field][0], who)
            return await resolved(http, said, field, self._inside)

        sent = files.get("references", [])
        named = [each for each in asked.references if each != FILE or not sent]
        references = [await self._pictures.put(data, who) for data in sent]
        references += [await resolved(http, each, "references", self._inside) for each in named]
        session = {"session": asked.session} if asked.session else {}
        return Wish(
            source=await picture(asked.image, "image"),
            instruction=asked.instruction,
            mask=await picture(asked.mask, "mask") if asked.mask else None,
            references=tuple(references),
            seed=asked.seed,
            labels={**asked.labels, **session, "door": _DOOR},
            bounds=asked.bounds,
        )


def _check(asked: RunAsked, abilities: Abilities) -> None:
    """Refuse what the editor does not take before anything is kept or spent.

    Raises:
        Refused: 422.
    """
    faults: list[Fault] = []
    if asked.mask is not None and not abilities.mask:
        said = "the editor here takes no mask: leave it out, and say where in the instruction"
        faults.append(Fault(pointer="#/mask", detail=said))
    if len(asked.references) > abilities.references:
        said = f"the editor here takes {abilities.references} pictures beside the source"
        faults.append(Fault(pointer="#/references", detail=said))
    if faults:
        raise Invalid(faults)
