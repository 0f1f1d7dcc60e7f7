"""The editor of tests and of the README: answers as it was told to, in order."""

from collections.abc import Awaitable, Callable

from ..memory import EditloopError
from .editor import Abilities, Edited, EditRequest, Picture

Answer = Picture | Edited | EditloopError
"""A picture to return, a whole answer, or an error to raise."""


class ScriptedEditor:
    """Gives its answers one after the other; when they run out, the last one again.

    Without answers it returns the source unchanged. `requests` keeps what it was asked.
    """

    def __init__(
        self,
        *answers: Answer,
        name: str = "scripted",
        abilities: Abilities = Abilities(seed=True),  # noqa: B008 (frozen)
        before: Callable[[EditRequest], Awaitable[None]] | None = None,
    ) -> None:
        """`before` is awaited in every edit: to wait, to count, to fail."""
        self.name = name
        self.abilities = abilities
        self.requests: list[EditRequest] = []
        self._answers = answers
        self._before = before

    async def edit(self, request: EditRequest) -> Edited:
        """Return the next answer, or raise it when it is an error."""
        self.requests.append(request)
        answer = self._next(request)
        if self._before:
            await self._before(request)

        if isinstance(answer, EditloopError):
            raise answer.with_traceback(None)  # it may be raised again and again

        return answer if isinstance(answer, Edited) else Edited(answer)

    def _next(self, request: EditRequest) -> Answer:
        if not self._answers:
            return request.source

        return self._answers[min(len(self.requests), len(self._answers)) - 1]
