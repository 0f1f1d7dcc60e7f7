"""One answer as a sample, and several samples as one opinion."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot
from statistics import fmean, pstdev

from ...memory import Critique, EditloopError, MalformedCritique, Sample, Score, Spread
from .. import wire
from ..thinker import Opinion
from .model import Answer

_CUT = "the answer was cut short after {} tokens; allow more by max_tokens"


@dataclass(frozen=True, slots=True)
class Taken:
    """A sample, and the critique in it or the reason why there is none."""

    sample: Sample
    critique: Critique | None = None
    error: EditloopError | None = None


def taken(answer: Answer, *, seed: int, seconds: float, hint: str = "") -> Taken:
    """Read an answer. `hint` says what else may be wrong with one that cannot be read.

    Reasoning that the server moved away stands in the sample where the model wrote it.
    """
    moved = f"<think>{answer.thinking}</think>\n" if answer.thinking else ""
    sample = Sample(
        text=_storable(moved + answer.text),
        verdict="ok",
        finish_reason=answer.finish_reason,
        seed=seed,
        input_tokens=answer.input_tokens,
        output_tokens=answer.output_tokens,
        seconds=seconds,
        response_id=answer.response_id,
    )
    try:
        critique = wire.read(
            answer.text, thinking=answer.thinking, finish_reason=answer.finish_reason
        )
    except MalformedCritique as error:
        cut = wire.is_truncated(answer.finish_reason)
        problem = _CUT.format(answer.output_tokens) if cut else f"{error}{_why(answer, hint)}"
        sample = sample.but(verdict="truncated" if cut else "malformed", problem=problem)
        return Taken(sample, error=MalformedCritique(problem, sample=sample))

    return Taken(sample, critique)


def failed(error: EditloopError, *, seed: int, seconds: float) -> Taken:
    """A call that was not answered."""
    sample = Sample(text="", verdict="failed", problem=str(error), seed=seed, seconds=seconds)
    return Taken(sample, error=error)


def opinion(all_taken: Sequence[Taken]) -> Opinion:
    """Make one opinion of all samples: mean scores, and the words of the sample nearest to the mean.

    Nearest is by the distance of both scores; on a tie the earlier one. What cannot be read counts
    for nothing and stays on record.

    Raises:
        MalformedCritique: somebody answered and nobody readably; carries the first answer.
        EditloopError: nobody answered; the first error.
    """
    readable = [
        (each.critique.score, each.critique, each)
        for each in all_taken
        if each.critique and each.critique.score
    ]
    if not readable:
        raise _refusal(all_taken)

    scores = [score for score, _, _ in readable]
    mean = Score(
        semantic=fmean(score.semantic for score in scores),
        quality=fmean(score.quality for score in scores),
    )
    _, critique, best = min(readable, key=lambda each: _distance(each[0], mean))  # keeps the first
    if len(readable) > 1:
        critique = critique.but(score=mean, spread=_spread(scores))

    return Opinion(critique, best.sample, _others(all_taken, best))


def _refusal(all_taken: Sequence[Taken]) -> EditloopError:
    """The first answer that could not be read, with the others beside it; else the first error."""
    for each in all_taken:
        if isinstance(each.error, MalformedCritique):
            each.error.also = _others(all_taken, each)
            return each.error

    return next(each.error for each in all_taken if each.error)


def _others(all_taken: Sequence[Taken], but: Taken) -> tuple[Sample, ...]:
    return tuple(each.sample for each in all_taken if each is not but)


def _distance(score: Score, mean: Score) -> float:
    return hypot(score.semantic - mean.semantic, score.quality - mean.quality)


def _spread(scores: Sequence[Score]) -> Spread:
    return Spread(
        samples=len(scores),
        semantic=pstdev(score.semantic for score in scores),
        quality=pstdev(score.quality for score in scores),
    )


def _why(answer: Answer, hint: str) -> str:
    if answer.thinking and not answer.text.strip():
        return (
            "; the server moved all of it into its reasoning field: start it without a reasoning "
            "parser"
        )

    return f"; {hint}" if hint else ""


def _storable(text: str) -> str:
    """Without the characters that neither UTF-8 nor a database holds."""
    return text.encode(errors="replace").decode().replace("\0", "?")
