"""Thinker and rewriter of tests and of the README: they answer as they were told to, in order."""

from collections.abc import Awaitable, Callable

from ..memory import Critique, EditloopError, MalformedCritique, Sample
from . import wire
from .rewriter import Rewriting, Wish
from .thinker import Comparison, Opinion

Answer = Critique | str | EditloopError
"""A critique, a raw text as a model would write it, or an error to raise."""


class ScriptedThinker:
    """Gives its answers one after the other; when they run out, the last one again.

    Texts and critiques go through the same wire format as any model's; a critique with a stop flag
    is given as it is, like an expert's. `comparisons` keeps what it was shown.
    """

    def __init__(
        self,
        *answers: Answer,
        name: str = "scripted",
        before: Callable[[Comparison], Awaitable[None]] | None = None,
    ) -> None:
        """`before` is awaited in every critique: to wait, to count, to fail."""
        if not answers:
            raise ValueError("a scripted thinker needs at least one answer")

        self.name = name
        self.comparisons: list[Comparison] = []
        self._answers = answers
        self._before = before

    async def critique(self, comparison: Comparison) -> Opinion:
        """Return the next answer, or raise it when it is an error.

        Raises:
            MalformedCritique: the next answer is a text without a readable critique.
        """
        self.comparisons.append(comparison)
        answer = self._answers[min(len(self.comparisons), len(self._answers)) - 1]
        if self._before:
            await self._before(comparison)

        if isinstance(answer, EditloopError):
            raise answer.with_traceback(None)  # it may be raised again and again

        if isinstance(answer, Critique) and answer.satisfied is not None:
            text = answer.model_dump_json()  # as an expert's; tags have no place for its flag
            return Opinion(answer, Sample(text=text, verdict="ok", seed=comparison.seed))

        text = answer if isinstance(answer, str) else wire.write(answer)
        return opinion(text, seed=comparison.seed)


class ScriptedRewriter:
    """Gives its instructions one after the other; when they run out, the last one again.

    `wishes` keeps what it was shown.
    """

    def __init__(self, *answers: str | EditloopError, name: str = "scripted") -> None:
        if not answers:
            raise ValueError("a scripted rewriter needs at least one answer")

        self.name = name
        self.wishes: list[Wish] = []
        self._answers = answers

    async def rewrite(self, wish: Wish) -> Rewriting:
        """Return the next instruction, or raise it when it is an error."""
        self.wishes.append(wish)
        answer = self._answers[min(len(self.wishes), len(self._answers)) - 1]
        if isinstance(answer, EditloopError):
            raise answer.with_traceback(None)

        return Rewriting(answer, Sample(text=answer, verdict="ok", seed=wish.seed))


def opinion(text: str, *, seed: int | None = None, finish_reason: str = "stop") -> Opinion:
    """Read a text as an opinion, keeping the text as the sample.

    Half surrogate pairs, which UTF-8 cannot write, stand as `?` in the sample.

    Raises:
        MalformedCritique: it cannot be read; the error carries the sample.
    """
    kept = text.encode(errors="replace").decode()
    sample = Sample(text=kept, verdict="ok", seed=seed, finish_reason=finish_reason)
    try:
        return Opinion(wire.read(text, finish_reason=finish_reason), sample)
    except MalformedCritique as error:
        verdict = "truncated" if wire.is_truncated(finish_reason) else "malformed"
        error.sample = sample.but(verdict=verdict, problem=str(error))
        raise
