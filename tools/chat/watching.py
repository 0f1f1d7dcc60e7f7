"""Watching a run from a chat: progress, what it used, and where it must end."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pydantic_ai import RunContext
from pydantic_ai.exceptions import UsageLimitExceeded
from pydantic_ai.usage import RunUsage, UsageLimits

from ...memory import BudgetSpent, Run, Turn
from .events import Event, event_of

Tell = Callable[[RunContext[Any], Event], Awaitable[None]]
"""Passes an event on to whoever follows the chat."""


@dataclass(slots=True)
class Watching:
    """Hears of one run; a `Watch`.

    Tokens, requests and costs of the run are added to the usage of the chat, half a turn at a
    time, and the limits of the chat are asked before each further critique and each further edit.
    """

    ctx: RunContext[Any]
    tell: Tell
    turns: int | None = None
    """How many the chat model allowed."""

    exceeded: UsageLimitExceeded | None = None
    """The limit that ended the run."""

    _booked: RunUsage = field(default_factory=RunUsage)

    async def __call__(self, event: object) -> None:
        """Hear of an event.

        Raises:
            BudgetSpent: the run must not go on.
        """
        run, turn = getattr(event, "run", None), getattr(event, "turn", None)
        if isinstance(run, Run):
            await self._grown(run)
        elif isinstance(turn, Turn) and turn.number > 1:
            self._check()
            if self.turns and turn.number > self.turns:
                raise BudgetSpent(f"the chat allowed {_turns(self.turns)}")

    async def _grown(self, run: Run) -> None:
        used = used_by(run)
        self.ctx.usage.incr(used - self._booked)
        self._booked = used
        await self.tell(self.ctx, event_of(run))
        if run.stop is None and run.last and not run.last.done:
            self._check()

    def _check(self) -> None:
        limits = self.ctx.usage_limits or UsageLimits(request_limit=None)
        try:
            limits.check_before_request(self.ctx.usage)
        except UsageLimitExceeded as error:
            self.exceeded = error
            raise BudgetSpent(f"a limit of the chat is reached: {error}") from error


def used_by(run: Run) -> RunUsage:
    """What a run used, in the terms of a chat: requests to models, tokens, US dollars.

    An answer without tokens came from no model: the built-in thinker asks nobody.
    """
    asked = [s for turn in run.turns for s in turn.samples if s.input_tokens or s.output_tokens]
    spent = run.usage
    return RunUsage(
        requests=len(asked),
        input_tokens=spent.input_tokens,
        output_tokens=spent.output_tokens,
        cost=Decimal(str(round(spent.cost, 9))) if spent.cost else None,
    )


def _turns(count: int) -> str:
    return "1 turn" if count == 1 else f"{count} turns"
