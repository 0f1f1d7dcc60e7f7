"""The tools that take something in: a picture from a person, and what is thought of a run."""

import re
from typing import Annotated, Any, Literal

from mcp.server.mcpserver import Context
from mcp.types import CallToolResult
from pydantic import Field, FiniteFloat

from ...memory import InputError
from ..host import Host
from ..pictures import Pictures
from .answers import Answers
from .arguments import RunId, run_of
from .facts import Rated, Upload
from .places import Places
from .who import who

_NUMBER = re.compile(r"-?\d{1,9}(?:\.\d{1,9})?")
_KINDS: dict[str, Literal["HUMAN", "LLM"]] = {"person": "HUMAN", "assistant": "LLM"}
_Words = Annotated[str, Field(min_length=1, max_length=500)]
_MOST = 10


class Giving:
    """`request_upload`, `rate_run`."""

    def __init__(self, host: Host, pictures: Pictures, answers: Answers, places: Places) -> None:
        self._host, self._pictures = host, pictures
        self._answers, self._places = answers, places

    async def request_upload(
        self,
        ctx: Context[Any],
        ticket: Annotated[
            str,
            Field(
                description="A ticket of before: was its picture sent? None: a new ticket.",
                max_length=200,
            ),
        ] = "",
    ) -> Annotated[CallToolResult, Upload]:
        """Give leave to send one picture, or look whether it has come."""
        facts = await self._looked(ticket) if ticket else await self._new(ctx)
        return self._answers.made(ctx, facts)

    async def rate_run(
        self,
        ctx: Context[Any],
        run_id: RunId,
        value: Annotated[
            bool | int | FiniteFloat | _Words,
            Field(description="The rating: a number from 0 to 10, true or false, or a word."),
        ],
        turn: Annotated[
            int | None, Field(description="Only this turn is meant.", ge=1, le=1_000)
        ] = None,
        about: Annotated[
            str, Field(description="What is rated.", min_length=1, max_length=100)
        ] = "rating",
        note: Annotated[str, Field(description="Why.", max_length=4_000)] = "",
        by: Annotated[
            Literal["person", "assistant"],
            Field(description="Whose opinion it is: the person's, or your own."),
        ] = "person",
    ) -> Annotated[CallToolResult, Rated]:
        """Write down what somebody thinks of a run or of one of its turns.

        Raises:
            InputError: the number is none from 0 to 10.
        """
        caller, value = who(ctx), _number(value)
        if not isinstance(value, str) and not 0 <= value <= _MOST:
            raise InputError(f"a rating is a number from 0 to {_MOST}, and {value:g} is not")

        name, turn = run_of(run_id, turn)
        run = await self._host.run(name, caller)
        said = await self._host.annotate(
            run.id, caller, turn, about, value, note=note, kind=_KINDS[by]
        )
        rated = Rated(
            run=run.id, turn=turn, about=said.name, value=said.value, note=said.note, by=by
        )
        return self._answers.made(ctx, rated)

    async def _new(self, ctx: Context[Any]) -> Upload:
        given = await self._pictures.ticket(who(ctx))
        url = await self._places.upload(ctx, given.id)
        return Upload(
            status="waiting",
            ticket=given.id,
            url=url,
            expires=given.expires.isoformat(timespec="seconds"),
            next=f"send the bytes of one picture with PUT, as in: curl -T photo.jpg '{url}'; "
            f'then request_upload(ticket="{given.id}") tells its handle',
        )

    async def _looked(self, ticket: str) -> Upload:
        image = await self._pictures.uploaded(ticket)
        if image is None:
            await self._pictures.check(ticket)
            said = "nothing was sent yet; ask again when it was"
            return Upload(status="waiting", ticket=ticket, next=said)

        handle = f"editloop://image/{image.sha256}"
        said = f'edit_image(image="{handle}", instruction="…")'
        return Upload(status="received", ticket=ticket, image=handle, next=said)


def _number(value: bool | float | str) -> bool | float | str:
    """A number that was written as a word; some models put quotes around everything."""
    return float(value) if isinstance(value, str) and _NUMBER.fullmatch(value.strip()) else value
